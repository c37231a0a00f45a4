"""Whose root is it? Stories with lists of a test's own: Apple's in the data folder, Mozilla's as the system's bundle."""
import datetime
import json
import os
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

WHYTLS = os.environ.get('WHYTLS', 'whytls')
START = datetime.datetime(2018, 6, 1)                       # before iOS asked for Certificate Transparency
AT = '2018-07-01T00:00:00Z'


class Ca:
    def __init__(self, name, above=None, like=None):
        self.key = like.key if like else ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.cert = self.sign(above or self, self.name, self.key, 3650, [
            (x509.BasicConstraints(ca=True, path_length=None), True),
            (x509.KeyUsage(digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
                           key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False), True)])

    @staticmethod
    def sign(issuer, name, key, days, extensions):
        builder = (x509.CertificateBuilder().subject_name(name).issuer_name(issuer.name).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(START)
                   .not_valid_after(START + datetime.timedelta(days=days))
                   .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
                   .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), False))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(issuer.key, hashes.SHA256())

    def leaf(self, host):
        key = ec.generate_private_key(ec.SECP256R1())
        return self.sign(self, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]), key, 90, [
            (x509.SubjectAlternativeName([x509.DNSName(host)]), False),
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)])

    def row(self, **more):
        spki = self.cert.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        digest = hashes.Hash(hashes.SHA256())
        digest.update(spki)
        ski = self.cert.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        return {'sha256': self.cert.fingerprint(hashes.SHA256()).hex(), 'key': digest.finalize().hex(), 'ski': ski.hex(),
                'until': self.cert.not_valid_after.strftime('%Y-%m-%dT%H:%M:%SZ'), 'tls': 'yes',
                'name': self.name.rfc4514_string(), **more}


def pem(*certs):
    return b''.join(c.public_bytes(serialization.Encoding.PEM) for c in certs)


class World:
    """shop.example < Issuing CA < Root; who has the root is the test's choice."""

    def __init__(self, folder):
        self.folder = folder
        self.root, self.other = Ca('Root'), Ca('Other')
        self.ica = Ca('Issuing CA', self.root)
        self.leaf = self.ica.leaf('shop.example')
        (folder / 'whytls' / 'data').mkdir(parents=True)

    def table(self, name, rows, version='1'):
        (self.folder / 'whytls' / 'data' / f'{name}.json').write_text(json.dumps(
            {'table': name, 'source': 'the test', 'release': '1', 'date': '2026-11-01', 'version': version, name: rows}))

    def lists(self, apple, mozilla):
        self.table('roots', [(self.root if apple else self.other).row()], '7')
        (self.folder / 'system.pem').write_bytes(pem((self.root if mozilla else self.other).cert))

    def run(self, *args, sent=()):
        chain = self.folder / 'chain.pem'
        chain.write_bytes(pem(self.leaf, self.ica.cert, *[c.cert for c in sent]))
        return subprocess.run(
            [WHYTLS, 'explain', str(chain), '--host', 'shop.example', '--at', AT, '--fetch', 'off', *args], capture_output=True,
            text=True, timeout=60, env={**os.environ, 'LANG': 'C.UTF-8', 'XDG_DATA_HOME': str(self.folder),
                                        'SSL_CERT_FILE': str(self.folder / 'system.pem')})

    def told(self, *args, sent=()):
        done = self.run('--json', *args, sent=sent)
        assert done.returncode in (0, 1), done.stderr
        flow = json.loads(done.stdout)
        leg = flow['server_leg']
        causes = [(d['cause'], d['confidence']) for d in flow['diagnosis']]
        return leg['verdict']['verdict'], leg['trusted_by'], leg.get('ca_status'), causes, flow


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_a_root_of_both_lists_is_accepted(world):
    world.lists(apple=True, mozilla=True)
    assert world.told()[:4] == ('accept', 'both', None, [])


