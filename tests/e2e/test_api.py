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
import urllib.parse

import pytest

from proxy import WAIT_S, Proxy, until
from sites import Pki, SServer
from ui import Live, Ui

EXPIRED, GOOD = 'cert-expired-leaf.lab.test', 'good.lab.test'
PINNED = 'gsa.apple.com'  # one of those that iOS pins (certs/apple/pinned-hosts.json)


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
    assert [*page['certificates'], *rest['certificates']] == sites and rest['complete'] and rest['next'] is None
    one = ui.get(f'/api/v1/certificates/{sites[0]["sha256"]}')
    assert one['flows'][0]['host'] == EXPIRED and one['chain_with'] and 'BEGIN' in one['pem']
    assert ui.ask('GET', '/api/v1/certificates?tab=x')[0] == 400 and ui.ask('GET', '/api/v1/certificates/00')[0] == 404


def test_certificates_are_searched_as_connections_are(ui):
    def found(q):
        return [c['names'] for c in ui.get(f'/api/v1/certificates?q={q}')['certificates']]
    assert found(f'~d+{GOOD}') == [[GOOD]] and found(f'~d+{GOOD}+!~ends+1d') == [[GOOD]] and found('~ends+0d') == [[EXPIRED]]
    assert found('~issuer+"Lab+Public"') == [[]] and found('~subject+expired') == [[EXPIRED]] and found('expired+|+~sha+zz') == [[EXPIRED]]
    sha = ui.get(f'/api/v1/certificates?q={GOOD}')['certificates'][0]['sha256']
    assert found(f'~sha+{sha[10:30]}') == [[GOOD]]
    status, _, body = ui.ask('GET', '/api/v1/certificates?q=a+~fail')
    assert status == 400 and json.loads(body)['error']['column'] == 3 and '~issuer' in json.loads(body)['error']['text']
    offered = [item['insert'] for item in ui.get('/api/v1/complete?q=~&at=1&of=certificates')['items']]
    assert offered == ['~d ', '~issuer ', '~subject ', '~sha ', '~ends ']
    assert ui.ask('GET', '/api/v1/complete?of=x')[0] == 400


def test_the_root_that_no_site_sent_is_told_with_who_ends_there(ui):
    (root,) = ui.get('/api/v1/certificates?tab=roots')['certificates']
    assert 'Lab Public Root' in root['subject'] and root['stores'] == 'both' and not root['sent'] and GOOD in root['hosts'] and root['uses']
    assert ui.get('/api/v1/certificates?tab=roots&q=Public')['certificates'] == [root]
    assert ui.get('/api/v1/certificates?tab=roots&q=nothing')['certificates'] == []
    one = ui.get(f'/api/v1/certificates/{root["sha256"]}')
    assert one['stores'] == 'both' and 'BEGIN' in one['pem'] and GOOD in [row['host'] for row in one['flows']]
    assert {key: one[key] for key in root} == root, 'the list and the page tell the same'


def test_causes_are_counted(ui):
    causes = ui.get('/api/v1/causes?since=1h')
    assert [(c['cause'], c['n'], c['outcome']) for c in causes['causes']] == [('cert-expired-leaf', 1, 'failing')]
    assert [hour['counts'] for hour in causes['hours']] == [{'failing': 1}]
    one = ui.get('/api/v1/causes/cert-expired-leaf')
    assert one['hosts'] == [{'name': EXPIRED, 'n': 1}] and 'proxy-clock-wrong' in one['about']['rivals']
    assert ui.ask('GET', '/api/v1/causes?since=x')[0] == 400


