"""Writes a made-up database in the MMDB format (version 2.0): mmdb.py SHAPE RECORD_BITS FILE. The shapes are those that the geo
plugin knows, and one that it does not. What is in it follows from the shape alone, so that every build makes the same file."""
import ipaddress
import random
import sys

COUNTRIES = ['DE', 'FR', 'US', 'JP', 'BR', 'ZA', 'IN', 'NZ', 'XK', 'IS']
# Where documentation lives: what tests ask for by hand.
FIXED = [('203.0.113.0/24', 0), ('198.51.100.0/25', 1), ('2001:db8::/32', 2), ('127.0.0.0/8', 3), ('::1/128', 4)]


def record(shape, number):
    code = COUNTRIES[number % len(COUNTRIES)]
    if shape == 'nested':
        return {'country': {'geoname_id': ('u32', number + 1), 'iso_code': code, 'names': {'en': 'Country ' + code}},
                'registered_country': {'iso_code': COUNTRIES[(number + 1) % len(COUNTRIES)]}}
    if shape == 'flat':
        return {'country_code': code}
    if shape == 'asn':
        return {'autonomous_system_number': ('u32', 64496 + number * 7), 'autonomous_system_organization': f'Network {number} Ltd'}
    return {'weather': 'rain'}


def control(kind, size):
    extended = bytes([kind - 7]) if kind > 7 else b''
    first = kind if kind < 8 else 0
    if size < 29:
        return bytes([first << 5 | size]) + extended
    return bytes([first << 5 | 29]) + extended + bytes([size - 29])


def encode(value):
    if isinstance(value, str):
        raw = value.encode()
        return control(2, len(raw)) + raw
    if isinstance(value, dict):
        return control(7, len(value)) + b''.join(encode(key) + encode(inner) for key, inner in value.items())
    if isinstance(value, list):
        return control(11, len(value)) + b''.join(map(encode, value))
    kind, number = value
    raw = number.to_bytes(8, 'big').lstrip(b'\0')
    return control({'u16': 5, 'u32': 6, 'u64': 9}[kind], len(raw)) + raw


def networks(shape):
    """No network lies inside another, as the writer below asks for."""
    dice, taken = random.Random(shape), [ipaddress.ip_network(cidr) for cidr, _ in FIXED]
    yield from ((ipaddress.ip_network(cidr), number) for cidr, number in FIXED)
    for number in range(700):
        if number % 4:
            network = ipaddress.ip_network((dice.getrandbits(32), dice.randint(9, 26)), strict=False)
        else:
            network = ipaddress.ip_network((0x2 << 124 | dice.getrandbits(124), dice.randint(20, 60)), strict=False)
        if not any(network.version == other.version and network.overlaps(other) for other in taken):
            taken.append(network)
            yield network, number


class Tree:
    def __init__(self):
        self.nodes, self.data, self.offsets = [[None, None]], b'', {}

    def add(self, network, value):
        raw = encode(value)
        if raw not in self.offsets:
            self.offsets[raw] = len(self.data)
            self.data += raw
        # IPv4 lies under ::/96.
        bits, number = network.prefixlen + (96 if network.version == 4 else 0), int(network.network_address)
        at = 0
        for i in range(bits):
            side = number >> (127 - i) & 1
            if i == bits - 1:
                self.nodes[at][side] = ('data', self.offsets[raw])
            else:
                if self.nodes[at][side] is None:
                    self.nodes.append([None, None])
                    self.nodes[at][side] = len(self.nodes) - 1
                at = self.nodes[at][side]

    def pack(self, bits):
        count = len(self.nodes)

        def number(entry):
            if entry is None:
                return count
            return count + 16 + entry[1] if isinstance(entry, tuple) else entry

        out = b''
        for left, right in ([number(side) for side in node] for node in self.nodes):
            if bits == 28:
                out += left.to_bytes(4, 'big')[1:] + bytes([left >> 24 << 4 | right >> 24]) + right.to_bytes(4, 'big')[1:]
            else:
                out += left.to_bytes(bits // 8, 'big') + right.to_bytes(bits // 8, 'big')
        return out + bytes(16) + self.data


def main(shape, bits, path):
    tree = Tree()
    for network, number in networks(shape):
        tree.add(network, record(shape, number))
    meta = {'node_count': ('u32', len(tree.nodes)), 'record_size': ('u16', bits), 'ip_version': ('u16', 6),
            'database_type': 'Made-Up-' + shape, 'languages': ['en'], 'binary_format_major_version': ('u16', 2),
            'binary_format_minor_version': ('u16', 0), 'build_epoch': ('u64', 1795251600), 'description': {'en': 'made up'}}
    with open(path, 'wb') as out:
        out.write(tree.pack(bits) + b'\xab\xcd\xefMaxMind.com' + encode(meta))


if __name__ == '__main__':
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