def test_mozillas_alone_is_refused_and_says_where_it_works(world):
    world.lists(apple=False, mozilla=True)
    verdict, by, status, causes, flow = world.told()
    assert (verdict, by, status) == ('reject', 'mozilla', None)
    assert causes[0] == ('untrusted-root', 'certain')
    assert flow['diagnosis'][0]['title'] == 'Mozilla trusts the root, Apple does not'
    assert 'store 7 of 1 Nov 2026' in flow['diagnosis'][0]['why']
    assert flow['server_leg']['verdict']['openssl']['accept'] is True
    assert world.told('--roots', 'mozilla')[:3] == ('accept', 'mozilla', None)


def test_apples_alone_is_accepted_when_it_is_sent_and_noted(world):
    world.lists(apple=True, mozilla=False)
    verdict, by, status, causes, flow = world.told(sent=[world.root])
    assert (verdict, by, status, causes) == ('accept', 'apple', None, [])
    assert any(note['code'] == 'trust/apple-only-root' for note in flow['notes'])
    assert flow['server_leg']['verdict']['openssl']['accept'] is False


def test_apples_alone_is_not_verified_when_it_is_not_sent(world):
    world.lists(apple=True, mozilla=False)
    verdict, by, status, causes, flow = world.told()
    assert (verdict, by, status) == ('reject', 'neither', 'unverified-apple')
    assert causes[0][0] == 'untrusted-root' and 'not verified' in flow['diagnosis'][0]['title']
    # until the user brings Apple's bundle
    bundle = world.folder / 'bundle.pem'
    bundle.write_bytes(pem(world.root.cert))
    done = subprocess.run([WHYTLS, 'doctor', '--refresh', 'apple-roots', str(bundle)], capture_output=True, text=True, timeout=60,
                          env={**os.environ, 'XDG_DATA_HOME': str(world.folder)})
    assert done.returncode == 0, done.stderr
    assert world.told()[:4] == ('accept', 'apple', None, [])


def test_a_cross_sign_of_apples_root_is_verified_by_its_key(world):
    world.lists(apple=True, mozilla=False)
    assert world.told(sent=[Ca('Root', world.other, like=world.root)])[:2] == ('accept', 'both')
    assert world.told(sent=[Ca('Root', Ca('Third'), like=world.root)])[:2] == ('accept', 'apple')


def test_a_removed_root_is_named_with_the_dates(world):
    world.lists(apple=False, mozilla=True)
    world.table('removed', [world.root.row(root=True, last='2023-06-24', gone='2023-08-14')])
    verdict, by, status, causes, flow = world.told()
    assert (verdict, by, status) == ('reject', 'mozilla', 'removed')
    assert causes == [('distrusted-ca', 'certain')] and '2023-08-14' in flow['diagnosis'][0]['why']
    people = world.run().stdout
    assert 'Apple no longer trusts this authority' in people, people


def test_what_a_limited_ca_issued_too_late_is_refused(world):
    world.lists(apple=True, mozilla=True)
    world.table('limits', [world.root.row()| {'until': '2018-01-01'}])
    verdict, by, status, causes, flow = world.told()
    assert (verdict, by, status) == ('reject', 'both', 'limited')
    assert [c['check'] for c in flow['server_leg']['verdict']['checks']] == ['Revocation']
    assert causes[0] == ('distrusted-ca', 'likely'), causes
    assert 'November 2023' in flow['diagnosis'][0]['why']


def test_a_file_of_ones_own_decides_alone(world):
    world.lists(apple=True, mozilla=True)
    own = world.folder / 'own.pem'
    own.write_bytes(pem(world.other.cert))
    verdict, by, status, causes, flow = world.told('--roots', str(own), sent=[world.root])
    assert (verdict, by) == ('reject', 'both')
    assert flow['diagnosis'][0]['title'] == 'The root is public, and not in your file'
    own.write_bytes(pem(world.root.cert))
    assert world.told('--roots', str(own))[:2] == ('accept', 'both')
    world.lists(apple=False, mozilla=False)
    assert world.told('--roots', str(own))[:2] == ('accept', 'custom')
