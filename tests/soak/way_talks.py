"""Talks by the other ways in and out: SOCKS5, a balancer, TLS to the proxy, a proxy beyond; mail; bytes of no known protocol."""

import os
import socket
import subprocess

import mail
from world import BY_HTTP, BY_SOCKS, BYTES, LIVE, MAIL, WAIT_S, exactly, until

NAME, V4, V6 = 3, 1, 4  # RFC 1928 §5


def said_back(s):
    for size in (1, 2000, 100_000):
        said = b"\0" + os.urandom(size - 1)  # no HTTP begins so
        s.sendall(said)
        assert exactly(s, size) == said


def a_request(s):
    s.sendall(f"GET /none HTTP/1.1\r\nHost: {LIVE}\r\n\r\n".encode())
    assert until(s, b"\r\n\r\n").startswith(b"HTTP/1.1 204 ")


def bytes_in_tls(w):
    """Like MQTT: no protocol is named, and nothing looks like HTTP."""
    with w.site(BYTES, w.bytes, alpn=None) as s:
        s.sendall(b"\x10\x0c\0\4MQTT\4\2\0\x3c")
        assert exactly(s, 12) == b"\x10\x0c\0\4MQTT\4\2\0\x3c"
        said_back(s)


def socks_name(w):
    with w.tls(w.socks(NAME, bytes([len(LIVE)]) + LIVE.encode(), w.live), LIVE) as s:
        a_request(s)


def socks_v4(w):
    with w.tls(w.socks(V4, socket.inet_aton("127.0.0.1"), w.bytes4), "127.0.0.1", alpn=None) as s:
        said_back(s)


def socks_v6(w):
    with w.tls(w.socks(V6, socket.inet_pton(socket.AF_INET6, "::1"), w.bytes6), "::1", alpn=None) as s:
        said_back(s)


def socks_login(w):
    with w.tls(w.socks(NAME, bytes([len(LIVE)]) + LIVE.encode(), w.live, login=(b"eva", b"se:cret")), LIVE) as s:
        a_request(s)


def balanced(w, header):
    raw = w.dial(w.balanced)
    raw.sendall(header)
    with w.tls(w.connect(LIVE, w.live, raw), LIVE) as s:
        a_request(s)


def balancer_text(w):
    balanced(w, b"PROXY TCP4 10.1.2.3 10.0.0.1 4711 8080\r\n")


def balancer_binary(w):
    balanced(w, b"\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24" + socket.inet_pton(socket.AF_INET6, "fd00::7") + socket.inet_pton(socket.AF_INET6, "fd00::1")
             + (4711).to_bytes(2, "big") + (8080).to_bytes(2, "big"))


def secure_proxy(w):
    """curl speaks TLS to the proxy, and TLS to the site inside it."""
    w.count()
    done = subprocess.run(["curl", "-sS", "-x", f"https://127.0.0.1:{w.proxy.port}", "--proxy-cacert", w.proxy.root(), "--cacert", w.proxy.root(),
                           "--max-time", str(WAIT_S), "--noproxy", "", f"https://{LIVE}:{w.live}/coded?gzip", "--compressed"], capture_output=True)
    assert done.stdout == b"the same text, the same text, and the same text once more", done


def beyond_http(w):
    with w.site(BY_HTTP, w.beyond[BY_HTTP], alpn=None) as s:
        said_back(s)


def beyond_socks(w):
    with w.site(BY_SOCKS, w.beyond[BY_SOCKS], alpn=None) as s:
        said_back(s)


# --- mail ---

def imap_upgrade(w):
    w.count()
    imap, _, _ = mail.programs(w.proxy)
    with imap(MAIL, 143) as box:
        assert box.starttls(mail.trusting(w.proxy))[0] == "OK" and box.noop()[0] == "OK"


def pop3_upgrade(w):
    w.count()
    _, pop, _ = mail.programs(w.proxy)
    box = pop(MAIL, 110)
    box.stls(mail.trusting(w.proxy))
    assert "STLS" not in box.capa()
    box.quit()


def smtp_upgrade(w):
    w.count()
    _, _, smtp = mail.programs(w.proxy)
    with smtp(MAIL, 587) as out:
        assert out.starttls(context=mail.trusting(w.proxy))[0] == 220
        out.ehlo()
        assert out.noop()[0] == 250


def greeted(w, port, greeting, goodbye):
    with w.site(MAIL, port, alpn=None) as s:
        until(s, greeting)
        s.sendall(goodbye)
        while s.recv(4096):
            pass


def imaps(w):
    greeted(w, 993, b"* OK", b"1 LOGOUT\r\n")


def pop3s(w):
    greeted(w, 995, b"+OK ", b"QUIT\r\n")


def smtps(w):
    greeted(w, 465, b"220 ", b"QUIT\r\n")


TALKS = [bytes_in_tls, socks_name, socks_v4, socks_v6, socks_login, balancer_text, balancer_binary, secure_proxy, beyond_http, beyond_socks]
MAIL_TALKS = [imap_upgrade, pop3_upgrade, smtp_upgrade, imaps, pop3s, smtps]
