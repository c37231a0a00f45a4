// passes.tsx - hosts that the owner lets pass unread: the question, and the list of those that do.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { send } from './api';
import { now } from './live';
import { FaultNote, Out, useLoad } from './parts';
import { ago, moment } from './text';
import { Wire } from './wire';

interface Pass {
    host: string;
    since: string;
    until: string | null;
    by: string;
}

const HOUR_MS = 3600000;
const SPANS: [string, number][] = [['for an hour', HOUR_MS], ['for a day', 24 * HOUR_MS], ['until it is taken back', 0]];

export function PassDialog({ host, close }: { host: string; close: () => void }) {
    const box = useRef<HTMLDialogElement>(null), span = useSignal(0), done = useSignal(false), fault = useSignal('');
    useEffect(() => box.current?.showModal(), []);
    async function let_pass(event: Event) {
        event.preventDefault();
        const ms = SPANS[span.value]![1];
        try {
            await send('POST', '/passes', { host, ...(ms && { until: new Date(Date.now() + ms).toISOString().replace(/\.\d+/, '') }) });
            done.value = true;
            fault.value = '';
        } catch (said) {
            fault.value = (said as Error).message;
        }
    }
    return (
        <dialog ref={box} onClose={close} aria-labelledby="pass-t"><h2 id="pass-t">Let <Wire text={host} /> pass unread?</h2>
            {done.value ? <><p class="mt3" role="status">It passes from its next connection on, {SPANS[span.value]![0]}. <a href="/rules#passes">What passes</a> stands with the rules.</p>
                <form method="dialog" class="mt4"><button class="btn">Close <kbd>Esc</kbd></button></form></>
                : <form onSubmit={event => void let_pass(event)}><p class="mt3">whytls then sees that there is a connection to this host, and nothing inside it. Other hosts are not touched.</p>
                    <div class="row wide mt3" role="radiogroup" aria-label="How long">{SPANS.map(([name], i) => <label class="row" key={name}><input type="radio" name="span" checked={i === span.value} onChange={() => (span.value = i)} /> {name}</label>)}</div>
                    {fault.value && <p class="fault mt3" role="alert">{fault.value}</p>}
                    <div class="acts mt4"><button class="btn main-act">Let it pass</button><button type="button" class="btn" onClick={() => box.current?.close()}>Cancel <kbd>Esc</kbd></button></div></form>}
        </dialog>
    );
}

export function PassList() {
    const { data, fault, again } = useLoad<{ passes: Pass[] }>('/passes');
    const said = useSignal('');
    async function take_back(host: string) {
        said.value = await send('DELETE', `/passes/${encodeURIComponent(host)}`).then(() => '', error => (error as Error).message);
        again();
    }
    if (!data?.passes.length)
        return fault && <FaultNote fault={fault} again={again} />;
    return (
        <section class="card" id="passes"><h2>Pass unread by your word</h2><ul class="list mt2">{data.passes.map(one => (
            <li key={one.host}><span><a href={`/?q=${encodeURIComponent(`~d ${one.host}`)}`}><Wire text={one.host} most={60} /></a>
                <div class="small dim">since {ago(one.since, now.value)}{one.by === 'api' && ', by a script'} · {one.until ? `until ${moment(one.until)}` : 'until it is taken back'}</div></span>
            <span class="row"><Out outcome="unread" /><button type="button" class="btn small" aria-label={`Read ${one.host} again`} onClick={() => void take_back(one.host)}>Read it again</button></span></li>
        ))}</ul>{said.value && <p class="small fault mt2" role="alert">{said.value}</p>}</section>
    );
}
