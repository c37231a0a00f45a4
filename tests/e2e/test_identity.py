"""`whytls explain` of files that people get by mail: identities, mail certificates, profiles and roots, made by openssl and plistlib."""

import json
import os
import plistlib
import subprocess

import pytest

from proxy import WAIT_S, top_cause
from sites import Pki, openssl

ACCEPTED, REFUSED, BAD_INPUT = 0, 1, 2
PASSWORD, ADDRESS = "geheim", "anna@acme.test"
CA = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
END = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
CLIENT, MAIL = END + "extendedKeyUsage=clientAuth\n", END + f"extendedKeyUsage=emailProtection\nsubjectAltName=email:{ADDRESS}\n"


class Office(Pki):
    """A root, an intermediate under it, and people under that; or roots with one fault each."""

    def __init__(self, folder):
        super().__init__(folder, "Acme Root")
        self._request("Acme Issuing", "issuing")
        self._sign("issuing", CA, -10, 900, "-cert", self.root, "-keyfile", self.root_key)
        self.issuing = self.path("issuing.pem")

    def person(self, file, extensions=CLIENT, last_day=60):
        self._request(file, file)
        self._sign(file, extensions, -10, last_day, "-cert", self.issuing, "-keyfile", self.path("issuing.key"))
        return self.path(f"{file}.pem"), self.path(f"{file}.key")

    def expired_root(self):
        self._request("Old Root", "old")
        self._sign("old", CA, -100, -1, "-selfsign", "-keyfile", self.path("old.key"))
        return self.path("old.pem")

    def odd_root(self, file, subject="/CN=Odd Root", extensions=None):
        """Without extensions openssl writes version 1."""
        key, csr, pem = (self.path(f"{file}.{end}") for end in ("key", "csr", "pem"))
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject, "-keyout", key, "-out", csr)
        more = ["-extfile", self._write(f"{file}.ext", extensions)] if extensions else []
        openssl("x509", "-req", "-in", csr, "-signkey", key, "-days", "900", *more, "-out", pem)
        return pem


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return Office(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def anna(office):
    return office.person("anna")


@pytest.fixture
def run(binary, office, tmp_path):
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_DATA_HOME": str(tmp_path / "data"), "NO_COLOR": "1",
                   "LC_ALL": "C.UTF-8"}

    def go(*arguments):
        return subprocess.run([binary, "explain", "--roots", office.root, *arguments], capture_output=True, timeout=WAIT_S, env=environment)
    return go


@pytest.fixture
def says(run):
    """Asserts what a file comes to: the exit code, the top cause, and the sentence for people. Gives the record."""
    def check(code, cause, sentence, *arguments):
        told, done = run(*arguments), run(*arguments, "--json")
        assert done.stdout, done.stderr.decode()
        flow = json.loads(done.stdout)
        first = told.stdout.decode().splitlines()[0]
        assert (done.returncode, told.returncode, top_cause(flow)) == (code, code, cause), first
        assert first[2:].split("  ")[0].strip() == sentence
        return flow
    return check


@pytest.fixture
def password_file(tmp_path):
    def write(password):
        path = tmp_path / "password"
        path.write_text(password + "\n")
        return "--password-file", str(path)
    return write


def read(path):
    with open(path, "rb") as file:
        return file.read()


# identities

@pytest.fixture
def export(office, anna, tmp_path):
    def make(*options, who=anna, chain=True, password=PASSWORD):
        path = str(tmp_path / "anna.p12")
        openssl("pkcs12", "-export", "-in", who[0], "-inkey", who[1], "-passout", f"pass:{password}", "-out", path,
                *(["-certfile", office.issuing] if chain else []), *options)
        return path
    return make


PLAIN = ("-keypbe", "NONE", "-certpbe", "NONE", "-nomac")  # nothing is encrypted, so its bytes can be changed


def der(tag, *parts):
    content = b"".join(parts)
    length = bytes([len(content)]) if len(content) < 128 else b"\x82" + len(content).to_bytes(2, "big")
    return bytes([tag]) + length + content


def inside(data):
    """The content of the first element."""
    if data[1] < 128:
        return data[2:2 + data[1]]
    n = data[1] & 127
    return data[2 + n:2 + n + int.from_bytes(data[2:2 + n], "big")]


VERSION_3, DATA = bytes.fromhex("020103"), bytes.fromhex("06092a864886f70d010701")


