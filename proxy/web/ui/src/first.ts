// first.ts - the answers that the page brought along, by the path that they would be asked at, each good for one asking. The
// first view is painted before any second request; what would have taken long, or was long, is asked for then.

let answers: Record<string, unknown> | null = null;

export function bring<T>(path: string): T | null {
    answers ??= JSON.parse(document.getElementById('first')?.textContent || '{}') as Record<string, unknown>;
    const answer = (answers[path] ?? null) as T | null;
    delete answers[path];
    return answer;
}

// What the first view did not want would be old by the time that another does.
export function bring_no_more() {
    answers = {};
}
