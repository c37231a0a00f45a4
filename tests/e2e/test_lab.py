"""A newcomer tries every name of the lab with curl: the record names the listed cause."""

import json
import subprocess

import pytest

from proxy import top_cause


def test_each_lab_host_yields_its_own_cause(shared_proxy, entries):
    wrong = []
    for entry in entries:
        shared_proxy.curl(entry["url"], "-o", "/dev/null")
        flow = shared_proxy.record(entry["host"])
        if top_cause(flow) != entry["cause"]:
            wrong.append((entry["host"], entry["cause"], [(d["cause"], d["confidence"]) for d in flow["diagnosis"]]))
    assert wrong == []


def test_a_good_site_answers_200_and_leaves_no_diagnosis(shared_proxy):
    done = shared_proxy.curl("https://good.lab.test/", "-o", "/dev/null", "-w", "%{http_code}")
    assert done.stdout == b"200"
    flow = shared_proxy.record("good.lab.test")
    assert flow["diagnosis"] == []
    assert flow["decision"] == {"action": "intercept", "by": "default", "answer": "relay"}
    assert flow["server_leg"]["verdict"]["verdict"] == "accept"
    assert flow["exchanges"][0]["status"] == 200


def test_a_refused_site_shows_the_reason_page_as_502(shared_proxy):
    done = shared_proxy.curl("https://cert-expired-leaf.lab.test/", "-i", "--suppress-connect-headers")
    page = done.stdout.decode()
    assert page.startswith("HTTP/1.1 502")
    assert "cert-expired-leaf" in page
    assert "<script" not in page
    flow = shared_proxy.record("cert-expired-leaf.lab.test")
    assert flow["decision"]["answer"] == "page"
    assert flow["server_leg"]["verdict"]["osstatus"] == -67818


def test_plain_http_is_proxied(shared_proxy):
    done = shared_proxy.curl("http://whytls.test/whytls.pem")
    assert b"BEGIN CERTIFICATE" in done.stdout


def test_the_clock_becomes_right_when_unrelated_sites_agree(proxy):
    for host in ("good.lab.test", "good.lab-two.test", "good.lab-three.test", "good.lab-four.test"):
        proxy.curl(f"https://{host}/", "-o", "/dev/null")
        proxy.record(host)
    proxy.curl("https://cert-expired-leaf.lab.test/", "-o", "/dev/null")
    flow = proxy.record("cert-expired-leaf.lab.test")
    assert (flow["diagnosis"][0]["cause"], flow["diagnosis"][0]["confidence"]) == ("cert-expired-leaf", "certain")


def test_the_list_is_readable_by_people_too(binary):
    listed = subprocess.run([binary, "lab", "--list"], check=True, capture_output=True).stdout.decode()
    assert "cert-expired-leaf.lab.test" in listed


def test_a_client_that_reads_no_pages_gets_an_alert(shared_proxy):
    done = shared_proxy.curl("https://good.lab.test:993/", "--no-alpn")
    assert done.returncode != 0 and b"access denied" in done.stderr
    flow = shared_proxy.record("good.lab.test")
    assert flow["decision"]["answer"] == "alert"
    assert (flow["client_leg"]["alert"]["from"], flow["client_leg"]["alert"]["number"]) == ("server", 49)