def containers(p12):
    """The containers of an unsealed PFX (RFC 7292 section 4)."""
    content_info = inside(inside(p12)[len(VERSION_3):])
    return inside(inside(inside(content_info[len(DATA):])))


def together(*files):
    safe = der(0x30, *(containers(one) for one in files))
    return der(0x30, VERSION_3, der(0x30, DATA, der(0xA0, der(0x04, safe))))


def test_a_modern_identity_is_told_to_old_iphones(says, export, password_file):
    flow = says(ACCEPTED, "p12-modern-crypto", "Old iPhones cannot read this file", export(), *password_file(PASSWORD))
    identity = flow["identity"]
    assert (identity["kind"], identity["result"], identity["state"], identity["issuer"]) == ("pkcs12", "installs", "opened", "known")
    assert identity["crypto"] == "modern" and identity["certificates"] == 2 and identity["key_fits"]


def test_a_legacy_identity_is_opened_and_told(says, export, password_file):
    flow = says(ACCEPTED, "p12-legacy-crypto", "The file is encrypted by an old cipher", export("-legacy"), *password_file(PASSWORD))
    assert flow["identity"]["crypto"] == "legacy" and flow["identity"]["certs_cipher"] == "rc2-40"


OLD = ("-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1")  # what everybody reads


def test_an_identity_that_everybody_reads_is_accepted(says, export, password_file):
    says(ACCEPTED, None, "An iPhone installs this identity", export(*OLD), *password_file(PASSWORD))


@pytest.mark.parametrize("options", [(), OLD, ("-legacy",)])
def test_a_wrong_password(says, export, password_file, options):
    flow = says(REFUSED, "p12-wrong-password", "The password does not open the file", export(*options), *password_file("Geheim"))
    assert flow["identity"]["state"] == "wrong-password" and "leaf" not in flow["identity"]


def test_no_password_where_one_is_wanted(says, export):
    says(REFUSED, "p12-wrong-password", "The file wants a password", export())


def test_an_empty_password(says, export):
    flow = says(ACCEPTED, "p12-empty-password", "The file opens without a password", export(*OLD, password=""))
    assert flow["identity"]["password"] == "empty" and not flow["identity"]["password_given"]


def test_no_key(says, export, password_file):
    flow = says(REFUSED, "p12-no-key", "The file holds no private key", export(*OLD, "-nokeys"), *password_file(PASSWORD))
    assert flow["identity"]["result"] == "limited" and flow["identity"]["keys"] == 0


def test_the_key_of_another_certificate(says, office, anna, export):
    berta = office.person("berta")
    keys = [openssl("pkcs8", "-topk8", "-nocrypt", "-in", one[1], "-outform", "DER") for one in (anna, berta)]
    path = export(*PLAIN)
    content = read(path)
    assert content.count(keys[0]) == 1 and len(keys[0]) == len(keys[1])
    with open(path, "wb") as file:
        file.write(content.replace(keys[0], keys[1]))
    flow = says(REFUSED, "p12-key-mismatch", "The key belongs to another certificate", path)
    assert flow["identity"]["keys"] == 1 and not flow["identity"]["key_fits"]


def test_no_chain(says, export, password_file):
    flow = says(ACCEPTED, "p12-no-chain", "The issuer is not in the file", export(*OLD, chain=False), *password_file(PASSWORD))
    assert flow["identity"]["issuer"] == "open" and flow["identity"]["certificates"] == 1


def test_several_identities(says, office, export, tmp_path):
    path = tmp_path / "both.p12"
    path.write_bytes(together(read(export(*PLAIN)), read(export(*PLAIN, who=office.person("clara"), chain=False))))
    flow = says(ACCEPTED, "p12-multiple-identities", "The file holds several identities", str(path))
    assert flow["identity"]["identities"] == 2


def test_a_file_that_is_cut_short(says, export, password_file, tmp_path):
    half = tmp_path / "half.p12"
    half.write_bytes(read(export())[:-20])
    says(REFUSED, "p12-corrupt", "The file is no whole PKCS#12", str(half), *password_file(PASSWORD))


def test_pem_that_is_called_p12(says, anna, tmp_path):
    path = tmp_path / "anna.p12"
    path.write_bytes(read(anna[0]) + read(anna[1]))
    says(REFUSED, "p12-corrupt", "The file is no whole PKCS#12", str(path))


