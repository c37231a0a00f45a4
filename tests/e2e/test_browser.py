"""Headless Chromium through the proxy: the reason page is what a person sees."""

import os
import shutil
import subprocess

import pytest

from proxy import WAIT_S, causes

chromium = shutil.which("chromium")
pytestmark = pytest.mark.skipif(not chromium or not shutil.which("certutil"), reason="no Chromium or no certutil on this machine")


def trusting_home(proxy, home):
    """A home folder whose certificate database trusts our root, as a user would import it."""
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    if proxy:
        subprocess.run(["certutil", "-d", f"sql:{database}", "-N", "--empty-password"], check=True)
        subprocess.run(["certutil", "-d", f"sql:{database}", "-A", "-t", "C,,", "-n", "whytls", "-i", proxy.root()], check=True)
    return {**os.environ, "HOME": str(home)}


def browse(proxy, url, home, trust):
    """The page's text."""
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
               "--disable-component-update", "--disable-sync", f"--user-data-dir={home}/profile", f"--proxy-server=127.0.0.1:{proxy.port}",
               "--proxy-bypass-list=<-loopback>", "--timeout=20000", "--dump-dom"]
    return subprocess.run([chromium, *options, url], capture_output=True, timeout=WAIT_S,
                          env=trusting_home(proxy if trust else None, home)).stdout.decode()


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
