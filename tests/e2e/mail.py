"""Mail for the tests: dovecot and postfix on loopback ports, with a configuration of their own, ended by id; Python's programs."""

import contextlib
import imaplib
import os
import pathlib
import poplib
import signal
import smtplib
import ssl
import subprocess
import tempfile

from proxy import WAIT_S
from roads import connect
from sites import free_ports, wait_for

DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap pop3
listen = {at}
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
  }}
}}
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home={folder}
}}
"""

POSTFIX_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.provider.test
mynetworks = 127.0.0.0/8
local_recipient_maps =
alias_maps =
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
smtpd_tls_security_level = {level}
smtpd_tls_chain_files = {key}, {certificate}
"""

POSTFIX_MASTER = """
{at}:{smtp} inet n - n - - smtpd
{at}:{smtps} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


@contextlib.contextmanager
def open_folder():
    """The servers drop their rights, and must still reach their own folders: not below pytest's, which each session closes anew."""
    with tempfile.TemporaryDirectory(prefix="whytls-mail-") as top:
        os.chmod(top, 0o755)
        yield pathlib.Path(top)


class MailServer:
    at = "127.0.0.1"

    def _start(self, command, ports):
        said = os.path.join(self.folder, "said")
        with open(said, "w", encoding="utf-8") as out:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        for port in ports:
            wait_for(port, self.at, self.process)
        if self.process.poll() is not None:  # another server has these ports
            with open(said, encoding="utf-8", errors="replace") as file:
                raise RuntimeError(f"{command[0]} has ended: {file.read()}{self._log()}")

    def _log(self):
        path = os.path.join(self.folder, self.log)
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def _write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as out:
            out.write(text)
        return os.path.join(self.folder, name)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(WAIT_S)


class Dovecot(MailServer):
    """At an address of its own it may have the well-known ports."""
    log = "log"

    def __init__(self, folder, certificate, key, at="127.0.0.1", ports=None):
        self.folder, self.at = str(folder), at
        os.makedirs(self.folder)
        self.imap, self.imaps, self.pop3, self.pop3s = ports = ports or free_ports(4)
        config = self._write("dovecot.conf", DOVECOT.format(folder=self.folder, at=at, certificate=certificate, key=key, imap=self.imap,
                                                            imaps=self.imaps, pop3=self.pop3, pop3s=self.pop3s))
        self._start(["dovecot", "-F", "-c", config], ports)


class Postfix(MailServer):
    log = "maillog"

    def __init__(self, folder, certificate, key, tls=True, at="127.0.0.1", ports=None):
        self.folder, self.at = str(folder), at
        for name in ("queue", "data"):
            os.makedirs(os.path.join(self.folder, name))
        subprocess.run(["chown", "postfix", os.path.join(self.folder, "data")], check=True)
        self.smtp, self.smtps = ports = ports or free_ports(2)
        self._write("main.cf", POSTFIX_MAIN.format(folder=self.folder, certificate=certificate, key=key, level="may" if tls else "none"))
        self._write("master.cf", POSTFIX_MASTER.format(at=at, smtp=self.smtp, smtps=self.smtps))
        self._start(["postfix", "-c", self.folder, "start-fg"], ports)

    def stop(self):
        """Its master has a process of its own, whose id it has written down."""
        subprocess.run(["postfix", "-c", self.folder, "stop"], check=True, capture_output=True, timeout=WAIT_S)
        self.process.wait(WAIT_S)


def programs(proxy):
    """Python's mail programs, with the proxy's way to a server."""
    class Imap(imaplib.IMAP4):
        def _create_socket(self, timeout):
            return connect(proxy, self.host, self.port)

    class Pop(poplib.POP3):
        def _create_socket(self, timeout):
            return connect(proxy, self.host, self.port)

    class Smtp(smtplib.SMTP):
        def _get_socket(self, host, port, timeout):
            return connect(proxy, host, port)
    return Imap, Pop, Smtp


def trusting(proxy):
    return ssl.create_default_context(cafile=proxy.root())
