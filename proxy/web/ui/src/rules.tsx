// rules.tsx - the rules: on or off, what each did, what failed; and the files of the owner's own packages, which can be edited
// here and are taken only when they load and their specs were run.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get_text, send } from './api';
import { now } from './live';
import { Bones, Command, CopyButton, FaultNote, Out, Pill, useLoad, useTitle } from './parts';
import { PassList } from './passes';
import { go } from './router';
import { ago, count, plural } from './text';
import { Say, Wire } from './wire';

interface Specs {
    passed: number;
    failed: number;
    text: string;
}

interface Package {
    name: string;
    from: 'shipped' | 'user';
    about: string;
    files: string[];
    specs: Specs | null;
}

interface Rule {
    id: string;
    about: string;
    on: string;
    state: 'on' | 'off' | 'asleep' | 'failed';
    why: string | null;
    causes: string[];
    hits: number;
    last_at: string | null;
    faults: number;
}

interface Plugin {
    name: string;
    version?: string;
    about?: string;
    file?: string;
    on?: boolean;
}

interface All {
    packages: Package[];
    rules: Rule[];
    plugins: Plugin[];
}

interface Saved {
    saved: boolean;
    specs: Specs | null;
    swapped: boolean;
    says: string;
}

const STATES = { on: ['fine', 'In order'], asleep: ['waiting', 'Asleep'], off: ['waiting', 'Off'], failed: ['failing', 'Switched off'] } as const;
const ABOUT_CAUSES = 2;

function heading(list: Rule[], packages: Package[]): string {
    const failed = list.filter(one => one.state === 'failed'), specs = packages.reduce((n, one) => n + (one.specs?.failed ?? 0), 0);
    if (failed.length)
        return `${plural(list.length, 'rule')}. ${failed.length === 1 ? 'One' : count(failed.length)} switched ${failed.length === 1 ? 'itself' : 'themselves'} off.`;
    return specs ? `${plural(list.length, 'rule')}. ${plural(specs, 'spec fails', 'specs fail')}.` : `${plural(list.length, 'rule')}. All are in order.`;
}

