#!/usr/bin/env python3
"""The manual's SYNOPSIS and COMMANDS and the completions of bash and zsh, made from what the program says for --help, so that
they cannot disagree with it.

    deploy/pages.py PROGRAM            writes them
    deploy/pages.py --check PROGRAM    says which are out of date; exit code 1 when one is
"""
import pathlib
import re
import subprocess
import sys

DEPLOY = pathlib.Path(__file__).resolve().parent
OPTION = re.compile(r'^  (?:-(?P<letter>\w), |    )--(?P<name>[a-z0-9-]+)(?: ?(?P<value>[A-Z\[][A-Z:,|@%=\[\]-]*))?  +(?P<about>.*)$')
COMMAND = re.compile(r'^  ([a-z]+) +(\S.*)$')
BEGIN, END = '.\\" Made by deploy/pages.py from the program\'s --help: begin {}\n', '.\\" end {}\n'

# What an option takes, where it is one of a few words, or a path. (COMMAND, OPTION) goes before OPTION.
WORDS = {
    'color': 'always never auto', 'fetch': 'on off', 'anchors-are': 'system user custom', 'roots': 'apple mozilla', 'policy': 'ios webpki',
    ('ca', 'format'): 'pem der mobileconfig', ('run', 'revocation'): 'off staple fetch', 'learn': 'off suggest on',
    ('doctor', 'refresh'): 'roots removed limits ct-logs pinned-hosts apple-roots',
}
PATHS = {'FILE', 'DIR', 'PATH', 'WHOSE', 'P12', 'CERT', 'KEY'}


class Command:
    """One subcommand as its help tells it."""

    def __init__(self, name, about, text):
        self.name, self.about = name, about
        lines = text.rstrip('\n').split('\n')
        rows = [i for i, line in enumerate(lines) if OPTION.match(line)]
        body = next(i for i, line in enumerate(lines) if not line.strip())
        self.usage = [re.sub(r'^(usage:|\s+)\s*', '', line) for line in lines[:body]]
        self.options = [OPTION.match(lines[i]).groupdict() for i in rows]
        self.text = lines[body + 1:rows[0]]
        self.after = lines[rows[-1] + 1:]

    @property
    def words(self):
        """The words that may come first: "init", "show" of `whytls ca init|show [OPTION]…`."""
        rest = self.usage[0].removeprefix(f'whytls {self.name}')
        rest = re.sub(r'\[[^]]*\]…?', '', rest)
        return [w for w in re.split(r'[\s|]+', rest) if re.fullmatch(r'[a-z]+', w)] if '|' in rest else []

    def values(self, option):
        """Those of the words that the help speaks of."""
        words = WORDS.get((self.name, option['name'])) or WORDS.get(option['name']) or ''
        return ' '.join(w for w in words.split() if re.search(rf'(?<![\w-]){w}(?![\w-])', option['about']))


