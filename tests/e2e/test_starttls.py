"""Others that begin in plain words and go over to TLS: ManageSieve and XMPP, by a scripted server on their own ports."""

import json
import socket
import ssl
import subprocess
import threading

import pytest

from mail import trusting
from proxy import WAIT_S, Proxy, ended_well, top_cause
from roads import connect
from sites import Pki

NAME, AT = "talk.shop.test", "127.0.0.79"  # an address of its own, so that the well-known ports are free

SIEVE_HELLO = b'"IMPLEMENTATION" "scripted"\r\n"SASL" ""\r\n"STARTTLS"\r\nOK "ready"\r\n'
STREAM = b"<stream:stream xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
FEATURES = b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>"
WISH, PROCEED = b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"

# What the server waits for, and what it says then; TLS begins after the last one.
SIEVE = (4190, [(b"", SIEVE_HELLO), (b"STARTTLS\r\n", b'OK "go"\r\n')])
SIEVE_NO = (4190, [(b"", SIEVE_HELLO), (b"STARTTLS\r\n", b'NO "not now"\r\n')])
XMPP = (5222, [(STREAM, STREAM + FEATURES), (WISH, PROCEED)])
XMPP_SLIPPED = (5222, [(STREAM, STREAM + FEATURES), (WISH, PROCEED + b"<message/>")])


def until(s, end):
    got = b""
    while not got.endswith(end):
        more = s.recv(4096)
        if not more:
            break
        got += more
    return got


class Talker:
    """One connection: the script, then TLS, in which it says what it was told."""

    def __init__(self, cert, key, script):
        port, self.script = script
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(cert, key)
        self.listener = socket.create_server((AT, port))
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        self.thread.join(WAIT_S)

    def _serve(self):
        raw, _ = self.listener.accept()
        raw.settimeout(WAIT_S)
        try:
            for wanted, says in self.script:
                if wanted:
                    until(raw, wanted)
                raw.sendall(says)
            with self.context.wrap_socket(raw, server_side=True) as s:
                s.sendall(b"inside: " + s.recv(100))
        except OSError:
            pass
        finally:
            raw.close()


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def proxy(binary, pki, tmp_path):
    one = Proxy(binary, tmp_path / "data", "--threads", "1", "--roots", pki.root, "--resolve", f"{NAME}:{AT}")
    yield one
    ended_well(one)


@pytest.mark.parametrize("script, protocol", [(SIEVE, "sieve"), (XMPP, "xmpp")])
def test_both_legs_go_over(proxy, pki, script, protocol):
    with Talker(*pki.leaf(NAME, protocol), script):
        raw = connect(proxy, NAME, script[0])
        for wish, answer in script[1]:
            raw.sendall(wish)
            assert until(raw, answer) == answer
        with trusting(proxy).wrap_socket(raw, server_hostname=NAME) as s:
            s.sendall(b"hello")
            assert s.recv(100) == b"inside: hello"
    flow = proxy.record(NAME)
    assert flow["mail"]["protocol"] == protocol and flow["mail"]["starttls"] == "offered"
    assert flow["decision"]["action"] == "intercept" and flow["server_leg"]["verdict"]["verdict"] == "accept" and flow["diagnosis"] == []


def test_a_server_that_refuses_is_told_of(proxy, pki):
    with Talker(*pki.leaf(NAME, "no"), SIEVE_NO):
        with connect(proxy, NAME, 4190) as raw:
            assert until(raw, b'OK "ready"\r\n') == SIEVE_HELLO
            raw.sendall(b"STARTTLS\r\n")
            assert until(raw, b"\r\n") == b'NO "not now"\r\n'
    flow = proxy.record(NAME)
    assert flow["mail"]["starttls"] == "refused" and flow["mail"]["words"] == 'NO "not now"' and top_cause(flow) == "starttls-refused"


def test_what_is_slipped_in_does_not_cross(proxy, pki):
    with Talker(*pki.leaf(NAME, "slipped"), XMPP_SLIPPED):
        with connect(proxy, NAME, 5222) as raw:
            raw.sendall(STREAM)
            assert until(raw, FEATURES) == STREAM + FEATURES
            raw.sendall(WISH)
            assert raw.recv(100) == b""
    flow = proxy.record(NAME)
    assert flow["mail"]["starttls"] == "injected" and top_cause(flow) == "starttls-injection"


def test_explain_speaks_managesieve(binary, pki):
    with Talker(*pki.leaf("other.shop.test", "other"), SIEVE):
        done = subprocess.run([binary, "explain", f"sieve://{NAME}", "--resolve", f"{NAME}:{AT}", "--roots", pki.root, "--json"],
                              capture_output=True, timeout=WAIT_S)
    flow = json.loads(done.stdout)
    assert done.returncode == 1, done.stderr
    assert flow["mail"] == {"protocol": "sieve", "starttls": "offered", **{k: v for k, v in flow["mail"].items() if v is None}}
    assert top_cause(flow) in ("mail-name-mismatch", "name-mismatch")
