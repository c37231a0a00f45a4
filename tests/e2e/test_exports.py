"""What is kept, as files for other programs and other people: `whytls export`, and back by `whytls import`."""
import csv
import json
import os
import shutil
import stat
import subprocess

import pytest

import har_check
from proxy import WAIT_S, Proxy

SECRETS = ('geheim', 'b64-secret-token', 'sid=s3cr3t')


def run(binary, *words, code=0, stdin=None):
    done = subprocess.run([binary, *map(str, words)], capture_output=True, timeout=WAIT_S, stdin=stdin,
                          env={'LANG': 'C.UTF-8', 'HOME': '/nonexistent', 'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', '')})
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 else done.stderr.decode()


@pytest.fixture(scope='module')
def kept(binary, tmp_path_factory):
    """A store after a day at the lab; the proxy has gone."""
    data = tmp_path_factory.mktemp('kept')
    proxy = Proxy(binary, data, '--lab', '--ui', 'off', '--bodies', 'all')
    try:
        assert proxy.curl('https://good.lab.test/?access_token=geheim&x=1', '--http1.1', '-H', 'Cookie: sid=s3cr3t; theme=dark',
                          '-H', 'Authorization: Bearer b64-secret-token').returncode == 0
        assert proxy.curl('https://good.lab.test/two', '--http2').returncode == 0
        assert proxy.curl('https://good.lab.test/form', '-d', 'password=geheim&user=anna').returncode == 0
        proxy.curl('https://cert-expired-leaf.lab.test/')
        subprocess.run(['curl', '-s', '--proxy', proxy.url, 'https://good.lab-two.test/'], check=False)
        hosts = [proxy.record()['target']['host'] for _ in range(5)]
        assert len(hosts) == 5
    finally:
        proxy.stop()
    return data


def test_the_file_of_flows_is_for_its_owner_alone(kept):
    assert stat.S_IMODE(os.stat(kept / 'flows.db').st_mode) == 0o600


def test_an_archive_is_one_and_tells_of_failures(binary, kept):
    archive = json.loads(run(binary, 'export', 'har', '--data', kept))
    har_check.check(archive)
    entries = archive['log']['entries']
    assert len(entries) == 5
    assert [e['response']['status'] for e in entries] == [200, 200, 200, 502, 0]
    assert entries[0]['request']['url'] == 'https://good.lab.test/?access_token=REDACTED&x=1'
    assert {'name': 'Authorization', 'value': 'Bearer REDACTED'} in entries[0]['request']['headers']
    assert entries[2]['request']['postData']['text'] == 'password=REDACTED&user=anna'
    assert '<' in entries[0]['response']['content']['text']
    assert entries[3]['_whytls']['cause'] == 'cert-expired-leaf'
    assert entries[4]['response']['_error'] and entries[4]['_whytls']['outcome'] == 'failing'


@pytest.mark.parametrize('form', ['har', 'jsonl', 'csv', 'curl', 'pcapng', 'report', 'report.md'])
def test_no_credential_leaves_unasked(binary, kept, form):
    out = run(binary, 'export', form, '--data', kept).decode('utf-8', 'replace')
    assert out and not [secret for secret in SECRETS if secret in out]


def test_raw_is_raw(binary, kept):
    out = run(binary, 'export', 'har', '--raw', '--data', kept).decode()
    assert not [secret for secret in SECRETS if secret not in out]


def test_lines_are_those_of_the_log(binary, kept):
    lines = [json.loads(line) for line in run(binary, 'export', 'jsonl', '--raw', '--chains', '--data', kept).splitlines()]
    flows = [json.loads(line) for line in run(binary, 'flows', '--json', '-n', '0', '--data', kept).splitlines()]
    for line in lines:
        pems = line.pop('certificates')
        assert all(c['pem'].startswith('-----BEGIN CERTIFICATE-----\n') for c in pems)
    assert lines == flows
    expired = [line for line in run(binary, 'export', 'jsonl', '--chains', '--data', kept, '~cause expired').splitlines()]
    assert len(expired) == 1
    leaf = json.loads(expired[0])['certificates'][0]
    shown = subprocess.run(['openssl', 'x509', '-noout', '-subject'], input=leaf['pem'].encode(), capture_output=True, check=True)
    assert b'lab' in shown.stdout


