// browser.mjs - Debian's Chromium, and a page that notices what must not happen: an error on the console, a request that leaves
// the machine, a breach of the page's own policy.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { start } from './double.mjs';

const require = createRequire(path.join(process.env.WHYTLS_UI_PACKAGES, 'package.json'));
const { chromium } = require('playwright-core');
const axe_source = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env.WHYTLS_UI_PICTURES;
export const WIDE = { width: 1440, height: 900 }, PHONE = { width: 390, height: 844 }, SMALL = { width: 320, height: 640 };

let browser;
const doubles = new Set(); // those of a test that failed before it was done with them

export async function browser_start() {
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage', '--force-prefers-reduced-motion'] });
}

export async function browser_stop() {
    await browser.close();
    await Promise.all([...doubles].map(one => one.close()));
}

// A page at `where` of a double, or of a proxy whose address is given. done() says what it noticed.
export async function open(where, { size = WIDE, scheme = 'light', double, n, url, expect_faults = [], bypassCSP = false } = {}) {
    const own = double || url ? null : await start({ n });
    if (own)
        doubles.add(own);
    const server = double ?? own, base = url ?? server.url;
    const context = await browser.newContext({ viewport: size, colorScheme: scheme, bypassCSP, permissions: ['clipboard-read', 'clipboard-write'] });
    const page = await context.newPage(), faults = [];
    const expected = text => expect_faults.some(one => one.test(text));
    page.on('console', message => ['error', 'warning'].includes(message.type()) && !expected(message.text()) && faults.push(`console: ${message.text()}`));
    page.on('pageerror', error => faults.push(`script: ${error.stack}`));
    page.on('request', request => {
        const to = new URL(request.url());
        if (to.protocol !== 'data:' && to.protocol !== 'blob:' && to.origin !== new URL(base).origin)
            faults.push(`a request left: ${request.url()}`);
    });
    page.setDefaultTimeout(15000);
    await page.goto(base + where);
    return {
        page, server, base,
        async done() {
            await context.close();
            if (doubles.delete(own))
                await own.close();
            assert.deepEqual(faults, []);
        },
    };
}

export async function picture(page, name) {
    fs.mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });
}

// What axe-core finds serious. It brings script and style of its own, so the page has to be opened with bypassCSP.
export async function serious_faults(page) {
    await page.evaluate(axe_source);
    const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
    return found.violations.filter(one => ['serious', 'critical'].includes(one.impact)).map(one => `${one.id}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 140)).join(' | ')}`);
}

export async function settled(page) {
    await page.waitForSelector('h1');
    await page.waitForFunction(() => !document.querySelector('.bones'));
}

export async function story_ids(server) {
    const said = await (await fetch(`${server.url}/api/v1/stories`)).json();
    return said.stories.map(one => one.last_id);
}
