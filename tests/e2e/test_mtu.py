"""A narrow way: a router whose link is smaller than what both ends believe, and which keeps that to itself. Three network namespaces:
whytls, the router, the site."""

import pytest

from namespaces import Namespaces, made, needs
from proxy import WAIT_S, Proxy, ended_well
from sites import Pki

OURS, SITE = "10.78.1", "10.78.2"
NARROW = 800
N_OTHERS = 180

pytestmark = needs("nft", "curl", "openssl")


class Way(Namespaces):
    """ours -- router -- site"""

    def __init__(self):
        super().__init__("ours", "router", "site")

    def lay(self):
        for end, device, ours, net in (("ours", "near0", "near", OURS), ("site", "far0", "far", SITE)):
            self.join(end, device, "router", ours, [(f"{net}.2", f"{net}.1")])
        self.inside("router", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")

    def narrow(self):
        """What does not fit is dropped, and the word of it, ICMP's "fragmentation needed", is filtered."""
        self.inside("router", "ip", "link", "set", "near", "mtu", str(NARROW))
        self.inside("router", "nft", "add table ip quiet; add chain ip quiet out { type filter hook output priority 0; }; "
                                     "add rule ip quiet out icmp type destination-unreachable drop")

    def tell(self):
        """The same link, and a router that says so: then TCP sends smaller packets (RFC 1191)."""
        self.inside("router", "nft", "delete", "table", "ip", "quiet")


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def way(pki):
    net = Way()
    made(net, net.lay, net.narrow)
    # With the rest of the answer it fills three packets, and a little of a fourth.
    site = net.site("site", "mtu_site.py", *pki.leaf("site.test", others=[f"host-{n:03}.site.test" for n in range(N_OTHERS)]))
    yield net
    net.down(site)


@pytest.fixture(scope="module")
def proxy(binary, way, pki, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mtu")
    proxy = Proxy(way.program("ours", binary, folder), folder / "data", "--threads", "1", "--roots", pki.root,
                  "--resolve", f"site.test:{SITE}.2")
    yield proxy
    ended_well(proxy)


def ask(way, proxy):
    return way.inside("ours", "curl", "-sS", "-x", proxy.url, "--max-time", str(WAIT_S), "--cacert", proxy.root(), "https://site.test/",
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
