// flow_window.ts - the rows that a list holds of all that the store has: one run without gaps, newest first, never more than a
// few thousand. Scrolling asks for what lies beyond its ends and lets go of what is far away; a leap begins a new run at a place
// that is reckoned from the numbers of the oldest and the newest.
import { signal } from '@preact/signals';
import { ApiFault, get, query, type Flows, type Row } from './api';
import { bring } from './first';
import type { Batch } from './live';

const PAGE_ROWS = 200, MOST_ROWS = 2000, REFRESH_EVERY_MS = 500;

// One line of the list: repeats of one cause at one host for one app are folded.
export interface Item {
    row: Row;
    repeats: Row[]; // all of them, newest first; the first is `row`
    open: boolean;  // unfolded: the repeats stand in lines of their own
}

interface Where {
    before?: number;
    after?: number;
    limit?: number;
}

function path_of(q: string, where: Where): string {
    return '/flows' + query({ q, limit: PAGE_ROWS, ...where });
}

function fold_key(row: Row): string | null {
    return row.outcome === 'fine' ? null : JSON.stringify([row.outcome, row.cause, row.host, row.port, row.app, row.device]);
}

export class FlowWindow {
    readonly version = signal(0);
    readonly fault = signal<ApiFault | null>(null);
    readonly loaded = signal(false);
    items: Item[] = [];
    above = 0;            // lines above the first item, as far as can be told
    total: number | null = null;
    total_exact = true;
    fresh = 0;            // connections that came and are not shown
    at_bottom = false;
    following = true;     // the list stands at its top, and nothing is chosen: new rows come in by themselves
    private rows: Row[] = [];
    private at_top = true;
    private older_than: number | null = null;
    private unfolded = new Set<number>();
    private q = '';
    private brought: string | null = null;
    private busy: AbortController | null = null;
    private asking = false;
    private wanted: [number, number] | null = null;
    private refresh_due = 0;

    // Of the first view the page has brought what fits `q`.
    constructor(q: string) {
        const said = bring<Flows>(path_of(q, {}));
        if (!said)
            return;
        this.q = this.brought = q;
        this.start(said);
        this.loaded.value = true;
    }

    get filter(): string {
        return this.q;
    }

    // Shows what fits `q`. On a fault the list stays as it is.
    async load(q: string): Promise<void> {
        const is_here = this.brought === q;
        this.brought = null;
        if (is_here)
            return;
        this.busy?.abort();
        const stop = this.busy = new AbortController();
        try {
            const said = await this.ask(q, {}, stop.signal);
            if (q !== this.q)
                this.unfolded.clear();
            this.q = q;
            this.start(said);
            this.fault.value = null;
            this.loaded.value = true;
        } catch (fault) {
            if (fault instanceof ApiFault)
                this.fault.value = fault;
            if (this.fault.value?.status === 400 && !this.loaded.value)
                await this.load_all();
        }
    }

    // A page that was opened with a wrong filter shows everything below what is wrong with it.
    private async load_all(): Promise<void> {
        const said = await this.ask('', {}).catch(() => null);
        if (!said)
            return;
        this.start(said);
        this.loaded.value = true;
    }

    // Lines below the last item, as far as can be told.
    get below(): number {
        if (this.at_bottom)
            return 0;
        return Math.max(20, (this.total ?? 0) - this.above - this.rows.length);
    }

    find(id: string): number {
        return this.items.findIndex(item => item.row.id === id);
    }

    unfold(item: Item, open: boolean) {
        const key = item.repeats[item.repeats.length - 1]!.seq;
        if (open)
            this.unfolded.add(key);
        else
            this.unfolded.delete(key);
        this.changed();
    }

    // New ones came. Only a list that follows takes them in at once.
    arrive(batch: Batch) {
        const n = batch.rows.length + batch.more;
        if (!this.loaded.value || (!n && !batch.missed))
            return;
        if (!this.q && this.total !== null)
            this.total += n;
        if (!this.following || !this.at_top) {
            if (!this.q && !batch.missed)
                this.fresh += n;
            else
                this.soon(() => this.count_fresh());
            this.version.value++;
        } else if (!this.q && !batch.more && !batch.missed) {
            this.prepend([...batch.rows].sort((a, b) => b.seq - a.seq));
            this.changed();
        } else {
            this.soon(() => this.newest());
        }
    }

    // The top of the list as it is by now.
    async newest(): Promise<void> {
        const said = await this.ask(this.q, {}).catch(() => null);
        if (!said)
            return;
        const last = said.flows[said.flows.length - 1];
        this.take_total(said);
        if (this.at_top && last && this.rows[0] && last.seq <= this.rows[0].seq)
            this.prepend(said.flows);
        else
            this.start(said);
        this.fresh = 0;
        this.changed();
    }

