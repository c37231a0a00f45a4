// Everything by keyboard: pages, the list, one connection, settling, copying, editing a rule, explaining.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser_start, browser_stop, open, picture, settled } from './browser.mjs';

before(browser_start);
after(browser_stop);

const clipboard = page => page.evaluate(() => navigator.clipboard.readText());

test('g and a letter goes to each page', async () => {
    const it = await open('/');
    await settled(it.page);
    for (const [key, path] of [['d', '/devices'], ['c', '/certificates'], ['a', '/causes'], ['r', '/rules'], ['e', '/explain'], ['n', '/']]) {
        await it.page.keyboard.press('g');
        await it.page.keyboard.press(key);
        await it.page.waitForURL(it.base + path);
        assert.equal(await it.page.locator('.nav [aria-current=page]').getAttribute('href'), path);
        assert.ok(await it.page.evaluate(() => document.activeElement?.id === 'main'));
    }
    await it.done();
});

test('j, k, Enter, j, Escape walk through the list and back', async () => {
    const it = await open('/');
    await settled(it.page);
    await it.page.keyboard.press('j');
    await it.page.keyboard.press('j');
    await it.page.keyboard.press('k');
    const first = await it.page.locator('tr[aria-selected=true]').getAttribute('id');
    await it.page.keyboard.press('Enter');
    await it.page.waitForURL(`${it.base}/c/${first.slice(4)}`);
    await settled(it.page);
    await it.page.keyboard.press('j');
    await it.page.waitForURL(url => url.pathname.startsWith('/c/') && !url.pathname.endsWith(first.slice(4)));
    await settled(it.page);
    await it.page.keyboard.press('Escape');
    await it.page.waitForURL(/\/\?sel=/);
    await it.done();
});

test('y copies the explanation, Y the record, and both are what they say', async () => {
    const it = await open('/c/01M000001275');
    await settled(it.page);
    await it.page.keyboard.press('y');
    await it.page.waitForFunction(async () => /expired 3 days ago/.test(await navigator.clipboard.readText()));
    assert.match(await clipboard(it.page), /On the server\n- Renew the certificate\./);
    await it.page.keyboard.press('Y');
    await it.page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith('{'));
    assert.equal(JSON.parse(await clipboard(it.page)).id, '01M000001275');
    await it.page.getByRole('button', { name: 'Copy as curl' }).click();
    await it.page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith('curl'));
    await it.done();
});

test('t asks before a host passes, and what passes is listed and taken back', async () => {
    const it = await open('/c/01M000001275');
    await settled(it.page);
    await it.page.keyboard.press('t');
    await it.page.getByRole('heading', { name: 'Let api.shop.example.com pass unread?' }).waitFor();
    await picture(it.page, 'pass-dialog');
    await it.page.keyboard.press('Escape');
    assert.equal(await it.page.locator('dialog[open]').count(), 0);
    assert.ok(it.server.asked.every(line => line.startsWith('GET ')), 'to ask changes nothing');
    await it.page.keyboard.press('t');
    await it.page.getByLabel('for a day').check();
    await it.page.getByRole('button', { name: 'Let it pass', exact: true }).last().click();
    await it.page.getByText('It passes from its next connection on, for a day.').waitFor();
    assert.ok(it.server.asked.includes('POST /api/v1/passes'));
    await it.page.getByRole('link', { name: 'What passes' }).click();
    await it.page.getByRole('heading', { name: 'Pass unread by your word' }).waitFor();
    await picture(it.page, 'passes');
    await it.page.getByRole('button', { name: 'Read api.shop.example.com again' }).click();
    await it.page.getByRole('heading', { name: 'Pass unread by your word' }).waitFor({ state: 'detached' });
    assert.ok(it.server.asked.includes('DELETE /api/v1/passes/api.shop.example.com'));
    await it.page.goBack();
    await settled(it.page);
    await it.page.keyboard.press('e');
    await it.page.waitForURL(/\/explain\?target=api\.shop\.example\.com/);
    await it.done();
});

test('x settles a story', async () => {
    const it = await open('/');
    await it.page.getByRole('heading', { name: /5 things need a look/ }).waitFor();
    await it.page.keyboard.press('x');
    await it.page.getByRole('heading', { name: /4 things need a look/ }).waitFor();
    await it.page.getByRole('button', { name: /Settle: The app accepts/ }).click();
    await it.page.getByRole('heading', { name: /3 things need a look/ }).waitFor();
    await it.done();
});

