"""Through the proxy: large bodies, several requests on a connection, tunnels, a clean stop."""

import hashlib
import http.server
import os
import socket
import threading

import pytest

from proxy import Proxy, ended_well


class Site(http.server.ThreadingHTTPServer):
    """Plain HTTP on loopback: GET /N gives N bytes, POST gives the digest of what came."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        n = int(self.path.strip("/") or 0)
        self.send_response(200)
        self.send_header("Content-Length", str(n))
        self.end_headers()
        self.wfile.write(b"x" * n)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = hashlib.sha256(body).hexdigest().encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def site():
    one = Site()
    yield one
    one.shutdown()


def test_a_large_body_goes_both_ways_unchanged(shared_proxy, site, tmp_path):
    body = os.urandom(5_000_000)
    (tmp_path / "body").write_bytes(body)
    done = shared_proxy.curl(f"http://127.0.0.1:{site.port}/", "--data-binary", f"@{tmp_path}/body")
    assert done.stdout.decode() == hashlib.sha256(body).hexdigest()
    flow = shared_proxy.record("127.0.0.1")
    assert flow["exchanges"][0]["request_bytes"] == len(body)


def test_two_hosts_on_one_keep_alive_connection_are_two_records(shared_proxy, site):
    done = shared_proxy.curl(f"http://127.0.0.1:{site.port}/10", f"http://localhost:{site.port}/20")
    assert len(done.stdout) == 30
    assert {shared_proxy.record()["target"]["host"] for _ in range(2)} == {"127.0.0.1", "localhost"}


def test_plain_http_after_connect_is_read(shared_proxy, site):
    done = shared_proxy.curl(f"http://127.0.0.1:{site.port}/7", "--proxytunnel")
    assert done.stdout == b"x" * 7
    flow = shared_proxy.record("127.0.0.1")
    assert flow["decision"]["action"] == "intercept" and flow["exchanges"][0]["status"] == 200


def test_what_is_neither_tls_nor_http_after_connect_is_tunnelled(shared_proxy):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(("127.0.0.1", shared_proxy.port)) as client:
        client.sendall(f"CONNECT 127.0.0.1:{server.getsockname()[1]} HTTP/1.1\r\n\r\n".encode())
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")
        client.sendall(b"\x10\x0e\x00\x04MQTT")
        with server.accept()[0] as far:
            assert far.recv(8, socket.MSG_WAITALL) == b"\x10\x0e\x00\x04MQTT"
    flow = shared_proxy.record("127.0.0.1")
    assert flow["decision"]["action"] == "tunnel"


def test_several_requests_share_a_tls_connection(shared_proxy):
    done = shared_proxy.curl("https://good.lab.test/", "https://good.lab.test/", "-o", os.devnull, "-o", os.devnull)
    assert done.returncode == 0
    assert len(shared_proxy.record("good.lab.test")["exchanges"]) == 2


def test_nothing_is_lost_at_a_stop(binary, tmp_path):
    proxy = Proxy(binary, tmp_path / "data", "--lab")
    with socket.create_connection(("127.0.0.1", proxy.port)) as idle:
        idle.sendall(b"CONNECT good.lab.test:443 HTTP/1.1\r\nHost: good.lab.test:443\r\n\r\n")
        assert idle.recv(100).startswith(b"HTTP/1.1 200")
        ended_well(proxy)
        assert proxy.record("good.lab.test")["entry"] == "connect"


def test_the_root_is_made_once_and_kept_private(binary, tmp_path):
    fingerprints = set()
    for _ in range(2):
        proxy = Proxy(binary, tmp_path / "data")
        with open(proxy.root(), "rb") as pem:
            fingerprints.add(pem.read())
        ended_well(proxy)
    assert len(fingerprints) == 1
    assert os.stat(tmp_path / "data" / "ca").st_mode & 0o777 == 0o700
    assert os.stat(tmp_path / "data" / "ca" / "root.key").st_mode & 0o777 == 0o600
