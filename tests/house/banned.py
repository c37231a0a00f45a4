"""Calls that may not stand under proxy/: what writes past its end, keeps hidden state, starts a shell, or blocks a thread
that carries traffic."""
import re

import house

BANNED = {
    'strcpy': 'no bound; base/text.h, or memcpy of a known length',
    'strcat': 'no bound; base/text.h',
    'stpcpy': 'no bound; base/text.h',
    'sprintf': 'no bound; snprintf or text_printf',
    'vsprintf': 'no bound; vsnprintf',
    'gets': 'no bound; base/file.h',
    'strtok': 'hidden state; a cursor of your own',
    'system': 'starts a shell',
    'popen': 'starts a shell',
    'alloca': 'a size that a peer chose on our stack; mem_new',
    'gmtime': 'shared result; base/time_text.h',
    'localtime': 'shared result, and a time zone; base/time_text.h',
    'asctime': 'shared result; base/time_text.h',
    'ctime': 'shared result; base/time_text.h',
    'getaddrinfo': 'blocks; net/resolve.h',
    'gethostbyname': 'blocks; net/resolve.h',
    'rand': 'can be guessed; getrandom',
    'srand': 'can be guessed; getrandom',
    'random': 'can be guessed; getrandom',
}
# Threads of these rooms carry no traffic: the terminal, the writer of the log.
MAY_SLEEP = {'app', 'store'}
SLEEPS = {'sleep': 'blocks; a timer of the loop', 'usleep': 'blocks; a timer of the loop', 'nanosleep': 'blocks; a timer of the loop'}


def main():
    top, faults, checked = house.root(), [], 0
    for path, room in house.sources(top):
        checked += 1
        calls = BANNED if room in MAY_SLEEP else BANNED | SLEEPS
        # Not a field (`clock->gmtime(`), not part of a longer name (`text_system(`).
        pattern = re.compile(r'(?<![\w.])(?<!->)(' + '|'.join(calls) + r')\s*\(')
        for number, line in enumerate(house.code(path), 1):
            for match in pattern.finditer(line):
                faults.append(f'{path.relative_to(top)}:{number}: {match.group(1)}: {calls[match.group(1)]}')
    house.finish(faults, checked, 'sources')


main()
