"""Every step of the rule writers' guide, as it stands there."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from proxy import WAIT_S, Proxy, ended_well, until

LUA = pathlib.Path(os.environ['WHYTLS_LUA'])
GUIDE = (LUA / 'README.md').read_text()
BLOCK = re.compile(r'^```(sh|lua)(?: (\S+))?\n(.*?)^```$', re.S | re.M)


@pytest.fixture
def desk(binary, tmp_path):
    """A folder for the configuration, and whytls on the path."""
    (tmp_path / 'bin').mkdir()
    (tmp_path / 'bin' / 'whytls').symlink_to(binary)
    shutil.copytree(LUA / 'examples', tmp_path / 'examples')
    return tmp_path


def environment(desk):
    return {**os.environ, 'XDG_CONFIG_HOME': str(desk / 'config'), 'NO_COLOR': '1', 'PATH': f'{desk}/bin:{os.environ["PATH"]}'}


def shell(desk, command, code=0):
    done = subprocess.run(['sh', '-ec', command], cwd=desk, env=environment(desk), capture_output=True, text=True, timeout=WAIT_S)
    assert done.returncode == code, command + done.stdout + done.stderr
    return done.stdout


def run_with_traffic(binary, desk, curl):
    """Step 6: the proxy with the options of the guide but for its port."""
    log = desk / 'flows.jsonl'
    proxy = Proxy(binary, desk / 'data', '--lab', '--watch', '--log', str(log), env=environment(desk))
    try:
        shell(desk, curl.replace('127.0.0.1:8080', f'127.0.0.1:{proxy.port}'))
        until(lambda: log.exists() and 'ends-soon/ends-soon' in log.read_text())
        words = desk / 'config/whytls/rules/ends-soon/texts/en.lua'
        words.write_text(words.read_text().replace('ends in', 'will end in'))
        until(lambda: any('were not reloaded' in line and 'specs failed' in line for line in proxy.stderr))
        words.write_text(words.read_text().replace('will end in', 'ends in'))
        until(lambda: any('the rules were reloaded' in line for line in proxy.stderr))
    finally:
        ended_well(proxy)


def test_every_step_of_the_guide_works(binary, desk):
    steps = [found.groups() for found in BLOCK.finditer(GUIDE)]
    commands = [text for kind, _, text in steps if kind == 'sh']
    curl = next(text for text in commands if text.startswith('curl'))
    ran = []
    for kind, name, text in steps:
        if kind == 'lua':
            path = desk / 'config/whytls' / name
            assert path.parent.is_dir(), f'{name}: the steps before make no such folder'
            path.write_text(text)
        elif text.startswith('whytls run'):
            run_with_traffic(binary, desk, curl)
        elif text != curl:
            ran.append((text, shell(desk, text)))
    told = dict(ran)
    assert '3 passed' in told['whytls rules test ends-soon -v\n']
    assert 'days = 400, by default 14' in told['whytls rules list --changes\n']
    replayed = next(out for text, out in ran if 'rules run' in text)
    assert 'note      ends-soon/ends-soon [medium]  The certificate of good.lab.test ends in' in replayed
    assert 'country-block        5 passed' in ran[-1][1]


def test_a_new_package_comes_with_types_for_editors(desk):
    shell(desk, 'whytls rules new mine')
    meta = (desk / 'config/whytls/rules/mine/meta/whytls.lua').read_text()
    assert meta.startswith('---@meta') and '---@field not_after integer' in meta and '---@field note fun(self: whytls.flow' in meta
    shell(desk, 'whytls rules new mine', code=2)
    shell(desk, 'whytls rules new ../mine', code=2)
