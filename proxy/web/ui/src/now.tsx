// now.tsx - the first page: what needs a look, then every connection as it comes.
import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { export_all_path, get, send, type Flow, type Outcome, type Row, type Story } from './api';
import { diagnosis_sentence, EvidenceList, explanation_text } from './explanation';
import { FilterBox } from './filter_box';
import { FlowList } from './flow_list';
import { FlowWindow } from './flow_window';
import { keys_use } from './keys';
import { OUTCOME_ORDER, OUTCOMES, plain_sentence, whose_move } from './labels';
import { hear, held, lost_until, now, pace, pause_toggle, paused, stories, totals } from './live';
import { Bones, Conf, copy, CopyButton, Empty, FaultNote, Pill, Sign, useLoad, useTitle } from './parts';
import { go, params, set_param } from './router';
import { Icon } from './shapes';
import { ago, count, plural } from './text';
import { Say, Wire } from './wire';

const EXPORTS: [string, string][] = [['har', 'HAR'], ['jsonl', 'JSON Lines'], ['csv', 'CSV'], ['pcapng', 'pcapng']];
const STORIES_SHOWN = 3, NARROW = '(max-width: 1180px)';

function LiveStatus() {
    const state = lost_until.value ? 'lost' : paused.value ? 'paused' : undefined;
    const word = state === 'lost' ? 'Lost' : state ? `Paused. ${plural(held.value, 'connection is', 'connections are')} waiting` : `Live · ${count(pace.value)} a minute`;
    return (
        <div class="row"><span class="live" data-state={state}><i /><span class="word">{word}</span></span>
            <button type="button" class="btn" onClick={pause_toggle} aria-pressed={paused.value}>
                <Icon name={paused.value ? 'resume' : 'pause'} />{paused.value ? 'Resume' : 'Pause'} <kbd>p</kbd></button></div>
    );
}

export async function settle(key: string) {
    await send('POST', '/stories/settle', { key }).catch(() => null);
    stories.value = stories.value?.filter(one => one.key !== key) ?? null;
}

function StoryRow({ story }: { story: Story }) {
    const where = story.leg === 'server' ? story.host : null;
    return (
        <li data-story={story.key}><Sign outcome="failing" label="Failing" />
            <div><a href={`/c/${encodeURIComponent(story.last_id)}`}><Say text={story.title} />{where && <>: <Wire text={where} /></>}</a>
                <p class="meta">{plural(story.n, 'connection')}{story.leg !== 'server' && story.host && <> to <Wire text={story.host} /></>}
                    {story.device && <> on <Wire text={story.device_name ?? story.device} /></>} · last {ago(story.last_at, now.value)}
                    {story.next && !story.next.startsWith('Nothing') && <> · next: <Say text={story.next} /></>} <span class="nowrap">· <button type="button" class="aslink" onClick={() => void settle(story.key)}
                        aria-label={`Settle: ${story.title}`}>settle</button></span></p></div>
            <div class="side"><Conf sure={story.sure} /><span class="tiny dim">{whose_move(story.leg, story.cause)}</span></div></li>
    );
}

function Stories({ list }: { list: Story[] }) {
    const all = useSignal(false);
    const rest = list.length - STORIES_SHOWN;
    return (
        <section class="card flush" aria-label="What needs a look">
            <ul class="stories">
                {(all.value ? list : list.slice(0, STORIES_SHOWN)).map(story => <StoryRow key={story.key} story={story} />)}
                {rest > 0 && <li class="all"><span class="dim"><Icon name="dash" /></span><div class="small">
                    <button type="button" class="aslink" onClick={() => (all.value = !all.value)}>{all.value ? 'Show fewer' : `${rest} more`}</button></div></li>}
            </ul>
        </section>
    );
}

// The outcome that a filter asks for at its top, if it asks for one.
function facet_of(q: string): Outcome | '' {
    return OUTCOME_ORDER.find(one => q.split(/\s+/).includes(OUTCOMES[one].atom)) ?? '';
}

function with_facet(q: string, outcome: Outcome | ''): string {
    const atoms = OUTCOME_ORDER.map(one => OUTCOMES[one].atom);
    const rest = q.split(/\s+/).filter(word => word && !atoms.includes(word)).join(' ');
    return outcome ? `${OUTCOMES[outcome].atom} ${rest}`.trim() : rest;
}

