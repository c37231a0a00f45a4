// certificates.tsx - every certificate that passed by: when it ends, who issued it, who uses it.
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { get, query, type Certificate, type Row } from './api';
import { Axis, bar_of, SlimBar } from './chain';
import { FilterBox } from './filter_box';
import { row_says, STORES } from './labels';
import { now } from './live';
import { Bones, CopyButton, Empty, FaultNote, Out, useLoad, useTitle } from './parts';
import { params, set_param } from './router';
import { ago, clock_time, common_name, count, DAY, fingerprint, moment, plural } from './text';
import { Wire } from './wire';

interface Listed extends Certificate {
    uses: number;
    last_at: string;
    hosts: string[];
    issuer_changed: boolean;
    stores?: string | null; // of a root
    sent?: boolean | null;
}

interface Page {
    certificates: Listed[];
    complete?: boolean; // false: the time was over before all were looked at
    next: string | number | null;
}

interface Whole extends Listed {
    flows: Row[];
    chain_with: string[];
}

const TABS: [string, string][] = [['sites', 'Served by sites'], ['made', 'Made by whytls'], ['roots', 'Roots']];
const SOON_MS = 14 * DAY, LIMIT = 100;

function heading(list: Listed[], at: number): string {
    const ended = list.filter(one => Date.parse(one.not_after) < at).length;
    const soon = list.filter(one => Date.parse(one.not_after) >= at && Date.parse(one.not_after) < at + SOON_MS).length;
    if (!list.length)
        return 'No certificate yet.';
    if (!ended && !soon)
        return 'No certificate here has ended, and none ends within 14 days.';
    return [ended && `${plural(ended, 'certificate has', 'certificates have')} ended`, soon && `${ended ? count(soon) : plural(soon, 'certificate')} ${soon === 1 ? 'ends' : 'end'} within 14 days`].filter(Boolean).join(', and ') + '.';
}

function Line({ cert, at }: { cert: Listed; at: number }) {
    const { bar, short } = bar_of(cert, at, []);
    return (
        <tr><td><a class="plain" href={`/certificates/${cert.sha256}`}><b><Wire text={common_name(cert.subject) || cert.names[0] || fingerprint(cert.sha256)} most={60} /></b></a>
            <div class="small dim">{cert.stores ? <>{STORES[cert.stores] ?? cert.stores}{!cert.sent && ' · not sent'}</> : cert.subject === cert.issuer ? 'by itself' : <>by <Wire text={common_name(cert.issuer)} most={60} /></>}{cert.issuer_changed && <> · <span class="caution"><b>issuer changed</b></span></>}</div></td>
            <td class="tlcell"><SlimBar cert={cert} now={at} /></td>
            <td class="nowrap"><Out outcome={bar === 'bad' ? 'failing' : bar === 'warn' ? 'warning' : 'fine'} word={bar === 'bad' && short.endsWith('ago') ? `ended ${short}` : bar === 'bad' ? `starts ${short}` : short} /></td>
            <td class="soft">{cert.key}</td><td class="soft">{ago(cert.last_at, now.value)}</td>
            <td class="right soft">{plural(cert.uses, 'connection')}{cert.hosts[0] && <div class="small dim"><Wire text={cert.hosts[0]} most={40} />{cert.hosts.length > 1 && ' …'}</div>}</td></tr>
    );
}

function Nothing({ q, tab }: { q: string; tab: string }) {
    if (q)
        return <Empty text={<>Nothing here matches <code><Wire text={q} /></code>.</>}><button type="button" class="btn" onClick={() => set_param('q', '')}>Clear the filter</button></Empty>;
    return <Empty text={tab === 'roots' ? 'A root appears here with the first connection whose chain ends in it.' : 'A certificate appears here with the first connection that is read.'} />;
}

