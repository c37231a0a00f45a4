"""A whytls under test: started on a port of its own choice, read by its records, ended by its process id."""

import atexit
import fcntl
import functools
import inspect
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

WAIT_S = 60  # how long an event may take before a test gives up; no test waits this long when all is well
LAB_KEPT_S = 86400  # certificates of a lab that are older are made anew; whytls itself keeps them for a week


def until(what):
    """What `what` gives once it is something: for what a program tells in a file or a page, and to nobody."""
    end = time.monotonic() + WAIT_S
    while not (got := what()):
        assert time.monotonic() < end, f"{inspect.getsource(what).strip()} stays {got!r}"
        time.sleep(0.05)  # nobody wakes whoever waits for a file
    return got


@functools.lru_cache
def _lab_folder():
    """Where the certificates of a lab are: kept between stories, or for this session."""
    folder = os.environ.get("WHYTLS_LAB_MADE")
    if not folder:
        folder = tempfile.mkdtemp(prefix="whytls-lab-")
        atexit.register(shutil.rmtree, folder)
    return folder


def _lab_copy(binary, to):
    """The certificates of a lab, made once for each build of the program and day; stories that start together take turns."""
    folder = _lab_folder()
    lab = os.path.join(folder, "whytls", "lab")
    kept = os.path.join(lab, "pki.pem")
    with open(os.path.join(folder, "whytls-lab.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(kept) or os.path.getmtime(kept) < max(os.path.getmtime(binary), time.time() - LAB_KEPT_S):
            shutil.rmtree(lab, ignore_errors=True)  # whytls takes what it finds for a week
            subprocess.run([binary, "explain", "--lab", "good.lab.test"], check=True, capture_output=True,
                           env={**os.environ, "XDG_DATA_HOME": folder})
        shutil.copytree(lab, to, ignore=shutil.ignore_patterns("*.tmp"))


class Proxy:
    """`own_lab`: it makes the certificates of its lab anew, which takes a second."""

    def __init__(self, binary, data, *options, env=None, own_lab=False):
        self.data = str(data)
        self.binary = binary
        if "--lab" in options and not own_lab and not os.path.exists(os.path.join(self.data, "lab")):
            os.makedirs(self.data, mode=0o700, exist_ok=True)
            _lab_copy(binary, os.path.join(self.data, "lab"))
        self.stderr = []
        self._records = queue.Queue()
        self._ready = threading.Event()
        self.port = None
        self.process = subprocess.Popen(
            [binary, "run", "--listen", "127.0.0.1:0", "--log", "-", "--data", self.data, *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env={**os.environ, "NO_COLOR": "1", **(env or {})})
        self._threads = [threading.Thread(target=self._read_records), threading.Thread(target=self._read_stderr)]
        for thread in self._threads:
            thread.start()
        self._ready.wait(WAIT_S)
        if self.port is None:
            self.stop()
            raise RuntimeError("the proxy did not start: " + "".join(self.stderr))
        self.url = f"http://127.0.0.1:{self.port}"

    def _read_records(self):
        for line in self.process.stdout:
            if line.startswith(b"{"):  # with a --log of its own it tells a person instead
                self._records.put(json.loads(line))
        self._records.put(None)

    def _read_stderr(self):
        for raw in self.process.stderr:
            line = raw.decode("utf-8", "replace")
            self.stderr.append(line)
            found = re.search(r"Proxy\s+127\.0\.0\.1:(\d+)", line)
            if found:
                self.port = int(found.group(1))
            if "Waiting for the first connection" in line:
                self._ready.set()
        self._ready.set()

    def record(self, host=None):
        """The next record (of this host)."""
        while True:
            flow = self._records.get(timeout=WAIT_S)
            if flow is None:
                raise RuntimeError("the proxy has ended: " + "".join(self.stderr))
            if host is None or flow["target"]["host"] == host:
                return flow

    def record_or_none(self):
        """The next record, however long it takes; None when there are no more."""
        return self._records.get()

    def root(self):
        """The exported root, as a file."""
        path = os.path.join(self.data, "root-for-clients.pem")
        if not os.path.exists(path):
            pem = subprocess.run([self.binary, "ca", "export", "--data", self.data], check=True, capture_output=True).stdout
            with open(path, "wb") as out:
                out.write(pem)
        return path

    def curl(self, url, *options, trust=True):
        cacert = ["--cacert", self.root()] if trust else ["--cacert", "/etc/ssl/certs/ca-certificates.crt"]
        return subprocess.run(["curl", "-sS", "-x", self.url, "--max-time", str(WAIT_S), *cacert, *options, url], capture_output=True)

    def stop(self):
        """Ends it in order; gives the exit code. A sanitizer's report is a failure."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(WAIT_S)
        for thread in self._threads:
            thread.join(WAIT_S)
        return code


def ended_well(proxy):
    code = proxy.stop()
    assert code == 0, "".join(proxy.stderr)[-4000:]


def load(proxy, stop, ended):
    """One client after the other, until it is told to stop; `ended` gathers what each was answered."""
    urls = [f"https://good.lab.test/{i}" for i in range(8)]
    while not stop.is_set():
        got = subprocess.run(["curl", "-s", "-x", proxy.url, "--cacert", proxy.root(), "--max-time", str(WAIT_S), "-o", os.devnull,
                              "-w", "%{http_code}\n", "--http1.1", "-H", "Connection: close",
                              *[word for url in urls for word in (url, "-o", os.devnull)]], capture_output=True, text=True)
        if not stop.is_set():
            ended.append(got.stdout.split())


def top_cause(flow):
    return flow["diagnosis"][0]["cause"] if flow["diagnosis"] else None


def causes(flow, n=2):
    return [one["cause"] for one in flow["diagnosis"][:n]]