def ask(program, *arguments):
    done = subprocess.run([program, *arguments, '--help'], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def read(program):
    return [Command(name, about, ask(program, name)) for name, about in
            (found.groups() for found in map(COMMAND.match, ask(program).split('\n')) if found)]


def roff(text):
    """Text for roff: no line of it may look like a request, and a hyphen that is typed stays one."""
    for this, that in (('\\', '\\e'), ('-', '\\-'), ('…', '...'), ('“', '\\(lq'), ('”', '\\(rq'), ("'", '\\(aq')):
        text = text.replace(this, that)
    return '\\&' + text if text.startswith('.') else text


def man_synopsis(commands):
    out = []
    for command in commands:
        for usage in command.usage:
            rest = usage.removeprefix(f'whytls {command.name}').strip()
            out.append(f'.B whytls {command.name}\n{roff(rest)}\n.br\n' if rest else f'.B whytls {command.name}\n.br\n')
    return ''.join(out) + '.B whytls \\-\\-version\n'


def man_lines(lines):
    """Prose as paragraphs; what is indented, as it stands."""
    out, kept = [], False
    for line in lines:
        indented = line.startswith('  ')
        if indented != kept:
            out.append('.PP\n.nf\n' if indented else '.fi\n.PP\n')
            kept = indented
        out.append(f'{roff(line.rstrip())}\n' if line.strip() else '' if kept else '.PP\n')
    return ''.join(out) + ('.fi\n' if kept else '')


def man_option(option):
    letter = f'\\-{option["letter"]}, ' if option['letter'] else ''
    value = f'\\ \\fI{roff(option["value"])}\\fR' if option['value'] else ''
    return f'.TP\n\\fB{letter}\\-\\-{roff(option["name"])}\\fR{value}\n{roff(option["about"])}\n'


def man_commands(commands):
    out = []
    for command in commands:
        options = ''.join(man_option(o) for o in command.options if o['name'] != 'help')
        text = '\n'.join(command.text).strip('\n').split('\n')
        after = '\n'.join(command.after).strip('\n')
        out.append(f'.SS {command.name}\n{man_lines(text)}{options}' + (f'.PP\n{man_lines(after.split(chr(10)))}' if after else ''))
    return ''.join(out)


def man(commands, old):
    for mark, made in (('synopsis', man_synopsis(commands)), ('commands', man_commands(commands))):
        begin, end = BEGIN.format(mark), END.format(mark)
        head, rest = old.split(begin)
        old = head + begin + made + end + rest.split(end)[1]
    return old


def bash(commands):
    names = ' '.join(c.name for c in commands)
    cases, values = [], []
    for c in commands:
        options = ' '.join('--' + o['name'] for o in c.options)
        cases.append(f'    {c.name}) options="{options}"' + (f' words="{" ".join(c.words)}"' if c.words else '') + ' ;;\n')
        values += [f'    "{c.name} --{o["name"]}") values="{c.values(o)}" ;;\n' for o in c.options if c.values(o) and o['value']]
    return f'''# bash completion for whytls. Made by deploy/pages.py from the program's --help.
_whytls() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} command=${{COMP_WORDS[1]:-}} options= words= values=
    if [ "$COMP_CWORD" = 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "{names} --help --version" -- "$word")
        return
    fi
    case $command in
{''.join(cases)}    esac
    case "$command ${{COMP_WORDS[COMP_CWORD-1]}}" in
{''.join(values)}    esac
    if [ -n "$values" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word"; [[ $values != *apple* ]] || compgen -f -- "$word")
    elif [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    else
        [ "$COMP_CWORD" = 2 ] || words=
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word"; compgen -f -- "$word")
    fi
}}
complete -o filenames -F _whytls whytls
'''


def zsh_quote(text):
    return text.replace("'", "'\\''").replace('[', '\\[').replace(']', '\\]').replace(':', '\\:')


def zsh_option(command, option):
    about = zsh_quote(option['about'])
    takes = ''
    if option['value']:
        words = command.values(option)
        files = option['value'] in PATHS
        action = f'({words})' if words and not files else '_files' if files else ''
        takes = f':{option["value"].lower().replace(":", chr(92) + ":")}:{action}'
    stars = '*' if 'given again' in option['about'] else ''
    names = [f"'{stars}-{option['letter']}[{about}]{takes}'"] if option['letter'] else []
    return ' '.join([*names, f"'{stars}--{option['name']}[{about}]{takes}'"])


def zsh(commands):
    table = ''.join(f"    '{c.name}:{zsh_quote(c.about)}'\n" for c in commands)
    cases = []
    for c in commands:
        rest = f"'1:what:({' '.join(c.words)})' '*:file:_files'" if c.words else "'*:file:_files'"
        options = ''.join(f'        {zsh_option(c, o)} \\\n' for o in c.options)
        cases.append(f'    {c.name}) _arguments -s \\\n{options}        {rest} ;;\n')
    return f'''#compdef whytls
# zsh completion for whytls. Made by deploy/pages.py from the program's --help.
_whytls() {{
    local -a commands=(
{table}    )
    if (( CURRENT == 2 )); then
        _describe command commands
        return
    fi
    local command=$words[2]
    shift words
    (( CURRENT-- ))
    case $command in
{''.join(cases)}    esac
}}
_whytls "$@"
'''


def main(words):
    check = words[:1] == ['--check']
    if len(words) != 1 + check:
        sys.exit(__doc__)
    commands = read(words[-1])
    manual = DEPLOY / 'man/whytls.1'
    pages = {manual: man(commands, manual.read_text(encoding='utf-8')), DEPLOY / 'completions/whytls.bash': bash(commands),
             DEPLOY / 'completions/whytls.zsh': zsh(commands)}
    stale = 0
    for path, made in pages.items():
        if path.exists() and path.read_text(encoding='utf-8') == made:
            continue
        stale += 1
        print(f'{path.relative_to(DEPLOY.parent)} {"is out of date: run deploy/pages.py PROGRAM" if check else "written"}')
        if not check:
            path.write_text(made, encoding='utf-8')
    print(f'{len(commands)} commands, {sum(len(c.options) for c in commands)} options, {stale} of {len(pages)} pages '
          f'{"out of date" if check else "written"}')
    sys.exit(1 if check and stale else 0)


if __name__ == '__main__':
    main(sys.argv[1:])
