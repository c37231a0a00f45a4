"""The web UI's API over a running proxy and its lab: what it tells, its live feed, and the ways in which others try to ask."""
import base64
import http.server
import json
import os
import re
import signal
import socket
import subprocess
import threading

import pytest

from proxy import WAIT_S, Proxy, until
from ui import Live, Ui

EXPIRED, GOOD = 'cert-expired-leaf.lab.test', 'good.lab.test'


@pytest.fixture(scope='module')
def told(binary, tmp_path_factory):
    """A proxy that has seen a fine site and an expired one."""
    folder = tmp_path_factory.mktemp('api')
    config = folder / 'config'
    (config / 'whytls' / 'rules').mkdir(parents=True)
    one = Proxy(binary, folder / 'data', '--lab', '--ui', '127.0.0.1:0', '--bodies', 'all', env={'XDG_CONFIG_HOME': str(config)})
    one.config = config
    one.curl(f'https://{GOOD}/hello?key=1', '-H', 'Cookie: sid=verysecret', '-A', 'Safari <script>alert(1)</script>')
    one.curl(f'https://{EXPIRED}/')
    one.ui = Ui(one)
    until(lambda: len(one.ui.get('/api/v1/flows')['flows']) == 2)
    yield one
    assert one.stop() == 0, ''.join(one.stderr)[-4000:]


@pytest.fixture
def ui(told):
    return told.ui


def first(ui, q):
    return ui.get(f'/api/v1/flows?q={q}')['flows'][0]


# --- what it tells ---

def test_flows_are_listed_filtered_and_counted(ui):
    all_of = ui.get('/api/v1/flows')
    assert [row['host'] for row in all_of['flows']] == [EXPIRED, GOOD] and all_of['total'] == 2 and all_of['total_exact']
    row = first(ui, '~fail')
    assert row['host'] == EXPIRED and row['cause'] == 'cert-expired-leaf' and row['outcome'] == 'failing' and row['leg'] == 'server'
    assert ui.get(f'/api/v1/flows?before={row["seq"]}')['flows'][0]['host'] == GOOD
    assert ui.get('/api/v1/flows?after=0&limit=1')['flows'][0]['host'] == GOOD
    assert ui.get('/api/v1/facets?q=~d+lab.test')['outcomes']['failing'] == 1
    status, _, body = ui.ask('GET', '/api/v1/flows?q=~alert+')
    error = json.loads(body)['error']
    assert status == 400 and error['column'] and error['incomplete'] and 'number or a name' in error['text']
    assert ui.ask('GET', '/api/v1/flows?limit=x')[0] == 400


def test_one_flow_comes_whole(ui):
    flow = ui.get(f'/api/v1/flows/{first(ui, GOOD)["id"]}')
    assert flow['record']['target']['host'] == GOOD and flow['row']['host'] == GOOD
    assert {c['source'] for c in flow['certificates']} >= {'sent', 'made'}
    assert all(c['pem'].startswith('-----BEGIN CERTIFICATE-----\n') for c in flow['certificates'])
    (exchange,) = flow['exchanges']
    assert exchange['method'] == 'GET' and exchange['status'] == 200
    assert 'verysecret' not in json.dumps(flow['exchanges'])
    raw = ui.get(f'/api/v1/flows/{flow["row"]["id"]}?raw=1')
    assert ['Cookie', 'sid=verysecret'] in raw['exchanges'][0]['request']['headers']
    assert ui.ask('GET', '/api/v1/flows/nobody')[0] == 404


def test_script_from_the_wire_stays_text(ui):
    _, headers, body = ui.ask('GET', f'/api/v1/flows/{first(ui, GOOD)["id"]}?raw=1')
    assert headers['Content-Type'].startswith('application/json') and headers['X-Content-Type-Options'] == 'nosniff'
    assert b'<script>' not in body and b'\\u003cscript\\u003e' in body


