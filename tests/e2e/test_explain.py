"""`whytls explain` of every site of the lab, of files as people have them, and under the policies of others."""

import concurrent.futures
import json
import os
import subprocess

import pytest

from proxy import WAIT_S, causes
from sites import Pki, SServer, openssl

ACCEPTED, REFUSED, BAD_INPUT, UNREACHED = 0, 1, 2, 3
CLIENTS = 4  # some looks wait for what never comes
# What an iPhone accepts all the same: the fault hurts others, or a later day.
HARMLESS = {None, "missing-intermediate-aia", "ocsp-stale", "ocsp-unknown", "must-staple-missing", "mtls-403", "chain-wrong-order",
            "chain-unneeded-certs", "cert-expiring-soon", "cross-sign-expired", "cn-not-in-san", "hostname-underscore", "san-oversize",
            "idn-spoof", "issuer-not-usable", "key-id-missing", "root-as-leaf", "odd-rsa-size", "debian-or-roca-key", "key-reused-public",
            "key-usage-leaf", "serial-abnormal", "duplicate-serial", "legacy-renegotiation", "weak-cipher-only", "weak-dh", "no-ip-family",
            "starttls-stripped"}
NEVER_REACHED = {"tcp-refused", "tcp-timeout", "mail-port-blocked", "dns-nxdomain", "dns-servfail", "dnssec-bogus", "dns-timeout", "dns-hijack"}
# Whoever asks for one name, with all that we can, and then says nothing does not meet these.
OTHER_HELLO = {"no-shared-sigalg", "sni-default-cert"}
CONVERSATION = {"record-corruption", "truncation-close", "h2-protocol-error", "misdirected-421", "early-data-rejected", "rate-limited",
                "mail-auth-after-tls"}


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home of its own; the lab's certificates are made there once."""
    folder = tmp_path_factory.mktemp("home")
    return {**os.environ, "XDG_CONFIG_HOME": str(folder / "config"), "XDG_DATA_HOME": str(folder / "data"), "NO_COLOR": "1"}


@pytest.fixture(scope="module")
def explain(binary, home):
    def run(*arguments, stdin=b""):
        return subprocess.run([binary, "explain", *arguments], capture_output=True, timeout=WAIT_S, input=stdin, env=home)
    return run


@pytest.fixture(scope="module")
def record(explain):
    def run(*arguments, stdin=b""):
        done = explain(*arguments, "--json", stdin=stdin)
        assert done.stdout, done.stderr.decode()
        return done.returncode, json.loads(done.stdout)
    return run


def text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


@pytest.fixture(scope="module")
def leaf(pki):
    return pki.leaf("shop.test")[0]


# the lab

def is_for_one_look(entry):
    return (entry["protocol"] not in ("phone", "file") and "before" not in entry
            and entry["cause"] not in OTHER_HELLO | CONVERSATION)


def test_each_lab_host_is_explained_with_its_cause(record, entries):
    looks = sorted(filter(is_for_one_look, entries), key=lambda entry: not entry["slow"])
    record("--lab", "good.lab.test")  # makes the lab's certificates
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        found = list(pool.map(lambda entry: record("--lab", entry["url"]), looks))
    wrong = []
    for entry, (code, flow) in zip(looks, found):
        wanted = UNREACHED if entry["cause"] in NEVER_REACHED else ACCEPTED if entry["cause"] in HARMLESS else REFUSED
        if (code, causes(flow, 1)) != (wanted, [entry["cause"]] if entry["cause"] else []):
            wrong.append((entry["url"], code, causes(flow)))
    assert wrong == []


def test_the_tree_shows_what_was_fetched_and_the_rest_what_was_looked_at(explain):
    told = explain("--lab", "missing-intermediate-aia.lab.test").stdout.decode()
    lines = told.splitlines()
    assert lines[0].startswith("▲ The site left out an intermediate")
    fetched = next(i for i, line in enumerate(lines) if "fetched, not sent" in line)
    assert "Lab Unsent CA" in lines[fetched - 1] and "Lab Public Root" in lines[fetched + 2]
    assert "Logs     enough public logs" in told and "Revoked? not checked" in told
    assert "`" not in told


# others than iPhones

def test_the_policy_of_others_has_words_of_its_own(explain, record):
    code, flow = record("--lab", "name-mismatch.lab.test", "--policy", "webpki")
    assert code == REFUSED and flow["server_leg"]["verdict"]["policy"] == "webpki" and flow["diagnosis"] == []
    told = explain("--lab", "name-mismatch.lab.test", "--policy", "webpki").stdout.decode()
    assert told.startswith("◆ Chrome, Firefox and Android refuse this") and "iOS" not in told
    assert explain("--lab", "good.lab.test", "--policy", "webpki").stdout.decode().startswith("● Chrome, Firefox and Android accept")


