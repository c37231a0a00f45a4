// connection.tsx - one connection explained in full.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { export_path, get, get_text, query, type Flow, type Flows } from './api';
import { ChainCard } from './chain';
import { diagnosis_sentence, EvidenceList, explain_command, explanation_text, Remedy, Rivals } from './explanation';
import { Exchanges } from './exchanges';
import { keys_use } from './keys';
import { LEGS, OUTCOMES, plain_sentence, whose_move } from './labels';
import { LegsTable, Notes, Verdicts } from './legs';
import { Bones, Conf, copy, CopyButton, FaultNote, Pill, useLoad, useTitle } from './parts';
import { PassDialog } from './passes';
import { PhoneDrawing } from './phone';
import { go, params } from './router';
import { Waterfall } from './waterfall';
import { Say, Wire } from './wire';

const EXPORTS: [string, string][] = [['har', 'HAR'], ['jsonl', 'JSON Lines'], ['pcapng', 'pcapng'], ['report.md', 'Report, Markdown']];

function page_of(id: string, q: string): string {
    return `/c/${encodeURIComponent(id)}${query({ q })}`;
}

// Goes to the connection before or after this one, under the filter it was opened from.
async function go_beside(flow: Flow, which: 'before' | 'after', q: string) {
    const said = await get<Flows>('/flows' + query({ q, limit: 1, [which]: flow.row.seq })).catch(() => null);
    const row = said?.flows[0];
    if (row)
        go(page_of(row.id, q), 'replace');
}

function may_pass(flow: Flow): boolean {
    return !!flow.row.host && flow.record.decision.action !== 'tunnel';
}

function Actions({ flow, sentence, pass }: { flow: Flow; sentence: string; pass: () => void }) {
    const { record, row } = flow, id = record.id;
    const command = explain_command(record, row);
    return (
        <div class="acts">
            <CopyButton main text={explanation_text(record, record.diagnosis[0], sentence)}>Copy explanation <kbd>y</kbd></CopyButton>
            <a class="btn" href={`/report/${encodeURIComponent(id)}`}>Report for the admin</a>
            {command && <CopyButton text={command}>Copy command</CopyButton>}
            {row.exchanges > 0 && <CopyButton text={() => get_text(`/flows/${encodeURIComponent(id)}/export?as=curl`)}>Copy as curl</CopyButton>}
            <CopyButton text={JSON.stringify(record, null, 2)}>Copy JSON</CopyButton>
            {row.host && <a class="btn" href={`/explain${query({ target: `${row.host}:${row.port}` })}`}>Explain anew <kbd>e</kbd></a>}
            {may_pass(flow) && <button type="button" class="btn" onClick={pass}>Let it pass <kbd>t</kbd></button>}
            <details class="exports"><summary class="btn">Export</summary><ul>
                {EXPORTS.map(([as, name]) => <li key={as}><a href={export_path(id, as)} download>{name}</a></li>)}</ul></details>
        </div>
    );
}

function Hero({ flow, sentence, pass }: { flow: Flow; sentence: string; pass: () => void }) {
    const { record, row } = flow, [top, ...others] = record.diagnosis;
    const rest = top ? diagnosis_sentence(top)[1] : '';
    return (
        <section class={top ? 'hero' : 'hero wide'} aria-label="The explanation"><div class="stack">
            <div class="row"><Pill outcome={row.outcome} word={OUTCOMES[row.outcome].word} />
                {top && <span class="pill plain">{LEGS[top.leg] ?? top.leg}</span>}{top && <span class="pill plain">{whose_move(top.leg, top.cause)}</span>}</div>
            <h1 class="sentence"><Say text={sentence} /></h1>
            {top && <p class="lead"><Conf sure={top.confidence} /> &nbsp;<Say text={rest} /></p>}
            <Actions flow={flow} sentence={sentence} pass={pass} />
            {top && <div class="two mt2">
                <section class="card"><div class="cap"><h2>Why we say so</h2><a class="id" href={`/causes/${encodeURIComponent(top.cause)}`}>{top.cause}</a></div>
                    <EvidenceList diagnosis={top} /><Rivals others={others} /></section>
                <section class="card stack"><h2>What to do</h2><Remedy diagnosis={top} command={explain_command(record, row)} /></section></div>}
        </div>{top && <PhoneDrawing record={record} diagnosis={top} />}</section>
    );
}

function Crumbs({ flow, q }: { flow: Flow; q: string }) {
    return (
        <nav class="crumbs" aria-label="Where you are"><a href={`/${query({ q, sel: flow.record.id })}`}>Now</a><span>›</span><span><Wire text={flow.row.host ?? flow.row.client} /></span>
            <span>›</span><span class="id">{flow.record.id}</span>
            <span class="end"><button type="button" class="btn small" onClick={() => void go_beside(flow, 'after', q)}>Newer <kbd>k</kbd></button>
                <button type="button" class="btn small" onClick={() => void go_beside(flow, 'before', q)}>Older <kbd>j</kbd></button></span></nav>
    );
}

export function Connection({ id }: { id: string }) {
    const q = params.value.get('q') ?? '';
    const { data: flow, fault, again } = useLoad<Flow>(`/flows/${encodeURIComponent(id)}`);
    const passing = useSignal(false);
    const top = flow?.record.diagnosis[0];
    const sentence = !flow ? '' : top ? diagnosis_sentence(top)[0] : plain_sentence(flow.row);
    useTitle(flow?.row.host ?? '');
    useEffect(() => flow ? keys_use({
        j: () => void go_beside(flow, 'before', q), k: () => void go_beside(flow, 'after', q),
        y: () => void copy(explanation_text(flow.record, flow.record.diagnosis[0], sentence)),
        Y: () => void copy(JSON.stringify(flow.record, null, 2)),
        e: () => flow.row.host && go(`/explain${query({ target: `${flow.row.host}:${flow.row.port}` })}`),
        t: () => (passing.value = may_pass(flow)),
        Escape: () => go(`/${query({ q, sel: id })}`),
    }) : undefined, [flow]);
    if (!flow)
        return fault ? <><h1 class="sentence">{fault.status === 404 ? 'This connection is not kept any more.' : 'This connection cannot be shown.'}</h1><FaultNote fault={fault} again={again} /></> : <Bones rows={6} />;
    const { record } = flow;
    return (
        <>
            <Crumbs flow={flow} q={q} />
            <Hero flow={flow} sentence={sentence} pass={() => (passing.value = true)} />
            <div class="stack">
                <ChainCard record={record} certificates={flow.certificates} />
                <Verdicts record={record} />
                <div class="two"><LegsTable record={record} row={flow.row} /><Waterfall record={record} /></div>
                <section class="card"><Exchanges record={record} exchanges={flow.exchanges} /><Notes record={record} />
                    <details class="more"><summary>Everything, as recorded</summary><pre class="code mt2" tabIndex={0}><Wire lines text={JSON.stringify(record, null, 2)} most={200000} /></pre></details></section>
            </div>
            {passing.value && <PassDialog host={flow.row.host ?? ''} close={() => (passing.value = false)} />}
        </>
    );
}