def test_the_indefinite_form(says, export, password_file, tmp_path):
    path = tmp_path / "ber.p12"
    path.write_bytes(b"\x30\x80" + inside(read(export(*OLD))) + b"\0\0")
    flow = says(REFUSED, "p12-corrupt", "iOS cannot read the form of this file", str(path), *password_file(PASSWORD))
    assert flow["identity"]["form"] == "ber" and flow["identity"]["state"] == "opened"


def test_an_expired_identity(says, office, export, password_file):
    old = office.person("doris", last_day=-1)
    says(REFUSED, "identity-expired", "The identity's certificate has expired", export(*OLD, who=old), *password_file(PASSWORD))


def test_a_password_file_that_is_not_there(run, export, tmp_path):
    done = run(export(), "--password-file", str(tmp_path / "none"))
    assert done.returncode == BAD_INPUT and b"--password-file" in done.stderr and done.stderr.count(b"\n") == 1


# mail

@pytest.fixture(scope="module")
def mail(office):
    """A certificate for mail, with its issuer."""
    certificate, key = office.person("mail", MAIL)
    path = office.path("mail-chain.pem")
    with open(path, "wb") as out:
        out.write(read(certificate) + read(office.issuing))
    return path, (certificate, key)


def test_a_mail_certificate_of_this_address(says, mail):
    flow = says(ACCEPTED, None, "An iPhone takes this mail certificate", mail[0], "--email", ADDRESS)
    assert flow["identity"]["kind"] == "certificate" and flow["identity"]["purpose"] == "smime"


def test_a_mail_certificate_of_another_address(says, mail):
    flow = says(REFUSED, "smime-address-mismatch", "The certificate is for another address", mail[0], "--email", "berta@acme.test")
    assert ADDRESS in flow["diagnosis"][0]["why"] and "berta@acme.test" in flow["diagnosis"][0]["why"]


def test_a_certificate_without_an_address(says, office):
    nameless = office.person("nameless", END + "extendedKeyUsage=emailProtection\n")
    says(REFUSED, "smime-address-mismatch", "The certificate names no mail address", nameless[0], "--email", ADDRESS)


def test_a_certificate_that_is_not_for_mail(says, anna):
    says(REFUSED, "identity-wrong-eku", "The certificate is for another use", anna[0], "--email", ADDRESS)


def test_a_mail_identity(says, mail, export, password_file):
    path = export(*OLD, who=mail[1])
    says(ACCEPTED, None, "An iPhone installs this identity", path, "--email", ADDRESS, *password_file(PASSWORD))
    says(REFUSED, "smime-address-mismatch", "The certificate is for another address", path, "--email", "b@acme.test", *password_file(PASSWORD))


# profiles

def payload(number, kind, content, **more):
    return {"PayloadType": f"com.apple.security.{kind}", "PayloadIdentifier": f"test.acme.{number}", "PayloadUUID": f"UUID-{number}",
            "PayloadVersion": 1, "PayloadDisplayName": f"Part {number}", "PayloadContent": content, **more}


def profile(*payloads, **more):
    return {"PayloadType": "Configuration", "PayloadIdentifier": "test.acme", "PayloadUUID": "UUID-0", "PayloadVersion": 1,
            "PayloadDisplayName": "Acme", "PayloadContent": list(payloads), **more}


@pytest.fixture
def written(tmp_path):
    def write(content, form=plistlib.FMT_XML):
        path = tmp_path / "acme.mobileconfig"
        path.write_bytes(plistlib.dumps(content, fmt=form))
        return str(path)
    return write


@pytest.fixture(scope="module")
def root_der(office):
    return openssl("x509", "-in", office.root, "-outform", "DER")


@pytest.fixture
def signed(office, written, root_der, tmp_path):
    """A profile that a certificate under the office's root has signed, by openssl."""
    certificate, key = office.leaf("profiles.acme.test")
    path = str(tmp_path / "signed.mobileconfig")
    openssl("cms", "-sign", "-nodetach", "-binary", "-signer", certificate, "-inkey", key, "-in", written(profile(payload(1, "root", root_der))),
            "-outform", "DER", "-out", path)
    return path


@pytest.mark.parametrize("form, name", [(plistlib.FMT_XML, "xml"), (plistlib.FMT_BINARY, "binary")])
def test_a_good_profile_that_nobody_signed(says, written, root_der, form, name):
    flow = says(ACCEPTED, "profile-signature-untrusted", "The profile is not signed", written(profile(payload(1, "root", root_der)), form))
    identity = flow["identity"]
    assert (identity["kind"], identity["result"], identity["profile"]["form"]) == ("profile", "installs", name)
    assert identity["profile"]["payloads"][0]["trust_switch"] == "yes"


