"""Talks over HTTP/1.1 and HTTP/2: each is one round of its kind, on a connection of its own, and checks every byte that comes back."""

import hashlib
import http.client
import os
import re
import socket
import struct
import threading

import grpc
import h2.config
import h2.connection
import h2.events
import h2.settings

from world import BIG, GRPC, LIVE, MTLS, PAGES, exactly, until

TEXT = b"the same text, the same text, and the same text once more"
PARTS, UPLOAD = 60, 300_000


def sha(data):
    return hashlib.sha256(data).hexdigest().encode()


def get(path, *fields, method="GET", host=LIVE):
    return ("".join(f"{line}\r\n" for line in (f"{method} {path} HTTP/1.1", f"Host: {host}", *fields)) + "\r\n").encode()


# --- HTTP/1.1 ---

def keep_alive(w):
    with w.site(LIVE, w.live) as s:
        for _ in range(8):
            s.sendall(get("/coded?gzip", "Accept-Encoding: gzip"))
            answer = http.client.HTTPResponse(s)
            answer.begin()
            assert answer.status == 200 and len(answer.read()) < len(TEXT) + 20
        body = os.urandom(5000)
        s.sendall(get("/body", "Content-Length: 5000", method="POST") + body)
        until(s, sha(body))


def pipelined(w):
    with w.site(LIVE, w.live) as s:
        n = 5
        s.sendall(n * (get("/none") + get("/same", method="HEAD") + get("/body", "Content-Length: 2", method="POST") + b"hi"))
        heard = b""
        while heard.count(sha(b"hi")) < n:
            piece = s.recv(65536)
            assert piece, heard
            heard += piece
        assert re.findall(rb"HTTP/1.1 (\d+) ", heard) == n * [b"204", b"304", b"200"]


def chunked_upload(w):
    with w.site(LIVE, w.live) as s:
        pieces = [os.urandom(size) for size in (1, 7000, 70000, 3)]
        s.sendall(get("/body", "Transfer-Encoding: chunked", "Trailer: X-Sum", method="POST"))
        for piece in pieces:
            s.sendall(b"%x;name=\"a value\"\r\n%s\r\n" % (len(piece), piece))
        s.sendall(b"0\r\nX-Sum: 1\r\n\r\n")
        until(s, sha(b"".join(pieces)))


def trailers(w):
    with w.site(LIVE, w.live) as s:
        s.sendall(get("/trailers", "TE: trailers"))
        until(s, b"X-Sum: " + sha(b"some") + b"\r\n\r\n")


