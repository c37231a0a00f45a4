// exchanges.tsx - requests and responses with what was kept of them. A body is shown as text, as a picture, or not at all.
import type { Body, Exchange, FlowRecord, Head } from './api';
import { bytes, count } from './text';
import { Wire } from './wire';

const PICTURES = /^image\/(png|jpeg|gif|webp|avif)$/i;
const TEXT_MOST = 65536;

function pretty(body: Body): string {
    const text = body.text ?? '';
    if (!/json/i.test(body.type ?? '') || body.cut)
        return text;
    try {
        return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
        return text;
    }
}

function BodyView({ body }: { body: Body }) {
    const type = (body.type ?? '').split(';')[0]!.trim();
    const size = `${type || 'unknown type'}, ${bytes(body.size)}${body.cut ? ', the beginning of it' : ''}`;
    return (
        <div class="mt2"><p class="tiny dim"><Wire text={size} /></p>
            {body.base64 && PICTURES.test(type) && !body.cut ? <img class="bodyimage" alt="The picture of this response" src={`data:${type};base64,${body.base64}`} />
                : body.text !== undefined ? <pre class="code" tabIndex={0}><Wire lines text={pretty(body)} most={TEXT_MOST} /></pre>
                    : <p class="small soft">Bytes that are no text; they are in the exports.</p>}</div>
    );
}

function HeadView({ title, head }: { title: string; head: Head | null }) {
    if (!head)
        return null;
    return (
        <div><h3 class="over">{title}</h3>
            <dl class="kv mt1">{head.headers.map(([name, value], i) => <><dt key={i}><Wire text={name} most={60} /></dt><dd><code><Wire text={value} most={2000} /></code></dd></>)}</dl>
            {head.body && <BodyView body={head.body} />}</div>
    );
}

function Line({ one }: { one: Exchange }) {
    const kept = one.request || one.response;
    const line = <><b>{one.method}</b> <code class="break"><Wire text={one.url} most={300} /></code> <span class="nowrap">{one.status ?? 'no answer'} · {count(one.ms)} ms</span></>;
    return kept ? <details class="exchange"><summary>{line}</summary><div class="two mt2"><HeadView title="Request" head={one.request} /><HeadView title="Response" head={one.response} /></div></details>
        : <p class="exchange">{line}</p>;
}

export function Exchanges({ record, exchanges }: { record: FlowRecord; exchanges: Exchange[] }) {
    const list: Exchange[] = exchanges.length ? exchanges : record.exchanges.map((one, n) => ({ n, ...one, request: null, response: null }));
    const kept = list.some(one => one.request || one.response);
    return (
        <details class="more" open><summary>Requests ({count(list.length)})</summary>
            {list.map(one => <Line key={one.n} one={one} />)}
            {list.length > 0 && !kept && <p class="small dim mt2">Heads and bodies were not kept. Start whytls with <code>--bodies failed</code> or <code>--bodies all</code> to keep them.</p>}</details>
    );
}
