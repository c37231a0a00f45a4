// The contrast of every text colour of ui.css on every ground that it stands on, by the formula of WCAG 2: 4.5 for text, 3 for
// the edges of controls. Both themes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';

const sheet = fs.readFileSync(new URL('../../proxy/web/ui/src/ui.css', import.meta.url), 'utf8');
const TEXT = ['ink', 'ink-2', 'ink-3', 'link', 'fault', 'caution', 'fine', 'expected', 'unread', 'mirror'], GROUNDS = ['page', 'surface', 'sunk'];
const OWN_TINT = { link: 'link-bg', fault: 'fault-bg', caution: 'caution-bg', fine: 'fine-bg', expected: 'expected-bg', unread: 'unread-bg', mirror: 'mirror-bg' };

function tokens(selector) {
    const from = sheet.indexOf('{', sheet.indexOf(selector));
    return Object.fromEntries([...sheet.slice(from, sheet.indexOf('}', from)).matchAll(/--([\w-]+):\s*(#[0-9A-Fa-f]{6})/g)].map(([, name, value]) => [name, value]));
}

function luminance(colour) {
    const [r, g, b] = [1, 3, 5].map(i => parseInt(colour.slice(i, i + 2), 16) / 255).map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
}

for (const [theme, selector] of [['light', ':root {'], ['dark', ':root[data-theme="dark"]'], ['dark by the system', ':root:not([data-theme="light"])']]) {
    const t = tokens(selector);
    test(`${theme}: every text can be read on every ground`, () => {
        for (const name of TEXT)
            for (const ground of [...GROUNDS, OWN_TINT[name]].filter(Boolean))
                assert.ok(contrast(t[name], t[ground]) >= 4.5, `--${name} on --${ground} has ${contrast(t[name], t[ground]).toFixed(2)}`);
        assert.ok(contrast(t['on-link'], t.link) >= 4.5);
    });
    test(`${theme}: ink can be read on every tint, and edges can be seen`, () => {
        for (const tint of Object.values(OWN_TINT))
            for (const name of ['ink', 'ink-2'])
                assert.ok(contrast(t[name], t[tint]) >= 7, `--${name} on --${tint}`);
        for (const ground of GROUNDS)
            assert.ok(contrast(t.edge, t[ground]) >= 3, `--edge on --${ground}`);
    });
}

test('both ways to the dark theme give the same colours', () => {
    assert.deepEqual(tokens(':root[data-theme="dark"]'), tokens(':root:not([data-theme="light"])'));
});
