"""What a certificate points at: a missing intermediate is fetched as iPhones do, a real responder is asked when that is wanted."""

import http.server
import json
import subprocess
import threading

import pytest

from proxy import WAIT_S
from sites import Pki, Server, SServer, free_port, openssl

ACCEPTED, REFUSED, BAD_INPUT = 0, 1, 2

CA = ("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
      "authorityKeyIdentifier=keyid\n")


class Files(http.server.ThreadingHTTPServer):
    """Serves bytes by path on loopback, and counts."""

    def __init__(self, pages):
        super().__init__(("127.0.0.1", 0), Answer)
        self.pages, self.asked = pages, []
        self.port = self.server_address[1]
        self.thread = threading.Thread(target=self.serve_forever)
        self.thread.start()

    def stop(self):
        self.shutdown()
        self.thread.join(WAIT_S)
        self.server_close()


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        body = self.server.pages.get(self.path)
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_):
        pass


class Vendor(Pki):
    def sell(self, host, file, more="", by=None):
        certificate, key = by or (self.root, self.root_key)
        self._request(host, file)
        self._sign(file, f"subjectAltName=DNS:{host}\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                         f"extendedKeyUsage=serverAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n{more}",
                   -10, 60, "-cert", certificate, "-keyfile", key)
        return self.path(f"{file}.pem")

    def issuer(self, name, file):
        self._request(name, file)
        self._sign(file, CA, -50, 500, "-cert", self.root, "-keyfile", self.root_key)
        return self.path(f"{file}.pem"), self.path(f"{file}.key")

    def revoke(self, certificate):
        openssl("ca", "-config", self.config, "-revoke", certificate, "-cert", self.root, "-keyfile", self.root_key,
                "-crl_reason", "keyCompromise")


@pytest.fixture(scope="module")
def vendor(tmp_path_factory):
    return Vendor(tmp_path_factory.mktemp("vendor"))


def der(pem):
    return openssl("x509", "-in", pem, "-outform", "DER")


def explain(binary, vendor, target, *options):
    done = subprocess.run([binary, "explain", target, "--host", "site.test", "--roots", vendor.root, "--json", *options,
                           "--resolve", "ca.site.test:127.0.0.1", "--resolve", "ocsp.site.test:127.0.0.1",
                           "--resolve", "site.test:127.0.0.1"], capture_output=True, timeout=WAIT_S)
    assert done.stderr == b"", done.stderr.decode()
    return done.returncode, json.loads(done.stdout)


def causes(flow):
    return [diagnosis["cause"] for diagnosis in flow["diagnosis"]]


def test_a_missing_intermediate_is_fetched(binary, vendor):
    issuing = vendor.issuer("Issuing CA", "issuing")
    files = Files({"/issuing.der": der(issuing[0])})
    leaf = vendor.sell("site.test", "short", f"authorityInfoAccess=caIssuers;URI:http://ca.site.test:{files.port}/issuing.der\n", issuing)
    try:
        _, flow = explain(binary, vendor, leaf)
        assert flow["server_leg"]["verdict"]["verdict"] == "accept"
        assert flow["server_leg"]["issuer_fetch"] == "fetched"
        assert causes(flow)[0] == "missing-intermediate-aia"
        assert files.asked == ["/issuing.der"]
        code, flow = explain(binary, vendor, leaf, "--fetch", "off")
        assert (code, flow["server_leg"]["verdict"]["verdict"]) == (REFUSED, "reject")
        assert len(files.asked) == 1
    finally:
        files.stop()


def test_an_address_without_the_certificate_is_told(binary, vendor):
    issuing = vendor.issuer("Second CA", "second")
    files = Files({})
    leaf = vendor.sell("site.test", "dead-end", f"authorityInfoAccess=caIssuers;URI:http://ca.site.test:{files.port}/gone.der\n", issuing)
    try:
        code, flow = explain(binary, vendor, leaf)
        assert code == REFUSED
        assert flow["server_leg"]["issuer_fetch"] == "not-there"
        assert causes(flow)[0] == "missing-intermediate-no-aia"
    finally:
        files.stop()


def test_a_certificate_cannot_make_us_look_into_our_own_network(binary, vendor):
    issuing = vendor.issuer("Third CA", "third")
    files = Files({"/issuing.der": der(issuing[0])})
    leaf = vendor.sell("site.test", "inward", f"authorityInfoAccess=caIssuers;URI:http://127.0.0.1:{files.port}/issuing.der\n", issuing)
    try:
        code, flow = explain(binary, vendor, leaf)
        assert code == REFUSED
        assert flow["server_leg"]["issuer_fetch"] == "unreachable"
        assert files.asked == []
    finally:
        files.stop()


