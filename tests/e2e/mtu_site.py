"""A site behind a narrow way, started inside its own network namespace: TLS on 443, whose first answer is longer than three packets.
Arguments: certificate, key. Says "ready" once it listens."""

import socket
import ssl
import sys
import threading


def serve(stream, context):
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        inside = context.wrap_socket(stream, server_side=True)
        inside.recv(4096)
        inside.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")
        inside.unwrap()
    except OSError:
        pass
    finally:
        stream.close()


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    context.num_tickets = 0
    listening = socket.create_server(("", 443))

    def accept():
        while True:
            stream, _ = listening.accept()
            threading.Thread(target=serve, args=(stream, context), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()


main()
