"""A narrow way: a router whose link is smaller than what both ends believe, and which keeps that to itself. Three network namespaces:
whytls, the router, the site."""

import os
import shutil
import subprocess
import sys
import uuid

import pytest

from conftest import ended_well
from proxy import WAIT_S, Proxy
from sites import Pki

HERE = os.path.dirname(os.path.abspath(__file__))
OURS, SITE = "10.78.1", "10.78.2"
NARROW = 800
N_OTHERS = 180

needed = [program for program in ("ip", "nft", "curl", "openssl") if not shutil.which(program)]
pytestmark = pytest.mark.skipif(os.geteuid() != 0 or bool(needed), reason=f"needs root, and {' '.join(needed) or 'namespaces'}")


def run(*command, check=True):
    done = subprocess.run(command, capture_output=True, timeout=WAIT_S, stdin=subprocess.DEVNULL)
    assert not check or done.returncode == 0, (command, done.stdout.decode(), done.stderr.decode())
    return done


def inside(name, *command, check=True):
    return run("ip", "netns", "exec", name, *command, check=check)


class Way:
    """ours -- router -- site; the kernel forgets it all with the namespaces."""

    def __init__(self):
        tag = "wm" + uuid.uuid4().hex[:6]
        self.ours, self.router, self.site = (f"{tag}{part}" for part in ("o", "r", "s"))

    def up(self):
        for name in (self.ours, self.router, self.site):
            run("ip", "netns", "add", name)
            inside(name, "ip", "link", "set", "lo", "up")
        for end, device, ours, net in ((self.ours, "near0", "near", OURS), (self.site, "far0", "far", SITE)):
            run("ip", "link", "add", device, "netns", end, "type", "veth", "peer", "name", ours, "netns", self.router)
            inside(end, "ip", "address", "add", f"{net}.2/24", "dev", device)
            inside(self.router, "ip", "address", "add", f"{net}.1/24", "dev", ours)
            inside(end, "ip", "link", "set", device, "up")
            inside(self.router, "ip", "link", "set", ours, "up")
            inside(end, "ip", "route", "add", "default", "via", f"{net}.1")
        inside(self.router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")

    def narrow(self):
        """What does not fit is dropped, and the word of it, ICMP's "fragmentation needed", is filtered."""
        inside(self.router, "ip", "link", "set", "near", "mtu", str(NARROW))
        inside(self.router, "nft", "add table ip quiet; add chain ip quiet out { type filter hook output priority 0; }; "
                                   "add rule ip quiet out icmp type destination-unreachable drop")

    def tell(self):
        """The same link, and a router that says so: then TCP sends smaller packets (RFC 1191)."""
        inside(self.router, "nft", "delete", "table", "ip", "quiet")

    def down(self):
        for name in (self.ours, self.router, self.site):
            run("ip", "netns", "del", name, check=False)


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def way(pki):
    net = Way()
    try:
        net.up()
        net.narrow()
    except AssertionError as why:
        net.down()
        pytest.skip(f"this machine makes no network namespaces: {why}")
    # With the rest of the answer it fills three packets, and a little of a fourth.
    certificate, key = pki.leaf("site.test", others=[f"host-{n:03}.site.test" for n in range(N_OTHERS)])
    site = subprocess.Popen(["ip", "netns", "exec", net.site, sys.executable, "-B", os.path.join(HERE, "mtu_site.py"), certificate, key],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert site.stdout.readline() == b"ready\n"
    yield net
    site.stdin.close()
    site.wait(WAIT_S)
    site.stdout.close()
    net.down()


@pytest.fixture(scope="module")
def proxy(binary, way, pki, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mtu")
    wrapped = folder / "whytls"
    wrapped.write_text(f'#!/bin/sh\nexec ip netns exec {way.ours} {binary} "$@"\n', encoding="utf-8")
    wrapped.chmod(0o755)
    proxy = Proxy(str(wrapped), folder / "data", "--threads", "1", "--roots", pki.root, "--resolve", f"site.test:{SITE}.2")
    yield proxy
    ended_well(proxy)


def ask(way, proxy):
    return inside(way.ours, "curl", "-sS", "-x", proxy.url, "--max-time", str(WAIT_S), "--cacert", proxy.root(), "https://site.test/",
                  check=False)


def test_large_packets_that_get_lost_are_told_from_a_site_that_hangs(way, proxy):
    said = ask(way, proxy).stdout.decode()
    flow = proxy.record("site.test")
    leg, top = flow["server_leg"], flow["diagnosis"][0]
    assert (leg["symptom"], leg["lost"]) == ("stalled", "received")
    assert (top["cause"], top["confidence"]) == ("handshake-stall-mtu", "likely")
    assert top["title"] == "Large packets get lost on the way" and top["title"] in said


def test_a_router_that_says_how_narrow_its_link_is_costs_nothing(way, proxy):
    way.tell()
    assert ask(way, proxy).stdout == b"hello"
    flow = proxy.record("site.test")
    assert flow["server_leg"]["verdict"]["verdict"] == "accept"
    assert not [one for one in flow["diagnosis"] if one["cause"] == "handshake-stall-mtu"]
