"""Words that belong on somebody's machine or on a list of things to do, and not into the product. Each is written in two parts
below, so that this file is no fault of its own."""
import re

import house

FOLDERS = ('.ci', 'certs', 'deploy', 'lua', 'plugins', 'proxy', 'tests')
WORDS = [
    (r'(?<![\w+/.-])/wo' r'rk/', 'a path of one machine'),
    (r'(?<![\w+/.-])/ro' r'ot/', 'a path of one machine'),
    (r'/tmp/bu' r'ild', 'a path of one machine'),
    (r'shared/des' r'ign', 'a paper that the product does not come with'),
    (r'\bTO' r'DO\b', 'do it, or open an issue'),
    (r'\bFIX' r'ME\b', 'mend it, or open an issue'),
    (r'\bFL' r'UX\b', 'a way around something that is missing'),
    (r'^(<{7}|>{7}) ', 'the mark of a merge'),
]
# The public vectors stand beside a checkout, where there are any.
NEIGHBOUR = (r'\.\./sha' r'red', ('tests/vectors/',))
# Captures and files that programs wrote: what reads like a word there is none.
NOT_READ = ('tests/fuzz/corpus/',)


def files(top):
    for folder in FOLDERS:
        yield from house.files(top / folder)
    yield from (path for path in sorted(top.iterdir())
                if path.is_file() and (path.name.startswith(('README', 'CMake', 'LICENSE')) or path.suffix == '.md'))


def faults_of(name, text):
    rules = WORDS + ([] if name.startswith(NEIGHBOUR[1]) else [(NEIGHBOUR[0], 'only tests/vectors looks there')])
    for number, line in enumerate(text.split('\n'), 1):
        for pattern, why in rules:
            match = re.search(pattern, line)
            if match:
                yield f'{name}:{number}: {match.group(0).strip()}: {why}'


def main():
    top, faults, checked = house.root(), [], 0
    for path in files(top):
        name = path.relative_to(top).as_posix()
        raw = path.read_bytes()
        if name.startswith(NOT_READ) or b'\0' in raw:
            continue
        checked += 1
        faults += faults_of(name, raw.decode('utf-8', 'replace'))
    house.finish(faults, checked, 'files')


main()
