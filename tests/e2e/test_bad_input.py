"""What must not disturb anything: each ends in a clear record or a clear one-line error, and the next client is served."""

import os
import socket
import subprocess

import pytest

from proxy import WAIT_S, Proxy, ended_well


def talk(proxy, *pieces):
    """Sends the pieces, then reads to the end."""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=WAIT_S) as s:
        got = b""
        try:
            for piece in pieces:
                s.sendall(piece)
            s.shutdown(socket.SHUT_WR)
            while data := s.recv(65536):
                got += data
        except OSError:
            pass
        return got


def still_serves(proxy):
    done = proxy.curl("https://good.lab.test/", "-o", os.devnull, "-w", "%{http_code}")
    assert done.stdout == b"200"


CONNECT = b"CONNECT good.lab.test:443 HTTP/1.1\r\nHost: good.lab.test:443\r\n\r\n"


@pytest.mark.parametrize("pieces", [
    [b"\x00\xff\xfe garbage \x01\x02" * 100],
    [b"\x16\x03\x01\x02\x00\x01\x00"],
    [CONNECT, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40],
    [CONNECT, b"\x16\x03\x01\x40\x00\x01\x00\xff\xff\x03\x03" + b"\x00" * 16373 + (b"\x16\x03\x01\x40\x00" + b"\x00" * 16384) * 4],
    [b"GET http://good.lab.test/ HTTP/1.1\r\n" + b"X-Long: " + b"a" * 200000 + b"\r\n\r\n"],
    [b"CONNECT :99999 HTTP/1.1\r\n\r\n"],
    [b"CONNECT nowhere.lab.test:443 HTTP/1.1\r\nHost: nowhere.lab.test\r\n\r\n", b"not tls at all"],
    [b"GET http://good.lab.test/ HTTP/1.1\nHost: good.lab.test\n\n"],
], ids=["garbage", "tls-to-the-port", "half-hello", "hello-of-64k", "long-head", "connect-nowhere", "connect-nxdomain", "bare-lf"])
def test_bad_bytes_leave_a_record_and_disturb_nobody(shared_proxy, pieces):
    talk(shared_proxy, *pieces)
    flow = shared_proxy.record()
    assert flow["v"] == 1 and flow["id"]
    still_serves(shared_proxy)
    shared_proxy.record("good.lab.test")


def test_the_proxy_refuses_to_reach_itself(shared_proxy):
    own = shared_proxy.curl(f"http://127.0.0.1:{shared_proxy.port}/", "-w", "%{http_code}")
    assert own.stdout.endswith(b"200") and b"Set up this phone" in own.stdout  # answered here, not asked there
    done = shared_proxy.curl(f"http://localhost:{shared_proxy.port}/", "-w", "%{http_code}")
    assert b"502" in done.stdout
    shared_proxy.record("127.0.0.1")


def one_line_error(binary, *arguments, code=2):
    done = subprocess.run([binary, *arguments], capture_output=True, timeout=WAIT_S, stdin=subprocess.DEVNULL)
    lines = done.stderr.decode().strip().splitlines()
    assert done.returncode == code, done
    assert len(lines) == 1 and lines[0].startswith("whytls: "), lines
    return lines[0]


def test_an_unreadable_log_path_is_named(binary, tmp_path):
    assert "/nowhere/log" in one_line_error(binary, "run", "--listen", "127.0.0.1:0", "--ui", "off", "--data", str(tmp_path), "--log",
                                              "/nowhere/log")


def test_a_busy_port_is_named(binary, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        assert str(port) in one_line_error(binary, "run", "--listen", f"127.0.0.1:{port}", "--ui", "off", "--data", str(tmp_path))


@pytest.mark.parametrize("arguments", [["run", "--lisen", "x"], ["expalin"], ["explain"], ["explain", "/nowhere.pem"], ["run", "--threads", "0"]])
def test_a_typing_error_is_one_line(binary, arguments):
    one_line_error(binary, *arguments)


def test_a_rule_with_an_error_or_an_endless_loop_harms_nothing(binary, tmp_path):
    rules = tmp_path / "rules"
    for name, text in {
        "broken": "rule { name = ",
        "endless": 'rule { name = "loop", about = "never ends", wakes_on = { judged = "always" },\n'
                   '    judged = function(flow) while true do pcall(function() while true do end end) end end }\n',
    }.items():
        (rules / name).mkdir(parents=True)
        (rules / name / "init.lua").write_text(text)
    proxy = Proxy(binary, tmp_path / "data", "--lab", "--threads", "1", "--rules", str(rules))
    try:
        assert any("broken" in line for line in proxy.stderr)
        for _ in range(7):
            still_serves(proxy)
            flow = proxy.record("good.lab.test")
            assert flow["diagnosis"] == [] and flow["server_leg"]["verdict"]["verdict"] == "accept"
        assert any("endless/loop" in line for line in proxy.stderr)
    finally:
        ended_well(proxy)