def test_a_signed_profile(says, signed):
    flow = says(ACCEPTED, None, "An iPhone installs this profile", signed)
    assert flow["identity"]["profile"]["signature"] == "trusted"


def test_a_profile_whose_signer_is_not_known(says, signed):
    flow = says(ACCEPTED, "profile-signature-untrusted", "The profile's signer is not trusted", signed, "--roots", "mozilla")
    assert flow["identity"]["profile"]["signature"] == "untrusted" and flow["identity"]["profile"]["signer"] == "profiles.acme.test"


def test_a_profile_that_was_changed_after_it_was_signed(says, signed):
    content = read(signed)
    assert content.count(b"Part 1") == 1
    with open(signed, "wb") as out:
        out.write(content.replace(b"Part 1", b"Port 1"))
    flow = says(REFUSED, "profile-payload-rejected", "iOS refuses the profile", signed)
    assert flow["identity"]["profile"]["signature"] == "broken"
    assert "profile-signature-untrusted" in [one["cause"] for one in flow["diagnosis"]]


def test_a_profile_with_a_payload_that_ios_refuses(says, written, anna):
    leaf = openssl("x509", "-in", anna[0], "-outform", "DER")
    flow = says(REFUSED, "profile-payload-rejected", "iOS refuses a part of the profile", written(profile(payload(1, "root", leaf))))
    assert flow["identity"]["profile"]["payloads"][0]["faults"][0]["code"] == "leaf-in-root-payload"


def test_a_profile_with_an_identity_and_its_password(says, written, export):
    one = payload(1, "pkcs12", read(export(*OLD)), Password=PASSWORD)
    flow = says(ACCEPTED, "profile-signature-untrusted", "The profile is not signed", written(profile(one)))
    assert [fault["code"] for fault in flow["identity"]["profile"]["payloads"][0]["faults"]] == ["password-inside"]
    assert PASSWORD not in json.dumps(flow)
    one["Password"] = "Geheim"
    flow = says(REFUSED, "profile-payload-rejected", "iOS refuses a part of the profile", written(profile(one)))
    assert "password" in flow["identity"]["profile"]["first_fault"]


def test_what_is_no_profile_is_one_line(run, tmp_path):
    path = tmp_path / "x.mobileconfig"
    for content in (b"", b"junk", b"<plist", b"bplist00" + bytes(60)):
        path.write_bytes(content)
        done = run(str(path))
        assert done.returncode == BAD_INPUT and done.stderr.count(b"\n") == 1, (content, done.stdout, done.stderr)


# roots

OFFERED, NOT_OFFERED = "Certificate Trust Settings offers a switch for this root", "No switch to trust this root appears"
SIGNS = "keyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"


def test_a_good_root(says, office):
    flow = says(ACCEPTED, None, OFFERED, office.root)
    assert flow["identity"]["kind"] == "root" and all(one["holds"] for one in flow["identity"]["conditions"])


def failing(flow):
    return [one["name"] for one in flow["identity"]["conditions"] if not one["holds"]]


def test_a_root_without_basic_constraints(says, office):
    flow = says(REFUSED, "identity/no-trust-switch", NOT_OFFERED, office.odd_root("no-bc", extensions=SIGNS))
    assert failing(flow) == ["ca"] and flow["identity"]["trust_switch"] == "no"


def test_a_root_without_a_common_name(says, office):
    flow = says(REFUSED, "identity/no-trust-switch", NOT_OFFERED, office.odd_root("no-cn", "/O=Acme", CA))
    assert failing(flow) == ["common-name"]


def test_a_root_of_version_1(says, office):
    flow = says(REFUSED, "identity/no-trust-switch", NOT_OFFERED, office.odd_root("v1"))
    assert failing(flow) == ["ca", "version"]


def test_an_expired_root(says, office):
    flow = says(REFUSED, "identity/root-unfit", "The root would not be of use", office.expired_root())
    assert failing(flow) == ["in-date"] and flow["identity"]["trust_switch"] == "yes"


def test_an_intermediate_is_no_root(says, office):
    flow = says(REFUSED, "identity/no-trust-switch", NOT_OFFERED, office.issuing)
    assert failing(flow) == ["self-signed"]