function about_causes(causes: string[]): string {
    const rest = causes.length - ABOUT_CAUSES;
    return causes.slice(0, ABOUT_CAUSES).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function Switch({ rule, changed, said }: { rule: Rule; changed: () => void; said: (text: string) => void }) {
    const on = rule.state === 'on' || rule.state === 'asleep';
    async function toggle() {
        const [pack, name] = rule.id.split('/');
        try {
            await send('POST', `/rules/${encodeURIComponent(pack!)}/${encodeURIComponent(name!)}`, { on: !on });
        } catch (fault) {
            said((fault as Error).message);
        }
        changed();
    }
    return <button type="button" class={`switch ${on ? 'on' : ''}`} role="switch" aria-checked={on} aria-label={rule.id} onClick={() => void toggle()}><i />{on ? 'On' : 'Off'}</button>;
}

function RuleTable({ rules, chosen, changed, said }: { rules: Rule[]; chosen: string; changed: () => void; said: (text: string) => void }) {
    return (
        <section class="card flush scrollx"><table class="rules"><caption class="sr">Rules</caption><thead><tr><th><span class="sr">Switch</span></th><th>Rule</th><th>Woken by</th><th class="right">Ran</th><th>Last</th><th>State</th></tr></thead>
            <tbody>{rules.map(rule => {
                const [outcome, word] = STATES[rule.state];
                return (
                    <tr key={rule.id} class={rule.id === chosen ? 'chosen' : ''}><td><Switch rule={rule} changed={changed} said={said} /></td>
                        <td><a class="plain" href={`/rules/${rule.id}`} aria-current={rule.id === chosen ? 'true' : undefined}><b class="mono">{rule.id}</b></a><div class="small dim"><Wire text={rule.about || about_causes(rule.causes)} /></div></td>
                        <td class="mono tiny soft">{rule.on}</td><td class="right">{count(rule.hits)}</td><td class="soft nowrap">{rule.last_at ? ago(rule.last_at, now.value) : 'never'}</td>
                        <td><Out outcome={outcome} word={word} /></td></tr>
                );
            })}</tbody></table></section>
    );
}

function SpecCard({ pack, specs, run }: { pack: string; specs: Specs | null; run: () => void }) {
    return (
        <section class="card stack"><div class="cap"><h2>Specs</h2>{specs && <Out outcome={specs.failed ? 'failing' : 'fine'} word={specs.failed ? `${specs.failed} of ${specs.passed + specs.failed} ${specs.failed === 1 ? 'fails' : 'fail'}` : `${plural(specs.passed, 'passes', 'pass')}`} />}</div>
            {specs?.text ? <pre class="code" tabIndex={0}><Wire lines text={specs.text} most={8000} /></pre> : <p class="small soft">{specs ? 'Every one passes.' : 'Not run yet.'}</p>}
            <div class="acts"><button type="button" class="btn" onClick={run}>Run them</button></div><Command text={`whytls rules test ${pack}`} /></section>
    );
}

// One file of a package. Only the owner's own can be changed.
function File({ pack, file, changed }: { pack: Package; file: string; changed: () => void }) {
    const path = `/rules/files/${encodeURIComponent(pack.name)}/${file.split('/').map(encodeURIComponent).join('/')}`;
    const { data, fault, again } = useLoad(path, get_text);
    const text = useSignal<string | null>(null), saving = useSignal(false), said = useSignal<{ good: boolean; text: string; specs: Specs | null } | null>(null);
    useEffect(() => {
        text.value = null;
        said.value = null;
    }, [path]);
    if (data === null)
        return fault ? <FaultNote fault={fault} again={again} /> : <Bones rows={3} />;
    if (pack.from !== 'user')
        return <><pre class="code" tabIndex={0}><Wire lines text={data} most={300000} /></pre><p class="small dim">This package came with whytls. Copy it into a folder of your own to change it.</p></>;
    const dirty = text.value !== null && text.value !== data;
    async function save() {
        saving.value = true;
        try {
            const answer = await send<Saved>('PUT', path, text.value ?? '');
            said.value = { good: answer.swapped, text: answer.says, specs: answer.specs };
            again();
            changed();
        } catch (error) {
            said.value = { good: false, text: (error as Error).message, specs: null };
        }
        saving.value = false;
    }
    return (
        <><textarea class="editor" aria-label={`${pack.name}/${file}`} spellcheck={false} rows={Math.min(28, data.split('\n').length + 2)} value={text.value ?? data} onInput={event => (text.value = event.currentTarget.value)}
            onKeyDown={event => {
                if ((event.ctrlKey || event.metaKey) && event.key === 's') {
                    event.preventDefault();
                    void save();
                }
            }} />
            <div class="acts"><button type="button" class="btn main-act" disabled={!dirty || saving.value} onClick={() => void save()}>{saving.value ? 'Saving' : 'Save and reload'}</button>
                {dirty && <button type="button" class="btn" onClick={() => (text.value = null)}>Undo all</button>}<CopyButton text={text.value ?? data}>Copy</CopyButton></div>
            {said.value && <div class={`note ${said.value.good ? 'good' : 'bad'}`} role="status"><b>{said.value.good ? 'In force.' : 'The old version stays in force.'}</b> <Say text={said.value.text} />
                {said.value.specs && said.value.specs.failed > 0 && <pre class="code mt2"><Wire lines text={said.value.specs.text} most={8000} /></pre>}</div>}</>
    );
}

function PackageCard({ pack, file, changed }: { pack: Package; file: string; changed: () => void }) {
    return (
        <section class="card stack"><div class="cap"><h2 class="mono">{pack.name}</h2><span class="pill plain">{pack.from === 'user' ? 'yours' : 'came with whytls'}</span></div>
            {pack.about && <p class="soft"><Say text={pack.about} /></p>}
            <div class="facets" role="group" aria-label="Files">{pack.files.map(one => <button type="button" key={one} class="facet mono" aria-pressed={one === file} onClick={() => go(`/rules/${pack.name}?file=${encodeURIComponent(one)}`, 'replace')}>{one}</button>)}</div>
            {file && <File key={file} pack={pack} file={file} changed={changed} />}</section>
    );
}

function Chosen({ rule }: { rule: Rule }) {
    return (
        <section class="card stack"><div class="row apart"><h2 class="mono">{rule.id}</h2><Pill outcome={STATES[rule.state][0]} word={STATES[rule.state][1]} /></div>
            {rule.why && <p><b><Say text={rule.why} /></b></p>}
            {rule.faults > 0 && <p class="small soft">{plural(rule.faults, 'error')} so far. After 5 a rule switches itself off, and whytls goes on without it.</p>}
            <p class="soft"><Say text={rule.about} /></p>{rule.causes.length > 0 && <ul class="row">{rule.causes.map(one => <li key={one}><a class="id" href={`/causes/${encodeURIComponent(one)}`}>{one}</a></li>)}</ul>}</section>
    );
}

function Packages({ packages, chosen }: { packages: Package[]; chosen: string }) {
    return (
        <section class="card"><h2>Packages</h2><ul class="list mt2">{packages.map(one => (
            <li key={one.name}><span><a href={`/rules/${one.name}`} aria-current={one.name === chosen ? 'true' : undefined} class="mono">{one.name}</a> <span class="small dim">{one.from === 'user' ? 'yours' : ''}</span></span>
                <span class="nowrap">{one.specs ? <Out outcome={one.specs.failed ? 'failing' : 'fine'} word={one.specs.failed ? `${one.specs.failed} fail` : count(one.specs.passed)} /> : ''}</span></li>
        ))}</ul></section>
    );
}

function Plugins({ plugins }: { plugins: Plugin[] }) {
    if (!plugins.length)
        return null;
    return <section class="card"><h2>Plugins</h2><ul class="list mt2">{plugins.map(one => <li key={one.name}><span><b class="mono">{one.name}</b> <span class="small dim">{one.version}</span><div class="small soft"><Wire text={one.about ?? ''} /></div></span></li>)}</ul></section>;
}

export function Rules({ pack: name, rule: rule_name, file: asked }: { pack?: string; rule?: string; file: string }) {
    const { data, fault, again } = useLoad<All>('/rules');
    const said = useSignal(''), specs = useSignal<{ pack: string; specs: Specs } | null>(null);
    useTitle('Rules');
    if (!data)
        return fault ? <FaultNote fault={fault} again={again} /> : <Bones />;
    const troubled = data.rules.find(one => one.state === 'failed');
    const id = name && rule_name ? `${name}/${rule_name}` : name ? '' : troubled?.id ?? '';
    const rule = data.rules.find(one => one.id === id), pack_name = name ?? id.split('/')[0] ?? '';
    const pack = data.packages.find(one => one.name === pack_name) ?? data.packages.find(one => one.from === 'user');
    const file = pack?.files.includes(asked) ? asked : pack?.files[0] ?? '';
    async function reload() {
        try {
            said.value = (await send<{ says: string }>('POST', '/rules/reload')).says;
        } catch (error) {
            said.value = (error as Error).message;
        }
        again();
    }
    async function test() {
        const answer = pack && await send<Specs>('POST', '/rules/test', { package: pack.name }).catch(() => null);
        if (pack && answer)
            specs.value = { pack: pack.name, specs: answer };
    }
    const shown = rule_name ? data.rules.filter(one => one.id.startsWith(pack_name + '/')) : name ? data.rules.filter(one => one.id.startsWith(name + '/')) : [...data.rules].sort((a, b) => Number(b.state === 'failed') - Number(a.state === 'failed'));
    return (
        <><div class="head"><div><h1 class="sentence">{heading(data.rules, data.packages)}</h1><p class="lead">Facts come from whytls. Explanations come from these rules, and from yours.</p></div>
            <div class="acts">{name && <a class="btn" href="/rules">All rules</a>}<button type="button" class="btn" onClick={() => void reload()}>Reload</button><CopyButton text="whytls rules new mine/first">Copy: new rule</CopyButton></div></div>
            {said.value && <div class="note tip" role="status"><Say text={said.value} /></div>}{fault && <FaultNote fault={fault} again={again} />}
            <div class="two wideleft mt3"><div class="stack"><RuleTable rules={shown} chosen={id} changed={again} said={text => (said.value = text)} /></div>
                <div class="stack">{rule && <Chosen rule={rule} />}{pack && <PackageCard pack={pack} file={file} changed={again} />}
                    {pack && <SpecCard pack={pack.name} specs={specs.value?.pack === pack.name ? specs.value.specs : pack.specs} run={() => void test()} />}
                    <PassList /><Packages packages={data.packages} chosen={pack_name} /><Plugins plugins={data.plugins} /></div></div></>
    );
}
