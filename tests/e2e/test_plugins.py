"""C plugins as people meet them: listed, tried out, built outside of this tree, at work in a proxy, and misbehaving in one."""

import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import time

import pytest

from proxy import WAIT_S, Proxy, ended_well

TREE = pathlib.Path(__file__).resolve().parents[2]
HEADER = TREE / "plugins" / "include"
PLUGIN = """
#include <stdlib.h>
#include <unistd.h>
#include <whytls/plugin.h>
static void on_hello(const struct whytls_call *c)
{
    (void)c;
    %s
}
static const struct whytls_hook hooks[] = {{WHYTLS_AT_HELLO, NULL, on_hello}, {0}};
const struct whytls_plugin whytls_plugin = {WHYTLS_HEAD, .name = "%s", .version = "1", .about = "Made by a test.", .hooks = hooks};
"""
COUNTRY_RULE = """
rule {
    name     = "by-country",
    about    = "Refuses sites in the listed countries.",
    notes    = { ["country"] = "medium" },
    needs    = { "geo.country" },
    may      = { "refuse" },
    settings = { countries = { kind = "words", default = { "JP" }, about = "ISO 3166 codes" } },
    wakes_on = { judged = { has = "geo.country" } },
    judged   = function(flow)
        if not flow.settings.countries:has(flow.fact["geo.country"]) then return end
        flow:note "country"
        flow:decide("refuse", { why = "blocked by country" })
    end,
}
"""
COUNTRY_TEXTS = 'return { ["country"] = "{target.host} is in {geo.country}." }\n'


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A user's folder of configuration, of his own."""
    folder = tmp_path / "config"
    (folder / "whytls" / "plugins").mkdir(parents=True)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    return folder / "whytls"


