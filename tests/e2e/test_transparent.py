"""A gateway between a phone and a site, each in a network namespace of its own: the phone knows of no proxy."""

import os
import sys

import pytest

from namespaces import HERE, Namespaces, made, needs
from proxy import WAIT_S, Proxy, causes, ended_well
from sites import Pki

NFTABLES = os.path.join(HERE, "..", "..", "deploy", "nftables")
LAN, WAN = "10.77.1", "10.77.2"
SITE = {4: f"{WAN}.2", 6: "fd77:2::2"}
GATEWAY = {4: f"{LAN}.1", 6: "fd77:1::1"}

pytestmark = needs("nft", "sysctl", "curl", "openssl")


class Network(Namespaces):
    """phone -- gateway -- site"""

    def __init__(self):
        super().__init__("phone", "gateway", "site")

    def lay(self):
        self.join("phone", "lan0", "gateway", "lan", [(f"{LAN}.2", GATEWAY[4]), ("fd77:1::2", GATEWAY[6])])
        self.join("site", "wan0", "gateway", "wan", [(SITE[4], f"{WAN}.1"), (SITE[6], "fd77:2::1")])


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def network(pki):
    net = Network()
    made(net, net.lay)
    site = net.site("site", "gateway_site.py", *pki.leaf("site.test"))
    yield net
    net.down(site)


@pytest.fixture(scope="module", params=["transparent", "tproxy"])
def gateway(request, binary, network, pki, tmp_path_factory):
    """whytls on the gateway, and the rules that turn the phone's connections to it; taken down and looked over at the end."""
    before = state(network)
    how, folder = request.param, tmp_path_factory.mktemp("gateway")
    network.inside("gateway", f"{NFTABLES}/up.sh", "--from", "lan", *(["--tproxy"] if how == "tproxy" else []))
    proxy = Proxy(network.program("gateway", binary, folder), folder / "data", "--threads", "2", "--roots", pki.root, "--listen", f"{LAN}.1:8080",
                  f"--{how}", "0.0.0.0:8443", f"--{how}", "[::]:8443")
    proxy.how = how
    yield proxy
    ended_well(proxy)
    network.inside("gateway", f"{NFTABLES}/down.sh")
    assert state(network) == before, "the take-down leaves something behind"


def state(net):
    """Everything that the scripts may touch, without the routes that the kernel makes and drops by itself."""
    look = (("nft", "list", "ruleset"), ("ip", "-4", "rule"), ("ip", "-6", "rule"), ("ip", "-4", "route", "show", "table", "all"),
            ("ip", "-6", "route", "show", "table", "all"), ("sysctl", "net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"))
    return [sorted(line for line in net.inside("gateway", *one).stdout.splitlines() if b"proto kernel" not in line) for one in look]


def curl(net, gateway, family, url, *options, check=True, trust=None):
    address = f"[{SITE[6]}]" if family == 6 else SITE[4]
    return net.inside("phone", "curl", "-sS", "--max-time", str(WAIT_S), "--cacert", trust or gateway.root(),
                      "--resolve", f"site.test:443:{address}", "--resolve", f"site.test:80:{address}",
                      "--resolve", f"other.test:443:{address}", *options, url, check=check)


@pytest.mark.parametrize("family", [4, 6])
def test_https_is_opened_and_dialled_where_the_phone_was_going(gateway, network, family):
    done = curl(network, gateway, family, "https://site.test/a")
    assert done.stdout == b"https speaks for /a\n"
    flow = gateway.record("site.test")
    assert flow["entry"] == "transparent"
    assert flow["target"]["learnt"] == "sni" and flow["target"]["port"] == 443
    assert flow["server_leg"]["address"] == SITE[family]
    assert flow["server_leg"]["verdict"]["verdict"] == "accept"
    assert flow["client"]["ip"] == ("fd77:1::2" if family == 6 else f"{LAN}.2")
    assert [one["url"] for one in flow["exchanges"]] == ["https://site.test/a"]
    assert flow["diagnosis"] == []


@pytest.mark.parametrize("family", [4, 6])
def test_plain_http_is_known_by_its_host(gateway, network, family):
    assert curl(network, gateway, family, "http://site.test/b").stdout == b"http speaks for /b\n"
    flow = gateway.record("site.test")
    assert (flow["entry"], flow["target"]["learnt"], flow["server_leg"]["address"]) == ("transparent", "url", SITE[family])
    assert [one["url"] for one in flow["exchanges"]] == ["http://site.test/b"]


def test_a_name_that_the_certificate_lacks_is_told(gateway, network):
    done = curl(network, gateway, 4, "https://other.test/", check=False)
    assert done.returncode == 0 and b"other.test" in done.stdout
    assert "name-mismatch" in causes(gateway.record("other.test"), 3)


def test_a_phone_without_our_root_is_recorded_as_such(gateway, network, pki):
    assert curl(network, gateway, 4, "https://site.test/", check=False, trust=pki.root).returncode == 60
    flow = gateway.record("site.test")
    assert flow["entry"] == "transparent" and flow["client_leg"]["alert"]["name"] == "unknown_ca"


