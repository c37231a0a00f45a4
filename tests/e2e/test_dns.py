"""What name servers say: how they fail, and what they advertise of a site; `--resolver` for all of it."""

import json
import subprocess

import pytest

from name_server import HTTPS, REFUSED, SERVFAIL, NameServer, address, https_record
from proxy import WAIT_S, Proxy, ended_well, top_cause
from sites import free_port

ZONE = {
    "here.shop.test": [address("127.0.0.1")],
    "mail-only.shop.test": [],
    "broken.shop.test": SERVFAIL,
    "closed.shop.test": REFUSED,
    "bogus.shop.test": [address("127.0.0.1")],
    "half.shop.test": [address("127.0.0.1"), address("::1")],
    "hinted.shop.test": [address("127.0.0.1"),
                         (HTTPS, https_record(alpn=("h3", "h2"), ech=b"keys", addresses=("192.0.2.1", "2001:db8::1"), target="edge.shop.test"))],
    "garbled.shop.test": [address("127.0.0.1"), (HTTPS, b"\0\1\xc0")],
}


@pytest.fixture(scope="module")
def names():
    with NameServer(ZONE, bogus=("bogus.shop.test",)) as one:
        yield one


@pytest.fixture(scope="module")
def asking(binary, names, tmp_path_factory):
    """A proxy that asks the name server of the tests."""
    one = Proxy(binary, tmp_path_factory.mktemp("dns") / "data", "--threads", "1", "--resolver", names.at)
    yield one
    ended_well(one)


def explain(binary, names, target, *options):
    done = subprocess.run([binary, "explain", target, "--resolver", names.at, "--json", *options], capture_output=True, timeout=WAIT_S)
    return done.returncode, json.loads(done.stdout or b"null"), done.stderr.decode()


@pytest.mark.parametrize("host, error, dns, cause, words", [
    ("nobody.shop.test", "nxdomain", "no-name", "dns-nxdomain", "does not exist"),
    ("mail-only.shop.test", "nxdomain", "no-address", "dns-nxdomain", "has no address"),
    ("broken.shop.test", "servfail", "servfail", "dns-servfail", "no usable answer"),
    ("closed.shop.test", "servfail", "refused", "dns-servfail", "REFUSED"),
    ("bogus.shop.test", "servfail", "bogus", "dnssec-bogus", "DNSSEC"),
])
def test_ways_to_fail_are_told_apart(asking, host, error, dns, cause, words):
    asking.curl(f"https://{host}/")
    flow = asking.record(host)
    assert (flow["dial"]["error"], flow["dial"]["dns"]) == (error, dns)
    assert flow["diagnosis"][0]["confidence"] == "certain" and top_cause(flow) == cause and words in flow["diagnosis"][0]["why"]


def test_a_silent_server_is_one_cause(binary, tmp_path):
    """Silence takes the 5 seconds of a lookup, so it is asked for by itself."""
    with NameServer({"mute.shop.test": None}) as mute:
        code, flow, err = explain(binary, mute, "mute.shop.test")
        assert code == 3, err
        assert flow["dial"]["dns"] == "silent" and top_cause(flow) == "dns-timeout"


def test_no_server_at_all_is_another(binary):
    code, flow, err = explain(binary, type("Nobody", (), {"at": f"127.0.0.1:{free_port()}"}), "here.shop.test")
    assert code == 3, err
    assert flow["dial"]["dns"] == "unreachable" and top_cause(flow) == "dns-timeout"
    assert "no name server listens" in flow["diagnosis"][0]["why"]


def test_what_a_site_advertises_is_in_the_record(asking):
    asking.curl("https://hinted.shop.test/")
    flow = asking.record("hinted.shop.test")
    assert flow["dial"]["hints"] == {"alpn": ["h3", "h2"], "ech": True, "target": "edge.shop.test", "addresses": ["2001:db8::1", "192.0.2.1"]}
    assert any(note["code"] == "dns/h3-and-ech" for note in flow["notes"])


def test_a_garbled_record_advertises_nothing(asking):
    asking.curl("https://garbled.shop.test/")
    flow = asking.record("garbled.shop.test")
    assert "hints" not in flow["dial"] and not flow["notes"]


def test_the_other_family_is_told_of(asking):
    asking.curl(f"https://half.shop.test:{free_port()}/")
    flow = asking.record("half.shop.test")
    assert flow["dial"]["addresses"] == ["::1", "127.0.0.1"] and top_cause(flow) == "tcp-refused"


def test_explain_and_compare_ask_the_same_server(binary, names):
    code, flow, err = explain(binary, names, "bogus.shop.test")
    assert (code, top_cause(flow)) == (3, "dnssec-bogus"), err
    assert ("bogus.shop.test", 1) in names.asked
    done = subprocess.run([binary, "compare", "bogus.shop.test", "nobody.shop.test", "--resolver", names.at, "--json"], capture_output=True,
                          timeout=WAIT_S)
    assert done.returncode == 3 and b"dnssec-bogus" in done.stdout and b"dns-nxdomain" in done.stdout, done.stderr.decode()


@pytest.mark.parametrize("command", [["run"], ["explain", "shop.test"], ["compare", "shop.test", "shop.test"]])
def test_a_name_is_no_resolver(binary, command):
    done = subprocess.run([binary, *command, "--resolver", "dns.shop.test"], capture_output=True, timeout=WAIT_S)
    assert done.returncode == 2 and b"--resolver dns.shop.test: write ADDRESS" in done.stderr
