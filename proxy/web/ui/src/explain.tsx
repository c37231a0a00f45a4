// explain.tsx - any host, URL or file, judged as an iPhone would. A file is read on this machine and nowhere else.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiFault, send, type FlowRecord, type Identity, type Outcome } from './api';
import { ChainCard } from './chain';
import { diagnosis_sentence, EvidenceList, explain_command, explanation_text, Remedy, Rivals } from './explanation';
import { LEGS } from './labels';
import { Notes, Verdicts } from './legs';
import { Bones, Conf, copy, CopyButton, Grade, Pill, Sign, useTitle } from './parts';
import { keys_use } from './keys';
import { PhoneDrawing } from './phone';
import { params, set_param } from './router';
import { bytes } from './text';
import { Say, Wire } from './wire';

interface Answer {
    record: FlowRecord;
    comparison: Comparison | null;
}

interface Comparison {
    answer: string;
    differences: { what: string; where: string | null; a: string | null; b: string | null; matters: boolean; why: string | null }[];
}

interface Chosen {
    name: string;
    data: string;
    size: number;
}

const FILE_MOST = 1024 * 1024;

function to_base64(bytes: Uint8Array): string {
    let text = '';
    for (let i = 0; i < bytes.length; i += 8192)
        text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return btoa(text);
}

// accepted, refused, or neither: what is judged may be a file that cannot be opened
function outcome_of(record: FlowRecord): [Outcome, string] {
    const verdict = record.server_leg?.verdict ?? record.identity?.verdict, result = record.identity?.result;
    if (result === 'refused' || verdict?.verdict === 'reject')
        return ['failing', 'Refused'];
    if (result === 'limited')
        return ['warning', 'Limited'];
    if (!verdict && !result)
        return ['failing', 'Not reached'];
    return record.diagnosis.length ? ['warning', 'Accepted'] : ['fine', result === 'installs' ? 'Installs' : 'Accepted'];
}

function plain_says(record: FlowRecord, word: string): string {
    const what = record.target.host ?? 'This file';
    return word === 'Not reached' ? `${what} could not be reached, and no rule can say why.` : word === 'Installs' ? `${what} is in order: an iPhone installs it.` : `${what} is in order: an iPhone accepts it.`;
}

function Conditions({ identity }: { identity: Identity }) {
    if (!identity.conditions?.length)
        return null;
    return (
        <section class="card"><h2>What iOS asks for before it offers the switch</h2><ul class="facts mt3">{identity.conditions.map(one => (
            <li key={one.name}><Sign outcome={one.holds ? 'fine' : 'failing'} label={one.holds ? 'holds' : 'does not hold'} /><div><Say text={one.says} /> <Grade grade={one.grade} /></div></li>
        ))}</ul></section>
    );
}

function Compared({ comparison }: { comparison: Comparison }) {
    return (
        <section class="card"><h2>Compared</h2><p class="mt2"><Say text={comparison.answer} /></p>
            {comparison.differences.length > 0 && <table class="legs mt2"><thead><tr><th>What</th><th>This</th><th>The other</th></tr></thead><tbody>{comparison.differences.map((one, i) => (
                <tr key={i} class={one.matters ? 'ne' : ''}><td><Wire text={[one.what, one.where].filter(Boolean).join(', ')} />{one.matters && <span class="sr"> (matters)</span>}{one.why && <div class="small soft"><Say text={one.why} /></div>}</td>
                    <td><Wire text={one.a ?? 'none'} most={200} /></td><td><Wire text={one.b ?? 'none'} most={200} /></td></tr>
            ))}</tbody></table>}</section>
    );
}

function Result({ answer }: { answer: Answer }) {
    const { record } = answer, [top, ...others] = record.diagnosis, [outcome, word] = outcome_of(record);
    const sentence = top ? diagnosis_sentence(top)[0] : plain_says(record, word), command = explain_command(record);
    useEffect(() => keys_use({ y: () => void copy(explanation_text(record, top, sentence)), Y: () => void copy(JSON.stringify(record, null, 2)) }), [answer]);
    return (
        <div class="stack mt5">
            <section class={top ? 'hero' : 'hero wide'} aria-label="The verdict"><div class="stack">
                <div class="row"><Pill outcome={outcome} word={word} />{top && <span class="pill plain">{LEGS[top.leg] ?? top.leg}</span>}</div>
                <h2 class="sentence"><Say text={sentence} /></h2>
                {top && <p class="lead"><Conf sure={top.confidence} /> &nbsp;<Say text={diagnosis_sentence(top)[1]} /></p>}
                <div class="acts"><CopyButton main text={explanation_text(record, top, sentence)}>Copy explanation <kbd>y</kbd></CopyButton>
                    {command && <CopyButton text={command}>Copy command</CopyButton>}<CopyButton text={JSON.stringify(record, null, 2)}>Copy JSON</CopyButton></div>
                {top && <div class="two mt2"><section class="card"><div class="cap"><h2>Why we say so</h2><a class="id" href={`/causes/${encodeURIComponent(top.cause)}`}>{top.cause}</a></div><EvidenceList diagnosis={top} /><Rivals others={others} /></section>
                    <section class="card stack"><h2>What to do</h2><Remedy diagnosis={top} command={command} /></section></div>}
            </div>{top && <PhoneDrawing record={record} diagnosis={top} />}</section>
            {answer.comparison && <Compared comparison={answer.comparison} />}
            <ChainCard record={record} certificates={record.certificates ?? []} title={record.identity ? 'The certificates in it' : 'The chain, on a time line'} />
            {record.identity && <Conditions identity={record.identity} />}
            <Verdicts record={record} />
            <section class="card"><Notes record={record} /><details class="more"><summary>Everything, as recorded</summary><pre class="code mt2" tabIndex={0}><Wire lines text={JSON.stringify(record, null, 2)} most={200000} /></pre></details></section>
        </div>
    );
}

