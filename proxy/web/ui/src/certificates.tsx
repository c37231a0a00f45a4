// certificates.tsx - every certificate that passed by: when it ends, who issued it, who uses it.
import { useSignal } from '@preact/signals';
import { get, query, type Certificate, type Row } from './api';
import { Axis, bar_of, SlimBar } from './chain';
import { row_says } from './labels';
import { now } from './live';
import { Bones, CopyButton, Empty, FaultNote, Out, useLoad, useTitle } from './parts';
import { params, set_param } from './router';
import { Icon } from './shapes';
import { ago, clock_time, common_name, count, DAY, fingerprint, moment, plural } from './text';
import { Wire } from './wire';

interface Listed extends Certificate {
    uses: number;
    last_at: string;
    hosts: string[];
    issuer_changed: boolean;
}

interface Page {
    certificates: Listed[];
    next: string | number | null;
}

interface Whole extends Listed {
    flows: Row[];
    chain_with: string[];
}

const TABS: [string, string][] = [['sites', 'Served by sites'], ['made', 'Made by whytls'], ['roots', 'Roots']];
const SOON_MS = 14 * DAY, LIMIT = 100, TYPING_MS = 150;

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
            <div class="small dim">{cert.subject === cert.issuer ? 'by itself' : <>by <Wire text={common_name(cert.issuer)} most={60} /></>}{cert.issuer_changed && <> · <span class="caution"><b>issuer changed</b></span></>}</div></td>
            <td class="tlcell"><SlimBar cert={cert} now={at} /></td>
            <td class="nowrap"><Out outcome={bar === 'bad' ? 'failing' : bar === 'warn' ? 'warning' : 'fine'} word={bar === 'bad' && short.endsWith('ago') ? `ended ${short}` : bar === 'bad' ? `starts ${short}` : short} /></td>
            <td class="soft">{cert.key}</td><td class="soft">{ago(cert.last_at, now.value)}</td>
            <td class="right soft">{plural(cert.uses, 'connection')}</td></tr>
    );
}

function AllCertificates() {
    const tab = params.value.get('tab') ?? 'sites', q = params.value.get('q') ?? '', at = Date.now();
    const more = useSignal<Listed[]>([]), next = useSignal<Page['next']>(null), of = useSignal('');
    const key = query({ tab, q, limit: LIMIT });
    const { data, fault, again } = useLoad(key, async () => {
        const said = await get<Page>('/certificates' + key);
        more.value = [];
        next.value = said.next;
        of.value = key;
        return said;
    });
    useTitle('Certificates');
    async function load_more() {
        const said = await get<Page>('/certificates' + query({ tab, q, limit: LIMIT, after: next.value })).catch(() => null);
        if (!said || of.value !== key)
            return;
        more.value = [...more.value, ...said.certificates];
        next.value = said.next;
    }
    const list = data ? [...data.certificates, ...more.value] : [];
    return (
        <><div class="head"><div><h1 class="sentence">{data ? heading(list, at) : 'Certificates'}</h1><p class="lead">Every certificate that passed through.</p></div></div>
            <Search q={q} />
            <div class="facets" role="group" aria-label="Whose certificates">{TABS.map(([name, label]) => <button type="button" key={name} class="facet" aria-pressed={tab === name} onClick={() => set_param('tab', name === 'sites' ? '' : name)}>{label}</button>)}</div>
            {fault && <FaultNote fault={fault} again={again} />}
            <section class="card flush mt3 scrollx">{!data ? <Bones rows={6} /> : !list.length ? <Empty text={q ? <>Nothing here matches <code><Wire text={q} /></code>.</> : 'A certificate appears here with the first connection that is read.'} />
                : <table class="certs"><thead><tr><th>Certificate</th><th class="tlcell"><svg class="bar-svg" height="16" aria-hidden="true"><text x="14.6%" y="12" text-anchor="middle">2 y ago</text><text x="38.8%" y="12" text-anchor="middle">7 d</text><text class="nowtext" x="50%" y="12" text-anchor="middle">now</text><text x="61.2%" y="12" text-anchor="middle">7 d</text><text x="85.4%" y="12" text-anchor="middle">2 y</text></svg></th>
                    <th>Validity</th><th>Key</th><th>Last seen</th><th class="right">Used by</th></tr></thead><tbody>{list.map(cert => <Line key={cert.sha256} cert={cert} at={at} />)}</tbody></table>}</section>
            {next.value !== null && <p class="mt3"><button type="button" class="btn" onClick={() => void load_more()}>More</button></p>}</>
    );
}

function Search({ q }: { q: string }) {
    const due = useSignal(0);
    return (
        <div class="filter"><div class="box"><span class="dim"><Icon name="find" /></span><input type="search" aria-label="Search the certificates" placeholder="a name, an issuer, a part of a fingerprint" spellcheck={false} defaultValue={q}
            onInput={event => {
                const text = event.currentTarget.value.trim();
                clearTimeout(due.peek());
                due.value = window.setTimeout(() => set_param('q', text), TYPING_MS);
            }} /></div></div>
    );
}

function Facts({ cert }: { cert: Listed }) {
    return (
        <dl class="kv"><dt>Subject</dt><dd><code><Wire text={cert.subject} most={400} /></code></dd><dt>Issuer</dt><dd><code><Wire text={cert.issuer} most={400} /></code></dd>
            <dt>Names</dt><dd>{cert.names.length ? cert.names.map((name, i) => <>{i > 0 && ', '}<code key={name}><Wire text={name} most={100} /></code></>) : 'none'}</dd>
            <dt>Valid</dt><dd>{moment(cert.not_before)} to {moment(cert.not_after)}</dd><dt>Key</dt><dd>{cert.key}</dd><dt>May sign others</dt><dd>{cert.is_ca ? 'yes' : 'no'}</dd>
            <dt>SHA-256</dt><dd><code>{cert.sha256}</code></dd><dt>Hosts</dt><dd>{cert.hosts.map((host, i) => <>{i > 0 && ', '}<a key={host} href={`/?q=${encodeURIComponent(`~d ${host}`)}`}><Wire text={host} most={80} /></a></>)}</dd></dl>
    );
}

function OneCertificate({ sha }: { sha: string }) {
    const { data: cert, fault, again } = useLoad(sha, key => get<Whole>(`/certificates/${encodeURIComponent(key)}`));
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
