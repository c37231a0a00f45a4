// Every view, wide and on a phone, light and dark: one heading, no fault of access, nothing sideways, nothing on the console.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser_start, browser_stop, open, PHONE, picture, serious_faults, settled, SMALL, story_ids, WIDE } from './browser.mjs';
import { start } from './double.mjs';

let double, expired, pinned, hostile;
before(async () => {
    await browser_start();
    double = await start();
    [expired, , pinned, hostile] = await story_ids(double);
});
after(async () => {
    await browser_stop();
    await double.close();
});

const VIEWS = [
    ['now', () => '/', /things need a look/], ['connection-expired', () => `/c/${expired}`, /expired 3 days ago/], ['connection-pinned', () => `/c/${pinned}`, /refuses every certificate but its own/],
    ['connection-hostile', () => `/c/${hostile}`, /other names/], ['connection-fine', () => '/c/01M000001282', /whytls read 4 requests/], ['connection-gone', () => '/c/nothing', /not kept/], ['devices', () => '/devices', /3 devices/], ['device', () => '/devices/d-31', /whytls reads 9/],
    ['certificates', () => '/certificates', /has ended/], ['roots', () => '/certificates?tab=roots', /No certificate here has ended/], ['certificate', () => '/certificates/00', /ended/], ['causes', () => '/causes', /: \d+ of \d+\./],
    ['cause', () => '/causes/cert-expired-leaf', /expired/], ['rules', () => '/rules', /switched itself off/], ['rule', () => '/rules/dates/expired', /5 rules/], ['explain', () => '/explain', /Explain a certificate/], ['explained', () => '/explain?target=www.gallery.example', /Explain a certificate/],
    ['missing', () => '/causes/a/b/c', /./],
];

for (const [name, where, says] of VIEWS)
    for (const [kind, size, scheme] of [['wide', WIDE, 'light'], ['wide-dark', WIDE, 'dark'], ['phone', PHONE, 'light'], ['small', SMALL, 'dark']])
        test(`${name}, ${kind}`, async () => {
            const it = await open(where(), { size, scheme, double, bypassCSP: true, expect_faults: [/404/] });
            await settled(it.page);
            if (name === 'explained')
                await it.page.waitForSelector('h2.sentence');
            assert.equal(await it.page.locator('h1').count(), 1);
            assert.match(await it.page.locator('h1').innerText(), says);
            const sideways = await it.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
            assert.ok(sideways <= 0, `the page is ${sideways} px too wide`);
            if (kind !== 'small')
                assert.deepEqual(await serious_faults(it.page), []);
            await picture(it.page, `${name}-${kind}`);
            await it.done();
        });

test('headings come in order, and every page has its title', async () => {
    for (const [name, where] of VIEWS.slice(0, -1)) {
        const it = await open(where(), { double, expect_faults: [/404/] });
        await settled(it.page);
        const levels = await it.page.locator('h1,h2,h3,h4').evaluateAll(all => all.map(one => Number(one.tagName[1])));
        for (let i = 1; i < levels.length; i++)
            assert.ok(levels[i] <= levels[i - 1] + 1, `${name}: h${levels[i]} after h${levels[i - 1]}`);
        assert.match(await it.page.title(), /whytls$/);
        await it.done();
    }
});

test('the dialog of keys, with its looks', async () => {
    const it = await open('/', { double, bypassCSP: true });
    await settled(it.page);
    await it.page.keyboard.press('?');
    await it.page.waitForSelector('dialog[open]');
    assert.deepEqual(await serious_faults(it.page), []);
    await it.page.getByLabel('Dark').check();
    assert.equal(await it.page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    await picture(it.page, 'keys-dark');
    await it.page.keyboard.press('Escape');
    await it.page.reload();
    assert.equal(await it.page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    await it.done();
});
