// causes.tsx - what goes wrong how often: by cause, by hour, and for one cause by host, app and device.
import { query, type Outcome } from './api';
import { OUTCOMES } from './labels';
import { now } from './live';
import { Bones, Empty, FaultNote, Grade, Out, Sign, useLoad, useTitle } from './parts';
import { params, set_param } from './router';
import { ago, count, day, moment, plural } from './text';
import { Say, Wire } from './wire';

// One cause, as far as it ended in one outcome.
interface Cause {
    cause: string;
    outcome: Outcome;
    title: string;
    n: number;
    hosts: number;
    apps: number;
    devices: number;
    last_at: string;
}

interface Hour {
    at: string;
    counts: Partial<Record<Outcome, number>>;
}

interface Counts {
    causes: Cause[];
    hours: Hour[];
}

interface OneCause {
    hosts: Share[];
    apps: Share[];
    devices: Share[];
    about: { title: string; why: string; rivals: string[]; grade: string | null } | null;
}

interface Share {
    name: string;
    n: number;
}

const SPANS: [string, string][] = [['1h', 'Last hour'], ['24h', 'Last 24 hours'], ['7d', 'Last 7 days'], ['30d', 'Last 30 days']];
const HOUR_MS = 3600000;
// How many columns the chart of a time has, and how much time each is.
const BUCKETS: Record<string, [number, number]> = { '1h': [2, HOUR_MS], '24h': [24, HOUR_MS], '7d': [7, 24 * HOUR_MS], '30d': [30, 24 * HOUR_MS] };
const CHART_PX = 128, BARS_MOST = 12;

function sum(list: { n: number }[]): number {
    return list.reduce((all, one) => all + one.n, 0);
}

// What somebody can act on, and how it is drawn: bars and columns of `bar`.
const WRONG = [{ outcome: 'failing', bar: 'f' }, { outcome: 'warning', bar: 'c' }] as const;

function heading(list: Cause[]): string {
    const failing = list.filter(one => one.outcome === 'failing'), warned = list.filter(one => one.outcome === 'warning');
    const wrong = failing.length ? failing : warned, top = wrong[0];
    if (!top)
        return list.length ? 'Nothing failed. What was refused is expected.' : 'Nothing failed.';
    if (!failing.length)
        return `Nothing failed. ${plural(sum(warned), 'connection')} went through with something amiss.`;
    if (wrong[1]?.n === top.n)
        return `${plural(wrong.length, 'cause')}, and none is the biggest.`;
    return wrong.length === 1 ? `One cause alone: ${top.title}.` : `${top.title}: ${top.n} of ${sum(wrong)}.`;
}

function SpanSelect({ since }: { since: string }) {
    return (
        <div class="row"><select aria-label="Time span" value={since} onChange={event => set_param('since', event.currentTarget.value === '24h' ? '' : event.currentTarget.value)}>
            {SPANS.map(([value, name]) => <option key={value} value={value}>{name}</option>)}</select></div>
    );
}

function where(one: Cause): string {
    return [one.hosts && plural(one.hosts, 'host'), one.devices && plural(one.devices, 'device')].filter(Boolean).join(', ');
}

// most: what the longest bar of the chart stands for
function Bars({ list, bar, most }: { list: Cause[]; bar: string; most: number }) {
    return (
        <div class="chart">{list.slice(0, BARS_MOST).map(one => {
            const width = (one.n / most) * 66;
            return (
                <div class="r" key={one.cause}><a href={`/causes/${encodeURIComponent(one.cause)}`}><Wire text={one.title} /><br /><span class="id">{one.cause}</span></a>
                    <svg class="bar-svg" height="34" role="img" aria-label={`${one.title}: ${one.n}`}><rect class={`b-${bar}`} x="0" y="8" height="18" rx="3" width={`${width}%`} />
                        <text class="cnt" x={`${width}%`} dx="8" y="21">{count(one.n)}</text><text class="long" x={`${width}%`} dx={20 + count(one.n).length * 8} y="21">{where(one)}</text></svg></div>
            );
        })}</div>
    );
}