function Facets({ q, counts }: { q: string; counts: Record<string, number> }) {
    const chosen = facet_of(q);
    const all = Object.values(counts).reduce((sum, n) => sum + n, 0);
    return (
        <div class="facets" role="group" aria-label="Quick filters">
            <button type="button" class="facet" aria-pressed={!chosen} onClick={() => set_param('q', with_facet(q, ''))}>All <b>{count(all)}</b></button>
            {OUTCOME_ORDER.map(one => (
                <button type="button" key={one} class="facet" aria-pressed={chosen === one} onClick={() => set_param('q', with_facet(q, chosen === one ? '' : one))}>
                    <Sign outcome={one} />{OUTCOMES[one].word} <b>{count(counts[one] ?? 0)}</b></button>
            ))}
        </div>
    );
}

function Preview({ id }: { id: string }) {
    const { data } = useLoad<Flow>(id ? `/flows/${encodeURIComponent(id)}` : null);
    if (!data)
        return <aside class="peek" aria-label="The selected connection">{id ? <div class="card"><Bones rows={3} /></div> : <div class="card soft small">Choose a line to see why.</div>}</aside>;
    const top = data.record.diagnosis[0];
    const sentence = top ? diagnosis_sentence(top)[0] : plain_sentence(data.row);
    return (
        <aside class="peek" aria-label="The selected connection"><div class="card stack">
            <div class="row apart"><Pill outcome={data.row.outcome} word={OUTCOMES[data.row.outcome].word} /><Conf sure={top?.confidence} /></div>
            <h2 class="sentence"><Say text={sentence} /></h2>
            {top && <EvidenceList diagnosis={top} most={4} small />}
            {top && <div><h3>On the phone</h3><p class="small soft"><Say text={top.device_fix[0] ?? 'Nothing.'} /></p></div>}
            {top && <div><h3>On the server</h3><p class="small soft"><Say text={top.server_fix.slice(0, 2).join(' ') || 'Nothing.'} /></p></div>}
            <div class="acts"><a class="btn main-act" href={`/c/${encodeURIComponent(id)}`}>Open <kbd>Enter</kbd></a>
                <CopyButton text={explanation_text(data.record, top, sentence)}>Copy explanation</CopyButton></div>
        </div></aside>
    );
}

// The keys that walk through the list.
function useListKeys(list: FlowWindow, chosen: () => string, choose: (row: Row | null) => void, open: (row: Row) => void) {
    useEffect(() => {
        function step(by: number) {
            const i = list.find(chosen());
            const next = i < 0 ? (by > 0 ? 0 : list.items.length - 1) : Math.max(0, Math.min(list.items.length - 1, i + by));
            choose(list.items[next]?.row ?? null);
        }
        function fold(to: boolean) {
            const item = list.items[list.find(chosen())];
            if (item && item.repeats.length > 1)
                list.unfold(item, to);
        }
        const open_chosen = () => {
            const item = list.items[list.find(chosen())];
            if (item)
                open(item.row);
        };
        return keys_use({
            j: () => step(1), k: () => step(-1), ArrowDown: () => step(1), ArrowUp: () => step(-1), PageDown: () => step(10), PageUp: () => step(-10),
            Home: () => choose(list.items[0]?.row ?? null), End: () => step(list.items.length), Enter: open_chosen, o: open_chosen,
            ArrowRight: () => fold(true), ArrowLeft: () => fold(false), p: pause_toggle, Escape: () => choose(null),
            x: () => {
                const story = (document.activeElement?.closest('[data-story]') as HTMLElement | null)?.dataset.story ?? stories.value?.[0]?.key;
                if (story)
                    void settle(story);
            },
            y: () => {
                const id = chosen();
                if (id)
                    void get<Flow>(`/flows/${encodeURIComponent(id)}`).then(flow => {
                        const top = flow.record.diagnosis[0];
                        return copy(explanation_text(flow.record, top, top ? diagnosis_sentence(top)[0] : plain_sentence(flow.row)));
                    });
            },
        });
    }, [list]);
}

function heading(n: number | null, empty: boolean): [string, string] {
    if (empty)
        return ['No connection yet.', ''];
    if (n === null)
        return ['Looking …', ''];
    if (n === 0)
        return ['Nothing needs a look.', 'All is as it should be.'];
    return [`${plural(n, 'thing needs', 'things need')} a look.`, 'The rest is as it should be.'];
}