def continued(w):
    with w.site(LIVE, w.live) as s:
        s.sendall(get("/body", "Expect: 100-continue", "Content-Length: 5", method="PUT"))
        assert until(s, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        s.sendall(b"hello")
        until(s, sha(b"hello"))


def not_continued(w):
    with w.site(LIVE, w.live) as s:
        s.sendall(get("/unwanted", "Expect: 100-continue", "Content-Length: 5", method="PUT"))
        assert until(s, b"\r\n\r\n").startswith(b"HTTP/1.1 417 ")
        assert s.recv(100) == b""


def bodiless(w):
    with w.site(LIVE, w.live) as s:
        for method, path, status in (("HEAD", "/coded?br", b"200"), ("GET", "/none", b"204"), ("GET", "/same", b"304"), ("HEAD", "/same", b"304")) * 3:
            s.sendall(get(path, method=method))
            head = until(s, b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 " + status) and head.endswith(b"\r\n\r\n"), head


def plain(w):
    with w.dial() as s:
        for _ in range(4):
            s.sendall(get(f"http://127.0.0.1:{w.plain}/", host=f"127.0.0.1:{w.plain}"))
            assert until(s, b"nginx speaks\n").startswith(b"HTTP/1.1 200 ")


def self_served(w):
    with w.dial() as s:
        s.sendall(get("http://whytls.test/whytls.pem", "Connection: close", host="whytls.test"))
        until(s, b"END CERTIFICATE")


def with_client_certificate(w):
    with w.site(MTLS, w.mtls) as s:
        s.sendall(get("/", host=MTLS))
        assert until(s, b"nginx speaks\n").startswith(b"HTTP/1.1 200 ")


def slow_reader(w):
    """Reads a big thing in small pieces, out of a small window."""
    with open(f"{w.folder}/big", "rb") as file:
        wanted = sha(file.read())
    raw = w.dial()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    with w.tls(w.connect("127.0.0.1", w.big, raw), "127.0.0.1") as s:
        s.sendall(get("/big", host="127.0.0.1"))
        head = until(s, b"\r\n\r\n", most=1)
        assert head.startswith(b"HTTP/1.1 200 "), head
        heard, n = hashlib.sha256(), 0
        while n < BIG:
            piece = s.recv(1400)
            assert piece
            heard.update(piece)
            n += len(piece)
        assert heard.hexdigest().encode() == wanted


# --- WebSocket, server-sent events ---

def frame(opcode, payload):
    key, n = os.urandom(4), len(payload)
    size = bytes([0x80 | n]) if n < 126 else b"\xfe" + struct.pack(">H", n) if n < 65536 else b"\xff" + struct.pack(">Q", n)
    mask = (key * (n // 4 + 1))[:n]
    masked = (int.from_bytes(payload, "big") ^ int.from_bytes(mask, "big")).to_bytes(n, "big")
    return bytes([0x80 | opcode]) + size + key + masked


def heard_frame(s):
    first, second = exactly(s, 2)
    n = second & 127
    n = struct.unpack(">H", exactly(s, 2))[0] if n == 126 else struct.unpack(">Q", exactly(s, 8))[0] if n == 127 else n
    return first & 15, exactly(s, n)


def websocket(w):
    with w.site(LIVE, w.live) as s:
        s.sendall(get("/echo", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="))
        assert until(s, b"\r\n\r\n", most=1).startswith(b"HTTP/1.1 101 ")
        for size in (0, 1, 125, 126, 65535, 65536, 100000):
            said = os.urandom(size)
            s.sendall(frame(2, said))
            assert heard_frame(s) == (2, said)
        s.sendall(frame(9, b"?"))
        assert heard_frame(s) == (10, b"?")
        s.sendall(frame(8, b"\x03\xe8done"))
        assert heard_frame(s) == (8, b"\x03\xe8done")


def events(w):
    """The next one is asked for when the one before has come."""
    with w.site(LIVE, w.live) as stream, w.site(LIVE, w.live) as asker:
        stream.sendall(get("/events", "Accept: text/event-stream"))
        until(stream, b": here")
        for _ in range(4):
            asker.sendall(get("/next", "Content-Length: 0", method="POST"))
            until(asker, b"sent")
            until(stream, b"data: event ")


# --- HTTP/2 ---

class H2:
    """A client: requests by stream, and what came back."""

    def __init__(self, s):
        self.s = s
        self.c = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.c.initiate_connection()
        self.heads, self.bodies, self.over, self.resets = {}, {}, set(), {}
        self.flush()

    def flush(self):
        self.s.sendall(self.c.data_to_send())

    def ask(self, path, host, method="GET", body=None):
        stream = self.c.get_next_available_stream_id()
        self.bodies[stream] = []
        self.c.send_headers(stream, [(":method", method), (":scheme", "https"), (":authority", host), (":path", path), ("x-number", str(stream))],
                            end_stream=body is None)
        if body is not None:
            self._send(stream, body)
        return stream

    def _send(self, stream, body):
        while body:
            room = min(self.c.local_flow_control_window(stream), self.c.max_outbound_frame_size, len(body))
            if room == 0:
                self.listen()
                continue
            self.c.send_data(stream, body[:room])
            body = body[room:]
            self.flush()
        self.c.end_stream(stream)

    def listen(self):
        self.flush()
        data = self.s.recv(65536)
        assert data, "the connection ended"
        for event in self.c.receive_data(data):
            if isinstance(event, h2.events.ResponseReceived):
                self.heads[event.stream_id] = dict(event.headers)
            elif isinstance(event, h2.events.DataReceived):
                self.bodies[event.stream_id].append(event.data)
                self.c.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.StreamEnded):
                self.over.add(event.stream_id)
            elif isinstance(event, h2.events.StreamReset):
                self.resets[event.stream_id] = event.error_code
            elif isinstance(event, h2.events.ConnectionTerminated):
                raise AssertionError(f"goaway {event.error_code}")
        self.flush()

    def body(self, stream):
        while stream not in self.over:
            assert stream not in self.resets, self.resets
            self.listen()
        assert self.heads[stream][":status"] == "200", self.heads[stream]
        return b"".join(self.bodies[stream])


def h2_site(w):
    return w.site(PAGES, w.pages, "h2")


def is_part(i, body):
    fill = b"x" * (i * 50)
    return fill in body and (b"sum += %d;" % i if i % 2 else b'<circle r="%d"/>' % i) in body


def h2_many(w):
    with h2_site(w) as s:
        c = H2(s)
        asked = {c.ask(f"/part/{i}", f"{PAGES}:{w.pages}"): i for i in range(PARTS)}
        for stream, i in asked.items():
            assert is_part(i, c.body(stream)), i


def h2_upload(w):
    with h2_site(w) as s:
        c = H2(s)
        body = os.urandom(UPLOAD)
        assert c.body(c.ask("/body", PAGES, "POST", body)) == sha(body)
        assert is_part(7, c.body(c.ask("/part/7", PAGES)))


def h2_resets(w):
    """Each second stream is taken back; its neighbours come whole."""
    with h2_site(w) as s:
        c = H2(s)
        asked = {c.ask(f"/part/{i}", PAGES): i for i in range(40)}
        c.flush()
        for stream, i in asked.items():
            if i % 2:
                c.c.reset_stream(stream, 8)
        for stream, i in asked.items():
            if i % 2 == 0:
                assert is_part(i, c.body(stream)), i


def grpc_calls(w):
    """An answer, a status, a stream, a conversation."""
    w.count()
    with open(w.proxy.root(), "rb") as root:
        options = [("grpc.http_proxy", w.proxy.url), ("grpc.use_local_subchannel_pool", 1)]
        channel = grpc.secure_channel(f"{GRPC}:{w.grpc}", grpc.ssl_channel_credentials(root.read()), options)
    with channel:
        say = channel.unary_unary("/test.Talker/Say")
        said = os.urandom(50000)
        answer, call = say.with_call(said, timeout=60)
        assert answer == said[::-1] and dict(call.trailing_metadata())["x-length"] == "50000"
        try:
            say(b"where is it?", timeout=60)
            raise AssertionError("no status")
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.NOT_FOUND, error
        assert sum(int(one) for one in channel.unary_stream("/test.Talker/Count")(b"200", timeout=60)) == 19900
        ready = threading.Semaphore(1)

        def words():
            for word in (b"one", b"two", b"three"):
                ready.acquire()
                yield word
        for i, one in enumerate(channel.stream_stream("/test.Talker/Talk")(words(), timeout=60)):
            assert one == (b"ONE", b"TWO", b"THREE")[i]
            ready.release()


TALKS = [keep_alive, pipelined, chunked_upload, trailers, continued, not_continued, bodiless, plain, self_served, with_client_certificate, slow_reader,
         websocket, events, h2_many, h2_upload, h2_resets, grpc_calls]
