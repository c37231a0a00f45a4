// waterfall.tsx - how a connection went, moment by moment.
import type { FlowRecord } from './api';
import { MOMENT_OF, MOMENTS } from './labels';
import { count } from './text';

interface Span {
    moment: string;
    from: number;
    to: number;
    fault: boolean;
}

function spans_of(record: FlowRecord): Span[] {
    const moments = record.timeline;
    const refused = record.server_leg?.verdict && record.server_leg.verdict.verdict !== 'accept';
    const at_fault = record.failed_leg === 'client' ? 'client_tls' : record.failed_leg === 'server' ? (record.server_leg ? 'server_tls' : 'dial') : refused ? 'judge' : '';
    return moments.map((one, i) => ({ moment: one.moment, from: one.at_ms, to: moments[i + 1]?.at_ms ?? Math.max(one.at_ms, record.ms), fault: one.moment === at_fault }));
}

function Bar({ span, whole }: { span: Span; whole: number }) {
    const x = (span.from / whole) * 96, width = Math.max(0.5, ((span.to - span.from) / whole) * 96);
    const says = span.to > span.from + 1 ? `${count(span.from)} to ${count(span.to)} ms` : `${count(span.from)} ms`;
    const whose = MOMENT_OF[span.moment] ?? 'c', sign = span.fault || whose === 'w';
    const late = x > 60; // the words stand before the bar, where they would not fit behind it
    return (
        <svg class="bar-svg" height="24" aria-hidden="true">
            {span.fault ? <svg x={`${x}%`} y="4" width="16" height="16" overflow="visible"><path class="leg-f" d="M8 0 16 8 8 16 0 8z" /></svg>
                : whose === 'w' ? <svg x={`${x}%`} y="6" width="12" height="12" overflow="visible"><circle class="leg-w" cx="6" cy="6" r="6" /></svg>
                    : <rect class={`leg-${whose}`} x={`${x}%`} width={`${width}%`} y="6" height="12" rx="2" />}
            <text x={`${late || sign ? x : x + width}%`} dx={late ? -8 : sign ? 22 : 8} y="16" text-anchor={late ? 'end' : 'start'}>{says}</text>
        </svg>
    );
}

export function Waterfall({ record }: { record: FlowRecord }) {
    const spans = spans_of(record), whole = Math.max(1, record.ms, ...spans.map(one => one.to));
    return (
        <section class="card"><div class="cap"><h2>How it went</h2><span class="small dim">{count(record.ms)} ms</span></div>
            <div class="tl slim">{spans.map((one, i) => (
                <div class="r" key={i}><div class="lab">{one.fault ? <b class="fault">{MOMENTS[one.moment] ?? one.moment}</b> : MOMENTS[one.moment] ?? one.moment}
                    <span class="sr">: at {one.from} ms</span></div><Bar span={one} whole={whole} /></div>
            ))}</div>
            <div class="keyline"><span><i class="sw c" />phone</span><span><i class="sw s" />site</span><span><i class="sw w" />whytls</span><span><i class="sw f" />the fault</span></div></section>
    );
}
