"""gnutls-cli through an HTTP proxy: makes the CONNECT, then lends gnutls-cli a local port whose bytes go through it."""

import socket
import subprocess
import sys
import threading

port, host, roots = int(sys.argv[1]), sys.argv[2], sys.argv[3]


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


proxy = socket.create_connection(("127.0.0.1", port))
proxy.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\nUser-Agent: gnutls-cli\r\n\r\n".encode())
answer = b""
while not answer.endswith(b"\r\n\r\n"):
    answer += proxy.recv(1)

listener = socket.create_server(("127.0.0.1", 0))
client = subprocess.Popen(["gnutls-cli", "--x509cafile", roots, "--sni-hostname", host, "--verify-hostname", host,
                           "-p", str(listener.getsockname()[1]), "127.0.0.1"],
                          stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
lent, _ = listener.accept()
threads = [threading.Thread(target=pump, args=pair) for pair in ((lent, proxy), (proxy, lent))]
for thread in threads:
    thread.start()
try:
    client.communicate(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
except BrokenPipeError:
    pass
client.wait()
for thread in threads:
    thread.join()
