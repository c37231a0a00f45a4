"""Real sites for the tests: certificates made by openssl, served by nginx or by openssl s_server on a loopback port."""

import datetime
import os
import random
import re
import socket
import subprocess
import time

from proxy import WAIT_S

NODE_PATH = "/usr/share/nodejs"
CA_CONFIG = """
[ca]
default_ca = it
[it]
database = {folder}/index.txt
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = any
unique_subject = no
copy_extensions = none
[any]
commonName = supplied
"""


def openssl(*arguments, **options):
    done = subprocess.run(["openssl", *arguments], capture_output=True, timeout=WAIT_S, **options)
    assert done.returncode == 0, (arguments, done.stderr.decode())
    return done.stdout


def utc(days):
    """A day from now as openssl wants it."""
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")


class Pki:
    """A root, and leaves under it: each is a pair of files (certificate, key)."""

    def __init__(self, folder, name="Test Root"):
        self.folder = str(folder)
        os.makedirs(self.folder, exist_ok=True)
        self.config = self._write("ca.cnf", CA_CONFIG.format(folder=self.folder))
        self._write("index.txt", "")
        self._write("serial", "1001\n")
        self.root, self.root_key = self.path("root.pem"), self.path("root.key")
        self._request(name, "root")
        self._sign("root", "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n",
                   -100, 3000, "-selfsign", "-keyfile", self.root_key)

    def path(self, name):
        return os.path.join(self.folder, name)

    def _write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as out:
            out.write(text)
        return self.path(name)

    def _request(self, cn, file):
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={cn}",
                "-keyout", self.path(f"{file}.key"), "-out", self.path(f"{file}.csr"))

    def _sign(self, file, extensions, first_day, last_day, *signer):
        openssl("ca", "-batch", "-notext", "-config", self.config, "-extfile", self._write(f"{file}.ext", extensions),
                "-startdate", utc(first_day), "-enddate", utc(last_day), *signer,
                "-in", self.path(f"{file}.csr"), "-out", self.path(f"{file}.pem"))

    def leaf(self, host, file=None, first_day=-10, last_day=60, self_signed=False, others=()):
        file = file or host
        self._request(host, file)
        key = self.path(f"{file}.key")
        signer = ["-selfsign", "-keyfile", key] if self_signed else ["-cert", self.root, "-keyfile", self.root_key]
        names = ",".join(f"DNS:{name}" for name in (host, *others))
        self._sign(file, f"subjectAltName={names}\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                         "extendedKeyUsage=serverAuth\nsubjectKeyIdentifier=hash\n"
                         + ("" if self_signed else "authorityKeyIdentifier=keyid\n"), first_day, last_day, *signer)
        return self.path(f"{file}.pem"), key


class Server:
    """A process that is ended by its id."""

    def __init__(self, command, **options):
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)

    def stop(self):
        self.process.terminate()
        self.process.wait(WAIT_S)
        if self.process.stdout:
            self.process.stdout.close()


class ProgramSite(Server):
    """A program that prints its port. Node finds Debian's packages whosever Node it is."""

    def __init__(self, *command):
        super().__init__(command, stdout=subprocess.PIPE, env={**os.environ, "NODE_PATH": NODE_PATH})
        self.port = int(self.process.stdout.readline())


class SServer(Server):
    """openssl s_server -www: it tells the port that the system picked."""

    def __init__(self, certificate, key, *options):
        super().__init__(["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-www", *options],
                         stdout=subprocess.PIPE)
        for line in self.process.stdout:
            found = re.match(rb"ACCEPT \S*:(\d+)", line)
            if found:
                self.port = int(found.group(1))
                return
        raise RuntimeError("openssl s_server did not start")


NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/t1;
    proxy_temp_path {folder}/t2;
    fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4;
    scgi_temp_path {folder}/t5;
    keepalive_timeout 60;
    server {{
        listen 127.0.0.1:{port} {ssl};
        {tls}
        location / {{ return 200 "nginx speaks\\n"; }}
    }}
}}
"""


def free_ports(n):
    """Ports that are free now, and that no connection is given for its own end: it would be there before the server, and whoever
    asks for a port of that range often enough gets himself. All are held until the last is found, so that no two are the same."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        given_from = int(file.read().split()[0])
    held = []
    while len(held) < n:
        try:
            held.append(socket.create_server(("127.0.0.1", random.randrange(10000, given_from) if given_from > 11000 else 0)))
        except OSError:
            continue  # somebody listens there
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def free_port():
    return free_ports(1)[0]


def wait_for(port, at="127.0.0.1", process=None):
    """A server that tells nobody when it is ready is asked until it answers (or its process has ended)."""
    end = time.monotonic() + WAIT_S
    while process is None or process.poll() is None:
        try:
            socket.create_connection((at, port), WAIT_S).close()
            return
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            os.sched_yield()


class Nginx(Server):
    """nginx in one process; without a certificate it speaks plain HTTP. `more` is for a template of one's own."""
    template = NGINX

    def __init__(self, folder, certificate=None, key=None, directives="", **more):
        os.makedirs(folder, exist_ok=True)
        self.port = free_port()
        tls = f"ssl_certificate {certificate}; ssl_certificate_key {key}; {directives}" if certificate else directives
        config = os.path.join(str(folder), "nginx.conf")
        with open(config, "w", encoding="utf-8") as out:
            out.write(self.template.format(folder=folder, port=self.port, ssl="ssl" if certificate else "", tls=tls, **more))
        super().__init__(["nginx", "-e", f"{folder}/early.log", "-p", str(folder), "-c", config])
        wait_for(self.port, process=self.process)
        assert self.process.poll() is None, "nginx ended"
