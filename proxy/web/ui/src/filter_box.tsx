// filter_box.tsx - the filter: text, what it could go on with, what is wrong with it, what was asked before.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ApiFault, get, query } from './api';
import { keys_use } from './keys';
import { OUTCOMES } from './labels';
import { Icon } from './shapes';
import { recall, remember } from './store';
import { count } from './text';
import { Say, Wire } from './wire';

interface Completion {
    insert: string;
    gloss?: string;
    count?: number;
}

const ALONE = Object.values(OUTCOMES).map(one => one.atom);
const APPLY_MS = 120, COMPLETE_MS = 80, HISTORY_MOST = 20, SHOWN_MOST = 8;

// What is filtered; of each there is a history of its own.
export type Of = 'flows' | 'certificates';
const HISTORY = { flows: 'filters', certificates: 'certificate-filters' };

export function filter_history(of: Of = 'flows'): string[] {
    try {
        const kept = JSON.parse(recall(HISTORY[of]) ?? '[]');
        return Array.isArray(kept) ? kept.filter(one => typeof one === 'string').slice(0, HISTORY_MOST) : [];
    } catch {
        return [];
    }
}

function history_add(of: Of, q: string) {
    if (q.trim())
        remember(HISTORY[of], JSON.stringify([q, ...filter_history(of).filter(one => one !== q)].slice(0, HISTORY_MOST)));
}

// Is something wanted here: an atom that was begun, or the value of one?
function wants_completion(before: string): boolean {
    return /(^|[\s(!&|])~\w*$/.test(before) || /~\w+\s+"?[^\s"]*$/.test(before);
}