def test_a_filter_is_completed(ui):
    assert {'insert': '~cause ', 'gloss': 'a cause by its id, a part of it, or its title'} in ui.get('/api/v1/complete?q=~ca&at=3')['items']
    values = ui.get('/api/v1/complete?q=~cause%20cert&at=11')
    assert values['from'] == 7 and values['items'] == [{'insert': 'cert-expired-leaf', 'count': 1}]


def test_stories_are_told_and_settled(told, ui):
    (story,) = ui.get('/api/v1/stories')['stories']
    assert story['host'] == EXPIRED and story['n'] == 1 and story['next']
    assert ui.send('POST', '/api/v1/stories/settle', {'key': story['key']})[0] == 204
    assert ui.get('/api/v1/stories')['stories'] == []
    assert ui.send('POST', '/api/v1/stories/settle', {'key': '9-9-9'})[0] == 404


def test_devices_are_told_named_and_forgotten(binary, tmp_path):
    one = Proxy(binary, tmp_path / 'data', '--lab', '--ui', '127.0.0.1:0')
    one.curl(f'https://{GOOD}/')
    ui = Ui(one)
    (device,) = until(lambda: ui.get('/api/v1/devices')['devices'])
    assert device['state'] == 'ready' and [c['name'] for c in device['checks']] == ['proxy', 'profile', 'root', 'switch', 'probe']
    assert ui.get('/api/v1/devices')['onboarding']['qr']['path'].startswith('M')
    assert ui.send('PATCH', f'/api/v1/devices/{device["id"]}', {'name': 'Anna’s'})[0] == 204
    whole = ui.get(f'/api/v1/devices/{device["id"]}')
    assert whole['name'] == 'Anna’s' and whole['hosts'][0]['host'] == GOOD
    assert until(lambda: ui.get('/api/v1/flows?q=~dev+anna')['flows'])
    assert ui.send('DELETE', f'/api/v1/devices/{device["id"]}')[0] == 204
    assert ui.get('/api/v1/devices')['devices'] == []
    assert ui.send('DELETE', f'/api/v1/devices/{device["id"]}')[0] == 404
    assert one.stop() == 0


def test_certificates_are_listed_by_who_made_them(ui):
    sites = ui.get('/api/v1/certificates')['certificates']
    assert sites[0]['names'] == [EXPIRED] and sites[0]['hosts'] == [EXPIRED] and sites[0]['uses'] == 1
    made = ui.get('/api/v1/certificates?tab=made')['certificates']
    assert len(made) == 2 and all('whytls root' in c['issuer'] for c in made)
    page = ui.get('/api/v1/certificates?limit=1')
    rest = ui.get(f'/api/v1/certificates?after={page["next"]}')
    assert [*page['certificates'], *rest['certificates']] == sites
    one = ui.get(f'/api/v1/certificates/{sites[0]["sha256"]}')
    assert one['flows'][0]['host'] == EXPIRED and one['chain_with'] and 'BEGIN' in one['pem']
    assert ui.ask('GET', '/api/v1/certificates?tab=x')[0] == 400 and ui.ask('GET', '/api/v1/certificates/00')[0] == 404


def test_causes_are_counted(ui):
    causes = ui.get('/api/v1/causes?since=1h')
    assert [(c['cause'], c['n']) for c in causes['causes']] == [('cert-expired-leaf', 1)]
    assert sum(hour['counts']['cert-expired-leaf'] for hour in causes['hours']) == 1
    one = ui.get('/api/v1/causes/cert-expired-leaf')
    assert one['hosts'] == [{'name': EXPIRED, 'n': 1}] and 'proxy-clock-wrong' in one['about']['rivals']
    assert ui.ask('GET', '/api/v1/causes?since=x')[0] == 400