interface Bucket {
    at: number;
    failing: number;
    warning: number;
}

// Each hour or day of a time; those in which nothing went wrong as well. What is expected is not among them.
function buckets_of(hours: Hour[], since: string, now_ms: number): Bucket[] {
    const [n, step] = BUCKETS[since] ?? BUCKETS['24h']!;
    const last = Math.floor(now_ms / step) * step;
    const buckets = Array.from({ length: n }, (_, i) => ({ at: last - (n - 1 - i) * step, failing: 0, warning: 0 }));
    for (const hour of hours) {
        const bucket = buckets[n - 1 - Math.floor((last + step - 1 - Date.parse(hour.at)) / step)];
        if (bucket)
            for (const { outcome } of WRONG)
                bucket[outcome] += hour.counts[outcome] ?? 0;
    }
    return buckets;
}

function told(bucket: Bucket, name: string): string {
    return `${name} ${WRONG.filter(one => bucket[one.outcome]).map(one => `${bucket[one.outcome]} ${OUTCOMES[one.outcome].word.toLowerCase()}`).join(', ')}`;
}

// One column: what failed stands on the line, what was only amiss on top of it; the number of both above.
function Column({ bucket, x, width, scale }: { bucket: Bucket; x: number; width: number; scale: number }) {
    const all = bucket.failing + bucket.warning, failing = bucket.failing * scale, whole = all * scale, left = `${x + width * 0.12}%`, wide = `${width * 0.76}%`;
    return !all ? null : <>{bucket.failing > 0 && <rect class="f" x={left} width={wide} y={CHART_PX - failing} height={failing} />}
        {bucket.warning > 0 && <rect class="c" x={left} width={wide} y={CHART_PX - whole} height={whole - failing} />}
        <text x={`${x + width / 2}%`} y={CHART_PX - whole - 6} text-anchor="middle">{count(all)}</text></>;
}

function HourChart({ hours, since }: { hours: Hour[]; since: string }) {
    const buckets = buckets_of(hours, since, now.value), daily = since === '7d' || since === '30d';
    const name = (at: number) => (daily ? day(at).replace(/ \d+$/, '') : moment(at).slice(-9, -4));
    const scale = (CHART_PX - 26) / Math.max(1, ...buckets.map(one => one.failing + one.warning)), width = 100 / buckets.length;
    const says = buckets.filter(one => one.failing + one.warning).map(one => told(one, name(one.at))).join('; ');
    const every = Math.max(1, Math.ceil(buckets.length / 6));
    return (
        <section class="card"><div class="cap"><h2>{daily ? 'By day' : 'By hour'}</h2><span class="row small">{WRONG.map(one => <Out key={one.outcome} outcome={one.outcome} />)}</span></div>
            <svg class="hist" width="100%" height="150" role="img" aria-label={says ? `What needs a look, by ${daily ? 'day' : 'hour'}, UTC: ${says}` : 'Nothing in this time'}>
                <line class="tick" x1="0" x2="100%" y1={CHART_PX} y2={CHART_PX} />
                {buckets.map((bucket, i) => (
                    <g key={bucket.at}><Column bucket={bucket} x={i * width} width={width} scale={scale} />
                        {i % every === 0 && <><line class="tick" x1={`${i * width}%`} x2={`${i * width}%`} y1={CHART_PX} y2={CHART_PX + 5} /><text x={`${i * width}%`} dx="2" y="146">{name(bucket.at)}</text></>}</g>
                ))}
            </svg></section>
    );
}

function CauseTable({ list, since }: { list: Cause[]; since: string }) {
    return (
        <section class="card flush scrollx"><table class="causes"><caption class="sr">The same numbers as a table</caption><thead><tr><th>Outcome</th><th>Cause</th><th class="right">Connections</th><th>Where</th><th>Last</th></tr></thead>
            <tbody>{list.map(one => (
                <tr key={one.cause + one.outcome}><td><Out outcome={one.outcome} /></td><td><a href={`/?q=${encodeURIComponent(`${OUTCOMES[one.outcome].atom} ~cause ${one.cause} ~since ${since}`)}`}><Wire text={one.title} /></a><div class="id">{one.cause}</div></td>
                    <td class="right">{count(one.n)}</td><td>{where(one)}</td><td class="nowrap">{ago(one.last_at, now.value)}</td></tr>
            ))}</tbody></table></section>
    );
}

