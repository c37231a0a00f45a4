"""The kept connections when the proxy is killed in the middle of its work. It measures a second: nothing else runs beside it."""
import random
import signal
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from proxy import WAIT_S, Proxy, load

FOLDERS, KILLS = 2, 25  # so many kills in each, at the same time


def killed_under_load(binary, data, after_s):
    """A proxy at work, killed: the ids that it had told a second before and does not hold, how many it had told, and its answers."""
    proxy = Proxy(binary, data, '--lab', '--threads', '2')
    stop, ended, records = threading.Event(), [], []

    def listen():
        while (flow := proxy.record_or_none()) is not None:
            records.append((time.monotonic(), flow['id']))

    threads = [threading.Thread(target=load, args=(proxy, stop, ended)), threading.Thread(target=listen)]
    proxy.root()
    for thread in threads:
        thread.start()
    time.sleep(after_s)  # no wait for anything: the kill comes at a moment of its own
    stop.set()
    killed = time.monotonic()
    proxy.process.send_signal(signal.SIGKILL)
    proxy.stop()
    for thread in threads:
        thread.join(WAIT_S)
    with sqlite3.connect(data / 'flows.db') as db:
        there = {id_ for (id_,) in db.execute('SELECT id FROM flow')}
    told = [id_ for at, id_ in records if at < killed - 1]
    return [id_ for id_ in told if id_ not in there], len(told), ended


def killed_often(binary, data, seed):
    chance = random.Random(seed)
    kills = [killed_under_load(binary, data, 1.2 + chance.random() / 2) for _ in range(KILLS)]
    with sqlite3.connect(data / 'flows.db') as db:
        assert db.execute('PRAGMA integrity_check').fetchone() == ('ok',)
        assert db.execute('SELECT count(*) FROM flow WHERE seq NOT IN (SELECT seq FROM record)').fetchone() == (0,)
    return kills


def test_fifty_kills_under_load_lose_nothing_that_was_told_a_second_before(binary, tmp_path):
    with ThreadPoolExecutor(FOLDERS) as pool:
        jobs = [pool.submit(killed_often, binary, tmp_path / f'data{i}', i) for i in range(FOLDERS)]
    kills = [kill for job in jobs for kill in job.result()]
    assert [missing for missing, _, _ in kills if missing] == []
    assert [codes for _, _, ended in kills for codes in ended if codes != ['200'] * 8] == []
    assert len(kills) == 50 and sum(n for _, n, _ in kills) > len(kills), 'there was a load'
