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
const run = promisify(execFile);
let proxy, site, said = '', port, base, token;

// What a stranger would have a page run: in SNI, subject, SAN, header, path, and by way of a rule in a note.
const SCRIPT = '<script>alert(1)</script>', IMAGE = '<img src=x onerror=alert(1)>', DRAWING = '<svg onload=alert(1)>';
const EVIL_RULE = `rule {
    name     = "echo",
    about    = "Repeats a header: ${SCRIPT}",
    notes    = { echo = "medium" },
    wakes_on = { request = "always" },
    request  = function(flow)
        local said = flow.request.headers["x-evil"]
        if said then flow:note("echo", { said = said }) end
    end,
}
`;

function write_rule() {
    const folder = path.join(data, 'config', 'whytls', 'rules', 'evil');
    fs.mkdirSync(path.join(folder, 'texts'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'init.lua'), EVIL_RULE);
    fs.writeFileSync(path.join(folder, 'texts', 'en.lua'), 'return { echo = "It says {$said}." }\n');
}

// A site whose certificate holds markup; its port.
async function start_site() {
    const file = name => path.join(data, name);
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file('evil.key'), '-out', file('evil.pem'),
        '-days', '9', '-addext', 'basicConstraints=critical,CA:FALSE', '-subj', `/CN=${SCRIPT.replaceAll('/', '\\/')}/O=${IMAGE}`, '-addext', `subjectAltName=DNS:${IMAGE.replaceAll(' ', '-')}`], { stdio: 'ignore' });
    site = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', '-cert', file('evil.pem'), '-key', file('evil.key'), '-www'], { stdio: ['ignore', 'pipe', 'ignore'] });
    return new Promise(done => site.stdout.on('data', bytes => /ACCEPT \S+:(\d+)/.test(bytes) && done(/ACCEPT \S+:(\d+)/.exec(bytes)[1])));
}

