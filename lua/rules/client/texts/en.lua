return {
    ["client-version-too-low"] = {
        title = "The client speaks only old TLS",
        why   = "The client ({client.app.name}) offers only TLS versions that are too old. The newest that it offers is {client_leg.hello.max_version}; sites of today want TLS 1.2 or newer, and so does this proxy.",
        because = {
            ["client_leg.hello.max_version"] = "its ClientHello offers {client_leg.hello.max_version} at most",
            ["client_leg.symptom"] = "no version was in common",
        },
        ios   = { app = "-1200; in an app of one's own: look for a minimum or maximum TLS version in its code.", grade = "unverified" },
        device_fix = { "Update the system, or the app." },
        server_fix = { "Nothing: do not switch old versions on for it." },
        next_test = "Look at what else this client offers: client_leg.hello in `whytls flows --json`.",
    },
    ["client-no-shared-cipher"] = {
        title = "The client offers no cipher we speak",
        why   = "The client ({client.app.name}) offers no cipher suite that we speak. Its list has nothing with forward secrecy and AEAD in common with us.",
        because = { ["client_leg.hello.ciphers"] = "it offers {client_leg.hello.ciphers}" },
        ios   = { app = "-1200", grade = "unverified" },
        device_fix = { "Update the system, or the app." },
        next_test = "Let {target.host} pass unread: if it works then, the site speaks what we do not.",
    },
}
