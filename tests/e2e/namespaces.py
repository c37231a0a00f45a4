"""Network namespaces joined by links: a router between two ends, on one machine. The kernel forgets all of it with them."""

import os
import shutil
import subprocess
import sys
import uuid

import pytest

from proxy import WAIT_S

HERE = os.path.dirname(os.path.abspath(__file__))


def needs(*programs):
    """A mark for tests that cannot do without: root, and these programs."""
    missing = [program for program in ("ip", *programs) if not shutil.which(program)]
    return pytest.mark.skipif(os.geteuid() != 0 or bool(missing), reason=f"needs root, and {' '.join(missing) or 'namespaces'}")


def run(*command, check=True, **options):
    done = subprocess.run(command, capture_output=True, timeout=WAIT_S, **({} if "input" in options else {"stdin": subprocess.DEVNULL}),
                          **options)
    assert not check or done.returncode == 0, (command, done.stdout.decode(), done.stderr.decode())
    return done


class Namespaces:
    """`names` are what the test calls them; on the machine they have names of their own."""

    def __init__(self, *names):
        tag = "w" + uuid.uuid4().hex[:6]
        self._full = {name: f"{tag}{i}" for i, name in enumerate(names)}

    def up(self):
        for name, full in self._full.items():
            run("ip", "netns", "add", full)
            self.inside(name, "ip", "link", "set", "lo", "up")

    def join(self, end, device, router, router_device, addresses):
        """A link, by which the end gets everywhere. `addresses`: of the end and of the router, for each family."""
        run("ip", "link", "add", device, "netns", self._full[end], "type", "veth", "peer", "name", router_device, "netns", self._full[router])
        for place, one, at in ((end, device, 0), (router, router_device, 1)):
            for pair in addresses:
                length = ("/64", "nodad") if ":" in pair[at] else ("/24",)
                self.inside(place, "ip", "address", "add", pair[at] + length[0], "dev", one, *length[1:])
            self.inside(place, "ip", "link", "set", one, "up")
        for _, gateway in addresses:
            self.inside(end, "ip", "-6" if ":" in gateway else "-4", "route", "add", "default", "via", gateway)

    def inside(self, name, *command, **options):
        return run("ip", "netns", "exec", self._full[name], *command, **options)

    def program(self, name, binary, folder):
        """A script that runs the binary in there, for whoever starts it by its path."""
        path = folder / os.path.basename(binary)
        path.write_text(f'#!/bin/sh\nexec ip netns exec {self._full[name]} {binary} "$@"\n', encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    def site(self, name, script, *arguments):
        """A program of ours that says when it is ready, and ends with its standard input."""
        process = subprocess.Popen(["ip", "netns", "exec", self._full[name], sys.executable, "-B", os.path.join(HERE, script), *arguments],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdout.readline() == b"ready\n"
        return process

    def down(self, site=None):
        if site:
            site.stdin.close()
            site.wait(WAIT_S)
            site.stdout.close()
        for full in self._full.values():
            run("ip", "netns", "del", full, check=False)


def made(net, *steps):
    """Takes each step, or skips the test: not every machine lets even root do so."""
    try:
        for step in (net.up, *steps):
            step()
    except AssertionError as why:
        net.down()
        pytest.skip(f"this machine makes no network namespaces: {why}")
