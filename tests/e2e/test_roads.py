"""Every road in: SOCKS, a load balancer before the proxy, TLS to the proxy itself, logins; and other proxies between it and the sites."""

import socket
import ssl
import subprocess

import pytest

from proxy import WAIT_S, Proxy, ended_well, top_cause
from sites import Nginx, Pki, Server, free_port, wait_for


def curl(proxy, *arguments):
    """curl without the proxy that Proxy.curl puts in; what it printed, and its exit code."""
    done = subprocess.run(["curl", "-sS", "--max-time", str(WAIT_S), "--cacert", proxy.root(), "--noproxy", "", *arguments], capture_output=True)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture(scope="module")
def balanced(binary, tmp_path_factory):
    """With a second port, behind a load balancer."""
    port = free_port()
    one = Proxy(binary, tmp_path_factory.mktemp("balanced") / "data", "--lab", "--threads", "2", "--listen", f"127.0.0.1:{port},proxy-protocol")
    one.balanced = port
    yield one
    ended_well(one)


# --- SOCKS ---

def test_socks_with_a_name(shared_proxy):
    code, out, err = curl(shared_proxy, "-x", f"socks5h://127.0.0.1:{shared_proxy.port}", "-w", "%{http_code}", "-o", "/dev/null", "https://good.lab.test/")
    assert (code, out) == (0, "200"), err
    flow = shared_proxy.record("good.lab.test")
    assert flow["entry"] == "socks" and flow["target"]["learnt"] == "socks"
    assert flow["exchanges"][0]["status"] == 200 and not flow["diagnosis"]


def test_socks_with_addresses_of_both_families(shared_proxy):
    for address, host in (("127.0.0.1", "127.0.0.1"), ("[::1]", "::1")):
        curl(shared_proxy, "--socks5", f"127.0.0.1:{shared_proxy.port}", "-k", f"https://{address}:{free_port()}/")
        flow = shared_proxy.record(host)
        assert flow["entry"] == "socks" and flow["dial"]["error"] == "refused" and top_cause(flow) == "tcp-refused"


def test_socks_with_a_login_that_nobody_asked_for(shared_proxy):
    code, out, err = curl(shared_proxy, "-x", f"socks5h://eva:pass@127.0.0.1:{shared_proxy.port}", "https://cert-expired-leaf.lab.test/")
    assert code == 0 and "expired" in out, err
    assert top_cause(shared_proxy.record("cert-expired-leaf.lab.test")) == "cert-expired-leaf"


def test_plain_http_over_socks(shared_proxy):
    code, out, err = curl(shared_proxy, "-x", f"socks5h://127.0.0.1:{shared_proxy.port}", "http://whytls.test/whytls.pem")
    assert code == 0 and "BEGIN CERTIFICATE" in out, err


def test_socks_4_is_told_what_to_do(shared_proxy):
    code, _, _ = curl(shared_proxy, "-x", f"socks4a://127.0.0.1:{shared_proxy.port}", "https://good.lab.test/")
    assert code == 97
    while True:
        flow = shared_proxy.record()
        if flow["notes"] and flow["notes"][0]["code"] == "relay/bad-socks":
            break
    assert "version 5" in flow["notes"][0]["text"]


# --- a load balancer ---

def test_a_balancer_names_the_client(balanced):
    code, out, err = curl(balanced, "-x", f"http://127.0.0.1:{balanced.balanced}", "--haproxy-protocol", "http://whytls.test/whytls.pem")
    assert code == 0 and "BEGIN CERTIFICATE" in out, err
    flow = balanced.record("whytls.test")
    assert flow["client"]["balancer"] == "127.0.0.1" and flow["client"]["ip"] == "127.0.0.1"


