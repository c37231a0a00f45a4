// router.ts - which page is shown: the path says it. Pages are links; the proxy answers each of them with the same document.
import { computed, signal } from '@preact/signals';

const here = signal(location.pathname + location.search);

export const path = computed(() => here.value.split('?')[0]!);
export const params = computed(() => new URLSearchParams(here.value.split('?')[1] ?? ''));
// The parts of the path: '/devices/d-1' gives ['devices', 'd-1'].
export const parts = computed(() => path.value.split('/').filter(Boolean).map(decode));

function decode(part: string): string {
    try {
        return decodeURIComponent(part);
    } catch {
        return part;
    }
}

function look() {
    here.value = location.pathname + location.search;
}

export function go(to: string, how: 'push' | 'replace' = 'push') {
    if (to === location.pathname + location.search)
        return;
    history[how === 'push' ? 'pushState' : 'replaceState'](null, '', to);
    look();
    if (how === 'push') {
        scrollTo(0, 0);
        document.getElementById('main')?.focus({ preventScroll: true });
    }
}

// The same page with one field of the query changed; an empty value takes it away.
export function set_param(name: string, value: string, how: 'push' | 'replace' = 'replace') {
    const next = new URLSearchParams(params.value);
    if (value)
        next.set(name, value);
    else
        next.delete(name);
    const tail = next.toString();
    go(path.value + (tail ? '?' + tail : ''), how);
}

// Links to our own pages are followed here; files, reports and other buttons of the mouse by the browser.
function follow(event: MouseEvent) {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
        return;
    const link = (event.target as Element).closest?.('a[href]') as HTMLAnchorElement | null;
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin)
        return;
    if (/^\/(api|report|ui)(\/|$)/.test(link.pathname) || link.getAttribute('href')!.startsWith('#'))
        return;
    event.preventDefault();
    go(link.pathname + link.search);
}

export function route_start() {
    addEventListener('popstate', look);
    document.addEventListener('click', follow);
}
