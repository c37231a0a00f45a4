// The list of connections: 100,000 of them, new ones while it is looked at, pausing, repeats, and a proxy that goes away.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser_start, browser_stop, open, PHONE, picture, settled } from './browser.mjs';

before(browser_start);
after(browser_stop);

const LINE = 'tr[role=row]:not([data-head])';
const top_line = page => page.evaluate(line => {
    const box = document.querySelector('.scroller').getBoundingClientRect(), head = document.querySelector('thead').getBoundingClientRect().height;
    const at = [...document.querySelectorAll(line)].find(one => one.getBoundingClientRect().bottom > box.top + head + 1);
    return { id: at?.id, y: Math.round(at.getBoundingClientRect().top - box.top) };
}, LINE);
// A line stands in the sight again, after a scroll to a place that has to be asked for.
const in_sight = page => page.waitForFunction(line => {
    const box = document.querySelector('.scroller').getBoundingClientRect(), head = document.querySelector('thead').getBoundingClientRect().height;
    return [...document.querySelectorAll(line)].some(one => one.getBoundingClientRect().bottom > box.top + head + 1 && one.getBoundingClientRect().top < box.bottom);
}, LINE);
const scroll = (page, to) => page.evaluate(y => document.querySelector('.scroller').scrollTo(0, y < 0 ? 1e9 : y), to);

test('100,000 connections: few lines in the page, and both ends and the middle can be reached', async () => {
    const it = await open('/', { n: 100000 });
    await settled(it.page);
    await it.page.getByText('100,000 connections').waitFor();
    assert.ok(await it.page.locator(LINE).count() < 60);
    assert.equal(await it.page.getByRole('grid').getAttribute('aria-rowcount'), '100001');
    for (let y = 1000; y < 40000; y += 3000) {
        await scroll(it.page, y);
        await in_sight(it.page);
    }
    await scroll(it.page, 2600000);
    await in_sight(it.page);
    const middle = Number((await top_line(it.page)).id.slice(7));
    assert.ok(middle > 30000 && middle < 70000, `the middle shows connection ${middle}`);
    await scroll(it.page, -1);
    await it.page.waitForFunction(line => [...document.querySelectorAll(line)].some(one => one.id.endsWith('01M000000001')), LINE);
    await scroll(it.page, 0);
    await it.page.waitForFunction(line => [...document.querySelectorAll(line)].some(one => one.id.endsWith('01M000100000')), LINE);
    const heap = await it.page.evaluate(() => performance.memory.usedJSHeapSize / 1048576);
    assert.ok(heap < 80, `the page holds ${heap.toFixed(1)} MiB`);
    await it.done();
});

test('answering to a scroll takes less than 50 ms at 100,000 lines', async () => {
    const it = await open('/', { n: 100000 });
    await settled(it.page);
    const worst = await it.page.evaluate(async () => {
        const box = document.querySelector('.scroller');
        const took = [];
        for (let i = 0; i < 40; i++) {
            box.scrollTop += 240;
            const begin = performance.now();
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            took.push(performance.now() - begin);
        }
        return took.sort((a, b) => a - b)[Math.floor(took.length / 2)];
    });
    assert.ok(worst < 50, `the middle one of 40 steps took ${worst.toFixed(1)} ms`);
    await it.done();
});

test('new connections come in at the top by themselves', async () => {
    const it = await open('/', { n: 500 });
    await settled(it.page);
    it.server.emit(3);
    await it.page.waitForSelector('#row-01M000000503');
    await it.page.getByText('503 connections').waitFor();
    await it.page.getByText('Live · 3 a minute').waitFor();
    it.server.emit(1000);
    await it.page.getByText('1,503 connections').waitFor();
    await it.page.waitForSelector('#row-01M000001503');
    await it.done();
});

test('while scrolled, new ones wait behind a button and move nothing', async () => {
    const it = await open('/', { n: 5000 });
    await settled(it.page);
    await scroll(it.page, 1040);
    await it.page.waitForTimeout(100);
    const was = await top_line(it.page);
    it.server.emit(12);
    await it.page.getByRole('button', { name: '12 new' }).waitFor();
    assert.deepEqual(await top_line(it.page), was);
    await it.page.getByRole('button', { name: '12 new' }).click();
    await it.page.waitForSelector('#row-01M000005012');
    await it.done();
});