function AllCauses() {
    const since = params.value.get('since') ?? '24h';
    const { data, fault, again } = useLoad<Counts>('/causes' + query({ since }));
    useTitle('Causes');
    if (!data)
        return fault ? <FaultNote fault={fault} again={again} /> : <Bones />;
    const sorted = [...data.causes].sort((a, b) => b.n - a.n), of = (outcome: Outcome) => sorted.filter(one => one.outcome === outcome);
    const wrong = [...of('failing'), ...of('warning')], expected = of('expected'), most = Math.max(1, ...wrong.map(one => one.n));
    return (
        <><div class="head"><div><h1 class="sentence"><Say text={heading(sorted)} /></h1><p class="lead">{plural(sum(wrong), 'connection')} with a cause that somebody can act on.</p></div><SpanSelect since={since} /></div>
            <div class="stack">{!sorted.length ? <section class="card"><Empty text="No connection of this time failed, and none was refused." /></section> : <>
                <section class="card"><div class="cap"><h2>Causes, by number of connections</h2></div>
                    {WRONG.map(({ outcome, bar }) => of(outcome).length > 0 && <div key={outcome}><h3 class="row mt3"><Sign outcome={outcome} />{OUTCOMES[outcome].word}, {count(sum(of(outcome)))}</h3><Bars list={of(outcome)} bar={bar} most={most} /></div>)}
                    {expected.length > 0 && <p class="note mt4"><b>{count(sum(expected))} more are expected.</b> They cannot be opened, and that is right so: whytls lets them pass unread and does not count them as failing.</p>}</section>
                <HourChart hours={data.hours} since={since} /><CauseTable list={sorted} since={since} /></>}</div></>
    );
}

function Shares({ title, list, atom }: { title: string; list: Share[]; atom: string }) {
    return (
        <section class="card"><h2>{title}</h2><ul class="list mt2">{list.map(one => (
            <li key={one.name}><span><a href={`/?q=${encodeURIComponent(`${atom} "${one.name.replaceAll('"', '')}"`)}`}><Wire text={one.name} most={60} /></a></span><span class="nowrap">{count(one.n)}</span></li>
        ))}</ul></section>
    );
}

function Cause({ code }: { code: string }) {
    const since = params.value.get('since') ?? '24h';
    const { data, fault, again } = useLoad<OneCause>(`/causes/${encodeURIComponent(code)}${query({ since })}`);
    useTitle(data?.about?.title ?? code);
    if (!data)
        return fault ? <><h1 class="sentence">There is no such cause.</h1><FaultNote fault={fault} again={again} /></> : <Bones />;
    return (
        <><nav class="crumbs" aria-label="Where you are"><a href="/causes">Causes</a><span>›</span><span class="id">{code}</span></nav>
            <div class="head"><div><h1 class="sentence"><Wire text={data.about?.title ?? code} />.</h1>{data.about?.why && <p class="lead"><Say text={data.about.why} /></p>}</div><SpanSelect since={since} /></div>
            <div class="stack"><div class="three"><Shares title="By host" list={data.hosts} atom="~d" /><Shares title="By app" list={data.apps} atom="~app" /><Shares title="By device" list={data.devices} atom="~dev" /></div>
                {data.about && (data.about.rivals?.length > 0 || data.about.grade) && <section class="card stack"><h2>What it can be taken for</h2>
                    <ul class="list">{data.about.rivals?.map(one => <li key={one}><a class="id" href={`/causes/${encodeURIComponent(one)}`}>{one}</a></li>)}</ul><span><Grade grade={data.about.grade} /></span></section>}
                <p><a href={`/?q=${encodeURIComponent(`~cause ${code}`)}`}>Its connections</a></p></div></>
    );
}

export function Causes({ code }: { code?: string }) {
    return code ? <Cause key={code} code={code} /> : <AllCauses />;
}