def test_rules_are_switched_edited_and_tested(binary, told, ui):
    mine = told.config / 'whytls' / 'rules' / 'mine'
    subprocess.run([binary, 'rules', 'new', 'mine'], check=True, capture_output=True, env={**os.environ, 'XDG_CONFIG_HOME': str(told.config)})
    right = (mine / 'init.lua').read_text()
    assert ui.send('POST', '/api/v1/rules/reload')[1]['swapped']
    rules = ui.get('/api/v1/rules')
    (package,) = [p for p in rules['packages'] if p['name'] == 'mine']
    assert package['from'] == 'user' and 'init.lua' in package['files']
    (expired,) = [r for r in rules['rules'] if r['id'] == 'dates/expired']
    assert expired['state'] == 'on' and expired['hits'] == 1 and expired['last_at']

    def state(rule):
        return [r['state'] for r in ui.get('/api/v1/rules')['rules'] if r['id'] == rule][0]
    assert ui.send('POST', '/api/v1/rules/dates/expired', {'on': False})[0] == 204 and state('dates/expired') == 'off'
    assert ui.send('POST', '/api/v1/rules/dates/expired', {'on': True})[0] == 204 and state('dates/expired') == 'on'
    assert ui.send('POST', '/api/v1/rules/test', {'package': 'dates'})[1]['failed'] == 0
    assert ui.send('POST', '/api/v1/rules/test', {'package': 'none'})[0] == 400

    path = '/api/v1/rules/files/mine/init.lua'
    assert ui.ask('GET', path)[2].decode() == right
    broken = json.loads(ui.ask('PUT', path, 'x = = 1')[2])
    assert broken['saved'] and not broken['swapped'] and 'init.lua:1' in broken['says']
    assert json.loads(ui.ask('PUT', path, right)[2])['swapped']
    assert ui.ask('PUT', '/api/v1/rules/files/dates/init.lua', right)[0] == 400
    assert ui.ask('PUT', path, 'x' * (256 * 1024 + 1))[0] == 400


@pytest.mark.parametrize('path', ['mine/..%2F..%2F..%2Fdata%2Fui-token', 'mine/%2Fetc%2Fpasswd', 'mine/.hidden', 'mine/link', '..%2Fx/init.lua'])
def test_no_file_outside_a_package_is_read_or_written(told, ui, path):
    mine = told.config / 'whytls' / 'rules' / 'mine'
    mine.mkdir(exist_ok=True)
    link = mine / 'link'
    if not link.is_symlink():
        link.symlink_to('/etc/passwd')
    assert ui.ask('GET', f'/api/v1/rules/files/{path}')[0] in (400, 404)
    assert ui.ask('PUT', f'/api/v1/rules/files/{path}', 'x')[0] in (400, 404)


def test_a_site_and_a_file_are_explained(told, ui):
    status, one = ui.send('POST', '/api/v1/explain', {'target': EXPIRED})
    assert status == 200 and one['record']['diagnosis'][0]['cause'] == 'cert-expired-leaf' and one['comparison'] is None
    status, two = ui.send('POST', '/api/v1/explain', {'target': EXPIRED, 'with': GOOD})
    assert status == 200 and two['comparison']
    with open(told.root(), 'rb') as file:
        status, root = ui.send('POST', '/api/v1/explain', {'file': base64.b64encode(file.read()).decode(), 'name': 'root.pem'})
    assert status == 200 and root['record']['identity']
    for wrong in ({}, {'target': '/etc/passwd'}, {'target': EXPIRED, 'file': 'x'}, {'file': '!'}, {'target': EXPIRED, 'at': 'x'},
                  {'target': EXPIRED, 'roots': '/etc/passwd'}):
        assert ui.send('POST', '/api/v1/explain', wrong)[0] == 400, wrong