test('a chosen line is not moved by new ones', async () => {
    const it = await open('/', { n: 500 });
    await settled(it.page);
    await it.page.locator(LINE).nth(3).click();
    const id = await it.page.locator(`${LINE}[aria-selected=true]`).getAttribute('id');
    const y = (await it.page.locator(`#${id}`).boundingBox()).y;
    it.server.emit(5);
    await it.page.getByRole('button', { name: '5 new' }).waitFor();
    assert.equal((await it.page.locator(`#${id}`).boundingBox()).y, y);
    await it.page.locator('.peek h2').waitFor();
    await it.done();
});

test('paused, the list stands still and counts; resumed, it has them', async () => {
    const it = await open('/', { n: 500 });
    await settled(it.page);
    await it.page.keyboard.press('p');
    it.server.emit(23);
    await it.page.getByText('Paused. 23 connections are waiting').waitFor();
    assert.equal(await it.page.locator('#row-01M000000523').count(), 0);
    await picture(it.page, 'now-paused');
    await it.page.getByRole('button', { name: 'Resume' }).click();
    await it.page.waitForSelector('#row-01M000000523');
    await it.done();
});

test('repeats are folded, and unfold by a key', async () => {
    const it = await open('/?q=~cause+cert-expired', { n: 5000 });
    await settled(it.page);
    await it.page.locator('.times').first().waitFor();
    await it.page.locator(`${LINE}[aria-expanded=false]`).first().click();
    const chosen = it.page.locator(`${LINE}[aria-selected=true]`);
    await it.page.locator(`${LINE}[aria-selected=true][aria-expanded=false]`).waitFor();
    const times = Number((await chosen.locator('.times').innerText()).slice(1));
    const below = await it.page.locator(`${LINE}[aria-selected=true] + tr`).getAttribute('id');
    await it.page.keyboard.press('ArrowRight');
    await it.page.locator(`${LINE}[aria-selected=true][aria-expanded=true]`).waitFor();
    assert.ok(times > 1 && (await it.page.locator(`${LINE}[aria-selected=true] + tr`).getAttribute('id')) !== below);
    await it.page.keyboard.press('ArrowLeft');
    await it.page.locator(`${LINE}[aria-selected=true][aria-expanded=false]`).waitFor();
    assert.equal(await it.page.locator(`${LINE}[aria-selected=true] + tr`).getAttribute('id'), below);
    await it.done();
});

test('a proxy that goes away is said, waited for, and what came meanwhile is shown', async () => {
    const it = await open('/', { n: 500, expect_faults: [/ERR_/] });
    await settled(it.page);
    it.server.go_away();
    await it.page.getByText('The proxy does not answer.').first().waitFor();
    assert.ok(await it.page.locator(LINE).count() > 5);
    await picture(it.page, 'now-lost');
    it.server.come_back();
    it.server.emit(7);
    await it.page.waitForSelector('#row-01M000000507', { timeout: 20000 });
    assert.equal(await it.page.getByText('The proxy does not answer.').count(), 0);
    await it.done();
});

test('an empty store says what to do', async () => {
    const it = await open('/', { n: 0 });
    await it.page.getByRole('link', { name: 'Add a phone' }).waitFor();
    await picture(it.page, 'now-empty');
    await it.done();
});

test('on a phone a tap opens the connection', async () => {
    const it = await open('/', { n: 500, size: PHONE });
    await settled(it.page);
    await it.page.locator(LINE).nth(2).scrollIntoViewIfNeeded();
    await it.page.locator(LINE).nth(2).click();
    await it.page.waitForURL(/\/c\/01M/);
    await it.done();
});

test('what is shown can be exported as it is filtered, and a file imported', async () => {
    const it = await open('/?q=~fail', { n: 500 });
    await settled(it.page);
    assert.equal(await it.page.getByRole('link', { name: 'HAR' }).getAttribute('href'), '/api/v1/export?as=har&q=%7Efail');
    await it.page.locator('input[type=file]').setInputFiles({ name: 'a.har', mimeType: 'application/json', buffer: Buffer.from('{}') });
    await it.page.getByText('3 added').waitFor();
    await it.done();
});
