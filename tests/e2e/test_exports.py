"""What is kept, as files for other programs and other people: `whytls export`, and back by `whytls import`."""
import csv
import json
import os
import re
import shutil
import stat
import subprocess

import pytest

import har_check
from proxy import WAIT_S, Proxy
from sites import Nginx, Pki, free_port
from ui import Ui

SECRETS = ('geheim', 'b64-secret-token', 'sid=s3cr3t')


def run(binary, *words, code=0, stdin=None):
    done = subprocess.run([binary, *map(str, words)], capture_output=True, timeout=WAIT_S, stdin=stdin,
                          env={'LANG': 'C.UTF-8', 'HOME': '/nonexistent', 'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', '')})
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 else done.stderr.decode()


needs_tshark = pytest.mark.skipif(not shutil.which('tshark'), reason='no tshark here')


def tshark(file, display, *names, options=()):
    """The fields of the packets that the filter finds."""
    asked = [word for name in names for word in ('-e', name)]
    done = subprocess.run(['tshark', '-r', file, '-Y', display, *options, '-T', 'fields', *asked],
                          capture_output=True, text=True, check=True, env={**os.environ, 'HOME': str(file.parent)})
    return [line.split('\t') for line in done.stdout.splitlines()]


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


@needs_tshark
def test_wireshark_shows_the_http_inside(binary, kept, tmp_path):
    file = tmp_path / 'kept.pcapng'
    run(binary, 'export', 'pcapng', '-o', file, '--data', kept)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def fields(display, *names):
        return tshark(file, display, *names, options=('-o', 'tcp.check_checksum:TRUE'))

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
    lines = run(binary, 'export', 'jsonl', '--data', other).splitlines()
    assert lines == run(binary, 'export', 'jsonl', '--data', kept).splitlines(), 'the time line with all the rest'
    assert all(json.loads(line)['timeline'] for line in lines)
    if form == 'har':
        again = run(binary, 'export', 'har', '--data', other)
        assert json.loads(again) == json.loads(file.read_bytes()), 'heads and bodies too'


def test_certificates_come_back_with_their_lines(binary, kept, tmp_path):
    file, other = tmp_path / 'kept.jsonl', tmp_path / 'other'
    run(binary, 'export', 'jsonl', '--chains', '-o', file, '--data', kept)
    run(binary, 'import', file, '--data', other)
    assert run(binary, 'export', 'jsonl', '--chains', '--data', other) == file.read_bytes()
    assert file.read_bytes().count(b'BEGIN CERTIFICATE') > 5


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
    assert 'never raw' in run(binary, 'export', 'report', '--raw', '--data', kept, code=2)


