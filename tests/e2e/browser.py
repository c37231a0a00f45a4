"""Headless Chromium as a phone's browser, driven over its debugging pipe (the Chrome DevTools Protocol: JSON, ended by a NUL)."""

import json
import os
import shutil
import subprocess
import threading
import time

from proxy import WAIT_S

CHROMIUM = shutil.which("chromium")
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
SAFARI = IPHONE + "Version/26.1 Mobile/15E148 Safari/604.1"
CHROME = IPHONE + "CriOS/120.0.6099.119 Mobile/15E148 Safari/604.1"
OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync", "--remote-debugging-pipe"]
BEAT_S = 0.05


def home_with(root, home):
    """A home folder; its certificate database trusts this root (a PEM file), as a user would import it."""
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    if root:
        subprocess.run(["certutil", "-d", f"sql:{database}", "-N", "--empty-password"], check=True)
        subprocess.run(["certutil", "-d", f"sql:{database}", "-A", "-t", "C,,", "-n", "whytls", "-i", root], check=True)
    return {**os.environ, "HOME": str(home)}


class Browser:
    """One page of 390 by 844 points. `before` is a script that runs ahead of the page's own."""

    def __init__(self, home, root=None, proxy=None, agent=SAFARI, before="", width=390, scripts=True):
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        through = [f"--proxy-server=127.0.0.1:{proxy}", "--proxy-bypass-list=<-loopback>"] if proxy else ["--no-proxy-server"]
        command = [CHROMIUM, *OPTIONS, *through, f"--user-agent={agent}", f"--user-data-dir={home}/profile", "about:blank"]
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "chromium", *command], pass_fds=(to_read, to_write),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=home_with(root, home))
        os.close(to_read)
        os.close(to_write)
        self._answers, self._news, self._number = {}, threading.Condition(), 0
        self._ended = False
        self.complaints = []  # what the page's policy forbade, and scripts that failed
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        self._open(home, before, width, scripts)

    def _open(self, home, before, width, scripts):
        page = self.call("Target.createTarget", session=False, url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", session=False, targetId=page, flatten=True)["sessionId"]
        self.call("Browser.setDownloadBehavior", session=False, behavior="allow", downloadPath=str(home))
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=844, deviceScaleFactor=3, mobile=True)
        for domain in ("Page", "Runtime", "Log"):
            self.call(domain + ".enable")
        if before:
            self.call("Page.addScriptToEvaluateOnNewDocument", source=before)
        if not scripts:
            self.call("Emulation.setScriptExecutionDisabled", value=True)

    def _listen(self):
        buffer = b""
        while True:
            try:
                more = os.read(self._read, 65536)
            except OSError:
                more = b""
            if not more:
                break
            buffer += more
            *messages, buffer = buffer.split(b"\0")
            for message in messages:
                self._take(json.loads(message))
        with self._news:
            self._ended = True
            self._news.notify_all()

    def _take(self, message):
        method = message.get("method")
        if method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(message["params"]))
        elif method == "Log.entryAdded" and message["params"]["entry"]["source"] in ("security", "javascript"):
            self.complaints.append(message["params"]["entry"]["text"])
        if "id" in message:
            with self._news:
                self._answers[message["id"]] = message
                self._news.notify_all()

    def call(self, method, session=True, **params):
        with self._news:
            self._number += 1
            number = self._number
        message = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        with self._news:
            assert self._news.wait_for(lambda: self._ended or number in self._answers, WAIT_S), method
            answer = self._answers.pop(number)
        assert "error" not in answer, answer
        return answer["result"]

    def go(self, url):
        self.call("Page.navigate", url=url)

    def value(self, script):
        """What the expression gives in the page; None while there is no page to ask."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        return result["result"].get("value")

    def until(self, script, wanted=True):
        """Waits until the expression gives this."""
        end = time.monotonic() + WAIT_S
        seen = None
        while time.monotonic() < end:
            seen = self.value(script)
            if seen == wanted:
                return
            time.sleep(BEAT_S)  # a page tells nobody that it has changed
        raise AssertionError(f"{script} stays {seen!r}, not {wanted!r}; complaints: {self.complaints}")

    def close(self):
        os.close(self._write)
        self._process.kill()
        self._process.wait(WAIT_S)
        self._thread.join(WAIT_S)
        os.close(self._read)
