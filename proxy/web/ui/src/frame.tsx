// frame.tsx - what stands around every page: the rail with its links and the state of the proxy, the table of keys.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { keys_shown, single_keys, single_keys_set } from './keys';
import { KEYS, PAGES } from './labels';
import { health, lost_until, now, stories } from './live';
import { Sign } from './parts';
import { path } from './router';
import { Icon, Mark } from './shapes';
import { recall, remember } from './store';
import { plural } from './text';

const HEALTH_NAMES: Record<string, string> = { listening: 'Listening', clock: 'Clock', root: 'Root', store: 'Memory', rules: 'Rules' };
const ANNOUNCE_EVERY_MS = 10000;

function HealthLines() {
    return (
        <ul class="health" aria-label="State of the proxy">
            {health.value?.lines.map(line => (
                <li key={line.name}><Sign outcome={line.state} label={line.state} />
                    <span><b>{HEALTH_NAMES[line.name] ?? line.name}</b>{line.says}</span></li>
            ))}
            <li><span class="dim"><Icon name="info" /></span>
                <button type="button" class="aslink" onClick={() => (keys_shown.value = true)}>Keys and looks <kbd>?</kbd></button></li>
        </ul>
    );
}

function Rail() {
    const top = '/' + (path.value.split('/')[1] ?? '');
    const here = top === '/c' ? '/' : top;
    const n = stories.value?.length ?? 0, nav = useRef<HTMLElement>(null);
    // Where the rail is a strip, this page's link may lie outside it.
    useEffect(() => nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' }), [here]);
    return (
        <div class="rail">
            <a class="mark" href="/"><Mark />whytls</a>
            <nav class="nav" aria-label="Pages" ref={nav}>
                {PAGES.map(page => (
                    <a key={page.path} href={page.path} aria-current={here === page.path ? 'page' : undefined}>
                        <Icon name={page.icon} />{page.name}
                        {page.path === '/' && n > 0 && <span class="count" role="img" aria-label={`${n} need a look`}>{n}</span>}</a>
                ))}
            </nav>
            <HealthLines />
        </div>
    );
}

// The number of things that need a look, told aloud at most every ten seconds.
function Announcer() {
    const said = useSignal('');
    const told_at = useRef(0);
    const text = stories.value === null ? '' : `${plural(stories.value.length, 'thing needs', 'things need')} a look`;
    useEffect(() => {
        const wait = Math.max(0, told_at.current + ANNOUNCE_EVERY_MS - Date.now());
        const timer = setTimeout(() => {
            told_at.current = Date.now();
            said.value = text;
        }, wait);
        return () => clearTimeout(timer);
    }, [text]);
    return <div class="sr" role="status">{said.value}</div>;
}

function Lost() {
    const wait = Math.max(0, Math.ceil((lost_until.value - now.value) / 1000));
    if (!lost_until.value)
        return null;
    return (
        <div class="note bad lost" role="status"><b>The proxy does not answer.</b> {wait ? `Trying again in ${wait} s.` : 'Trying again.'} What stands below was read before.</div>
    );
}

const THEMES = ['system', 'light', 'dark'];

export function theme_apply() {
    const theme = recall('theme');
    if (theme === 'light' || theme === 'dark')
        document.documentElement.dataset.theme = theme;
    else
        delete document.documentElement.dataset.theme;
}

function theme_choose(theme: string) {
    remember('theme', theme === 'system' ? null : theme);
    theme_apply();
}

function KeysDialog() {
    const box = useRef<HTMLDialogElement>(null);
    const theme = recall('theme') ?? 'system';
    useEffect(() => {
        if (keys_shown.value && !box.current?.open)
            box.current?.showModal();
    });
    return (
        <dialog ref={box} id="keys" aria-labelledby="keys-t" onClose={() => (keys_shown.value = false)}>
            <h2 id="keys-t">Keys</h2>
            <dl class="kv mt3">
                {KEYS.map(([keys, does]) => <><dt>{keys.map((key, i) => <>{i > 0 && ' '}<kbd>{key}</kbd></>)}</dt><dd>{does}</dd></>)}
            </dl>
            <p class="mt3"><label class="row"><input type="checkbox" checked={single_keys.value} onChange={e => single_keys_set(e.currentTarget.checked)} />
                Single keys act</label></p>
            <h2 class="mt4">Looks</h2>
            <div class="row wide mt2" role="radiogroup" aria-label="Theme">
                {THEMES.map(one => (
                    <label class="row" key={one}><input type="radio" name="theme" checked={one === theme} onChange={() => theme_choose(one)} />
                        {one === 'system' ? 'As the system' : one === 'light' ? 'Light' : 'Dark'}</label>
                ))}
            </div>
            <form method="dialog" class="mt4"><button class="btn">Close <kbd>Esc</kbd></button></form>
        </dialog>
    );
}

export function Frame({ children, broad }: { children: ComponentChildren; broad?: boolean }) {
    return (
        <>
            <div class="app"><Rail />
                <main class={`main ${broad ? 'broad' : ''}`} id="main" tabIndex={-1}><Lost />{children}</main></div>
            <Announcer />
            {keys_shown.value && <KeysDialog />}
        </>
    );
}