def test_an_error_names_the_file_that_was_asked_for(binary, kept, tmp_path):
    for target in (tmp_path / 'none' / 'x.har', tmp_path):
        said = run(binary, 'export', 'har', '-o', target, '--data', kept, code=2)
        assert f'{target}: ' in said and '.tmp' not in said
    with open('/dev/full', 'wb') as full:
        done = subprocess.run([binary, 'export', 'har', '--data', kept], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2 and b'writing standard output: No space left on device' in done.stderr
    assert list(tmp_path.iterdir()) == [], 'and leaves nothing'


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


@needs_tshark
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
        return tshark(file, display, *names)

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


SITE = 'site.test'


@pytest.fixture(scope='module')
def http2(binary, tmp_path_factory):
    """A proxy with its secrets kept, through which two requests went over one connection of HTTP/2."""
    folder, port = tmp_path_factory.mktemp('http2'), free_port()
    pki = Pki(folder / 'pki')
    nginx = Nginx(str(folder / 'nginx'), *pki.leaf(SITE),
                  directives=f'listen 127.0.0.1:{port} ssl http2; location /api {{ default_type application/json; return 200 "[1]"; }}')
    proxy = Proxy(binary, folder / 'data', '--ui', 'off', '--bodies', 'all', '--keep-secrets', '--roots', pki.root,
                  '--resolve', f'{SITE}:127.0.0.1')
    try:
        url = f'https://{SITE}:{port}/api'
        done = proxy.curl(f'{url}/second', '--http2', '-H', 'Authorization: Bearer b64-secret-token', '-H', 'Cookie: sid=s3cr3t',
                          f'{url}?token=geheim', '--next', '-sS', '-x', proxy.url, '--cacert', proxy.root(), '--http2',
                          '-H', 'Content-Type: application/json', '-d', '{"password":"geheim"}')
        assert (done.returncode, done.stdout) == (0, b'[1][1]')
        flow = proxy.record(SITE)
        assert flow['client_leg']['alpn'] == flow['server_leg']['alpn'] == 'h2' and len(flow['exchanges']) == 2
        yield proxy, port
    finally:
        proxy.stop()
        nginx.stop()


def test_http2_is_in_an_archive_as_any_other(binary, http2):
    proxy, port = http2
    archive = json.loads(run(binary, 'export', 'har', '--data', proxy.data))
    har_check.check(archive)
    entries = archive['log']['entries']
    asked = [entry['request'] for entry in entries]
    assert [(one['method'], one['url'], one['httpVersion']) for one in asked] == [
        ('GET', f'https://{SITE}:{port}/api?token=REDACTED', 'HTTP/2'), ('POST', f'https://{SITE}:{port}/api/second', 'HTTP/2')]
    assert {'name': 'authorization', 'value': 'Bearer REDACTED'} in asked[0]['headers']
    assert {'name': 'host', 'value': f'{SITE}:{port}'} in asked[0]['headers'], 'as :authority has it'
    assert not [field for one in asked for field in one['headers'] if field['name'].startswith(':')]
    assert asked[1]['postData'] == {'mimeType': 'application/json', 'text': '{"password":"REDACTED"}'}
    assert [entry['response']['content']['text'] for entry in entries] == ['[1]', '[1]']
    assert entries[0]['timings']['ssl'] >= 0 and entries[1]['timings']['ssl'] == -1, 'the first made the connection'


@needs_tshark
def test_wireshark_shows_http2_inside(binary, http2, tmp_path):
    proxy, _ = http2
    clear, raw = tmp_path / 'clear.pcapng', tmp_path / 'raw.pcapng'
    run(binary, 'export', 'pcapng', '-o', clear, '--data', proxy.data)
    assert tshark(clear, 'http.request', 'http.request.method', 'http.request.uri') == [
        ['GET', '/api?token=REDACTED'], ['POST', '/api/second']]
    assert tshark(clear, 'http.response', 'http.response.code', 'http.file_data') == [['200', '[1]'], ['200', '[1]']]
    assert tshark(clear, '_ws.malformed', 'frame.number') == []
    run(binary, 'export', 'pcapng', '--raw', '-o', raw, '--data', proxy.data)
    asked = tshark(raw, 'tls && http2.headers.path', 'http2.headers.method', 'http2.headers.path', 'http2.headers.authority')
    assert [one[:2] for one in asked] == [['GET', '/api?token=geheim'], ['POST', '/api/second']] * 2, 'on both legs'
    assert tshark(raw, '_ws.malformed', 'frame.number') == []


def test_commands_of_curl_ask_again_by_http2(binary, http2):
    proxy, _ = http2
    script = run(binary, 'export', 'curl', '--raw', '--data', proxy.data).decode()
    done = subprocess.run(['sh'], input=script, capture_output=True, text=True, timeout=WAIT_S, check=True,
                          env={**os.environ, 'https_proxy': proxy.url, 'CURL_CA_BUNDLE': proxy.root()})
    assert done.stdout == '[1][1]', script + done.stderr
    again = [proxy.record(SITE) for _ in range(2)]
    assert [one['client_leg']['alpn'] for one in again] == ['h2', 'h2']
    asked = [one['exchanges'][0] for one in again]
    assert [(one['method'], one['url'].partition('/api')[2]) for one in asked] == [('GET', '?token=geheim'), ('POST', '/second')]


# --- by the API ---

FORMS = {'har': ('application/json', '.har'), 'jsonl': ('application/x-ndjson', '.jsonl'), 'csv': ('text/csv; charset=utf-8', '.csv'),
         'pcapng': ('application/x-pcapng', '.pcapng'), 'keylog': ('text/plain; charset=utf-8', '.keylog'),
         'curl': ('text/plain; charset=utf-8', '.sh'),
         'report': ('text/html; charset=utf-8', '.html'), 'report.html': ('text/html; charset=utf-8', '.html'),
         'report.md': ('text/markdown; charset=utf-8', '.md')}


@pytest.fixture(scope='module')
def ui(binary, kept):
    """The UI of a proxy that goes on with that store."""
    proxy = Proxy(binary, kept, '--ui', '127.0.0.1:0')
    yield Ui(proxy)
    proxy.stop()


def by_command(binary, kept, form, *words):
    return run(binary, 'export', form, '--data', kept, *words)


def without_its_minute(report):
    return re.sub(rb'\d{4}-\d\d-\d\d \d\d:\d\d UTC', b'', report)


@pytest.mark.parametrize('form', FORMS)
def test_the_api_writes_what_the_command_writes(binary, kept, ui, form):
    raw = form == 'keylog'
    status, headers, body = ui.ask('GET', f'/api/v1/export?as={form}' + ('&raw=1' if raw else ''))
    kind, suffix = FORMS[form]
    assert (status, headers['Content-Type']) == (200, kind)
    assert headers['Content-Disposition'] == f'attachment; filename="whytls{suffix}"'
    assert headers['X-Content-Type-Options'] == 'nosniff'
    assert without_its_minute(body) == without_its_minute(by_command(binary, kept, form, *(['--raw'] if raw else [])))


@pytest.mark.parametrize('form', FORMS)
def test_the_api_writes_one_connection(binary, kept, ui, form):
    flow = ui.get('/api/v1/flows?q=~cause+expired')['flows'][0]['id']
    raw = '&raw=1' if form == 'keylog' else ''
    status, headers, body = ui.ask('GET', f'/api/v1/flows/{flow}/export?as={form}{raw}')
    assert (status, headers['Content-Type']) == (200, FORMS[form][0])
    assert headers['Content-Disposition'] == f'attachment; filename="whytls-{flow}{FORMS[form][1]}"'
    assert without_its_minute(body) == without_its_minute(by_command(binary, kept, form, '--id', flow, *(['--raw'] if raw else [])))


def test_the_api_says_what_it_cannot_write(ui):
    for path, code, says in [('export', 400, 'as is one of'), ('export?as=xml', 400, 'har, csv, pcapng, keylog, curl, report.html'),
                             ('export?as=keylog', 400, 'it wants raw'), ('export?as=report&raw=1', 400, 'never raw'),
                             ('export?as=report&q=~d+nowhere.test', 404, 'no connection to report on'),
                             ('export?as=har&q=~caus', 400, 'did you mean ~cause?'), ('flows/nobody/export?as=har', 404, 'nobody')]:
        status, _, body = ui.ask('GET', f'/api/v1/{path}')
        assert status == code and says in body.decode(), (path, status, body)


def test_chains_come_on_request(ui):
    lines = ui.ask('GET', '/api/v1/export?as=jsonl&chains=1&q=~cause+expired')[2].splitlines()
    assert len(lines) == 1 and json.loads(lines[0])['certificates'][0]['pem'].startswith('-----BEGIN CERTIFICATE-----')
