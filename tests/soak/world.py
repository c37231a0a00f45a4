"""One proxy with its lab, the sites beyond it, and the ways in. Every connection to the proxy is counted here."""

import json
import os
import socket
import ssl
import subprocess
import sys
import threading

E2E = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e")
sys.path.insert(0, E2E)

from mail import Dovecot, Postfix  # noqa: E402
from proxy import Proxy, WAIT_S  # noqa: E402
from sites import Nginx, Pki, ProgramSite, free_port  # noqa: E402

LIVE, PAGES, GRPC, BYTES, MTLS = "live.test", "pages.test", "grpc.test", "bytes.test", "mtls.test"
BY_HTTP, BY_SOCKS, MAIL = "by-http.test", "by-socks.test", "mail.provider.test"
MAIL_AT = "127.0.0.79"  # an address of its own, so that the well-known ports are free
BIG = 768 * 1024
QUIET = {"ASAN_OPTIONS": "quarantine_size_mb=8", "TSAN_OPTIONS": "history_size=4"}


class AddressPki(Pki):
    def address_leaf(self):
        """For both addresses of this machine."""
        self._request("addresses", "addresses")
        self._sign("addresses", "subjectAltName=IP:127.0.0.1,IP:::1\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                   "extendedKeyUsage=serverAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n", -10, 60,
                   "-cert", self.root, "-keyfile", self.root_key)
        return self.path("addresses.pem"), self.path("addresses.key")

    def identity(self, name):
        """A client certificate and its key, in one file."""
        self._request(name, name)
        self._sign(name, "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n",
                   -50, 60, "-cert", self.root, "-keyfile", self.root_key)
        both = self.path(f"{name}-both.pem")
        with open(both, "wb") as out:
            for part in ("pem", "key"):
                with open(self.path(f"{name}.{part}"), "rb") as piece:
                    out.write(piece.read())
        return both


