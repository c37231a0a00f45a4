// double.mjs - a stand-in for the proxy's web thread: the paths and shapes of /api/v1 with invented data, so that the pages
// can be tried in states that a real proxy takes long to get into. Names are reserved example names.
//   start({ n, token }) -> { url, emit(n), answer(path, status, body), go_away(), come_back(), close(), asked }
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'proxy', 'web', 'ui', 'dist');
const HEADERS = {
    'Content-Security-Policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer', 'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
};
const PAGES = /^\/($|c\/|devices|certificates|causes|rules|explain)/;
const DAY = 86400000;
const HOSTILE = '<img src=x onerror=alert(1)>\u202egpj.example';

const hex = (word, n = 64) => Array.from(word + 'whytls-double'.repeat(6)).map(c => c.charCodeAt(0).toString(16).padStart(2, '0')).join('').slice(0, n);

// Kinds of connections, by how often they come (of 100).
const KINDS = [
    { share: 72, outcome: 'fine', host: 'www.museum.example', app: 'Safari', ms: 212, exchanges: 4, status: 200 },
    { share: 4, outcome: 'failing', host: 'api.shop.example.com', app: 'Grocer', ms: 61, exchanges: 1, status: 502, cause: 'cert-expired-leaf', title: 'The server\'s certificate has expired', leg: 'server', sure: 'certain' },
    { share: 2, outcome: 'failing', host: 'sync.bank.example', app: 'Bankly', ms: 88, exchanges: 0, cause: 'app-pinning', title: 'The app accepts only its own key', leg: 'client', sure: 'likely' },
    { share: 12, outcome: 'expected', host: 'gateway.icloud.com', app: 'system', ms: 41, exchanges: 0, cause: 'apple-pinned-service', title: 'Apple services refuse any proxy', leg: 'client', sure: 'certain' },
    { share: 5, outcome: 'unread', host: 'push.bank.example', app: 'Bankly', ms: 3410, exchanges: 0 },
    { share: 2, outcome: 'warning', host: 'cdn.museum.example', app: 'Safari', ms: 268, exchanges: 2, status: 200, cause: 'missing-intermediate-aia', title: 'The site left out an intermediate', leg: 'server', sure: 'certain' },
    { share: 1, outcome: 'mirrored', host: 'pay.shop.example.com', app: 'Grocer', ms: 47, exchanges: 0 },
    { share: 1, outcome: 'failing', host: HOSTILE, app: 'Grocer', ms: 58, exchanges: 1, status: 502, cause: 'name-mismatch', title: 'The certificate is for other names', leg: 'server', sure: 'certain' },
    { share: 1, outcome: 'fine', host: 'images.example.net', app: 'Grocer', ms: 134, exchanges: 9, status: 200 },
];
const ORDER = KINDS.flatMap((kind, i) => Array(kind.share).fill(i));
const DEVICES = [{ id: 'd-31', name: 'Anna’s iPhone', ip: '192.168.1.31' }, { id: 'd-44', name: 'Test iPhone 12', ip: '192.168.1.44' }];
const ATOMS = ['d', 'u', 'm', 'c', 't', 'h', 'hq', 'hs', 'b', 'cause', 'sure', 'fail', 'warn', 'ok', 'expected', 'unread', 'mirror', 'dev', 'app', 'leg', 'alert', 'v',
    'ja4', 'issuer', 'subject', 'sha', 'ends', 'store', 'check', 'class', 'note', 'sev', 'since', 'at', 'ms', 'ip', 'asn', 'geo', 'id', 'entry'];
const ALONE = { fail: 'failing', warn: 'warning', ok: 'fine', expected: 'expected', unread: 'unread', mirror: 'mirrored' };

// The kind of the connection with that number; the first of each hundred are one of each kind.
const kind_of = seq => KINDS[ORDER[(seq * 37) % 100]];

export function row_of(seq, newest, now) {
    const kind = kind_of(seq), device = DEVICES[seq % 7 ? 0 : 1];
    return {
        seq, id: `01M${String(seq).padStart(9, '0')}`, at: new Date(now - (newest - seq) * 3000).toISOString(), ms: kind.ms, outcome: kind.outcome, sure: kind.sure ?? null,
        host: kind.host, port: 443, device: device.id, device_name: device.name, client: device.ip, app: kind.app, cause: kind.cause ?? null, title: kind.title ?? null,
        leg: kind.leg ?? null, exchanges: kind.exchanges, status: kind.status ?? null, bytes: 6140,
    };
}

