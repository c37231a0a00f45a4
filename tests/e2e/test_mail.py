"""`whytls explain` of real mail servers, on loopback: STARTTLS and TLS from the first byte, a certificate for another name."""

import json
import os
import shutil
import subprocess

import pytest

from mail import Dovecot, Postfix, open_folder
from proxy import WAIT_S
from sites import Pki

NAME, PROVIDER = "mail.shop.test", "mail.provider.test"
ACCEPTED, REFUSED = 0, 1

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
    server = Dovecot(folder / "dovecot", *pki.leaf(PROVIDER))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def postfix(pki, folder):
    server = Postfix(folder / "postfix", *pki.leaf(PROVIDER))
    yield server
    server.stop()


@pytest.fixture
def explain(binary, pki):
    def run(scheme, port, host=NAME):
        done = subprocess.run([binary, "explain", f"{scheme}://{host}:{port}", "--resolve", f"{host}:127.0.0.1", "--roots", pki.root,
                               "--anchors-are", "user", "--json"], capture_output=True, timeout=WAIT_S)
        assert done.stdout, done.stderr.decode()
        return done.returncode, json.loads(done.stdout)
    return run


def says_which_name_to_enter(code, flow, protocol, starttls):
    assert code == REFUSED
    assert flow["mail"]["protocol"] == protocol and flow["mail"]["starttls"] == starttls
    top = flow["diagnosis"][0]
    assert top["cause"] == "mail-name-mismatch" and top["confidence"] == "certain"
    assert any(f"enter {PROVIDER}" in fix for fix in top["device_fix"])


@pytest.mark.parametrize("scheme, starttls", [("imap", "offered"), ("imaps", "implicit"), ("pop3", "offered"), ("pop3s", "implicit")])
def test_dovecot_with_the_certificate_of_the_provider(dovecot, explain, scheme, starttls):
    code, flow = explain(scheme, getattr(dovecot, scheme))
    says_which_name_to_enter(code, flow, scheme.rstrip("s") if scheme != "pop3s" else "pop3", starttls)


@pytest.mark.parametrize("scheme, starttls", [("smtp", "offered"), ("smtps", "implicit")])
def test_postfix_with_the_certificate_of_the_provider(postfix, explain, scheme, starttls):
    code, flow = explain(scheme, getattr(postfix, scheme))
    says_which_name_to_enter(code, flow, "submission", starttls)


def test_the_providers_own_name_is_accepted(dovecot, explain):
    code, flow = explain("imap", dovecot.imap, PROVIDER)
    assert code == ACCEPTED and flow["diagnosis"] == []


def test_a_server_without_starttls_is_told_with_its_words(pki, folder, explain):
    server = Postfix(folder / "plain", *pki.leaf(PROVIDER, "plain"), tls=False)
    try:
        code, flow = explain("smtp", server.smtp)
    finally:
        server.stop()
    assert code == REFUSED
    assert flow["mail"]["starttls"] == "absent" and flow["mail"]["words"].startswith("502")
    assert flow["diagnosis"][0]["cause"] == "starttls-refused"


def test_the_wrong_protocol_is_no_crash(postfix, explain):
    code, flow = explain("imap", postfix.smtp)
    assert code == REFUSED and flow["mail"]["starttls"] == "none"