// What a filter still wants before it can be asked for; '' when it may be whole. The proxy has the last word.
export function unfinished(q: string): string {
    const atom = /(?:^|[\s(!&|])(~\w*)\s*$/.exec(q);
    if (atom && !ALONE.includes(atom[1]!))
        return atom[1] === '~' ? 'An atom is begun.' : `After \`${atom[1]}\` comes a value.`;
    if (/[&|!]\s*$/.test(q))
        return 'Something has to follow.';
    const plain = q.replace(/"[^"]*"/g, '');
    if (plain.includes('"'))
        return 'A quote is open.';
    return plain.split('(').length > plain.split(')').length ? 'A bracket is open.' : '';
}

function Fault({ fault }: { fault: ApiFault }) {
    const where = fault.column && !/column/i.test(fault.message) ? `Column ${fault.column}: ` : '';
    return <p id="f-fault" class={`filterfault ${fault.incomplete ? 'dim' : 'caution'}`} role="status">{where}<Say text={fault.message} /></p>;
}

function Menu({ items, active, typed, choose }: { items: Completion[]; active: number; typed: string; choose: (i: number) => void }) {
    return (
        <ul class="menu" role="listbox" id="f-menu" aria-label="Completions">
            {items.map((item, i) => {
                const plain = item.insert.toLowerCase().startsWith(typed.toLowerCase()) ? typed.length : 0;
                return (
                    <li role="option" id={`f-${i}`} key={i} aria-selected={i === active} onMouseDown={event => {
                        event.preventDefault();
                        choose(i);
                    }}><code><mark>{item.insert.slice(0, plain)}</mark><Wire text={item.insert.slice(plain)} most={60} /></code>
                        <span class="soft"><Wire text={item.gloss ?? ''} /></span>
                        <span class="dim">{item.count === undefined ? '' : count(item.count)}</span></li>
                );
            })}
            <li class="foot" role="presentation" aria-hidden="true"><span><kbd>↑</kbd> <kbd>↓</kbd> choose</span><span><kbd>Tab</kbd> take</span>
                <span><kbd>Enter</kbd> run</span><span><kbd>Esc</kbd> close</span></li>
        </ul>
    );
}

// value: the filter in force; apply: asks for another; fault: what the proxy says of the last one
export function FilterBox({ value, apply, fault, label, placeholder, of = 'flows' }: {
    value: string; apply: (q: string) => void; fault: ApiFault | null; label: string; placeholder: string; of?: Of;
}) {
    const box = useRef<HTMLInputElement>(null);
    const text = useSignal(value), items = useSignal<Completion[]>([]), active = useSignal(-1), from = useSignal(0), wants = useSignal('');
    const timers = useRef({ apply: 0, complete: 0, turn: 0 });
    const open = items.value.length > 0;

    useEffect(() => {
        if (document.activeElement !== box.current || !timers.current.apply)
            text.value = value;
    }, [value]);
    useEffect(() => keys_use({ '/': () => box.current?.focus() }), []);
    useEffect(() => () => {
        clearTimeout(timers.current.apply);
        clearTimeout(timers.current.complete);
    }, []);

    function close() {
        clearTimeout(timers.current.complete);
        timers.current.turn++;
        items.value = [];
        active.value = -1;
    }

    function run(q: string) {
        clearTimeout(timers.current.apply);
        timers.current.apply = 0;
        wants.value = '';
        apply(q.trim());
    }

    async function offer() {
        const turn = ++timers.current.turn, input = box.current;
        if (!input)
            return;
        const at = input.selectionStart ?? input.value.length;
        if (!input.value) {
            from.value = 0;
            items.value = filter_history(of).slice(0, SHOWN_MOST).map(insert => ({ insert, gloss: 'asked before' }));
            return;
        }
        if (!wants_completion(input.value.slice(0, at)))
            return close();
        const q = input.value; // the proxy counts characters, an <input> counts UTF-16 units
        const said = await get<{ from: number; items: Completion[] }>('/complete' + query({ q, at: [...q.slice(0, at)].length, of: of === 'flows' ? null : of })).catch(() => null);
        if (!said || turn !== timers.current.turn)
            return;
        from.value = [...q].slice(0, said.from).join('').length;
        items.value = said.items.slice(0, SHOWN_MOST);
        active.value = items.value.length ? 0 : -1;
    }

    function typed() {
        text.value = box.current!.value;
        clearTimeout(timers.current.apply);
        clearTimeout(timers.current.complete);
        wants.value = unfinished(text.value);
        if (!wants.value)
            timers.current.apply = window.setTimeout(() => run(text.value), APPLY_MS);
        timers.current.complete = window.setTimeout(() => void offer(), COMPLETE_MS);
    }

    function take(i: number) {
        const input = box.current!, item = items.value[i];
        if (!item)
            return;
        const at = input.selectionStart ?? input.value.length;
        const head = input.value.slice(0, from.value) + item.insert;
        input.value = head + input.value.slice(at);
        input.setSelectionRange(head.length, head.length);
        close();
        typed();
    }

    function escape() {
        if (open)
            close();
        else if (text.value) {
            text.value = '';
            run('');
        } else
            box.current?.blur();
    }

    function key(event: KeyboardEvent) {
        const n = items.value.length;
        if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            if (!open)
                void offer();
            else
                active.value = (active.value + (event.key === 'ArrowDown' ? 1 : n - 1) + (active.value < 0 && event.key === 'ArrowUp' ? 1 : 0)) % n;
        } else if (event.key === 'Tab' && open && active.value >= 0 && !event.shiftKey)
            take(active.value);
        else if (event.key === 'Enter') {
            if (open && active.value >= 0 && !text.value)
                take(active.value);
            close();
            history_add(of, box.current!.value);
            run(box.current!.value);
        } else if (event.key === 'Escape')
            escape();
        else
            return;
        event.preventDefault();
    }

    return (
        <div class="filter">
            <div class="box"><span class="dim"><Icon name="find" /></span>
                <input ref={box} type="search" list={undefined} role="combobox" aria-expanded={open} aria-controls="f-menu" aria-autocomplete="list" aria-label={label}
                    aria-activedescendant={open && active.value >= 0 ? `f-${active.value}` : undefined} aria-invalid={fault && !fault.incomplete ? true : undefined}
                    aria-describedby={fault ? 'f-fault' : undefined} placeholder={placeholder} spellcheck={false} autocomplete="off" value={text.value}
                    onInput={typed} onKeyDown={key} onBlur={close} onFocus={() => void offer()} />
                <kbd>/</kbd></div>
            {open && <Menu items={items.value} active={active.value} typed={text.value.slice(from.value)} choose={take} />}
            <span class="sr" role="status">{open ? `${items.value.length} completions` : ''}</span>
            {wants.value ? <p class="filterfault dim" role="status"><Say text={wants.value} /></p> : fault && fault.status === 400 && <Fault fault={fault} />}
        </div>
    );
}
