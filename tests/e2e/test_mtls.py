"""A company's site wants to see a client certificate: the proxy shows one of its own, or says what is missing."""

import json
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from proxy import WAIT_S, Proxy, causes, ended_well, top_cause
from sites import Nginx, Pki, SServer, openssl

HOST = "shop.lab-corp.test"


class Answer(BaseHTTPRequestHandler):
    """Who came? 403 for who shows nothing."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        shown = self.connection.getpeercert()
        body = (dict(part[0] for part in shown["subject"])["commonName"] if shown else "nobody").encode()
        self.send_response(200 if shown else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class PythonSite:
    """An HTTPS server of Python that wants client certificates of one CA."""

    def __init__(self, certificate, key, client_ca, must=True, version=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED if must else ssl.CERT_OPTIONAL
        if version:
            context.minimum_version = context.maximum_version = version
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.thread.join(WAIT_S)
        self.server.server_close()


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("sites"), "Site Root")


@pytest.fixture(scope="module")
def good(pki):
    return pki.leaf(HOST)


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """Two CAs of clients; an identity of each, as PEM, and one as PKCS#12 with the password beside it."""
    folder = tmp_path_factory.mktemp("people")
    ours, others = Pki(folder / "ours", "Client CA"), Pki(folder / "others", "Other CA")
    made = {"ca": ours.root}
    for name, ca, days in (("anna", ours, 60), ("bob", others, 60), ("late", ours, -1)):
        ca._request(name, name)
        ca._sign(name, "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n",
                 -50, days, "-cert", ca.root, "-keyfile", ca.root_key)
        made[name] = ca.path(f"{name}-both.pem")
        with open(made[name], "wb") as both:
            for part in ("pem", "key"):
                with open(ca.path(f"{name}.{part}"), "rb") as one:
                    both.write(one.read())
    made["p12"], made["password"] = ours.path("anna.p12"), ours.path("password")
    with open(made["password"], "w", encoding="utf-8") as out:
        out.write("geheim\n")
    openssl("pkcs12", "-export", "-in", made["anna"], "-passout", f"file:{made['password']}", "-out", made["p12"])
    return made


@pytest.fixture
def start(binary, tmp_path, pki):
    running = []

    def begin(*options):
        running.append(Proxy(binary, tmp_path / f"data-{len(running)}", "--roots", pki.root, "--resolve", f"{HOST}:127.0.0.1",
                             "--threads", "1", *options))
        return running[-1]
    yield begin
    for one in running:
        ended_well(one)


@pytest.fixture
def site():
    running = []

    def serve(made):
        running.append(made)
        return made
    yield serve
    for one in running:
        one.stop()


def ask(proxy, site, *options):
    """Status, body and record of one request."""
    done = proxy.curl(f"https://{HOST}:{site.port}/", "-w", "\n%{http_code}", *options)
    body, _, status = done.stdout.decode().rpartition("\n")
    return int(status), body, proxy.record(HOST)


VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_right_identity_opens_the_site(start, site, good, people, version):
    proxy = start("--identity", f"{people['p12']}=*.lab-corp.test", "--identity-password-file", people["password"])
    status, body, flow = ask(proxy, site(PythonSite(*good, people["ca"], version=version)))
    assert (status, body, flow["diagnosis"]) == (200, "anna", [])
    request = flow["server_leg"]["certificate_request"]
    assert (request["asked"], request["answer"], request["accepts"]) == ("handshake", "sent", [])       # Python names no CA
    assert request["certificate"]["subject"] == "CN=anna"


@pytest.mark.parametrize("version", VERSIONS)
def test_without_one_the_site_says_what_it_wants(start, site, good, people, version):
    status, body, flow = ask(start(), site(PythonSite(*good, people["ca"], version=version)))
    assert (status, top_cause(flow)) == (502, "mtls-required")
    assert "mtls-required" in body
    assert flow["server_leg"]["certificate_request"]["answer"] == "none"


def naming(people):
    """Of openssl s_server: demands a certificate, and says of which CA."""
    return ["-Verify", "1", "-verify_return_error", "-CAfile", people["ca"]]


def test_the_cas_that_a_site_names_are_told(start, site, good, people):
    _, body, flow = ask(start(), site(SServer(*good, *naming(people))))
    request = flow["server_leg"]["certificate_request"]
    assert (request["accepts"], request["n_accepts"]) == (["CN=Client CA"], 1)
    assert "Client CA" in body


def test_one_by_another_ca_is_kept_back(start, site, good, people):
    status, _, flow = ask(start("--identity", people["bob"]), site(SServer(*good, *naming(people))))
    assert (status, top_cause(flow)) == (502, "mtls-required")
    assert flow["server_leg"]["certificate_request"]["answer"] == "no-fit"


def test_one_for_another_host_is_kept_back(start, site, good, people):
    _, _, flow = ask(start("--identity", f"{people['anna']}=mail.lab-corp.test"), site(PythonSite(*good, people["ca"])))
    assert flow["server_leg"]["certificate_request"]["answer"] == "none"


