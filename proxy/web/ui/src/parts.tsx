// parts.tsx - small parts that every page uses: outcome, confidence, grade, copying, and the states of a view of data.
import { signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { ApiFault, get, type Outcome, type Sure } from './api';
import { bring } from './first';
import { GRADES, OUTCOMES, SURE_BARS } from './labels';
import { last_heard } from './live';
import { Bars, Icon } from './shapes';
import { clock_time } from './text';
import { Wire } from './wire';

export function Out({ outcome, word }: { outcome: Outcome | 'waiting'; word?: string }) {
    const known = outcome === 'waiting' ? { class: 'waiting', word: 'Waiting' } : OUTCOMES[outcome];
    return <span class={`out ${known.class}`}><Icon name={outcome} />{word ?? known.word}</span>;
}

export function Pill({ outcome, word }: { outcome: Outcome | 'waiting'; word: string }) {
    return <span class={`pill ${outcome === 'waiting' ? 'waiting' : OUTCOMES[outcome].class}`}><Icon name={outcome} />{word}</span>;
}

// A shape in the colour of its outcome, without its word.
export function Sign({ outcome, label }: { outcome: Outcome | 'waiting'; label?: string }) {
    return <span class={outcome === 'waiting' ? 'waiting' : OUTCOMES[outcome].class}><Icon name={outcome} label={label} /></span>;
}

export function Conf({ sure }: { sure: Sure | null | undefined }) {
    return sure ? <span class="conf"><Bars filled={SURE_BARS[sure]} />{sure}</span> : null;
}

export function Grade({ grade }: { grade: string | null | undefined }) {
    return grade ? <span class={`grade ${GRADES[grade] ?? ''}`}>{grade}</span> : null;
}

// What was copied last, for the button that did it and for the key that stands for it.
const copied = signal('');
const COPIED_MS = 1500;

export async function copy(text: string): Promise<boolean> {
    try {
        await navigator.clipboard.writeText(text);
    } catch {
        return false;
    }
    copied.value = text;
    setTimeout(() => {
        if (copied.value === text)
            copied.value = '';
    }, COPIED_MS);
    return true;
}

// text: what is copied, or how to get it
export function CopyButton({ text, small, main, children, label }: {
    text: string | (() => Promise<string>); small?: boolean; main?: boolean; children: ComponentChildren; label?: string;
}) {
    const mine = useSignal('');
    const done = mine.value !== '' && copied.value === mine.value;
    async function press() {
        mine.value = typeof text === 'string' ? text : await text();
        await copy(mine.value);
    }
    return (
        <button type="button" class={`btn ${small ? 'small' : ''} ${main ? 'main-act' : ''}`} aria-label={label} data-done={done ? '' : undefined}
            onClick={() => void press()}><Icon name="copy" />{children}</button>
    );
}

export function Command({ text }: { text: string }) {
    return <div class="cmd"><code><Wire text={text} most={400} /></code><CopyButton text={text} small>Copy</CopyButton></div>;
}

// Sets the title of the window.
export function useTitle(title: string) {
    useEffect(() => {
        document.title = title ? `${title} · whytls` : 'whytls';
    }, [title]);
}

// What a page loaded. `fault` may stand beside older data, which stays.
export interface Loaded<T> {
    data: T | null;
    fault: ApiFault | null;
    again: () => void;
}

// Loads what is answered at `path`, once for each; null loads nothing. What the page brought is there at once.
export function useLoad<T>(path: string | null, load: (path: string) => Promise<T> = get): Loaded<T> {
    const first = useMemo(() => (path === null ? null : bring<T>(path)), []);
    const data = useSignal(first), of = useSignal(first && path), fault = useSignal<ApiFault | null>(null), turn = useSignal(0);
    useEffect(() => {
        let gone = false;
        if (path === null || (of.peek() === path && !turn.value && data.peek() === first)) {
            fault.value = null; // of another path
            return;
        }
        load(path).then(got => {
            if (gone)
                return;
            data.value = got;
            of.value = path;
            fault.value = null;
        }, error => {
            if (!gone && error instanceof ApiFault)
                fault.value = error;
        });
        return () => {
            gone = true;
        };
    }, [path, turn.value]);
    return { data: of.value === path ? data.value : null, fault: fault.value, again: () => void turn.value++ };
}

// Nothing for 150 ms (the style sheet's doing), then quiet bars in the shape of rows.
export function Bones({ rows = 4 }: { rows?: number }) {
    return <div class="bones" role="status"><span class="sr">Loading</span>{Array.from({ length: rows }, (_, i) => <i key={i} />)}</div>;
}

export function FaultNote({ fault, again }: { fault: ApiFault; again?: () => void }) {
    const text = fault.status === 0
        ? `The proxy does not answer. What stands below is from ${clock_time(new Date(last_heard.value).toISOString())} UTC.`
        : fault.message;
    return (
        <div class="note warn faultnote" role="alert"><span>{text}</span>
            {again && <button class="btn small" type="button" onClick={again}>Try again</button>}</div>
    );
}

export function Empty({ text, children }: { text: ComponentChildren; children?: ComponentChildren }) {
    return <div class="empty"><p>{text}</p>{children}</div>;
}
