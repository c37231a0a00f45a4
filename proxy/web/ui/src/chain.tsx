// chain.tsx - certificates on a line of time: symmetric about now, days near it larger than years far away, so that the place
// of a fault can be seen.
import type { Certificate, Check, FlowRecord, LegRecord, Verdict } from './api';
import { certificate_part } from './labels';
import { common_name, DAY, day, days_between, fingerprint, moment, span } from './text';
import { Wire } from './wire';

const LOG_END = Math.log(9201); // 25 years of days are the edge
const TICKS: [number, string, string][] = [[-7300, '20 y ago', 't20y'], [-730, '2 y ago', 't2y'], [-90, '90 d ago', 't90d'], [-7, '7 d ago', 't7d'],
    [7, '7 d', 't7d'], [90, '90 d', 't90d'], [730, '2 y', 't2y'], [7300, '20 y', 't20y']];

// Where a moment lies, in per cent of the width.
export function time_x(at: number, now: number): number {
    const days = (at - now) / DAY;
    return Math.max(1, Math.min(99, 50 + Math.sign(days) * 49 * Math.log(1 + Math.abs(days)) / LOG_END));
}

function pc(x: number): string {
    return `${x.toFixed(2)}%`;
}

function Ticks({ height }: { height: number }) {
    return (
        <>
            {TICKS.map(([d]) => <line key={d} class="tick" x1={pc(time_x(d * DAY, 0))} x2={pc(time_x(d * DAY, 0))} y1="0" y2={height} />)}
            <line class="nowline" x1="50%" x2="50%" y1="0" y2={height} />
        </>
    );
}

export function Axis() {
    return (
        <div class="r axis"><div class="lab tiny dim">Days near now are drawn larger than years far away.</div>
            <svg class="bar-svg" height="22" role="img" aria-label="Time axis from twenty years ago to twenty years ahead">
                {TICKS.map(([d, text, cls]) => <text key={d} x={pc(time_x(d * DAY, 0))} y="14" text-anchor="middle" class={cls}>{text}</text>)}
                <text x="50%" y="14" text-anchor="middle" class="nowtext">now</text>
            </svg></div>
    );
}

export type Bar = 'good' | 'warn' | 'bad' | 'ghost';

// What is to be said of one certificate's dates, and how its bar is drawn.
export function bar_of(cert: Certificate, now: number, checks: Check[]): { bar: Bar; says: string; short: string } {
    const start = Date.parse(cert.not_before), end = Date.parse(cert.not_after);
    if (end < now)
        return { bar: 'bad', says: `ended ${moment(end)}: ${span(now - end)} ago`, short: `${span(now - end)} ago` };
    if (start > now)
        return { bar: 'bad', says: `starts ${moment(start)}: in ${span(start - now)}`, short: `in ${span(start - now)}` };
    const long = checks.some(one => /ValidityPeriod|TemporalNesting/.test(one.check));
    if (long) {
        const length = `${days_between(cert.not_before, cert.not_after)} days long`;
        return { bar: 'bad', says: length, short: length };
    }
    if (checks.length)
        return { bar: 'bad', says: checks[0]!.detail ?? checks[0]!.check, short: checks[0]!.check };
    const left = end - now;
    if (left < 14 * DAY)
        return { bar: 'warn', says: `${span(left)} left, to ${day(end)}`, short: `${span(left)} left` };
    return { bar: 'good', says: `valid to ${day(end)}`, short: `to ${day(end)}` };
}

const TEXT_CLASS: Record<Bar, string> = { good: 'gtext', warn: 'wtext', bad: 'ftext', ghost: '' };

// The red diamond at the very place of the fault.
function Diamond({ x, y }: { x: number; y: number }) {
    return (
        <svg x={pc(x)} y={y} width="22" height="22" overflow="visible"><path class="mk" transform="translate(-11,0)" d="M11 0 22 11 11 22 0 11z" />
            <path class="mkh" transform="translate(-11,0)" d="M9.8 5.5h2.4v6.6H9.8zM9.8 14h2.4v2.3H9.8z" /></svg>
    );
}