function certificates(host, now, leaf_end, wrong_name) {
    const at = days => new Date(now + days * DAY).toISOString();
    return [
        { sha256: hex('leaf' + host), subject: `CN=${host}`, issuer: 'CN=Example Trust R4,O=Example Trust', names: wrong_name ? ['shop.example.com', 'www.shop.example.com'] : [host], not_before: at(leaf_end - 90), not_after: at(leaf_end), is_ca: false, key: 'RSA-2048', pem: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n', source: 'sent' },
        { sha256: hex('r4'), subject: 'CN=Example Trust R4,O=Example Trust', issuer: 'CN=Example Trust Root X1,O=Example Trust', names: [], not_before: at(-560), not_after: at(1264), is_ca: true, key: 'RSA-2048', pem: '', source: 'sent' },
        { sha256: hex('x1'), subject: 'CN=Example Trust Root X1,O=Example Trust', issuer: 'CN=Example Trust Root X1,O=Example Trust', names: [], not_before: at(-4190), not_after: at(3111), is_ca: true, key: 'RSA-4096', pem: '', source: 'store' },
    ];
}

const SPOKEN = {
    'cert-expired-leaf': {
        why: host => `The certificate of ${host} expired 3 days ago, so an iPhone refuses it. It ended on 2026-11-18 12:00 UTC. Our clock is right.`,
        evidence: [['server_leg.chain.leaf.not_after', '2026-11-18T12:00:00Z', 'the certificate ended on 18 Nov 2026, 12:00 UTC'], ['proxy.clock.offset', '0.2 s', 'our clock agrees with 14 other hosts to 0.2 s'], ['checks.TemporalValidity@0', 'fails at certificate 0', 'name, signatures and issuer are in order']],
        ios: { safari: 'a page titled “This Connection Is Not Private”, with a way on (unverified)', app: 'error -1202 (observed); by its name it would be -1201', text: '“api.shop.example.com” certificate is expired', grade: 'Apple source' },
        device_fix: ['Nothing. The phone is right to refuse, and no setting helps.'], server_fix: ['Renew the certificate.', 'Install it, and reload every service that uses it.', 'Make renewal automatic. Warn when a third of the lifetime is left.'],
        next_test: 'After the reload, `whytls explain api.shop.example.com` says that an iPhone accepts it.', by: ['rule:dates/expired'],
    },
    'app-pinning': {
        why: host => `Bankly refuses every certificate but its own for ${host}, so whytls cannot read that host. This host always fails, and the rest of the phone works.`,
        evidence: [['history.browser.accepted', '1', 'the browser on the same device opens this host through us'], ['history.device.hosts_accepted', '31', 'hosts for which this device accepted us today: 31']],
        ios: { safari: 'opens the host without complaint', app: 'what the app chooses; in its log error -999 (cancelled), -1200 or -1202 (observed)', text: null, grade: 'observed' },
        device_fix: ['Nothing. The app is built this way.'], server_fix: ['Let the host pass unread.', 'If the app is yours, trust a test CA in its debug builds.'],
        next_test: 'Let the host pass unread and use the app again. If it works, the app pins.', by: ['rule:pinning/app'],
    },
    'name-mismatch': {
        why: host => `The certificate is for other names than ${host}, so an iPhone refuses it. It names shop.example.com and www.shop.example.com.`,
        evidence: [['checks.SSLHostname@0', 'fails at certificate 0', 'the name asked is not in the list']],
        ios: { safari: 'a page titled “This Connection Is Not Private”, with a way on (unverified)', app: 'error -1202 (observed)', text: '“shop.example.com” certificate name does not match input', grade: 'Apple source' },
        device_fix: ['Check the spelling. Use shop.example.com if that is meant.'], server_fix: ['Add the name to the certificate, or point the name at the server that has its own.'], next_test: null, by: ['rule:names/mismatch'],
    },
};

function diagnosis_of(kind) {
    if (!kind.cause)
        return [];
    const spoken = SPOKEN[kind.cause] ?? { why: () => `${kind.title}. Nothing needs to be done.`, evidence: [], ios: { safari: 'nothing', app: 'nothing', text: null, grade: 'observed' }, device_fix: ['Nothing.'], server_fix: [], next_test: null, by: ['rule:double/double'] };
    const top = { cause: kind.cause, leg: kind.leg, confidence: kind.sure, score: 6, title: kind.title, why: spoken.why(kind.host), evidence: spoken.evidence.map(([fact, value, says]) => ({ fact, value, weight: 3, says })),
        against: [], ios: spoken.ios, device_fix: spoken.device_fix, server_fix: spoken.server_fix, next_test: spoken.next_test, by: spoken.by };
    const rival = { ...top, cause: 'app-own-trust-store', confidence: 'possible', title: 'The app brings its own authorities', evidence: [], against: [{ fact: 'history.app.hosts_accepted', value: '3', weight: 2, says: 'the app accepts us elsewhere: 3 hosts' }] };
    return kind.cause === 'app-pinning' ? [top, rival] : [top];
}

const CHECKS = {
    'cert-expired-leaf': { check: 'TemporalValidity', cert: 0, osstatus: -67818, detail: 'notAfter 2026-11-18T12:00:00Z: 3 days too late' },
    'name-mismatch': { check: 'SSLHostname', cert: 0, osstatus: -67602, detail: 'the names do not cover it' },
};

export function flow_of(row, now) {
    const kind = kind_of(row.seq), expired = kind.cause === 'cert-expired-leaf';
    const certs = certificates(row.host, now, expired ? -2.9 : 60, kind.cause === 'name-mismatch');
    const check = CHECKS[kind.cause], diagnosis = diagnosis_of(kind), refused_us = kind.cause === 'app-pinning';
    const verdict = { v: 1, verdict: check ? 'reject' : 'accept', anchors_are: 'system', class: expired ? 'Expired' : check ? 'Name' : null, text: diagnosis[0]?.ios.text ?? null, osstatus: check?.osstatus ?? null, osstatus_name: expired ? 'errSecCertificateExpired' : check ? 'errSecHostNameMismatch' : null,
        nsurlerror: check ? -1202 : null, overridable: !!check, checks: check ? [check] : [], path: certs.map(one => one.sha256), causes: [], openssl: { accept: !check, code: expired ? 10 : check ? 62 : 0, depth: 0 } };
    const moments = [['sniff', 0], ['entry', 1], ['hello', 3], ['decide', 4], ['dial', 5], ['server_tls', 23], ['judge', 58], ['mint', 59], ['client_tls', 61], [check ? 'page' : 'talk', 72], ['drain', 90], ['done', 106]];
    const record = {
        v: 1, id: row.id, at: row.at, ms: 106, proxy: { name: 'double', version: '0.1.0', clock: 'right' }, entry: 'connect',
        client: { ip: row.client, port: 1, device: row.device, device_name: row.device_name, agent: 'Mozilla/5.0', app: row.app, ja4: 't13d' }, target: { host: row.host, port: 443, learnt: 'connect' },
        decision: { action: kind.outcome === 'unread' || kind.outcome === 'expected' ? 'tunnel' : 'intercept', by: 'default', answer: check ? 'page' : 'relay' },
        client_leg: { sni: row.host, version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', group: 'X25519MLKEM768', alpn: 'h2', resumed: false, leaf: hex('made'), alert: refused_us ? { from: 'client', number: 46, name: 'certificate_unknown', phase: 'after-certificate' } : null, ended: refused_us ? 'alert' : 'clean', bytes_in: 812, bytes_out: 6140, finished: !refused_us, symptom: refused_us ? 'alert-after-certificate' : null },
        server_leg: { address: '203.0.113.18', version: 'TLSv1.2', cipher: 'ECDHE-RSA-AES128-GCM-SHA256', group: 'X25519', alpn: 'h2', resumed: false, chain: certs.slice(0, 2).map(one => one.sha256), verdict, trusted_by: 'both', alert: null, ended: 'fin', bytes_in: 4388, bytes_out: 517, certificates: certs.slice(0, 2) },
        failed_leg: refused_us ? 'client' : null, diagnosis, notes: [{ code: 'relay/double', severity: 'info', leg: null, text: 'invented', by: 'proxy', data: {} }], facts: {},
        exchanges: Array.from({ length: row.exchanges }, (_, i) => ({ method: 'GET', url: `https://${row.host}/v3/basket?i=${i}`, status: row.status, ms: 2, request_bytes: 0, response_bytes: 90 })), timeline: moments.map(([moment, at_ms]) => ({ at_ms, moment })),
    };
    const exchanges = record.exchanges.map((one, n) => ({ n, ...one,
        request: { headers: [['accept', '*/*'], ['user-agent', `Grocer/4.2 ${HOSTILE}`]], body: null },
        response: { headers: [['content-type', n % 2 ? 'image/png' : 'application/json']], body: n % 2
            ? { base64: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', type: 'image/png', size: 70, cut: false }
            : { text: '{"basket":[1,2,3],"owner":"<script>alert(2)</script>"}', type: 'application/json', size: 54, cut: false } } }));
    return { v: 1, row, record, certificates: certs, exchanges };
}

// A filter of this double: outcomes, hosts, causes and words are obeyed; other atoms are read and fit everything.
function filter_of(q) {
    const words = q.match(/"[^"]*"|[^\s&|()!]+/g) ?? [], tests = [];
    let column = 1;
    for (let i = 0; i < words.length; i++) {
        const word = words[i];
        column = q.indexOf(word, column - 1) + 1;
        if (!word.startsWith('~')) {
            tests.push(row => `${row.host} ${row.title}`.toLowerCase().includes(word.toLowerCase()));
            continue;
        }
        const name = word.slice(1);
        if (!ATOMS.includes(name))
            return { fault: { text: `there is no \`${word}\``, column, incomplete: i === words.length - 1 && ATOMS.some(one => one.startsWith(name)) } };
        if (ALONE[name]) {
            tests.push(row => row.outcome === ALONE[name]);
            continue;
        }
        const value = words[++i];
        if (!value)
            return { fault: { text: `after \`${word}\` comes a value`, column: q.length + 1, incomplete: true } };
        if (name === 'alert' && !/^[\w]+$/.test(value))
            return { fault: { text: 'after `~alert` comes a number or a name', column: q.indexOf(value) + 1, incomplete: false } };
        if (name === 'd')
            tests.push(row => row.host === value || row.host.endsWith('.' + value));
        if (name === 'cause')
            tests.push(row => row.cause?.includes(value) ?? false);
    }
    return { fits: row => tests.every(test => test(row)) };
}

const QR = { size: 21, path: 'M0 0h7v1h-7zM14 0h7v1h-7zM0 1h1v5h-1zM6 1h1v5h-1zM14 1h1v5h-1zM20 1h1v5h-1zM2 2h3v3h-3zM16 2h3v3h-3zM0 6h7v1h-7zM14 6h7v1h-7zM8 8h5v5h-5zM0 14h7v1h-7zM0 15h1v5h-1zM6 15h1v5h-1zM2 16h3v3h-3zM0 20h7v1h-7zM14 14h3v3h-3z' };

function devices(now) {
    const at = s => new Date(now - s * 1000).toISOString();
    const checks = (...states) => ['proxy', 'profile', 'root', 'switch', 'probe'].map((name, i) => ({ name, state: states[i], says: ['9 connections', '09:33, root 7F3A', 'cannot be seen from here', 'cannot be seen from here', 'last proof 8 seconds ago'][i] }));
    return [
        { id: 'd-44', name: 'Test iPhone 12', ip: '192.168.1.44', family: 'iPhone', os_version: '18.6', first_seen: at(9000), last_seen: at(12), state: 'refusing', sentence: 'This phone does not trust the whytls root yet. It refused 4 of 4 connections with alert 46, and has never accepted one.', checks: checks('passed', 'passed', 'waiting', 'failed', 'later'), clock: { state: 'right', offset_s: -0.4 }, apps: [{ name: 'unknown', hosts_accepted: 0, hosts_refused: 4 }], pins: [], not_seen: ['UDP, so QUIC and HTTP/3. A Wi-Fi proxy never carries it.'], next: 'Settings → General → About → Certificate Trust Settings → switch on whytls root 7F3A.' },
        { id: 'd-52', name: null, ip: '192.168.1.52', family: 'iPad', os_version: null, first_seen: at(300), last_seen: at(120), state: 'waiting', sentence: 'This iPad’s clock is 1 year, 10 months behind. It thinks today is 3 Jan 2025.', checks: checks('passed', 'waiting', 'later', 'later', 'later'), clock: { state: 'wrong', offset_s: -59443200 }, apps: [], pins: [], not_seen: [], next: 'Settings → General → Date & Time → Set Automatically.' },
        { id: 'd-31', name: 'Anna’s iPhone', ip: '192.168.1.31', family: 'iPhone', os_version: '26.1', first_seen: at(700000), last_seen: at(1), state: 'ready', sentence: 'whytls reads 9 of the 11 apps that this phone has used.', checks: checks('passed', 'passed', 'passed', 'passed', 'passed'), clock: { state: 'right', offset_s: -0.4 }, apps: [{ name: 'Safari', hosts_accepted: 12, hosts_refused: 0 }, { name: 'Grocer', hosts_accepted: 3, hosts_refused: 0 }, { name: 'Bankly', hosts_accepted: 0, hosts_refused: 1 }], pins: ['sync.bank.example'], not_seen: ['Private Relay was asked for 3 times. Some Safari traffic may go round whytls.', 'UDP, so QUIC and HTTP/3. A Wi-Fi proxy never carries it.', 'Anything by mobile data.'], next: null },
    ];
}

function stories(row_by, now) {
    const at = s => new Date(now - s * 1000).toISOString();
    const newest = cause => row_by(row => row.cause === cause)?.id ?? '01M000000001';
    return [
        { key: 'k1', cause: 'cert-expired-leaf', title: 'The server\'s certificate has expired', sure: 'certain', leg: 'server', host: 'api.shop.example.com', device: 'd-31', device_name: 'Anna’s iPhone', n: 11, first_at: at(4000), last_at: at(8), last_id: newest('cert-expired-leaf'), next: 'Renew the certificate.' },
        { key: 'k2', cause: 'root-not-fully-trusted', title: 'This phone does not trust our root yet', sure: 'likely', leg: 'client', host: 'www.example.org', device: 'd-44', device_name: 'Test iPhone 12', n: 4, first_at: at(4000), last_at: at(12), last_id: newest('app-pinning'), next: 'Turn on full trust in Settings.' },
        { key: 'k3', cause: 'app-pinning', title: 'The app accepts only its own key', sure: 'likely', leg: 'client', host: 'sync.bank.example', device: 'd-31', device_name: 'Anna’s iPhone', n: 6, first_at: at(9000), last_at: at(50), last_id: newest('app-pinning'), next: 'Let the host pass unread.' },
        { key: 'k4', cause: 'name-mismatch', title: 'The certificate is for other names', sure: 'certain', leg: 'server', host: HOSTILE, device: 'd-31', device_name: 'Anna’s iPhone', n: 1, first_at: at(900), last_at: at(80), last_id: newest('name-mismatch'), next: null },
        { key: 'k5', cause: 'device-clock-wrong', title: 'This device\'s clock is wrong', sure: 'certain', leg: 'client', host: null, device: 'd-52', device_name: null, n: 2, first_at: at(900), last_at: at(120), last_id: newest('app-pinning'), next: 'Set Automatically.' },
    ];
}

const HEALTH = { v: 1, state: 'fine', lines: [{ name: 'listening', state: 'fine', says: '192.168.1.20:8080' }, { name: 'clock', state: 'fine', says: 'within 0.2 s of 14 hosts' }, { name: 'root', state: 'fine', says: '7F3A, valid to 13 Nov 2028' }, { name: 'store', state: 'warning', says: '312 bodies were not kept' }], version: '0.1.0', since: '2026-11-21T08:00:00.000Z' };

const RULE_TEXT = `-- mine/init.lua
rule {
    name     = "headers",
    about    = "Replies that carry a debug header.",
    notes    = { ["debug-header"] = "low" },
    wakes_on = { response = "always" },

    response = function(flow)
        local value = flow.response.headers["x-debug"]
        if #value > 0 then
            flow:note "debug-header"
        end
    end,
}
`;

function rules() {
    const rule = (id, about, on, causes, more = {}) => ({ id, about, on, state: 'on', why: null, causes, hits: 14, last_at: '2026-11-21T09:40:00.000Z', faults: 0, ...more });
    return { v: 1,
        packages: [{ name: 'dates', from: 'shipped', about: 'Certificates outside their dates.', files: ['init.lua', 'spec/expired_spec.lua'], specs: { passed: 12, failed: 0, text: '' } },
            { name: 'mine', from: 'user', about: 'My own.', files: ['init.lua', 'spec/headers_spec.lua'], specs: { passed: 2, failed: 1, text: 'mine/spec/headers_spec.lua:9: a reply without X-Debug is quiet: expected no note, got an error at line 11' } }],
        rules: [rule('dates/expired', 'The leaf or an intermediate has ended.', 'judged', ['cert-expired-leaf', 'cert-expired-intermediate']), rule('device/root', 'The device does not trust our root.', 'tls_failed', ['root-not-installed', 'root-not-fully-trusted'], { hits: 228 }),
            rule('pinning/app', 'One app accepts only its own key.', 'tls_failed', ['app-pinning'], { state: 'asleep', why: 'nothing woke it since the start', hits: 0, last_at: null }), rule('mine/bank', 'Lets bank.example pass unread.', 'hello', [], { state: 'off', hits: 102 }),
            rule('mine/headers', 'Replies that carry a debug header.', 'response', [], { state: 'failed', why: 'mine/init.lua:11: attempt to get length of a nil value (local \'value\')', hits: 5, faults: 5 })],
        plugins: [{ name: 'geo', version: '1.0', file: 'geo.so', on: true, about: 'Country and network of the site.' }] };
}

function causes(now) {
    const at = new Date(now - 60000).toISOString();
    const list = [['cert-expired-leaf', 'The server\'s certificate has expired', 11, 1, 'failing'], ['app-pinning', 'The app accepts only its own key', 6, 1, 'failing'], ['root-not-fully-trusted', 'This phone does not trust our root yet', 4, 4, 'failing'], ['name-mismatch', 'The certificate is for other names', 1, 1, 'failing'],
        ['missing-intermediate-aia', 'The site left out an intermediate', 9, 2, 'warning'], ['cert-expired-leaf', 'The server\'s certificate has expired', 2, 1, 'warning'], ['apple-pinned-service', 'Apple services refuse any proxy', 212, 31, 'expected']]
        .map(([cause, title, n, hosts, outcome]) => ({ cause, title, n, hosts, apps: 1, devices: 1, outcome, last_at: at }));
    const hours = Array.from({ length: 24 }, (_, i) => ({ at: new Date(Math.floor(now / 3600000) * 3600000 - (23 - i) * 3600000).toISOString(), counts: { failing: { 9: 6, 10: 4, 18: 5, 19: 2 }[i] ?? 0, warning: i % 6 === 4 ? 2 : 0, expected: (i * 7) % 13 } }));
    return { v: 1, causes: list, hours };
}

export async function start({ n = 1284, token = 'open-sesame-open-sesame', port = 0, admitted = true } = {}) {
    const now = Date.now(), listeners = new Set(), asked = [], fixed = new Map();
    let newest = n, away = false, settled = new Set(), names = new Map(), gone = new Set(), passes = [], session = admitted, mine = RULE_TEXT;
    const row = seq => row_of(seq, n, now);
    const pick = test => {
        for (let seq = newest; seq > 0 && seq > newest - 2000; seq--)
            if (test(row(seq)))
                return row(seq);
        return undefined;
    };

    function list(params) {
        const read = filter_of(params.get('q') ?? '');
        if (read.fault)
            return [400, { v: 1, error: read.fault }];
        const limit = Math.min(200, Number(params.get('limit') ?? 200)), after = params.get('after'), flows = [];
        const everything = !params.get('q');
        let seq = after !== null ? Number(after) + 1 : Math.min(newest, Number(params.get('before') ?? newest + 1) - 1);
        for (const step = after !== null ? 1 : -1; seq > 0 && seq <= newest && flows.length < limit; seq += step)
            if (read.fits(row(seq)))
                flows.push(row(seq));
        const complete = seq < 1 || seq > newest;
        let total = newest;
        if (!everything) {
            total = 0;
            for (let s = Math.max(1, newest - 5000); s <= newest; s++)
                total += read.fits(row(s)) ? 1 : 0;
        }
        return [200, { v: 1, flows, complete, looked_to: flows.length ? flows[flows.length - 1].seq : 0, total, total_exact: everything || newest <= 5000 }];
    }

    function outcomes() {
        const counts = {};
        for (const kind of KINDS)
            counts[kind.outcome] = (counts[kind.outcome] ?? 0) + Math.round((kind.share / 100) * newest);
        return counts;
    }

    function complete(params) {
        const q = params.get('q') ?? '', at = Number(params.get('at') ?? q.length), head = q.slice(0, at);
        const value = /~(cause|dev|app)\s+(\S*)$/.exec(head);
        if (value) {
            const values = { cause: [['cert-expired-leaf', 11], ['app-pinning', 6], ['name-mismatch', 1]], dev: [['"Anna’s iPhone"', 1275], ['"Test iPhone 12"', 9]], app: [['Safari', 412], ['Grocer', 38]] }[value[1]];
            return [200, { v: 1, from: at - value[2].length, items: values.filter(one => one[0].includes(value[2])).map(([insert, count]) => ({ insert, count })) }];
        }
        const atom = /~(\w*)$/.exec(head);
        const items = atom ? ATOMS.filter(one => one.startsWith(atom[1])).slice(0, 8).map(one => ({ insert: `~${one} `, gloss: `the atom ${one}` })) : [];
        return [200, { v: 1, from: atom ? at - atom[0].length : at, items }];
    }

    function certificate_list(params) {
        const tab = params.get('tab') ?? 'sites', q = (params.get('q') ?? '').toLowerCase();
        if (q.includes('~fail'))
            return [400, { v: 1, error: { text: '~fail says nothing of a certificate; these do: ~d ~issuer ~subject ~sha ~ends', column: q.indexOf('~fail') + 1, incomplete: false } }];
        const rows = [...certificates('api.shop.example.com', now, -2.9), ...certificates('imap.mail.example.org', now, 9).slice(0, 1), ...certificates('*.museum.example', now, 60).slice(0, 1), ...certificates(HOSTILE, now, 140).slice(0, 1)]
            .filter(one => (tab === 'roots' ? one.subject === one.issuer : one.subject !== one.issuer)).filter(one => !q || one.subject.toLowerCase().includes(q))
            .map((one, i) => ({ ...one, pem: undefined, uses: 9 - i, last_at: new Date(now - 8000).toISOString(), hosts: one.names.slice(0, 3), issuer_changed: i === 2, ...(tab === 'roots' && { stores: 'both', sent: false, hosts: ['api.shop.example.com', 'www.museum.example'] }) }));
        return [200, { v: 1, certificates: rows, next: null }];
    }

    function explain(body) {
        if (/nowhere/.test(body.target ?? ''))
            return [400, { v: 1, error: { text: 'nowhere.example has no address' } }];
        const flow = flow_of({ ...pick(one => one.cause === 'cert-expired-leaf'), host: (body.target ?? body.name ?? 'file').replace(/^https:\/\//, '').replace(/:443$/, '') }, now);
        return [200, { v: 1, record: { ...flow.record, entry: 'explain', client_leg: null, certificates: flow.certificates }, comparison: body.with ? { v: 1, answer: 'An iPhone accepts the other and refuses this: the dates.', differences: [{ what: 'ends', where: 'leaf', a: '2026-11-18', b: '2027-01-29', matters: true, check: 'TemporalValidity', fails: 'a', why: 'the certificate of this has ended', cause: 'cert-expired-leaf' }] } : null }];
    }

    function api(method, path, params, body) {
        const parts = path.split('/').filter(Boolean).map(decodeURIComponent), [first, second, third] = parts;
        const found = id => pick(one => one.id === id);
        switch (`${method} ${first}`) {
        case 'GET flows': {
            if (!second)
                return list(params);
            const one = found(second) ?? (/^01M\d{9}$/.test(second) && Number(second.slice(3)) <= newest ? row(Number(second.slice(3))) : null);
            if (!one)
                return [404, { v: 1, error: { text: 'there is no such connection' } }];
            if (third === 'export')
                return [200, `curl 'https://${one.host}/'`, 'text/plain'];
            return [200, flow_of(one, now)];
        }
        case 'GET facets': return [200, { v: 1, outcomes: outcomes(), exact: true }];
        case 'GET complete': return complete(params);
        case 'GET stories': return [200, { v: 1, stories: (n ? stories(pick, now) : []).filter(one => !settled.has(one.key)) }];
        case 'POST stories': settled.add(body.key); return [204];
        case 'GET health': return [200, HEALTH];
        case 'GET devices': {
            const all = devices(now).filter(one => !gone.has(one.id)).map(one => ({ ...one, name: names.get(one.id) ?? one.name }));
            if (!second)
                return [200, { v: 1, devices: all, onboarding: { url: 'http://192.168.1.20:8080/', qr: QR } }];
            const one = all.find(each => each.id === second);
            return one ? [200, { v: 1, ...one, hosts: [{ host: 'www.museum.example', app: 'Safari', accepted: 12, refused: 0, last_at: new Date(now).toISOString(), way: null }, { host: 'sync.bank.example', app: 'Bankly', accepted: 0, refused: 6, last_at: new Date(now).toISOString(), way: 'alert' }] }] : [404, { v: 1, error: { text: 'there is no such device' } }];
        }
        case 'PATCH devices': names.set(second, body.name); return [204];
        case 'DELETE devices': gone.add(second); return [204];
        case 'GET certificates': {
            if (!second)
                return certificate_list(params);
            const all = certificates('api.shop.example.com', now, -2.9), one = all.find(each => each.sha256 === second) ?? all[0];
            return [200, { v: 1, ...one, uses: 9, last_at: new Date(now).toISOString(), hosts: one.names, issuer_changed: false, flows: [pick(each => each.cause === 'cert-expired-leaf')], chain_with: all.slice(1).map(each => each.sha256) }];
        }
        case 'GET causes':
            return second ? [200, { v: 1, hosts: [{ name: 'api.shop.example.com', n: 11 }], apps: [{ name: 'Grocer', n: 11 }], devices: [{ name: 'Anna’s iPhone', n: 11 }], about: { title: 'The server\'s certificate has expired', why: 'The certificate of a host ended, so an iPhone refuses it.', rivals: ['proxy-clock-wrong', 'device-clock-wrong'], grade: 'Apple source' } }] : [200, causes(now)];
        case 'GET passes': return [200, { v: 1, passes }];
        case 'POST passes':
            passes.push({ host: body.host, since: new Date(now).toISOString(), until: body.until ?? null, by: 'ui' });
            return [200, { v: 1, pass: passes[passes.length - 1] }];
        case 'DELETE passes':
            passes = passes.filter(one => one.host !== second);
            return [204];
        case 'GET rules': return second === 'files' ? [200, third === 'mine' ? mine : RULE_TEXT, 'text/plain'] : [200, rules()];
        case 'PUT rules': mine = body; return [200, { v: 1, saved: true, specs: { passed: 3, failed: 0, text: '' }, swapped: true, says: '3 of 3 specs pass; the new version is in force' }];
        case 'POST rules': return second === 'reload' ? [200, { v: 1, swapped: true, says: '97 rules, all in order' }] : second === 'test' ? [200, { v: 1, passed: 2, failed: 1, text: 'a reply without X-Debug is quiet: failed' }] : [204];
        case 'POST explain': return explain(body);
        case 'POST import': return [200, { v: 1, added: 3, skipped: 0, faults: [] }];
        default: return [404, { v: 1, error: { text: 'there is no such path' } }];
        }
    }

    function serve_file(res, url) {
        const name = url.startsWith('/ui/') ? path.basename(url) : 'index.html', file = path.join(dist, name);
        if (!fs.existsSync(file))
            return res.writeHead(404).end();
        const type = name.endsWith('.js') ? 'text/javascript' : name.endsWith('.css') ? 'text/css' : 'text/html';
        res.writeHead(200, { ...HEADERS, 'Content-Type': `${type}; charset=utf-8` }).end(fs.readFileSync(file));
    }

    function serve_live(req, res) {
        res.writeHead(200, { ...HEADERS, 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
        res.write(': hello\n\n');
        listeners.add(res);
        req.on('close', () => listeners.delete(res));
    }

    const server = http.createServer(async (req, res) => {
        const url = new URL(req.url, 'http://x'), chunks = [];
        if (away)
            return req.socket.destroy();
        asked.push(`${req.method} ${req.url}`);
        if (!url.pathname.startsWith('/api/v1/'))
            return url.pathname.startsWith('/ui/') || PAGES.test(url.pathname) ? serve_file(res, url.pathname) : res.writeHead(404).end();
        for await (const chunk of req)
            chunks.push(chunk);
        const raw = Buffer.concat(chunks).toString('utf8'), rest = url.pathname.slice('/api/v1'.length);
        const body = /json/.test(req.headers['content-type'] ?? '') && raw ? JSON.parse(raw) : raw;
        if (rest === '/session') {
            session = body.token === token;
            return res.writeHead(session ? 204 : 403, session ? { 'Set-Cookie': 'whytls=double; HttpOnly; SameSite=Strict; Path=/' } : { 'Content-Type': 'application/json' }).end(session ? undefined : '{"v":1,"error":{"text":"this is not the token"}}');
        }
        if (!session && rest !== '/health')
            return res.writeHead(401, { 'Content-Type': 'application/json' }).end('{"v":1,"error":{"text":"open the link of the start line"}}');
        if (rest === '/live')
            return serve_live(req, res);
        const [status, data, type] = fixed.get(rest) ?? api(req.method, rest, url.searchParams, body);
        res.writeHead(status, { ...HEADERS, 'Content-Type': type ?? 'application/json', 'Cache-Control': 'no-store' });
        res.end(data === undefined ? undefined : type ? data : JSON.stringify(data));
    });
    await new Promise(done => server.listen(port, '127.0.0.1', done));

    function tell(event, data) {
        for (const one of listeners)
            one.write(`event: ${event}\nid: ${newest}\ndata: ${JSON.stringify(data)}\n\n`);
    }
    return {
        url: `http://127.0.0.1:${server.address().port}`, asked, token,
        emit(count = 1) {
            const rows = [];
            for (let i = 0; i < count; i++)
                rows.push(row(++newest));
            tell('flows', count > 200 ? { rows: [], more: count, total_by_outcome: outcomes() } : { rows, more: 0, total_by_outcome: outcomes() });
            tell('stories', { n: 5 });
        },
        answer: (where, ...what) => void (what.length ? fixed.set(where, what) : fixed.delete(where)),
        go_away() {
            away = true;
            for (const one of listeners)
                one.destroy();
        },
        come_back: () => void (away = false),
        close: () => {
            for (const one of listeners)
                one.destroy();
            server.closeAllConnections();
            return new Promise(done => server.close(done));
        },
    };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const double = await start({ n: Number(process.argv[2] ?? 1284), port: 8091 });
    process.stdout.write(`${double.url}/#token=${double.token}\n`);
    setInterval(() => double.emit(1 + Math.floor(Math.random() * 3)), 2000);
}