def test_behind_a_balancer_a_site_is_intercepted(balanced):
    with socket.create_connection(("127.0.0.1", balanced.balanced), WAIT_S) as raw:
        raw.sendall(b"PROXY TCP6 fd00::7 fd00::1 4711 8080\r\nCONNECT good.lab.test:443 HTTP/1.1\r\nHost: good.lab.test:443\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 200 ")
        with ssl.create_default_context(cafile=balanced.root()).wrap_socket(raw, server_hostname="good.lab.test") as s:
            s.sendall(b"GET / HTTP/1.1\r\nHost: good.lab.test\r\nConnection: close\r\n\r\n")
            assert s.recv(100).startswith(b"HTTP/1.1 200 ")
    flow = balanced.record("good.lab.test")
    assert flow["client"]["ip"] == "fd00::7" and flow["client"]["port"] == 4711 and not flow["diagnosis"]


def test_the_binary_header(balanced):
    header = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes([10, 9, 8, 7, 127, 0, 0, 1]) + (4711).to_bytes(2, "big") + (80).to_bytes(2, "big")
    with socket.create_connection(("127.0.0.1", balanced.balanced), WAIT_S) as s:
        for i in range(len(header)):  # byte by byte
            s.sendall(header[i:i + 1])
        s.sendall(b"GET http://whytls.test/whytls.pem HTTP/1.1\r\nHost: whytls.test\r\nConnection: close\r\n\r\n")
        answer = b""
        while more := s.recv(65536):
            answer += more
    assert b"BEGIN CERTIFICATE" in answer
    flow = balanced.record("whytls.test")
    assert flow["client"]["ip"] == "10.9.8.7" and flow["client"]["port"] == 4711


def test_without_a_header_nobody_comes_in(balanced):
    code, _, _ = curl(balanced, "-x", f"http://127.0.0.1:{balanced.balanced}", "https://good.lab.test/")
    assert code != 0
    while True:
        flow = balanced.record()
        if flow["notes"]:
            break
    assert flow["notes"][0]["code"] == "relay/bad-proxy-header"