def test_exports_leave_and_come_back(binary, ui, tmp_path):
    for form in ('har', 'jsonl', 'csv'):
        status, headers, body = ui.ask('GET', f'/api/v1/export?as={form}')
        assert status == 200 and f'whytls.{form}' in headers['Content-Disposition'] and b'verysecret' not in body
    flow = first(ui, '~fail')['id']
    for form in ('har', 'jsonl', 'curl', 'report.html', 'report.md'):
        assert ui.ask('GET', f'/api/v1/flows/{flow}/export?as={form}')[0] == 200
    _, headers, report = ui.ask('GET', f'/report/{flow}')
    assert b'<script' not in report and 'script-src' not in headers['Content-Security-Policy'] and EXPIRED.encode() in report
    assert ui.ask('GET', '/api/v1/export?as=x')[0] == 400
    lines = ui.ask('GET', '/api/v1/export?as=jsonl')[2]
    other = Proxy(binary, tmp_path / 'data', '--ui', '127.0.0.1:0')
    into = Ui(other)
    assert json.loads(into.ask('POST', '/api/v1/import', lines)[2])['added'] == 2
    assert json.loads(into.ask('POST', '/api/v1/import', lines)[2])['skipped'] == 2
    assert into.ask('POST', '/api/v1/import', 'rubbish')[0] == 400
    assert len(into.get('/api/v1/flows')['flows']) == 2
    assert other.stop() == 0


def test_health_and_metrics_need_no_session(ui):
    status, _, body = ui.ask('GET', '/api/v1/health', bearer=False)
    health = json.loads(body)
    assert status == 200 and [line['name'] for line in health['lines']] == ['listening', 'clock', 'root', 'store', 'rules']
    status, headers, body = ui.ask('GET', '/metrics', bearer=False)
    assert status == 200 and headers['Content-Type'].startswith('text/plain; version=0.0.4')
    text = body.decode()
    assert 'whytls_connections_total{outcome="failing"} 1' in text
    for line in text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) whytls_\w+ .+|whytls_\w+(\{\w+="[^"\n]*"(,\w+="[^"\n]*")*\})? [\d.e+-]+', line), line


# --- the live feed ---

def test_the_feed_tells_each_flow_and_goes_on_where_it_was(binary, tmp_path):
    one = Proxy(binary, tmp_path / 'data', '--lab', '--ui', '127.0.0.1:0')
    ui = Ui(one)
    feed = Live(ui)
    assert feed.event('flows')[1]['rows'] == []
    one.curl(f'https://{GOOD}/')
    rows, last = feed.rows(1)
    assert rows[0]['host'] == GOOD
    feed.close()
    one.curl(f'https://{EXPIRED}/')
    one.record(EXPIRED)
    until(lambda: len(ui.get('/api/v1/flows')['flows']) == 2)
    again = Live(ui, last)
    missed, _ = again.rows(1)
    assert missed[0]['host'] == EXPIRED
    assert again.event('stories')[1]['count'] == 1
    again.close()
    assert one.stop() == 0


def test_the_feed_and_a_session_outlive_a_restart(binary, tmp_path):
    one = Proxy(binary, tmp_path / 'data', '--lab', '--ui', '127.0.0.1:0')
    ui = Ui(one)
    headers = {'Origin': ui.origin}
    status, set_cookie, _ = ui.ask('POST', '/api/v1/session', json.dumps({'token': ui.token}), headers, bearer=False)
    cookie = set_cookie['Set-Cookie'].split(';')[0]
    assert status == 204
    assert one.stop() == 0
    two = Proxy(binary, tmp_path / 'data', '--lab', '--ui', '127.0.0.1:0')
    again = Ui(two)
    assert again.token == ui.token
    assert again.ask('GET', '/api/v1/flows', headers={'Cookie': cookie}, bearer=False)[0] == 200
    assert two.stop() == 0


# --- who must not ask ---

