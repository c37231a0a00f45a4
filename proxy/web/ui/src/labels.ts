// labels.ts - every word that is the page's own. What a diagnosis, a check or a device says comes from the proxy.
import type { Certificate, LegRecord, Outcome, Row, Sure } from './api';
import { plural } from './text';

// class: the colour of ui.css; atom: what the filter calls it
export const OUTCOMES: Record<Outcome, { word: string; class: string; atom: string }> = {
    fine: { word: 'Fine', class: 'fine', atom: '~ok' },
    failing: { word: 'Failing', class: 'fault', atom: '~fail' },
    warning: { word: 'Warning', class: 'caution', atom: '~warn' },
    expected: { word: 'Expected', class: 'expected', atom: '~expected' },
    unread: { word: 'Unread', class: 'unread', atom: '~unread' },
    mirrored: { word: 'Mirrored', class: 'mirror', atom: '~mirror' },
};
export const OUTCOME_ORDER: Outcome[] = ['failing', 'warning', 'expected', 'unread', 'mirrored', 'fine'];

export const SURE_BARS: Record<Sure, number> = { certain: 3, likely: 2, possible: 1 };

export const GRADES: Record<string, string> = {
    'Apple source': 'source', 'Apple document': 'document', observed: 'observed', unverified: 'unverified',
};

export const PAGES = [
    { key: 'n', path: '/', icon: 'now', name: 'Now' },
    { key: 'd', path: '/devices', icon: 'phone', name: 'Devices' },
    { key: 'c', path: '/certificates', icon: 'certificate', name: 'Certificates' },
    { key: 'a', path: '/causes', icon: 'causes', name: 'Causes' },
    { key: 'r', path: '/rules', icon: 'rules', name: 'Rules' },
    { key: 'e', path: '/explain', icon: 'explain', name: 'Explain' },
];

export const LEGS: Record<string, string> = { server: 'Server leg', client: 'Client leg', identity: 'The file' };

// What a row says when no diagnosis does.
export function row_says(row: Row): string {
    if (row.title)
        return row.title;
    switch (row.outcome) {
    case 'fine': return row.exchanges ? `Read, ${plural(row.exchanges, 'request')}` : 'Opened, and nothing was asked';
    case 'unread': return 'Passed through unread';
    case 'expected': return 'Cannot be opened, and that is right so';
    case 'mirrored': return 'Shown a fault on purpose';
    case 'warning': return 'Read, with a remark';
    default: return 'It ended otherwise than both ends wanted';
    }
}

// The heading of a connection that needs no explanation.
export function plain_sentence(row: Row): string {
    const who = row.host ?? row.client;
    switch (row.outcome) {
    case 'fine': return row.exchanges ? `whytls read ${plural(row.exchanges, 'request')} to ${who}.` : `${who} was opened, and nothing was asked.`;
    case 'unread': return `The connection to ${who} passed through unread.`;
    case 'expected': return `${who} refuses any proxy, so it passed through unread.`;
    case 'mirrored': return `${who} was shown a fault on purpose.`;
    case 'warning': return `The connection to ${who} went through, with a remark.`;
    default: return `The connection to ${who} failed, and no rule can say why.`;
    }
}

// Whose move it is.
export function whose_move(leg: string | null, cause: string | null): string {
    if (cause?.startsWith('proxy-'))
        return 'a step on this computer';
    if (leg === 'server')
        return 'the server’s to mend';
    if (leg === 'identity')
        return 'a step with the file';
    return cause?.startsWith('app-') ? 'the app’s design' : 'a step on the phone';
}