function AllCertificates() {
    const tab = params.value.get('tab') ?? 'sites', q = params.value.get('q') ?? '', at = Date.now();
    const path = '/certificates' + query({ tab, q, limit: LIMIT });
    const { data, fault, again } = useLoad<Page>(path);
    const shown = useRef<Page | null>(null), more = useSignal<{ of: Page; list: Listed[]; next: Page['next'] } | null>(null);
    useTitle('Certificates');
    if (data)
        shown.current = data;
    // While another filter is asked for, or when it is wrong, what was shown stays.
    const page = data ?? shown.current, rest = more.value?.of === page ? more.value : null;
    const list = page ? [...page.certificates, ...(rest?.list ?? [])] : [], next = rest ? rest.next : page?.next ?? null;
    async function load_more(of: Page) {
        const said = await get<Page>('/certificates' + query({ tab, q, limit: LIMIT, after: next })).catch(() => null);
        if (said)
            more.value = { of, list: [...(rest?.list ?? []), ...said.certificates], next: said.next };
    }
    return (
        <><div class="head"><div><h1 class="sentence">{page ? heading(list, at) : 'Certificates'}</h1><p class="lead">{tab === 'roots' ? 'Every root that a chain ended in, sent or not.' : 'Every certificate that passed through.'}</p></div></div>
            <FilterBox of="certificates" value={q} apply={text => set_param('q', text)} fault={fault} label="Search the certificates" placeholder="~ends 14d    ~issuer &quot;Example Trust&quot;    shop.example" />
            <div class="facets" role="group" aria-label="Whose certificates">{TABS.map(([name, label]) => <button type="button" key={name} class="facet" aria-pressed={tab === name} onClick={() => set_param('tab', name === 'sites' ? '' : name)}>{label}</button>)}</div>
            {fault && fault.status !== 400 && <FaultNote fault={fault} again={again} />}
            <section class="card flush mt3 scrollx">{!page ? <Bones rows={6} /> : !list.length && next === null ? <Nothing q={q} tab={tab} />
                : <table class="certs"><thead><tr><th>Certificate</th><th class="tlcell"><svg class="bar-svg" height="16" aria-hidden="true"><text x="14.6%" y="12" text-anchor="middle">2 y ago</text><text x="38.8%" y="12" text-anchor="middle">7 d</text><text class="nowtext" x="50%" y="12" text-anchor="middle">now</text><text x="61.2%" y="12" text-anchor="middle">7 d</text><text x="85.4%" y="12" text-anchor="middle">2 y</text></svg></th>
                    <th>Validity</th><th>Key</th><th>Last seen</th><th class="right">Used by</th></tr></thead><tbody>{list.map(cert => <Line key={cert.sha256} cert={cert} at={at} />)}</tbody></table>}</section>
            {page?.complete === false && <p class="soft mt3" role="status">{tab === 'roots' ? 'These are the roots found so far: the time was not enough for all of them.' : 'This is what was found so far.'}</p>}
            {page && next !== null && <p class="mt3"><button type="button" class="btn" onClick={() => void load_more(page)}>More</button></p>}</>
    );
}

function Facts({ cert }: { cert: Listed }) {
    return (
        <dl class="kv"><dt>Subject</dt><dd><code><Wire text={cert.subject} most={400} /></code></dd><dt>Issuer</dt><dd><code><Wire text={cert.issuer} most={400} /></code></dd>
            <dt>Names</dt><dd>{cert.names.length ? cert.names.map((name, i) => <>{i > 0 && ', '}<code key={name}><Wire text={name} most={100} /></code></>) : 'none'}</dd>
            <dt>Valid</dt><dd>{moment(cert.not_before)} to {moment(cert.not_after)}</dd><dt>Key</dt><dd>{cert.key}</dd><dt>May sign others</dt><dd>{cert.is_ca ? 'yes' : 'no'}</dd>{cert.stores && <><dt>As a root</dt><dd>{STORES[cert.stores] ?? cert.stores}{cert.sent === false && ', not sent by a site'}</dd></>}
            <dt>SHA-256</dt><dd><code>{cert.sha256}</code></dd><dt>Hosts</dt><dd>{cert.hosts.map((host, i) => <>{i > 0 && ', '}<a key={host} href={`/?q=${encodeURIComponent(`~d ${host}`)}`}><Wire text={host} most={80} /></a></>)}</dd></dl>
    );
}

function OneCertificate({ sha }: { sha: string }) {
    const { data: cert, fault, again } = useLoad<Whole>(`/certificates/${encodeURIComponent(sha)}`);
    const name = cert ? common_name(cert.subject) || fingerprint(sha) : '';
    useTitle(name || 'Certificates');
    if (!cert)
        return fault ? <><h1 class="sentence">This certificate is not kept.</h1><FaultNote fault={fault} again={again} /></> : <Bones />;
    const { says } = bar_of(cert, Date.now(), []);
    return (
        <><nav class="crumbs" aria-label="Where you are"><a href="/certificates">Certificates</a><span>›</span><span><Wire text={name} most={60} /></span></nav>
            <div class="head"><h1 class="sentence"><Wire text={name} most={100} />: {says}.</h1></div>
            <div class="stack"><section class="card"><div class="tl"><Axis /><div class="r"><div class="lab"><b><Wire text={name} most={60} /></b><div class="small soft">{cert.key}</div></div><SlimBar cert={cert} now={Date.now()} /></div></div></section>
                <div class="two"><section class="card stack"><h2>What it says</h2><Facts cert={cert} />{cert.pem && <div class="acts"><CopyButton text={cert.pem}>Copy as PEM</CopyButton></div>}</section>
                    <section class="card stack"><h2>Seen in a chain with</h2>{cert.chain_with.length ? <ul class="list">{cert.chain_with.map(other => <li key={other}><a class="id" href={`/certificates/${other}`}>{fingerprint(other)}</a></li>)}</ul> : <p class="soft">No other.</p>}</section></div>
                <section class="card flush scrollx"><table><caption class="sr">Connections that showed it</caption><thead><tr><th>Time, UTC</th><th>Outcome</th><th>What happened</th><th>Host</th></tr></thead>
                    <tbody>{cert.flows.map(row => <tr key={row.id}><td class="nowrap dim">{clock_time(row.at)}</td><td><Out outcome={row.outcome} /></td><td><a href={`/c/${encodeURIComponent(row.id)}`}>{row_says(row)}</a></td><td><Wire text={row.host ?? ''} most={60} /></td></tr>)}</tbody></table></section></div></>
    );
}

export function Certificates({ sha }: { sha?: string }) {
    return sha ? <OneCertificate key={sha} sha={sha} /> : <AllCertificates />;
}
