"""What the rules of the house have in common: the tree, its sources as lines of code, and how faults are told."""
import pathlib
import re
import sys

# Comments, texts and characters; `"//"` is a text and no comment, so they are looked for together.
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)

NOT_OURS = {'node_modules', '__pycache__'}


def root():
    """The top of the tree: the first argument, else where this file stands."""
    return pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]).resolve()


def files(folder):
    """Each file of a folder that is ours: not what npm fetched or Python left there."""
    for path in sorted(folder.rglob('*')):
        if path.is_file() and not NOT_OURS & set(path.relative_to(folder).parts):
            yield path


def sources(top, suffixes=('.c', '.h')):
    """Each source under proxy/, and its room."""
    for path in files(top / 'proxy'):
        if path.suffix in suffixes:
            yield path, path.relative_to(top / 'proxy').parts[0]


def code(path):
    """The lines of a source, with comments and texts blanked."""
    text = path.read_text(encoding='utf-8', errors='replace')
    return NOT_CODE.sub(lambda found: re.sub(r'[^\n]', ' ', found.group()), text).split('\n')


def finish(faults, checked, what):
    """Tells the faults and ends; a rule that looked at nothing has not held either."""
    if not checked:
        faults = [*faults, f'no {what} found: is this the top of the tree?']
    for fault in faults:
        print(fault)
    print(f'{checked} {what} looked at, {len(faults)} faults')
    sys.exit(1 if faults else 0)
