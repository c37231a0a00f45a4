// phone.tsx - what the screen of an iPhone shows, drawn by us. The words on it are Apple's, or of the proxy, with their grade.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Diagnosis, FlowRecord } from './api';
import { app_text, SAFARI_PAGE, safari_text } from './labels';
import { Grade } from './parts';
import { clock_time } from './text';
import { Say, Wire } from './wire';

const MAIL_PORTS = [25, 110, 143, 465, 587, 993, 995];
const TABS = ['Safari', 'App', 'Mail'];

// The grade that a text of the proxy ends with, in brackets, apart from it.
function split_grade(text: string, other: string): [string, string] {
    const found = /\s*\((Apple source|Apple document|observed|unverified)\)/.exec(text);
    return found ? [text.replace(found[0], ''), found[1]!] : [text, other];
}

function Screen({ label, at, app, children }: { label: string; at: string; app?: boolean; children: ComponentChildren }) {
    return (
        <div class={`phone ${app ? 'appy' : ''}`} role="img" aria-label={label}>
            <div class="isle" /><div class="bar"><span>{clock_time(at).slice(0, 5)}</span><span>Wi-Fi</span></div>{children}</div>
    );
}

function Safari({ host, at, warns }: { host: string; at: string; warns: boolean }) {
    return (
        <Screen label={warns ? `Drawing of an iPhone: Safari says ${SAFARI_PAGE}` : 'Drawing of an iPhone: Safari opens the page'} at={at}>
            <div class="url"><Wire text={host} most={40} /></div>
            {warns ? <div class="pg"><b>{SAFARI_PAGE}</b><p><Wire text={safari_text(host)} most={400} /></p>
                <div class="acts2"><span>Show Details</span><span>Go Back</span></div></div>
                : <div class="pg pgblank"><i /><i /><i /><i /></div>}
        </Screen>
    );
}

function App({ name, host, at, error }: { name: string; host: string; at: string; error: number | null }) {
    return (
        <Screen label="Drawing of an iPhone: an app shows the system’s text" at={at} app>
            <div class="sheet"><b><Wire text={name === 'unknown' ? 'An app' : name} most={40} /></b><span><Wire text={app_text(error, host)} most={400} /></span><span class="ok">OK</span></div></Screen>
    );
}

function Mail({ host, at }: { host: string; at: string }) {
    return (
        <Screen label="Drawing of an iPhone: Mail says Cannot Verify Server Identity" at={at} app>
            <div class="sheet"><b>Cannot Verify Server Identity</b><span>The identity of “<Wire text={host} most={60} />” cannot be verified by Mail.</span><span class="ok">Cancel</span></div></Screen>
    );
}

export function PhoneDrawing({ record, diagnosis }: { record: FlowRecord; diagnosis: Diagnosis }) {
    const mail = MAIL_PORTS.includes(record.target.port);
    const tab = useSignal(mail ? 2 : 0);
    const host = record.target.host ?? 'the host', ios = diagnosis.ios, other = ios.grade ?? 'unverified';
    const error = record.server_leg?.verdict?.nsurlerror ?? record.identity?.verdict?.nsurlerror ?? null;
    const [safari, safari_grade] = split_grade(ios.safari ?? 'Nothing is known of Safari here.', other);
    const [app, app_grade] = split_grade(ios.app ?? 'Nothing is known of apps here.', other);
    const says: [string, string, ComponentChildren][] = [
        [safari, safari_grade, <Safari host={host} at={record.at} warns={/Not Private/.test(safari)} />],
        [app, app_grade, <App name={record.client.app} host={host} at={record.at} error={error} />],
        [mail ? 'Mail shows this for a mail host.' : 'Mail shows this for a mail host. This host serves web traffic only.', 'unverified', <Mail host={host} at={record.at} />],
    ];
    return (
        <aside aria-label="What an iPhone shows"><div class="phonebox">
            <div class="tabs" role="radiogroup" aria-label="Where on the phone">
                {TABS.map((name, i) => (
                    <label key={name} class={tab.value === i ? 'on' : ''}><input class="sr" type="radio" name="screen" checked={tab.value === i} onChange={() => (tab.value = i)} />{name}</label>
                ))}
            </div>
            {says[tab.value]![2]}
            <div class="says"><p><Say text={says[tab.value]![0]} /></p><Grade grade={says[tab.value]![1]} />
                {ios.text && <p>Trust check: <Wire text={ios.text} /></p>}
                <p class="tiny dim">Drawn by whytls: what the phone would show.</p></div>
        </div></aside>
    );
}
