"""The kept connections when the disk fails or the file breaks: traffic goes on, and one line says so."""
import json
import os
import random
import shutil
import sqlite3
import subprocess
import threading

import pytest

from kept import kept
from proxy import WAIT_S, Proxy, load, until

OLD = 3000  # three transactions of a prune


def told(proxy, words):
    return [line for line in proxy.stderr if words in line]


def works(proxy):
    return proxy.curl('https://good.lab.test/', '-o', os.devnull, '-w', '%{http_code}').stdout == b'200'


def test_another_process_holds_the_file(binary, proxy):
    assert works(proxy)
    until(lambda: kept(binary, proxy.data))
    other = sqlite3.connect(os.path.join(proxy.data, 'flows.db'), isolation_level=None)
    other.execute('BEGIN EXCLUSIVE')
    assert works(proxy)
    until(lambda: told(proxy, 'not kept until it works again'))
    assert works(proxy)
    other.execute('ROLLBACK')
    other.close()
    until(lambda: works(proxy) and told(proxy, 'kept again; not kept: '))
    assert len(told(proxy, 'not kept until it works again')) == 1, 'one line each'


def test_a_page_is_broken(binary, tmp_path):
    data = tmp_path / 'data'
    first = Proxy(binary, data, '--lab')
    for _ in range(30):
        assert works(first)
    assert first.stop() == 0
    assert len(kept(binary, data)) == 30
    file = data / 'flows.db'
    bytes_ = bytearray(file.read_bytes())
    for page in range(1, len(bytes_) // 4096):
        if page % 2:
            bytes_[page * 4096:page * 4096 + 512] = random.Random(page).randbytes(512)
    file.write_bytes(bytes_)
    second = Proxy(binary, data, '--lab')
    assert works(second)
    until(lambda: works(second) and told(second, 'moved to'))
    assert works(second)
    until(lambda: kept(binary, data))
    assert second.stop() == 0, ''.join(second.stderr)[-4000:]
    assert len(told(second, 'moved to')) == 1 and list(data.glob('flows.db.broken-*'))


def in_own_mounts(tmp_path, binary, mounts):
    """A program that runs `binary` where `mounts`, lines for sh, hold for it alone."""
    path = tmp_path / 'in-own-mounts'
    path.write_text(f'#!/bin/sh\nexec unshare --mount --propagation private sh -ec \'{mounts}\nexec "$0" "$@"\' {binary} "$@"\n')
    path.chmod(0o755)
    return str(path)


needs_mounts = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which('unshare')
    or subprocess.run(['unshare', '--mount', 'true'], capture_output=True).returncode != 0, reason='it takes root to mount')


def n_kept_inside(proxy, binary, data):
    done = subprocess.run(['nsenter', '-t', str(proxy.process.pid), '-m', binary, 'flows', '--data', str(data), '--json', '-n', '0'],
                          capture_output=True, text=True, timeout=WAIT_S)
    assert done.returncode == 0, done.stderr
    return len(done.stdout.splitlines())


def prepared(binary, tmp_path):
    """A folder with a root and a store, and no proxy on it."""
    data = tmp_path / 'data'
    first = Proxy(binary, data, '--lab')
    first.root()
    assert works(first) and first.stop() == 0
    return data


@needs_mounts
def test_the_disk_is_full_and_has_room_again(binary, tmp_path):
    data = prepared(binary, tmp_path)
    wrapped = in_own_mounts(tmp_path, binary, f'mkdir {tmp_path}/small; mount -t tmpfs -o size=24m none {tmp_path}/small; '
                            f'cp -a {data}/. {tmp_path}/small/; mount --move {tmp_path}/small {data}')
    proxy = Proxy(wrapped, data, '--lab')
    try:
        inside = f'/proc/{proxy.process.pid}/root{data}'
        assert works(proxy)
        until(lambda: n_kept_inside(proxy, binary, data) == 2)
        with open(f'{inside}/ballast', 'wb', buffering=0) as ballast:
            try:
                while True:
                    ballast.write(b'x' * 4096)
            except OSError:
                pass
        until(lambda: works(proxy) and told(proxy, 'not kept until it works again'))
        assert works(proxy)
        os.unlink(f'{inside}/ballast')
        until(lambda: works(proxy) and told(proxy, 'kept again; not kept: '))
        assert len(told(proxy, 'flows.db: database or disk is full')) == 1
        before = n_kept_inside(proxy, binary, data)
        assert works(proxy)
        until(lambda: n_kept_inside(proxy, binary, data) > before)
    finally:
        assert proxy.stop() == 0, ''.join(proxy.stderr)[-4000:]


@needs_mounts
def test_the_file_is_read_only(binary, tmp_path):
    data = prepared(binary, tmp_path)
    wrapped = in_own_mounts(
        tmp_path, binary, f'mount --bind {data}/flows.db {data}/flows.db; mount -o remount,bind,ro {data}/flows.db')
    proxy = Proxy(wrapped, data, '--lab')
    try:
        assert works(proxy) and works(proxy)
        (line,) = told(proxy, 'not kept until it works again')
        assert 'flows.db' in line and 'Read-only file system' in line
    finally:
        assert proxy.stop() == 0, ''.join(proxy.stderr)[-4000:]
    assert len(kept(binary, data)) == 1


def old_copies(flow, n):
    """The record n times, as if of two years ago."""
    return ''.join(json.dumps({**flow, 'id': f'01OLD{i:021}', 'at': '2024-11-21T09:00:00.000Z'}) + '\n' for i in range(n))


def prune_under_load(binary, proxy):
    """What `flows --prune 1` says while three clients ask all the time, and what they were answered."""
    stop, ended = threading.Event(), []
    threads = [threading.Thread(target=load, args=(proxy, stop, ended)) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        until(lambda: ended)
        pruned = subprocess.run([binary, 'flows', '--data', proxy.data, '--prune', '1', '--json'], capture_output=True, text=True,
                                timeout=WAIT_S)
        after = len(ended)
        until(lambda: len(ended) > after + len(threads))
    finally:
        stop.set()
        for thread in threads:
            thread.join(WAIT_S)
    assert pruned.returncode == 0, pruned.stderr
    return json.loads(pruned.stdout), ended


def test_what_is_old_goes_while_traffic_goes_on_and_nothing_new_is_lost(binary, tmp_path):
    data, old = tmp_path / 'data', tmp_path / 'old.jsonl'
    first = Proxy(binary, tmp_path / 'elsewhere', '--lab')
    assert works(first)
    old.write_text(old_copies(first.record('good.lab.test'), OLD))
    assert first.stop() == 0
    added = subprocess.run([binary, 'import', '--data', str(data), str(old)], capture_output=True, text=True)
    assert added.stdout == f'{OLD:,} connections added\n', added.stderr
    proxy = Proxy(binary, data, '--lab', '--threads', '2', '--keep-days', '3650')
    proxy.root()
    try:
        said, ended = prune_under_load(binary, proxy)
    finally:
        code = proxy.stop()
    assert code == 0, ''.join(proxy.stderr)[-4000:]
    assert (said['v'], said['dropped']) == (1, OLD)
    assert not told(proxy, 'not kept') and [codes for codes in ended if codes != ['200'] * 8] == []
    records = []
    while (one := proxy.record_or_none()) is not None:
        records.append(one['id'])
    assert sorted(one['id'] for one in kept(binary, data)) == sorted(records)
