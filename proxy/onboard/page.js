// Keeps the set-up page up to date: asks every 2 s how far the phone is, tells its clock, and loads
// the test page. For Safari since iOS 12: no ?., no ??.
'use strict';

const BEAT_MS = 2000, STILL_MS = 60000, ANSWER_MS = 5000, HOME = 'http://whytls.test';

const byId = id => document.getElementById(id);
let last = '';            // what the page showed last, to see whether anything moves
let since = performance.now();
let looking = false, timer = 0, probed = false;

// An answer that never comes must not stop the page.
function ask(url, options) {
    const abort = new AbortController(), end = setTimeout(() => abort.abort(), ANSWER_MS);
    const all = Object.assign({signal: abort.signal, cache: 'no-store', credentials: 'omit'}, options);
    return fetch(url, all).then(answer => { clearTimeout(end); return answer; },
        fault => { clearTimeout(end); throw fault; });
}

function stateFrom(home) {
    const waited = Math.floor((performance.now() - since) / 1000);
    return ask(home + '/state.json?t=' + Date.now() + '&waited=' + waited)
        .then(answer => answer.ok ? answer.json() : Promise.reject(new Error('status ' + answer.status)));
}

// Opened at the proxy's own address the phone may go there directly, and everywhere else through it.
function state() {
    return stateFrom('').then(own => own.through || location.origin === HOME ? own
        : stateFrom(HOME).catch(() => own));
}

function show(now) {
    now.steps.forEach((step, i) => {
        const item = byId('step' + (i + 1));
        if (item.dataset.state !== step.state)
            item.dataset.state = step.state;
        if (i === 0)
            item.dataset.why = step.why;
        document.querySelectorAll('.prog i')[i].className = step.state;
    });
    document.querySelectorAll('[data-word]').forEach(place => {
        const word = now.words[place.dataset.word];
        if (word !== undefined && place.textContent !== word)
            place.textContent = word;
    });
    document.querySelectorAll('.from-here').forEach(place => { place.hidden = !now.words.fetched; });
    byId('main').dataset.ready = now.ready ? 'yes' : 'no';
}

function moved(now) {
    const seen = now.steps.map(step => step.state + step.why).join(' ');
    // A step that fails for want of patience is no move.
    const calm = seen.replace(/failed/g, 'waiting');
    if (calm !== last) {
        last = calm;
        since = performance.now();
    }
}

// Once at the start, to know; later when there is something to hope for. The name is new each time,
// so that no connection or session of before answers. Whether it was read the proxy knows best.
function probe(now) {
    const hopeful = now.steps[2].state !== 'later' && now.steps[2].state !== 'waiting';
    if (!now.probe || (probed && (now.ready || !hopeful)))
        return Promise.resolve(false);
    probed = true;
    return ask('https://' + now.probe + '/probe', {mode: 'no-cors'}).then(() => true, () => true);
}

function look() {
    return state().then(now => {
        byId('lost').hidden = true;
        show(now);
        moved(now);
        return probe(now).then(tried => tried ? state().then(then => { show(then); moved(then); return then; }) : now);
    }).catch(() => { byId('lost').hidden = false; return null; });
}

function beat() {
    if (looking || document.hidden)
        return;
    looking = true;
    look().then(now => {
        looking = false;
        const still = performance.now() - since > STILL_MS + BEAT_MS;
        byId('paused').hidden = !still || !now || now.ready;
        clearTimeout(timer);
        if ((!now || !now.ready) && !(still && now))
            timer = setTimeout(beat, BEAT_MS);
    });
}

function again() {
    since = performance.now();
    probed = false;
    byId('paused').hidden = true;
    clearTimeout(timer);
    beat();
}

byId('again').addEventListener('click', again);
// Back from Settings: that is when something has changed.
document.addEventListener('visibilitychange', () => { if (!document.hidden) again(); });
window.addEventListener('pageshow', again);
