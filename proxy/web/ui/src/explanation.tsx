// explanation.tsx - a diagnosis in the order in which everything here speaks: sentence, evidence, remedy.
import type { Diagnosis, Evidence, FlowRecord, Row } from './api';
import { Command, Conf, Sign } from './parts';
import { Icon } from './shapes';
import { first_sentence, host_port, shell_word, upper_first } from './text';
import { Say, Wire } from './wire';

export function diagnosis_sentence(d: Diagnosis): [string, string] {
    return first_sentence(d.why || d.title + '.');
}

// brief: what it says alone, without the fact that says it
function Fact({ fact, sign, brief }: { fact: Evidence; sign: 'fine' | 'failing'; brief?: boolean }) {
    const value = brief || fact.value === 'none' ? '' : `${fact.fact}: ${fact.value}`;
    return (
        <li><Sign outcome={sign} label={sign === 'fine' ? 'for' : 'against'} />
            <div><Say text={upper_first(fact.says || `${fact.fact}: ${fact.value}`)} />{value && fact.says && <div class="val tiny mono"><Wire text={value} /></div>}</div></li>
    );
}

// most: how many facts; the rest can be read on the page of the connection
export function EvidenceList({ diagnosis, most = 50, small }: { diagnosis: Diagnosis; most?: number; small?: boolean }) {
    return (
        <ul class={`facts ${small ? 'small' : ''}`}>
            {diagnosis.evidence.slice(0, most).map((fact, i) => <Fact key={i} fact={fact} sign="fine" brief={small} />)}
            {diagnosis.against.map((fact, i) => <Fact key={`a${i}`} fact={fact} sign="failing" brief={small} />)}
            {!diagnosis.against.length && <li><span class="dim"><Icon name="dash" /></span><div class="soft">Nothing speaks against it</div></li>}
        </ul>
    );
}

// The rivals that were weighed and stayed behind.
export function Rivals({ others }: { others: Diagnosis[] }) {
    if (!others.length)
        return null;
    return (
        <>
            <h3 class="mt4">Less likely</h3>
            <ul class="facts small mt2">
                {others.map(d => (
                    <li key={d.cause}><span class="dim"><Icon name="cross" /></span><div class="soft"><Wire text={d.title} /> <Conf sure={d.confidence} />
                        {d.against[0] && <div class="val"><Say text={d.against[0].says || `${d.against[0].fact}: ${d.against[0].value}`} /></div>}</div></li>
                ))}
            </ul>
        </>
    );
}

export function explain_command(record: FlowRecord, row?: Row): string {
    const host = record.target.host ?? row?.host ?? '';
    return host ? `whytls explain ${shell_word(host_port(host, record.target.port))}` : '';
}

function Steps({ steps }: { steps: string[] }) {
    if (steps.length === 0)
        return <p class="soft mt1">Nothing.</p>;
    if (steps.length === 1)
        return <p class="soft mt1"><Say text={steps[0]!} /></p>;
    return <ol class="todo mt2">{steps.map((step, i) => <li key={i}><div><Say text={step} /></div></li>)}</ol>;
}

export function Remedy({ diagnosis, command }: { diagnosis: Diagnosis; command?: string }) {
    return (
        <>
            <div><h3 class="row"><Icon name="phone" />On the phone</h3><Steps steps={diagnosis.device_fix} /></div>
            <div><h3 class="row"><Icon name="certificate" />On the server</h3><Steps steps={diagnosis.server_fix} />
                {command && diagnosis.leg === 'server' && <Command text={command} />}</div>
            {diagnosis.next_test && <div class="note tip"><b>What would settle it:</b> <Say text={diagnosis.next_test} /></div>}
        </>
    );
}

// What a person copies to tell another.
export function explanation_text(record: FlowRecord, diagnosis: Diagnosis | undefined, sentence: string): string {
    if (!diagnosis)
        return sentence;
    const lines = [sentence, `How sure: ${diagnosis.confidence}`];
    const list = (title: string, items: string[]) => items.length && lines.push('', title, ...items.map(item => `- ${item}`));
    list('Why', diagnosis.evidence.map(fact => fact.says || `${fact.fact}: ${fact.value}`));
    list('On the phone', diagnosis.device_fix);
    list('On the server', diagnosis.server_fix);
    if (diagnosis.next_test)
        lines.push('', `What would settle it: ${diagnosis.next_test}`);
    lines.push('', `${diagnosis.cause} · ${record.id}`);
    return lines.join('\n');
}
