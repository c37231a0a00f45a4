"""Every C file of the house looks as .clang-format says. Versions of clang-format disagree in small things, so only Debian 12's
is asked; where it is missing the test says so and is skipped."""
import pathlib
import shutil
import subprocess
import sys

import house

TOOL = 'clang-format-14'
SKIPPED = 77


def main(top):
    if not shutil.which(TOOL):
        print(f'{TOOL} is not installed: skipped')
        return SKIPPED
    files = [str(path) for folder in ('proxy', 'tests') for path in house.files(top / folder) if path.suffix in ('.c', '.h')]
    done = subprocess.run([TOOL, '--dry-run', '-Werror', *files], capture_output=True, text=True, check=False)
    faults = sorted({line.split(':')[0] for line in done.stderr.splitlines() if ': error:' in line})
    for path in faults:
        print(f'{pathlib.Path(path).relative_to(top)}: run {TOOL} -i on it')
    print(f'{len(files)} files looked at, {len(faults)} faults')
    return 1 if faults or done.returncode else 0


if __name__ == '__main__':
    sys.exit(main(house.root()))
