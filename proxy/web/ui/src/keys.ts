// keys.ts - single keys, outside fields only. A page brings its own; `g` and a letter goes to another page.
import { signal } from '@preact/signals';
import { PAGES } from './labels';
import { go } from './router';
import { recall, remember } from './store';

export const single_keys = signal(recall('keys') !== 'off');
export const keys_shown = signal(false);

type Actions = Record<string, (event: KeyboardEvent) => void>;
const stack: Actions[] = [];
const G_WITHIN_MS = 1200;
let g_at = 0;

export function single_keys_set(on: boolean) {
    single_keys.value = on;
    remember('keys', on ? null : 'off');
}

// The keys of a page while it is shown.
export function keys_use(actions: Actions): () => void {
    stack.push(actions);
    return () => void stack.splice(stack.indexOf(actions), 1);
}

function in_field(target: EventTarget | null): boolean {
    return target instanceof Element && !!target.closest('input:not([type=radio]),select,textarea,dialog,[contenteditable]');
}

// Keys that a focused link or button has a use of its own for.
function is_its_own(event: KeyboardEvent): boolean {
    return (event.key === 'Enter' || event.key === ' ') && event.target instanceof Element && !!event.target.closest('a,button,summary,label');
}

function press(event: KeyboardEvent) {
    if (event.metaKey || event.ctrlKey || event.altKey || in_field(event.target) || is_its_own(event))
        return;
    const single = event.key.length === 1;
    if (single && !single_keys.value)
        return;
    const page = Date.now() - g_at < G_WITHIN_MS ? PAGES.find(one => one.key === event.key) : undefined;
    g_at = event.key === 'g' ? Date.now() : 0;
    if (page) {
        event.preventDefault();
        go(page.path);
        return;
    }
    if (event.key === '?') {
        keys_shown.value = true;
        return;
    }
    for (let i = stack.length - 1; i >= 0; i--) {
        const act = stack[i]![event.key];
        if (act) {
            event.preventDefault();
            act(event);
            return;
        }
    }
}

export function keys_start() {
    addEventListener('keydown', press);
}