    // The lines first..last are looked at: brings what is missing there.
    async look(first: number, last: number): Promise<void> {
        if (this.asking)
            this.wanted = [first, last];
        if (this.asking || !this.loaded.value)
            return;
        this.asking = true;
        try {
            const begin = this.above, end = this.above + this.items.length;
            if (first > end + PAGE_ROWS || last < begin - PAGE_ROWS)
                await this.leap(first);
            else if (last > end - 40 && !this.at_bottom)
                await this.older();
            else if (first < begin + 40 && !this.at_top)
                await this.newer();
        } catch (fault) {
            if (fault instanceof ApiFault)
                this.fault.value = fault;
        } finally {
            this.asking = false;
        }
        const next = this.wanted; // the reader has scrolled on meanwhile
        this.wanted = null;
        if (next)
            await this.look(...next);
    }

    private ask(q: string, where: Where, stop?: AbortSignal): Promise<Flows> {
        return get<Flows>(path_of(q, where), stop);
    }

    private start(said: Flows) {
        this.rows = said.flows;
        this.above = 0;
        this.at_top = true;
        this.fresh = 0;
        this.ended(said);
        this.take_total(said);
        this.changed();
    }

    private take_total(said: Flows) {
        this.total = said.total;
        this.total_exact = said.total_exact;
    }

    private ended(said: Flows) {
        this.at_bottom = said.complete;
        this.older_than = said.looked_to;
    }

    private prepend(newer: Row[]) {
        const first = this.rows[0]?.seq ?? -1;
        this.rows = newer.filter(row => row.seq > first).concat(this.rows);
        if (this.rows.length > MOST_ROWS) {
            this.rows.length = MOST_ROWS;
            this.at_bottom = false;
            this.older_than = this.rows[MOST_ROWS - 1]!.seq;
        }
    }

    private async older(): Promise<void> {
        const said = await this.ask(this.q, { before: this.older_than ?? this.rows[this.rows.length - 1]?.seq });
        this.rows = this.rows.concat(said.flows);
        this.ended(said);
        if (this.rows.length > MOST_ROWS) {
            const was = this.rows;
            this.fold(was);
            const whole = this.items.length;
            this.rows = was.slice(was.length - MOST_ROWS);
            this.fold(this.rows);
            this.above += whole - this.items.length;
            this.at_top = false;
        }
        this.changed();
    }

    private async newer(): Promise<void> {
        const said = await this.ask(this.q, { after: this.rows[0]?.seq ?? 0 });
        const lines = this.items.length;
        this.rows = [...said.flows].reverse().concat(this.rows);
        this.fold(this.rows);
        this.at_top = said.complete;
        this.above = this.at_top ? 0 : Math.max(PAGE_ROWS, this.above - (this.items.length - lines));
        if (this.rows.length > MOST_ROWS) {
            this.rows.length = MOST_ROWS;
            this.at_bottom = false;
            this.older_than = this.rows[MOST_ROWS - 1]!.seq;
        }
        this.changed();
    }

    // Begins anew at a line far from what is held.
    private async leap(line: number): Promise<void> {
        const [top, bottom] = await Promise.all([this.ask(this.q, { limit: 1 }), this.ask(this.q, { after: 0, limit: 1 })]);
        const newest = top.flows[0]?.seq ?? 0, oldest = bottom.flows[0]?.seq ?? 0;
        const lines = Math.max(1, this.above + this.items.length + this.below);
        const guess = Math.round(newest - ((newest - oldest) * Math.max(0, line - 20)) / lines);
        if (line < PAGE_ROWS) {
            this.start(await this.ask(this.q, {}));
            return;
        }
        const said = await this.ask(this.q, { before: guess + 1 });
        this.rows = said.flows;
        this.above = said.complete ? Math.max(0, lines - said.flows.length) : Math.max(PAGE_ROWS, line - 20);
        this.at_top = false;
        this.ended(said);
        this.changed();
    }

    private async count_fresh(): Promise<void> {
        const said = await this.ask(this.q, { after: this.rows[0]?.seq ?? 0 }).catch(() => null);
        if (said && this.at_top)
            this.fresh = said.flows.length;
        this.version.value++;
    }

    private soon(act: () => Promise<void>) {
        if (!this.refresh_due)
            this.refresh_due = window.setTimeout(() => {
                this.refresh_due = 0;
                void act();
            }, REFRESH_EVERY_MS);
    }

    private fold(rows: Row[]) {
        const items: Item[] = [];
        for (let i = 0; i < rows.length;) {
            const key = fold_key(rows[i]!);
            let end = i + 1;
            while (key !== null && end < rows.length && fold_key(rows[end]!) === key)
                end++;
            const repeats = rows.slice(i, end);
            const open = repeats.length > 1 && this.unfolded.has(repeats[repeats.length - 1]!.seq);
            items.push({ row: repeats[0]!, repeats, open });
            if (open)
                for (const row of repeats.slice(1))
                    items.push({ row, repeats: [row], open: false });
            i = end;
        }
        this.items = items;
    }

    private changed() {
        this.fold(this.rows);
        this.version.value++;
    }
}
