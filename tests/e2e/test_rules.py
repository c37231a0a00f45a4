"""The rules of a running proxy: its configuration, reloads under traffic, what they remember, recorded logs."""
import concurrent.futures
import json
import os
import re
import signal
import sqlite3
import subprocess

import pytest

from proxy import WAIT_S, Proxy, ended_well, until

RULE = '''rule { name = "x", about = "Notes the generation that it is of.", notes = { n = "info" },
  remembers = { rule = { count = "integer" } }, wakes_on = { hello = "always", finish = "always" },
  hello = function(flow) flow.memory.rule:add("count", 1) flow:note("n", { g = %d, m = "hello", c = flow.memory.rule.count }) end,
  finish = function(flow) flow:note("n", { g = %d, m = "finish" }) end }
'''
WORDS = 'return { n = "generation {$g} at {$m}[, call {$c}]" }\n'


@pytest.fixture
def home(tmp_path):
    package = tmp_path / 'config/whytls/rules/mine'
    (package / 'texts').mkdir(parents=True)
    (package / 'texts/en.lua').write_text(WORDS)
    (package / 'init.lua').write_text(RULE % (0, 0))
    return tmp_path


def environment(home):
    return {'XDG_CONFIG_HOME': str(home / 'config')}


def start(binary, home, *options):
    return Proxy(binary, home / 'data', '--lab', '--threads', '2', *options, env=environment(home))


def generations(flow):
    """By moment, what the rule noted."""
    notes = [n['text'] for n in flow['notes'] if n['code'] == 'mine/n']
    return {found.group(2): int(found.group(1)) for found in (re.match(r'generation (\d+) at (\w+)', text) for text in notes)}


def told(proxy, words):
    return sum(words in line for line in proxy.stderr)


def write(home, generation):
    """As an editor does: a new file in the place of the old one."""
    path = home / 'config/whytls/rules/mine/init.lua'
    path.with_suffix('.new').write_text(RULE % (generation, generation))
    os.replace(path.with_suffix('.new'), path)


@pytest.mark.parametrize('text, wanted', [
    ('threds = 1', "config.lua:1: threds: there is no such setting; did you mean 'threads'?"),
    ('threads = 0', 'config.lua:1: threads: --threads 0: write a number from 1 to 256'),
    ('\n\nrules = {\n["mine/x"] = { oon = true } }', "config.lua:4: rules[\"mine/x\"].oon: no setting 'oon'; did you mean 'on'?"),
    ('rules = { ["mine/y"] = {} }', "there is no such rule; did you mean 'mine/x'?"),
    ('listen = =', 'config.lua:1: unexpected symbol'),
    ('while true do end', 'instructions'),
])
def test_a_mistake_in_the_configuration_ends_the_start(binary, home, text, wanted):
    (home / 'config/whytls/config.lua').write_text(text)
    done = subprocess.run([binary, 'run', '--listen', '127.0.0.1:0', '--data', str(home / 'data')], capture_output=True, text=True,
                          timeout=WAIT_S, env={**os.environ, **environment(home)})
    assert done.returncode == 2 and wanted in done.stderr, done.stderr
    assert 'Waiting' not in done.stderr + done.stdout


def test_the_command_line_goes_before_the_file(binary, home):
    (home / 'config/whytls/config.lua').write_text('listen = "127.0.0.1:1"\nlab = true\nrules = { ["mine/x"] = { on = false } }\n')
    proxy = Proxy(binary, home / 'data', env=environment(home))  # --listen 127.0.0.1:0, and no --lab
    assert proxy.curl('https://good.lab.test/').returncode == 0
    assert generations(proxy.record('good.lab.test')) == {}
    ended_well(proxy)


def test_a_broken_edit_keeps_the_old_rules_and_says_why(binary, home):
    proxy = start(binary, home, '--watch')
    path = home / 'config/whytls/rules/mine/init.lua'
    path.write_text('rule {')
    until(lambda: told(proxy, 'were not reloaded') and told(proxy, 'mine/init.lua:1:'))
    proxy.curl('https://good.lab.test/')
    assert generations(proxy.record('good.lab.test')) == {'hello': 0, 'finish': 0}
    write(home, 7)
    until(lambda: told(proxy, 'the rules were reloaded'))
    proxy.curl('https://good.lab.test/')
    assert generations(proxy.record('good.lab.test')) == {'hello': 7, 'finish': 7}
    (home / 'config/whytls/config.lua').write_text('rules = { ["mine/x"] = { on = 3 } }')
    proxy.process.send_signal(signal.SIGHUP)
    until(lambda: told(proxy, 'rules["mine/x"].on: wants true or false'))
    ended_well(proxy)


def saved(home):
    with sqlite3.connect(home / 'data/whytls.db') as db:
        return [value for (value,) in db.execute("SELECT value FROM rule_memory WHERE key = 'count'")]


def test_what_rules_remember_outlives_a_kill(binary, home):
    proxy = start(binary, home)
    for _ in range(3):
        proxy.curl('https://good.lab.test/')
        last = proxy.record('good.lab.test')
    assert any('call 3' in n['text'] for n in last['notes'])
    until(lambda: saved(home) == [3])
    proxy.process.kill()
    proxy.stop()
    proxy = start(binary, home)
    proxy.curl('https://good.lab.test/')
    assert any('call 4' in n['text'] for n in proxy.record('good.lab.test')['notes'])
    ended_well(proxy)