class Responder(Server):
    def __init__(self, vendor, port):
        super().__init__(["openssl", "ocsp", "-index", vendor.path("index.txt"), "-port", str(port), "-CA", vendor.root,
                          "-rsigner", vendor.root, "-rkey", vendor.root_key, "-nmin", "60", "-text"], stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if "waiting for OCSP client connections" in line or "ACCEPT" in line:
                break
        self.reader = threading.Thread(target=lambda: [None for _ in self.process.stdout])
        self.reader.start()

    def stop(self):
        self.process.terminate()
        self.process.wait(WAIT_S)
        self.reader.join(WAIT_S)
        self.process.stdout.close()


def test_a_real_responder_is_asked_when_that_is_wanted(binary, vendor):
    port = free_port()
    leaf = vendor.sell("site.test", "watched", f"authorityInfoAccess=OCSP;URI:http://ocsp.site.test:{port}/\n")
    code, flow = explain(binary, vendor, leaf)
    assert (code, flow["server_leg"]["verdict"]["revocation"]) == (ACCEPTED, "not-checked")
    _, flow = explain(binary, vendor, leaf, "--revocation")
    assert flow["server_leg"]["verdict"]["revocation"] == "unreachable"
    assert causes(flow)[0] == "ocsp-unreachable"

    responder = Responder(vendor, port)
    try:
        code, flow = explain(binary, vendor, leaf, "--revocation")
        assert (code, flow["server_leg"]["verdict"]["revocation"]) == (ACCEPTED, "good")
        assert flow["server_leg"]["verdict"]["revocation_source"] == "ocsp"
    finally:
        responder.stop()

    vendor.revoke(leaf)
    responder = Responder(vendor, port)
    try:
        code, flow = explain(binary, vendor, leaf, "--revocation")
        assert code == REFUSED
        assert causes(flow)[0] == "cert-revoked"
        assert flow["server_leg"]["verdict"]["osstatus"] == -67820
        assert "keyCompromise" in flow["server_leg"]["verdict"]["checks"][0]["detail"]
    finally:
        responder.stop()


def test_a_list_is_read_when_that_is_wanted(binary, vendor):
    files = Files({})
    leaf = vendor.sell("site.test", "listed", f"crlDistributionPoints=URI:http://ca.site.test:{files.port}/root.crl\n")
    try:
        _, flow = explain(binary, vendor, leaf, "--revocation")
        assert causes(flow)[0] == "crl-unavailable"
        crl = ("ca", "-config", vendor.config, "-gencrl", "-cert", vendor.root, "-keyfile", vendor.root_key, "-crldays", "7",
               "-out", vendor.path("root.crl"))
        openssl(*crl)
        files.pages["/root.crl"] = openssl("crl", "-in", vendor.path("root.crl"), "-outform", "DER")
        code, flow = explain(binary, vendor, leaf, "--revocation")
        assert (code, flow["server_leg"]["verdict"]["revocation_source"]) == (ACCEPTED, "crl")
        vendor.revoke(leaf)
        openssl(*crl)
        files.pages["/root.crl"] = openssl("crl", "-in", vendor.path("root.crl"), "-outform", "DER")
        code, flow = explain(binary, vendor, leaf, "--revocation")
        assert (code, causes(flow)[0]) == (REFUSED, "cert-revoked")
    finally:
        files.stop()


def test_a_staple_is_looked_at_without_being_asked_for(binary, vendor):
    leaf = vendor.sell("site.test", "stapled")
    openssl("ocsp", "-index", vendor.path("index.txt"), "-CA", vendor.root, "-rsigner", vendor.root, "-rkey", vendor.root_key,
            "-issuer", vendor.root, "-cert", leaf, "-ndays", "1", "-respout", vendor.path("staple.der"), "-noverify")
    site = SServer(leaf, vendor.path("stapled.key"), "-status_file", vendor.path("staple.der"))
    try:
        code, flow = explain(binary, vendor, f"site.test:{site.port}")
        assert (code, flow["server_leg"]["staple"]) == (ACCEPTED, "good")
        assert flow["server_leg"]["verdict"]["revocation_source"] == "staple"
    finally:
        site.stop()


def test_misspelt_options_are_named(binary, vendor):
    for options in (["explain", "x", "--fetch", "maybe"], ["run", "--revocation", "perhaps"], ["run", "--fetch", "off", "--revocation", "fetch"]):
        done = subprocess.run([binary, *options], capture_output=True, timeout=WAIT_S)
        assert done.returncode == BAD_INPUT
        assert done.stderr.decode().count("\n") == 1 and "--" in done.stderr.decode()
