"""HTTP/1.1 through the proxy with Node as the site and as the client: WebSockets, server-sent events, continue, pipelining, trailers."""

import hashlib
import os
import re
import socket
import ssl
import subprocess
import threading

import pytest

from proxy import WAIT_S, Proxy, ended_well, top_cause
from roads import connect
from sites import Pki, ProgramSite

HERE = os.path.dirname(os.path.abspath(__file__))
HOST = "live.test"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


class LiveSite(ProgramSite):
    def __init__(self, certificate, key):
        super().__init__("node", os.path.join(HERE, "live_site.js"), certificate, key)
        self.authority = f"{HOST}:{self.port}"


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def site(pki):
    one = LiveSite(*pki.leaf(HOST))
    yield one
    one.stop()


@pytest.fixture
def through(binary, pki, tmp_path):
    one = Proxy(binary, tmp_path / "data", "--threads", "1", "--roots", pki.root, "--resolve", f"{HOST}:127.0.0.1")
    yield one
    ended_well(one)


def node(through, site, what):
    done = subprocess.run(["node", os.path.join(HERE, "live_client.js"), str(through.port), through.root(), what, site.authority],
                          capture_output=True, timeout=WAIT_S)
    assert done.stdout == b"all is well\n", done.stderr.decode()
    return through.record(HOST)


class Client:
    """A socket through the proxy, TLS inside; what is sent is sent byte for byte."""

    def __init__(self, through, authority):
        self.host, port = authority.split(":")
        context = ssl.create_default_context(cafile=through.root())
        context.set_alpn_protocols(["http/1.1"])
        self.socket = context.wrap_socket(connect(through, self.host, port), server_hostname=self.host)

    def says(self, text):
        self.socket.sendall(text.encode() if isinstance(text, str) else text)

    def hears(self, until):
        """What comes up to these bytes, and with them."""
        heard = b""
        while until not in heard:
            piece = self.socket.recv(65536)
            assert piece, heard
            heard += piece
        return heard

    def hears_all(self):
        heard = b""
        try:
            while piece := self.socket.recv(65536):
                heard += piece
        except (ssl.SSLError, ConnectionResetError):
            pass
        return heard

    def close(self):
        self.socket.close()


@pytest.fixture
def client(through, site):
    one = Client(through, site.authority)
    yield one
    one.close()


def get(path, *fields, method="GET"):
    return "".join(f"{line}\r\n" for line in (f"{method} {path} HTTP/1.1", f"Host: {HOST}", *fields)) + "\r\n"


def upgrade(path):
    return get(path, "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {KEY}", "Origin: https://app.test")


@pytest.mark.parametrize("what", ["socket", "deflate"])
def test_a_websocket_says_what_it_said_and_is_counted(through, site, what):
    flow = node(through, site, what)
    ws = flow["websocket"]
    assert flow["diagnosis"] == [] and flow["protocol"] == "websocket" and ws["failed"] is None
    assert ws["deflate"] == (what == "deflate") and ws["status"] == 101
    assert ws["client"]["messages"] == ws["server"]["messages"] == 4
    assert ws["client"]["frames"] == (6 if what == "deflate" else 10) and ws["server"]["frames"] == 6
    assert ws["client"]["close"] == ws["server"]["close"] == 1000 and ws["client"]["reason"] == "done"
    assert ws["client"]["fault"] is None and ws["server"]["fault"] is None


def test_server_sent_events_come_one_by_one(through, site):
    flows = [node(through, site, "events"), through.record(HOST)]
    assert sorted(len(flow["exchanges"]) for flow in flows) == [1, 5]
    assert all(one["status"] == 200 for flow in flows for one in flow["exchanges"])


def test_a_websocket_that_is_refused_is_diagnosed(through, site, client):
    client.says(upgrade("/elsewhere"))
    assert b" 426 " in client.hears(b"\r\n\r\n")
    client.close()
    flow = through.record(HOST)
    assert (top_cause(flow), flow["diagnosis"][0]["confidence"]) == ("websocket-upgrade-failed", "certain")
    assert flow["websocket"]["knows"] == "13" and flow["websocket"]["status"] == 426


def test_the_lab_has_a_site_that_refuses_websockets(shared_proxy):
    host = "websocket-upgrade-failed.lab.test"
    done = shared_proxy.curl(f"https://{host}/", "--http1.1", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Connection: Upgrade", "-H", "Upgrade: websocket",
                        "-H", "Sec-WebSocket-Version: 13", "-H", f"Sec-WebSocket-Key: {KEY}")
    assert done.stdout == b"403"
    assert top_cause(shared_proxy.record(host)) == "websocket-upgrade-failed"


def test_pipelined_requests_are_answered_in_order(through, client):
    client.says(get("/none") + get("/same", method="HEAD") + get("/body", "Content-Length: 2", method="POST") + "hi" + get("/next", "Connection: close", method="POST"))
    heard = client.hears_all()
    assert re.findall(rb"HTTP/1.1 (\d+) ", heard) == [b"204", b"304", b"200", b"200"]
    assert hashlib.sha256(b"hi").hexdigest().encode() in heard and heard.rstrip(b"\r\n0").endswith(b"sent")
    flow = through.record(HOST)
    assert [one["status"] for one in flow["exchanges"]] == [204, 304, 200, 200]
    assert flow["diagnosis"] == [] and flow["notes"] == []


