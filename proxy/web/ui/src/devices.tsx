// devices.tsx - the phones: how far each is set up, its clock, its apps, what pins, what was not seen; and the way to add one.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { send } from './api';
import { hear, now } from './live';
import { Bones, CopyButton, Empty, FaultNote, Out, Pill, Sign, useLoad, useTitle } from './parts';
import { go } from './router';
import { Icon } from './shapes';
import { ago, count, plural, span } from './text';
import { Say, Wire } from './wire';

interface Device {
    id: string;
    name: string | null;
    ip: string;
    family: string;
    os_version: string | null;
    first_seen: string;
    last_seen: string | null;
    state: 'ready' | 'waiting' | 'refusing' | 'unknown';
    sentence: string;
    checks: { name: string; state: 'passed' | 'failed' | 'waiting' | 'later'; says: string }[];
    clock: { state: string; offset_s: number | null };
    apps: { name: string; hosts_accepted: number; hosts_refused: number }[];
    pins: string[];
    not_seen: string[];
    next: string | null;
    hosts?: { host: string; app: string; accepted: number; refused: number; last_at: string; way: string | null }[];
}

interface Devices {
    devices: Device[];
    onboarding: { url: string; qr: { size: number; path: string } } | null;
}

const CHECKS: Record<string, string> = { proxy: 'Proxy set', profile: 'Profile downloaded', root: 'Profile installed', switch: 'Full trust on', probe: 'Test page opened' };
const STATES = { ready: ['fine', 'Reading'], waiting: ['waiting', 'Set-up waits'], refusing: ['failing', 'Refuses us'], unknown: ['waiting', 'Not known yet'] } as const;
const SIGNS = { passed: 'fine', failed: 'failing', waiting: 'waiting', later: 'waiting' } as const;
const ORDER = ['refusing', 'waiting', 'unknown', 'ready'];
const REFRESH_MS = 2000, APPS_SHOWN = 6, NAME_MOST = 60;

export function device_title(device: { name: string | null; ip: string }): string {
    return device.name || device.ip;
}

function heading(devices: Device[]): string {
    const ready = devices.filter(one => one.state === 'ready').length, rest = devices.length - ready;
    if (!devices.length)
        return 'No device yet.';
    if (!rest)
        return devices.length === 1 ? '1 device. It is ready.' : `${count(devices.length)} devices. All are ready.`;
    return `${plural(devices.length, 'device')}. ${ready ? `${count(ready)} ${ready === 1 ? 'is' : 'are'} ready, ` : ''}${count(rest)} ${rest === 1 ? 'needs' : 'need'} a step.`;
}

// The square that a phone's camera reads: dark on white in both themes, with its quiet zone.
function Qr({ size, path, url }: { size: number; path: string; url: string }) {
    return <div class="qr" id="qr"><svg viewBox={`0 0 ${size} ${size}`} shape-rendering="crispEdges" role="img" aria-label={`QR code of ${url}`}><path fill="#000" d={path} /></svg></div>;
}

function AddPhone({ onboarding }: { onboarding: NonNullable<Devices['onboarding']> }) {
    return (
        <section class="card" aria-labelledby="add"><div class="row wide top"><Qr {...onboarding.qr} url={onboarding.url} />
            <div class="fill stack"><h2 id="add">Add a phone</h2><p class="soft">Join the phone to this Wi-Fi, then point its camera at the square. The page that opens leads through five steps, and checks each one live.</p>
                <div class="row"><code>{onboarding.url}</code><CopyButton text={onboarding.url} small>Copy</CopyButton></div>
                <p class="small dim">Through the proxy the same page is http://whytls.test/. Nothing in the square is secret.</p></div></div></section>
    );
}

function Checks({ checks }: { checks: Device['checks'] }) {
    return (
        <ol class="checks" aria-label="Set-up">
            {checks.map(one => (
                <li key={one.name} class={one.state === 'failed' ? 'is-fault' : one.state === 'passed' ? '' : 'is-wait'}>
                    <span class="t"><Sign outcome={SIGNS[one.state]} label={one.state} />{CHECKS[one.name] ?? one.name}</span><span class="d"><Say text={one.says} /></span></li>
            ))}
        </ol>
    );
}

