// flow_list.tsx - the list of connections. Only the lines in sight are in the page, whatever their number; the lines of
// whatever is chosen or in sight stay where they are when new ones come.
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Row } from './api';
import type { FlowWindow, Item } from './flow_window';
import { row_says } from './labels';
import { Out } from './parts';
import { clock_time, count, host_port } from './text';
import { Wire } from './wire';

const ROW_PX = 52, SPARE_LINES = 10;

function Line({ item, index, chosen, open, choose }: {
    item: Item; index: number; chosen: boolean; open: (row: Row) => void; choose: (row: Row) => void;
}) {
    const row = item.row, n = item.repeats.length;
    return (
        <tr role="row" id={`row-${row.id}`} aria-rowindex={index + 2} aria-selected={chosen} tabIndex={chosen ? 0 : -1}
            aria-expanded={n > 1 ? item.open : undefined} onClick={() => choose(row)} onDblClick={() => open(row)}>
            <td role="gridcell" class="n-time dim"><time dateTime={row.at}>{clock_time(row.at)}</time></td>
            <td role="gridcell" class="n-out"><Out outcome={row.outcome} /></td>
            <td role="gridcell" class="n-what"><div class="cutoff">{row_says(row)}{n > 1 && !item.open && <span class="times">×{count(n)}</span>}</div>
                <div class="sub"><Wire class="host" text={host_port(row.host, row.port) || row.client} most={80} />
                    {row.app && row.app !== 'unknown' && <> · <Wire text={row.app} most={40} /></>} · <Wire text={row.device_name ?? row.client} most={40} /></div></td>
            <td role="gridcell" class="n-ms right dim">{count(row.ms)}</td>
        </tr>
    );
}

// chosen: id of the chosen row, or ''
export function FlowList({ list, chosen, choose, open }: {
    list: FlowWindow; chosen: string; choose: (row: Row) => void; open: (row: Row) => void;
}) {
    const box = useRef<HTMLDivElement>(null);
    const row_px = useSignal(ROW_PX), top = useSignal(0), height = useSignal(600);
    const anchor = useRef<{ id: string; at: number } | null>(null);
    void list.version.value;

    const lines = list.above + list.items.length + list.below;
    const first = Math.max(0, Math.floor(top.value / row_px.value) - SPARE_LINES);
    const last = Math.min(lines, Math.ceil((top.value + height.value) / row_px.value) + SPARE_LINES);
    const from = Math.max(first, list.above), to = Math.min(last, list.above + list.items.length);
    const shown = list.items.slice(Math.max(0, from - list.above), Math.max(0, to - list.above));

    function keep_anchor() {
        const line = Math.floor(box.current!.scrollTop / row_px.value), item = list.items[line - list.above];
        anchor.current = item ? { id: item.row.id, at: box.current!.scrollTop - line * row_px.value } : null;
    }

    function scrolled() {
        top.value = box.current!.scrollTop;
        list.following = top.value < row_px.value / 2 && !chosen;
        keep_anchor();
        const begin = Math.floor(top.value / row_px.value);
        void list.look(begin, begin + Math.ceil(height.value / row_px.value));
    }

    // What was at the top of the sight stays there when lines came or went above it.
    useLayoutEffect(() => {
        if (list.following || !anchor.current)
            return;
        const i = list.find(anchor.current.id);
        if (i < 0)
            return;
        const want = (list.above + i) * row_px.value + anchor.current.at;
        if (Math.abs(want - box.current!.scrollTop) >= 1)
            box.current!.scrollTop = want;
    }, [list.version.value]);

    useLayoutEffect(() => {
        const line = box.current!.querySelector('tr[role="row"]:not([data-head])');
        const px = line?.getBoundingClientRect().height ?? 0;
        if (px > 20 && Math.abs(px - row_px.value) > 0.5)
            row_px.value = px;
    });

    useEffect(() => {
        const view = box.current!, watch = new ResizeObserver(() => (height.value = view.clientHeight));
        watch.observe(view);
        return () => watch.disconnect();
    }, []);

    // A chosen row comes into sight, and takes the keyboard with it when the list has it.
    useEffect(() => {
        list.following = !chosen && (box.current?.scrollTop ?? 0) < row_px.value / 2;
        const i = chosen ? list.find(chosen) : -1;
        if (i < 0)
            return;
        const at = (list.above + i) * row_px.value, view = box.current!;
        const head = view.querySelector('thead')?.clientHeight ?? 0;
        if (at < view.scrollTop)
            view.scrollTop = at;
        else if (at + row_px.value > view.scrollTop + view.clientHeight - head)
            view.scrollTop = at + row_px.value - view.clientHeight + head;
        keep_anchor();
        if (view.contains(document.activeElement))
            document.getElementById(`row-${chosen}`)?.focus({ preventScroll: true });
    }, [chosen]);

    function show_fresh() {
        box.current!.scrollTop = 0;
        void list.newest();
    }

    return (
        <div class="listbox">
            {list.fresh > 0 && <button type="button" class="btn small fresh" onClick={show_fresh}>{count(list.fresh)}{list.fresh >= 200 && list.filter ? ' or more' : ''} new</button>}
            <div class="scroller" ref={box} onScroll={scrolled}>
                <table class="flows" role="grid" aria-rowcount={list.total_exact && list.total !== null ? list.total + 1 : -1} aria-label="Connections, newest first">
                    <colgroup><col class="c-time" /><col class="c-out" /><col /><col class="c-ms" /></colgroup>
                    <thead><tr role="row" data-head="" aria-rowindex={1}><th role="columnheader">Time, UTC</th><th role="columnheader">Outcome</th>
                        <th role="columnheader">What happened, and to whom</th><th role="columnheader" class="right">ms</th></tr></thead>
                    <tbody role="rowgroup">
                        <tr class="gap" role="presentation" aria-hidden="true"><td colSpan={4} style={{ height: `${from * row_px.value}px` }} /></tr>
                        {shown.map((item, i) => (
                            <Line key={item.row.id} item={item} index={from + i} chosen={item.row.id === chosen} choose={choose} open={open} />
                        ))}
                        <tr class="gap" role="presentation" aria-hidden="true"><td colSpan={4} style={{ height: `${Math.max(0, lines - to) * row_px.value}px` }} /></tr>
                    </tbody>
                </table>
            </div>
        </div>
    );
}
