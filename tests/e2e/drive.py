#!/usr/bin/env python3
"""Drives every entry of the lab through the proxy, and says how often the first cause is the right one.

    WHYTLS=build/bin/whytls tests/e2e/drive.py [NAME…]

One line an entry: its cause, the first cause of its record, the place of the right one, the confidence of the first."""

import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import threading
import urllib.parse

from proxy import Proxy

CLIENTS = 8
CLIENT_S = 60
MAIL_S = 30


class Driver:
    """A proxy with its lab, and the records that belong to the visits."""

    def __init__(self, binary, data, *options, own_lab=True):
        self.binary, self.data, self.files = os.path.abspath(binary), data, os.path.abspath(data) + "-files"
        self.proxy = Proxy(binary, data, "--lab", "--threads", "2", *options, own_lab=own_lab)
        self.lock = threading.Condition()
        self.records = {}
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        while True:
            flow = self.proxy.record_or_none()
            if flow is None:
                return
            with self.lock:
                target, device = flow["target"], flow["client"]["ip"]
                key = (target.get("host"), target.get("port")) if device == "127.0.0.1" else device
                self.records.setdefault(key, []).append(flow)
                self.lock.notify_all()

    def visit(self, entry):
        """The record of one visit by the client that the entry's address calls for."""
        if entry["leg"] == "identity":
            return self._explain(entry)
        if entry["protocol"] == "phone":
            return self._play_apart(entry) if entry["options"] else self._play(entry)
        for url in entry.get("before", []):
            self._call(url)
        return self._call(entry["url"])

    def _call(self, url):
        parts = urllib.parse.urlsplit(url)
        where = (parts.hostname, parts.port or (80 if parts.scheme == "http" else 443))
        if parts.scheme.startswith("http"):
            self.proxy.curl(url, "-o", os.devnull)
        else:
            mail_client(self.proxy, parts.scheme, *where)
        with self.lock:
            found = self.lock.wait_for(lambda: self.records.get(where), CLIENT_S)
            return found.pop(0) if found else None

    def _play(self, entry):
        """The record of a phone's last connection. Each phone has an address of its own."""
        said = subprocess.run([self.binary, "lab", "--play", entry["cause"], "--proxy", f"127.0.0.1:{self.proxy.port}"], check=True,
                              capture_output=True, timeout=CLIENT_S).stdout
        device, n = json.loads(said)["from"], json.loads(said)["connections"]
        with self.lock:
            found = self.lock.wait_for(lambda: len(self.records.get(device, [])) >= n, CLIENT_S)
            return max(self.records[device], key=lambda flow: flow["at"]) if found else None

    def _play_apart(self, entry):
        """The same by a proxy that is told what this phone needs."""
        self._write_files()
        options = [option.replace("{files}", self.files) for option in entry["options"]]
        other = Driver(self.binary, f"{self.data}-{entry['cause']}", *options, own_lab=False)
        try:
            return other._play(entry)
        finally:
            other.stop()

    def _write_files(self):
        with self.lock:
            if not os.path.isdir(self.files):
                subprocess.run([self.binary, "lab", "--files", self.files], check=True, capture_output=True, timeout=CLIENT_S)

    def _explain(self, entry):
        """The record of a file of the lab, which nobody connects to."""
        self._write_files()
        done = subprocess.run([self.binary, "explain", "--json", *entry["ask"], entry["file"]], cwd=self.files, check=False, capture_output=True,
                              timeout=CLIENT_S)
        return json.loads(done.stdout) if done.stdout else None

    def stop(self):
        return self.proxy.stop()


def mail_client(proxy, scheme, host, port):
    """A mail program that speaks TLS at once or asks for the upgrade, through CONNECT."""
    kind = "smtp" if scheme == "submission" else scheme
    options = ["--proxytunnel", "--ssl-reqd", "--user", "me:secret", "--max-time", str(MAIL_S), "--output", os.devnull]
    if kind.startswith("smtp"):
        options += ["--mail-from", "me@lab.test", "--mail-rcpt", "you@lab.test", "--upload-file", os.devnull]
    proxy.curl(f"{kind}://{host}:{port}/", *options)


class Result:
    def __init__(self, entry, flow):
        self.entry = entry
        self.found = [(one["cause"], one["confidence"]) for one in (flow or {}).get("diagnosis", [])]
        names = [cause for cause, _ in self.found]
        wanted = entry["cause"]
        self.seen = flow is not None
        if wanted is None:
            self.place = 1 if self.seen and not names else 0
        else:
            self.place = names.index(wanted) + 1 if wanted in names else 0
        self.certain_of_another = bool(self.found) and self.found[0][1] == "certain" and self.place != 1

    def line(self):
        top, confidence = self.found[0] if self.found else ("-" if self.seen else "no record", "")
        right = "yes" if self.place == 1 else "second" if self.place == 2 else "NO"
        return f"{self.entry['cause'] or '(healthy)':32} {self.entry['host'] or self.entry['file']:44} {top:32} {self.place or '-':>5} {confidence:9} {right}"


def entries_of(binary):
    listed = subprocess.run([binary, "lab", "--list", "--json"], check=True, capture_output=True).stdout
    return json.loads(listed)["entries"]


def drive(binary, data, entries):
    """The results, in the order of the entries. Healthy sites come first, so that the clock is known."""
    driver = Driver(binary, data)
    try:
        healthy = [driver.visit(entry) for entry in entries if entry["cause"] is None]
        ailing = [entry for entry in entries if entry["cause"] is not None]
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            flows = healthy + list(pool.map(driver.visit, ailing))
    finally:
        code = driver.stop()
    in_order = [entry for entry in entries if entry["cause"] is None] + ailing
    return [Result(entry, flow) for entry, flow in zip(in_order, flows)], code


def summary(results):
    ailing = [one for one in results if one.entry["cause"] is not None]
    first = sum(one.place == 1 for one in ailing)
    second = sum(one.place in (1, 2) for one in ailing)
    wrong = sum(one.certain_of_another for one in results)
    return {"causes": len({one.entry["cause"] for one in ailing}), "entries": len(ailing), "first": 100 * first / len(ailing) if ailing else 100.0,
            "in_two": 100 * second / len(ailing) if ailing else 100.0, "wrong_certain": wrong,
            "healthy_wrong": sum(one.place != 1 for one in results if one.entry["cause"] is None)}


def main():
    binary, names = os.environ["WHYTLS"], sys.argv[1:]
    entries = [entry for entry in entries_of(binary) if not names or any(name in (entry["host"] or entry["file"]) for name in names) or entry["cause"] is None]
    with tempfile.TemporaryDirectory() as folder:
        results, code = drive(binary, os.path.join(folder, "data"), entries)
    print(f"{'cause':32} {'site':44} {'first cause':32} {'place':>5} {'confid.':9} right?")
    for one in results:
        print(one.line())
        if one.place != 1:
            print("    ", one.found)
    told = summary(results)
    print("{causes} causes at {entries} sites: first {first:.1f} %, within two {in_two:.1f} %, wrong certain {wrong_certain}, "
          "healthy with a diagnosis {healthy_wrong}; exit {code}".format(code=code, **told))
    return 0 if told["first"] >= 97 and told["in_two"] >= 100 and not told["wrong_certain"] and not told["healthy_wrong"] and code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