def test_the_token_becomes_a_cookie_that_no_page_can_read(ui):
    body = json.dumps({'token': ui.token})
    status, headers, _ = ui.ask('POST', '/api/v1/session', body, {'Origin': ui.origin}, bearer=False)
    flags = headers['Set-Cookie']
    assert status == 204 and 'HttpOnly' in flags and 'SameSite=Strict' in flags and 'Path=/' in flags and ui.token not in flags
    assert ui.ask('GET', '/api/v1/flows', headers={'Cookie': flags.split(';')[0]}, bearer=False)[0] == 200
    for wrong in ('', 'x', ui.token[:-1], ui.token + 'x', ui.token.swapcase()):
        status, headers, _ = ui.ask('POST', '/api/v1/session', json.dumps({'token': wrong}), {'Origin': ui.origin}, bearer=False)
        assert status == 403 and 'Set-Cookie' not in headers
    assert ui.ask('GET', '/api/v1/flows', bearer=False)[0] == 401
    assert ui.ask('GET', f'/api/v1/flows?token={ui.token}', bearer=False)[0] == 401, 'a token in an address would be in logs and Referer'


def test_the_token_is_in_no_log_and_no_page(told, ui):
    lines = [line for line in told.stderr if ui.token in line]
    assert len(lines) == 1 and '/#token=' in lines[0], 'once, in the fragment, at the start'
    assert ui.token.encode() not in ui.ask('GET', '/', bearer=False)[2]
    assert os.stat(os.path.join(told.data, 'ui-token')).st_mode & 0o777 == 0o600


@pytest.mark.parametrize('host', ['evil.example', 'evil.example:{port}', 'localhost.evil.example:{port}', '127.0.0.1', '127.0.0.1:80',
                                  '127.0.0.2:{port}', '127.0.0.1.nip.example:{port}', 'whytls.test:{port}', '', '[::1]:{port}'])
def test_another_name_for_us_is_refused(ui, host):
    """DNS rebinding: a page's own name is turned to this machine, and says itself in Host."""
    for path in ('/', '/api/v1/flows', '/api/v1/health', '/metrics', '/api/v1/live'):
        assert ui.ask('GET', path, headers={'Host': host.format(port=ui.port)})[0] in (400, 403)


@pytest.mark.parametrize('origin', [None, 'null', 'http://evil.example', 'http://127.0.0.1:1', 'http://localhost.evil.example', 'file://'])
@pytest.mark.parametrize('method, path', [('POST', '/api/v1/rules/reload'), ('POST', '/api/v1/stories/settle'), ('PATCH', '/api/v1/devices/d-1'),
                                          ('DELETE', '/api/v1/devices/d-1'), ('PUT', '/api/v1/rules/files/mine/init.lua'),
                                          ('POST', '/api/v1/import'), ('POST', '/api/v1/explain'), ('POST', '/api/v1/session')])
def test_a_page_from_elsewhere_changes_nothing(ui, origin, method, path):
    """CSRF: the browser would send the cookie, were it not SameSite; Origin is looked at all the same."""
    status, headers, _ = ui.ask('POST', '/api/v1/session', json.dumps({'token': ui.token}), {'Origin': ui.origin}, bearer=False)
    fields = {'Cookie': headers['Set-Cookie'].split(';')[0]}
    if origin:
        fields['Origin'] = origin
    assert ui.ask(method, path, '{}', fields, bearer=False)[0] == 403


def test_a_page_from_elsewhere_reads_nothing(ui):
    status, headers, _ = ui.ask('GET', '/api/v1/flows', headers={'Sec-Fetch-Site': 'cross-site', 'Origin': 'http://evil.example'})
    assert status == 403 and 'Access-Control-Allow-Origin' not in headers
    assert ui.ask('GET', '/api/v1/flows', headers={'Sec-Fetch-Site': 'same-site'})[0] == 403, 'another port of this machine'
    status, headers, _ = ui.ask('OPTIONS', '/api/v1/flows', headers={'Origin': ui.origin, 'Access-Control-Request-Method': 'GET'})
    assert status == 405 and 'Access-Control-Allow-Origin' not in headers


@pytest.mark.parametrize('path', ['/../etc/passwd', '/ui/../index.html', '/ui/%2e%2e/x', '/ui/..%2f..%2fetc%2fpasswd', '//etc/passwd',
                                  '/ui/index.html/..', '/%00', '/ui/%', '/api/v1/flows/%0d%0aX:1', '/ui/.', '/api//v1/flows'])
