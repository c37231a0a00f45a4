"""Each outside library has its home rooms, so that it can be changed in one place; other rooms ask them. An include that is
neither of C, of the system nor of a row below is a fault too: a new library gets its row first."""
import re

import house

# The first row whose pattern fits counts.
HOMES = [
    (r'event2/buffer\.h', {'net', 'tls', 'http', 'relay', 'explain', 'lab', 'web'}),
    (r'event2/.*', {'net', 'lab'}),
    (r'openssl/ssl\.h', {'tls', 'lab'}),
    (r'zlib\.h', {'http', 'wire'}),  # wire: permessage-deflate
    (r'brotli/.*', {'http'}),
    (r'(zstd|zdict)\.h', {'http', 'store'}),  # store: records on disk
    (r'openssl/.*', {'cert', 'trust', 'judge', 'tls', 'lab', 'flow'}),
    (r'jansson\.h', {'app', 'trust', 'flow', 'web', 'export'}),  # flow: lines of the log; web: bodies of requests; export: records, HAR
    (r'curl/.*', {'fetch'}),
    (r'llhttp\.h', {'http'}),
    (r'nghttp2/.*', {'http'}),
    (r'ares.*\.h', {'net'}),
    (r'(lua|lauxlib|lualib)\.h', {'script'}),
    (r'sqlite3\.h', {'store'}),
    (r'qrencode\.h', {'app'}),
    (r'plist/.*', {'cert'}),
    (r'(libpsl|idn2)\.h', {'base'}),
    (r'(whytls/plugin|link)\.h', {'plugin'}),
]
C = set('''assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic stdbool
stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype'''.split())
SYSTEM = set('''dirent dlfcn fcntl fnmatch getopt glob grp ifaddrs libgen malloc netdb poll pthread pwd sched semaphore strings
syslog termios unistd'''.split())
INCLUDE = re.compile(r'\s*#\s*include\s*<([^>]+)>')


def is_plain(header):
    return header.removesuffix('.h') in C | SYSTEM or re.match(r'(sys|net|netinet|arpa|linux)/', header)


def fault_of(header, room):
    if is_plain(header):
        return None
    for pattern, rooms in HOMES:
        if re.fullmatch(pattern, header):
            return None if room in rooms else f'<{header}> lives in {", ".join(sorted(rooms))}'
    return f'<{header}> has no home'


def main():
    top, faults, checked = house.root(), [], 0
    for path, room in house.sources(top):
        for number, line in enumerate(house.code(path), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            checked += 1
            fault = fault_of(match.group(1), room)
            if fault:
                faults.append(f'{path.relative_to(top)}:{number}: {fault}')
    house.finish(faults, checked, 'includes')


main()