export function Explain() {
    const asked = { target: params.value.get('target') ?? '', at: params.value.get('at') ?? '', roots: params.value.get('roots') ?? 'apple', with: params.value.get('with') ?? '' };
    const target = useSignal(asked.target), at = useSignal(asked.at), roots = useSignal(asked.roots), other = useSignal(asked.with), file = useSignal<Chosen | null>(null), password = useSignal('');
    const busy = useSignal(false), fault = useSignal(''), answer = useSignal<Answer | null>(null), over = useSignal(false);
    useTitle('Explain');

    async function run() {
        const body = { ...(file.value ? { file: file.value.data, name: file.value.name, ...(password.value && { password: password.value }) } : { target: target.value.trim() }),
            ...(at.value && at.value !== 'now' && { at: at.value }), ...(roots.value !== 'apple' && { roots: roots.value }), ...(other.value && { with: other.value.trim() }) };
        busy.value = true;
        fault.value = '';
        try {
            answer.value = await send<Answer>('POST', '/explain', body);
        } catch (error) {
            answer.value = null;
            fault.value = error instanceof ApiFault && error.status === 0 ? 'The proxy does not answer.' : (error as Error).message;
        }
        busy.value = false;
    }
    async function take(chosen: File | undefined) {
        if (!chosen)
            return;
        if (chosen.size > FILE_MOST) {
            fault.value = `${chosen.name} has ${bytes(chosen.size)}; at most ${bytes(FILE_MOST)} are read.`;
            return;
        }
        file.value = { name: chosen.name, size: chosen.size, data: to_base64(new Uint8Array(await chosen.arrayBuffer())) };
        password.value = '';
        if (!/\.(p12|pfx)$/i.test(chosen.name))
            void run();
    }
    useEffect(() => {
        target.value = asked.target;
        if (asked.target) {
            file.value = null;
            void run();
        }
    }, [asked.target]);
    function submit(event: Event) {
        event.preventDefault();
        if (!file.value && target.value.trim() !== asked.target && target.value.trim())
            set_param('target', target.value.trim(), 'push');
        else if (file.value || target.value.trim())
            void run();
    }
    return (
        <div class={over.value ? 'dropping' : ''} onDragOver={event => {
            event.preventDefault();
            over.value = true;
        }} onDragLeave={() => (over.value = false)} onDrop={event => {
            event.preventDefault();
            over.value = false;
            void take(event.dataTransfer?.files[0]);
        }}>
            <div class="head"><h1 class="sentence mid">Explain a certificate, a site or a mail server</h1></div>
            <section class="card"><form class="row wide explainform" onSubmit={submit}>
                <div class="fill"><label for="tg">Host, URL, or a file</label>{file.value
                    ? <div class="row chosenfile"><code class="fill break"><Wire text={file.value.name} most={80} /></code><button type="button" class="btn small" onClick={() => (file.value = null)}>Another</button></div>
                    : <input id="tg" type="text" class="mono" spellcheck={false} autocomplete="off" placeholder="shop.example, imaps://mail.example, …" value={target.value} onInput={event => (target.value = event.currentTarget.value)} />}</div>
                {file.value && /\.(p12|pfx)$/i.test(file.value.name) && <div class="narrow"><label for="pw">Its password</label><input id="pw" type="password" autocomplete="off" value={password.value} onInput={event => (password.value = event.currentTarget.value)} /></div>}
                <div class="narrow"><label for="at">Judged at</label><input id="at" type="text" placeholder="now" value={at.value} onInput={event => (at.value = event.currentTarget.value)} /></div>
                <div><label for="rt">Roots</label><select id="rt" value={roots.value} onChange={event => (roots.value = event.currentTarget.value)}><option value="apple">Apple</option><option value="mozilla">Mozilla</option></select></div>
                <div class="narrow"><label for="wt">Compare with</label><input id="wt" type="text" class="mono" spellcheck={false} placeholder="nothing" value={other.value} onInput={event => (other.value = event.currentTarget.value)} /></div>
                <div class="row"><button class="btn main-act" disabled={busy.value}>{busy.value ? 'Looking' : 'Explain'}</button>
                    <label class="btn">A file<input class="sr" type="file" onChange={event => void take(event.currentTarget.files?.[0])} /></label></div></form>
                <p class="small dim mt2">Also <code>imap://</code> <code>smtp://</code> <code>pop3://</code>, PEM and DER, PKCS#12, and <code>.mobileconfig</code>. Drop a file anywhere on this page. It is read on this machine only.</p></section>
            {fault.value && <div class="note bad mt4" role="alert"><Say text={fault.value} /></div>}
            {busy.value && !answer.value && <Bones />}
            {answer.value && <Result key={answer.value.record.id} answer={answer.value} />}
        </div>
    );
}