def test_a_table_is_one(binary, kept):
    rows = list(csv.DictReader(run(binary, 'export', 'csv', '--data', kept).decode().splitlines()))
    assert len(rows) == 5
    assert [row['cause'] for row in rows if row['host'] == 'cert-expired-leaf.lab.test'] == ['cert-expired-leaf']


def test_commands_of_curl_are_those_of_a_shell(binary, kept):
    script = run(binary, 'export', 'curl', '--raw', '--data', kept, '~m POST').decode()
    # Instead of curl, something that says how it was called.
    done = subprocess.run(['sh'], input='curl() { for a; do printf "%s\\n" "$a"; done; }\n' + script, capture_output=True, text=True,
                          check=True)
    said = done.stdout.splitlines()
    assert said[said.index('-X') + 1] == 'POST'
    assert 'https://good.lab.test/form' in said
    assert said[said.index('--data-raw') + 1] == 'password=geheim&user=anna'


@pytest.mark.skipif(not shutil.which('tshark'), reason='no tshark here')
def test_wireshark_shows_the_http_inside(binary, kept, tmp_path):
    file = tmp_path / 'kept.pcapng'
    run(binary, 'export', 'pcapng', '-o', file, '--data', kept)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def fields(display, *names):
        asked = [word for name in names for word in ('-e', name)]
        done = subprocess.run(['tshark', '-r', file, '-Y', display, '-o', 'tcp.check_checksum:TRUE', '-T', 'fields', *asked],
                              capture_output=True, text=True, check=True, env={**os.environ, 'HOME': str(tmp_path)})
        return [line.split('\t') for line in done.stdout.splitlines()]

    assert fields('http.request', 'http.request.method', 'http.host', 'http.request.uri') == [
        ['GET', 'good.lab.test', '/?access_token=REDACTED&x=1'],
        ['GET', 'good.lab.test', '/two'],
        ['POST', 'good.lab.test', '/form'],
        ['GET', 'cert-expired-leaf.lab.test', '/']]
    assert [f[0] for f in fields('http.response', 'http.response.code')] == ['200', '200', '200', '502']
    assert fields('tcp.checksum.status != 1 || _ws.malformed || tcp.analysis.flags', 'frame.number') == []
    comments = ' '.join(f[0] for f in fields('frame.comment', 'frame.comment'))
    assert "certificate has expired" in comments


def test_a_report_names_the_fault_and_nobody(binary, kept, tmp_path):
    page = run(binary, 'export', 'report', '--data', kept).decode()
    assert 'Report on cert-expired-leaf.lab.test' in page
    assert '<svg' in page and 'ended' in page and 'whytls explain cert-expired-leaf.lab.test' in page
    assert '<script' not in page and 'src=' not in page and 'href=' not in page
    flows = [json.loads(line) for line in run(binary, 'flows', '--json', '-n', '0', '--data', kept).splitlines()]
    for flow in flows:
        assert flow['client']['device'] not in page
    words = run(binary, 'export', 'report.md', '--data', kept).decode()
    assert '## What to do, in this order' in words and '| TemporalValidity |' in words
    only = run(binary, 'export', 'report.md', '--data', kept, '~d good.lab.test').decode()
    assert 'Report on good.lab.test' in only


@pytest.mark.parametrize('form', ['har', 'jsonl'])
def test_what_was_exported_comes_back(binary, kept, tmp_path, form):
    file, other = tmp_path / f'kept.{form}', tmp_path / 'other'
    said = json.loads(run(binary, 'export', form, '--json', '-o', file, '--data', kept))
    assert said == {'v': 1, 'file': str(file), 'written': 5, 'unreadable': 0, 'raw': False}
    assert b'5 connections added' in run(binary, 'import', file, '--data', other)
    assert json.loads(run(binary, 'import', '--json', file, '--data', other))['skipped'] == 5
    assert run(binary, 'export', 'csv', '--data', other) == run(binary, 'export', 'csv', '--data', kept)


