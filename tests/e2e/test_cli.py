"""A server admin and a rule writer at the terminal: each command says what it should, with the exit code of the contract."""

import base64
import json
import os
import plistlib
import subprocess

import pytest

from proxy import WAIT_S, top_cause
from sites import Nginx, Pki, SServer, free_port, openssl

ACCEPTED, REFUSED, BAD_INPUT, UNREACHED = 0, 1, 2, 3

FLOW_KEYS = {"v", "id", "at", "ms", "proxy", "entry", "client", "target", "decision", "client_leg", "server_leg", "diagnosis",
             "notes", "facts", "exchanges", "timeline"}
VERDICT_KEYS = {"verdict", "anchors_are", "class", "text", "osstatus", "osstatus_name", "nsurlerror", "overridable", "checks",
                "path", "causes", "openssl"}
DIAGNOSIS_KEYS = {"cause", "leg", "confidence", "title", "why", "evidence", "against", "ios", "device_fix", "server_fix",
                  "next_test", "by"}


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def good(pki):
    return pki.leaf("site.test")


@pytest.fixture(scope="module")
def expired(pki):
    return pki.leaf("site.test", "expired", first_day=-50, last_day=-3)


@pytest.fixture(scope="module")
def self_signed(pki):
    return pki.leaf("site.test", "self-signed", self_signed=True)


@pytest.fixture
def whytls(binary, tmp_path):
    """Runs the program without the files of whoever runs the test."""
    def run(*arguments, stdin=b""):
        environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_DATA_HOME": str(tmp_path / "data"), "NO_COLOR": "1"}
        return subprocess.run([binary, *arguments], capture_output=True, timeout=WAIT_S, input=stdin, env=environment)
    return run


@pytest.fixture
def explain(whytls, pki):
    """The exit code and the record."""
    def run(target, *options, stdin=b"", roots=True):
        done = whytls("explain", target, *(["--roots", pki.root] if roots else []), "--json", *options, stdin=stdin)
        assert done.stdout, done.stderr.decode()
        return done.returncode, json.loads(done.stdout)
    return run


def error_of(done, code=BAD_INPUT):
    lines = done.stderr.decode().splitlines()
    assert done.returncode == code and len(lines) == 1 and lines[0].startswith("whytls: "), done
    return lines[0]


# explain a file

def test_a_good_certificate_is_accepted(explain, good):
    code, flow = explain(good[0], "--host", "site.test")
    assert (code, flow["diagnosis"]) == (ACCEPTED, [])
    assert FLOW_KEYS <= flow.keys() and flow["v"] == 1
    assert VERDICT_KEYS <= flow["server_leg"]["verdict"].keys()
    assert flow["server_leg"]["verdict"]["verdict"] == "accept"


def test_der_and_standard_input_are_read_as_pem_is(explain, pki, good):
    der = openssl("x509", "-in", good[0], "-outform", "DER")
    with open(pki.path("good.der"), "wb") as out:
        out.write(der)
    with open(good[0], "rb") as pem:
        pem = pem.read()
    chains = [explain(*target, stdin=stdin) for target, stdin in
              [([good[0]], b""), ([pki.path("good.der")], b""), (["-"], pem), (["-"], der)]]
    assert [code for code, _ in chains] == [ACCEPTED] * 4
    assert len({tuple(flow["server_leg"]["chain"]) for _, flow in chains}) == 1


def test_a_pem_chain_is_judged_as_it_was_sent(explain, pki, good):
    both = b"".join(open(file, "rb").read() for file in (good[0], pki.root))
    code, flow = explain("-", stdin=b"Some words before.\n" + both)
    assert code == ACCEPTED
    assert len(flow["server_leg"]["chain"]) == 2
    code, flow = explain("-", roots=False, stdin=both)
    assert (code, top_cause(flow)) == (REFUSED, "untrusted-root")


def test_a_fault_is_named_with_everything_the_contract_lists(explain, expired):
    code, flow = explain(expired[0])
    assert (code, top_cause(flow)) == (REFUSED, "cert-expired-leaf")
    assert DIAGNOSIS_KEYS <= flow["diagnosis"][0].keys()
    verdict = flow["server_leg"]["verdict"]
    assert (verdict["osstatus"], verdict["nsurlerror"], verdict["class"]) == (-67818, -1202, "Expired")
    assert verdict["openssl"]["code"] == 10