def test_a_public_client_behind_a_balancer_stays_outside(balanced):
    with socket.create_connection(("127.0.0.1", balanced.balanced), WAIT_S) as s:
        s.sendall(b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET / HTTP/1.1\r\nHost: whytls.test\r\n\r\n")
        assert s.recv(100) == b""


# --- TLS to the proxy itself ---

def test_a_secure_proxy(shared_proxy):
    code, out, err = curl(shared_proxy, "-x", f"https://127.0.0.1:{shared_proxy.port}", "--proxy-cacert", shared_proxy.root(), "-o", "/dev/null",
                          "-w", "%{http_code} %{proxy_ssl_verify_result}", "https://good.lab.test/")
    assert (code, out) == (0, "200 0"), err
    flow = shared_proxy.record("good.lab.test")
    assert flow["client"]["secure"] is True and flow["entry"] == "connect"
    assert flow["client_leg"]["ended"] == "clean"


def test_a_secure_proxy_shows_a_leaf_for_the_name_and_speaks_http_1(shared_proxy):
    context = ssl.create_default_context(cafile=shared_proxy.root())
    context.set_alpn_protocols(["h2", "http/1.1"])
    for name in ("proxy.example", "127.0.0.1"):
        with socket.create_connection(("127.0.0.1", shared_proxy.port), WAIT_S) as raw, context.wrap_socket(raw, server_hostname=name) as s:
            assert s.selected_alpn_protocol() == "http/1.1"
            assert name in str(s.getpeercert()["subjectAltName"])


def test_who_does_not_trust_the_root_learns_it_at_the_proxy(proxy):
    code, _, err = curl(proxy, "-x", f"https://127.0.0.1:{proxy.port}", "--proxy-cacert", "/etc/ssl/certs/ca-certificates.crt",
                        "https://good.lab.test/")
    assert code == 60, err
    flow = proxy.record("127.0.0.1")
    assert flow["entry"] == "secure-proxy"
    assert flow["client_leg"]["alert"]["name"] == "unknown_ca"
    assert top_cause(flow) in ("root-not-installed", "root-not-fully-trusted", "client-own-store"), flow["diagnosis"]


def test_a_mebibyte_through_tls_in_tls(binary, tmp_path):
    pki = Pki(tmp_path / "pki")
    big = tmp_path / "site" / "big"
    big.parent.mkdir()
    big.write_bytes(bytes(range(256)) * 16384)  # 4 MiB
    site = Nginx(str(tmp_path / "nginx"), *pki.leaf("big.example"), directives=f"location = /big {{ root {big.parent}; }}")
    proxy = Proxy(binary, tmp_path / "data", "--roots", pki.root, "--resolve", "big.example:127.0.0.1")
    try:
        out = tmp_path / "got"
        code, _, err = curl(proxy, "-x", f"https://127.0.0.1:{proxy.port}", "--proxy-cacert", proxy.root(), "-o", str(out), f"https://big.example:{site.port}/big")
        assert code == 0 and out.read_bytes() == big.read_bytes(), err
        code, _, err = curl(proxy, "-x", f"https://127.0.0.1:{proxy.port}", "--proxy-cacert", proxy.root(), "-o", str(out), "--limit-rate", "2M",
                            f"https://big.example:{site.port}/big")
        assert code == 0 and out.read_bytes() == big.read_bytes(), err
    finally:
        site.stop()
        ended_well(proxy)


# --- logins ---

@pytest.fixture(scope="module")
def guarded(binary, tmp_path_factory):
    folder = tmp_path_factory.mktemp("guarded")
    users = folder / "users"
    users.write_text("# who may\nbob:x\n")
    one = Proxy(binary, folder / "data", "--lab", "--proxy-auth", "eva:se:cret", "--proxy-auth", f"@{users}")
    yield one
    ended_well(one)


def test_a_login_opens_the_proxy(guarded):
    for options in (["-x", guarded.url, "--proxy-user", "eva:se:cret"], ["-x", guarded.url, "--proxy-user", "bob:x", "--proxy-anyauth"],
                    ["-x", f"socks5h://eva:se%3Acret@127.0.0.1:{guarded.port}"],
                    ["-x", f"https://127.0.0.1:{guarded.port}", "--proxy-cacert", guarded.root(), "--proxy-user", "eva:se:cret"]):
        code, out, err = curl(guarded, *options, "-o", "/dev/null", "-w", "%{http_code}", "https://good.lab.test/")
        assert (code, out) == (0, "200"), err


def refused_record(proxy, login):
    while True:
        flow = proxy.record()
        if flow["client"]["login"] == login:
            return flow


def test_without_the_login_the_proxy_says_why(guarded):
    code, out, _ = curl(guarded, "-x", guarded.url, "-w", "%{http_connect}", "https://good.lab.test/")
    assert code == 56 and "407" in out
    flow = refused_record(guarded, "asked")
    assert flow["target"]["host"] == "good.lab.test" and top_cause(flow) == "proxy-auth-required"
    curl(guarded, "-x", guarded.url, "--proxy-user", "eva:nope", "https://good.lab.test/")
    flow = refused_record(guarded, "wrong")
    assert top_cause(flow) == "proxy-auth-required" and flow["diagnosis"][0]["confidence"] == "certain"
    code, _, _ = curl(guarded, "-x", f"socks5h://127.0.0.1:{guarded.port}", "https://good.lab.test/")
    assert code == 97
    assert top_cause(refused_record(guarded, "asked")) == "proxy-auth-required"


def test_no_password_comes_into_the_record(guarded):
    curl(guarded, "-x", guarded.url, "--proxy-user", "eva:hunter2", "http://good.lab.test/")
    assert "hunter2" not in str(refused_record(guarded, "wrong"))
    assert "hunter2" not in "".join(guarded.stderr)


# --- another proxy beyond ---

class Microsocks(Server):
    def __init__(self, *options):
        self.port = free_port()
        super().__init__(["microsocks", "-i", "127.0.0.1", "-p", str(self.port), *options])
        wait_for(self.port)


class Tinyproxy(Server):
    def __init__(self, folder, *lines):
        self.port = free_port()
        folder.mkdir()
        config = folder / "tinyproxy.conf"
        config.write_text("\n".join([f"Port {self.port}", "Listen 127.0.0.1", "Timeout 60", "MaxClients 20", f'LogFile "{folder}/log"', *lines, ""]))
        super().__init__(["tinyproxy", "-d", "-c", str(config)], stdout=subprocess.DEVNULL)
        wait_for(self.port)


class AddressPki(Pki):
    def address_leaf(self):
        self._request("127.0.0.1", "address")
        self._sign("address", "subjectAltName=IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                   "extendedKeyUsage=serverAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n", -10, 60,
                   "-cert", self.root, "-keyfile", self.root_key)
        return self.path("address.pem"), self.path("address.key")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Two sites on this machine, found by address: with TLS and without."""
    folder = tmp_path_factory.mktemp("site")
    pki = AddressPki(folder / "pki")
    tls, plain = Nginx(str(folder / "tls"), *pki.address_leaf()), Nginx(str(folder / "plain"))
    plain.tls_port, plain.root = tls.port, pki.root
    yield plain
    tls.stop()
    plain.stop()


def through(binary, folder, site, upstream, run):
    proxy = Proxy(binary, folder / "data", "--roots", site.root, "--upstream", upstream)
    try:
        run(proxy)
    finally:
        ended_well(proxy)


def both_sites_answer(site):
    def run(proxy):
        for url in (f"https://127.0.0.1:{site.tls_port}/", f"http://127.0.0.1:{site.port}/"):
            done = proxy.curl(url)
            assert done.stdout == b"nginx speaks\n", done.stderr
            flow = proxy.record("127.0.0.1")
            assert flow["dial"]["via"] and not flow["dial"].get("error") and flow["server_leg"]["address"] is None
            assert not flow["diagnosis"]
    return run


def refused_as(cause, error, **wanted):
    def run(proxy):
        done = proxy.curl(f"https://127.0.0.1:{wanted.pop('port')}/")
        assert b"proxy" in done.stdout, done.stderr
        flow = proxy.record("127.0.0.1")
        assert top_cause(flow) == cause and flow["dial"]["error"] == error, flow
        for name, value in wanted.items():
            assert flow["dial"][name] == value
    return run


def test_through_a_socks_proxy(binary, tmp_path, site):
    beyond = Microsocks()
    try:
        through(binary, tmp_path, site, f"socks5://127.0.0.1:{beyond.port}", both_sites_answer(site))
    finally:
        beyond.stop()


def test_through_a_socks_proxy_with_a_login(binary, tmp_path, site):
    beyond = Microsocks("-u", "eva", "-P", "pass")
    try:
        through(binary, tmp_path / "right", site, f"socks5://eva:pass@127.0.0.1:{beyond.port}", both_sites_answer(site))
        through(binary, tmp_path / "wrong", site, f"socks5://eva:nope@127.0.0.1:{beyond.port}",
                refused_as("upstream-proxy-407", "proxy-login", port=site.tls_port))
        through(binary, tmp_path / "none", site, f"socks5://127.0.0.1:{beyond.port}",
                refused_as("upstream-proxy-407", "proxy-login", port=site.tls_port))
    finally:
        beyond.stop()


def test_through_an_http_proxy(binary, tmp_path, site):
    beyond = Tinyproxy(tmp_path / "tinyproxy")
    try:
        through(binary, tmp_path, site, f"http://127.0.0.1:{beyond.port}", both_sites_answer(site))
    finally:
        beyond.stop()


def test_through_an_http_proxy_with_a_login(binary, tmp_path, site):
    beyond = Tinyproxy(tmp_path / "tinyproxy", "BasicAuth eva pass")
    try:
        through(binary, tmp_path / "right", site, f"http://eva:pass@127.0.0.1:{beyond.port}", both_sites_answer(site))
        through(binary, tmp_path / "wrong", site, f"http://eva:nope@127.0.0.1:{beyond.port}",
                refused_as("upstream-proxy-407", "proxy-login", port=site.tls_port, via_status=401))
        through(binary, tmp_path / "none", site, f"http://127.0.0.1:{beyond.port}",
                refused_as("upstream-proxy-407", "proxy-login", port=site.tls_port, via_status=407, via_asks="Basic"))
    finally:
        beyond.stop()


def test_an_http_proxy_that_lets_no_such_port_through(binary, tmp_path, site):
    beyond = Tinyproxy(tmp_path / "tinyproxy", "ConnectPort 563")
    try:
        through(binary, tmp_path, site, f"http://127.0.0.1:{beyond.port}",
                refused_as("upstream-proxy-407", "proxy-refused", port=site.tls_port, via_status=403))
    finally:
        beyond.stop()


def test_a_dead_proxy_is_not_a_dead_site(binary, tmp_path, site):
    through(binary, tmp_path, site, f"http://127.0.0.1:{free_port()}", refused_as("upstream-proxy-failed", "proxy-unreachable", port=site.tls_port))


def test_one_whytls_behind_another(binary, tmp_path):
    """Sites of the far one's lab, through both, by name; some hosts go past it."""
    far = Proxy(binary, tmp_path / "far", "--lab", "--proxy-auth", "eva:pass")
    near = Proxy(binary, tmp_path / "near", "--roots", far.root(), "--upstream", f"http://eva:pass@127.0.0.1:{far.port}=*.lab.test",
                 "--upstream", "direct=*", "--threads", "2")
    try:
        done = near.curl("https://good.lab.test/", "-o", "/dev/null", "-w", "%{http_code}")
        assert done.stdout == b"200", done.stderr
        flow = near.record("good.lab.test")
        assert flow["dial"]["via"] == f"http://127.0.0.1:{far.port}" and "pass" not in str(flow["dial"])
        near.curl(f"https://127.0.0.1:{free_port()}/")
        flow = near.record("127.0.0.1")
        assert "via" not in flow["dial"] or flow["dial"]["via"] is None
        assert top_cause(flow) == "tcp-refused"
    finally:
        ended_well(near)
        ended_well(far)


def test_a_proxy_beyond_by_tls(binary, tmp_path):
    """The far one takes TLS to itself; the near one verifies it, and trusts nobody else."""
    far = Proxy(binary, tmp_path / "far", "--lab", "--proxy-auth", "eva:pass")
    https = f"https://eva:pass@127.0.0.1:{far.port}"
    trusting = Proxy(binary, tmp_path / "near", "--roots", far.root(), "--upstream", https, "--upstream-ca", far.root())
    wary = Proxy(binary, tmp_path / "wary", "--roots", far.root(), "--upstream", https)
    try:
        done = trusting.curl("https://good.lab.test/", "-o", "/dev/null", "-w", "%{http_code}")
        assert done.stdout == b"200", done.stderr
        assert trusting.record("good.lab.test")["dial"]["via"] == f"https://127.0.0.1:{far.port}"
        far_flow = far.record("good.lab.test")
        assert far_flow["client"]["secure"] and far_flow["exchanges"][0]["status"] == 200
        wary.curl("https://good.lab.test/")
        flow = wary.record("good.lab.test")
        assert flow["dial"]["error"] == "proxy-failed" and top_cause(flow) == "upstream-proxy-failed"
        assert "certificate does not stand the test" in flow["dial"]["via_says"]
    finally:
        for one in (trusting, wary, far):
            ended_well(one)


def test_options_that_cannot_be_meant_are_refused(binary, tmp_path):
    for options, says in ((["--upstream", "ftp://x"], "socks5://"), (["--upstream", "http://eva:hunter2@"], "--upstream"), (["--proxy-auth", "eva"], "USER:PASSWORD"),
                          (["--listen", "127.0.0.1:1,tls"], "proxy-protocol"), (["--upstream-ca", "x.pem"], "https:// proxy"),
                          (["--upstream", "https://p.example", "--upstream-ca", "/no/such.pem"], "/no/such.pem")):
        done = subprocess.run([binary, "run", "--data", str(tmp_path), *options], capture_output=True, timeout=WAIT_S)
        assert done.returncode == 2 and says in done.stderr.decode(), done.stderr
        assert b"hunter2" not in done.stderr