def test_an_import_says_what_is_wrong_and_where(binary, tmp_path):
    file = tmp_path / 'bad.jsonl'
    file.write_text('{"v":1}\n')
    assert 'bad.jsonl: neither an HTTP Archive nor JSON Lines of whytls: line 1: ' in run(
        binary, 'import', file, '--data', tmp_path / 'd', code=2)
    file.write_text('{"log": {"entries": [}')
    assert 'line 1, column 2' in run(binary, 'import', file, '--data', tmp_path / 'd', code=2)
    assert 'import wants a FILE' in run(binary, 'import', '--data', tmp_path / 'd', code=2)


def test_wrong_words_are_errors_of_use(binary, kept, tmp_path):
    assert 'knows no form "xml"' in run(binary, 'export', 'xml', '--data', kept, code=2)
    assert 'export wants a FORM' in run(binary, 'export', '--data', kept, code=2)
    assert 'filter, column 1: ' in run(binary, 'export', 'har', '~caus x', '--data', kept, code=2)
    assert 'no connection nobody' in run(binary, 'export', 'har', '--id', 'nobody', '--data', kept, code=2)
    assert 'no connection is kept yet' in run(binary, 'export', 'har', '--data', tmp_path, code=2)


@pytest.mark.parametrize('whose, kept_ones', [('off', []), ('failed', [502]), ('all', [200, 502])])
def test_bodies_are_kept_only_when_somebody_wants_them(binary, tmp_path, whose, kept_ones):
    proxy = Proxy(binary, tmp_path, '--lab', '--ui', 'off', '--bodies', whose)
    try:
        for host in ('good.lab.test', 'cert-expired-leaf.lab.test'):
            proxy.curl(f'https://{host}/', '-d', 'a=1')
            proxy.record(host)
    finally:
        proxy.stop()
    entries = json.loads(run(binary, 'export', 'har', '--data', tmp_path))['log']['entries']
    assert all(entry['request']['headers'] for entry in entries), 'heads are always kept'
    for entry in entries:
        has = 'postData' in entry['request'] or 'text' in entry['response']['content']
        assert has == (entry['response']['status'] in kept_ones) or entry['response']['status'] == 502


@pytest.mark.skipif(not shutil.which('tshark'), reason='no tshark here')
@pytest.mark.parametrize('version', ['1.2', '1.3'])
def test_wireshark_opens_the_tls_by_the_secrets_inside(binary, tmp_path, version):
    proxy = Proxy(binary, tmp_path / 'data', '--lab', '--ui', 'off', '--keep-secrets')
    try:
        assert proxy.curl('https://good.lab.test/inside', f'--tlsv{version}', '--tls-max', version, '--http1.1').returncode == 0
        proxy.record('good.lab.test')
    finally:
        proxy.stop()
    data, file = tmp_path / 'data', tmp_path / 'kept.pcapng'
    run(binary, 'export', 'pcapng', '--raw', '-o', file, '--data', data)

    def fields(display, *names):
        asked = [word for name in names for word in ('-e', name)]
        done = subprocess.run(['tshark', '-r', file, '-Y', display, '-T', 'fields', *asked],
                              capture_output=True, text=True, check=True, env={**os.environ, 'HOME': str(tmp_path)})
        return [line.split('\t') for line in done.stdout.splitlines()]

    assert fields('tls && http.request', 'http.host', 'http.request.uri') == [['good.lab.test', '/inside']] * 2, 'on both legs'
    assert [f[0] for f in fields('tls && http.response', 'http.response.code')] == ['200', '200']
    assert {f[0] for f in fields('tls.handshake.type == 1', 'tls.handshake.extensions_server_name')} == {'good.lab.test'}
    assert fields('_ws.malformed', 'frame.number') == []
    log = run(binary, 'export', 'keylog', '--raw', '--data', data).decode()
    assert all(line.split()[0].isupper() and len(line.split()) == 3 for line in log.splitlines()) and log
    assert 'it wants raw' in run(binary, 'export', 'keylog', '--data', data, code=2)
    redacted = tmp_path / 'clear.pcapng'
    run(binary, 'export', 'pcapng', '-o', redacted, '--data', data)
    assert b'TRAFFIC_SECRET' not in redacted.read_bytes() and b'CLIENT_RANDOM' not in redacted.read_bytes()