def test_a_body_waits_for_its_continue(through, client):
    client.says(get("/body", "Expect: 100-continue", "Content-Length: 5", method="PUT"))
    assert client.hears(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.says("hello")
    assert hashlib.sha256(b"hello").hexdigest().encode() in client.hears(hashlib.sha256(b"hello").hexdigest().encode())
    client.close()
    assert through.record(HOST)["exchanges"][0]["request_bytes"] == 5


def test_a_body_that_is_not_wanted_is_not_waited_for(through, client):
    client.says(get("/unwanted", "Expect: 100-continue", "Content-Length: 5", method="PUT"))
    assert client.hears(b"\r\n\r\n").startswith(b"HTTP/1.1 417 ")
    assert client.hears_all() == b""  # the site closes, and so do we
    exchange = through.record(HOST)["exchanges"][0]
    assert (exchange["status"], exchange["request_bytes"]) == (417, 0)


def test_chunks_and_trailers_go_by(through, client):
    client.says(get("/body", "Transfer-Encoding: chunked", method="POST") + "3;a=\"b c\"\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 1\r\n\r\n" + get("/trailers", "TE: trailers"))
    heard = client.hears(b"X-Sum: " + hashlib.sha256(b"some").hexdigest().encode() + b"\r\n\r\n")
    assert hashlib.sha256(b"abcde").hexdigest().encode() in heard
    client.close()
    flow = through.record(HOST)
    assert flow["exchanges"][0]["request_bytes"] == 5 and flow["exchanges"][1]["response_bytes"] == 4


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_coded_body_goes_by_as_it_is(through, site, coding):
    done = through.curl(f"https://{site.authority}/coded?{coding}", "--http1.1", "--raw")
    plain = through.curl(f"https://{site.authority}/coded?{coding}", "--http1.1", "--compressed")
    assert plain.stdout == b"the same text, the same text, and the same text once more"
    assert done.stdout and done.stdout != plain.stdout
    for _ in range(2):
        assert through.record(HOST)["exchanges"][0]["response_bytes"] == len(done.stdout)


def test_a_smuggler_is_refused_and_its_neighbours_go_on(through, site):
    """One connection after the other breaks the framing, while another one beside them goes on all the time."""
    good = Client(through, site.authority)
    for bad in ("Content-Length: 4\r\nTransfer-Encoding: chunked", "Transfer-Encoding : chunked", "X: y\r\n z", "Content-Length: 1\r\nContent-Length: 2", "X: y\nZ: z"):
        smuggler = Client(through, site.authority)
        smuggler.says(f"POST /body HTTP/1.1\r\nHost: {HOST}\r\n{bad}\r\n\r\n0\r\n\r\n" + get("/smuggled"))
        assert smuggler.hears_all().startswith(b"HTTP/1.1 400 ")
        smuggler.close()
        flow = through.record(HOST)
        assert flow["exchanges"] == [] and "RFC 9112 §" in flow["notes"][-1]["text"]
        good.says(get("/none"))
        assert b" 204 " in good.hears(b"\r\n\r\n")
    good.close()
    assert [one["status"] for one in through.record(HOST)["exchanges"]] == [204] * 5


def test_a_connect_inside_is_passed_on(through, client):
    """A proxy behind the proxy: what follows the 200 is a tunnel."""
    client.says("CONNECT inner.test:443 HTTP/1.1\r\nHost: inner.test:443\r\n\r\n")
    assert client.hears(b"\r\n\r\n") == b"HTTP/1.1 200 Connected\r\n\r\n"
    client.says(b"no HTTP\x00\n")
    assert client.hears(b"\n") == b"no HTTP\x00\n"
    client.close()
    flow = through.record(HOST)
    assert flow["exchanges"][0]["method"] == "CONNECT" and flow["exchanges"][0]["status"] == 200


def test_a_plain_websocket_is_seen_as_well(through):
    """Without TLS, in absolute form."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            peer, _ = listener.accept()
            with peer:
                peer.settimeout(WAIT_S)
                asked = b""
                while not asked.endswith(b"\r\n\r\n"):
                    asked += peer.recv(1)
                peer.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\x81\x02hi\x88\x02\x03\xe9")
                peer.recv(100)
        thread = threading.Thread(target=serve)
        thread.start()
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", through.port), timeout=WAIT_S) as client:
            client.sendall(upgrade("/live").replace("GET /live", f"GET http://127.0.0.1:{port}/live").replace(f"Host: {HOST}", f"Host: 127.0.0.1:{port}").encode())
            heard = b""
            while not heard.endswith(b"\x88\x02\x03\xe9"):
                heard += client.recv(1000)
        thread.join(WAIT_S)
    ws = through.record("127.0.0.1")["websocket"]
    assert (ws["failed"], ws["server"]["messages"], ws["server"]["close"]) == (None, 1, 1001)