// Starts the program and reads its addresses from what it says.
async function start() {
    proxy = spawn(binary, ['run', '--lab', '--bodies', 'all', '--listen', '127.0.0.1:0', '--ui', '127.0.0.1:0', '--data', data], { env: { ...process.env, NO_COLOR: '1', XDG_CONFIG_HOME: path.join(data, 'config') }, stdio: ['ignore', 'ignore', 'pipe'] });
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
async function visit(host, agent = SAFARI, trusts = true, more = []) {
    await run('curl', ['-s', '-g', '--path-as-is', '-m', '20', '-o', '/dev/null', '-x', `http://127.0.0.1:${port}`, '-A', agent, ...(trusts ? ['--cacert', path.join(data, 'root.pem')] : []), ...more, `https://${host}`]).catch(() => null);
}

async function attack() {
    const evil = `127.0.0.1:${await start_site()}`;
    await visit(`good.lab.test/page${SCRIPT}?q=${SCRIPT}`, SCRIPT, true, ['-H', `X-Evil: ${DRAWING}`, '-H', `Referer: ${IMAGE}`]);
    await visit(evil);
    await run('openssl', ['s_client', '-proxy', `127.0.0.1:${port}`, '-connect', evil, '-servername', IMAGE], { timeout: 20000 }).catch(() => null);
}

async function ask(where) {
    return (await fetch(`${base}/api/v1${where}`, { headers: { Authorization: `Bearer ${token}` } })).json();
}

// '/c/?' and '/certificates/?': of one that there is
async function one_of(where) {
    return where.replace('?', where.startsWith('/c/') ? (await ask('/flows?q=~cause+cert-expired-leaf')).flows[0].id : (await ask('/certificates')).certificates[0].sha256);
}

async function look(where, options = {}) {
    const it = await open(`${where}#token=${token}`, { url: base, ...options });
    await it.page.waitForSelector('h1');
    return it;
}

before(async () => {
    write_rule();
    await start();
    for (const host of ['good.lab.test', 'good.lab-two.test', 'cert-expired-leaf.lab.test', 'name-mismatch.lab.test', 'missing-intermediate-aia.lab.test', 'untrusted-root.lab.test'])
        await visit(host);
    await visit('good.lab.test', 'Bankly/9.0 CFNetwork/1494.0.7 Darwin/23.4.0', false);
    await attack();
    await browser_start();
});
after(async () => {
    await browser_stop();
    proxy.removeAllListeners('exit');
    proxy.kill();
    site?.kill();
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
    await it.page.getByRole('combobox').pressSequentially('~cause cert-e');
    await it.page.getByRole('option', { name: /cert-expired-leaf/ }).waitFor();
    await it.done();
});

for (const [where, says] of [['/', /need/], ['/c/?', /./], ['/devices', /device/], ['/certificates', /ended/], ['/certificates?tab=made', /./], ['/certificates?tab=roots', /./], ['/certificates/?', /./], ['/causes', /./], ['/causes/cert-expired-leaf', /expired/], ['/rules', /rules/], ['/rules/dates', /rules/], ['/explain', /Explain/]])
    test(`${where}: wide and dark, and on a phone`, async () => {
        for (const [size, scheme] of [[undefined, 'dark'], [PHONE, 'light']]) {
            const it = await look(where.endsWith('/?') ? await one_of(where) : where, { size, scheme, bypassCSP: true });
            await settled(it.page);
            await it.page.getByRole('heading', { level: 1, name: says }).waitFor();
            const sideways = await it.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
            assert.ok(sideways <= 0, `the page is ${sideways} px too wide`);
            assert.deepEqual(await serious_faults(it.page), []);
            await picture(it.page, `real-${where.replace(/\W+/g, '-')}-${size ? 'phone' : 'wide'}`);
            await it.done();
        }
    });

// But the feed, and on the page of rules the file at its side. Causes are counted while the page stands: they may take long.
test('the first view comes with its data: no question is asked for it', async () => {
    const it = await look('/');
    for (const [where, heading] of [['/', /need a look/], ['/devices', /device/], ['/certificates', /./], ['/rules', /rules/], [await one_of('/c/?'), /./]]) {
        const asked = [];
        await it.page.goto('about:blank'); // the page before says goodbye to its feed
        it.page.on('request', request => asked.push(new URL(request.url()).pathname));
        await it.page.goto(it.base + where);
        await it.page.getByRole('heading', { level: 1, name: heading }).waitFor();
        await settled(it.page);
        it.page.removeAllListeners('request');
        assert.deepEqual(asked.filter(one => one.startsWith('/api/') && !/^.api.v1.(live|rules.files)/.test(one)), [], where);
    }
    await it.done();
});

test('keys alone: filter, walk, open, let pass, take back', async () => {
    const it = await look('/');
    await settled(it.page);
    await it.page.keyboard.press('/');
    await it.page.keyboard.type('~d good.lab-two.test');
    await it.page.keyboard.press('Enter');
    await it.page.keyboard.press('Escape');
    await it.page.keyboard.press('Escape');
    await it.page.waitForURL(url => !url.search.includes('q='));
    await it.page.keyboard.press('/');
    await it.page.keyboard.type('~d good.lab-two.test');
    await it.page.keyboard.press('Enter');
    await it.page.waitForFunction(() => document.querySelectorAll('tr[role=row]:not([data-head])').length === 1);
    await it.page.evaluate(() => document.activeElement.blur());
    await it.page.keyboard.press('j');
    await it.page.locator('tr[aria-selected=true]').waitFor();
    await it.page.keyboard.press('Enter');
    await it.page.waitForURL(/\/c\//);
    await settled(it.page);
    await it.page.keyboard.press('t');
    await it.page.getByRole('heading', { name: 'Let good.lab-two.test pass unread?' }).waitFor();
    await it.page.keyboard.press('Enter');
    await it.page.getByText('It passes from its next connection on').waitFor();
    await visit('good.lab-two.test', SAFARI, false, ['-k']);
    await it.page.keyboard.press('Escape');
    await it.page.keyboard.press('g');
    await it.page.keyboard.press('n');
    await it.page.getByRole('gridcell', { name: /Passed through unread/ }).first().waitFor();
    await it.page.keyboard.press('g');
    await it.page.keyboard.press('r');
    await it.page.getByRole('button', { name: 'Read good.lab-two.test again' }).focus();
    await it.page.keyboard.press('Enter');
    await it.page.getByRole('heading', { name: 'Pass unread by your word' }).waitFor({ state: 'detached' });
    await it.done();
});

test('certificates are searched as connections are: what fits, what is offered, what is wrong', async () => {
    const it = await look('/certificates', { expect_faults: [/status of 400/] });
    await settled(it.page);
    const box = it.page.getByRole('combobox');
    await box.pressSequentially('~');
    await it.page.getByRole('option', { name: /~ends/ }).waitFor();
    assert.equal(await it.page.getByRole('option', { name: /~fail/ }).count(), 0);
    await box.fill('~d cert-expired-leaf.lab.test');
    await it.page.waitForFunction(() => document.querySelectorAll('table.certs tbody tr').length === 1);
    await box.fill('~fail');
    await it.page.getByText('says nothing of a certificate').waitFor();
    assert.equal(await it.page.locator('table.certs tbody tr').count(), 1, 'what was shown stays');
    await it.done();
});

test('markup in SNI, subject, SAN, header, path and a note of a rule stays text on every page', async () => {
    const flows = (await ask('/flows')).flows, evil = flows.filter(one => one.app !== 'Bankly').slice(0, 12).map(one => `/c/${one.id}`);
    const certificate = (await ask('/certificates?q=alert')).certificates[0];
    assert.ok(certificate, 'the certificate of the site is there');
    const it = await look('/');
    let dialogs = 0, seen = '';
    it.page.on('dialog', dialog => {
        dialogs++;
        void dialog.dismiss();
    });
    for (const where of ['/', ...evil, '/certificates', `/certificates/${certificate.sha256}`, '/devices', '/causes', '/rules', '/rules/evil/echo', `/?q=${encodeURIComponent(SCRIPT)}`]) {
        await it.page.goto(it.base + where);
        await settled(it.page);
        await it.page.locator('details').evaluateAll(all => all.forEach(one => (one.open = true)));
        assert.equal(await it.page.locator('img[src=x],svg[onload],#app script,[onerror],[onload]').count(), 0, where);
        assert.equal(await it.page.locator('script').count(), 2, `${where}: the program, and the data that came along`);
        seen += await it.page.locator('#app').innerText();
    }
    for (const [what, text] of [['subject and SAN', IMAGE.replaceAll(' ', '-')], ['path', `/page${SCRIPT}`], ['header', DRAWING], ['note', `It says ${DRAWING}`], ['SNI', IMAGE]])
        assert.ok(seen.includes(text), `${what} was shown: ${text}`);
    assert.equal(dialogs, 0);
    await it.done();
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
