"""A small name server for the tests, on loopback: UDP alone, answers by name."""

import ipaddress
import socket
import struct
import threading

A, CNAME, AAAA, HTTPS = 1, 5, 28, 65
NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5
CHECKING_DISABLED = 0x10


def wire_name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".") if label) + b"\0"


def https_record(alpn=(), ech=b"", addresses=(), target="", priority=1):
    """The data of an HTTPS record (RFC 9460 2.2)."""
    keys = {}
    if alpn:
        keys[1] = b"".join(bytes([len(one)]) + one.encode() for one in alpn)
    packed = [ipaddress.ip_address(one).packed for one in addresses]
    for key, size in ((4, 4), (6, 16)):
        if any(len(one) == size for one in packed):
            keys[key] = b"".join(one for one in packed if len(one) == size)
    if ech:
        keys[5] = struct.pack(">H", len(ech)) + ech
    return struct.pack(">H", priority) + wire_name(target) + b"".join(struct.pack(">HH", key, len(keys[key])) + keys[key] for key in sorted(keys))


class NameServer:
    """`zone`: name to a list of (type, data), or to a code of failure, or None: silence. A name in `bogus` fails its signatures."""

    def __init__(self, zone, bogus=()):
        self.zone, self.bogus, self.asked = zone, bogus, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.at = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.sendto(b"", self.socket.getsockname())
        self.thread.join()
        self.socket.close()

    def _serve(self):
        while True:
            question, peer = self.socket.recvfrom(4096)
            if not question:
                return
            answer = self._answer(question)
            if answer:
                self.socket.sendto(answer, peer)

    def _answer(self, question):
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode())
            at += 1 + question[at]
        kind, = struct.unpack_from(">H", question, at + 1)
        name = ".".join(labels).lower()
        self.asked.append((name, kind))
        found = self.zone.get(name, NXDOMAIN)
        if found is None:
            return None
        code, records = (found, []) if isinstance(found, int) else (NOERROR, [one for one in found if one[0] in (kind, CNAME)])
        if name in self.bogus and not question[3] & CHECKING_DISABLED:
            code, records = SERVFAIL, []
        head = question[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(records), 0, 0)
        return head + question[12:at + 5] + b"".join(b"\xc0\x0c" + struct.pack(">HHIH", one, 1, 60, len(data)) + data for one, data in records)


def address(text):
    packed = ipaddress.ip_address(text).packed
    return (A if len(packed) == 4 else AAAA), packed