def test_the_time_the_name_and_the_anchors_can_be_chosen(explain, good):
    code, flow = explain(good[0], "--at", "2035-01-01")
    assert (code, top_cause(flow)) == (REFUSED, "cert-expired-leaf")
    code, flow = explain(good[0], "--at", "2020-01-01T00:00:00Z")
    assert code == REFUSED and top_cause(flow) != "cert-expired-leaf"
    code, flow = explain(good[0], "--host", "other.test")
    assert (code, top_cause(flow)) == (REFUSED, "name-mismatch")
    code, flow = explain(good[0], "--anchors-are", "user")
    assert (code, flow["server_leg"]["verdict"]["anchors_are"]) == (ACCEPTED, "user")
    assert explain(good[0], roots=False)[0] == REFUSED


def test_people_are_told_in_words(whytls, pki, expired):
    done = whytls("explain", expired[0], "--roots", pki.root)
    assert done.returncode == REFUSED
    text = done.stdout.decode()
    assert "cert-expired-leaf" in text and "\x1b" not in text


@pytest.mark.parametrize("arguments, stdin, named", [
    (["-"], b"garbage \x00\xff", "standard input: it holds no certificate"),
    (["-"], b"", "standard input: it is empty"),
    (["-"], b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "standard input"),
    (["/nowhere.pem"], b"", "/nowhere.pem"),
    (["ftp://site.test/"], b"", "no such scheme"),
    ([], b"", "one target"),
    (["a", "b"], b"", "one target"),
    (["-", "--at", "yesterday"], b"", "--at yesterday"),
    (["-", "--host", "a b"], b"", "--host a b"),
    (["-", "--anchors-are", "mine"], b"", "--anchors-are mine"),
    (["-", "--roots", "/nowhere.pem"], b"", "/nowhere.pem"),
    (["-", "--resolve", "site.test"], b"", "--resolve site.test"),
    (["-", "--jsn"], b"", "did you mean --json"),
])
def test_what_cannot_be_read_is_one_line_that_names_it(whytls, arguments, stdin, named):
    assert named in error_of(whytls("explain", *arguments, stdin=stdin))


# explain a site

def at(server, host="site.test"):
    return [f"{host}:{server.port}", "--resolve", f"{host}:127.0.0.1"]


@pytest.fixture
def served(request, pki):
    server = SServer(*request.getfixturevalue(request.param))
    yield server
    server.stop()


@pytest.mark.parametrize("served, code, cause", [
    ("good", ACCEPTED, None), ("expired", REFUSED, "cert-expired-leaf"), ("self_signed", REFUSED, "self-signed-leaf"),
], indirect=["served"])
def test_a_site_is_judged_by_what_it_serves(explain, served, code, cause):
    got, flow = explain(*at(served))
    assert (got, top_cause(flow)) == (code, cause)
    assert flow["server_leg"]["version"] == "TLSv1.3"
    assert flow["server_leg"]["address"].startswith("127.0.0.1")


@pytest.mark.parametrize("served", ["good"], indirect=True)
def test_a_site_is_judged_by_the_name_in_its_address(explain, served):
    code, flow = explain(f"https://other.test:{served.port}/path?query", "--resolve", "other.test:127.0.0.1")
    assert (code, top_cause(flow)) == (REFUSED, "name-mismatch")
    assert explain(f"localhost:{served.port}", "--host", "site.test")[0] == ACCEPTED


def test_nginx_is_explained(explain, good, tmp_path):
    server = Nginx(tmp_path / "nginx", *good)
    try:
        assert explain(*at(server))[0] == ACCEPTED
        code, flow = explain(*at(server), roots=False)
        assert code == REFUSED
        assert {"untrusted-root", "missing-intermediate-no-aia"} & {one["cause"] for one in flow["diagnosis"]}
    finally:
        server.stop()


def test_a_port_without_tls_is_told_as_such(explain, tmp_path):
    server = Nginx(tmp_path / "nginx")
    try:
        code, flow = explain(*at(server))
        assert (code, top_cause(flow)) == (REFUSED, "plaintext-on-tls-port")
    finally:
        server.stop()


def test_a_site_that_cannot_be_reached_is_exit_code_3(explain):
    code, flow = explain(f"site.test:{free_port()}", "--resolve", "site.test:127.0.0.1")
    assert (code, top_cause(flow)) == (UNREACHED, "tcp-refused")