def test_failures_and_warnings_of_a_cause_are_told_apart(binary, tmp_path):
    one = Proxy(binary, tmp_path / 'data', '--lab', '--ui', '127.0.0.1:0')
    one.curl('https://missing-intermediate-aia.lab.test/')
    one.curl(f'https://{EXPIRED}/')
    ui = Ui(one)
    until(lambda: len(ui.get('/api/v1/flows')['flows']) == 2)
    causes = {(c['cause'], c['outcome']): c['n'] for c in ui.get('/api/v1/causes')['causes']}
    assert causes == {('missing-intermediate-aia', 'warning'): 1, ('cert-expired-leaf', 'failing'): 1}
    assert [hour['counts'] for hour in ui.get('/api/v1/causes')['hours']] == [{'failing': 1, 'warning': 1}]
    assert one.stop() == 0


def test_a_host_passes_by_the_owners_word_at_once_and_until_it_is_taken_back(binary, tmp_path):
    one = Proxy(binary, tmp_path / 'data', '--lab', '--ui', '127.0.0.1:0', '--threads', '2')
    ui = Ui(one)
    status, said = ui.send('POST', '/api/v1/passes', {'host': GOOD.upper() + '.', 'until': '2099-01-01T00:00:00Z'})
    assert status == 200 and said['pass']['host'] == GOOD and said['pass']['until'] == '2099-01-01T00:00:00.000Z' and said['pass']['by'] == 'api'
    for _ in range(4):
        one.curl(f'https://{GOOD}/', '-k')
    one.curl('https://good.lab-two.test/')
    decisions = {(r['target']['host'], r['decision']['action'], r['decision']['by']) for r in (one.record() for _ in range(5))}
    assert decisions == {(GOOD, 'tunnel', 'config'), ('good.lab-two.test', 'intercept', 'default')}
    told = subprocess.run([binary, 'devices', '--data', one.data], capture_output=True, text=True, check=True).stdout
    assert 'Pass unread by your word' in told and GOOD in told
    assert one.stop() == 0
    two = Proxy(binary, tmp_path / 'data', '--lab', '--ui', '127.0.0.1:0')
    ui = Ui(two)
    assert [p['host'] for p in ui.get('/api/v1/passes')['passes']] == [GOOD]
    two.curl(f'https://{GOOD}/', '-k')
    assert two.record()['decision']['by'] == 'config', 'it outlives a restart'
    assert ui.send('DELETE', f'/api/v1/passes/{GOOD.upper()}.')[0] == 204, 'by any writing of its name'
    two.curl(f'https://{GOOD}/')
    assert two.record()['decision']['action'] == 'intercept'
    assert ui.send('DELETE', f'/api/v1/passes/{GOOD}')[0] == 404 and ui.get('/api/v1/passes')['passes'] == []
    assert ui.send('DELETE', '/api/v1/passes/*.lab.test')[0] == 404
    fields = {'Cookie': cookie_of(ui), 'Origin': ui.origin, 'Authorization': 'Bearer wrong'}
    status, _, said = ui.ask('POST', '/api/v1/passes', json.dumps({'host': GOOD, 'until': None}), fields, bearer=False)
    assert status == 200 and json.loads(said)['pass']['by'] == 'ui', 'what was proved counts'
    assert json.loads(said)['pass']['until'] is None
    assert two.stop() == 0


@pytest.mark.parametrize('body', [{}, {'host': ''}, {'host': '*'}, {'host': '*.lab.test'}, {'host': 'a b'}, {'host': GOOD, 'until': 'soon'},
                                  {'host': GOOD, 'until': '2001-01-01T00:00:00Z'}, {'host': GOOD, 'until': '1970-01-01T00:00:00Z'},
                                  {'host': GOOD, 'until': '1969-01-01T00:00:00Z'}, {'host': GOOD, 'until': 1795251600}, {'host': GOOD, 'until': ''},
                                  {'host': GOOD, 'until': False}, {'host': f'https://{GOOD}/'}])
