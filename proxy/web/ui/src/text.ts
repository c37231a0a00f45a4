// text.ts - numbers, times and names as a person reads them. Pure.

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export function count(n: number): string {
    return n.toLocaleString('en-GB');
}

export function plural(n: number, one: string, many = one + 's'): string {
    return `${count(n)} ${n === 1 ? one : many}`;
}

function two(n: number): string {
    return String(n).padStart(2, '0');
}

// 09:41:52
export function clock_time(at: string): string {
    const d = new Date(at);
    return isNaN(+d) ? '' : `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`;
}

// 18 Nov 2026
export function day(at: string | number): string {
    const d = new Date(at);
    return isNaN(+d) ? '' : `${d.getUTCDate()} ${MONTHS[d.getUTCMonth()]} ${d.getUTCFullYear()}`;
}

// 18 Nov 2026, 12:00 UTC
export function moment(at: string | number): string {
    const d = new Date(at);
    return isNaN(+d) ? '' : `${day(at)}, ${two(d.getUTCHours())}:${two(d.getUTCMinutes())} UTC`;
}

// 3 days; 1 hour: the greatest unit alone
export function span(ms: number): string {
    const size = Math.abs(ms);
    for (const [unit, name] of [[365.25 * DAY, 'year'], [DAY, 'day'], [HOUR, 'hour'], [MINUTE, 'minute']] as [number, string][])
        if (size >= unit * (name === 'year' ? 2 : 1))
            return plural(Math.floor(size / unit), name);
    return plural(Math.floor(size / SECOND), 'second');
}

export function ago(at: string, now: number): string {
    const gone = now - Date.parse(at);
    return gone < SECOND ? 'now' : `${span(gone)} ago`;
}

export function days_between(from: string, to: string): number {
    return Math.round((Date.parse(to) - Date.parse(from)) / DAY);
}

export function bytes(n: number): string {
    if (n < 1024)
        return plural(n, 'byte');
    const [size, unit] = n < 1024 * 1024 ? [n / 1024, 'KiB'] : [n / 1024 / 1024, 'MiB'];
    return `${size < 10 ? size.toFixed(1) : count(Math.round(size))} ${unit}`;
}

// The sentence that a text begins with, and what follows it. Dots inside names do not end it.
export function first_sentence(text: string): [string, string] {
    const found = /[.?](?=\s+[A-Z“"0-9])/.exec(text);
    if (!found)
        return [text.trim(), ''];
    return [text.slice(0, found.index + 1), text.slice(found.index + 1).trim()];
}

export function upper_first(text: string): string {
    return text.startsWith('whytls') ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

// What a distinguished name (RFC 4514) says first of all: CN, else O, else itself.
export function common_name(dn: string): string {
    for (const key of ['CN', 'O', 'OU']) {
        const found = new RegExp(`(?:^|[,+])\\s*${key}=((?:\\\\.|[^,+\\\\])*)`).exec(dn);
        if (found?.[1])
            return found[1].replace(/\\(.)/g, '$1');
    }
    return dn;
}

// Code points that cannot be seen, or that turn the order of what can: controls, marks of direction, of zero width.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/u;

// Text from the wire in parts; the odd ones are the names (U+202E) of what cannot be seen. lines: it has lines of its own.
export function visible_parts(text: string, most: number, lines = false): string[] {
    let shown = text;
    if (shown.length > most) {
        const half = Math.floor((most - 1) / 2);
        shown = `${shown.slice(0, half)}…${shown.slice(-half)}`;
    }
    const parts = [''];
    for (const c of shown) {
        if (UNSEEN.test(c) && !(lines && (c === '\n' || c === '\t')))
            parts.push('U+' + c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0'), '');
        else
            parts[parts.length - 1] += c;
    }
    return parts;
}

// ab12 34cd …: a fingerprint in fours, short
export function fingerprint(sha: string): string {
    const head = sha.slice(0, 16).toUpperCase().match(/.{1,4}/g) ?? [];
    return `${head.join(' ')} …`;
}

export function host_port(host: string | null, port: number): string {
    if (!host)
        return '';
    return port === 443 || !port ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

// One argument for a shell: what is plain stays, all else stands in single quotes.
export function shell_word(text: string): string {
    return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`;
}
