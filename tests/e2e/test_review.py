"""Faults shown on purpose: what clients make of them, and the table that a reviewer reads of it."""

import csv
import json
import os
import socket
import ssl
import subprocess
import threading

import pytest

from proxy import WAIT_S, Proxy, ended_well
from sites import Pki

FAULTS = ["cert-expired-leaf", "cert-not-yet-valid", "name-mismatch", "self-signed-leaf", "untrusted-root",
          "validity-too-long", "weak-key-rsa", "weak-signature-sha1", "san-missing-cn-only", "eku-missing"]
# What OpenSSL has nothing against, as curl and Python use it; the last is fine under a user's root for iOS, too.
OPENSSL_TAKES = {"validity-too-long", "san-missing-cn-only", "eku-missing"}


def host_of(cause):
    return f"{cause}.shop.example"


class Site:
    """A healthy site for every host: one certificate of a root of its own, and 200 to whatever is asked."""

    def __init__(self, folder):
        pki = Pki(folder, "Site Root")
        self.root = pki.root
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*pki.leaf("shop.example", others=["*.shop.example"]))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        try:
            with self.context.wrap_socket(connection, server_side=True) as tls:
                if tls.recv(4096):
                    tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
        except OSError:
            pass

    def stop(self):
        self.listener.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    one = Site(tmp_path_factory.mktemp("site"))
    yield one
    one.stop()


@pytest.fixture(scope="module")
def faulty(binary, site, tmp_path_factory):
    """A proxy that shows each fault at a host of its name, and is healthy at fine.shop.example."""
    options = ["--roots", site.root, "--threads", "2"]
    for cause in FAULTS:
        options += ["--fault", f"{cause}@{host_of(cause)}", "--resolve", f"{host_of(cause)}:127.0.0.1"]
    one = Proxy(binary, tmp_path_factory.mktemp("faulty") / "data", *options, "--resolve", "fine.shop.example:127.0.0.1")
    yield one
    ended_well(one)


def url(site, host):
    return f"https://{host}:{site.port}/"


def test_the_start_says_loudly_what_is_shown(faulty):
    screen = "".join(faulty.stderr)
    assert "FAULTS ARE SHOWN ON PURPOSE" in screen
    for cause in FAULTS:
        assert f"{cause} at {host_of(cause)}" in screen


@pytest.mark.parametrize("cause", FAULTS)
def test_each_fault_is_judged_to_be_exactly_that(binary, faulty, site, cause):
    host = host_of(cause)
    shown = subprocess.run(
        ["openssl", "s_client", "-proxy", f"127.0.0.1:{faulty.port}", "-connect", f"{host}:{site.port}", "-servername", host,
         "-showcerts"], input=b"", capture_output=True, timeout=WAIT_S).stdout
    said = subprocess.run([binary, "explain", "-", "--host", host, "--roots", faulty.root(), "--json"], input=shown, capture_output=True,
                          timeout=WAIT_S)
    assert said.returncode == 1, said.stderr
    answer = json.loads(said.stdout)
    assert [one["cause"] for one in answer["diagnosis"]] == [cause]
    verdict = answer["server_leg"]["verdict"]
    assert verdict["causes"] == [cause]


@pytest.mark.parametrize("cause", FAULTS)
def test_a_client_that_does_not_look_accepts_it(faulty, site, cause):
    done = faulty.curl(url(site, host_of(cause)), "-k")
    assert done.stdout == b"hi", done.stderr
    flow = faulty.record(host_of(cause))
    while flow["client"]["app"] != "curl":
        flow = faulty.record(host_of(cause))
    assert flow["decision"] == {"action": "mirror", "by": "config", "answer": "relay", "fault": cause, "fault_met": "accepted"}
    severity = {note["code"]: note["severity"] for note in flow["notes"]}
    assert severity.get("review/accepts-fault") == (None if cause == "eku-missing" else "high")
    assert flow["diagnosis"] == []


@pytest.mark.parametrize("cause", FAULTS)
def test_a_client_that_looks_refuses_it(faulty, site, cause):
    done = faulty.curl(url(site, host_of(cause)))
    flow = faulty.record(host_of(cause))
    if cause in OPENSSL_TAKES:
        assert done.stdout == b"hi" and flow["decision"]["fault_met"] == "accepted"
        return
    assert done.returncode == 60, done.stderr  # CURLE_PEER_FAILED_VERIFICATION
    # OpenSSL looks for the name only once the handshake is over, and curl then leaves in order.
    assert flow["decision"]["fault_met"] == ("unused" if cause == "name-mismatch" else "refused")
    assert flow["diagnosis"] == []


def test_python_refuses_an_expired_one(faulty, site):
    import http.client
    host = host_of("cert-expired-leaf")
    connection = http.client.HTTPSConnection("127.0.0.1", faulty.port, timeout=WAIT_S,
                                             context=ssl.create_default_context(cafile=faulty.root()))
    connection.set_tunnel(host, site.port, headers={"User-Agent": "Reviewed/1.0"})
    with pytest.raises(ssl.SSLCertVerificationError):
        connection.request("GET", "/")
    connection.close()
    flow = faulty.record(host)
    assert flow["decision"]["fault_met"] == "refused"
    assert flow["client_leg"]["alert"]["name"] == "certificate_expired"