def test_nobody_lets_more_than_one_host_pass(ui, body):
    assert ui.send('POST', '/api/v1/passes', body)[0] == 400
    assert ui.get('/api/v1/passes')['passes'] == []


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
    assert 'whytls_thread_cpu_seconds_total{thread="store"} ' in text and 'process_resident_memory_bytes ' in text
    for line in text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) (whytls|process)_\w+ .+|(?:whytls|process)_\w+(\{\w+="[^"\n]*"(,\w+="[^"\n]*")*\})? [\d.e+-]+', line), line


# --- each atom of the filter finds what it means, and leaves out what it does not ---

PLANTED, OTHER = 'planted.example', 'other.example'


def plant(record, **changes):
    """A record with other values, by their paths."""
    record = json.loads(json.dumps(record))
    for path, value in changes.items():
        *groups, last = path.split('__')
        at = record
        for group in groups:
            at = at[group]
        at[last] = value
    return record


@pytest.fixture(scope='module')
def garden(binary, told, tmp_path_factory):
    """A store with two connections alone: each atom can tell them apart."""
    lines = [json.loads(line) for line in told.ui.ask('GET', '/api/v1/export?as=jsonl')[2].splitlines()]
    (expired,) = [one for one in lines if one['target']['host'] == EXPIRED]
    (good,) = [one for one in lines if one['target']['host'] == GOOD]
    exchange = expired['exchanges'][0] if expired['exchanges'] else good['exchanges'][0]
    now = until(lambda: told.ui.get('/api/v1/flows')['flows'])[0]['at']
    planted = plant(expired, id='01PLANTED00000000000000001', at=now, ms=7777, target__host=PLANTED, entry='socks5', client__ip='192.0.2.77', client__device='d-77777777',
                    client__app='Planter', client__ja4='t10planted', client_leg__version='TLSv1.1', server_leg__version='TLSv1.1',
                    client_leg__alert={'from': 'client', 'number': 112, 'name': 'unrecognized_name', 'phase': 'before-server-hello'},
                    server_leg__trusted_by='mozilla', facts={'geo.country': 'NZ', 'geo.asn': 64577, 'geo.org': 'Planted Net'},
                    notes=[{'code': 'plant/rare', 'severity': 'high', 'leg': 'server', 'text': 'a rare plant', 'by': 'rule:plant/rare', 'data': {}}],
                    exchanges=[{**exchange, 'method': 'PATCH', 'url': f'https://{PLANTED}/rare/path', 'status': 418}])
    other = plant(good, id='01OTHER0000000000000000001', at='2026-01-02T03:04:05.000Z', ms=3, target__host=OTHER, client__ip='192.0.2.88', client__device='d-88888888')
    one = Proxy(binary, tmp_path_factory.mktemp('garden') / 'data', '--ui', '127.0.0.1:0', '--keep-days', '3650')
    ui = Ui(one)
    told_by_it = json.loads(ui.ask('POST', '/api/v1/import', '\n'.join(json.dumps(r) for r in (planted, other)))[2])
    assert told_by_it['added'] == 2, told_by_it
    yield ui
    assert one.stop() == 0


ATOMS = [f'~d {PLANTED}', '~u rare/path', '~m PATCH', '~c 418', '~c 4xx', '~cause cert-expired', '~sure certain | ~sure likely', '~fail', '~dev d-77777777',
         '~dev 192.0.2.77', '~app Planter', '~leg server', '~alert 112', '~alert unrecognized_name', '~v tls1.1', '~ja4 planted',
         '~subject cert-expired', '~store mozilla', '~check TemporalValidity', '~class Expired', '~note plant/rare', '~sev high', '~since 1h',
         '~ms >500', '~ip 192.0.2.77', '~asn 64577', '~asn "Planted Net"', '~geo NZ', '~id 01PLANTED00000000000000001', '~entry socks5', 'planted',
         '"rare plant"', f'~fail & ~d {PLANTED}', f'~mirror | ~fail !~d {OTHER} ~m PATCH', f'!~d {OTHER}', '(~c 418)']


