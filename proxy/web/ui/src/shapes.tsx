// shapes.tsx - the drawn signs. A shape beside its word is hidden from a screen reader; one without carries its name.
import type { ComponentChildren } from 'preact';

const stroke = { fill: 'none', stroke: 'currentColor', 'stroke-linecap': 'round', 'stroke-linejoin': 'round' } as const;
const hole = 'var(--hole,#fff)';

const DRAWN: Record<string, ComponentChildren> = {
    fine: <><circle cx="8" cy="8" r="7" fill="currentColor" /><path d="m4.6 8.3 2.3 2.3 4.5-4.8" {...stroke} stroke={hole} stroke-width="1.8" /></>,
    failing: <><path fill="currentColor" d="M8 .6 15.4 8 8 15.4.6 8z" /><path d="M7.1 4.2h1.8v4.9H7.1zM7.1 10.3h1.8v1.7H7.1z" fill={hole} /></>,
    warning: <><path fill="currentColor" d="M8 1.2 15.4 14.6H.6z" /><path d="M7.1 5.6h1.8v4.4H7.1zM7.1 11h1.8v1.7H7.1z" fill={hole} /></>,
    expected: <><circle cx="8" cy="8" r="6.1" {...stroke} stroke-width="1.7" /><circle cx="8" cy="8" r="2.3" fill="currentColor" /></>,
    unread: <path d="m2.5 3.2 4.8 4.8-4.8 4.8M8.3 3.2l4.8 4.8-4.8 4.8" {...stroke} stroke-width="1.9" />,
    mirrored: <><circle cx="8" cy="8" r="6.2" {...stroke} stroke-width="1.6" /><path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" fill="currentColor" /></>,
    waiting: <circle cx="8" cy="8" r="6.2" {...stroke} stroke-width="1.6" stroke-dasharray="2.2 2.1" />,
    info: <><circle cx="8" cy="8" r="6.3" {...stroke} stroke-width="1.5" /><path d="M7.2 7h1.6v4.6H7.2zM7.2 4.3h1.6v1.6H7.2z" fill="currentColor" /></>,
    low: <path d="M8 2.2 14.4 13.8H1.6z" {...stroke} stroke-width="1.5" />,
    high: <><path fill="currentColor" d="M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5z" /><path d="M7.1 3.8h1.8v5H7.1zM7.1 10.2h1.8v1.8H7.1z" fill={hole} /></>,
    cross: <path d="M3.5 3.5l9 9M12.5 3.5l-9 9" {...stroke} stroke-width="1.6" />,
    dash: <path d="M3.5 8h9" {...stroke} stroke-width="1.8" />,
    now: <path d="M1.5 8.5h3l2-5 3 9 2-4h3" {...stroke} stroke-width="1.5" />,
    phone: <><rect x="4.2" y="1.5" width="7.6" height="13" rx="2" {...stroke} stroke-width="1.4" /><path d="M7 12.3h2" {...stroke} stroke-width="1.4" /></>,
    certificate: <><rect x="2" y="2.5" width="12" height="8.5" rx="1.6" {...stroke} stroke-width="1.4" /><path d="M4.8 5.4h6.4M4.8 7.9h3" {...stroke} stroke-width="1.3" /><path d="M9.4 9.2v5l1.6-1.2 1.6 1.2v-5" {...stroke} stroke-width="1.3" /></>,
    causes: <path d="M2 3.5h11M2 8h7.5M2 12.5h4" {...stroke} stroke-width="2.2" />,
    rules: <path d="M6 2C4.4 2 4 3 4 4.3v1.9c0 1-.5 1.8-1.8 1.8C3.5 8 4 8.8 4 9.8v1.9C4 13 4.4 14 6 14M10 2c1.6 0 2 1 2 2.3v1.9c0 1 .5 1.8 1.8 1.8-1.3 0-1.8.8-1.8 1.8v1.9c0 1.3-.4 2.3-2 2.3" {...stroke} stroke-width="1.4" />,
    explain: <><path d="M2 3.5A1.5 1.5 0 0 1 3.5 2h9A1.5 1.5 0 0 1 14 3.5v6a1.5 1.5 0 0 1-1.5 1.5H8l-3.5 3v-3h-1A1.5 1.5 0 0 1 2 9.5z" {...stroke} stroke-width="1.4" /><path d="M6.3 5.2c.2-1 .9-1.5 1.8-1.5 1 0 1.8.6 1.8 1.5 0 1.2-1.8 1.1-1.8 2.2M8.1 8.9v.3" {...stroke} stroke-width="1.3" /></>,
    copy: <><rect x="5" y="5" width="9" height="9" rx="2" {...stroke} stroke-width="1.4" /><path d="M11 5V4a2 2 0 0 0-2-2H4a2 2 0 0 0-2 2v5a2 2 0 0 0 2 2h1" {...stroke} stroke-width="1.4" /></>,
    find: <><circle cx="7" cy="7" r="4.6" {...stroke} stroke-width="1.6" /><path d="m10.5 10.5 4 4" {...stroke} stroke-width="1.6" /></>,
    pause: <path d="M4.5 3h2.4v10H4.5zM9.1 3h2.4v10H9.1z" fill="currentColor" />,
    resume: <path d="M4.5 2.5 13 8l-8.5 5.5z" fill="currentColor" />,
    unseen: <><path d="M1 8s2.6-4.6 7-4.6S15 8 15 8s-2.6 4.6-7 4.6S1 8 1 8z" {...stroke} stroke-width="1.4" /><path d="M2.5 14 13.5 2" {...stroke} stroke-width="1.5" /></>,
};

// The sign of that name. With `label` it speaks for itself.
export function Icon({ name, label }: { name: string; label?: string }) {
    const says = label ? { role: 'img' as const, 'aria-label': label } : { 'aria-hidden': true as const };
    return <svg class="ic" viewBox="0 0 16 16" {...says}>{DRAWN[name]}</svg>;
}

export function Mark() {
    return (
        <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M7.6 7.9a4.4 4.4 0 1 1 6.3 4c-1.1.5-1.9 1.1-1.9 2.3" {...stroke} stroke-width="2.3" />
            <path d="M8.4 11.9H6.5a2.5 2.5 0 0 0-2.5 2.5v5.1A2.5 2.5 0 0 0 6.5 22h11a2.5 2.5 0 0 0 2.5-2.5v-5.1a2.5 2.5 0 0 0-2.5-2.5h-.6" {...stroke} stroke-width="2.3" />
            <circle cx="12" cy="18" r="1.6" fill="currentColor" />
        </svg>
    );
}

// Three bars: how many are filled says how sure.
export function Bars({ filled }: { filled: number }) {
    return (
        <svg viewBox="0 0 16 14" aria-hidden="true">
            {[[1, 9, 4], [6, 5, 8], [11, 1, 12]].map(([x, y, height], i) => (i < filled
                ? <rect x={x} y={y} width="3.6" height={height} rx="1" fill="currentColor" />
                : <rect x={x} y={y} width="3.6" height={height} rx="1" fill="none" stroke="currentColor" opacity=".75" />))}
        </svg>
    );
}
