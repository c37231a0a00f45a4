// The pages over the built program and traffic to its own lab: every view shows what happened, live, with the filter that the
// store has. No double in between.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { browser_start, browser_stop, open, PHONE, picture, serious_faults, settled } from './browser.mjs';

const binary = process.env.WHYTLS, data = fs.mkdtempSync(path.join(os.tmpdir(), 'whytls-ui-'));
const SAFARI = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1';
const STARTS_WITHIN_MS = 60000;
let proxy, said = '', port, base, token;

// Starts the program and reads its addresses from what it says.
async function start() {
    proxy = spawn(binary, ['run', '--lab', '--listen', '127.0.0.1:0', '--ui', '127.0.0.1:0', '--data', data], { env: { ...process.env, NO_COLOR: '1' }, stdio: ['ignore', 'ignore', 'pipe'] });
    await new Promise((done, fail) => {
        const late = setTimeout(() => fail(new Error(`it did not start: ${said}`)), STARTS_WITHIN_MS);
        proxy.stderr.on('data', bytes => {
            said += bytes;
            if (said.includes('Waiting for the first connection')) {
                clearTimeout(late);
                done();
            }
        });
        proxy.on('exit', () => fail(new Error(`it ended: ${said}`)));
    });
    port = /Proxy\s+127\.0\.0\.1:(\d+)/.exec(said)[1];
    [, base, token] = /(http:\/\/\S+?)\/#token=(\S+)/.exec(said);
    fs.writeFileSync(path.join(data, 'root.pem'), execFileSync(binary, ['ca', 'export', '--data', data]));
}

// One request through the proxy; it may fail, and that is recorded.
async function visit(host, agent = SAFARI, trusts = true) {
    await promisify(execFile)('curl', ['-s', '-m', '20', '-o', '/dev/null', '-x', `http://127.0.0.1:${port}`, '-A', agent, ...(trusts ? ['--cacert', path.join(data, 'root.pem')] : []), `https://${host}/`]).catch(() => null);
}

async function look(where, options = {}) {
    const it = await open(`${where}#token=${token}`, { url: base, ...options });
    await it.page.waitForSelector('h1');
    return it;
}

before(async () => {
    await start();
    for (const host of ['good.lab.test', 'good.lab-two.test', 'cert-expired-leaf.lab.test', 'name-mismatch.lab.test', 'missing-intermediate-aia.lab.test', 'untrusted-root.lab.test'])
        await visit(host);
    await visit('good.lab.test', 'Bankly/9.0 CFNetwork/1494.0.7 Darwin/23.4.0', false);
    await browser_start();
});
after(async () => {
    await browser_stop();
    proxy.removeAllListeners('exit');
    proxy.kill();
    fs.rmSync(data, { recursive: true, force: true });
});

test('what needs a look stands above the list, and a new failure comes by itself', async () => {
    const it = await look('/');
    await it.page.getByRole('heading', { level: 1, name: /things need a look/ }).waitFor();
    await it.page.getByRole('gridcell', { name: /certificate has expired/ }).waitFor();
    await visit('validity-too-long.lab.test');
    await it.page.getByRole('gridcell', { name: /validity-too-long\.lab\.test/ }).waitFor();
    await picture(it.page, 'real-now');
    await it.done();
});

test('one connection is explained in full', async () => {
    const it = await look('/?q=~cause%20cert-expired-leaf');
    await it.page.getByRole('gridcell', { name: /certificate has expired/ }).first().dblclick();
    await it.page.waitForURL(/\/c\//);
    await it.page.getByRole('heading', { level: 1, name: /cert-expired-leaf\.lab\.test expired/ }).waitFor();
    for (const part of ['Why we say so', 'What to do', 'The chain, on a time line', 'Three verdicts', 'Both legs', 'How it went'])
        await it.page.getByRole('heading', { name: part }).waitFor();
    await picture(it.page, 'real-connection');
    await it.done();
});

test('every atom that the store offers is taken, and narrows or not', async () => {
    const it = await look('/');
    const filters = ['~d lab.test', '~u lab', '~m GET', '~c 200', '~c 4xx', '~t html', '~h accept', '~hq accept', '~hs date', '~b x', '~cause expired', '~sure certain', '~fail', '~warn', '~ok', '~expected', '~unread', '~mirror', '~dev 127.0.0.1', '~app Safari',
        '~leg server', '~alert 48', '~v tls1.3', '~ja4 t13', '~issuer "Lab Issuing"', '~subject good', '~sha ab', '~ends 14d', '~store both', '~check TemporalValidity', '~class Expired', '~note relay', '~sev info', '~since 1h', '~at 00:00-23:59', '~ms >0', '~ip 127.0.0.1',
        '~asn 1', '~geo GB', '~entry connect', 'good', '~fail & ~d lab.test', '!~ok | ~warn', '(~fail | ~warn) ~d lab.test'];
    const box = it.page.getByRole('combobox');
    for (const q of filters) {
        const answered = it.page.waitForResponse(answer => answer.url().includes('/api/v1/flows?') && new URL(answer.url()).searchParams.get('q') === q);
        await box.fill(q);
        assert.equal((await answered).status(), 200, q);
    }
    await it.done();
});

test('completion offers what the store has', async () => {
    const it = await look('/');
    await it.page.getByRole('combobox').pressSequentially('~cause ');
    await it.page.getByRole('option', { name: /cert-expired-leaf/ }).waitFor();
    await it.done();
});

for (const [where, says] of [['/devices', /device/], ['/certificates', /ended/], ['/certificates?tab=made', /./], ['/causes', /./], ['/causes/cert-expired-leaf', /expired/], ['/rules', /rules/], ['/rules/dates', /rules/]])
    test(`${where}: wide and on a phone`, async () => {
        for (const size of [undefined, PHONE]) {
            const it = await look(where, { size, bypassCSP: true });
            await settled(it.page);
            await it.page.getByRole('heading', { level: 1, name: says }).waitFor();
            assert.deepEqual(await serious_faults(it.page), []);
            await picture(it.page, `real-${where.replace(/\W+/g, '-')}-${size ? 'phone' : 'wide'}`);
            await it.done();
        }
    });

test('a host is explained', async () => {
    const it = await look('/explain?target=cert-expired-leaf.lab.test');
    await it.page.getByRole('heading', { level: 2, name: /expired/ }).waitFor();
    await picture(it.page, 'real-explain');
    await it.done();
});

test('without the token nothing is shown, and the page\'s policy is the strict one', async () => {
    const it = await open('/', { url: base, expect_faults: [/401/, /EventSource/] });
    await it.page.getByRole('heading', { name: /Open the link that whytls printed/ }).waitFor();
    await it.done();
    const head = (await fetch(base)).headers;
    for (const part of ['default-src \'none\'', 'script-src \'self\'', 'frame-ancestors \'none\'', 'require-trusted-types-for \'script\''])
        assert.ok(head.get('content-security-policy').includes(part), part);
});