def test_a_device_is_met_once(binary, home):
    (home / 'config/whytls/rules/mine/init.lua').write_text('''rule { name = "x", about = "a", notes = { n = "info" },
        wakes_on = { device_seen = "always" },
        device_seen = function(flow) flow:note("n", { g = 1, m = flow.client.device.id }) end }''')
    proxy = start(binary, home)
    seen = []
    for _ in range(2):
        proxy.curl('https://good.lab.test/')
        seen.append([n['text'] for n in proxy.record('good.lab.test')['notes'] if n['code'] == 'mine/n'])
    assert len(seen[0]) == 1 and 'at d-' in seen[0][0] and seen[1] == []
    ended_well(proxy)


def rss_kib(proxy):
    with open(f'/proc/{proxy.process.pid}/status', encoding='ascii') as status:
        return int(re.search(r'VmRSS:\s+(\d+)', status.read()).group(1))


RELOADS = int(os.environ.get('WHYTLS_RELOADS', '60'))


def test_reloads_under_traffic_lose_no_flow_and_mix_no_rules(binary, home):
    """WHYTLS_RELOADS=1000 is the whole of it; a build without sanitizers then shows a flat RSS."""
    proxy = start(binary, home)
    done, sent = [], 0
    early = None
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for generation in range(1, RELOADS + 1):
            write(home, generation)
            proxy.process.send_signal(signal.SIGHUP)
            done.append(pool.submit(proxy.curl, 'https://good.lab.test/', '-o', '/dev/null'))
            until(lambda: told(proxy, 'the rules were reloaded') >= generation)
            if generation == max(RELOADS // 5, 1):
                early = rss_kib(proxy)
        sent = sum(one.result().returncode == 0 for one in done)
    flows = [proxy.record('good.lab.test') for _ in done]
    assert sent == len(done) == RELOADS and not told(proxy, 'were not reloaded')
    for flow in flows:
        seen = generations(flow)
        assert set(seen) == {'hello', 'finish'} and seen['hello'] <= seen['finish'], seen
        assert not any(n['code'].startswith('rules/') for n in flow['notes']), flow['notes']
    assert max(generations(flow)['finish'] for flow in flows) >= RELOADS - 4
    grown = rss_kib(proxy) - early
    print(f'{RELOADS} reloads: RSS {early} KiB, then {grown:+} KiB')
    if RELOADS >= 500:
        assert grown < 8 * 1024
    ended_well(proxy)


def rules(binary, home, *words, code=0):
    done = subprocess.run([binary, 'rules', *words], capture_output=True, text=True, timeout=WAIT_S,
                          env={**os.environ, **environment(home)})
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_recorded_log_is_played_again(binary, home):
    proxy = start(binary, home)
    for host in ('cert-expired-leaf', 'good'):
        proxy.curl(f'https://{host}.lab.test/')
    flows = [proxy.record(f'{host}.lab.test') for host in ('cert-expired-leaf', 'good')]
    ended_well(proxy)
    log = home / 'log.jsonl'
    log.write_text('\n'.join(json.dumps(flow) for flow in flows) + '\n')
    said = rules(binary, home, 'run', 'dates', '--on', str(log))
    assert re.search(r'^1  \S+  cert-expired-leaf.lab.test\n    \w+ +cert-expired-leaf \(score 6\)', said), said
    assert '2 connections, 1 spoken of' in said
    assert "did you mean dates/expired" in rules(binary, home, 'run', 'dates/expire', '--on', str(log), code=2)
    log.write_text('{"v":1}\n')
    assert 'log.jsonl:1: it is no record' in rules(binary, home, 'run', 'dates', '--on', str(log), code=2)


def test_specs_play_lines_of_logs_and_real_chains(binary, home):
    spec = home / 'config/whytls/rules/mine/spec'
    spec.mkdir()
    proxy = start(binary, home)
    proxy.curl('https://cert-expired-leaf.lab.test/')
    (spec / 'flows.jsonl').write_text('\n' + json.dumps(proxy.record('cert-expired-leaf.lab.test')) + '\n')
    ended_well(proxy)
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '/dev/null',
                    '-out', spec / 'own.pem', '-subj', '/CN=shop.example', '-days', '30'], check=True, capture_output=True)
    (spec / 'x_spec.lua').write_text('''describe("mine", function()
        it("plays a line of a log", function()
            local flow = play { log = "flows.jsonl:2" }
            expect_equal(flow.data.target.host, "cert-expired-leaf.lab.test")
            expect_equal(flow.data.server_leg.verdict.class, "Expired")
            expect_note(flow, "mine/n")
        end)
        it("asks the real judge about a chain", function()
            local flow = play { pem = "own.pem", roots = "own.pem" }
            expect_equal(flow.data.server_leg.chain.leaf.subject.cn, "shop.example")
            expect_equal(flow.data.server_leg.verdict.verdict, "reject")
        end)
    end)''')
    assert '2 passed' in rules(binary, home, 'test', 'mine')