test('single keys can be switched off, and do nothing in a field', async () => {
    const it = await open('/');
    await settled(it.page);
    await it.page.getByRole('combobox').fill('gd?p');
    assert.equal(await it.page.locator('dialog[open]').count(), 0);
    assert.equal(new URL(it.page.url()).pathname, '/');
    await it.page.getByRole('button', { name: /Keys and looks/ }).click();
    await it.page.getByLabel('Single keys act').uncheck();
    await it.page.keyboard.press('Escape');
    await it.page.keyboard.press('g');
    await it.page.keyboard.press('d');
    assert.equal(new URL(it.page.url()).pathname, '/');
    await it.done();
});

test('Tab reaches the skip link first, then the pages', async () => {
    const it = await open('/');
    await settled(it.page);
    await it.page.keyboard.press('Tab');
    assert.equal(await it.page.evaluate(() => document.activeElement.textContent), 'Skip to the content');
    await it.page.keyboard.press('Enter');
    await it.page.evaluate(() => document.getElementById('main').focus());
    await it.page.keyboard.press('Tab');
    assert.notEqual(await it.page.evaluate(() => document.activeElement.closest('main')), null);
    await it.done();
});

test('the phone\'s tabs are radio buttons', async () => {
    const it = await open('/c/01M000001275');
    await settled(it.page);
    await it.page.getByRole('radio', { name: 'Safari' }).focus();
    await it.page.keyboard.press('ArrowRight');
    await it.page.getByText('The certificate for this server is invalid.', { exact: false }).waitFor();
    await it.page.keyboard.press('ArrowRight');
    await it.page.getByText('Cannot Verify Server Identity').waitFor();
    await it.done();
});

test('a device is named and forgotten', async () => {
    const it = await open('/devices');
    await settled(it.page);
    await it.page.getByRole('button', { name: 'Name it' }).click();
    await it.page.getByLabel('Name of this device').fill('Kitchen iPad');
    await it.page.keyboard.press('Enter');
    await it.page.getByRole('heading', { name: 'Kitchen iPad' }).waitFor();
    const card = it.page.locator('section', { has: it.page.getByRole('heading', { name: 'Kitchen iPad' }) });
    await card.getByRole('button', { name: 'Forget', exact: true }).click();
    await card.getByRole('button', { name: 'Forget it, really' }).click();
    await it.page.getByRole('heading', { name: '2 devices', exact: false }).waitFor();
    await it.done();
});

test('a rule of one\'s own is edited, saved, and says whether it is in force', async () => {
    const it = await open('/rules/mine/headers');
    await settled(it.page);
    const editor = it.page.getByRole('textbox', { name: 'mine/init.lua' });
    await editor.fill((await editor.inputValue()).replace('if #value', 'if value and #value'));
    await editor.press('Control+s');
    await it.page.getByText('In force.').waitFor();
    await it.page.getByText('3 of 3 specs pass', { exact: false }).waitFor();
    assert.ok(it.server.asked.includes('PUT /api/v1/rules/files/mine/init.lua'));
    await picture(it.page, 'rule-saved');
    await it.page.getByRole('button', { name: 'Run them' }).click();
    await it.page.getByText('a reply without X-Debug is quiet: failed').waitFor();
    await it.page.getByRole('button', { name: 'Reload', exact: true }).click();
    await it.page.getByText('97 rules, all in order').waitFor();
    await it.page.getByRole('switch', { name: 'mine/bank' }).click();
    assert.ok(it.server.asked.includes('POST /api/v1/rules/mine/bank'));
    await it.done();
});

test('a host and a file are explained; a fault is said', async () => {
    const it = await open('/explain', { expect_faults: [/status of 400/] });
    await settled(it.page);
    await it.page.getByLabel('Host, URL, or a file').fill('www.gallery.example');
    await it.page.keyboard.press('Enter');
    await it.page.waitForURL(/target=www\.gallery\.example/);
    await it.page.getByText('What to do').waitFor();
    await it.page.getByLabel('Host, URL, or a file').fill('nowhere.example');
    await it.page.keyboard.press('Enter');
    await it.page.getByText('nowhere.example has no address').waitFor();
    await it.page.locator('input[type=file]').setInputFiles({ name: 'leaf.pem', mimeType: 'text/plain', buffer: Buffer.from('-----BEGIN CERTIFICATE-----') });
    await it.page.getByText('What to do').waitFor();
    await it.page.locator('input[type=file]').setInputFiles({ name: 'id.p12', mimeType: 'application/x-pkcs12', buffer: Buffer.from([48, 0]) });
    await it.page.getByLabel('Its password').fill('secret');
    await it.page.keyboard.press('Enter');
    await it.page.getByText('What to do').waitFor();
    assert.ok(!it.page.url().includes('secret'));
    await it.done();
});
