"""A company's roots and intermediates in one .mobileconfig, looked at, and read back by the tools of others."""
import json
import os
import plistlib
import subprocess

import pytest

from proxy import WAIT_S
from sites import Pki

INSTALLS, NOT_ALL, BAD_INPUT = 0, 1, 2
CA = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"


class Company(Pki):
    """A root, and intermediates under it."""

    def issuing(self, cn, file):
        self._request(cn, file)
        self._sign(file, CA, -10, 900, "-cert", self.root, "-keyfile", self.root_key)
        return self.path(f"{file}.pem")


@pytest.fixture(scope="module")
def companies(tmp_path_factory):
    return [Company(tmp_path_factory.mktemp(f"company{i}"), f"Acme Root {i}") for i in (1, 2, 3)]


@pytest.fixture(scope="module")
def files(companies):
    """Three roots, and two intermediates, one of them in DER."""
    first, second = companies[0].issuing("Acme Issuing 1", "issuing"), companies[1].issuing("Acme Issuing 2", "issuing")
    der = companies[1].path("issuing.cer")
    subprocess.run(["openssl", "x509", "-in", second, "-outform", "DER", "-out", der], check=True)
    return [company.root for company in companies] + [first, der]


@pytest.fixture
def whytls(binary, tmp_path):
    def run(*arguments):
        environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_DATA_HOME": str(tmp_path / "data"), "NO_COLOR": "1",
                       "LC_ALL": "C.UTF-8"}
        return subprocess.run([binary, "profile", *arguments], capture_output=True, timeout=WAIT_S, env=environment)
    return run


def payloads(plist):
    return [(p["PayloadType"], p["PayloadDisplayName"]) for p in plistlib.loads(plist)["PayloadContent"]]


EXPECTED = [("com.apple.security.root", "Acme Root 1"), ("com.apple.security.root", "Acme Root 2"), ("com.apple.security.root", "Acme Root 3"),
            ("com.apple.security.pkcs1", "Acme Issuing 1"), ("com.apple.security.pkcs1", "Acme Issuing 2")]


def test_three_roots_and_two_intermediates_are_read_back_by_others(whytls, files, tmp_path):
    out = tmp_path / "acme.mobileconfig"
    done = whytls("build", *files, "--name", "Acme", "--organization", "Acme GmbH", "-o", str(out))
    assert done.returncode == INSTALLS, done.stderr
    assert payloads(out.read_bytes()) == EXPECTED
    told = subprocess.run(["plistutil", "-i", str(out), "-f", "xml"], check=True, capture_output=True).stdout
    assert payloads(told) == EXPECTED
    for p, path in zip(plistlib.loads(told)["PayloadContent"], files):
        der = subprocess.run(["openssl", "x509", "-in", path, "-outform", "DER"], check=True, capture_output=True).stdout
        assert p["PayloadContent"] == der


def test_lint_says_which_roots_get_their_switch(whytls, files, tmp_path):
    out = str(tmp_path / "acme.mobileconfig")
    whytls("build", *files, "-o", out)
    done = whytls("lint", out)
    assert done.returncode == INSTALLS
    assert done.stdout.decode().count("its switch appears") == 3
    told = json.loads(whytls("lint", "--json", out).stdout)["identity"]
    assert told["kind"] == "profile" and told["result"] == "installs" and len(told["profile"]["payloads"]) == 5


def test_the_same_certificates_make_the_same_profile(whytls, files):
    first, second = whytls("build", *files), whytls("build", *reversed(files))
    assert plistlib.loads(first.stdout)["PayloadUUID"] == plistlib.loads(second.stdout)["PayloadUUID"]
    assert first.stdout == whytls("build", *files).stdout


def test_a_signed_profile_is_verified_by_openssl(whytls, companies, files, tmp_path):
    certificate, key = companies[0].leaf("profiles.acme.test")
    out, content = str(tmp_path / "signed.mobileconfig"), str(tmp_path / "content.plist")
    done = whytls("build", *files, "--sign", certificate, "--sign-key", key, "--roots", companies[0].root, "-o", out)
    assert done.returncode == INSTALLS, done.stdout + done.stderr
    subprocess.run(["openssl", "cms", "-verify", "-inform", "DER", "-in", out, "-CAfile", companies[0].root, "-purpose", "any", "-out", content],
                   check=True, capture_output=True)
    with open(content, "rb") as inside:
        assert payloads(inside.read()) == EXPECTED
    assert b"signature trusted" in whytls("lint", "--roots", companies[0].root, out).stdout
    assert b"signature untrusted" in whytls("lint", out).stdout


def test_what_ios_would_refuse_is_not_written(whytls, companies, tmp_path):
    certificate, key = companies[0].leaf("anna")
    p12, password, out = str(tmp_path / "anna.p12"), tmp_path / "password", tmp_path / "x.mobileconfig"
    password.write_text("geheim\n")
    subprocess.run(["openssl", "pkcs12", "-export", "-in", certificate, "-inkey", key, "-out", p12, "-passout", f"file:{password}"], check=True)
    done = whytls("build", "--identity", p12, "--password-file", str(password), "-o", str(out))
    assert done.returncode == INSTALLS and "asks for it when the profile is installed" in " ".join(done.stdout.decode().split())
    out.unlink()
    password.write_text("falsch\n")
    done = whytls("build", "--identity", p12, "--password-file", str(password), "-o", str(out))
    assert done.returncode == BAD_INPUT and b"the password does not fit" in done.stderr and not out.exists()


@pytest.mark.parametrize("arguments, words", [
    (["build"], "wants files of certificates"),
    (["build", "/nonexistent.pem"], "/nonexistent.pem"),
    (["build", "/tmp"], "a folder, not a file"),
    (["lint"], "lint wants one profile"),
    (["lint", "/nonexistent.mobileconfig"], "no such file"),
    (["lint", "x", "--sign", "y"], "an option of build"),
    (["mend", "x"], "build or lint"),
    ([], "build or lint"),
    (["build", "x", "--json"], "--out"),
    (["build", "x", "--sign-key", "y"], "--sign-key goes with --sign"),
])
def test_a_wrong_word_is_told_in_one_line(whytls, arguments, words):
    done = whytls(*arguments)
    assert done.returncode == BAD_INPUT
    assert words in done.stderr.decode() and done.stderr.count(b"\n") == 1
