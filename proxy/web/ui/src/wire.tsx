// wire.tsx - the one way in which a text of somebody else's gets into a page: as text, in its own direction.
import { visible_parts } from './text';

// text from the wire; `most` characters of it, cut in the middle. lines: its breaks and tabs count, as in a <pre>
export function Wire({ text, most = 120, lines, class: cls }: { text: string | null | undefined; most?: number; lines?: boolean; class?: string }) {
    const parts = visible_parts(text ?? '', most, lines);
    const cut = (text?.length ?? 0) > most;
    return (
        <bdi class={cls} title={cut && parts.length === 1 ? text! : undefined}>
            {parts.map((part, i) => (i % 2 ? <span class="unseen">{part}</span> : part))}
        </bdi>
    );
}

// A sentence of the proxy: `command` in it stands as code. Names in it may be of the wire.
export function Say({ text }: { text: string | null | undefined }) {
    return (
        <>
            {(text ?? '').split('`').map((part, i) => (i % 2 ? <code><Wire text={part} most={400} /></code> : <Wire text={part} most={2000} />))}
        </>
    );
}
