// main.tsx - starts the page: the token of the start link for a session, then the frame, then whatever the path names.
import { render } from 'preact';
import { admitted, send } from './api';
import { Causes } from './causes';
import { Certificates } from './certificates';
import { Connection } from './connection';
import { Devices } from './devices';
import { Explain } from './explain';
import { bring_no_more } from './first';
import { Frame, theme_apply } from './frame';
import { keys_start } from './keys';
import { live_start } from './live';
import { Now } from './now';
import { Empty, useTitle } from './parts';
import { params, parts, route_start } from './router';
import { Rules } from './rules';

const FIRST_MS = 1000; // by then the first view has asked for all that it wants

function Missing() {
    useTitle('Not found');
    return <><h1 class="sentence">There is no such page.</h1><p class="lead mt3"><a href="/">Go to Now</a></p></>;
}

// Nobody gets in without the link that the proxy printed.
function Door() {
    useTitle('Not signed in');
    return (
        <main class="main" id="main" tabIndex={-1}><h1 class="sentence">Open the link that whytls printed when it started.</h1>
            <Empty text="The link carries a token that proves that you may look. It is needed once in this browser; after a new start of whytls perhaps again." /></main>
    );
}

function Page() {
    if (!admitted.value)
        return <Door />;
    const [first, second, third] = parts.value;
    switch (first ?? '') {
    case '': return <Frame broad><Now /></Frame>;
    case 'c': return <Frame>{second ? <Connection key={second} id={second} /> : <Missing />}</Frame>;
    case 'devices': return <Frame><Devices id={second} /></Frame>;
    case 'certificates': return <Frame><Certificates sha={second} /></Frame>;
    case 'causes': return <Frame><Causes code={second} /></Frame>;
    case 'rules': return <Frame><Rules pack={second} rule={third} file={params.value.get('file') ?? ''} /></Frame>;
    case 'explain': return <Frame><Explain /></Frame>;
    default: return <Frame><Missing /></Frame>;
    }
}

const TOKEN = /^#(?:token=)?([\w.~-]{16,})$/;

// The token leaves the address bar before anything else happens.
async function sign_in() {
    const found = TOKEN.exec(location.hash);
    if (!found)
        return;
    history.replaceState(null, '', location.pathname + location.search);
    await send('POST', '/session', { token: found[1] }).catch(() => (admitted.value = false));
}

async function start() {
    theme_apply();
    route_start();
    keys_start();
    addEventListener('hashchange', () => TOKEN.test(location.hash) && void sign_in().then(() => location.reload()));
    await sign_in();
    live_start();
    render(<Page />, document.getElementById('app')!);
    setTimeout(bring_no_more, FIRST_MS);
}

void start();