@pytest.mark.parametrize('q', ATOMS)
def test_an_atom_finds_the_planted_one_and_leaves_the_other_out(garden, q):
    found = [row['host'] for row in garden.get('/api/v1/flows?' + urllib.parse.urlencode({'q': q}))['flows']]
    assert found == [PLANTED]


@pytest.mark.parametrize('q', ['~ok', '~store both', '~at 2026-01-02', f'~d {OTHER}', '~sha {sha}'])
def test_an_atom_finds_the_other_one_alone(garden, q):
    sha = garden.get('/api/v1/flows/01OTHER0000000000000000001')['record']['server_leg']['chain'][0]
    found = [row['host'] for row in garden.get('/api/v1/flows?' + urllib.parse.urlencode({'q': q.format(sha=sha)}))['flows']]
    assert found == [OTHER]


@pytest.mark.parametrize('q, host', [('~h "alert(1)"', GOOD), ('~hq "alert(1)"', GOOD), ('~hs "alert(1)"', None), ('~hs strict-', None), ('~hq host', GOOD),
                                     ('~b "good.lab.test"', GOOD), ('~b nothing-like-that', None), ('~t text/html', GOOD), ('~t image', None),
                                     ('~ends 1d', EXPIRED), ('~issuer "Lab Issuing" !~fail', GOOD), (f'~subject {GOOD}', GOOD)])
def test_an_atom_looks_at_what_was_said_and_shown(ui, q, host):
    found = [row['host'] for row in ui.get('/api/v1/flows?' + urllib.parse.urlencode({'q': q}))['flows']]
    assert found == ([host] if host else []) or (q == '~hq host' and GOOD in found)


def test_unread_mirrored_warned_and_expected_are_found(binary, tmp_path):
    pinned = SServer(*Pki(tmp_path / 'pki').leaf(PINNED))
    one = Proxy(binary, tmp_path / 'data', '--lab', '--ui', '127.0.0.1:0', '--fault', f'cert-expired-leaf@{GOOD}',
                '--resolve', f'{PINNED}:127.0.0.1')
    ui = Ui(one)
    assert ui.send('POST', '/api/v1/passes', {'host': 'good.lab-two.test'})[0] == 200
    for host, more in ((GOOD, ()), ('good.lab-two.test', ('-k',)), ('missing-intermediate-aia.lab.test', ())):
        one.curl(f'https://{host}/', *more)
    one.curl(f'https://{PINNED}:{pinned.port}/', '-k')
    until(lambda: len(ui.get('/api/v1/flows')['flows']) == 4)
    for atom, host in (('~mirror', GOOD), ('~unread', 'good.lab-two.test'), ('~warn', 'missing-intermediate-aia.lab.test'), ('~expected', PINNED)):
        assert [row['host'] for row in ui.get(f'/api/v1/flows?q={atom}')['flows']] == [host]
    assert one.stop() == 0
    pinned.stop()


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


def cookie_of(ui):
    _, headers, _ = ui.ask('POST', '/api/v1/session', json.dumps({'token': ui.token}), {'Origin': ui.origin}, bearer=False)
    return headers['Set-Cookie'].split(';')[0]


def brought(body):
    """What a page brings along, as a browser's parser finds it: from the element's start to the first end of a script."""
    text = body.decode()
    return json.loads(re.search(r'<script type="application/json" id="first">(.*?)</script', text, re.DOTALL).group(1) or '{}')


