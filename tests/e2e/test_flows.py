"""The kept connections: `whytls flows`."""
import json
import subprocess

import pytest

from kept import flows, kept
from proxy import Proxy, until


def test_no_file_is_no_connection(binary, tmp_path):
    assert flows(binary, tmp_path / 'none').startswith('No connection is kept yet.')
    assert flows(binary, tmp_path / 'none', '--json') == ''
    assert not (tmp_path / 'none').exists()


@pytest.mark.parametrize('filter_, column, says', [
    ('~fail & ~alert', 9, 'after ~alert comes a number or a name'),
    ('~caus x', 1, 'did you mean ~cause?'),
    ('(~fail', 1, 'the bracket is not closed'),
])
def test_a_wrong_filter_is_shown_where_it_is_wrong(binary, tmp_path, filter_, column, says):
    lines = flows(binary, tmp_path, filter_, code=2).splitlines()
    assert f'column {column}: ' in lines[0] and says in lines[0]
    assert lines[1] == '  ' + filter_ and lines[2] == '  ' + ' ' * (column - 1) + '^'


def test_what_was_seen_is_found(binary, proxy):
    assert proxy.curl('https://good.lab.test/').returncode == 0
    proxy.curl('https://cert-expired-leaf.lab.test/')
    one, two = proxy.record('good.lab.test'), proxy.record('cert-expired-leaf.lab.test')
    until(lambda: len(kept(binary, proxy.data)) == 2)
    assert kept(binary, proxy.data) == [one, two], 'as the log told them, oldest first'
    assert [f['id'] for f in kept(binary, proxy.data, '~cause expired')] == [two['id']]
    assert [f['id'] for f in kept(binary, proxy.data, one['id'])] == [one['id']]
    assert 'newest 1' in subprocess.run([binary, 'flows', '--data', proxy.data, '-n', '1'], capture_output=True, text=True).stderr
    table = flows(binary, proxy.data)
    assert '● fine      good.lab.test' in table and 'The server\'s certificate has expired' in table
    assert all(len(line) <= 80 for line in table.splitlines())
    explained = flows(binary, proxy.data, '-v', '~cause expired')
    assert 'Because' in explained and 'Renew the certificate.' in explained and two['id'] in explained
    assert flows(binary, proxy.data, '~d nobody.example') == 'Nothing matches `~d nobody.example`. 2 connections do not.\n'


def test_one_in_full_has_its_chain(binary, proxy):
    """The certificates of a fine connection are not in its record: the store has them."""
    assert proxy.curl('https://good.lab.test/').returncode == 0
    proxy.curl('https://cert-expired-leaf.lab.test/')
    until(lambda: len(kept(binary, proxy.data)) == 2)
    fine, failing = (flows(binary, proxy.data, '-v', f'~d {host}.lab.test') for host in ['good', 'cert-expired-leaf'])
    assert '  ● good.lab.test                                79 days left\n' in fine and 'ended 10 days ago ◄ the fault\n' in failing
    for told in (fine, failing):
        assert '  Sent by 127.0.0.1, port 443, TLS 1.3' in told
        assert '  ● Lab Public Root                              in Apple\'s and Mozilla\'s store\n' in told
        assert '(3\n           promises)' in told


@pytest.mark.parametrize('columns', [20, 40, 80, 200])
def test_every_line_fits_the_window(binary, shared_proxy, columns):
    proxy = shared_proxy
    proxy.curl('https://good.lab.test/')
    proxy.curl('https://name-mismatch.lab.test/')
    until(lambda: len(kept(binary, proxy.data)) >= 2)
    for words in [], ['-v']:
        told = flows(binary, proxy.data, *words, columns=columns)
        assert told and max(len(line) for line in told.splitlines()) <= columns


RULE = '''rule {
    name = "posts", about = "Keeps the bodies of what is posted.", may = { "keep" }, wakes_on = { request = "always" },
    request = function(flow) if flow.request.method == "POST" then flow:keep_bodies() end end,
}
'''


def test_bodies_are_kept_when_a_rule_asks(binary, tmp_path):
    for name, text in ('init.lua', RULE), ('texts/en.lua', 'return {}'):
        file = tmp_path / 'rules' / 'keeper' / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    proxy = Proxy(binary, tmp_path / 'data', '--lab', '--rules', str(tmp_path / 'rules'))
    try:
        proxy.curl('https://good.lab.test/', '-d', 'user=anna&word=swordfish')
        asked = proxy.record('good.lab.test')
        proxy.curl('https://good.lab.test/', '-X', 'PUT', '-d', 'swordfish too')
        until(lambda: len(kept(binary, proxy.data)) == 2)
        assert asked['decision']['bodies_by'] == 'rule:keeper/posts'
        assert [f['id'] for f in kept(binary, proxy.data, '~b swordfish')] == [asked['id']]
    finally:
        assert proxy.stop() == 0, ''.join(proxy.stderr)[-4000:]


def test_a_device_is_found_by_its_name(binary, proxy):
    assert proxy.curl('https://good.lab.test/').returncode == 0
    seen = proxy.record('good.lab.test')['client']['device']
    until(lambda: seen in subprocess.run([binary, 'devices', '--data', proxy.data, '--json'], capture_output=True, text=True).stdout)
    subprocess.run([binary, 'devices', '--data', proxy.data, 'name', seen, 'Anna’s iPhone'], check=True)
    until(lambda: kept(binary, proxy.data, '~dev anna'))
    assert kept(binary, proxy.data, '~dev berta') == []


def test_follow_tells_those_that_come(binary, tmp_path):
    data = tmp_path / 'data'
    watch = subprocess.Popen([binary, 'flows', '--data', str(data), '--follow', '--json', '~d lab.test & !~d self-signed-leaf.lab.test'],
                             stdout=subprocess.PIPE)
    try:
        proxy = Proxy(binary, data, '--lab')
        for host in ['good', 'self-signed-leaf', 'cert-expired-leaf']:
            proxy.curl(f'https://{host}.lab.test/')
        seen = [json.loads(watch.stdout.readline())['target']['host'] for _ in range(2)]
        assert proxy.stop() == 0
    finally:
        watch.kill()
        watch.wait()
        watch.stdout.close()
    assert seen == ['good.lab.test', 'cert-expired-leaf.lab.test']


def test_follow_goes_on_when_the_proxy_starts_again(binary, tmp_path):
    data = tmp_path / 'data'
    watch = subprocess.Popen([binary, 'flows', '--data', str(data), '--follow', '--json'], stdout=subprocess.PIPE)
    try:
        for _ in range(2):
            proxy = Proxy(binary, data, '--lab')
            proxy.curl('https://good.lab.test/')
            assert json.loads(watch.stdout.readline()) == proxy.record()
            assert proxy.stop() == 0
        for file in data.glob('flows.db*'):
            file.unlink()
        proxy = Proxy(binary, data, '--lab')
        proxy.curl('https://good.lab.test/')
        assert json.loads(watch.stdout.readline()) == proxy.record(), 'a new file is begun'
        assert proxy.stop() == 0
    finally:
        watch.kill()
        watch.wait()
        watch.stdout.close()


def test_prune_drops_now_and_the_proxy_goes_on(binary, proxy):
    proxy.curl('https://good.lab.test/')
    until(lambda: kept(binary, proxy.data))
    assert flows(binary, proxy.data, '--prune', '1') == '' and len(kept(binary, proxy.data)) == 1
    flows(binary, proxy.data, '--prune', '0')
    assert kept(binary, proxy.data) == []
    proxy.curl('https://good.lab.test/')
    until(lambda: kept(binary, proxy.data, '~d good.lab.test'))
