"""Headless Chromium through the proxy: the reason page is what a person sees."""

import shutil
import subprocess

import pytest

from browser import CHROMIUM, OPTIONS, home_with
from proxy import WAIT_S, causes

pytestmark = pytest.mark.skipif(not CHROMIUM or not shutil.which("certutil"), reason="no Chromium or no certutil on this machine")


def browse(proxy, url, home, trust):
    """The page's text."""
    options = [*(one for one in OPTIONS if one != "--remote-debugging-pipe"), f"--user-data-dir={home}/profile",
               f"--proxy-server=127.0.0.1:{proxy.port}", "--proxy-bypass-list=<-loopback>", "--timeout=20000", "--dump-dom"]
    return subprocess.run([CHROMIUM, *options, url], capture_output=True, timeout=WAIT_S,
                          env=home_with(proxy.root() if trust else None, home)).stdout.decode()


def test_a_browser_that_trusts_us_reads_the_reason(proxy, tmp_path):
    page = browse(proxy, "https://cert-expired-leaf.lab.test/", tmp_path / "home", trust=True)
    assert "cert-expired-leaf" in page


def test_a_browser_that_trusts_us_leaves_no_fault(proxy, tmp_path):
    page = browse(proxy, "https://good.lab.test/", tmp_path / "home", trust=True)
    assert "good.lab.test" in page
    flow = proxy.record("good.lab.test")
    assert [c for c in causes(flow, 9) if c != "preconnect-unused"] == []


def test_a_browser_that_distrusts_us_is_told_so(proxy, tmp_path):
    browse(proxy, "https://good.lab.test/", tmp_path / "home", trust=False)
    flow = proxy.record("good.lab.test")
    assert {"root-not-installed", "root-not-fully-trusted"} & set(causes(flow)), flow["diagnosis"]
    assert all(one["confidence"] != "certain" for one in flow["diagnosis"])
