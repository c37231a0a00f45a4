"""The set-up page as a phone meets it: each step and its failure in headless Chromium, and what it hands out read by others' tools."""

import json
import os
import plistlib
import shutil
import subprocess

import pytest

from browser import CHROME, CHROMIUM, SAFARI, Browser
from proxy import Proxy, causes, ended_well

browses = pytest.mark.skipif(not CHROMIUM or not shutil.which("certutil"), reason="no Chromium or no certutil on this machine")

# One letter a step, as in steps_test.c.
STEPS = "[...document.querySelectorAll('.step')].map(step => step.dataset.state[0]).join('')"
# What a person can read.
TEXT = "document.getElementById('main').innerText"
# A page in which time can be made to pass, and whose clock can be set off.
TIME = """
let passed = 0, off = %d;
const now = performance.now.bind(performance), wall = Date.now.bind(Date);
performance.now = () => now() + passed;
Date.now = () => wall() + off;
window.pass = ms => { passed += ms; };
"""


@pytest.fixture
def phones(tmp_path):
    """Makes browsers, and ends them."""
    made = []

    def make(**how):
        home = tmp_path / f"home{len(made)}"
        home.mkdir()
        made.append(Browser(home, **{"before": TIME % 0, **how}))
        return made[-1]

    yield make
    for one in made:
        one.close()
    assert [complaint for one in made for complaint in one.complaints] == []


def read(phone):
    return phone.value(TEXT) or ""


@browses
def test_a_phone_without_the_root_is_told_which_step_is_missing(proxy, phones):
    phone = phones(proxy=proxy.port)
    phone.go("http://whytls.test/")
    phone.until(STEPS, "ppwll")
    assert "Safari on an iPhone with iOS 26.1" in read(phone)
    assert "Download the profile" in read(phone)
    phone.value("document.getElementById('download').click()")
    phone.until(STEPS, "pppww")
    assert "VPN & Device Management" in read(phone)
    assert "Certificate Trust Settings" in read(phone)
    phone.value("pass(21000)")
    phone.until(STEPS, "pppwf")
    assert "The switch is off." in read(phone)
    assert "This phone is ready" not in read(phone)
    while True:  # the refused test page is evidence for this phone
        flow = proxy.record("whytls.test")
        if flow["client_leg"]:
            break
    assert flow["entry"] == "self"
    assert {"root-not-installed", "root-not-fully-trusted"} & set(causes(flow))
    assert all(one["confidence"] != "certain" for one in flow["diagnosis"])


@browses
def test_a_phone_that_trusts_the_root_is_ready(proxy, phones):
    phone = phones(root=proxy.root(), proxy=proxy.port)
    phone.go(f"{proxy.url}/")  # the proxy's own address, by way of the proxy
    phone.until(STEPS, "ppppp")
    assert "This phone is ready." in read(phone)
    assert "5 of 5 steps done" in read(phone)


@browses
def test_a_phone_becomes_ready_while_the_page_is_open(proxy, phones):
    """The page of one browser turns green by what another of the same phone proves: it asks the proxy, and not itself."""
    page = phones(proxy=proxy.port)
    page.go("http://whytls.test/")
    page.until(STEPS, "ppwll")
    phones(root=proxy.root(), proxy=proxy.port).go("https://any.whytls.test/probe")
    page.until(STEPS + ".startsWith('ppp')")


@browses
@pytest.mark.parametrize("days, words", [(400, "400 days ahead"), (-3, "3 days behind")])
def test_a_clock_that_is_off_is_read_in_the_first_step(proxy, phones, days, words):
    phone = phones(root=proxy.root(), proxy=proxy.port, before=TIME % (days * 86400000))
    phone.go("http://whytls.test/")
    phone.until(STEPS, "fpppp")
    assert "The clock of this phone is off" in read(phone)
    assert words in read(phone)
    assert "Set Automatically" in read(phone)
    assert "This phone is ready" not in read(phone)


@browses
def test_another_browser_is_sent_to_safari(proxy, phones):
    phone = phones(proxy=proxy.port, agent=CHROME)
    phone.go(f"{proxy.url}/")
    phone.until(STEPS, "fplll")
    assert "This page is open in Chrome on an iPhone" in read(phone)
    assert proxy.url + "/" in read(phone)
    assert "Download the profile" in read(phone)  # the name of the step
    assert phone.value("document.getElementById('download').offsetParent") is None


