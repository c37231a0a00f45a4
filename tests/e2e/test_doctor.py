"""The doctor's stories: what it says of this computer, and how a newer list is brought."""
import hashlib
import json
import os
import pathlib
import socket
import subprocess

import pytest

WHYTLS = os.environ.get('WHYTLS', 'whytls')
HERE = pathlib.Path(__file__).resolve().parents[2]
LISTS = HERE / 'certs' / 'apple'


def run(*args, env=None, **more):
    return subprocess.run([WHYTLS, *args], capture_output=True, text=True, timeout=60,
                          env={**os.environ, 'LANG': 'C.UTF-8', **(env or {})}, **more)


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / 'data of whytls'
    folder.mkdir(mode=0o700)
    return folder


def findings(data, code=0, **more):
    done = run('doctor', '--json', '--data', str(data), **more)
    assert done.returncode == code, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told['v'] == 1
    return {f['about']: f for f in told['findings']}


def test_it_says_what_the_answers_stand_on(data):
    done = run('doctor', '--data', str(data))
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ('This computer', 'OpenSSL 3.', 'The root', 'not made yet', 'Lists', "156 roots of 16 Oct 2025",
                  '132 logs', '--refresh ct-logs FILE', 'Nothing stops whytls from running.'):
        assert words in done.stdout, done.stdout
    assert done.stderr == ''


def test_each_list_has_source_date_and_age(data):
    told = findings(data)
    for name in ("Apple's roots", 'Removed roots', 'Limited CAs', "Apple's hosts", 'CT logs'):
        table = told[name]['table']
        assert table['source'] and table['release'] and table['date'] and table['path'] is None
        assert (told[name]['state'] == 'warning') == (table['days'] > table['days_most'])


def test_the_root_and_its_key_are_looked_at(data):
    assert run('ca', 'init', '--data', str(data)).returncode == 0
    told = findings(data)
    assert told['Our root']['state'] == 'fine' and told['Test leaf']['state'] == 'fine'
    (data / 'ca' / 'root.key').chmod(0o644)
    told = findings(data, code=1)
    assert told['Our root']['state'] == 'fault' and 'chmod 600' in told['Our root']['text']


def test_a_port_that_is_taken_is_told(data):
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(('127.0.0.1', 8080))
            taken.listen()
        except OSError:
            pass                            # somebody else has it, which is as good
        assert findings(data)['Port']['state'] == 'warning'


def test_a_newer_list_is_taken_and_used(data):
    lists = json.loads((LISTS / 'roots.json').read_text())
    lists['date'] = '2026-11-01'
    lists['version'] = '2026110100'
    newer = data / 'newer.json'
    newer.write_text(json.dumps(lists))
    done = run('doctor', '--refresh', 'roots', str(newer), '--data', str(data), '--sha256',
               hashlib.sha256(newer.read_bytes()).hexdigest())
    assert done.returncode == 0, done.stderr
    table = findings(data)["Apple's roots"]['table']
    assert table['version'] == '2026110100' and table['path'] == str(data / 'data' / 'roots.json')
    # and the older one does not come back
    done = run('doctor', '--refresh', 'roots', str(LISTS / 'roots.json'), '--data', str(data))
    assert done.returncode == 2 and 'newer' in done.stderr and done.stderr.count('\n') == 1


@pytest.mark.parametrize('args, words', [
    (('roots', '/'), 'a folder, not a file'),
    (('roots', '/nowhere'), 'No such file'),
    (('roots', '/dev/zero'), 'larger than'),
    (('roots', __file__), 'line 1'),
    (('apple-roots', __file__), 'neither PEM nor DER'),
    (('rots', __file__), 'did you mean roots'),
    (('roots',), 'wants one FILE'),
    (('roots', str(LISTS / 'removed.json')), 'its "table" is not "roots"'),
])
def test_what_is_no_list_is_answered_in_one_line(data, args, words):
    done = run('doctor', '--refresh', *args, '--data', str(data))
    assert done.returncode == 2 and words in done.stderr and done.stderr.count('\n') == 1, done.stderr
    assert not (data / 'data' / 'roots.json').exists()


def test_apples_bundle_is_this_computers_when_it_says_so(data):
    """The system's own roots, which Apple's list has most of, may be handed in as Apple's bundle."""
    bundle = '/etc/ssl/certs/ca-certificates.crt'
    done = run('doctor', '--refresh', 'apple-roots', bundle, '--data', str(data), '--json')
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told['rows'] > 50 and told['path'].endswith('apple-roots.pem') and told['date'] is None


def test_a_spoilt_list_stops_the_answers_and_is_named(data):
    folder = data / 'data'
    folder.mkdir()
    (folder / 'limits.json').write_text('{"table": "limits"')
    told = findings(data, code=1)
    assert told['Limited CAs']['state'] == 'fault' and 'limits.json' in told['Limited CAs']['text']
    done = run('run', '--data', str(data), '--listen', '127.0.0.1:0')
    assert done.returncode == 2 and 'limits.json' in done.stderr and done.stderr.count('\n') == 1
