#!/usr/bin/env python3
"""Many kinds of traffic at once through one proxy: do all get through, does it grow, does a sanitizer report, is each connection recorded?

    mixed.py WHYTLS [--seconds N] [--only NAME,NAME]

Each talk is repeated on a thread of its own until the time is up, at least once. At the end the proxy must have ended in order, with one
record for each connection. From two minutes on its memory is judged as well: what it holds in the last third of the time, against the
third before.
"""

import argparse
import json
import re
import signal
import sys
import tempfile
import threading
import time
import traceback

import trouble_talks
import way_talks
import web_talks
from world import World

BEAT_S = 5
JUDGED_FROM_S = 120
GROWTH_MOST = 1.05  # of the mean


class Worker(threading.Thread):
    def __init__(self, talk, world, until):
        super().__init__(name=talk.__name__, daemon=True)
        self.talk, self.world, self.until = talk, world, until
        self.rounds, self.fault = 0, None

    def run(self):
        try:
            while self.rounds == 0 or time.monotonic() < self.until:
                self.talk(self.world)
                self.rounds += 1
        except Exception:
            self.fault = traceback.format_exc()


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) / 1024


def watch(workers, world, begin):
    """The memory, beat by beat, until all have ended."""
    seen = []
    while any(worker.is_alive() for worker in workers):
        for worker in workers:
            if worker.is_alive():
                worker.join(BEAT_S)
                break
        if world.proxy.process.poll() is not None:
            break
        seen.append((time.monotonic() - begin, resident_mib(world.proxy.process.pid)))
    return seen


def grew(seen):
    third = len(seen) // 3
    middle, last = ([mib for _, mib in part] for part in (seen[third:2 * third], seen[2 * third:]))
    before, after = sum(middle) / len(middle), sum(last) / len(last)
    print(f"memory: {before:.0f} MiB in the second third, {after:.0f} MiB in the last")
    return after > before * GROWTH_MOST


def faults_of_log(path, opened):
    """One record a connection, each with an id of its own."""
    ids, n = set(), 0
    with open(path, encoding="utf-8") as log:
        for line in log:
            ids.add(json.loads(line)["id"])
            n += 1
    print(f"connections: {opened}; records: {n}")
    if n != opened or len(ids) != n:
        yield f"{opened} connections, {n} records, {len(ids)} ids"


def faults(workers, seen, seconds, code, world):
    for worker in workers:
        if worker.fault:
            yield f"{worker.name}, round {worker.rounds + 1}:\n{worker.fault}"
    said = "".join(world.proxy.stderr)
    if code != 0 or "Sanitizer" in said or "runtime error" in said:
        yield f"the proxy ended with {code}:\n{said[-8000:]}"
    if seconds >= JUDGED_FROM_S and grew(seen):
        yield "its memory grew"
    yield from faults_of_log(world.log, world.opened)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("whytls")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--only", type=lambda names: names.split(","), help="these talks alone")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))  # the sites are not left behind
    with tempfile.TemporaryDirectory() as folder:
        world = World(options.whytls, folder)
        talks = web_talks.TALKS + way_talks.TALKS + trouble_talks.TALKS + (way_talks.MAIL_TALKS if world.mail else [])
        begin = time.monotonic()
        workers = [Worker(talk, world, begin + options.seconds) for talk in talks if not options.only or talk.__name__ in options.only]
        for worker in workers:
            worker.start()
        try:
            seen = watch(workers, world, begin)
        finally:
            code = world.stop()
        for worker in workers:
            worker.join()
            print(f"{worker.name:24} {worker.rounds:7} rounds")
        for at, mib in seen[::max(1, len(seen) // 12)]:
            print(f"after {at:4.0f} s {mib:6.0f} MiB")
        found = list(faults(workers, seen, options.seconds, code, world))
    print("\n".join(found) or f"{len(workers)} kinds of talk, all is well")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
