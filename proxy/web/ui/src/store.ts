// store.ts - what this browser remembers: the theme, and whether single keys act. It may refuse to remember.

export function recall(key: string): string | null {
    try {
        return localStorage.getItem('whytls.' + key);
    } catch {
        return null;
    }
}

export function remember(key: string, value: string | null) {
    try {
        if (value === null)
            localStorage.removeItem('whytls.' + key);
        else
            localStorage.setItem('whytls.' + key, value);
    } catch {
        // a browser that keeps nothing starts each time as the first time
    }
}
