"""Talks that fail on purpose: sites of the lab, clients that refuse us, clients that vanish, and nonsense."""

import itertools
import random
import socket
import ssl
import struct

from world import LIVE, until

chance = random.Random(7)


def reset(s):
    """Gone, with an RST."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def lab_talk():
    turn = itertools.count()

    def lab_sites(w):
        """The next site: a healthy one answers, another one's page names its cause (or its bytes say it all)."""
        entry = w.lab[next(turn) % len(w.lab)]
        try:
            with w.site(entry["host"], entry["port"]) as s:
                s.sendall(f"GET / HTTP/1.1\r\nHost: {entry['host']}\r\nConnection: close\r\n\r\n".encode())
                answer = b""
                while piece := s.recv(65536):
                    answer += piece
        except (ssl.SSLError, ConnectionResetError, AssertionError):
            assert entry["cause"], entry
            return
        if entry["cause"] is None:
            assert answer.startswith(b"HTTP/1.1 200 "), (entry, answer[:300])
        elif answer.startswith(b"HTTP/1.1 502 "):
            assert entry["cause"].encode() in answer, (entry, answer[:300])
    return lab_sites


def distrusts(w):
    """Its roots are others: an alert after our certificate."""
    for top in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = ssl.create_default_context()
        context.maximum_version = top
        try:
            context.wrap_socket(w.connect(LIVE, w.live), server_hostname=LIVE)
            raise AssertionError("it took us for the site")
        except ssl.SSLCertVerificationError:
            pass


def wants_another_name(w):
    """Not the one of the CONNECT: the site has no certificate for it, and the page says so."""
    with w.tls(w.connect(LIVE, w.live), "another.test") as s:
        s.sendall(b"GET / HTTP/1.1\r\nHost: another.test\r\nConnection: close\r\n\r\n")
        until(s, b"name-mismatch")


def hello_of(host):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname=host)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def alerts_at_once(w):
    """A fatal alert instead of a ClientHello, and right behind one."""
    for said in (b"", hello_of(LIVE)):
        with w.connect(LIVE, w.live) as s:
            s.sendall(said + b"\x15\x03\x03\x00\x02\x02\x28")
            try:
                while s.recv(65536):
                    pass
            except ConnectionResetError:
                pass


def leaves_after_finish(w):
    with w.site(LIVE, w.live) as s:
        s.settimeout(60)
        try:
            s.unwrap().close()
        except (ssl.SSLError, OSError):
            pass


def vanishes(w):
    """Somewhere between the first byte and the last: whatever is said is cut there, and an RST behind it."""
    hello = hello_of(LIVE)
    said = chance.choice([f"CONNECT {LIVE}:{w.live} HTTP/1.1\r\nHost: {LIVE}:{w.live}\r\n\r\n".encode(),
                          f"GET http://127.0.0.1:{w.plain}/big HTTP/1.1\r\nHost: 127.0.0.1:{w.plain}\r\n\r\n".encode(), b"\x05\x01\x00\x05\x01\x00\x03\x09" + LIVE.encode(), hello])
    s = w.dial()
    s.sendall(said[:chance.randrange(1, len(said) + 1)])
    reset(s)
    s = w.connect(LIVE, w.live)
    s.sendall(hello[:chance.randrange(1, len(hello) + 1)])
    reset(s)


def vanishes_in_the_middle(w):
    """Of a big answer, and of an upload."""
    s = w.site("127.0.0.1", w.big)
    s.sendall(b"GET /big HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    s.recv(chance.randrange(1, 16384))
    reset(s)
    s = w.site(LIVE, w.live)
    s.sendall(f"POST /body HTTP/1.1\r\nHost: {LIVE}\r\nContent-Length: 100000\r\n\r\n".encode() + b"x" * chance.randrange(50000))
    reset(s)


def smuggles(w):
    for bad in ("Content-Length: 4\r\nTransfer-Encoding: chunked", "Transfer-Encoding : chunked", "X: y\r\n z", "Content-Length: 1\r\nContent-Length: 2"):
        with w.site(LIVE, w.live) as s:
            s.sendall(f"POST /body HTTP/1.1\r\nHost: {LIVE}\r\n{bad}\r\n\r\n0\r\n\r\n".encode())
            assert until(s, b"\r\n").startswith(b"HTTP/1.1 400 ")


def nonsense(w):
    for said in (b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\nX: ", b"\x05\x01\xff", b"\0" * 300, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", bytes(range(256))):
        s = w.dial()
        s.sendall(said)
        s.shutdown(socket.SHUT_WR)
        try:
            while s.recv(65536):
                pass
        except ConnectionResetError:
            pass
        s.close()


TALKS = [lab_talk(), distrusts, wants_another_name, alerts_at_once, leaves_after_finish, vanishes, vanishes_in_the_middle, smuggles, nonsense]
