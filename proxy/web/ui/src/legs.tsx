// legs.tsx - three verdicts that stay three, and both legs side by side.
import type { FlowRecord, LegRecord, Outcome, Row } from './api';
import { ANCHORS, ENDED, openssl_says } from './labels';
import { Grade, Out } from './parts';
import { bytes } from './text';
import { Say, Wire } from './wire';
import type { ComponentChildren } from 'preact';

// What the phone did, as seen on its own leg.
export function device_did(record: FlowRecord): { outcome: Outcome | 'waiting'; word: string; says: string } {
    const leg = record.client_leg;
    if (!leg)
        return { outcome: 'waiting', word: 'Not asked', says: 'No device took part.' };
    if (record.decision.action === 'tunnel')
        return { outcome: 'unread', word: 'Not asked', says: 'It spoke with the site itself. whytls showed it no certificate.' };
    if (leg.alert?.from === 'client')
        return { outcome: 'failing', word: 'Refused us', says: `It sent alert ${leg.alert.number}, ${leg.alert.name}, ${leg.alert.phase.replaceAll('-', ' ')}.` };
    if (leg.finished)
        return { outcome: 'fine', word: 'Accepted us', says: record.decision.answer === 'page' ? 'It never met the site’s certificate. It received our reason page.' : 'It finished the handshake with our certificate.' };
    return { outcome: leg.ended === 'clean' ? 'unread' : 'failing', word: 'Did not finish', says: leg.symptom ? leg.symptom.replaceAll('-', ' ') : 'The handshake did not end.' };
}

export function Verdicts({ record }: { record: FlowRecord }) {
    const verdict = record.server_leg?.verdict ?? record.identity?.verdict ?? null;
    const did = device_did(record);
    const ok = verdict?.verdict === 'accept';
    return (
        <section class="card"><div class="cap"><h2>Three verdicts</h2><span class="small dim">never one presented as another</span></div><div class="three">
            <div class="verdict"><span class="over">iPhone{verdict ? `, ${ANCHORS[verdict.anchors_are] ?? verdict.anchors_are}` : ''}</span>
                {verdict ? <><Out outcome={ok ? 'fine' : 'failing'} word={ok ? 'Accepts' : 'Refuses'} />
                    <p class="say"><Wire text={verdict.text ?? 'Nothing to object to'} /></p>
                    <div class="small soft">{verdict.checks.map(one => <div key={one.check + one.cert}><code>{one.check}</code> at certificate {one.cert}</div>)}
                        {verdict.osstatus_name && <div><code>{verdict.osstatus_name}</code> {verdict.osstatus}</div>}
                        {!ok && <div>{verdict.overridable ? 'The user may go on' : 'No way on'}</div>}</div>
                    <span><Grade grade="Apple source" /></span></> : <><Out outcome="waiting" word="Not asked" /><p class="say">No chain was seen</p></>}</div>
            <div class="verdict"><span class="over">OpenSSL 3.0</span>
                {verdict ? <><Out outcome={verdict.openssl.accept ? 'fine' : 'failing'} word={verdict.openssl.accept ? 'Accepts' : 'Refuses'} />
                    <p class="say">{openssl_says(verdict.openssl.code)}</p>
                    {!verdict.openssl.accept && <p class="small soft">Result {verdict.openssl.code} at depth {verdict.openssl.depth}</p>}</> : <><Out outcome="waiting" word="Not asked" /><p class="say">No chain was seen</p></>}</div>
            <div class="verdict"><span class="over">What this phone did</span><Out outcome={did.outcome} word={did.word} /><p class="say"><Wire text={did.says} /></p></div>
        </div></section>
    );
}

function alert_says(leg: LegRecord | null): string {
    return leg?.alert ? `${leg.alert.number} ${leg.alert.name}, sent by the ${leg.alert.from === 'client' ? 'nearer' : 'farther'} end` : 'none';
}

function LegRow({ label, a, b, code }: { label: string; a: string; b: string; code?: boolean }) {
    const show = (text: string): ComponentChildren => (code && text !== 'none' ? <code><Wire text={text} /></code> : <Wire text={text} />);
    return <tr class={a !== b ? 'ne' : ''}><td>{label}{a !== b && <span class="sr"> (differs)</span>}</td><td>{show(a)}</td><td>{show(b)}</td></tr>;
}

export function LegsTable({ record, row }: { record: FlowRecord; row: Row }) {
    const c = record.client_leg, s = record.server_leg;
    const host = record.target.host ?? 'none';
    const did = device_did(record);
    const refused = s?.verdict && s.verdict.verdict !== 'accept';
    const of = (leg: LegRecord | null, get: (leg: LegRecord) => string | null | undefined) => (leg ? get(leg) || 'none' : 'not reached');
    const moved = (leg: LegRecord) => (leg.bytes_in || leg.bytes_out ? `${bytes(leg.bytes_in ?? 0)} in, ${bytes(leg.bytes_out ?? 0)} out` : 'none');
    return (
        <section class="card"><div class="cap"><h2>Both legs</h2><span class="small dim"><span class="caution">≠</span> marks a difference</span></div>
            <div class="scrollx"><table class="legs"><thead><tr><th><span class="sr">What</span></th><th>Phone → whytls</th><th>whytls → site</th></tr></thead><tbody>
                <tr class={did.outcome === 'fine' && !refused ? '' : 'ne'}><td>Result</td><td><Out outcome={did.outcome} word={did.word} /></td>
                    <td>{!s ? 'not reached' : refused ? <Out outcome={row.leg === 'server' ? 'failing' : 'warning'} word={record.decision.answer === 'relay' ? 'Refused by iPhones' : 'Refused by us'} /> : <Out outcome="fine" word="Accepted" />}</td></tr>
                <LegRow label="Version" a={of(c, leg => leg.version)} b={of(s, leg => leg.version)} />
                <LegRow label="Cipher" a={of(c, leg => leg.cipher)} b={of(s, leg => leg.cipher)} code />
                <LegRow label="Group" a={of(c, leg => leg.group)} b={of(s, leg => leg.group)} />
                <LegRow label="Protocol" a={of(c, leg => leg.alpn)} b={of(s, leg => leg.alpn)} />
                <LegRow label="Name asked" a={of(c, leg => leg.sni)} b={s ? host : 'not reached'} code />
                <LegRow label="Resumed" a={of(c, leg => (leg.resumed ? 'yes' : 'no'))} b={of(s, leg => (leg.resumed ? 'yes' : 'no'))} />
                <LegRow label="Alert" a={of(c, alert_says)} b={of(s, alert_says)} />
                <LegRow label="Ended" a={of(c, leg => ENDED[leg.ended ?? ''] ?? leg.ended)} b={of(s, leg => ENDED[leg.ended ?? ''] ?? leg.ended)} />
                <LegRow label="Bytes" a={of(c, moved)} b={of(s, moved)} />
                <LegRow label="Address" a={record.client.ip} b={of(s, leg => leg.address)} code />
            </tbody></table></div></section>
    );
}

// Other ways that a certificate was judged, and what rules and plugins remarked.
export function Notes({ record }: { record: FlowRecord }) {
    return (
        <details class="more"><summary>Notes by rules and plugins ({record.notes.length})</summary>
            <ul class="facts small mt2">{record.notes.map((note, i) => (
                <li key={i}><span class={note.severity === 'high' ? 'fault' : note.severity === 'medium' ? 'caution' : 'dim'}><b class="tiny">{note.severity}</b></span>
                    <div><Say text={note.text} /><div class="val"><code><Wire text={note.code} /></code> by <Wire text={note.by} /></div></div></li>
            ))}</ul></details>
    );
}
