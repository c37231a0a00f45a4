// Makes dist/ of src/. See README.md.
//   node build.mjs [--check] [--work DIR]
// The packages are installed in the work folder, so that this tree holds nothing but what is ours.
// Exit: 0 made, or the same; 1 differs, too big or wrong; 77 the packages cannot be had here.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = path.dirname(fileURLToPath(import.meta.url));
const option = process.argv.indexOf('--work');
const work = option > 0 ? path.resolve(process.argv[option + 1]) : path.join(os.tmpdir(), 'whytls-ui');
const check = process.argv.includes('--check');
const dist = path.join(here, 'dist');
const KB = 1024;
const BUDGET = { '.js': 48 * KB, '.css': 9.5 * KB, all: 60 * KB };

function say(text) {
    process.stderr.write(`ui: ${text}\n`);
}

// The pinned packages, once for each lockfile.
function install() {
    fs.mkdirSync(work, { recursive: true });
    const lock = fs.readFileSync(path.join(here, 'package-lock.json'));
    const stamp = path.join(work, 'node_modules', '.stamp');
    const hash = createHash('sha256').update(lock).digest('hex');
    for (const name of ['package.json', 'package-lock.json', '.npmrc', 'tsconfig.json'])
        fs.copyFileSync(path.join(here, name), path.join(work, name));
    if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === hash)
        return;
    try {
        execFileSync('npm', ['ci', '--ignore-scripts', '--silent', '--fetch-retries=1'],
            { cwd: work, stdio: ['ignore', 2, 'inherit'], timeout: 90000 });
    } catch {
        say('npm cannot install the packages here, so src/ cannot be built; dist/ stays as it is');
        process.exit(77);
    }
    fs.writeFileSync(stamp, hash);
}

function copy_source() {
    fs.rmSync(path.join(work, 'src'), { recursive: true, force: true });
    fs.cpSync(path.join(here, 'src'), path.join(work, 'src'), { recursive: true });
}

// Name and bytes of each file of dist/.
async function bundle() {
    const esbuild = createRequire(path.join(work, 'package.json'))('esbuild');
    const common = { absWorkingDir: work, bundle: true, minify: true, write: false, target: ['safari15', 'es2022'],
        legalComments: 'none', charset: 'utf8', logLevel: 'warning' };
    const script = await esbuild.build({ ...common, entryPoints: ['src/main.tsx'], format: 'iife', jsx: 'automatic',
        jsxImportSource: 'preact', define: { 'process.env.NODE_ENV': '"production"' } });
    const sheet = await esbuild.build({ ...common, entryPoints: ['src/ui.css'] });
    const files = new Map();
    files.set('index.html', fs.readFileSync(path.join(here, 'src', 'index.html')));
    files.set('whytls.js', Buffer.from(script.outputFiles[0].contents));
    files.set('whytls.css', Buffer.from(sheet.outputFiles[0].contents));
    return files;
}

// False: above the budget.
function weigh(files) {
    let all = 0, fits = true;
    for (const [name, bytes] of files) {
        const size = gzipSync(bytes, { level: 9 }).length, most = BUDGET[path.extname(name)];
        all += size;
        say(`${name.padEnd(26)} ${(size / KB).toFixed(1).padStart(5)} KB gzipped`);
        if (most && size > most) {
            say(`that is more than ${most / KB} KB`);
            fits = false;
        }
    }
    if (all > BUDGET.all) {
        say(`all files have ${(all / KB).toFixed(1)} KB, more than ${BUDGET.all / KB}`);
        fits = false;
    }
    return fits;
}

function differs(files) {
    const there = fs.existsSync(dist) ? fs.readdirSync(dist).sort() : [];
    if (there.join() !== [...files.keys()].sort().join())
        return true;
    return [...files].some(([name, bytes]) => !fs.readFileSync(path.join(dist, name)).equals(bytes));
}

function write(files) {
    fs.mkdirSync(dist, { recursive: true });
    for (const [name, bytes] of files)
        fs.writeFileSync(path.join(dist, name), bytes);
    for (const name of fs.readdirSync(dist))
        if (!files.has(name))
            fs.rmSync(path.join(dist, name));
}

install();
copy_source();
try {
    execFileSync(path.join(work, 'node_modules', '.bin', 'tsc'), ['--noEmit'], { cwd: work, stdio: 'inherit' });
} catch {
    process.exit(1);
}
const files = await bundle();
const fits = weigh(files);
if (check && differs(files)) {
    say('dist/ is not what src/ gives: run node proxy/web/ui/build.mjs');
    process.exit(1);
}
if (!check)
    write(files);
process.exit(fits ? 0 : 1);
