"""Mail through the proxy: real servers on their well-known ports, and the programs that people use."""

import os
import poplib
import shutil
import smtplib
import socket
import ssl
import subprocess
import threading

import pytest

from mail import Dovecot, Postfix, open_folder, programs, trusting
from proxy import WAIT_S, Proxy, causes, ended_well, top_cause
from roads import Connector, connect
from sites import Pki

NAME, PROVIDER = "mail.shop.test", "mail.provider.test"
AT, PLAIN_AT = "127.0.0.77", "127.0.0.78"  # addresses of their own, so that the well-known ports are free

pytestmark = pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("dovecot") or not shutil.which("postfix"),
                                reason="dovecot and postfix want root")


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def folder():
    with open_folder() as top:
        yield top


@pytest.fixture(scope="module")
def dovecot(pki, folder):
    server = Dovecot(folder / "dovecot", *pki.leaf(PROVIDER, "dovecot"), at=AT, ports=[143, 993, 110, 995])
    yield server
    server.stop()


@pytest.fixture(scope="module")
def postfix(pki, folder):
    server = Postfix(folder / "postfix", *pki.leaf(PROVIDER, "postfix"), at=AT, ports=[587, 465])
    yield server
    server.stop()


@pytest.fixture(scope="module")
def servers(dovecot, postfix):
    """Both are the provider's."""
    return dovecot, postfix


@pytest.fixture
def proxy(binary, pki, tmp_path):
    one = Proxy(binary, tmp_path / "data", "--threads", "2", "--roots", pki.root, "--resolve", f"{PROVIDER}:{AT}",
                "--resolve", f"{NAME}:{AT}", "--resolve", f"plain.test:{PLAIN_AT}")
    yield one
    ended_well(one)


def mail_of(flow):
    return {name: value for name, value in flow["mail"].items() if value is not None}


def went_well(flow, protocol, starttls):
    assert mail_of(flow) == {"protocol": protocol, "starttls": starttls}
    assert flow["protocol"] == protocol
    assert flow["decision"]["action"] == "intercept" and flow["server_leg"]["verdict"]["verdict"] == "accept"
    assert flow["diagnosis"] == [] and flow["exchanges"] == []
    assert not [note for note in flow["notes"] if note["severity"] != "info"]


def test_imap_upgrades(servers, proxy):
    imap, _, _ = programs(proxy)
    with imap(PROVIDER, 143) as box:
        assert "STARTTLS" in box.capabilities
        assert box.starttls(trusting(proxy))[0] == "OK"
        assert "STARTTLS" not in box.capabilities
        assert box.noop()[0] == "OK"
    went_well(proxy.record(PROVIDER), "imap", "offered")


def test_pop3_upgrades(servers, proxy):
    _, pop, _ = programs(proxy)
    box = pop(PROVIDER, 110)
    assert "STLS" in box.capa()
    box.stls(trusting(proxy))
    assert "STLS" not in box.capa()
    box.quit()
    went_well(proxy.record(PROVIDER), "pop3", "offered")


def test_submission_upgrades(servers, proxy):
    _, _, smtp = programs(proxy)
    with smtp(PROVIDER, 587) as out:
        out.ehlo()
        assert out.has_extn("starttls")
        assert out.starttls(context=trusting(proxy))[0] == 220
        out.ehlo()
        assert not out.has_extn("starttls")
        assert out.noop()[0] == 250
    went_well(proxy.record(PROVIDER), "submission", "offered")


@pytest.mark.parametrize("port, greeting, protocol", [(993, b"* OK", "imap"), (995, b"+OK ", "pop3"), (465, b"220 ", "submission")])
def test_tls_from_the_first_byte(servers, proxy, port, greeting, protocol):
    with trusting(proxy).wrap_socket(connect(proxy, PROVIDER, port), server_hostname=PROVIDER) as s:
        assert s.recv(4) == greeting
        s.recv(4096)
        s.sendall(b"1 LOGOUT\r\n" if port == 993 else b"QUIT\r\n")
        while s.recv(4096):
            pass
    went_well(proxy.record(PROVIDER), protocol, "implicit")


@pytest.mark.parametrize("scheme, port, word, starttls", [
    ("imap", 143, "CAPABILITY", "offered"), ("imaps", 993, "CAPABILITY", "implicit"),
    ("pop3", 110, "CAPA", "offered"), ("pop3s", 995, "CAPA", "implicit"),
    ("smtp", 587, "NOOP", "offered"), ("smtps", 465, "NOOP", "implicit")])
def test_curl(servers, proxy, scheme, port, word, starttls):
    done = proxy.curl(f"{scheme}://{PROVIDER}:{port}/", "-p", "--ssl-reqd", "-X", word)
    assert done.returncode == 0, done.stderr
    went_well(proxy.record(PROVIDER), {"smtp": "submission", "smtps": "submission"}.get(scheme, scheme[:4]), starttls)


@pytest.mark.parametrize("protocol, port, recorded", [("imap", 143, "imap"), ("pop3", 110, "pop3"), ("smtp", 587, "submission")])
def test_openssl_s_client(servers, proxy, protocol, port, recorded):
    # `openssl s_client -proxy` throws away what comes in one segment with the answer to CONNECT, and a server here greets as fast as that
    road = Connector(proxy, f"{PROVIDER}:{port}")
    done = subprocess.run(["openssl", "s_client", "-starttls", protocol, "-connect", f"127.0.0.1:{road.port}", "-servername", PROVIDER,
                           "-verify_hostname", PROVIDER, "-CAfile", proxy.root(), "-verify_return_error", "-crlf", "-quiet"],
                          input=b"1 LOGOUT\n" if protocol == "imap" else b"QUIT\n", capture_output=True, timeout=WAIT_S)
    road.stop()
    assert done.returncode == 0, done.stderr
    went_well(proxy.record(PROVIDER), recorded, "offered")