def test_a_page_brings_its_data_along_to_whoever_may_see_it(ui):
    fields = {'Cookie': cookie_of(ui)}
    flow = first(ui, EXPIRED)['id']
    views = {'/': ['/flows?limit=200', '/facets'], '/?q=~d+lab.test&sel=' + flow: ['/flows?q=%7Ed+lab.test&limit=200', f'/flows/{flow}'],
             f'/c/{flow}': [f'/flows/{flow}'], '/devices': ['/devices'], '/certificates?tab=made': ['/certificates?tab=made&limit=100'],
             '/rules': ['/rules', '/passes'], '/explain': [], '/causes': [], '/causes/cert-expired-leaf?since=1h': []}
    for path, wanted in views.items():
        _, headers, body = ui.ask('GET', path, headers=fields, bearer=False)
        came = brought(body)
        assert set(came) >= {'/health', *wanted}, path
        assert not [asked for asked in came if asked.startswith('/causes')], 'what may take long is asked for'
        assert headers['Cache-Control'] == 'no-store' and 'unsafe' not in headers['Content-Security-Policy']
        for asked, answer in came.items():
            if not re.match('/(health|stories|devices|rules|flows)', asked):
                assert answer == ui.get('/api/v1' + asked), asked


def test_a_page_brings_nothing_to_others(ui):
    for fields in ({}, {'Cookie': 'whytls=x'}, {'Cookie': cookie_of(ui), 'Sec-Fetch-Site': 'same-site'}, {'Cookie': cookie_of(ui), 'Sec-Fetch-Site': 'cross-site'}):
        for path in ('/', '/devices', '/causes'):
            assert brought(ui.ask('GET', path, headers=fields, bearer=False)[2]) == {}, fields
    status, _, body = ui.ask('GET', '/c/nothing', headers={'Cookie': cookie_of(ui)}, bearer=False)
    assert status == 200 and '/flows/nothing' not in brought(body), 'a refusal is not brought: the page asks, and says it'


def test_the_list_brings_the_first_thing_that_needs_a_look(binary, tmp_path):
    one = Proxy(binary, tmp_path / 'data', '--lab', '--ui', '127.0.0.1:0')
    one.curl(f'https://{EXPIRED}/')
    ui = Ui(one)
    story = until(lambda: ui.get('/api/v1/stories')['stories'])[0]
    came = brought(ui.ask('GET', '/', headers={'Cookie': cookie_of(ui)}, bearer=False)[2])
    assert came[f'/flows/{story["last_id"]}']['row']['host'] == EXPIRED
    assert ui.send('POST', '/api/v1/stories/settle', {'key': story['key']})[0] == 204
    assert not [asked for asked in brought(ui.ask('GET', '/', headers={'Cookie': cookie_of(ui)}, bearer=False)[2]) if asked.startswith('/flows/')]
    assert one.stop() == 0


def test_a_page_leaves_out_what_is_long(binary, ui, tmp_path):
    har = json.loads(ui.ask('GET', f'/api/v1/export?as=har&q=~d+{GOOD}')[2])
    one = Proxy(binary, tmp_path / 'data', '--ui', '127.0.0.1:0')
    into = Ui(one)
    for n, is_brought in ((1000, True), (300 * 1024, False)):
        (entry,) = har['log']['entries']
        entry['response']['content'] = {'size': n, 'mimeType': 'text/plain', 'text': '<' * n}
        flow = entry['_whytls']['flow'] = entry['_whytls']['record']['id'] = f'01LONG0000000000000{n:07}'
        assert json.loads(into.ask('POST', '/api/v1/import', json.dumps(har))[2])['added'] == 1
        assert len(into.ask('GET', f'/api/v1/flows/{flow}')[2]) > n, 'its body is kept'
        page = into.ask('GET', f'/c/{flow}', headers={'Cookie': cookie_of(into)}, bearer=False)[2]
        assert (f'/flows/{flow}' in brought(page)) is is_brought
    assert one.stop() == 0


def test_nothing_from_the_wire_ends_the_data_of_a_page(ui):
    body = ui.ask('GET', f'/c/{first(ui, GOOD)["id"]}', headers={'Cookie': cookie_of(ui)}, bearer=False)[2]
    assert 'script' in json.dumps(brought(body)), 'the agent that holds markup is in it'
    assert body.count(b'<script') == 2 and body.count(b'</script') == 2 and '\u2028' not in body.decode()


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