def whytls(binary, *arguments, code=0):
    done = subprocess.run([binary, *arguments], capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done


def build(folder, name, act):
    source, plugin = folder / f"{name}.c", folder / f"{name}.so"
    source.write_text(PLUGIN % (act, name))
    subprocess.run(["cc", "-shared", "-fPIC", "-fvisibility=hidden", f"-I{HEADER}", "-o", plugin, source], check=True)
    return str(plugin)


def database(folder, shape="nested", name=None):
    path = folder / (name or f"{shape}.mmdb")
    subprocess.run([sys.executable, "-B", TREE / "tests" / "plugin" / "mmdb.py", shape, "24", path], check=True)
    return str(path)


def country_package(folder):
    package = folder / "rules" / "country-block"
    (package / "texts").mkdir(parents=True)
    (package / "init.lua").write_text(COUNTRY_RULE)
    (package / "texts" / "en.lua").write_text(COUNTRY_TEXTS)
    return str(folder / "rules")


def listed(binary, *options, code=0):
    said = json.loads(whytls(binary, "plugins", "--json", *options, code=code).stdout)
    assert said["v"] == 1
    return {one.get("name", one["file"]): one for one in said["plugins"]}


def test_shipped_plugins_are_listed_with_what_they_may(binary, home):
    plugins = listed(binary)
    assert set(plugins) >= {"geo", "fingerprint", "jsonl"}
    assert plugins["geo"]["can"] == ["provider"]
    assert {fact["name"] for fact in plugins["geo"]["provides"]} >= {"geo.country", "geo.asn", "geo.org"}
    assert plugins["fingerprint"]["state"] == "ready"
    assert plugins["jsonl"]["state"] == "idle" and "no file is named" in plugins["jsonl"]["why"]
    text = whytls(binary, "plugins").stdout
    assert "Country and network of the site" in text


def test_a_plugin_of_the_users_folder_is_taken_and_one_that_others_may_change_is_not(binary, home):
    mine = pathlib.Path(build(home / "plugins", "mine", ";"))
    assert listed(binary)["mine"]["state"] == "ready"
    mine.chmod(0o757)
    refused = listed(binary)[str(mine)]
    assert refused["state"] == "refused" and "writable by everyone" in refused["why"]
    done = whytls(binary, "plugins", "--plugin", str(mine), code=2)
    assert "writable by everyone" in done.stderr


def test_settings_of_plugins_are_checked_before_anything_starts(binary, home):
    for lua, says in [
            ('plugins = {\n  geo = { contry = "/x" },\n}', "config.lua:2: plugin geo has no setting 'contry'; did you mean 'country'?"),
            ('plugins = { goe = { country = "/x" } }', "there is no plugin 'goe'; did you mean 'geo'?"),
            ('plugins = { geo = { country = 7 } }', "'country' is the path of a file"),
            ('plugins = { jsonl = { to = "/nonexistent/flows" } }', "plugin jsonl: /nonexistent/flows: No such file or directory")]:
        (home / "config.lua").write_text(lua)
        assert says in whytls(binary, "plugins", code=2).stderr
        assert says in whytls(binary, "run", "--listen", "127.0.0.1:0", code=2).stderr


def test_a_switched_off_plugin_says_where(binary, home):
    (home / "config.lua").write_text("plugins = { fingerprint = { on = false } }")
    off = listed(binary)["fingerprint"]
    assert off["state"] == "off" and "config.lua:1" in off["why"]


def test_check_names_what_a_plugin_does_in_its_own_process(binary, home, tmp_path):
    assert "works" in whytls(binary, "plugins", "--check", build(tmp_path, "good", ";")).stdout
    crashed = whytls(binary, "plugins", "--check", build(tmp_path, "bad", "*(volatile int *)8 = 1;"), code=1).stdout
    assert "plugin bad crashed at 'hello': a wild pointer" in crashed and "it crashed: " in crashed
    ended = whytls(binary, "plugins", "--check", build(tmp_path, "quits", "_exit(77);"), code=1).stdout
    assert "it ended the process with code 77" in ended
    slow = whytls(binary, "plugins", "--check", build(tmp_path, "slow", "usleep(20000);"), code=1).stdout
    assert "slow took" in slow and "does what it should not" in slow
    assert "it is no plugin" in whytls(binary, "plugins", "--check", "/lib/x86_64-linux-gnu/libm.so.6", code=1).stdout


def test_a_country_rule_sees_the_country_and_sleeps_without_one(binary, home, tmp_path):
    rules = country_package(tmp_path)
    if not listed(binary)["geo"]["settings"][0]["value"]:
        assert "asleep: 'geo.country' comes from plugin:geo: there is no database" in whytls(binary, "rules", "list", "--rules", rules).stdout
    proxy = Proxy(binary, tmp_path / "data", "--lab", "--threads", "2", "--rules", rules,
                  "--geo-db", database(tmp_path), "--geo-db", database(tmp_path, "asn"))
    try:
        proxy.curl("https://good.lab.test/")
        flow = proxy.record("good.lab.test")
    finally:
        ended_well(proxy)
    assert flow["facts"]["geo.country"] == "JP"
    assert flow["facts"]["geo.asn"] == 64517 and flow["facts"]["geo.org"] == "Network 3 Ltd"
    assert flow["decision"]["by"] == "rule:country-block/by-country"
    assert [note for note in flow["notes"] if note["text"] == "good.lab.test is in JP."]


def test_a_broken_database_is_a_word_at_the_start_and_never_a_failure(binary, home, tmp_path):
    broken = tmp_path / "broken.mmdb"
    broken.write_bytes(b"no database")
    proxy = Proxy(binary, tmp_path / "data", "--lab", "--threads", "1", "--geo-db", str(broken))
    try:
        assert proxy.curl("https://good.lab.test/").returncode == 0
        assert "geo.country" not in proxy.record("good.lab.test").get("facts", {})
    finally:
        ended_well(proxy)
    assert any("plugin geo is idle" in line and "invalid metadata" in line for line in proxy.stderr)


def test_a_database_is_replaced_by_rename_while_the_proxy_runs(binary, home, tmp_path):
    path = database(tmp_path, name="dbip-country.mmdb")
    proxy = Proxy(binary, tmp_path / "data", "--lab", "--threads", "2", "--geo-db", path)

    def country():
        proxy.curl("https://good.lab.test/")
        return proxy.record("good.lab.test")["facts"].get("geo.country")

    try:
        assert country() == "JP"
        other = TREE / "tests" / "plugin" / "mmdb.py"
        text = other.read_text().replace("('127.0.0.0/8', 3)", "('127.0.0.0/8', 9)")
        changed = tmp_path / "mmdb.py"
        changed.write_text(text)
        subprocess.run([sys.executable, "-B", changed, "flat", "28", tmp_path / "new.mmdb"], check=True)
        os.rename(tmp_path / "new.mmdb", path)
        ends = time.monotonic() + WAIT_S
        while country() != "IS" and time.monotonic() < ends:
            pass
        assert country() == "IS"
    finally:
        ended_well(proxy)


def test_who_the_client_is_becomes_facts(binary, home, tmp_path):
    proxy = Proxy(binary, tmp_path / "data", "--lab", "--threads", "1")
    try:
        proxy.curl("https://good.lab.test/")
        facts = proxy.record("good.lab.test")["facts"]
    finally:
        ended_well(proxy)
    assert re.fullmatch("[0-9a-f]{32}", facts["fingerprint.ja3"])
    assert facts["fingerprint.family"] == "openssl"


def test_a_question_goes_by_the_settings_of_the_proxy(binary, home, tmp_path):
    ask = ("explain", "--lab", "good.lab.test", "--json")
    (home / "config.lua").write_text(f'plugins = {{ geo = {{ country = "{database(tmp_path)}" }}, fingerprint = {{ on = false }} }}')
    assert "geo.country" in json.loads(whytls(binary, *ask).stdout)["facts"]
    (home / "config.lua").write_text('plugins = { mine = { x = 1 } }')      # known to a proxy that is given it by --plugin
    done = whytls(binary, *ask)
    assert "there is no plugin 'mine'; so nothing of that file counts here" in done.stderr and json.loads(done.stdout)["diagnosis"] == []


def test_a_sink_gets_every_flow_as_a_line_of_the_log(binary, home, tmp_path):
    to = tmp_path / "flows.jsonl"
    (home / "config.lua").write_text(f'plugins = {{ jsonl = {{ to = "{to}" }} }}')
    proxy = Proxy(binary, tmp_path / "data", "--lab", "--threads", "2")
    flows = []
    try:
        for _ in range(20):
            proxy.curl("https://good.lab.test/")
            flows.append(proxy.record("good.lab.test"))
    finally:
        ended_well(proxy)
    lines = [json.loads(line) for line in to.read_text().splitlines()]
    assert [line for line in lines if line["target"]["host"] == "good.lab.test"] == flows
    assert stat.S_IMODE(to.stat().st_mode) == 0o600


def test_a_plugin_that_crashes_under_traffic_is_named(binary, home, tmp_path):
    proxy = Proxy(binary, tmp_path / "data", "--lab", "--threads", "1", "--plugin", build(tmp_path, "boom", "*(volatile int *)8 = 1;"))
    proxy.curl("https://good.lab.test/")
    assert proxy.process.wait(WAIT_S) != 0
    proxy.stop()
    assert any("plugin boom crashed at 'hello': a wild pointer" in line for line in proxy.stderr)


def test_a_plugin_that_does_not_come_back_is_named_and_ends_the_process(binary, home, tmp_path):
    proxy = Proxy(binary, tmp_path / "data", "--lab", "--threads", "1", "--plugin", build(tmp_path, "stuck", "for (;;) pause();"))
    curl = subprocess.Popen(["curl", "-s", "-x", proxy.url, "--max-time", "30", "https://good.lab.test/"],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert proxy.process.wait(WAIT_S) == 70
    proxy.stop()
    curl.wait()
    said = "".join(proxy.stderr)
    assert "plugin stuck has been at 'hello' for a second" in said
    assert "plugin stuck does not come back" in said


def installed(binary, folder):
    built = pathlib.Path(binary).resolve().parents[1]
    subprocess.run(["cmake", "--install", built, "--prefix", folder], check=True, capture_output=True)
    return folder


def test_a_plugin_is_built_outside_of_the_tree_against_what_is_installed(binary, home, tmp_path):
    prefix, source = installed(binary, tmp_path / "prefix"), tmp_path / "hello"
    shutil.copytree(next(prefix.glob("share/doc/whytls/hello")), source)
    # By CMake's find_package …
    subprocess.run(["cmake", "-S", source, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={prefix}"], check=True, capture_output=True)
    subprocess.run(["cmake", "--build", tmp_path / "build"], check=True, capture_output=True)
    # … and by pkg-config.
    config = next(prefix.glob("lib/**/pkgconfig"))
    flags = subprocess.run(["pkg-config", "--cflags", "whytls"], check=True, capture_output=True, text=True,
                           env={**os.environ, "PKG_CONFIG_PATH": str(config)}).stdout.split()
    by_hand = tmp_path / "by-hand.so"
    subprocess.run(["cc", "-std=c17", "-Wall", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden", *flags, "-o", by_hand, source / "hello.c"], check=True)
    whytls_installed = str(prefix / "bin" / "whytls")
    for plugin in (tmp_path / "build" / "hello.so", by_hand):
        exported = subprocess.run(["nm", "-D", "--defined-only", plugin], check=True, capture_output=True, text=True).stdout.split()
        assert [name for name in exported if "whytls" in name] == ["whytls_plugin"]
        assert "somebody asks for shop.example" in whytls(whytls_installed, "plugins", "--check", str(plugin)).stdout.lower()
    # The installed program finds the installed plugins.
    assert {"geo", "fingerprint", "jsonl"} <= set(listed(whytls_installed))
    proxy = Proxy(binary, tmp_path / "data", "--lab", "--threads", "2", "--plugin", str(by_hand))
    try:
        proxy.curl("https://good.lab.test/")
        notes = proxy.record("good.lab.test")["notes"]
    finally:
        ended_well(proxy)
    assert [note["text"] for note in notes if note["by"] == "plugin:hello"] == ["Somebody asks for good.lab.test."]
    assert [note["code"] for note in notes if note["by"] == "plugin:hello"] == ["hello/hello"]


def test_the_header_stands_alone_in_c_and_cpp(tmp_path):
    source = tmp_path / "alone.c"
    source.write_text("#include <whytls/plugin.h>\n")
    for compiler, standard, language in [("cc", "-std=c17", "c"), ("c++", "-std=c++17", "c++")]:
        subprocess.run([compiler, standard, "-x", language, "-Wall", "-Wextra", "-Werror", "-pedantic", f"-I{HEADER}", "-fsyntax-only", source], check=True)