export const MOMENTS: Record<string, string> = {
    balancer: 'The balancer names the client', sniff: 'whytls accepts the phone', secure: 'TLS to the proxy itself',
    entry: 'The phone says where to', socks: 'SOCKS dialogue', hold: 'Waiting for the phone’s first words',
    hello: 'The phone’s first message, held', decide: 'What to do with it', upgrade: 'STARTTLS dialogue', dial: 'Reach the site',
    server_tls: 'TLS handshake with the site', retry: 'Another try', judge: 'Chain judged', mint: 'Certificate made for the phone',
    client_tls: 'TLS handshake with the phone', page: 'Reason page sent', talk: 'Requests and responses', tunnel: 'Passed unread',
    self: 'Answered by whytls itself', drain: 'The ends let go', done: 'Closed',
};
// Whose time a moment is: c phone, s site, w whytls.
export const MOMENT_OF: Record<string, 'c' | 's' | 'w'> = {
    dial: 's', server_tls: 's', retry: 's', judge: 'w', mint: 'w', decide: 'w', page: 'w', self: 'w',
};

// Results of X509_verify_cert() that are met most.
const OPENSSL: Record<number, string> = {
    2: 'unable to get issuer certificate', 3: 'unable to get certificate CRL', 7: 'certificate signature failure',
    9: 'certificate is not yet valid', 10: 'certificate has expired', 18: 'self-signed certificate',
    19: 'self-signed certificate in certificate chain', 20: 'unable to get local issuer certificate',
    21: 'unable to verify the first certificate', 22: 'certificate chain too long', 23: 'certificate revoked',
    24: 'invalid CA certificate', 25: 'path length constraint exceeded', 26: 'unsupported certificate purpose',
    47: 'permitted subtree violation', 48: 'excluded subtree violation', 62: 'hostname mismatch', 63: 'email address mismatch',
    64: 'IP address mismatch', 66: 'EE certificate key too weak', 67: 'CA certificate key too weak', 68: 'CA signature digest algorithm too weak',
};
export function openssl_says(code: number): string {
    return code === 0 ? 'ok' : OPENSSL[code] ?? `result ${code}`;
}

export const ANCHORS: Record<string, string> = { system: 'public root', user: 'root that the owner installed', custom: 'root of the app' };
export const STORES: Record<string, string> = {
    both: 'in the stores of Apple and Mozilla', apple: 'in Apple’s store only', mozilla: 'in Mozilla’s store only', neither: 'in neither store',
};

export const ENDED: Record<string, string> = {
    alert: 'by an alert', fin: 'closed', rst: 'cut off', timeout: 'gave no answer', clean: 'closed in order',
};

// Apple's words for an app that shows the system's text (observed).
export function app_text(error: number | null, host: string): string {
    if (error === -1202)
        return `The certificate for this server is invalid. You might be connecting to a server that is pretending to be “${host}” which could put your confidential information at risk.`;
    return 'An SSL error has occurred and a secure connection to the server cannot be made.';
}
// Safari's page (unverified).
export const SAFARI_PAGE = 'This Connection Is Not Private';
export function safari_text(host: string): string {
    return `This website may be impersonating “${host}” to steal your personal or financial information. You should go back to the previous page.`;
}

export function certificate_part(cert: Certificate | null, index: number, of: number, leg: LegRecord | null): string {
    const root = index > 0 && (index === of - 1 && (!cert || cert.subject === cert.issuer));
    const words = [root ? 'root' : index > 0 ? 'intermediate' : '', cert?.key ?? ''];
    if (cert?.source === 'aia')
        words.push('not sent, fetched by its address');
    if (root && leg?.trusted_by)
        words.push(STORES[leg.trusted_by] ?? leg.trusted_by);
    return words.filter(Boolean).join(' · ');
}

export const KEYS: [string[], string][] = [
    [['/'], 'Filter'],
    [['j', 'k'], 'Next and previous line'],
    [['Enter', 'o'], 'Open the line'],
    [['→', '←'], 'Unfold and fold repeats'],
    [['Esc'], 'Back, or close'],
    [['y', 'Y'], 'Copy the explanation; as JSON'],
    [['e'], 'Explain this host anew'],
    [['t'], 'Let this host pass unread (asks)'],
    [['p'], 'Pause and resume the live list'],
    [['x'], 'Settle the chosen story'],
    [['g', 'n d c a r e'], 'Now, Devices, Certificates, cAuses, Rules, Explain'],
    [['?'], 'These keys'],
];
