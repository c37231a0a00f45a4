"""Through the proxy by hand: a socket behind a CONNECT, and a port for programs that know no proxy."""

import socket
import threading

from proxy import WAIT_S


def connect(proxy, host, port):
    """A socket that is connected through the proxy."""
    s = socket.create_connection(("127.0.0.1", proxy.port), WAIT_S)
    s.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = s.recv(1)
        assert byte, head
        head += byte
    assert head.startswith(b"HTTP/1.1 200"), head
    return s


class Connector:
    """Programs that know no proxy: what they send to this port goes through a CONNECT of ours."""

    def __init__(self, proxy, authority):
        self.proxy = proxy
        self.host, self.far_port = authority.rsplit(":", 1)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self._start(self._accept)

    @staticmethod
    def _start(call, *arguments):
        threading.Thread(target=call, args=arguments, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            site = connect(self.proxy, self.host, self.far_port)
            self._start(self._pass, client, site)
            self._start(self._pass, site, client)

    @staticmethod
    def _pass(one, other):
        try:
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the other end has left

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
