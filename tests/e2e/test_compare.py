"""Both certificates come from the same vendor; why is one trusted and the other not? Pairs whose difference is known."""

import json
import os
import subprocess

import pytest

from proxy import WAIT_S
from sites import Pki, SServer, free_port

ACCEPTED, REFUSED, BAD_INPUT, UNREACHED = 0, 1, 2, 3

LEAF = ("subjectAltName=DNS:site.test\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
        "extendedKeyUsage=serverAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
CA = ("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
      "authorityKeyIdentifier=keyid\n")


class Vendor(Pki):
    """A root that sells certificates of many kinds."""

    def sell(self, file, cn="site.test", extensions=LEAF, by=None, first_day=-10, last_day=60, md="sha256"):
        certificate, key = by or (self.root, self.root_key)
        self._request(cn, file)
        self._sign(file, extensions, first_day, last_day, "-cert", certificate, "-keyfile", key, "-md", md)
        return self.path(f"{file}.pem"), self.path(f"{file}.key")

    def bundle(self, name, *certificates):
        out = self.path(name)
        with open(out, "w", encoding="utf-8") as to:
            for one in certificates:
                with open(one, encoding="utf-8") as given:
                    to.write(given.read())
        return out


@pytest.fixture(scope="module")
def vendor(tmp_path_factory):
    return Vendor(tmp_path_factory.mktemp("vendor"))


@pytest.fixture(scope="module")
def web_ca(vendor):
    return vendor.sell("web-ca", "Web CA", CA, last_day=900)


@pytest.fixture(scope="module")
def whole(vendor, web_ca):
    """A chain without a fault."""
    return vendor.bundle("whole.pem", vendor.sell("under-web", by=web_ca)[0], web_ca[0])


@pytest.fixture
def whytls(binary, tmp_path):
    def run(*arguments, stdin=b""):
        environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_DATA_HOME": str(tmp_path / "data"), "NO_COLOR": "1",
                       "LC_ALL": "C.UTF-8"}
        return subprocess.run([binary, *arguments], capture_output=True, timeout=WAIT_S, input=stdin, env=environment)
    return run


@pytest.fixture
def compare(whytls, vendor):
    """The exit code and the object."""
    def run(a, b, *options, stdin=b""):
        done = whytls("compare", a, b, "--roots", vendor.root, "--fetch", "off", "--json", *options, stdin=stdin)
        assert done.stdout, done.stderr.decode()
        return done.returncode, json.loads(done.stdout)
    return run


def decides(told):
    return [(d["what"], d["where"], d["check"], d["fails"]) for d in told["differences"] if d["matters"]]


def harmless(told):
    return {d["what"] for d in told["differences"] if not d["matters"]}


def test_the_intermediate_is_for_mail_only(compare, vendor, whole):
    mail_ca = vendor.sell("mail-ca", "Mail CA", CA + "extendedKeyUsage=emailProtection\n", last_day=900)
    chain = vendor.bundle("mail.pem", vendor.sell("under-mail", by=mail_ca)[0], mail_ca[0])
    code, told = compare(chain, whole, "--host", "site.test")
    assert code == REFUSED
    assert told["v"] == 1 and (told["verdicts"]["a"]["verdict"], told["verdicts"]["b"]["verdict"]) == ("reject", "accept")
    assert decides(told)[0] == ("extended key usage", "intermediate", "ServerAuthEKU", "a")
    first = told["differences"][0]
    assert (first["a"], first["b"]) == ("emailProtection", "not set")
    assert told["answer"].startswith("An iPhone refuses A and accepts B: the extended key usage of A's intermediate “Mail CA”")
    assert {"serial number", "key bytes (SHA-256)"} <= harmless(told)


def test_sha_1_against_sha_256(compare, vendor):
    old, new = vendor.sell("old", md="sha1")[0], vendor.sell("new")[0]
    code, told = compare(old, new)
    assert code == REFUSED
    assert decides(told) == [("signature", "leaf", "SignatureHashAlgorithms", "a")]
    assert (told["differences"][0]["a"], told["differences"][0]["b"]) == ("ecdsa-sha1", "ecdsa-sha256")


def test_a_missing_intermediate_against_the_whole_chain(compare, vendor, whole):
    code, told = compare(vendor.path("under-web.pem"), whole)
    assert code == REFUSED
    assert decides(told) == [("chain", "chain", "MissingIntermediate", "a")]
    assert "“Web CA” is not there" in told["answer"] and "3 certificates up to “Test Root”" in told["answer"]


