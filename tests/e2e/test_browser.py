"""Headless Chromium through the proxy: the reason page is what a person sees."""

import os
import shutil
import subprocess

import pytest

from proxy import WAIT_S, causes

chromium = shutil.which("chromium")
pytestmark = pytest.mark.skipif(not chromium, reason="no Chromium on this machine")


def browse(proxy, url, profile, trust):
    """The page's text. Chromium's own trust store is left alone: trust is by the root's key, as its --help says."""
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
               "--disable-component-update", "--disable-sync", f"--user-data-dir={profile}", f"--proxy-server=127.0.0.1:{proxy.port}",
               "--proxy-bypass-list=<-loopback>", "--timeout=20000", "--dump-dom"]
    if trust:
        options.append("--ignore-certificate-errors-spki-list=" + spki(proxy.root()))
    return subprocess.run([chromium, *options, url], capture_output=True, timeout=WAIT_S).stdout.decode()


def spki(pem):
    key = subprocess.run(["openssl", "x509", "-in", pem, "-pubkey", "-noout"], check=True, capture_output=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=key, check=True, capture_output=True).stdout
    digest = subprocess.run(["openssl", "dgst", "-sha256", "-binary"], input=der, check=True, capture_output=True).stdout
    return subprocess.run(["base64"], input=digest, check=True, capture_output=True).stdout.decode().strip()


def test_a_browser_that_trusts_us_reads_the_reason(proxy, tmp_path):
    page = browse(proxy, "https://cert-expired-leaf.lab.test/", tmp_path / "profile", trust=True)
    assert "cert-expired-leaf" in page


def test_a_browser_that_trusts_us_leaves_no_fault(proxy, tmp_path):
    page = browse(proxy, "https://good.lab.test/", tmp_path / "profile", trust=True)
    assert "good.lab.test" in page
    flow = proxy.record("good.lab.test")
    assert [c for c in causes(flow, 9) if c != "preconnect-unused"] == []


def test_a_browser_that_distrusts_us_is_told_so(proxy, tmp_path):
    browse(proxy, "https://good.lab.test/", tmp_path / "profile", trust=False)
    flow = proxy.record("good.lab.test")
    assert {"root-not-installed", "root-not-fully-trusted"} & set(causes(flow)), flow["diagnosis"]
    assert all(one["confidence"] != "certain" for one in flow["diagnosis"])
