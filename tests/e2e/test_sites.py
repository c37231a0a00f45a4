"""A developer's phone app in the shape of curl, the proxy, and real sites behind it: the record names what is wrong with each."""

import os
import socket

import pytest

from proxy import WAIT_S, Proxy, causes, ended_well, top_cause
from sites import Nginx, Pki, SServer, free_port


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def good(pki):
    return pki.leaf("site.test")


@pytest.fixture
def start(binary, pki, tmp_path):
    """Starts the proxy; each test gets its own, so that no test sees another's history."""
    started = []

    def run(*options, host="site.test"):
        started.append(Proxy(binary, tmp_path / f"data{len(started)}", "--threads", "1", "--roots", pki.root,
                             "--resolve", f"{host}:127.0.0.1", *options))
        return started[-1]
    yield run
    for proxy in started:
        ended_well(proxy)


@pytest.fixture
def serve(tmp_path):
    """Starts a site: serve(Nginx, certificate and key, …) or serve(SServer, …)."""
    servers = []

    def run(kind, pair, *options):
        where = [tmp_path / f"nginx{len(servers)}"] if kind is Nginx else []
        servers.append(kind(*where, *pair, *options))
        return servers[-1]
    yield run
    for server in servers:
        server.stop()


def get(proxy, server, host="site.test", *options):
    """The status that curl saw, what it read, and the record."""
    done = proxy.curl(f"https://{host}:{server.port}/", *options, "-w", "\n%{http_code}")
    body, _, status = done.stdout.decode().rpartition("\n")
    return int(status), body, proxy.record(host)


@pytest.mark.parametrize("kind", [Nginx, SServer])
def test_a_healthy_site_is_relayed_and_nothing_is_said(start, serve, good, kind):
    status, body, flow = get(start(), serve(kind, good, *(["ssl_protocols TLSv1.2 TLSv1.3;"] if kind is Nginx else [])))
    assert status == 200 and body
    assert flow["diagnosis"] == [] and flow["decision"]["answer"] == "relay"
    assert flow["server_leg"]["version"] == "TLSv1.3"
    assert flow["server_leg"]["verdict"]["verdict"] == "accept"
    assert flow["exchanges"][0]["status"] == 200


@pytest.mark.parametrize("kind, options", [
    (Nginx, ["ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256;"]), (SServer, ["-tls1_2"]),
])
def test_a_site_with_nothing_newer_than_tls_1_2_is_served(start, serve, good, kind, options):
    status, _, flow = get(start(), serve(kind, good, *options))
    assert status == 200
    assert flow["server_leg"]["version"] == "TLSv1.2"
    assert flow["diagnosis"] == []


def test_several_requests_keep_one_connection_to_nginx(start, serve, good):
    proxy, server = start(), serve(Nginx, good)
    url = f"https://site.test:{server.port}/"
    done = proxy.curl(url + "three", url, url + "two")
    assert done.returncode == 0 and done.stdout.decode().count("nginx speaks") == 3
    flow = proxy.record("site.test")
    assert [one["status"] for one in flow["exchanges"]] == [200, 200, 200]
    assert [one["url"].rpartition("/")[2] for one in flow["exchanges"]] == ["", "two", "three"]


@pytest.mark.parametrize("kind", [Nginx, SServer])
@pytest.mark.parametrize("dates, cause", [((-50, -3), "cert-expired-leaf"), ((3, 50), "cert-not-yet-valid")])
def test_a_certificate_out_of_its_dates_is_named(start, serve, pki, kind, dates, cause):
    pair = pki.leaf("site.test", f"{cause}-{kind.__name__}", *dates)
    status, body, flow = get(start(), serve(kind, pair))
    assert top_cause(flow) == cause
    assert (status, flow["decision"]["answer"]) == (502, "page")
    assert cause in body


# nginx shows its one certificate to whoever asks for whatever name; s_server, with one client at a time, leaves that open.
@pytest.mark.parametrize("kind, cause, shows", [(Nginx, "sni-default-cert", "same"), (SServer, "name-mismatch", "none")])
def test_a_certificate_for_another_name_is_named(start, serve, good, kind, cause, shows):
    status, body, flow = get(start(host="other.test"), serve(kind, good), "other.test")
    assert (status, top_cause(flow), flow["server_leg"]["other_name"]) == (502, cause, shows)
    assert "site.test" in body and "other.test" in body