def test_no_path_leads_out(ui, path):
    answer = ui.raw(f'GET {path} HTTP/1.1\r\nHost: {ui.host}:{ui.port}\r\nConnection: close\r\n\r\n'.encode())
    assert re.match(rb'HTTP/1\.1 (400|401|404) ', answer), answer[:200]
    assert b'root:' not in answer


def test_pages_are_fenced_in(ui):
    for path in ('/', '/c/01M7ZB59HVR83FMEPM8CT13BPA', '/devices', '/rules/mine/first', '/explain'):
        status, headers, body = ui.ask('GET', path, bearer=False)
        policy = headers['Content-Security-Policy']
        assert status == 200 and headers['Content-Type'].startswith('text/html') and headers['Cache-Control'] == 'no-store'
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and 'unsafe' not in policy
        assert headers['Referrer-Policy'] == 'no-referrer' and headers['X-Content-Type-Options'] == 'nosniff'
        assert headers['Cross-Origin-Opener-Policy'] == 'same-origin' and headers['Cross-Origin-Resource-Policy'] == 'same-origin'
        for name in re.findall(rb'/ui/[^"\']+', body):
            status, headers, _ = ui.ask('GET', name.decode(), bearer=False)
            assert status == 200 and 'immutable' in headers['Cache-Control']
    status, headers, body = ui.ask('HEAD', '/', bearer=False)
    assert status == 200 and body == b'' and int(headers['Content-Length']) > 0


def test_too_much_is_refused(ui):
    host = f'Host: {ui.host}:{ui.port}\r\n'
    auth = f'Authorization: Bearer {ui.token}\r\n'
    assert b' 431 ' in ui.raw(f'GET / HTTP/1.1\r\n{host}X: {"x" * 20000}\r\n\r\n'.encode())[:20]
    assert ui.raw(f'GET / HTTP/1.1\r\n{host}X: {"x" * 70000}\r\n\r\n'.encode())[9:12] in (b'400', b'431')
    assert b' 413 ' in ui.raw(f'POST /api/v1/explain HTTP/1.1\r\n{host}{auth}Content-Length: 99999999\r\n\r\n'.encode())[:20]
    chunks = b''.join(b'10000\r\n' + b'x' * 65536 + b'\r\n' for _ in range(40))
    assert b' 413 ' in ui.raw(f'POST /api/v1/explain HTTP/1.1\r\n{host}{auth}Transfer-Encoding: chunked\r\n\r\n'.encode() + chunks)[:20]
    assert ui.raw(b'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n')[9:12] in (b'400', b'403')
    assert ui.raw(b'\x16\x03\x01\x02\x00\x01\x00')[9:12] in (b'400', b'')


def test_who_holds_many_connections_keeps_nobody_out(ui):
    """Slowloris: each begins a request and never ends it."""
    held = []
    for _ in range(80):
        s = socket.create_connection((ui.host, ui.port), timeout=WAIT_S)
        s.sendall(b'GET / HTTP/1.1\r\nX-Slow: ')
        held.append(s)
    assert ui.ask('GET', '/api/v1/health', bearer=False)[0] == 200
    for s in held:
        s.close()


def test_two_requests_share_a_connection(ui):
    one = f'GET /api/v1/health HTTP/1.1\r\nHost: {ui.host}:{ui.port}\r\n'
    answer = ui.raw(f'{one}\r\n{one}Connection: close\r\n\r\n'.encode())
    assert answer.count(b'HTTP/1.1 200 OK') == 2


# --- never through the proxy ---

def spellings(port):
    return [f'127.0.0.1:{port}', f'localhost:{port}', f'LOCALHOST.:{port}', f'[::ffff:127.0.0.1]:{port}', f'[::ffff:7f00:1]:{port}',
            f'2130706433:{port}', f'0x7f.1:{port}', f'127.1:{port}', f'0.0.0.0:{port}', f'[::1]:{port}', f'[::]:{port}',
            f'ui.example:{port}', f'127.0.0.1.:{port}', f'0177.0.0.1:{port}']


