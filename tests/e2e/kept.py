"""What a store holds, asked of `whytls flows`."""

import json
import subprocess

from proxy import WAIT_S


def flows(binary, data, *words, code=0, columns=80):
    done = subprocess.run([binary, 'flows', '--data', str(data), *words], capture_output=True, text=True, timeout=WAIT_S,
                          env={'LANG': 'C.UTF-8', 'HOME': '/nonexistent', 'COLUMNS': str(columns)})
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 else done.stderr


def kept(binary, data, *words):
    return [json.loads(line) for line in flows(binary, data, '--json', '-n', '0', *words).splitlines()]
