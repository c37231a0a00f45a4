"""The site of the transparent tests, started inside its own network namespace: HTTPS on 443, HTTP on 80, IMAP in TLS on 993,
SMTP with STARTTLS on 587, for IPv4 and IPv6 alike. Arguments: certificate, key. Says "ready" once it listens."""

import socket
import ssl
import sys
import threading


def lines(stream, *said):
    for line in said:
        stream.sendall(line.encode() + b"\r\n")


def http(stream, words):
    head = b""
    while b"\r\n\r\n" not in head:
        got = stream.recv(4096)
        if not got:
            return
        head += got
    body = f"{words} for {head.split()[1].decode()}\n"
    lines(stream, "HTTP/1.1 200 OK", f"Content-Length: {len(body)}", "Connection: close", "")
    stream.sendall(body.encode())


def https(stream, context):
    http(context.wrap_socket(stream, server_side=True), "https speaks")


def plain(stream, context):
    http(stream, "http speaks")


def imaps(stream, context):
    inside = context.wrap_socket(stream, server_side=True)
    lines(inside, "* OK imap speaks")
    tag = inside.recv(4096).split()[0].decode()
    lines(inside, "* BYE", f"{tag} OK bye")


def submission(stream, context):
    lines(stream, "220 site.test ESMTP")
    for line in stream.makefile("rb", buffering=0):
        word = line.split()[0].upper() if line.split() else b""
        if word == b"EHLO":
            lines(stream, "250-site.test", "250 STARTTLS")
        elif word == b"STARTTLS":
            lines(stream, "220 go on")
            submission_inside(context.wrap_socket(stream, server_side=True))
            return
        elif word == b"QUIT":
            lines(stream, "221 bye")
            return
        else:
            lines(stream, "250 fine")


def submission_inside(stream):
    for line in stream.makefile("rb"):
        if line.upper().startswith(b"QUIT"):
            lines(stream, "221 bye")
            stream.unwrap()
            return
        lines(stream, "250 smtp speaks")


def serve(listening, speak, context):
    def one(stream):
        try:
            speak(stream, context)
        except OSError:
            pass
        finally:
            stream.close()

    while True:
        stream, _ = listening.accept()
        threading.Thread(target=one, args=(stream,), daemon=True).start()


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    for port, speak in ((443, https), (80, plain), (993, imaps), (587, submission)):
        listening = socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
        threading.Thread(target=serve, args=(listening, speak, context), daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()


main()
