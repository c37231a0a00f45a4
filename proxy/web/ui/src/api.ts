// api.ts - what the proxy answers, and how it is asked. Paths and shapes are those of /api/v1.
import { signal } from '@preact/signals';

export type Outcome = 'fine' | 'failing' | 'warning' | 'expected' | 'unread' | 'mirrored';
export type Sure = 'certain' | 'likely' | 'possible';
export type Leg = 'server' | 'client' | 'identity';

export interface Row {
    seq: number;
    id: string;
    at: string;
    ms: number;
    outcome: Outcome;
    sure: Sure | null;
    host: string | null;
    port: number;
    device: string;
    device_name: string | null;
    client: string;
    app: string;
    cause: string | null;
    title: string | null;
    leg: Leg | null;
    exchanges: number;
    status: number | null;
    bytes: number;
}

export interface Flows {
    flows: Row[];
    complete: boolean;
    looked_to: number;
    total: number | null;
    total_exact: boolean;
}

export interface Evidence {
    fact: string;
    value: string;
    weight: number;
    says?: string | null;
}

export interface Diagnosis {
    cause: string;
    leg: Leg;
    confidence: Sure;
    title: string;
    why?: string | null;
    evidence: Evidence[];
    against: Evidence[];
    ios: { safari?: string | null; app?: string | null; text?: string | null; grade?: string | null };
    device_fix: string[];
    server_fix: string[];
    next_test?: string | null;
    by: string[];
}

export interface Check {
    check: string;
    cert: number;
    osstatus: number;
    detail?: string | null;
}

export interface Verdict {
    verdict: string;
    anchors_are: string;
    class: string | null;
    text: string | null;
    osstatus: number | null;
    osstatus_name: string | null;
    nsurlerror: number | null;
    overridable: boolean;
    checks: Check[];
    path: string[];
    openssl: { accept: boolean; code: number; depth: number };
}

export interface Alert {
    from: string;
    number: number;
    name: string;
    phase: string;
}

export interface LegRecord {
    sni?: string | null;
    version?: string | null;
    cipher?: string | null;
    group?: string | null;
    alpn?: string | null;
    resumed?: boolean | null;
    alert?: Alert | null;
    ended?: string | null;
    bytes_in?: number;
    bytes_out?: number;
    address?: string | null;
    chain?: string[];
    verdict?: Verdict | null;
    trusted_by?: string | null;
    finished?: boolean;
    symptom?: string | null;
    leaf?: string | null;
    certificates?: Certificate[];
}

export interface Note {
    code: string;
    severity: 'info' | 'low' | 'medium' | 'high';
    text: string;
    by: string;
}

export interface FlowRecord {
    id: string;
    at: string;
    ms: number;
    entry: string;
    client: { ip: string; app: string; device: string; device_name?: string | null; agent?: string | null };
    target: { host: string | null; port: number };
    decision: { action: string; by: string; answer?: string | null; fault?: string | null };
    client_leg: LegRecord | null;
    server_leg: LegRecord | null;
    identity?: Identity | null;
    certificates?: Certificate[];
    failed_leg?: Leg | null;
    diagnosis: Diagnosis[];
    notes: Note[];
    facts: Record<string, unknown>;
    exchanges: { method: string; url: string; status: number | null; ms: number }[];
    timeline: { at_ms: number; moment: string }[];
}

export interface Identity {
    kind: string;
    result: string;
    verdict?: Verdict | null;
    conditions?: { name: string; holds: boolean; says: string; grade: string }[];
}

export interface Certificate {
    sha256: string;
    subject: string;
    issuer: string;
    names: string[];
    not_before: string;
    not_after: string;
    is_ca?: boolean;
    key: string;
    pem?: string;
    source?: string;
}

export interface Body {
    text?: string;
    base64?: string;
    type?: string | null;
    size: number;
    cut: boolean;
}

export interface Head {
    headers: [string, string][];
    body: Body | null;
}

export interface Exchange {
    n: number;
    method: string;
    url: string;
    status: number | null;
    ms: number;
    request: Head | null;
    response: Head | null;
}

export interface Flow {
    row: Row;
    record: FlowRecord;
    certificates: Certificate[];
    exchanges: Exchange[];
}

export interface Story {
    key: string;
    cause: string;
    title: string;
    sure: Sure;
    leg: Leg;
    host: string | null;
    device: string | null;
    device_name: string | null;
    n: number;
    first_at: string;
    last_at: string;
    last_id: string;
    next: string | null;
}

export interface Health {
    state: 'fine' | 'warning' | 'failing';
    lines: { name: string; state: 'fine' | 'warning' | 'failing'; says: string }[];
    version: string;
    since: string;
}

// An answer that is not the one that was asked for. Status 0: no answer at all.
export class ApiFault extends Error {
    constructor(readonly status: number, text: string, readonly column?: number, readonly incomplete?: boolean) {
        super(text);
    }
}

// False: the proxy wants the token of its start line first.
export const admitted = signal(true);

const BASE = '/api/v1';

export function query(fields: Record<string, string | number | null | undefined>): string {
    const pairs = Object.entries(fields).filter(([, value]) => value !== '' && value !== null && value !== undefined);
    return pairs.length ? '?' + new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])) : '';
}

async function ask(method: string, path: string, body?: unknown, stop?: AbortSignal): Promise<Response> {
    const raw = body instanceof Blob || typeof body === 'string';
    let answer: Response;
    try {
        answer = await fetch(BASE + path, {
            method, signal: stop, credentials: 'same-origin',
            headers: body === undefined || raw ? {} : { 'Content-Type': 'application/json' },
            body: body === undefined ? undefined : raw ? (body as BodyInit) : JSON.stringify(body),
        });
    } catch (fault) {
        if ((fault as Error).name === 'AbortError')
            throw fault;
        throw new ApiFault(0, 'the proxy does not answer');
    }
    if (answer.ok)
        return answer;
    if (answer.status === 401)
        admitted.value = false;
    const said = (await answer.json().catch(() => null)) as { error?: { text?: string; column?: number; incomplete?: boolean } } | null;
    const error = said?.error;
    throw new ApiFault(answer.status, error?.text ?? `the proxy answered ${answer.status}`, error?.column, error?.incomplete);
}

export async function get<T>(path: string, stop?: AbortSignal): Promise<T> {
    return (await ask('GET', path, undefined, stop)).json();
}

export async function get_text(path: string): Promise<string> {
    return (await ask('GET', path)).text();
}

// The answer's JSON; of 204 nothing.
export async function send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
    const answer = await ask(method, path, body);
    return answer.status === 204 ? (undefined as T) : answer.json();
}

export function export_path(id: string, as: string): string {
    return `${BASE}/flows/${encodeURIComponent(id)}/export${query({ as })}`;
}

export function export_all_path(as: string, q: string): string {
    return `${BASE}/export${query({ as, q })}`;
}