def test_900_days_against_90(compare, vendor):
    code, told = compare(vendor.sell("short", last_day=80)[0], vendor.sell("long", last_day=890)[0])
    assert code == REFUSED
    what, where, check, fails = decides(told)[0]
    assert (what, where, fails) == ("lifetime", "leaf", "b") and check.endswith("ValidityPeriod")
    assert (told["differences"][0]["a"], told["differences"][0]["b"]) == ("90 days", "900 days")
    assert "dates" in harmless(told)


def test_a_root_of_the_company_against_one_of_the_store(compare, vendor, whole, tmp_path):
    company = Vendor(tmp_path / "company", "Company Root")
    own = company.bundle("own.pem", company.sell("site")[0], company.root)
    code, told = compare(whole, own)
    assert code == REFUSED
    assert decides(told) == [("root", "chain", "AnchorTrusted", "b")]
    assert "“Company Root”, which nobody here trusts" in told["answer"]
    code, told = compare(whole, own, "--anchors-are", "user")
    assert told["verdicts"]["b"]["verdict"] == "accept" and decides(told) == []


def test_two_that_are_both_fine_differ_in_harmless_ways_only(compare, vendor):
    code, told = compare(vendor.sell("one")[0], vendor.sell("two")[0], "--host", "site.test")
    assert code == ACCEPTED
    assert decides(told) == [] and "serial number" in harmless(told)
    assert told["answer"].startswith("An iPhone accepts A and B alike: they differ in ")


def test_the_same_file_twice_is_the_same(compare, whole):
    code, told = compare(whole, whole)
    assert code == ACCEPTED and told["differences"] == []
    assert told["answer"] == "An iPhone accepts A and B alike: they are the same."


def test_a_host_is_compared_with_a_file_by_the_hosts_name(compare, vendor, whole):
    other, key = vendor.sell("other", "site.test", LEAF.replace("site.test", "other.test"))
    server = SServer(other, key)
    try:
        code, told = compare(whole, f"https://site.test:{server.port}/", "--resolve", "site.test:127.0.0.1")
    finally:
        server.stop()
    assert code == REFUSED
    assert decides(told) == [("names", "leaf", "SSLHostname", "b")]
    assert (told["differences"][0]["a"], told["differences"][0]["b"]) == ("site.test", "other.test")


def test_two_hosts_are_compared_by_their_handshakes_too(compare, vendor):
    old = SServer(*vendor.sell("tls12"), "-no_tls1_3")
    new = SServer(*vendor.sell("tls13"))
    try:
        code, told = compare(f"site.test:{old.port}", f"site.test:{new.port}", "--resolve", "site.test:127.0.0.1")
    finally:
        old.stop()
        new.stop()
    version = [d for d in told["differences"] if d["what"] == "TLS version"]
    assert code == ACCEPTED and decides(told) == []
    assert (version[0]["where"], version[0]["a"], version[0]["b"]) == ("connection", "TLSv1.2", "TLSv1.3")


def test_a_host_that_does_not_answer_is_told_and_is_code_3(compare, whole):
    code, told = compare(whole, f"site.test:{free_port()}", "--resolve", "site.test:127.0.0.1")
    assert code == UNREACHED
    assert told["answer"] == "B cannot be judged: The site refuses connections on this port."


def test_the_terminal_shows_the_answer_first(whytls, vendor, whole):
    done = whytls("compare", vendor.path("under-web.pem"), "-", "--roots", vendor.root, "--fetch", "off", stdin=open(whole, "rb").read())
    text = done.stdout.decode()
    assert done.returncode == REFUSED
    assert text.splitlines()[0].startswith("◆ An iPhone refuses A and accepts B: ")
    assert text.index("What decides") > text.index("accepted")
    assert "MissingIntermediate fails on A" in text


@pytest.mark.parametrize("arguments", [[], ["a"], ["-", "-"], ["/nowhere.pem", "-"], ["/", "/"]])
def test_bad_input_is_one_line(whytls, arguments):
    done = whytls("compare", *arguments)
    lines = done.stderr.decode().strip().splitlines()
    assert done.returncode == BAD_INPUT and len(lines) == 1 and lines[0].startswith("whytls: "), done