# judge

def der64(file):
    return base64.b64encode(openssl("x509", "-in", file, "-outform", "DER")).decode()


def case(pki, leaf, **more):
    return json.dumps({"id": "one", "policy": "ios", "kind": "tls-server", "hostname": "site.test", "leaf": der64(leaf[0]),
                       "intermediates": [], "anchors": [der64(pki.root)], "anchors_are": "custom", **more})


def judged(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_case_is_answered_in_its_place(whytls, pki, good, expired, tmp_path):
    cases = "\n".join([case(pki, good), "not json", case(pki, expired, id="two"), "", case(pki, good, id="three", requires=["ocsp"])])
    (tmp_path / "cases.jsonl").write_text(cases)
    done = whytls("judge", str(tmp_path / "cases.jsonl"))
    answers = judged(done)
    assert [(one["id"], one["verdict"]) for one in answers] == [("one", "accept"), (None, "error"), ("two", "reject"), ("three", "unsupported")]
    assert VERDICT_KEYS <= answers[0].keys() and answers[0]["v"] == 1
    assert answers[2]["causes"] == ["cert-expired-leaf"]
    assert done.returncode == REFUSED
    assert "cases.jsonl: line 2" in done.stderr.decode()


def test_the_exit_code_of_a_batch_tells_its_worst(whytls, pki, good, expired):
    assert whytls("judge", stdin=case(pki, good).encode()).returncode == ACCEPTED
    assert whytls("judge", "-", stdin=case(pki, expired).encode()).returncode == REFUSED
    assert "standard input: line 1" in error_of(whytls("judge", stdin=b"{}\n"))
    assert whytls("judge").returncode == ACCEPTED
    assert "/nowhere.jsonl" in error_of(whytls("judge", "/nowhere.jsonl"))


# ca

def test_the_root_is_made_shown_and_exported(whytls, tmp_path):
    data = str(tmp_path / "own")
    assert error_of(whytls("ca", "show", "--data", data))
    made = json.loads(whytls("ca", "init", "--json", "--data", data).stdout)
    shown = json.loads(whytls("ca", "show", "--json", "--data", data).stdout)
    assert made["made"] is True and shown["made"] is False and made["sha256"] == shown["sha256"]
    assert json.loads(whytls("ca", "init", "--json", "--data", data).stdout)["made"] is False

    pem = whytls("ca", "export", "--data", data).stdout
    der = whytls("ca", "export", "--format", "der", "--data", data).stdout
    assert pem == whytls("ca", "export", "--format", "pem", "--data", data).stdout
    assert openssl("x509", "-outform", "DER", input=pem) == der
    assert b"PRIVATE" not in pem
    fingerprint = openssl("x509", "-inform", "DER", "-noout", "-fingerprint", "-sha256", input=der).decode()
    assert fingerprint.strip().partition("=")[2].replace(":", "").lower() == made["sha256"]

    profile = plistlib.loads(whytls("ca", "export", "--format", "mobileconfig", "--data", data).stdout)
    assert profile["PayloadType"] == "Configuration"
    root = profile["PayloadContent"][0]
    assert (root["PayloadType"], bytes(root["PayloadContent"])) == ("com.apple.security.root", der)


def test_the_root_is_a_certificate_that_openssl_takes(whytls, tmp_path):
    data = str(tmp_path / "own")
    whytls("ca", "init", "--data", data)
    pem = tmp_path / "root.pem"
    pem.write_bytes(whytls("ca", "export", "--data", data).stdout)
    openssl("verify", "-x509_strict", "-CAfile", str(pem), str(pem))
    text = openssl("x509", "-in", str(pem), "-noout", "-text").decode()
    assert "CA:TRUE" in text and "Certificate Sign" in text


def test_the_key_is_for_its_owner_alone(whytls, tmp_path):
    data = tmp_path / "own"
    whytls("ca", "init", "--data", str(data))
    key = data / "ca" / "root.key"
    assert os.stat(data / "ca").st_mode & 0o777 == 0o700
    assert os.stat(key).st_mode & 0o777 == 0o600
    key.chmod(0o644)
    assert "root.key" in error_of(whytls("ca", "show", "--data", str(data)))
    key.chmod(0o600)
    key.unlink()
    assert "root" in error_of(whytls("ca", "init", "--data", str(data)))


@pytest.mark.parametrize("arguments, named", [
    ([], "init, show, export or renew"), (["bake"], 'no "ca bake"'), (["init", "show"], "at a time"),
    (["init", "--format", "der"], "--format goes with export"), (["export", "--format", "jpeg"], 'no format "jpeg"'),
])
def test_a_slip_at_ca_is_one_line(whytls, tmp_path, arguments, named):
    whytls("ca", "init")
    assert named in error_of(whytls("ca", *arguments))


# rules and lab

def test_the_rules_are_listed_by_contract(whytls, entries):
    done = whytls("rules", "list", "--json")
    listed = json.loads(done.stdout)
    assert done.returncode == 0 and listed["v"] == 1
    assert not done.stderr  # every shipped rule loads
    rules = {rule["id"]: rule for rule in listed["rules"]}
    for rule in rules.values():
        assert {"id", "causes", "lab", "on"} <= rule.keys()
        assert isinstance(rule["causes"], list) and isinstance(rule["lab"], list) and isinstance(rule["on"], bool)
    assert "cert-expired-leaf" in rules["dates/expired"]["causes"]
    # Each shows in the lab under a name, in a file, or by a phone that is played.
    shown = {f"--play {entry['cause']}" if entry["protocol"] == "phone" else entry.get("file", entry["host"]) for entry in entries}
    assert {where for rule in rules.values() for where in rule["lab"]} <= shown
    assert "dates/expired" in whytls("rules", "list").stdout.decode()


def test_the_specs_of_the_shipped_rules_pass(whytls):
    done = whytls("rules", "test")
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    assert b"failed" not in done.stdout


def test_a_new_rule_passes_its_spec_and_a_failing_spec_is_told(whytls, tmp_path):
    assert whytls("rules", "new", "mine").returncode == 0
    assert whytls("rules", "test", "mine").returncode == 0
    spec = tmp_path / "config" / "whytls" / "rules" / "mine" / "spec" / "watch_spec.lua"
    spec.write_text(spec.read_text().replace("expect_asleep", "expect_no_diagnosis").replace('severity = "info"', 'severity = "high"'))
    done = whytls("rules", "test", "mine")
    assert done.returncode == 1 and b"1 failed" in done.stdout
    assert "is there already" in error_of(whytls("rules", "new", "mine"))
    assert "did you mean list" in error_of(whytls("rules", "lst"))


def test_a_package_that_cannot_be_read_is_no_passed_test(whytls, tmp_path):
    (tmp_path / "more" / "broken").mkdir(parents=True)
    (tmp_path / "more" / "broken" / "init.lua").write_text("rule { name = ")
    assert "broken/init.lua" in error_of(whytls("rules", "test", "--rules", str(tmp_path / "more")))
    assert "no rule package 'nosuch'" in error_of(whytls("rules", "test", "nosuch"))


def test_the_lab_is_listed_by_contract(entries):
    causes = {entry["cause"] for entry in entries}
    assert None in causes and "cert-expired-leaf" in causes
    sites = [entry for entry in entries if entry["protocol"] not in ("phone", "file")]
    for entry in entries:
        assert {"host", "protocol", "cause", "leg", "about", "slow"} <= entry.keys()
        assert entry["leg"] in ("client", "server", "identity")
    for entry in sites:
        assert "://" + entry["host"] in entry["url"] and isinstance(entry["port"], int)
    for entry in entries:
        if entry["protocol"] == "phone":
            assert entry["connections"] > 0 and all(option.startswith("--") for option in entry["options"])
        if entry["protocol"] == "file":
            assert entry["file"] and "--roots" in entry["ask"]
    healthy = {entry["host"] for entry in sites if entry["cause"] is None}
    assert {"good.lab.test", "good.lab-two.test"} <= healthy
    assert len({(entry["host"], entry["port"]) for entry in sites}) == len(sites)


@pytest.mark.parametrize("command", ["run", "explain", "judge", "ca", "lab", "rules"])
def test_every_command_has_help(whytls, command):
    done = whytls(command, "--help")
    assert done.returncode == 0 and not done.stderr
    assert done.stdout.decode().startswith(f"usage: whytls {command}")


def test_the_version_is_told(whytls):
    assert whytls("--version").stdout.startswith(b"whytls ")
    assert b"did you mean explain" in whytls("explian").stderr