@browses
def test_a_phone_that_goes_round_the_proxy_is_told_why(proxy, phones):
    phone = phones()
    phone.go(f"{proxy.url}/")
    phone.until(STEPS, "pwlll")
    text = read(phone)
    assert "Configure Proxy" in text and "127.0.0.1" in text and str(proxy.port) in text
    phone.value("pass(61000)")
    phone.until(STEPS, "pflll")
    assert "A VPN or Private Relay is on." in read(phone)


@browses
def test_a_page_that_stands_still_stops_asking_until_it_is_told(proxy, phones):
    phone = phones(proxy=proxy.port)
    phone.go("http://whytls.test/")
    phone.until(STEPS, "ppwll")
    phone.value("pass(63000)")
    phone.until("!document.getElementById('paused').hidden")
    phone.value("document.getElementById('again').click()")
    phone.until("document.getElementById('paused').hidden")


@browses
def test_a_proxy_that_is_gone_is_told(binary, tmp_path, phones):
    proxy = Proxy(binary, tmp_path / "data")
    phone = phones()
    phone.go(f"{proxy.url}/")
    phone.until(STEPS, "pwlll")
    ended_well(proxy)
    phone.until("!document.getElementById('lost').hidden")
    phone.complaints.clear()  # the network's own


@browses
def test_the_page_works_without_scripts(proxy, phones):
    """It loads itself anew, with a test page as a picture."""
    phone = phones(root=proxy.root(), proxy=proxy.port, before="", scripts=False)
    proxy.curl(f"http://whytls.test/state.json?t={10 ** 12}", "-A", SAFARI)
    phone.go("http://whytls.test/")
    phone.until(STEPS + ".endsWith('ppp')")


@browses
@pytest.mark.parametrize("width", [320, 390])
def test_nothing_sticks_out_of_a_small_screen(proxy, phones, width):
    phone = phones(proxy=proxy.port, width=width)
    phone.go(f"{proxy.url}/")
    phone.until(STEPS, "ppwll")
    for states in ("waiting", "passed", "failed"):
        phone.value(f"document.querySelectorAll('.step').forEach(step => step.dataset.state = '{states}')")
        assert phone.value("document.documentElement.scrollWidth") <= width


# --- what it hands out ---

def test_the_profile_is_one_that_others_can_read(proxy, tmp_path):
    profile, head = tmp_path / "whytls.mobileconfig", tmp_path / "head"
    again = tmp_path / "again"
    for out in (profile, again):
        proxy.curl("http://whytls.test/whytls.mobileconfig", "-o", out, "-D", head)
    assert "content-type: application/x-apple-aspen-config" in head.read_text().lower()
    assert profile.read_bytes() == again.read_bytes()  # stable identifiers: it replaces itself
    if shutil.which("plistutil"):
        subprocess.run(["plistutil", "-i", profile, "-o", tmp_path / "binary"], check=True)
    plist = plistlib.loads(profile.read_bytes())
    (root,) = plist["PayloadContent"]
    assert root["PayloadType"] == "com.apple.security.root"
    der = subprocess.run(["openssl", "x509", "-in", proxy.root(), "-outform", "DER"], check=True, capture_output=True).stdout
    assert root["PayloadContent"] == der
    served = proxy.curl("http://whytls.test/whytls.cer").stdout
    assert served == der
    assert proxy.curl("http://whytls.test/whytls.pem").stdout == open(proxy.root(), "rb").read()


def test_the_profile_is_signed_by_whom_it_shall_be(binary, tmp_path):
    signer = tmp_path / "signer.pem"
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=Profiles",
                    "-addext", "extendedKeyUsage=emailProtection", "-days", "30", "-keyout", key, "-out", cert], check=True, capture_output=True)
    signer.write_bytes(cert.read_bytes() + key.read_bytes())
    signer.chmod(0o600)
    proxy = Proxy(binary, tmp_path / "data", "--sign-profile", str(signer))
    try:
        signed = proxy.curl("http://whytls.test/whytls.mobileconfig").stdout
    finally:
        ended_well(proxy)
    found = subprocess.run(["openssl", "cms", "-verify", "-inform", "DER", "-CAfile", cert], input=signed, capture_output=True)
    assert found.returncode == 0, found.stderr
    assert plistlib.loads(found.stdout)["PayloadType"] == "Configuration"