@pytest.mark.parametrize("version", VERSIONS)
def test_an_expired_one_is_refused_in_the_handshake(start, site, good, people, version):
    status, _, flow = ask(start("--identity", people["late"]), site(PythonSite(*good, people["ca"], version=version)))
    assert (status, top_cause(flow)) == (502, "mtls-rejected")
    assert flow["server_leg"]["alert"]["name"] == "certificate_expired"
    assert flow["diagnosis"][0]["confidence"] == "certain"


def test_a_site_that_goes_on_without_one_and_refuses_the_request(start, site, good, people):
    status, body, flow = ask(start(), site(PythonSite(*good, people["ca"], must=False)))
    assert (status, body, top_cause(flow)) == (403, "nobody", "mtls-403")


def test_nginx_says_so_by_a_status_of_400(start, site, good, people, tmp_path):
    served = site(Nginx(tmp_path / "nginx", *good, f"ssl_client_certificate {people['ca']}; ssl_verify_client on;"))
    status, _, flow = ask(start(), served)
    assert (status, top_cause(flow)) == (400, "mtls-403")
    status, body, flow = ask(start("--identity", people["anna"]), served)
    assert (status, body, flow["diagnosis"]) == (200, "nginx speaks\n", [])
    status, _, flow = ask(start("--identity", people["late"]), served)
    assert (status, top_cause(flow)) == (400, "mtls-rejected")


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssl_s_server_that_names_no_ca_refuses_a_stranger(start, site, good, people, version):
    served = site(SServer(*good, "-Verify", "1", "-verify_return_error", "-verifyCAfile", people["ca"], version))
    status, _, flow = ask(start("--identity", people["bob"]), served)
    assert (status, top_cause(flow)) == (502, "mtls-rejected")
    assert flow["server_leg"]["certificate_request"]["n_accepts"] == 0
    status, body, flow = ask(start("--identity", people["anna"]), served)
    assert status == 200 and "s_server" in body and flow["diagnosis"] == []


def test_the_phone_is_asked_only_when_told_so(start, site, good, pki, people, tmp_path):
    served = site(Nginx(tmp_path / "nginx", *good))
    proxy = start("--ask-client-certificate", HOST)
    _, _, flow = ask(proxy, served, "--cert", people["anna"])
    request = flow["client_leg"]["certificate_request"]
    assert (request["answer"], request["certificate"]["subject"]) == ("sent", "CN=anna")
    status, _, flow = ask(proxy, served)
    assert (status, flow["client_leg"]["certificate_request"]["answer"]) == (200, "none")
    _, _, flow = ask(start(), served, "--cert", people["anna"])
    assert "certificate_request" not in flow["client_leg"]


def test_a_certificate_of_the_phone_that_cannot_pass_is_named(start, site, good, people):
    proxy = start("--ask-client-certificate", "*.lab-corp.test")
    status, _, flow = ask(proxy, site(PythonSite(*good, people["ca"])), "--cert", people["anna"])
    assert status in (0, 502)
    assert "mtls-through-proxy" in causes(flow)


def explained(binary, site, pki, *options):
    done = subprocess.run([binary, "explain", f"{HOST}:{site.port}", "--resolve", f"{HOST}:127.0.0.1", "--roots", pki.root, "--json",
                           *options], capture_output=True, timeout=WAIT_S)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def test_explain_shows_an_identity_too(binary, site, good, pki, people):
    served = site(PythonSite(*good, people["ca"]))
    assert top_cause(explained(binary, served, pki)) == "mtls-required"
    flow = explained(binary, served, pki, "--identity", people["anna"])
    assert (flow["diagnosis"], flow["server_leg"]["certificate_request"]["answer"]) == ([], "sent")
    assert top_cause(explained(binary, served, pki, "--identity", people["late"])) == "mtls-rejected"


@pytest.mark.parametrize("options, says", [
    (["--identity", "/nowhere.pem"], "/nowhere.pem"),
    (["--identity-password-file", "/nowhere"], "--identity"),
    (["--ask-client-certificate", "no host"], "no host"),
])
def test_what_is_wrong_on_the_command_line_is_named(binary, tmp_path, options, says):
    done = subprocess.run([binary, "run", "--data", str(tmp_path), *options], capture_output=True, timeout=WAIT_S)
    assert done.returncode == 2
    assert says in done.stderr.decode() and done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("curves, ciphers", [("P-256", "TLS_AES_256_GCM_SHA384"), ("X25519", "TLS_CHACHA20_POLY1305_SHA256")])
def test_the_site_is_offered_what_the_client_offers(start, site, good, curves, ciphers):
    proxy = start()
    _, body, flow = ask(proxy, site(SServer(*good)), "--curves", curves, "--tls13-ciphers", ciphers, "--tlsv1.3")
    assert flow["server_leg"]["cipher"] == ciphers == flow["client_leg"]["cipher"]
    assert flow["server_leg"]["group"] == flow["client_leg"]["group"]
    assert ciphers in body
