"""Programs as apps have them: gRPC of Python, the ws package of Node, and nghttp's trailers, each through the proxy to a site of its kind."""

import os
import subprocess

import pytest

from proxy import WAIT_S, Proxy, ended_well
from roads import Connector
from sites import NODE_PATH, Pki, ProgramSite, Server, free_port, wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
HOST = "app.test"
PYTHON = "/usr/bin/python3"  # the one that has Debian's packages


class Nghttpd(Server):
    """It tells nobody when it is ready, so it is given a port that another one has just left."""

    def __init__(self, folder, certificate, key, *options):
        self.port = free_port()
        super().__init__(["nghttpd", "-a", "127.0.0.1", "-d", str(folder), *options, str(self.port), key, certificate], stdout=subprocess.DEVNULL)
        wait_for(self.port)


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def leaf(pki):
    return pki.leaf(HOST)


@pytest.fixture
def proxy(binary, pki, tmp_path):
    one = Proxy(binary, tmp_path / "data", "--threads", "1", "--roots", pki.root, "--resolve", f"{HOST}:127.0.0.1")
    yield one
    ended_well(one)


def test_grpc_calls_of_every_kind(proxy, leaf):
    site = ProgramSite(PYTHON, os.path.join(HERE, "grpc_site.py"), *leaf)
    done = subprocess.run([PYTHON, os.path.join(HERE, "grpc_client.py"), proxy.root(), f"{HOST}:{site.port}"], capture_output=True,
                          timeout=WAIT_S, env={**os.environ, "https_proxy": proxy.url, "no_proxy": "", "no_grpc_proxy": ""})
    site.stop()
    said = done.stdout.decode().splitlines()
    assert len(said) == 7, done.stderr.decode()[-4000:]
    assert said[0].startswith("b'olleh' ") and "key='x-length', value='5'" in said[0]
    assert said[1:] == ["2000000", "StatusCode.NOT_FOUND nowhere: 100 % sure", "StatusCode.UNIMPLEMENTED", "499500", "b'499500'",
                        "[b'ONE', b'TWO', b'THREE']"]
    flow = proxy.record(HOST)
    assert flow["client_leg"]["alpn"] == flow["server_leg"]["alpn"] in ("grpc-exp", "h2") and flow["diagnosis"] == []
    assert [(one["method"], one["status"], one["url"].rpartition("/")[2]) for one in flow["exchanges"]] == [
        ("POST", 200, name) for name in ("Say", "Say", "Say", "Sing", "Count", "Add", "Talk")]
    assert flow["exchanges"][1]["request_bytes"] == flow["exchanges"][1]["response_bytes"] == 2_000_005


def test_a_websocket_of_the_ws_package(proxy, leaf):
    site = ProgramSite("node", os.path.join(HERE, "page_site.js"), *leaf)
    done = subprocess.run(["node", os.path.join(HERE, "ws_client.js"), proxy.url, f"wss://{HOST}:{site.port}/echo"], capture_output=True,
                          timeout=WAIT_S, env={**os.environ, "NODE_PATH": NODE_PATH, "NODE_EXTRA_CA_CERTS": proxy.root()})
    site.stop()
    assert done.stdout == b"all is well\n", done.stderr.decode()
    flow = proxy.record(HOST)
    ws = flow["websocket"]
    assert flow["diagnosis"] == [] and ws["deflate"] and ws["failed"] is None
    assert ws["client"]["messages"] == ws["server"]["messages"] == 4
    assert ws["client"]["close"] == ws["server"]["close"] == 1000


def test_trailers_come_through_in_both_directions(proxy, leaf, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "hello").write_bytes(b"\0\0\0\0\5hello")
    (tmp_path / "asked").write_bytes(b"\0\0\0\0\1?")
    site = Nghttpd(tmp_path / "site", *leaf, "-v", "--echo-upload", "--trailer", "grpc-status: 0")
    road = Connector(proxy, f"{HOST}:{site.port}")
    said = [subprocess.run(["nghttp", "-v", "--no-verify-peer", "-H", f":authority: {HOST}", *options, f"https://127.0.0.1:{road.port}/hello"],
                           capture_output=True, timeout=WAIT_S).stdout for options in ([], ["-d", str(tmp_path / "asked"), "--trailer", "x-sum: 7"])]
    road.stop()
    site.stop()
    for one in said:
        assert b"recv (stream_id=13) grpc-status: 0" in one, one.decode()
        assert b"END_STREAM" in one.partition(b"grpc-status: 0")[2]
    assert b"x-sum: 7" in said[1]
    assert [one["response_bytes"] for one in (proxy.record(HOST)["exchanges"][0], proxy.record(HOST)["exchanges"][0])] == [10, 6]