def test_a_refused_fault_says_nothing_of_the_root(faulty, site):
    assert faulty.curl(url(site, "fine.shop.example")).stdout == b"hi"
    flow = faulty.record("fine.shop.example")
    assert flow["decision"]["action"] == "intercept" and "fault" not in flow["decision"]
    assert flow["diagnosis"] == []


def test_the_review_is_a_table_of_who_accepted_what(binary, site, tmp_path):
    log = tmp_path / "log.jsonl"
    options = ["--roots", site.root, "--threads", "1", "--fault", "cert-expired-leaf@bad.shop.example"]
    for host in ("bad", "fine", "pinned"):
        options += ["--resolve", f"{host}.shop.example:127.0.0.1"]
    one = Proxy(binary, tmp_path / "data", *options)
    try:
        one.curl(url(site, "bad.shop.example"), "-k", "-A", "Careless/1.0 CFNetwork/1 Darwin/1")
        one.curl(url(site, "bad.shop.example"), "-A", "Careful/1.0 CFNetwork/1 Darwin/1")
        one.curl(url(site, "fine.shop.example"), "-A", "Careful/1.0 CFNetwork/1 Darwin/1")
        one.curl(url(site, "pinned.shop.example"), "-A", "Careful/1.0 CFNetwork/1 Darwin/1", trust=False)
        flows = [one.record() for _ in range(4)]
    finally:
        ended_well(one)
    log.write_text("".join(json.dumps(flow) + "\n" for flow in flows) + "no record\n")

    said = subprocess.run([binary, "review", log, "--json"], capture_output=True)
    assert said.returncode == 1
    assert b"line 5" in said.stderr
    answer = json.loads(said.stdout)
    assert (answer["records"], answer["bad_lines"], answer["findings"]) == (4, 1, 1)
    met = {row["app"]: (row["accepted"], row["refused"], row["finding"]) for row in answer["faults"]}
    assert met == {"Careless": (1, 0, True), "Careful": (0, 1, False)}
    assert [(row["app"], row["host"], row["how"]) for row in answer["pinning"]] == [
        ("Careful", "pinned.shop.example", "alert 48 unknown_ca")]

    sheet = subprocess.run([binary, "review", log, "--csv"], capture_output=True, text=True)
    findings = [(row["app"], row["fault"]) for row in csv.DictReader(sheet.stdout.splitlines()) if row["finding"] == "yes"]
    assert sheet.returncode == 1 and findings == [("Careless", "cert-expired-leaf")]

    careful = subprocess.run([binary, "review", log, "--app", "careful"], capture_output=True)
    assert careful.returncode == 0
    assert b"with alert 45 certificate_expired" in careful.stdout and b"Careless" not in careful.stdout
    nobody = subprocess.run([binary, "review", log, "--device", "192.0.2.1"], capture_output=True)
    assert nobody.returncode == 0 and b"0 findings in 4 records" in nobody.stdout


def test_a_site_s_own_fault_is_mirrored(binary, tmp_path):
    one = Proxy(binary, tmp_path / "data", "--lab", "--threads", "1", "--mirror-faults=*.lab.test")
    try:
        done = one.curl("https://cert-expired-leaf.lab.test/", "-k", "-o", os.devnull, "-w", "%{http_code}")
        assert done.stdout == b"200"
        flow = one.record()
        assert flow["decision"]["action"] == "mirror" and flow["decision"]["answer"] == "allow"
        assert flow["decision"]["fault"] == "cert-expired-leaf" and flow["decision"]["fault_met"] == "accepted"
        assert flow["diagnosis"][0]["cause"] == "cert-expired-leaf" and flow["diagnosis"][0]["leg"] == "server"
        # A fault that no leaf can have is answered as ever.
        one.curl("https://cert-revoked.lab.test/", "-k", "-o", os.devnull)
        flow = one.record()
        assert flow["decision"]["action"] == "intercept" and flow["decision"]["answer"] == "page"
        assert "relay/no-mirror" in [note["code"] for note in flow["notes"]]
    finally:
        ended_well(one)


@pytest.mark.parametrize("words, why", [
    (["run", "--fault", "cert-expired"], "did you mean cert-expired-leaf"),
    (["run", "--fault", "eku-missing@a b"], "is no host"),
    (["run", "--mirror-faults=*.*"], "is no host"),
    (["review"], "wants a traffic log"),
    (["review", "/nowhere/log"], "No such file"),
    (["review", "/dev/null"], "no record of a connection"),
])
def test_what_cannot_be_understood_is_said_in_a_line(binary, words, why):
    done = subprocess.run([binary, *words], capture_output=True, text=True, timeout=WAIT_S)
    assert done.returncode == 2
    assert why in done.stderr and done.stderr.count("\n") == 1