def test_a_difference_between_iphones_and_others_is_a_sentence(record, explain):
    code, flow = record("--lab", "validity-too-long.lab.test")
    assert code == REFUSED and flow["server_leg"]["verdict_webpki"]["verdict"] == "accept"
    assert [n for n in flow["notes"] if n["text"].startswith("Chrome, Firefox and Android accept this certificate") and "iPhones do not" in n["text"]]
    code, flow = record("--lab", "key-id-missing.lab.test")
    assert code == ACCEPTED and [n for n in flow["notes"] if "its form breaks the rules" in n["text"]]
    assert "Chrome, Firefox and Android accept it too" in explain("--lab", "good.lab.test").stdout.decode()


def test_an_apps_own_anchors_are_a_file(explain, record, pki, leaf):
    code, flow = record(leaf, "--roots", pki.root, "--anchors-are", "custom")
    assert code == ACCEPTED and flow["server_leg"]["verdict"]["anchors_are"] == "custom"
    done = explain(leaf, "--anchors-are", "custom")
    assert done.returncode == BAD_INPUT and b"--roots FILE" in done.stderr


# files

def test_the_leaf_is_found_in_any_order(record, pki, leaf):
    chain = text(pki.root) + text(leaf)
    code, flow = record("-", "--roots", pki.root, stdin=chain.encode())
    assert code == ACCEPTED and (flow["target"]["host"], flow["target"]["learnt"]) == ("shop.test", "file")
    assert flow["server_leg"]["order"] == "leaf-not-first"
    assert causes(flow, 1) == ["leaf-not-first"] and flow["diagnosis"][0]["confidence"] == "certain"


def test_prose_around_pem_is_passed_over(record, pki, leaf):
    mail = f"Dear admin,\nhere it is:\n{text(leaf)}\nand its issuer:\n{text(pki.root)}Yours\n"
    code, flow = record("-", "--roots", pki.root, stdin=mail.encode())
    assert code == ACCEPTED and flow["diagnosis"] == [] and "order" not in flow["server_leg"]


def test_a_bag_of_certificates_is_read(record, pki, leaf, tmp_path):
    bag = str(tmp_path / "chain.p7b")
    openssl("crl2pkcs7", "-nocrl", "-certfile", pki.root, "-certfile", leaf, "-outform", "DER", "-out", bag)
    code, flow = record(bag, "--roots", pki.root, "--host", "shop.test")
    assert code == ACCEPTED and len(flow["server_leg"]["chain"]) == 2


def cut(leaf, tmp_path):
    der = openssl("x509", "-in", leaf, "-outform", "DER")
    path = tmp_path / "half.der"
    path.write_bytes(der[:200])
    return str(path), f"half.der: cut off at byte 200: the certificate that begins at byte 0 has {len(der)} bytes"


def test_bad_input_is_one_line_that_names_what_and_where(explain, leaf, tmp_path):
    half, named = cut(leaf, tmp_path)
    rows = [(half, named), (str(tmp_path), "a folder, not a file"), ("chain.pem", "chain.pem: there is no such file"),
            ("shop.test:70000", "the port 70000 is not from 1 to 65535"), ("gopher://shop.test", "no such scheme"),
            ("imaps://", "no host in this address")]
    for target, wanted in rows:
        done = explain(target)
        said = done.stderr.decode()
        assert done.returncode == BAD_INPUT and wanted in said and said.count("\n") == 1, (target, said)


def test_a_reader_that_goes_away_is_no_crash(binary, home, leaf):
    run = subprocess.Popen([binary, "explain", leaf], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=home)
    run.stdout.close()
    said = run.stderr.read().decode()
    run.stderr.close()
    assert run.wait(WAIT_S) >= 0 and "Sanitizer" not in said


def test_a_chain_out_of_order_is_told_and_sorted(record, pki, tmp_path):
    """The site sends its own certificate, the root, and then the intermediate between them."""
    extensions = tmp_path / "ca.ext"
    extensions.write_text("basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n"
                          "authorityKeyIdentifier=keyid\n")
    middle, key, csr, site = (str(tmp_path / name) for name in ("middle.pem", "middle.key", "middle.csr", "site.pem"))
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=Middle", "-keyout", key,
            "-out", csr)
    openssl("x509", "-req", "-in", csr, "-CA", pki.root, "-CAkey", pki.root_key, "-set_serial", "77", "-days", "30", "-extfile",
            str(extensions), "-out", middle)
    extensions.write_text("subjectAltName=DNS:site.test\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                          "extendedKeyUsage=serverAuth\nauthorityKeyIdentifier=keyid\n")
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=site.test", "-keyout",
            str(tmp_path / "site.key"), "-out", csr)
    openssl("x509", "-req", "-in", csr, "-CA", middle, "-CAkey", key, "-set_serial", "78", "-days", "20", "-extfile",
            str(extensions), "-out", site)
    rest = tmp_path / "rest.pem"
    rest.write_text(text(pki.root) + text(middle))
    server = SServer(site, str(tmp_path / "site.key"), "-cert_chain", str(rest))
    try:
        code, flow = record(f"site.test:{server.port}", "--resolve", "site.test:127.0.0.1", "--roots", pki.root, "--anchors-are", "user")
    finally:
        server.stop()
    assert code == ACCEPTED and flow["server_leg"]["order"] == "wrong-order"
    assert causes(flow, 1) == ["chain-wrong-order"]
