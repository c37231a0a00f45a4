"""Headless Chromium through the proxy at what pages do: many parts over HTTP/2, a WebSocket, server-sent events."""

import os
import shutil

import pytest

from browser import CHROMIUM, Browser
from proxy import Proxy, ended_well
from sites import Pki, ProgramSite

HERE = os.path.dirname(os.path.abspath(__file__))
HOST = "app.test"
PARTS = 200

pytestmark = pytest.mark.skipif(not CHROMIUM or not shutil.which("certutil"), reason="no Chromium or no certutil on this machine")


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def site(pki):
    one = ProgramSite("node", os.path.join(HERE, "page_site.js"), *pki.leaf(HOST))
    yield one
    one.stop()


@pytest.fixture
def proxy(binary, pki, tmp_path):
    one = Proxy(binary, tmp_path / "data", "--roots", pki.root, "--resolve", f"{HOST}:127.0.0.1")
    yield one
    ended_well(one)


def visit(proxy, site, home, path, title):
    """Opens the page and waits until it calls itself so. The browser's connections end with it."""
    browser = Browser(home, proxy.root(), proxy.port)
    try:
        browser.go(f"https://{HOST}:{site.port}{path}")
        browser.until("document.title", title)
        assert browser.complaints == []
    finally:
        browser.close()


def exchanges_until(proxy, enough, flows=None):
    """Those of all its connections, as their records come in."""
    seen = []
    while not enough(seen):
        flow = proxy.record(HOST)
        if flows is not None:
            flows.append(flow)
        assert [one["cause"] for one in flow["diagnosis"] if one["cause"] != "preconnect-unused"] == []
        seen += [(flow["client_leg"]["alpn"], one) for one in flow["exchanges"]]
    return seen


def test_a_page_of_200_parts_comes_over_http2(proxy, site, tmp_path):
    visit(proxy, site, tmp_path / "home", "/page", "all came")
    seen = exchanges_until(proxy, lambda seen: sum("/part/" in one["url"] for _, one in seen) >= PARTS)
    parts = [one for alpn, one in seen if "/part/" in one["url"] and alpn == "h2"]
    assert sorted(int(one["url"].rpartition("/")[2]) for one in parts) == list(range(PARTS))
    assert {(one["method"], one["status"]) for one in parts} == {("GET", 200)}
    assert all(one["response_bytes"] > 50 * int(one["url"].rpartition("/")[2]) for one in parts)


def test_a_websocket_says_back_what_it_hears(proxy, site, tmp_path):
    visit(proxy, site, tmp_path / "home", "/socket", "1000 done permessage-deflate")
    while True:
        flow = proxy.record(HOST)
        if flow["protocol"] == "websocket":
            break
    ws = flow["websocket"]
    assert flow["diagnosis"] == [] and ws["failed"] is None and ws["deflate"] and ws["status"] == 101
    assert ws["client"]["messages"] == ws["server"]["messages"] == 3
    assert ws["client"]["close"] == ws["server"]["close"] == 1000


def test_a_websocket_on_a_connection_that_has_others(proxy, pki, tmp_path):
    """Extended CONNECT: the browser takes it up only if it sees that the site offers it."""
    site = ProgramSite("node", os.path.join(HERE, "page_site.js"), *pki.leaf(HOST, "extended"), "extended")
    flows = []
    try:
        visit(proxy, site, tmp_path / "home", "/socket", "1000 done permessage-deflate")
        seen = exchanges_until(proxy, lambda seen: any(one["url"].endswith("/echo") for _, one in seen), flows)
    finally:
        site.stop()
    assert [(alpn, one["method"], one["status"]) for alpn, one in seen if one["url"].endswith("/echo")] == [("h2", "CONNECT", 200)]
    ws = flows[-1]["websocket"]
    assert ws["failed"] is None and ws["deflate"] and ws["status"] == 200 and ws["url"].endswith("/echo")
    assert ws["client"]["messages"] == ws["server"]["messages"] == 3
    assert ws["client"]["close"] == ws["server"]["close"] == 1000


def test_events_come_one_by_one(proxy, site, tmp_path):
    """Each is sent only when the one before has come, so one that is held back on the way is waited for in vain."""
    visit(proxy, site, tmp_path / "home", "/stream", "1 2 3 4 5")
    seen = exchanges_until(proxy, lambda seen: any(one["url"].endswith("/events") for _, one in seen))
    assert sum(one["url"].endswith("/next") for _, one in seen) == 5 and {alpn for alpn, _ in seen} == {"h2"}
