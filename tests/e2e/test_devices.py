"""The memory of devices: what a phone did is known to the rules and to `whytls devices` after a restart, and after a kill."""
import json
import signal
import subprocess

import pytest

from proxy import WAIT_S, Proxy, ended_well, until

SAFARI = ('Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 '
          'Mobile/15E148 Safari/604.1')
BANKLY = 'Bankly/9.0 CFNetwork/1568.200.51 Darwin/24.1.0'


def devices(binary, data, *words, code=0):
    done = subprocess.run([binary, 'devices', '--data', str(data), *words], capture_output=True, text=True, timeout=WAIT_S,
                          env={'LANG': 'C.UTF-8', 'HOME': '/nonexistent'})
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 else done.stderr


def listed(binary, data):
    told = json.loads(devices(binary, data, '--json'))
    assert told['v'] == 1
    return told['devices']


def visit(proxy, agent, trust=True):
    done = proxy.curl('https://good.lab.test/', '--proxy-header', f'User-Agent: {agent}', '-A', agent, trust=trust)
    return done.returncode, proxy.record('good.lab.test')


def test_no_file_is_no_device(binary, tmp_path):
    assert devices(binary, tmp_path / 'none').startswith('No device yet.')
    assert listed(binary, tmp_path / 'none') == []
    assert not (tmp_path / 'none').exists()
    assert 'no device d-12345678' in devices(binary, tmp_path / 'none', 'forget', 'd-12345678', code=2)


def test_a_phone_outlives_a_restart_and_a_kill(binary, tmp_path):
    data = tmp_path / 'data'
    first = Proxy(binary, data, '--lab')
    code, flow = visit(first, SAFARI)
    assert code == 0 and flow['client']['app'] == 'Safari'
    seen = flow['client']['device']
    code, flow = visit(first, BANKLY, trust=False)
    assert code != 0
    assert flow['client']['device'] == seen, 'an app that names no device is on the one at its address'
    ended_well(first)

    (one,) = listed(binary, data)
    assert one['id'] == seen and one['family'] == 'iPhone' and one['os_version'] == '18.1'
    assert one['state'] == 'reading' and one['setup']['accepted']
    assert one['hosts_accepted'] == 1 and one['hosts_refused'] == 1
    assert {a['name']: a['version'] for a in one['apps']} == {'Safari': '18.1', 'Bankly': '9.0'}
    (refused,) = [h for h in one['hosts'] if h['how']]
    assert refused['app'] == 'Bankly' and refused['how']['alert'] == 48 and refused['how']['version'] == 'TLSv1.3'

    second = Proxy(binary, data, '--lab')
    code, flow = visit(second, BANKLY, trust=False)
    assert flow['client']['device'] == seen, 'the same phone to the rules as before'
    until(lambda: [h for h in listed(binary, data)[0]['hosts'] if h['app'] == 'Bankly' and h['refused_24h'] == 2])
    second.process.send_signal(signal.SIGKILL)
    second.stop()
    (one,) = listed(binary, data)
    assert one['id'] == seen
    assert [h['refused_24h'] for h in one['hosts'] if h['app'] == 'Bankly'] == [2]


def test_the_owner_names_and_forgets_while_the_proxy_runs(binary, proxy):
    visit(proxy, SAFARI)
    one = until(lambda: listed(binary, proxy.data))[0]
    assert devices(binary, proxy.data, 'name', one['id'], 'Anna’s iPhone') == ''
    visit(proxy, BANKLY)
    until(lambda: len(listed(binary, proxy.data)[0]['apps']) == 2)
    assert listed(binary, proxy.data)[0]['name'] == 'Anna’s iPhone'
    assert 'Anna’s iPhone' in devices(binary, proxy.data)
    assert devices(binary, proxy.data, 'forget', one['id']) == ''
    assert listed(binary, proxy.data) == []
    # What it does before the proxy has heard of it is forgotten as well.
    again = until(lambda: visit(proxy, SAFARI) and listed(binary, proxy.data))[0]
    assert again['name'] is None and [a['name'] for a in again['apps']] == ['Safari']


@pytest.mark.parametrize('words, says', [
    (['frobnicate'], 'write show, name or forget'),
    (['name'], 'wants an ID and a NAME'),
    (['forget', 'a', 'b'], 'wants an ID'),
    (['show', 'd-nobody'], 'no device d-nobody'),
])
def test_what_it_does_not_take_it_says(binary, tmp_path, words, says):
    assert says in devices(binary, tmp_path, *words, code=2)


def test_a_later_file_is_refused_and_a_broken_one_moved_aside(binary, tmp_path):
    data = tmp_path / 'data'
    one = Proxy(binary, data)
    one.stop()
    file = data / 'whytls.db'
    assert file.stat().st_mode & 0o777 == 0o600
    bytes_ = bytearray(file.read_bytes())
    bytes_[60:64] = (9).to_bytes(4, 'big')  # user_version (the SQLite file format, 1.3)
    file.write_bytes(bytes_)
    assert 'later whytls' in devices(binary, data, code=2)
    with pytest.raises(RuntimeError, match='later whytls'):
        Proxy(binary, data)
    file.write_bytes(b'no database at all' * 100)
    devices(binary, data, code=2)
    one = Proxy(binary, data)
    ended_well(one)
    assert any('moved to' in line for line in one.stderr)
    assert list(data.glob('whytls.db.broken-*')) and listed(binary, data) == []