def test_openssl_s_client_asks_the_proxy_itself(servers, proxy):
    done = subprocess.run(["openssl", "s_client", "-proxy", f"127.0.0.1:{proxy.port}", "-connect", f"{PROVIDER}:993", "-servername",
                           PROVIDER, "-CAfile", proxy.root(), "-verify_return_error", "-crlf", "-quiet"],
                          input=b"1 LOGOUT\n", capture_output=True, timeout=WAIT_S)
    assert done.returncode == 0 and b"* OK" in done.stdout, done.stderr
    went_well(proxy.record(PROVIDER), "imap", "implicit")


def test_the_certificate_of_the_provider_is_not_for_our_name(servers, proxy):
    imap, _, _ = programs(proxy)
    box = imap(NAME, 143)
    with pytest.raises((ssl.SSLError, OSError)):
        box.starttls(trusting(proxy))
    box.sock.close()
    flow = proxy.record(NAME)
    assert flow["decision"]["answer"] == "alert"
    assert mail_of(flow) == {"protocol": "imap", "starttls": "offered"}
    top = flow["diagnosis"][0]
    assert top["cause"] == "mail-name-mismatch" and top["confidence"] == "certain"
    assert any(f"enter {PROVIDER}" in fix for fix in top["device_fix"])


def test_a_program_that_does_not_trust_us(servers, proxy):
    imap, _, _ = programs(proxy)
    box = imap(PROVIDER, 143)
    with pytest.raises(ssl.SSLCertVerificationError):
        box.starttls(ssl.create_default_context())
    box.sock.close()
    flow = proxy.record(PROVIDER)
    assert flow["failed_leg"] == "client" and flow["mail"]["starttls"] == "offered"
    assert flow["client_leg"]["alert"]["name"] == "unknown_ca"


def test_a_login_without_tls_is_noted(servers, proxy):
    _, pop, _ = programs(proxy)
    box = pop(PROVIDER, 110)
    with pytest.raises(poplib.error_proto):
        box.user("me")  # dovecot wants TLS first
    box.close()
    flow = proxy.record(PROVIDER)
    assert flow["decision"]["action"] == "tunnel"
    assert [note["severity"] for note in flow["notes"] if note["code"] == "relay/plain-login"] == ["high"]


def test_tls_from_the_first_byte_on_a_port_that_greets(servers, proxy):
    plain = connect(proxy, PROVIDER, 587)
    assert plain.recv(4) == b"220 "
    with pytest.raises(OSError):
        trusting(proxy).wrap_socket(plain, server_hostname=PROVIDER)
    plain.close()
    assert top_cause(proxy.record(PROVIDER)) == "starttls-needed"


def test_a_server_without_tls(pki, folder, proxy):
    server = Postfix(folder / "plain", *pki.leaf("plain.test"), tls=False, at=PLAIN_AT, ports=[587, 465])
    try:
        _, _, smtp = programs(proxy)
        with smtp("plain.test", 587) as out:
            with pytest.raises(smtplib.SMTPNotSupportedError):
                out.starttls(context=trusting(proxy))
    finally:
        server.stop()
    flow = proxy.record("plain.test")
    assert flow["mail"]["starttls"] == "absent"
    assert causes(flow) == ["starttls-refused", "starttls-stripped"]


class Cheat(threading.Thread):
    """A server that says more than it should, behind its go-ahead."""
    def __init__(self, at):
        super().__init__()
        self.listener = socket.create_server((at, 143))
        self.heard = b""

    def run(self):
        s, _ = self.listener.accept()
        s.sendall(b"* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n")
        while not self.heard.endswith(b"STARTTLS\r\n"):
            self.heard += s.recv(100)
        s.sendall(self.heard.split()[0] + b" OK go\r\n* OK [ALERT] slipped in\r\n")
        self.heard += s.recv(100)
        s.close()
        self.listener.close()


def test_what_is_slipped_in_behind_the_go_ahead_never_arrives(proxy):
    cheat = Cheat(PLAIN_AT)
    cheat.start()
    s = connect(proxy, "plain.test", 143)
    assert s.recv(4096).startswith(b"* OK")
    s.sendall(b"a1 STARTTLS\r\n")
    assert s.recv(4096) == b""
    cheat.join(WAIT_S)
    flow = proxy.record("plain.test")
    assert mail_of(flow) == {"protocol": "imap", "starttls": "injected", "injected_by": "server"}
    assert top_cause(flow) == "starttls-injection"


def test_on_ports_of_their_own_choice_the_greeting_tells(pki, folder, proxy):
    server = Dovecot(folder / "elsewhere", *pki.leaf("plain.test"), at=PLAIN_AT)
    try:
        imap, _, _ = programs(proxy)
        with imap("plain.test", server.imap) as box:
            assert box.starttls(trusting(proxy))[0] == "OK"
            assert box.noop()[0] == "OK"
        went_well(proxy.record("plain.test"), "imap", "offered")
        with trusting(proxy).wrap_socket(connect(proxy, "plain.test", server.imaps), server_hostname="plain.test") as s:
            assert s.recv(4) == b"* OK"
            s.sendall(b"1 LOGOUT\r\n")
            while s.recv(4096):
                pass
        went_well(proxy.record("plain.test"), "imap", "implicit")
    finally:
        server.stop()
