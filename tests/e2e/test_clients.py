"""Real programs as clients, each trusting our root and not trusting it (what each does: measured, design notes of 2026-11-21)."""

import os
import shutil
import subprocess

import pytest

from proxy import WAIT_S, causes

HOST = "good.lab.test"
URL = f"https://{HOST}/"
HERE = os.path.dirname(__file__)
SYSTEM_ROOTS = "/etc/ssl/certs/ca-certificates.crt"

NODE = """
const http = require('http'), tls = require('tls'), fs = require('fs');
const [port, host, ca] = process.argv.slice(1);
const request = http.request({ host: '127.0.0.1', port, method: 'CONNECT', path: host + ':443' });
request.on('connect', (response, socket) => {
  const tlsSocket = tls.connect({ socket, servername: host, ca: ca ? fs.readFileSync(ca) : undefined }, () => {
    tlsSocket.write('GET / HTTP/1.1\\r\\nHost: ' + host + '\\r\\nConnection: close\\r\\n\\r\\n');
  });
  tlsSocket.on('data', () => {});
  tlsSocket.on('error', () => process.exit(1));
  tlsSocket.on('end', () => process.exit(0));
});
request.end();
"""

PYTHON = """
import ssl, sys, urllib.request
context = ssl.create_default_context(cafile=sys.argv[3] or None)
opener = urllib.request.build_opener(urllib.request.ProxyHandler({'https': 'http://127.0.0.1:' + sys.argv[1]}),
                                     urllib.request.HTTPSHandler(context=context))
opener.open('https://' + sys.argv[2] + '/').read()
"""


def run(command, **options):
    return subprocess.run(command, capture_output=True, timeout=WAIT_S, stdin=subprocess.DEVNULL, **options)


def curl(proxy, trust):
    proxy.curl(URL, "-o", os.devnull, trust=trust)


def curl_tls12(proxy, trust):
    proxy.curl(URL, "-o", os.devnull, "--tls-max", "1.2", trust=trust)


def wget(proxy, trust):
    roots = proxy.root() if trust else SYSTEM_ROOTS
    run(["wget", "-q", "-O", os.devnull, "--tries=1", "--no-hsts", f"--ca-certificate={roots}", "-e", f"https_proxy={proxy.url}", URL])


def python(proxy, trust):
    run(["python3", "-c", PYTHON, str(proxy.port), HOST, proxy.root() if trust else ""])


def node(proxy, trust):
    run(["node", "-e", NODE, "--", str(proxy.port), HOST, proxy.root() if trust else ""])


def openssl(proxy, trust):
    roots = proxy.root() if trust else SYSTEM_ROOTS
    subprocess.run(["openssl", "s_client", "-proxy", f"127.0.0.1:{proxy.port}", "-connect", f"{HOST}:443", "-servername", HOST,
                    "-CAfile", roots, "-verify_return_error", "-quiet"],
                   input=f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode(), capture_output=True, timeout=WAIT_S)


def java(proxy, trust):
    if not shutil.which("java") or not shutil.which("keytool"):
        pytest.skip("no Java on this machine")
    store = os.path.join(proxy.data, "trust.p12")
    options = ["-Dhttps.proxyHost=127.0.0.1", f"-Dhttps.proxyPort={proxy.port}"]
    if trust:
        run(["keytool", "-importcert", "-noprompt", "-alias", "whytls", "-file", proxy.root(), "-keystore", store,
             "-storetype", "PKCS12", "-storepass", "changeit"])
        options += [f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStorePassword=changeit"]
    run(["java", *options, os.path.join(HERE, "Get.java"), URL])


def gnutls_cli(proxy, trust):
    """It knows no proxies: a few lines of Python make the CONNECT and lend it a port."""
    roots = proxy.root() if trust else SYSTEM_ROOTS
    run(["python3", os.path.join(HERE, "gnutls_through.py"), str(proxy.port), HOST, roots])


CLIENTS = [curl, curl_tls12, wget, python, node, openssl, java, gnutls_cli]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda c: c.__name__)
def test_a_client_that_distrusts_our_root_is_told_so(proxy, client):
    client(proxy, trust=False)
    flow = proxy.record(HOST)
    assert "root-not-installed" in causes(flow) or "root-not-fully-trusted" in causes(flow), flow["diagnosis"]
    assert all(one["confidence"] != "certain" for one in flow["diagnosis"])
    assert flow["server_leg"]["verdict"]["verdict"] == "accept"


@pytest.mark.parametrize("client", CLIENTS, ids=lambda c: c.__name__)
def test_a_client_that_trusts_us_leaves_no_fault(proxy, client):
    client(proxy, trust=True)
    flow = proxy.record(HOST)
    assert [c for c in causes(flow, 9) if c != "preconnect-unused"] == []
    assert flow["exchanges"] and flow["exchanges"][0]["status"] == 200


def test_refused_at_one_host_only_is_pinning_first(proxy):
    for host in ("good.lab.test", "good.lab-two.test", "good.lab-three.test"):
        proxy.curl(f"https://{host}/", "-o", os.devnull)
        proxy.record(host)
    for _ in range(2):
        proxy.curl("https://good.lab-four.test/", "-o", os.devnull, trust=False)
        flow = proxy.record("good.lab-four.test")
    assert causes(flow, 1) == ["app-pinning"]
    assert flow["diagnosis"][0]["confidence"] != "certain"


def test_a_client_with_old_tls_only_is_named(proxy):
    proxy.curl(URL, "-o", os.devnull, "--tls-max", "1.1", "--tlsv1.0", "--ciphers", "DEFAULT@SECLEVEL=0")
    flow = proxy.record(HOST)
    assert causes(flow, 1) == ["client-version-too-low"], flow["client_leg"]
