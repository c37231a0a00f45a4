// causes.tsx - what goes wrong how often: by cause, by hour, and for one cause by host, app and device.
import { get, query } from './api';
import { now } from './live';
import { Bones, Empty, FaultNote, Grade, Out, Sign, useLoad, useTitle } from './parts';
import { params, set_param } from './router';
import { ago, count, day, moment, plural } from './text';
import { Say, Wire } from './wire';

interface Cause {
    cause: string;
    title: string;
    n: number;
    hosts: number;
    apps: number;
    devices: number;
    expected: boolean;
    last_at: string;
}

interface Hour {
    at: string;
    counts: Record<string, number>;
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

function heading(list: Cause[]): string {
    const wrong = list.filter(one => !one.expected), top = wrong[0];
    if (!top)
        return list.length ? 'Nothing failed. What was refused is expected.' : 'Nothing failed.';
    if (wrong[1]?.n === top.n)
        return `${plural(wrong.length, 'cause')}, and none is the biggest.`;
    const share = Math.round((top.n / sum(wrong)) * 100);
    return share > 99 ? `One cause alone: ${top.title}.` : `${top.title}: ${share} of 100.`;
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

function Bars({ list, kind }: { list: Cause[]; kind: 'b-f' | 'b-e' }) {
    const most = Math.max(1, ...list.map(one => one.n));
    return (
        <div class="chart">{list.slice(0, BARS_MOST).map(one => {
            const width = (one.n / most) * 66;
            return (
                <div class="r" key={one.cause}><a href={`/causes/${encodeURIComponent(one.cause)}`}><Wire text={one.title} /><br /><span class="id">{one.cause}</span></a>
                    <svg class="bar-svg" height="34" role="img" aria-label={`${one.title}: ${one.n}`}><rect class={kind} x="0" y="8" height="18" rx="3" width={`${width}%`} />
                        <text class="cnt" x={`${width}%`} dx="8" y="21">{count(one.n)}</text><text class="long" x={`${width}%`} dx={20 + count(one.n).length * 8} y="21">{where(one)}</text></svg></div>
            );
        })}</div>
    );
}

// The failures of each hour or day of a time; those in which nothing failed as well. What is expected is not among them.
function buckets_of(hours: Hour[], expected: Set<string>, since: string, now_ms: number): { at: number; n: number }[] {
    const [n, step] = BUCKETS[since] ?? BUCKETS['24h']!;
    const last = Math.floor(now_ms / step) * step;
    const buckets = Array.from({ length: n }, (_, i) => ({ at: last - (n - 1 - i) * step, n: 0 }));
    for (const hour of hours) {
        const bucket = buckets[n - 1 - Math.floor((last + step - 1 - Date.parse(hour.at)) / step)];
        for (const [cause, more] of Object.entries(hour.counts))
            if (bucket && !expected.has(cause))
                bucket.n += more;
    }
    return buckets;
}

function HourChart({ hours, expected, since }: { hours: Hour[]; expected: Set<string>; since: string }) {
    const buckets = buckets_of(hours, expected, since, now.value), daily = since === '7d' || since === '30d';
    const counts = buckets.map(one => one.n), name = (at: number) => (daily ? day(at).replace(/ \d+$/, '') : moment(at).slice(-9, -4));
    const most = Math.max(1, ...counts), width = 100 / buckets.length;
    const told = buckets.filter(one => one.n).map(one => `${name(one.at)} ${one.n}`).join(', ');
    const every = Math.max(1, Math.ceil(buckets.length / 6));
    return (
        <section class="card"><div class="cap"><h2>{daily ? 'By day' : 'By hour'}</h2><span class="small fault row tight"><Sign outcome="failing" />needs a look, with its number</span></div>
            <svg class="hist" width="100%" height="150" role="img" aria-label={told ? `What needs a look, by ${daily ? 'day' : 'hour'}, UTC: ${told}` : 'Nothing in this time'}>
                <line class="tick" x1="0" x2="100%" y1={CHART_PX} y2={CHART_PX} />
                {buckets.map((bucket, i) => {
                    const height = (counts[i]! / most) * (CHART_PX - 26), x = i * width;
                    return (
                        <g key={bucket.at}>{counts[i]! > 0 && <><rect class="f" x={`${x + width * 0.12}%`} width={`${width * 0.76}%`} y={CHART_PX - height} height={height} />
                            <text x={`${x + width / 2}%`} y={CHART_PX - height - 6} text-anchor="middle">{count(counts[i]!)}</text></>}
                        {i % every === 0 && <><line class="tick" x1={`${x}%`} x2={`${x}%`} y1={CHART_PX} y2={CHART_PX + 5} /><text x={`${x}%`} dx="2" y="146">{name(bucket.at)}</text></>}</g>
                    );
                })}
            </svg></section>
    );
}

function CauseTable({ list, since }: { list: Cause[]; since: string }) {
    return (
        <section class="card flush scrollx"><table><caption class="sr">The same numbers as a table</caption><thead><tr><th>Kind</th><th>Cause</th><th class="right">Connections</th><th>Where</th><th>Last</th><th><span class="sr">Connections</span></th></tr></thead>
            <tbody>{list.map(one => (
                <tr key={one.cause}><td><Out outcome={one.expected ? 'expected' : 'failing'} word={one.expected ? undefined : 'Needs a look'} /></td><td><Wire text={one.title} /><div class="id">{one.cause}</div></td><td class="right">{count(one.n)}</td><td>{where(one)}</td>
                    <td class="nowrap">{ago(one.last_at, now.value)}</td><td class="right"><a href={`/?q=${encodeURIComponent(`~cause ${one.cause} ~since ${since}`)}`} aria-label={`Show the connections of ${one.title}`}>Show</a></td></tr>
            ))}</tbody></table></section>
    );
}

function AllCauses() {
    const since = params.value.get('since') ?? '24h';
    const { data, fault, again } = useLoad(`causes ${since}`, () => get<Counts>('/causes' + query({ since })));
    useTitle('Causes');
    if (!data)
        return fault ? <FaultNote fault={fault} again={again} /> : <Bones />;
    const sorted = [...data.causes].sort((a, b) => b.n - a.n), wrong = sorted.filter(one => !one.expected), expected = sorted.filter(one => one.expected);
    return (
        <><div class="head"><div><h1 class="sentence"><Say text={heading(sorted)} /></h1><p class="lead">{plural(sum(wrong), 'connection')} with a cause that somebody can act on.</p></div><SpanSelect since={since} /></div>
            <div class="stack">{!sorted.length ? <section class="card"><Empty text="No connection of this time failed, and none was refused." /></section> : <>
                <section class="card"><div class="cap"><h2>Causes, by number of connections</h2></div>
                    {wrong.length > 0 && <><h3 class="row mt3"><Sign outcome="failing" />Need a look, {count(sum(wrong))}</h3><Bars list={wrong} kind="b-f" /></>}
                    {expected.length > 0 && <p class="note mt4"><b>{count(sum(expected))} more are expected.</b> They cannot be opened, and that is right so: whytls lets them pass unread and does not count them as failing.</p>}</section>
                <HourChart hours={data.hours} expected={new Set(expected.map(one => one.cause))} since={since} /><CauseTable list={sorted} since={since} /></>}</div></>
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
    const { data, fault, again } = useLoad(`${code} ${since}`, () => get<OneCause>(`/causes/${encodeURIComponent(code)}${query({ since })}`));
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
