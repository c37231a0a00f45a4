"""Somebody feeds `whytls judge` more than fits anywhere: an answer a line, in order, whatever the lines are."""

import base64
import json
import os
import re
import subprocess
import threading

import pytest

from proxy import WAIT_S
from sites import Pki, openssl


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """A case that is accepted, as text, under an id."""
    pki = Pki(tmp_path_factory.mktemp("pki"))
    leaf, root = (base64.b64encode(openssl("x509", "-in", file, "-outform", "DER")).decode()
                  for file in (pki.leaf("site.test")[0], pki.root))

    def make(name, **more):
        return json.dumps({"id": str(name), "policy": "ios", "kind": "tls-server", "hostname": "site.test", "leaf": leaf,
                           "intermediates": [], "anchors": [root], "anchors_are": "custom", **more})
    return make


@pytest.fixture
def judge(binary):
    """The program with its standard input open; a slow one is ended. A sanitizer, where there is one, keeps what was freed."""
    process = subprocess.Popen([binary, "judge"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env={**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=1"})
    late = threading.Timer(WAIT_S, process.kill)
    late.start()
    yield process
    late.cancel()
    process.kill()
    process.communicate()


def say(process, *lines):
    process.stdin.write("".join(line + "\n" for line in lines).encode())
    process.stdin.flush()


def answer(process):
    return json.loads(process.stdout.readline())


def memory_kb(process):
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{process.pid}/status").read())[1])


def test_each_answer_comes_before_the_next_case(judge, case):
    for i in range(3):
        say(judge, case(i))
        assert answer(judge)["id"] == str(i)


def test_a_bad_line_is_answered_and_the_rest_judged(judge, case):
    bad = ["{", "[]", "null", "{\"id\":7}", "\x00", case("a", anchors=["AAAA"]), case("b", verify_time="noon"), case("c", pins=[]),
           case("d", kind="palm-reading"), "{\"id\":\"e\",\"id\":\"e\"}", "[" * 5000, "\xff\xfe"]
    for i, line in enumerate(bad):
        say(judge, line, case(i))
        assert answer(judge)["verdict"] in ("error", "unsupported"), line
        last = answer(judge)
        assert (last["id"], last["verdict"]) == (str(i), "accept")
    judge.stdin.close()
    judge.stdin = None
    assert judge.wait(WAIT_S) == 2
    assert f"line {2 * len(bad) - 1}: " in judge.stderr.read().decode()


def test_memory_does_not_grow_with_the_lines(judge, case):
    reader = []

    def chunk(first, n):
        feeder = threading.Thread(target=say, args=(judge, *(case(i, hostname=f"{i}.test" if i % 7 == 0 else "site.test")
                                                             if i % 11 else f"no case {i}" for i in range(first, first + n))))
        feeder.start()
        for i in range(first, first + n):
            one = answer(judge)
            assert (one["id"], one["verdict"]) == ((None, "error") if i % 11 == 0 else (str(i), "reject" if i % 7 == 0 else "accept"))
        feeder.join()

    errors = threading.Thread(target=lambda: reader.append(judge.stderr.read()))
    errors.start()
    chunk(0, 1000)
    before = memory_kb(judge)
    chunk(1000, 4000)
    assert memory_kb(judge) < before + 8 * 1024
    judge.stdin.close()
    judge.stdin = None
    errors.join()


def test_a_line_that_never_ends_is_cut(judge, case):
    def feed():
        for _ in range(20):
            judge.stdin.write(b"x" * (1 << 20))
        say(judge, "", case("after"))
    feeder = threading.Thread(target=feed)
    feeder.start()
    assert "longer than" in answer(judge)["error"]
    assert answer(judge)["id"] == "after"
    feeder.join()


def test_whoever_stops_reading_ends_it(binary, case, tmp_path):
    file = tmp_path / "cases.jsonl"
    file.write_text((case("one") + "\n") * 2000)
    read, write = os.pipe()
    process = subprocess.Popen([binary, "judge", str(file)], stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    os.read(read, 100)
    os.close(read)
    _, stderr = process.communicate(timeout=WAIT_S)
    assert process.returncode == 2
    assert len(stderr.decode().splitlines()) == 1 and "standard output" in stderr.decode()