export function Now() {
    const q = params.value.get('q') ?? '', sel = params.value.get('sel') ?? '';
    const list = useMemo(() => new FlowWindow(q), []);
    const chosen = useRef(sel);
    chosen.current = sel;
    const facets = useLoad<{ outcomes: Record<string, number> }>('/facets');
    const counts = totals.value ?? facets.data?.outcomes ?? {};
    useTitle('Now');
    useEffect(() => hear(batch => list.arrive(batch)), [list]);
    useEffect(() => void list.load(q), [q]);

    const choose = (row: Row | null) => set_param('sel', row?.id ?? '');
    const open = (row: Row) => go(`/c/${encodeURIComponent(row.id)}${q ? `?q=${encodeURIComponent(q)}` : ''}`);
    useListKeys(list, () => chosen.current, choose, open);

    void list.version.value;
    const empty = list.loaded.value && !list.items.length && !q && list.at_bottom;
    const [first, second] = heading(stories.value?.length ?? null, empty);
    const fault = list.fault.value;
    return (
        <div class="split"><div>
            <div class="head"><div><h1 class="sentence">{first}{second && <><br />{second}</>}</h1></div><LiveStatus /></div>
            {stories.value && stories.value.length > 0 && <Stories list={stories.value} />}
            <section class="mt5" aria-label="All connections">
                <FilterBox value={q} apply={next => set_param('q', next)} fault={fault} label="Filter the connections" placeholder="~fail & ~dev anna    ~cause expired    shop.example" />
                <Facets q={q} counts={counts} />
                {fault && fault.status !== 400 && <FaultNote fault={fault} again={() => void list.load(q)} />}
                <div class="card flush mt3">
                    {!list.loaded.value && !fault ? <Bones rows={8} /> : list.items.length || !list.at_bottom
                        ? <FlowList list={list} chosen={sel} choose={row => (matchMedia(NARROW).matches ? open(row) : choose(row))} open={open} />
                        : <NoRows q={q} all={Object.values(counts).reduce((sum, n) => sum + n, 0)} />}
                    <ListFoot list={list} />
                </div>
            </section></div>
            <Preview id={sel || stories.value?.[0]?.last_id || ''} />
        </div>
    );
}

function NoRows({ q, all }: { q: string; all: number }) {
    if (!q)
        return <Empty text="Point a phone’s Wi-Fi proxy at this computer."><a class="btn main-act" href="/devices">Add a phone</a></Empty>;
    return (
        <Empty text={<>Nothing matches <code><Wire text={q} /></code>. {plural(all, 'connection does', 'connections do')} not.</>}>
            <button type="button" class="btn" onClick={() => set_param('q', '')}>Clear the filter</button></Empty>
    );
}

function ListFoot({ list }: { list: FlowWindow }) {
    void list.version.value;
    if (!list.loaded.value || list.total === null)
        return null;
    return (
        <div class="listfoot"><span>{list.total_exact ? '' : 'about '}{plural(list.total, 'connection')}{list.filter ? ' fit the filter' : ''}</span>
            <span>Same cause, host and app are folded</span>
            <span class="fill right row listmoves">{EXPORTS.map(([as, name]) => <a key={as} href={export_all_path(as, list.filter)} download>{name}</a>)}<Import list={list} /></span></div>
    );
}

// Connections that were exported elsewhere, or a browser's own HAR, taken into this store.
function Import({ list }: { list: FlowWindow }) {
    const said = useSignal('');
    async function take(file: File | undefined) {
        if (!file)
            return;
        said.value = 'reading';
        try {
            const answer = await send<{ added: number; skipped: number; faults: unknown[] }>('POST', '/import', file);
            said.value = `${count(answer.added)} added${answer.skipped ? `, ${count(answer.skipped)} were there already` : ''}${answer.faults.length ? `, ${count(answer.faults.length)} could not be read` : ''}`;
            void list.newest();
        } catch (fault) {
            said.value = (fault as Error).message;
        }
    }
    return <><label class="aslink">Import<input class="sr" type="file" accept=".har,.json,.jsonl" onChange={event => void take(event.currentTarget.files?.[0])} /></label><span role="status"><Say text={said.value} /></span></>;
}
