#!/usr/bin/env python3
"""The reference in lua/README.md, made from what the program says for `rules fields --markdown`, so that they cannot disagree.

    deploy/guide.py PROGRAM            writes it
    deploy/guide.py --check PROGRAM    exit code 1 when it is out of date
"""
import pathlib
import subprocess
import sys

GUIDE = pathlib.Path(__file__).resolve().parent.parent / 'lua' / 'README.md'
BEGIN, END = '<!-- reference -->\n', '<!-- end of reference -->\n'


def renewed(text, program):
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    tables = subprocess.run([program, 'rules', 'fields', '--markdown'], capture_output=True, text=True, check=True, timeout=60).stdout
    return before + BEGIN + tables + END + after


def main(words):
    check = words[:1] == ['--check']
    if len(words) != 1 + check:
        sys.exit(__doc__)
    text = GUIDE.read_text()
    new = renewed(text, words[-1])
    if check:
        if new != text:
            sys.exit(f'{GUIDE} is out of date: run deploy/guide.py {words[-1]}')
        return
    GUIDE.write_text(new)


if __name__ == '__main__':
    main(sys.argv[1:])