function Clock({ clock }: { clock: Device['clock'] }) {
    const off = clock.offset_s;
    const says = clock.state === 'unchecked' || off === null ? 'Not measured yet' : Math.abs(off) < 1 ? `${Math.abs(off).toFixed(1)} s ${off < 0 ? 'behind' : 'ahead'}` : `${span(off * 1000)} ${off < 0 ? 'behind' : 'ahead'}`;
    return (
        <div><h3>Clock</h3><p class={clock.state === 'wrong' ? 'caution' : ''}>{says}</p>
            <p class="small dim">{clock.state === 'unchecked' ? 'The set-up page reads it.' : 'Measured by the set-up page. More than 5 minutes would matter.'}</p></div>
    );
}

function Apps({ apps }: { apps: Device['apps'] }) {
    return (
        <div><h3>Apps</h3>{!apps.length && <p class="small dim">None yet.</p>}<ul class="list">
            {apps.slice(0, APPS_SHOWN).map(app => (
                <li key={app.name}><span><Wire text={app.name} most={40} /></span><span class="nowrap">{app.hosts_refused
                    ? <Out outcome="failing" word={`${count(app.hosts_refused)} of ${plural(app.hosts_refused + app.hosts_accepted, 'host')}`} />
                    : <Out outcome="fine" word={plural(app.hosts_accepted, 'host')} />}</span></li>
            ))}
            {apps.length > APPS_SHOWN && <li><span>{count(apps.length - APPS_SHOWN)} more</span></li>}</ul></div>
    );
}

function Sides({ device }: { device: Device }) {
    return (
        <div class="cols4"><Clock clock={device.clock} /><Apps apps={device.apps} />
            <div><h3>Hosts that pin</h3>{!device.pins.length && <p class="small dim">None seen.</p>}
                <ul class="list">{device.pins.map(host => <li key={host}><span><a href={`/?q=${encodeURIComponent(`~d ${host}`)}`}><Wire text={host} /></a></span></li>)}</ul></div>
            <div><h3>What was not seen</h3><ul class="facts small">{device.not_seen.map((one, i) => <li key={i}><span class="dim"><Icon name="unseen" /></span><div><Say text={one} /></div></li>)}</ul></div></div>
    );
}

// Renaming stands where the name stands; forgetting is asked twice.
function Controls({ device, done }: { device: Device; done: () => void }) {
    const editing = useSignal(false), sure = useSignal(false), text = useSignal(device.name ?? ''), fault = useSignal('');
    const path = `/devices/${encodeURIComponent(device.id)}`;
    async function act(ask: Promise<unknown>) {
        try {
            await ask;
            editing.value = sure.value = false;
            fault.value = '';
            done();
        } catch (said) {
            fault.value = (said as Error).message;
        }
    }
    return (
        <div class="acts">
            {editing.value
                ? <form class="row tight" onSubmit={event => {
                    event.preventDefault();
                    void act(send('PATCH', path, { name: text.value.trim() }));
                }}><input type="text" aria-label="Name of this device" maxLength={NAME_MOST} value={text.value} ref={box => box?.focus()} onInput={event => (text.value = event.currentTarget.value)} onKeyDown={event => event.key === 'Escape' && (editing.value = false)} />
                    <button class="btn small main-act">Save</button></form>
                : <button type="button" class="btn small" onClick={() => (editing.value = true)}>{device.name ? 'Rename' : 'Name it'}</button>}
            {sure.value ? <><button type="button" class="btn small" onClick={() => void act(send('DELETE', path))}>Forget it, really</button><button type="button" class="btn small quiet" onClick={() => (sure.value = false)}>Keep it</button></>
                : <button type="button" class="btn small" onClick={() => (sure.value = true)}>Forget</button>}
            {fault.value && <span class="small fault" role="alert">{fault.value}</span>}
        </div>
    );
}

