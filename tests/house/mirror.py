"""Each proxy/ROOM/FILE.c has tests/ROOM/FILE_test.c, listed in tests/ROOM/CMakeLists.txt. no_mirror.txt names the exceptions:
one path or pattern a line, a blank, a reason. An exception that no file needs any more is a fault as well, and so is a reason
that names a test which is not there."""
import fnmatch
import pathlib
import re

import house


def read_exceptions(top, path):
    exceptions, faults = {}, []
    for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
        if not line.strip() or line.startswith('#'):
            continue
        pattern, _, reason = line.strip().partition(' ')
        if len(reason.split()) < 3:
            faults.append(f'{path.name}:{number}: {pattern} has no reason')
        faults += [f'{path.name}:{number}: {named} is missing' for named in re.findall(r'tests/[\w/.]*\w', reason)
                   if not (top / named).exists()]
        exceptions[pattern] = reason.strip()
    return exceptions, faults


def is_listed(test, name):
    listed = test.parent / 'CMakeLists.txt'
    return listed.is_file() and re.search(rf'(?<![\w-]){re.escape(name)}(?![\w-])', listed.read_text(encoding='utf-8'))


def fault_of(top, source):
    """What is wrong with the mirror of this source, or None."""
    inside = source.relative_to(top / 'proxy')
    test = top / 'tests' / inside.with_name(inside.stem + '_test.c')
    if not test.is_file():
        return f'proxy/{inside}: {test.relative_to(top)} is missing'
    if not is_listed(test, inside.stem):
        return f'{test.relative_to(top)}: not listed in {test.parent.relative_to(top)}/CMakeLists.txt'
    return None


def main():
    top = house.root()
    exceptions, faults = read_exceptions(top, pathlib.Path(__file__).with_name('no_mirror.txt'))
    used, checked = set(), 0
    for source, _ in house.sources(top, ('.c',)):
        checked += 1
        inside = str(source.relative_to(top / 'proxy'))
        excused_by = [pattern for pattern in exceptions if fnmatch.fnmatchcase(inside, pattern)]
        fault = fault_of(top, source)
        if fault and excused_by:
            used.update(excused_by)
        elif fault:
            faults.append(fault)
    faults += [f'no_mirror.txt: {pattern} excuses no file' for pattern in sorted(set(exceptions) - used)]
    house.finish(faults, checked, 'sources')


main()