function TimeBar({ cert, now, checks, name }: { cert: Certificate; now: number; checks: Check[]; name: string }) {
    const from = time_x(Date.parse(cert.not_before), now), to = time_x(Date.parse(cert.not_after), now);
    const { bar, says, short } = bar_of(cert, now, checks);
    const ended = to < 50, future = from > 50;
    const text_x = bar !== 'bad' ? from : ended || !future ? 50 : 2;
    return (
        <svg class="bar-svg" height="58" role="img" aria-label={`${name}: ${says}${bar === 'bad' ? '. The fault is here.' : ''}`}>
            <Ticks height={58} />
            <rect class={bar} x={pc(from)} width={pc(Math.max(0.6, to - from))} y="17" height="24" rx="5" />
            {ended && <line class="gap" x1={pc(to)} x2="50%" y1="29" y2="29" />}
            {future && <line class="gap" x1="50%" x2={pc(from)} y1="29" y2="29" />}
            {bar === 'bad' && <Diamond x={ended ? to : future ? from : to} y={18} />}
            <text class={TEXT_CLASS[bar]} x={pc(text_x)} dx={bar === 'bad' && text_x === 50 ? 14 : 10} y="33"><tspan class="long">{says.slice(0, 60)}</tspan><tspan class="short">{short.slice(0, 24)}</tspan></text>
        </svg>
    );
}

function GhostBar({ says }: { says: string }) {
    return (
        <svg class="bar-svg" height="58" role="img" aria-label={says}><Ticks height={58} />
            <rect class="ghost" x="8%" width="84%" y="17" height="24" rx="5" /><text x="8%" dx="10" y="33">{says}</text></svg>
    );
}

// The certificates of a chain in order: the path that was judged, else what was sent.
export function chain_of(record: FlowRecord, certificates: Certificate[]): { shas: string[]; find: (sha: string) => Certificate | null; verdict: Verdict | null; leg: LegRecord | null } {
    const leg = record.server_leg, verdict = leg?.verdict ?? record.identity?.verdict ?? null;
    const all = new Map<string, Certificate>();
    for (const cert of [...(record.certificates ?? []), ...(leg?.certificates ?? []), ...certificates])
        all.set(cert.sha256, { ...all.get(cert.sha256), ...cert });
    const path = verdict?.path ?? [], sent = leg?.chain ?? [];
    return { shas: path.length >= sent.length ? path : sent, find: sha => all.get(sha) ?? null, verdict, leg };
}

export function ChainCard({ record, certificates, title = 'The chain, on a time line' }: { record: FlowRecord; certificates: Certificate[]; title?: string }) {
    const { shas, find, verdict, leg } = chain_of(record, certificates);
    const now = Date.parse(record.at);
    if (!shas.length)
        return null;
    return (
        <section class="card"><div class="cap"><h2>{title}</h2><span class="small dim">judged at {moment(now)}</span></div>
            <div class="tl"><Axis />
                {shas.map((sha, i) => {
                    const cert = find(sha), checks = verdict?.checks.filter(one => one.cert === i) ?? [];
                    const issuer = i > 0 ? find(shas[i - 1]!)?.issuer : undefined, last = i === shas.length - 1;
                    const name = cert ? common_name(cert.subject) || '(no name)' : issuer ? common_name(issuer) : 'A certificate of a store';
                    return (
                        <div class="r" key={sha}><div class="lab"><b><a class="plain" href={`/certificates/${sha}`}><Wire text={name} most={60} /></a></b>
                            <div class="small soft">{certificate_part(cert, i, shas.length, leg)}{!cert && <> <code>{fingerprint(sha)}</code></>}</div>
                            {checks.map(one => <div class="small fault" key={one.check}><Wire text={one.check} />{one.detail && <>: <Wire text={one.detail} /></>}</div>)}
                            {!last && <div class="by">signed by the next one ↓</div>}</div>
                            {cert ? <TimeBar cert={cert} now={now} checks={checks} name={`Certificate ${i}, ${name}`} /> : <GhostBar says={last ? 'not sent, known from the store' : 'not sent by the site'} />}</div>
                    );
                })}
            </div></section>
    );
}

// A bar without words, for a table.
export function SlimBar({ cert, now }: { cert: Certificate; now: number }) {
    const from = time_x(Date.parse(cert.not_before), now), to = time_x(Date.parse(cert.not_after), now);
    const { bar, says } = bar_of(cert, now, []);
    return (
        <svg class="bar-svg" height="26" role="img" aria-label={says}><line class="tick" x1="1%" x2="99%" y1="13" y2="13" />
            <rect class={bar} x={pc(from)} width={pc(Math.max(0.6, to - from))} y="6" height="14" rx="3" /><line class="nowline" x1="50%" x2="50%" y1="0" y2="26" /></svg>
    );
}