def test_a_self_signed_certificate_is_named(start, serve, pki):
    status, _, flow = get(start(), serve(Nginx, pki.leaf("site.test", "self", self_signed=True)))
    assert (status, top_cause(flow)) == (502, "self-signed-leaf")


def test_a_root_that_nobody_knows_is_named(start, serve, tmp_path):
    stranger = Pki(tmp_path / "stranger", "Stranger Root")
    leaf, key = stranger.leaf("site.test")
    with open(leaf, "ab") as chain, open(stranger.root, "rb") as root:
        chain.write(root.read())
    status, _, flow = get(start(), serve(Nginx, (leaf, key)))
    assert (status, top_cause(flow)) == (502, "untrusted-root")


@pytest.mark.parametrize("kind, options", [
    (SServer, ["-Verify", "1", "-verify_return_error"]),
    (SServer, ["-Verify", "1", "-verify_return_error", "-tls1_2"]),
])
def test_a_site_that_wants_a_client_certificate_is_named(start, serve, good, kind, options):
    status, _, flow = get(start(), serve(kind, good, *options))
    assert status == 502
    assert flow["server_leg"]["wants_client_certificate"] is True
    assert {"mtls-required", "mtls-through-proxy"} & set(causes(flow))


def test_the_answer_of_nginx_to_a_missing_client_certificate_is_relayed(start, serve, pki, good):
    status, body, flow = get(start(), serve(Nginx, good, f"ssl_client_certificate {pki.root}; ssl_verify_client on;"))
    assert status == 400 and "No required SSL certificate" in body
    assert flow["server_leg"]["wants_client_certificate"] is True
    assert (flow["decision"]["answer"], flow["exchanges"][0]["status"]) == ("relay", 400)


def test_plain_http_on_the_tls_port_is_named(start, serve):
    status, _, flow = get(start(), serve(Nginx, ()))
    assert (status, top_cause(flow)) == (502, "plaintext-on-tls-port")


def test_a_port_where_nobody_listens_is_named(start):
    class Nobody:
        port = free_port()
    status, _, flow = get(start(), Nobody)
    assert (status, top_cause(flow)) == (502, "tcp-refused")
    assert flow["decision"]["answer"] == "page"


def test_ciphers_that_nobody_offers_are_named(start, serve, good):
    status, _, flow = get(start(), serve(SServer, good, "-tls1_2", "-cipher", "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0"))
    assert (status, top_cause(flow)) == (502, "no-shared-cipher")


def test_the_chain_of_the_record_is_what_the_site_sent(start, serve, pki, good, tmp_path):
    both = tmp_path / "both.pem"
    both.write_bytes(b"".join(open(file, "rb").read() for file in (good[0], pki.root)))
    _, _, flow = get(start(), serve(Nginx, (str(both), good[1])))
    assert len(flow["server_leg"]["chain"]) == 2
    assert flow["server_leg"]["verdict"]["path"] == flow["server_leg"]["chain"]


def test_a_client_that_does_not_know_our_root_is_told_from_a_site_that_is_wrong(start, serve, good):
    proxy, server = start(), serve(Nginx, good)
    done = proxy.curl(f"https://site.test:{server.port}/", trust=False)
    assert done.returncode == 60
    flow = proxy.record("site.test")
    assert flow["server_leg"]["verdict"]["verdict"] == "accept"
    assert flow["diagnosis"][0]["leg"] == "client"
    assert flow["client_leg"]["alert"]["from"] == "client"


def test_a_client_that_leaves_in_the_middle_harms_nothing(start, serve, good):
    proxy, server = start(), serve(Nginx, good)
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=WAIT_S) as s:
        s.sendall(f"CONNECT site.test:{server.port} HTTP/1.1\r\nHost: site.test:{server.port}\r\n\r\n".encode())
        assert s.recv(100).startswith(b"HTTP/1.1 200")
    proxy.record("site.test")
    assert get(proxy, server, "site.test", "-o", os.devnull)[0] == 200
