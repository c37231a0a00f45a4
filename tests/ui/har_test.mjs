// An archive that the built program wrote, in other hands: the published JSON schema of HAR 1.2, and the Network panel of
// Chromium's own developer tools.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

const require = createRequire(path.join(process.env.WHYTLS_UI_PACKAGES, 'package.json'));
const { chromium } = require('playwright-core');
const Ajv = require('ajv'), formats = require('ajv-formats'), schemas = require('har-schema');
const binary = process.env.WHYTLS, data = fs.mkdtempSync(path.join(os.tmpdir(), 'whytls-har-')), file = path.join(data, 'lab.har');
const STARTS_WITHIN_MS = 60000;
let archive;

// Ends as soon as the program says that it listens; gives its port and how to end it.
async function start() {
    const proxy = spawn(binary, ['run', '--lab', '--listen', '127.0.0.1:0', '--ui', 'off', '--bodies', 'all', '--data', data],
        { env: { ...process.env, NO_COLOR: '1' }, stdio: ['ignore', 'ignore', 'pipe'] });
    const gone = new Promise(done => proxy.on('exit', done));
    let said = '';
    await new Promise((done, fail) => {
        const late = setTimeout(() => fail(new Error(`it did not start: ${said}`)), STARTS_WITHIN_MS);
        proxy.stderr.on('data', bytes => {
            said += bytes;
            if (said.includes('Waiting for the first connection')) {
                clearTimeout(late);
                done();
            }
        });
        gone.then(() => fail(new Error(`it ended: ${said}`)));
    });
    return { port: /Proxy\s+127\.0\.0\.1:(\d+)/.exec(said)[1], stop: () => proxy.kill() && gone };
}

// A sound exchange, a form with a password in it, a refused site, and a client that does not trust us, so that no request comes.
async function visit_lab(port) {
    const root = path.join(data, 'root.pem');
    fs.writeFileSync(root, execFileSync(binary, ['ca', 'export', '--data', data]));
    const visit = (...words) => promisify(execFile)('curl', ['-s', '-m', '20', '-o', '/dev/null', '-x', `http://127.0.0.1:${port}`, ...words]).catch(() => null);
    await visit('--cacert', root, 'https://good.lab.test/first?x=1');
    await visit('--cacert', root, 'https://good.lab.test/form', '-d', 'user=anna&password=geheim');
    await visit('--cacert', root, 'https://cert-expired-leaf.lab.test/');
    await visit('https://good.lab-two.test/');
}

before(async () => {
    const proxy = await start();
    await visit_lab(proxy.port);
    await proxy.stop();
    execFileSync(binary, ['export', 'har', '-o', file, '--data', data], { stdio: 'pipe' });
    archive = JSON.parse(fs.readFileSync(file, 'utf8'));
});
after(() => fs.rmSync(data, { recursive: true, force: true }));

function faults_of(document) {
    const ajv = formats(new Ajv({ strict: false, allErrors: true }));
    ajv.addMetaSchema(require('ajv/dist/refs/json-schema-draft-06.json'));
    ajv.addSchema(Object.values(schemas));
    const check = ajv.getSchema('har.json#');
    return check(document) ? [] : check.errors.map(one => `${one.instancePath} ${one.message}`);
}

test('it is an archive by the published schema, which tells what is none', () => {
    assert.deepEqual(faults_of(archive), []);
    assert.equal(archive.log.entries.length, 4);
    const broken = structuredClone(archive);
    delete broken.log.entries[0].request.cookies;
    broken.log.entries[1].startedDateTime = 'yesterday';
    assert.match(faults_of(broken).join('\n'), /entries\/0\/request must have required property 'cookies'[^]*entries\/1\/startedDateTime/);
});

async function free_port() {
    const server = net.createServer();
    await new Promise(done => server.listen(0, '127.0.0.1', done));
    const { port } = server.address();
    await new Promise(done => server.close(done));
    return port;
}

// The Network panel out of the browser itself, in a page of the browser. `left`: what it asked for elsewhere.
async function open_panel(browser, port) {
    const base = `http://127.0.0.1:${port}`, context = await browser.newContext({ viewport: { width: 1400, height: 900 } }), left = [];
    await (await context.newPage()).goto('about:blank'); // what the tools look at
    const { id } = (await (await fetch(`${base}/json/list`)).json()).find(one => one.type === 'page');
    const page = await context.newPage();
    page.on('request', request => /^(data|blob):/.test(request.url()) || request.url().startsWith(base) || left.push(request.url()));
    page.setDefaultTimeout(30000);
    await page.goto(`${base}/devtools/devtools_app.html?ws=127.0.0.1:${port}/devtools/page/${id}&panel=network`);
    return { page, left, rows: page.locator('.network-log-grid tr.data-grid-data-grid-node') };
}

test('the developer tools of Chromium show it', async () => {
    const port = await free_port();
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium',
        args: ['--no-sandbox', '--disable-dev-shm-usage', `--remote-debugging-port=${port}`, `--remote-allow-origins=http://127.0.0.1:${port}`] });
    try {
        const { page, left, rows } = await open_panel(browser, port);
        const chooser = page.waitForEvent('filechooser');
        await page.getByRole('button', { name: /Import HAR/ }).click();
        await (await chooser).setFiles(file);
        await rows.nth(3).waitFor();
        const cells = (await rows.allInnerTexts()).map(one => one.split('\t'));
        assert.deepEqual(cells.map(one => one.slice(0, 2)), [['first?x=1', '200'], ['form', '200'], ['cert-expired-leaf.lab.test', '502'],
            ['good.lab-two.test', archive.log.entries[3].response.statusText]]);
        assert.deepEqual(await rows.evaluateAll(all => all.map(one => one.classList.contains('network-error-row'))), [false, false, true, false]);
        for (const cell of cells)
            assert.match(cell.at(-1), /^\d\S*\s+m?s$/, 'how long it took');
        await page.screenshot({ path: path.join(process.env.WHYTLS_UI_PICTURES, 'har-in-devtools.png') });
        await rows.nth(0).locator('td').first().click();
        await page.getByRole('tab', { name: 'Response', exact: true }).click();
        await page.locator('.cm-content', { hasText: 'good.lab.test: healthy' }).waitFor();
        await page.getByRole('tab', { name: 'Timing', exact: true }).click();
        await page.getByText('Waiting for server response').waitFor();
        await page.getByText('SSL', { exact: true }).waitFor();
        await rows.nth(1).locator('td').first().click();
        await page.getByRole('tab', { name: 'Payload', exact: true }).click();
        await page.getByText('REDACTED', { exact: true }).waitFor();
        assert.deepEqual(left, []);
    } finally {
        await browser.close();
    }
});