class ByteSite:
    """Says back what it hears, inside TLS."""

    def __init__(self, address, certificate, key):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._listener = socket.create_server((address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            with self._context.wrap_socket(client, server_side=True) as s:
                while said := s.recv(65536):
                    s.sendall(said)
                s.unwrap()
        except OSError:
            pass  # the proxy has left

    def stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


class World:
    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.opened = 0
        self._lock = threading.Lock()
        self._pki = AddressPki(f"{folder}/pki")
        self._running, self.proxy = [], None
        try:
            self._start_sites()
            self._start_mail()
            self._start_proxies()
        except BaseException:
            self.stop()
            raise
        self.trust = self._trusting()
        self.lab = [entry for entry in json.loads(subprocess.run([binary, "lab", "--list", "--json"], check=True, capture_output=True).stdout)["entries"]
                    if entry["protocol"] == "https" and not entry.get("slow")]

    def _run(self, site):
        self._running.append(site)
        return site

    def _start_sites(self):
        pki, folder = self._pki, self.folder
        with open(f"{folder}/big", "wb") as out:
            out.write(os.urandom(BIG))
        at = pki.address_leaf()
        clients = AddressPki(f"{folder}/clients", "Client CA")
        self.identity = clients.identity("anna")
        self.live = self._run(ProgramSite("node", f"{E2E}/live_site.js", *pki.leaf(LIVE))).port
        self.pages = self._run(ProgramSite("node", f"{E2E}/page_site.js", *pki.leaf(PAGES))).port
        self.grpc = self._run(ProgramSite("/usr/bin/python3", f"{E2E}/grpc_site.py", *pki.leaf(GRPC))).port
        self.bytes = self._run(ByteSite("127.0.0.1", *pki.leaf(BYTES))).port
        self.bytes4 = self._run(ByteSite("127.0.0.1", *at)).port
        self.bytes6 = self._run(ByteSite("::1", *at)).port
        self.plain = self._run(Nginx(f"{folder}/plain", directives=f"location = /big {{ root {folder}; }}")).port
        self.big = self._run(Nginx(f"{folder}/tls", *at, f"location = /big {{ root {folder}; }}")).port
        self.mtls = self._run(Nginx(f"{folder}/mtls", *pki.leaf(MTLS), f"ssl_client_certificate {clients.root}; ssl_verify_client on;")).port
        for host in (BY_HTTP, BY_SOCKS):
            pki.leaf(host)
        self.beyond = {host: self._run(ByteSite("127.0.0.1", pki.path(f"{host}.pem"), pki.path(f"{host}.key"))).port for host in (BY_HTTP, BY_SOCKS)}

    def _start_mail(self):
        """Where we may: the servers drop their rights, and the ports are well known."""
        self.mail = os.geteuid() == 0
        if not self.mail:
            return
        os.chmod(self.folder, 0o755)
        leaf = self._pki.leaf(MAIL)
        self._run(Dovecot(f"{self.folder}/dovecot", *leaf, at=MAIL_AT, ports=[143, 993, 110, 995]))
        self._run(Postfix(f"{self.folder}/postfix", *leaf, at=MAIL_AT, ports=[587, 465]))

    def _start_proxies(self):
        """The one that is tried, and one beyond it, which two of the sites are reached through."""
        roots = f"{self.folder}/roots.pem"
        names = [option for host in (LIVE, PAGES, GRPC, BYTES, MTLS) for option in ("--resolve", f"{host}:127.0.0.1")]
        far = Proxy(self.binary, f"{self.folder}/far", "--log", os.devnull, "--roots", self._pki.root, "--threads", "1", "--proxy-auth", "eva:pass",
                    *(option for host in (BY_HTTP, BY_SOCKS) for option in ("--resolve", f"{host}:127.0.0.1")), env=QUIET)
        self._run(far)
        with open(roots, "wb") as out:
            for path in (self._pki.root, far.root()):
                with open(path, "rb") as root:
                    out.write(root.read())
        self.balanced, self.log = free_port(), f"{self.folder}/log"
        self.proxy = Proxy(self.binary, f"{self.folder}/data", "--lab", "--log", self.log, "--threads", "2", "--quiet", "--roots", roots, *names,
                           "--resolve", f"{MAIL}:{MAIL_AT}", "--listen", f"127.0.0.1:{self.balanced},proxy-protocol", "--identity", f"{self.identity}={MTLS}",
                           "--upstream", f"http://eva:pass@127.0.0.1:{far.port}={BY_HTTP}", "--upstream", f"socks5://eva:pass@127.0.0.1:{far.port}={BY_SOCKS}",
                           env=QUIET)

    def _trusting(self):
        return ssl.create_default_context(cafile=self.proxy.root())

    def count(self, n=1):
        with self._lock:
            self.opened += n

    def stop(self):
        """Ends all of them; gives the exit code of the proxy that was tried."""
        code = self.proxy.stop() if self.proxy else None
        for one in reversed(self._running):
            one.stop()
        return code

    # --- the ways in ---

    def dial(self, port=None):
        """A socket to the proxy, to be closed by who asked for it."""
        self.count()
        return socket.create_connection(("127.0.0.1", port or self.proxy.port), WAIT_S)

    def connect(self, host, port, raw=None):
        """Behind a CONNECT."""
        s = raw or self.dial()
        where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        s.sendall(f"CONNECT {where} HTTP/1.1\r\nHost: {where}\r\n\r\n".encode())
        head = until(s, b"\r\n\r\n", most=1)
        assert head.startswith(b"HTTP/1.1 200"), head
        return s

    def socks(self, kind, address, port, login=None):
        """RFC 1928 and 1929."""
        s = self.dial()
        s.sendall(b"\x05\x02\x00\x02" if login else b"\x05\x01\x00")
        chosen = exactly(s, 2)
        if chosen == b"\x05\x02":
            user, password = login
            s.sendall(b"\x01" + bytes([len(user)]) + user + bytes([len(password)]) + password)
            assert exactly(s, 2) == b"\x01\x00"
        else:
            assert chosen == b"\x05\x00", chosen
        s.sendall(b"\x05\x01\x00" + bytes([kind]) + address + port.to_bytes(2, "big"))
        head = exactly(s, 4)
        assert head[:2] == b"\x05\x00", head
        exactly(s, {1: 6, 4: 18}[head[3]])
        return s

    def tls(self, raw, host, alpn="http/1.1"):
        """TLS inside, as the site's; the certificate is checked."""
        context = self._trusting() if alpn != "http/1.1" else self.trust
        context.set_alpn_protocols([alpn] if alpn else [])
        return context.wrap_socket(raw, server_hostname=host)

    def site(self, host, port, alpn="http/1.1"):
        return self.tls(self.connect(host, port), host, alpn)


def until(s, end, most=65536):
    """What comes up to these bytes, and with them."""
    heard = b""
    while end not in heard:
        piece = s.recv(most)
        assert piece, ("closed early", heard[-300:])
        heard += piece
    return heard


def exactly(s, n):
    heard = b""
    while len(heard) < n:
        piece = s.recv(n - len(heard))
        assert piece, ("closed early", len(heard), n)
        heard += piece
    return heard
