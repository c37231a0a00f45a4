// live.ts - what the proxy tells by itself: new connections, counts, changes. One listener for the whole page; it comes back
// by itself after the proxy went away, and waits longer each time. Pausing stops the list, not the counting.
import { signal } from '@preact/signals';
import { admitted, get, type Health, type Row, type Story } from './api';
import { bring } from './first';

export const health = signal<Health | null>(null);
export const stories = signal<Story[] | null>(null);
// Counts by outcome over all that is kept, as last told.
export const totals = signal<Record<string, number> | null>(null);
export const paused = signal(false);
// How many connections came while it was paused.
export const held = signal(0);
// When the next try to reach the proxy is due (ms), 0: it is there. last_heard: when it last spoke.
export const lost_until = signal(0);
export const last_heard = signal(Date.now());
// This moment, to the second: what "8 seconds ago" is reckoned from. Stands still in a hidden tab.
export const now = signal(Date.now());
// Connections a minute, over the last one.
export const pace = signal(0);

// missed: some may have come that nobody was told of, because nobody was listening.
export type Batch = { rows: Row[]; more: number; missed?: boolean };
const hearers = new Set<(batch: Batch) => void>();
const FIRST_WAIT_MS = 1000, LONGEST_WAIT_MS = 30000, TICK_MS = 1000, STORIES_EVERY_MS = 500;
let source: EventSource | null = null;
let wait_ms = FIRST_WAIT_MS;
let stories_due = 0;
const arrivals: { at: number; n: number }[] = [];

// Hears of new connections. `more` of them come without their rows.
export function hear(each: (batch: Batch) => void): () => void {
    hearers.add(each);
    return () => hearers.delete(each);
}

function tell(batch: Batch) {
    for (const each of hearers)
        each(batch);
}

export async function stories_load() {
    const said = await get<{ stories: Story[] }>('/stories').catch(() => null);
    if (said)
        stories.value = said.stories;
}

// Many changes in a row ask once.
function stories_soon() {
    if (!stories_due)
        stories_due = window.setTimeout(() => {
            stories_due = 0;
            void stories_load();
        }, STORIES_EVERY_MS);
}

async function health_load() {
    const said = await get<Health>('/health').catch(() => null);
    if (said)
        health.value = said;
}

function on_flows(event: MessageEvent) {
    const said = JSON.parse(event.data) as { rows: Row[]; more: number; total_by_outcome?: Record<string, number> };
    const n = said.rows.length + said.more;
    last_heard.value = Date.now();
    arrivals.push({ at: Date.now(), n });
    if (said.total_by_outcome)
        totals.value = said.total_by_outcome;
    if (paused.value)
        held.value += n;
    else
        tell({ rows: said.rows, more: said.more });
}

function open() {
    source = new EventSource('/api/v1/live');
    source.onopen = () => {
        const was_lost = lost_until.value !== 0;
        lost_until.value = 0;
        wait_ms = FIRST_WAIT_MS;
        last_heard.value = Date.now();
        if (was_lost) {
            void health_load();
            void stories_load();
        }
        if (!paused.value)
            tell({ rows: [], more: 0, missed: true });
    };
    source.onerror = lose;
    source.addEventListener('flows', on_flows as EventListener);
    source.addEventListener('stories', stories_soon);
    source.addEventListener('health', () => void health_load());
}

function lose() {
    source?.close();
    source = null;
    lost_until.value = Date.now() + wait_ms;
    wait_ms = Math.min(wait_ms * 2, LONGEST_WAIT_MS);
    // an answer of 401 is one that an EventSource does not tell from silence
    void get('/facets').catch(() => null);
}

function tick() {
    if (document.hidden)
        return;
    const at = Date.now();
    while (arrivals.length && arrivals[0]!.at < at - 60000)
        arrivals.shift();
    pace.value = arrivals.reduce((sum, one) => sum + one.n, 0);
    now.value = at - (at % 1000);
    if (!source && admitted.value && at >= lost_until.value)
        open();
}

export function pause_toggle() {
    paused.value = !paused.value;
    if (!paused.value && held.value) {
        held.value = 0;
        tell({ rows: [], more: 0, missed: true });
    }
}

export function live_start() {
    health.value = bring<Health>('/health');
    stories.value = bring<{ stories: Story[] }>('/stories')?.stories ?? null;
    open();
    if (!health.value)
        void health_load();
    if (!stories.value)
        void stories_load();
    setInterval(tick, TICK_MS);
}
