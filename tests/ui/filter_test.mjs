// The filter box: every atom typed, completion by keys, what is wrong and where, what is unfinished, facets, history.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser_start, browser_stop, open, picture, settled } from './browser.mjs';

before(browser_start);
after(browser_stop);

const WRONG = [/status of 400/];
// An atom, as it is typed, of each name that the proxy knows.
const ATOMS = ['~d museum.example', '~u basket', '~m GET', '~c 404', '~t json', '~h accept', '~hq accept', '~hs json', '~b owner', '~cause cert-expired', '~sure certain', '~fail', '~warn', '~ok', '~expected', '~unread',
    '~mirror', '~dev anna', '~app Grocer', '~leg client', '~alert 46', '~alert certificate_unknown', '~v tls1.2', '~ja4 t13d', '~issuer "Example Trust"', '~subject museum', '~sha 7f3a', '~ends 14d', '~store apple', '~check TemporalValidity',
    '~class Expired', '~note relay', '~sev high', '~since 1h', '~at 09:30-09:45', '~ms >500', '~ip 192.168.1.31', '~asn 64500', '~geo GB', '~id 01M', '~entry connect', 'museum', '~fail & ~dev anna', '~d a.example | ~d b.example', '(~fail | ~warn) !~dev anna'];

const asked = (it, q) => it.server.asked.filter(line => line.startsWith('GET /api/v1/flows?')).map(line => new URL(line.slice(4), 'http://x').searchParams.get('q')).includes(q);

async function type(it, text) {
    const box = it.page.getByRole('combobox');
    await box.fill('');
    await box.pressSequentially(text, { delay: 5 });
}

test('every atom typed is asked for, and none on the way to it that is unfinished', async () => {
    const it = await open('/');
    await settled(it.page);
    for (const atom of ATOMS) {
        await type(it, atom);
        await it.page.waitForFunction(q => new URLSearchParams(location.search).get('q') === q, atom);
        await it.page.waitForFunction(() => !document.querySelector('.filterfault'));
        for (let i = 0; i < 50 && !asked(it, atom); i++)
            await it.page.waitForTimeout(20);
        assert.ok(asked(it, atom), `${atom} was asked for`);
    }
    await it.done();
});

test('a filter narrows the list, and clearing it brings everything back', async () => {
    const it = await open('/');
    await settled(it.page);
    await type(it, '~cause cert-expired');
    await it.page.waitForFunction(() => [...document.querySelectorAll('.flows .n-what')].length > 0 && [...document.querySelectorAll('.flows .n-what')].every(one => /expired/.test(one.textContent)));
    await type(it, 'nothing-is-called-that');
    await it.page.getByText('Nothing matches').waitFor();
    await it.page.getByText('1,284 connections do not', { exact: false }).waitFor();
    await it.page.getByRole('button', { name: 'Clear the filter' }).click();
    await it.page.waitForSelector('.flows .n-what');
    assert.equal(await it.page.getByRole('combobox').inputValue(), '');
    await it.done();
});

test('what is unfinished is said in grey, what is wrong with its column, and the list stays', async () => {
    const it = await open('/', { expect_faults: WRONG });
    await settled(it.page);
    await type(it, '~fail ~alert');
    await it.page.getByText('After ~alert comes a value.').waitFor();
    await type(it, '~fail ~alert 4*6');
    await it.page.getByText('Column 14:').waitFor();
    assert.ok(await it.page.locator('.flows .n-what').count() > 5);
    assert.equal(await it.page.getByRole('combobox').getAttribute('aria-invalid'), 'true');
    await picture(it.page, 'filter-wrong');
    await it.done();
});

test('a page that is opened with a wrong filter shows all, and what is wrong', async () => {
    const it = await open('/?q=~nonsense%20x', { expect_faults: WRONG });
    await it.page.waitForSelector('.flows .n-what');
    await it.page.getByText('there is no ~nonsense').waitFor();
    await it.done();
});

test('completion: arrows choose, Tab takes, Enter runs, Escape closes, clears, leaves', async () => {
    const it = await open('/');
    await settled(it.page);
    const box = it.page.getByRole('combobox');
    await it.page.keyboard.press('/');
    assert.ok(await box.evaluate(node => node === document.activeElement));
    await it.page.keyboard.type('~ca', { delay: 10 });
    await it.page.getByRole('option').first().waitFor();
    assert.equal(await box.getAttribute('aria-expanded'), 'true');
    assert.equal(await box.getAttribute('aria-activedescendant'), 'f-0');
    await it.page.keyboard.press('Tab');
    assert.equal(await box.inputValue(), '~cause ');
    await it.page.getByRole('option', { name: 'app-pinning' }).waitFor();
    await picture(it.page, 'filter-completion');
    await it.page.keyboard.press('ArrowDown');
    assert.match(await it.page.locator('[role=option][aria-selected=true]').innerText(), /app-pinning/);
    await it.page.keyboard.press('Tab');
    assert.equal(await box.inputValue(), '~cause app-pinning');
    await it.page.keyboard.press('Enter');
    await it.page.waitForURL(/q=%7Ecause\+app-pinning/);
    assert.equal(await box.getAttribute('aria-expanded'), 'false');
    await it.page.keyboard.press('Escape');
    assert.equal(await box.inputValue(), '');
    await it.page.keyboard.press('Escape');
    assert.ok(await box.evaluate(node => node !== document.activeElement));
    await it.page.keyboard.press('/');
    await it.page.getByRole('option', { name: '~cause app-pinning' }).waitFor();
    await it.done();
});

test('facets write into the filter box', async () => {
    const it = await open('/');
    await settled(it.page);
    await it.page.getByRole('button', { name: /^Failing/ }).click();
    assert.equal(await it.page.getByRole('combobox').inputValue(), '~fail');
    await type(it, '~fail museum');
    await it.page.waitForFunction(() => new URLSearchParams(location.search).get('q') === '~fail museum');
    await it.page.getByRole('button', { name: /^Unread/ }).click();
    assert.equal(await it.page.getByRole('combobox').inputValue(), '~unread museum');
    await it.page.getByRole('button', { name: /^Unread/ }).click();
    assert.equal(await it.page.getByRole('combobox').inputValue(), 'museum');
    await it.done();
});
