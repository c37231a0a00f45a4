"""HTTP/2 through the proxy: curl, nghttp and h2load on one side, nginx on the other, and a site that breaks the rules."""

import os
import re
import socket
import ssl
import subprocess
import threading

import pytest

from proxy import WAIT_S, Proxy, ended_well, top_cause
from roads import Connector
from sites import Nginx, Pki, free_port

HOST = "site.test"
BIG = 8 * 1024 * 1024

NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_max_body_size 100m;
    client_body_temp_path {folder}/t1;
    proxy_temp_path {folder}/t2;
    fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4;
    scgi_temp_path {folder}/t5;
    keepalive_requests 100000;
    http2_max_requests 100000;
    http2_max_concurrent_streams 600;
    server {{
        listen 127.0.0.1:{port} ssl http2;
        {tls}
        ssl_protocols TLSv1.2 TLSv1.3;
        root {folder};
        location = / {{ return 200 "nginx speaks\\n"; }}
        location = /421 {{ return 421; }}
        location = /up {{ proxy_pass http://127.0.0.1:{inner}; }}
        location = /no {{ client_max_body_size 1k; return 413; }}
    }}
    server {{
        listen 127.0.0.1:{inner};
        location / {{ return 200 "$content_length\n"; }}
    }}
}}
"""


class NginxH2(Nginx):
    template = NGINX

    def __init__(self, folder, certificate, key):
        self.big = os.path.join(folder, "big")
        os.makedirs(folder, exist_ok=True)
        with open(self.big, "wb") as out:
            out.write(os.urandom(BIG))
        super().__init__(folder, certificate, key, inner=free_port())


class BadSite:
    """Agrees to h2 and then sends what it is given."""

    def __init__(self, certificate, key, says):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.set_alpn_protocols(["h2"])
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, args=(context, says), daemon=True)
        self.thread.start()

    def _serve(self, context, says):
        try:
            while True:
                client, _ = self.listener.accept()
                with context.wrap_socket(client, server_side=True) as tls:
                    tls.sendall(says)
                    while tls.recv(65536):
                        pass
        except OSError:
            pass

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(WAIT_S)


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def leaf(pki):
    return pki.leaf(HOST)


@pytest.fixture(scope="module")
def nginx(leaf, tmp_path_factory):
    one = NginxH2(str(tmp_path_factory.mktemp("nginx")), *leaf)
    yield one
    one.stop()


@pytest.fixture
def proxy(binary, pki, tmp_path):
    one = Proxy(binary, tmp_path / "data", "--threads", "1", "--roots", pki.root, "--resolve", f"{HOST}:127.0.0.1")
    yield one
    ended_well(one)


@pytest.fixture
def connector(proxy, nginx):
    one = Connector(proxy, f"{HOST}:{nginx.port}")
    yield one
    one.stop()


def get(proxy, port, path="/", *options):
    done = proxy.curl(f"https://{HOST}:{port}{path}", "--http2", *options, "-w", "\n%{http_version} %{http_code}")
    body, _, status = done.stdout.rpartition(b"\n")
    return status.decode(), body, proxy.record(HOST)


def test_the_client_gets_what_the_site_chose(proxy, nginx):
    status, body, flow = get(proxy, nginx.port)
    assert (status, body) == ("2 200", b"nginx speaks\n")
    assert flow["client_leg"]["alpn"] == flow["server_leg"]["alpn"] == "h2"
    assert [(one["method"], one["status"]) for one in flow["exchanges"]] == [("GET", 200)]
    assert flow["diagnosis"] == []


def test_a_site_without_http2_is_spoken_to_as_before(proxy, leaf, tmp_path):
    plain = Nginx(tmp_path / "plain", *leaf)
    status, body, flow = get(proxy, plain.port)
    plain.stop()
    assert (status, body) == ("1.1 200", b"nginx speaks\n")
    assert flow["client_leg"]["alpn"] == flow["server_leg"]["alpn"] == "http/1.1"


def test_much_comes_down_and_goes_up_whole(proxy, nginx):
    with open(nginx.big, "rb") as file:
        wanted = file.read()
    status, body, flow = get(proxy, nginx.port, "/big")
    assert status == "2 200" and body == wanted
    assert flow["exchanges"][0]["response_bytes"] == BIG
    status, body, flow = get(proxy, nginx.port, "/up", "--data-binary", f"@{nginx.big}")
    assert (status, body.strip()) == ("2 200", str(BIG).encode())
    assert flow["exchanges"][0]["request_bytes"] == BIG


def test_a_refusal_that_comes_early_is_read(proxy, nginx):
    status, body, flow = get(proxy, nginx.port, "/no", "--data-binary", f"@{nginx.big}")
    assert status == "2 413" and b"413" in body
    assert flow["exchanges"][0]["status"] == 413


def test_head_has_no_body(proxy, nginx):
    status, _, flow = get(proxy, nginx.port, "/big", "-I")
    assert status == "2 200"
    assert flow["exchanges"][0]["method"] == "HEAD" and flow["exchanges"][0]["response_bytes"] == 0


def test_another_host_on_this_connection_is_sent_back(proxy, nginx):
    status, _, flow = get(proxy, nginx.port, "/", "-H", "Host: bank.test")
    assert status == "2 421"
    assert flow["client_leg"]["misdirected"] == "bank.test"
    assert top_cause(flow) == "misdirected-421"


def test_a_site_that_sends_a_request_back_is_explained(proxy, nginx):
    status, _, flow = get(proxy, nginx.port, "/421")
    assert status == "2 421"
    assert top_cause(flow) == "misdirected-421"


@pytest.mark.parametrize("says, fault", [
    (b"HTTP/1.1 400 Bad Request\r\n\r\n", "broken"),                            # no SETTINGS first
    (b"\0\0\0\4\0\0\0\0\0" + b"\0\0\1\0\0\0\0\0\0x", "broken"),                   # DATA on stream 0
    (b"\0\0\0\4\0\0\0\0\0" + b"\0\0\x0b\7\0\0\0\0\0\0\0\0\0\0\0\0\x0b" + b"why", "accused"),
])
def test_a_site_that_breaks_http2_is_named(proxy, leaf, says, fault):
    site = BadSite(*leaf, says)
    status, body, flow = get(proxy, site.port, "/", "--max-time", "5")
    site.stop()
    assert flow["server_leg"]["h2"]["fault"] == fault
    assert top_cause(flow) == "h2-protocol-error"
    if fault == "broken":
        assert status == "2 502" and b"h2-protocol-error" in body


def test_a_client_that_speaks_only_http2_reads_why_a_site_is_refused(binary, leaf, tmp_path):
    """Its leaf is under a root that this proxy does not know."""
    site = NginxH2(str(tmp_path / "nginx"), *leaf)
    proxy = Proxy(binary, tmp_path / "data", "--threads", "1", "--resolve", f"{HOST}:127.0.0.1")
    road = Connector(proxy, f"{HOST}:{site.port}")
    done = subprocess.run(["nghttp", "-v", "--no-verify-peer", "-H", f":authority: {HOST}", f"https://127.0.0.1:{road.port}/"],
                          capture_output=True, timeout=WAIT_S)
    road.stop()
    ended_well(proxy)
    site.stop()
    assert b":status: 502" in done.stdout and b"whytls-cause: missing-intermediate-no-aia" in done.stdout


def test_nghttp_gets_many_things_at_once(proxy, nginx, connector):
    urls = [f"https://127.0.0.1:{connector.port}/big?{i}" for i in range(8)]
    done = subprocess.run(["nghttp", "-n", "-s", "--no-verify-peer", "-H", f":authority: {HOST}", *urls],
                          capture_output=True, timeout=WAIT_S)
    assert len(re.findall(rb" 200 +8M ", done.stdout)) == 8, done.stdout.decode()
    flow = proxy.record(HOST)
    assert [one["response_bytes"] for one in flow["exchanges"]] == [BIG] * 8


def test_h2load_with_many_streams(proxy, nginx, connector):
    url = f"https://{HOST}:{connector.port}/"
    done = subprocess.run(["h2load", "-n", "4000", "-c", "4", "-m", "500", f"--connect-to=127.0.0.1:{connector.port}", url],
                          capture_output=True, timeout=WAIT_S)
    assert b"4000 succeeded, 0 failed, 0 errored" in done.stdout, done.stdout.decode() + done.stderr.decode()
    for _ in range(4):
        flow = proxy.record(HOST)
        assert flow["client_leg"]["alpn"] == "h2" and flow["diagnosis"] == []
        assert {one["status"] for one in flow["exchanges"]} == {200}
