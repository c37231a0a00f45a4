"""Every entry of the lab, by the client that it calls for: the record names the listed cause."""

import subprocess

from drive import drive, summary


def test_each_entry_of_the_lab_yields_its_own_cause(binary, entries, tmp_path):
    results, code = drive(binary, str(tmp_path / "data"), entries)
    told = summary(results)
    wrong = [(one.entry["cause"], one.found) for one in results if one.place != 1]
    assert code == 0
    assert told["first"] >= 97 and told["in_two"] == 100, wrong
    assert told["wrong_certain"] == 0 and told["healthy_wrong"] == 0, wrong
    assert told["causes"] >= 120


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
