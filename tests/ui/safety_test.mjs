// What comes from the wire stays text; the token leaves the address bar; the policy of the pages is enough for them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser_start, browser_stop, open, settled, story_ids } from './browser.mjs';
import { start } from './double.mjs';

before(browser_start);
after(browser_stop);

const open_all = page => page.locator('details').evaluateAll(all => all.forEach(one => (one.open = true)));

test('markup and marks of direction in a host name are shown, and do nothing', async () => {
    const double = await start();
    const [, , , hostile] = await story_ids(double);
    for (const where of ['/', `/c/${hostile}`, '/certificates', '/?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E']) {
        const it = await open(where, { double });
        let dialogs = 0;
        it.page.on('dialog', dialog => {
            dialogs++;
            void dialog.dismiss();
        });
        await settled(it.page);
        await open_all(it.page);
        assert.equal(await it.page.locator('img[src=x], #app script').count(), 0);
        assert.doesNotMatch(await it.page.locator('#app').innerText(), /.{0,40}\u202e/);
        assert.equal(dialogs, 0);
        if (where.startsWith('/c/'))
            assert.ok(await it.page.getByText('U+202E').count() > 2, 'the mark is named');
        await it.done();
    }
    await double.close();
});

test('no element carries a style attribute that came as markup, and no handler', async () => {
    const it = await open('/c/01M000001275');
    await settled(it.page);
    assert.equal(await it.page.locator('[onclick],[onerror],[onload],[srcdoc],iframe,object,embed').count(), 0);
    await it.done();
});

test('the token of the start link becomes a session and leaves the address bar and the history', async () => {
    const double = await start({ admitted: false });
    const it = await open(`/causes#token=${double.token}`, { double });
    await settled(it.page);
    assert.equal(new URL(it.page.url()).hash, '');
    assert.equal(double.asked.filter(line => line.includes(double.token)).length, 0);
    assert.ok(double.asked.includes('POST /api/v1/session'));
    await it.page.getByRole('heading', { name: /: \d+ of \d+\./ }).waitFor();
    await it.done();
    await double.close();
});

test('without a session the page says where the link is, and a wrong token does not help', async () => {
    const double = await start({ admitted: false });
    for (const where of ['/', '/#token=aaaaaaaaaaaaaaaaaaaaaaaa']) {
        const it = await open(where, { double, expect_faults: [/40[13]/, /EventSource/] });
        await it.page.getByRole('heading', { name: /Open the link that whytls printed/ }).waitFor();
        await it.done();
    }
    await double.close();
});

test('a picture in a body is shown, a script in one is text', async () => {
    const it = await open('/c/01M000001283');
    await settled(it.page);
    await open_all(it.page);
    assert.ok(await it.page.locator('img.bodyimage').count() > 0);
    assert.ok((await it.page.locator('pre.code').first().innerText()).includes('<script>alert(2)</script>'));
    await it.done();
});
