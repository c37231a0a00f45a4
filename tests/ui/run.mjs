// run.mjs - one file of UI tests, with the pinned packages in a folder outside this tree.
//   node run.mjs --work DIR FILE…      exit 77: npm or the browser cannot be had here
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const work = process.argv[3], files = process.argv.slice(4);
const lock = fs.readFileSync(path.join(here, 'package-lock.json'));
const stamp = path.join(work, 'node_modules', '.stamp'), hash = createHash('sha256').update(lock).digest('hex');
const failed = path.join(work, 'npm-failed'), TRY_AGAIN_MS = 600000; // to ask takes ten seconds, and there are many suites

function skip(why) {
    process.stderr.write(`ui tests: ${why}\n`);
    process.exit(77);
}

if (!fs.existsSync('/usr/bin/chromium'))
    skip('there is no /usr/bin/chromium here');
if (!fs.existsSync(stamp) || fs.readFileSync(stamp, 'utf8') !== hash) {
    fs.mkdirSync(work, { recursive: true });
    if (fs.existsSync(failed) && Date.now() - fs.statSync(failed).mtimeMs < TRY_AGAIN_MS)
        skip('npm could not a moment ago');
    for (const name of ['package.json', 'package-lock.json', '.npmrc'])
        fs.copyFileSync(path.join(here, name), path.join(work, name));
    try {
        execFileSync('npm', ['ci', '--ignore-scripts', '--silent', '--fetch-retries=1'],
            { cwd: work, stdio: ['ignore', 2, 'inherit'], timeout: 90000 });
    } catch {
        fs.writeFileSync(failed, '');
        skip('npm cannot install playwright-core and axe-core here');
    }
    fs.writeFileSync(stamp, hash);
}
const run = spawnSync(process.execPath, ['--test', ...files.map(file => path.join(here, file))],
    { stdio: 'inherit', env: { ...process.env, WHYTLS_UI_PACKAGES: work, WHYTLS_UI_PICTURES: process.env.WHYTLS_UI_PICTURES ?? path.join(work, 'pictures') } });
process.exit(run.status ?? 1);