function DeviceCard({ device, changed, whole }: { device: Device; changed: () => void; whole?: boolean }) {
    const [outcome, word] = STATES[device.state] ?? STATES.unknown;
    const about = [device.name ? device.ip : null, device.family === 'unknown' ? null : device.family, device.os_version ? `iOS ${device.os_version}, as its apps say` : null, device.last_seen ? `last seen ${ago(device.last_seen, now.value)}` : 'no connection yet'].filter(Boolean);
    const title = <Wire text={device_title(device)} most={60} />;
    return (
        <section class="card dev" aria-labelledby={device.id}>
            <div class="top"><span class="glyph"><Icon name="phone" /></span>
                <div class="fill"><div class="row"><h2 id={device.id}>{whole ? title : <a class="plain" href={`/devices/${encodeURIComponent(device.id)}`}>{title}</a>}</h2>
                    <Pill outcome={outcome} word={word} />{device.clock.state === 'wrong' && <Pill outcome="warning" word="Clock wrong" />}</div>
                <p class="small dim"><Wire text={about.join(' · ')} /></p></div>
                <Controls device={device} done={changed} /></div>
            <p><Say text={device.sentence} /></p>
            <Checks checks={device.checks} />
            {device.next && <div class={`note ${device.state === 'refusing' ? 'bad' : 'warn'}`}><b>Next, on the phone:</b> <Say text={device.next} /></div>}
            {(whole || device.apps.length > 0 || device.pins.length > 0) && <Sides device={device} />}
        </section>
    );
}

// Devices change while they are looked at: a step that is done turns its card green by itself.
function useRefresh(again: () => void) {
    useEffect(() => {
        let due = 0;
        const stop = hear(() => {
            due ||= window.setTimeout(() => {
                due = 0;
                again();
            }, REFRESH_MS);
        });
        return () => {
            stop();
            clearTimeout(due);
        };
    }, []);
}

function Hosts({ hosts }: { hosts: NonNullable<Device['hosts']> }) {
    return (
        <section class="card flush scrollx"><table><caption class="sr">Hosts that this device asked for</caption><thead><tr><th>Host</th><th>App</th><th class="right">Accepted us</th><th class="right">Refused us</th><th>How it refused</th><th>Last</th></tr></thead>
            <tbody>{hosts.map((one, i) => (
                <tr key={i}><td><a href={`/?q=${encodeURIComponent(`~d ${one.host}`)}`}><Wire text={one.host} most={60} /></a></td><td><Wire text={one.app} most={40} /></td><td class="right">{count(one.accepted)}</td>
                    <td class="right">{one.refused ? <Out outcome="failing" word={count(one.refused)} /> : 0}</td><td><Wire text={one.way?.replaceAll('-', ' ')} /></td><td class="nowrap">{ago(one.last_at, now.value)}</td></tr>
            ))}</tbody></table></section>
    );
}

function OneDevice({ id }: { id: string }) {
    const { data: device, fault, again } = useLoad<Device>(`/devices/${encodeURIComponent(id)}`);
    useTitle(device ? device_title(device) : 'Devices');
    useRefresh(again);
    if (!device)
        return fault ? <><h1 class="sentence">This device is not known.</h1><FaultNote fault={fault} again={again} /></> : <Bones />;
    return (
        <><nav class="crumbs" aria-label="Where you are"><a href="/devices">Devices</a><span>›</span><span><Wire text={device_title(device)} /></span></nav>
            <div class="head"><h1 class="sentence"><Say text={device.sentence.split('. ')[0]!.replace(/\.?$/, '.')} /></h1></div>
            <div class="stack"><DeviceCard device={device} whole changed={() => go('/devices')} />{device.hosts && device.hosts.length > 0 && <Hosts hosts={device.hosts} />}
                <p><a href={`/?q=${encodeURIComponent(`~dev ${device.id}`)}`}>Its connections</a></p></div></>
    );
}

export function Devices({ id }: { id?: string }) {
    return id ? <OneDevice key={id} id={id} /> : <AllDevices />;
}

function AllDevices() {
    const { data, fault, again } = useLoad<Devices>('/devices');
    useTitle('Devices');
    useRefresh(again);
    if (!data)
        return fault ? <FaultNote fault={fault} again={again} /> : <Bones />;
    const sorted = [...data.devices].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
    return (
        <><div class="head"><div><h1 class="sentence">{heading(data.devices)}</h1><p class="lead">A device is remembered by its address, its apps and the set-up page.</p></div></div>
            {fault && <FaultNote fault={fault} again={again} />}
            <div class="stack">{data.onboarding && <AddPhone onboarding={data.onboarding} />}
                {sorted.map(device => <DeviceCard key={device.id} device={device} changed={again} />)}
                {!sorted.length && <Empty text="A phone appears here as soon as it has opened the set-up page, or made its first connection." />}</div></>
    );
}