def test_a_signer_that_cannot_sign_is_refused_at_the_start(binary, tmp_path):
    signer = tmp_path / "signer.pem"
    signer.write_text("nothing\n")
    signer.chmod(0o600)
    run = subprocess.run([binary, "run", "--listen", "127.0.0.1:0", "--data", tmp_path / "data", "--sign-profile", signer],
                         capture_output=True, timeout=60)
    assert run.returncode == 2
    assert str(signer).encode() in run.stderr


DIRECT = "DIRECT"
PAC_CASES = [
    # (host as the engine hands it over, does it go directly?)
    ("www.example.org", False), ("www.example.org:8443", False), ("WWW.Example.ORG.", False), ("example", False), ("192.0.2.7", False),
    ("192.168.1.5", False), ("192.168.1.5:8080", False), ("2001:db8::7", False), ("[2001:db8::7]:443", False), ("whytls.test", False),
    ("a1.whytls.test", False), ("xn--mnchen-3ya.example", False), ("apple.com.example.org", False), ("www.developer.apple.com", False),
    ("cl6.apple.com", False), ("amp-api-carry.music.apple.com", False), ("mzstatic.com", False), ("toString", False),
    ("hasOwnProperty.apple.com", False), ("", False),
    ("gsa.apple.com", True), ("GSA.apple.com:443", True), ("p42-content.icloud.com", True), ("p-content-eu.icloud.com", True),
    ("p1234-content.icloud.com", True), ("courier.push.apple.com", True), ("1-courier.push.apple.com:5223", True),
    ("amp-api.music.apple.com", True), ("is1-ssl.mzstatic.com", True), ("albert.apple.com.", True), ("init.ess.apple.com", True),
    ("localhost", True), ("localhost:3000", True), ("127.0.0.1", True), ("127.8.8.8:80", True), ("[::1]:8080", True),
]


@pytest.mark.skipif(not shutil.which("node"), reason="no node on this machine")
def test_the_proxy_script_decides_as_the_table_says(proxy, tmp_path):
    assert len(PAC_CASES) >= 30
    script, head = tmp_path / "proxy.pac", tmp_path / "head"
    proxy.curl("http://whytls.test/proxy.pac", "-o", script, "-D", head)
    assert "content-type: application/x-ns-proxy-autoconfig" in head.read_text().lower()
    asks = [("https://" + host + "/a?b=//c", host) for host, _ in PAC_CASES]
    # In a context of its own, as a browser runs it: no function of node's is there.
    program = ("const vm = require('vm'), fs = require('fs'); const c = vm.createContext({});"
               "vm.runInContext(fs.readFileSync(process.argv[1], 'utf8'), c);"
               "console.log(JSON.stringify(JSON.parse(process.argv[2]).map(([u, h]) => c.FindProxyForURL(u, h))))")
    said = json.loads(subprocess.run(["node", "-e", program, script, json.dumps(asks)], check=True, capture_output=True).stdout)
    through = f"PROXY 127.0.0.1:{proxy.port}"
    wrong = [(host, got) for (host, direct), got in zip(PAC_CASES, said) if got != (DIRECT if direct else through)]
    assert wrong == []


def test_what_a_phone_did_is_remembered(proxy):
    proxy.curl("http://whytls.test/whytls.mobileconfig", "-A", SAFARI, "-o", os.devnull)
    proxy.curl("https://a1.whytls.test/probe", "-A", SAFARI, trust=False)
    state = json.loads(proxy.curl("http://whytls.test/state.json?waited=30", "-A", SAFARI).stdout)
    assert [step["state"][0] for step in state["steps"]] == list("wppwf")
    assert proxy.curl("https://a2.whytls.test/probe", "-A", SAFARI).returncode == 0
    state = json.loads(proxy.curl("http://whytls.test/state.json", "-A", SAFARI).stdout)
    assert [step["state"][0] for step in state["steps"]] == list("wpppp")
