// text.ts and what else of the pages is pure, as esbuild of the UI's own build makes it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const work = process.env.WHYTLS_UI_BUILD, ready = work && fs.existsSync(path.join(work, 'node_modules', 'esbuild'));
const source = fileURLToPath(new URL('../../proxy/web/ui/src/', import.meta.url));

async function load(file) {
    const esbuild = createRequire(path.join(work, 'package.json'))('esbuild');
    const made = await esbuild.build({ entryPoints: [path.join(source, file)], bundle: true, write: false, format: 'esm', jsx: 'automatic', jsxImportSource: 'preact', nodePaths: [path.join(work, 'node_modules')], logLevel: 'error' });
    return import(`data:text/javascript;base64,${Buffer.from(made.outputFiles[0].contents).toString('base64')}`);
}

test('words of numbers and times', { skip: !ready && 'the UI was not built here' }, async () => {
    const t = await load('text.ts');
    assert.equal(t.plural(1, 'host'), '1 host');
    assert.equal(t.plural(12000, 'host'), '12,000 hosts');
    assert.equal(t.span(3 * 86400000 + 5), '3 days');
    assert.equal(t.span(61000), '1 minute');
    assert.equal(t.span(700 * 86400000), '700 days');
    assert.equal(t.span(900 * 86400000), '2 years');
    assert.equal(t.moment('2026-11-18T12:00:00Z'), '18 Nov 2026, 12:00 UTC');
    assert.equal(t.clock_time('2026-11-21T09:41:52.123Z'), '09:41:52');
    assert.equal(t.bytes(6140), '6.0 KiB');
    assert.equal(t.ago('2026-11-21T09:41:52Z', Date.parse('2026-11-21T09:42:00Z')), '8 seconds ago');
});

test('the first sentence ends where a sentence ends, and not inside a name', { skip: !ready && 'the UI was not built here' }, async () => {
    const { first_sentence } = await load('text.ts');
    assert.deepEqual(first_sentence('The certificate of a.b.example ended. It ran out at 12:00.'), ['The certificate of a.b.example ended.', 'It ran out at 12:00.']);
    assert.deepEqual(first_sentence('Only one'), ['Only one', '']);
    assert.deepEqual(first_sentence('It uses TLS 1.2 only. “Quoted” follows.'), ['It uses TLS 1.2 only.', '“Quoted” follows.']);
});

test('names of certificates, escaped characters with them', { skip: !ready && 'the UI was not built here' }, async () => {
    const { common_name } = await load('text.ts');
    for (const [dn, name] of [['CN=a.example,O=A', 'a.example'], ['O=Only Org,C=GB', 'Only Org'], ['CN=A\\, Inc.,O=B', 'A, Inc.'], ['O=B+CN=multi', 'multi'], ['', ''], ['1.2.3=#0401', '1.2.3=#0401']])
        assert.equal(common_name(dn), name);
});

test('what cannot be seen is named, and long text is cut in its middle', { skip: !ready && 'the UI was not built here' }, async () => {
    const { visible_parts, shell_word } = await load('text.ts');
    assert.deepEqual(visible_parts('a\u202eb', 20), ['a', 'U+202E', 'b']);
    assert.deepEqual(visible_parts('\u0000\u200b', 20), ['', 'U+0000', '', 'U+200B', '']);
    assert.deepEqual(visible_parts('plain ümläut 名前', 40), ['plain ümläut 名前']);
    assert.equal(visible_parts('x'.repeat(300), 80)[0].length, 79);
    assert.equal(shell_word('a.example:443'), 'a.example:443');
    assert.equal(shell_word('a b\'c'), `'a b'\\''c'`);
});

test('a filter is unfinished while an atom wants its value, a quote or a bracket is open', { skip: !ready && 'the UI was not built here' }, async () => {
    globalThis.location = { pathname: '/', search: '', hash: '' };
    const { unfinished } = await load('filter_box.tsx');
    for (const q of ['~', '~d', '~d ', '~fail ~al', '~fail &', '!', '(~fail', '~app "Gro', '~d a |'])
        assert.notEqual(unfinished(q), '', q);
    for (const q of ['', '~fail', '~d a.example', '(~fail)', '~app "Grocer"', 'word', '~fail !~ok', '~d "a(b"'])
        assert.equal(unfinished(q), '', q);
});

test('the line of time is symmetric about now, and its ends are far away', { skip: !ready && 'the UI was not built here' }, async () => {
    const { time_x, bar_of } = await load('chain.tsx');
    const day = 86400000, near = (a, b) => assert.ok(Math.abs(a - b) < 0.02, `${a} is not ${b}`);
    near(time_x(0, 0), 50);
    near(time_x(7 * day, 0) - 50, 50 - time_x(-7 * day, 0));
    near(time_x(-90 * day, 0), 25.78);
    near(time_x(7300 * day, 0), 97.76);
    assert.equal(time_x(1e15, 0), 99);
    const cert = (from, to) => ({ not_before: new Date(from * day).toISOString(), not_after: new Date(to * day).toISOString() });
    const kind = (from, to, checks = []) => bar_of(cert(from, to), 1000 * day, checks).bar;
    assert.deepEqual([kind(900, 990), kind(1010, 1100), kind(900, 1100), kind(900, 1005), kind(900, 1100, [{ check: 'SSLHostname', cert: 0 }])], ['bad', 'bad', 'good', 'warn', 'bad']);
});