def test_the_proxy_never_carries_a_request_to_its_own_ui(binary, tmp_path):
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
    one = Proxy(binary, tmp_path / 'data', '--ui', f'127.0.0.1:{port}', '--resolve', 'ui.example:127.0.0.1')
    ui = Ui(one)
    for where in spellings(port):
        for head in (f'GET http://{where}/api/v1/health HTTP/1.1\r\nHost: {ui.host}:{port}\r\nAuthorization: Bearer {ui.token}\r\n\r\n',
                     f'CONNECT {where} HTTP/1.1\r\nHost: {where}\r\n\r\nGET /api/v1/health HTTP/1.1\r\nHost: {ui.host}:{port}\r\n\r\n'):
            with socket.create_connection(('127.0.0.1', one.port), timeout=WAIT_S) as s:
                s.sendall(head.encode())
                s.shutdown(socket.SHUT_WR)
                got = b''
                while piece := s.recv(65536):
                    got += piece
            assert b'"lines"' not in got and b'"since"' not in got, (where, got[:300])
    assert 'whytls_connections_total' in ui.ask('GET', '/metrics', bearer=False)[2].decode()
    assert one.stop() == 0


def test_a_redirect_to_the_ui_is_not_followed_for_anybody(binary, tmp_path):
    """A site that sends a client on to our UI: the client asks through the proxy, and is refused."""
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]

    class Redirect(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(302)
            self.send_header('Location', f'http://127.0.0.1:{port}/api/v1/health')
            self.send_header('Content-Length', '0')
            self.end_headers()

        def log_message(self, *_):
            pass
    site = http.server.HTTPServer(('127.0.0.1', 0), Redirect)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    one = Proxy(binary, tmp_path / 'data', '--ui', f'127.0.0.1:{port}')
    got = one.curl(f'http://127.0.0.1:{site.server_port}/', '-L', '-o', '-', '-w', '%{http_code}')
    assert b'"lines"' not in got.stdout and not got.stdout.endswith(b'200')
    site.shutdown()
    assert one.stop() == 0


# --- where it listens ---

def test_it_can_be_left_out_and_goes_elsewhere_when_its_place_is_taken(binary, tmp_path):
    off = Proxy(binary, tmp_path / 'a', '--ui', 'off')
    assert not any('#token=' in line for line in off.stderr)
    assert off.stop() == 0
    first_one, second = Proxy(binary, tmp_path / 'b'), Proxy(binary, tmp_path / 'c')
    assert Ui(first_one).port != Ui(second).port
    taken = Ui(first_one).port
    with pytest.raises(RuntimeError, match='in use'):
        Proxy(binary, tmp_path / 'd', '--ui', f'127.0.0.1:{taken}')
    assert first_one.stop() == 0 and second.stop() == 0
    with pytest.raises(RuntimeError, match='write ADDRESS:PORT'):
        Proxy(binary, tmp_path / 'e', '--ui', 'nowhere')


def test_without_a_store_it_says_so(binary, tmp_path):
    one = Proxy(binary, tmp_path / 'data', '--ui', '127.0.0.1:0', '--keep-days', '0')
    ui = Ui(one)
    status, _, body = ui.ask('GET', '/api/v1/flows')
    assert status == 400 and b'not kept' in body
    assert ui.ask('GET', '/', bearer=False)[0] == 200
    assert one.stop() == 0


def test_a_kill_and_an_open_feed_end_well(binary, tmp_path):
    one = Proxy(binary, tmp_path / 'data', '--ui', '127.0.0.1:0')
    feed = Live(Ui(one))
    feed.event('flows')
    one.process.send_signal(signal.SIGTERM)
    assert one.stop() == 0
    feed.close()