@pytest.mark.parametrize("family", [4, 6])
def test_imap_in_tls_passes(gateway, network, family):
    address = f"[{SITE[6]}]:993" if family == 6 else f"{SITE[4]}:993"
    done = network.inside("phone", "openssl", "s_client", "-quiet", "-connect", address, "-servername", "site.test", "-CAfile",
                          gateway.root(), "-verify_return_error", input=b"a LOGOUT\r\n")
    assert b"imap speaks" in done.stdout and b"a OK bye" in done.stdout
    flow = gateway.record("site.test")
    assert (flow["entry"], flow["target"]["port"]) == ("transparent", 993)


@pytest.mark.parametrize("family", [4, 6])
def test_submission_is_opened_where_it_turns_into_tls(gateway, network, family):
    address = f"[{SITE[6]}]:587" if family == 6 else f"{SITE[4]}:587"
    done = network.inside("phone", "openssl", "s_client", "-quiet", "-starttls", "smtp", "-connect", address, "-servername",
                          "site.test", "-CAfile", gateway.root(), "-verify_return_error", input=b"EHLO phone\r\nQUIT\r\n")
    assert b"smtp speaks" in done.stdout
    flow = gateway.record()
    assert (flow["entry"], flow["target"]["host"], flow["target"]["port"]) == ("transparent", "site.test", 587)
    assert flow["server_leg"]["address"] == SITE[family]
    assert flow["mail"]["protocol"] == "submission" and flow["mail"]["starttls"] == "offered"
    assert flow["client_leg"]["version"] == "TLSv1.3"


def test_the_gateway_itself_is_refused_and_told(gateway, network):
    done = network.inside("phone", "curl", "-sSk", "--max-time", str(WAIT_S), f"https://{GATEWAY[4]}:8443/", check=False)
    assert done.returncode != 0
    flow = gateway.record()
    assert [note["code"] for note in flow["notes"]] == ["relay/loop"]
    assert "server_leg" not in flow or flow["server_leg"] is None
    page = network.inside("phone", "curl", "-sS", "--max-time", str(WAIT_S), f"http://{GATEWAY[4]}:8443/")
    assert b"Set up this phone" in page.stdout
    assert gateway.record()["entry"] == "self"


def test_our_own_connections_turned_back_to_us_end_there(gateway, network):
    if gateway.how == "tproxy":
        pytest.skip("tproxy turns nothing that this machine sends")
    rules = 'table inet mistake { chain out { type nat hook output priority -100; policy accept; tcp dport 443 redirect to :8443; }; }\n'
    network.inside("gateway", "nft", "-f", "-", input=rules.encode())
    try:
        done = network.inside("gateway", "curl", "-sSk", "--max-time", str(WAIT_S), f"https://{SITE[4]}/", check=False)
    finally:
        network.inside("gateway", "nft", "delete", "table", "inet", "mistake")
    assert b"https speaks" not in done.stdout
    flows = [gateway.record(), gateway.record()]
    assert "relay/loop" in [note["code"] for flow in flows for note in flow["notes"]]


QUIC = """
import socket, sys, time
best = 9.0
for attempt in range(3):
    s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
    s.connect((sys.argv[1], 443))
    s.settimeout(5)
    began = time.monotonic()
    s.send(b"\\xc0\\0\\0\\0\\1" + bytes(1195))
    try:
        s.recv(1)
        sys.exit("an answer came")
    except ConnectionRefusedError:
        best = min(best, time.monotonic() - began)
print(best)
"""


@pytest.mark.parametrize("family", [4, 6])
def test_quic_is_refused_at_once(gateway, network, family):
    took = network.inside("phone", sys.executable, "-c", QUIC, SITE[family]).stdout
    assert float(took) < 0.05
    counted = network.inside("gateway", "nft", "list", "counter", "inet", "whytls", "quic").stdout.split()
    assert int(counted[counted.index(b"packets") + 1]) >= 3
    assert curl(network, gateway, family, "https://site.test/").returncode == 0
    flow = gateway.record("site.test")
    assert flow["client"]["quic"] == "refused" and 0 <= flow["client"]["quic_ago"] <= 10000
    assert "presence/quic-refused" in [note["code"] for note in flow["notes"]]
    assert flow["diagnosis"] == []


def test_an_app_that_does_not_use_the_proxy_of_its_device_is_told(gateway, network):
    curl(network, gateway, 4, "https://site.test/", "-x", f"http://{LAN}.1:8080", "--connect-to", f"site.test:443:{SITE[4]}:443")
    assert gateway.record()["entry"] == "connect"
    curl(network, gateway, 4, "https://site.test/")
    flow = gateway.record("site.test")
    assert (flow["entry"], causes(flow, 1)) == ("transparent", ["app-bypasses-proxy"])
    curl(network, gateway, 4, "https://site.test/")
    assert gateway.record("site.test")["diagnosis"] == []
