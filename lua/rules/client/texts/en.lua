local english = require "whytls.english"
return {
    ["client-version-too-low"] = {
        title = "The client speaks only old TLS",
        why   = "This client ({client.app.name}) offers only versions of TLS that are too old. The newest that it offers is {client_leg.hello.max_version}. whytls and the sites of today want TLS 1.2 or newer.",
        because = {
            ["client_leg.hello.max_version"] = "it offers {client_leg.hello.max_version} at most",
            ["client_leg.symptom"] = "the handshake ended before any certificate ({client_leg.symptom})",
            ["client_leg.alert.number"] = "it ended with alert {client_leg.alert.number} ({client_leg.alert.name})",
            ["client_leg.alert.from"] = "we ended it: no version was in common",
        },
        ios   = { app = "error -1200. In an app of your own, look for a limit of the TLS version in its code", grade = "unverified" },
        device_fix = { "Update the system, or the app." },
        server_fix = { "Nothing. Do not switch old versions on for it." },
        next_test = "Open the same site with Safari on this device. If it works, the app sets the limit; if not, the system does.",
    },
    ["client-no-shared-cipher"] = {
        title = "The client offers nothing that we speak",
        why   = "This client ({client.app.name}) offers no cipher suite (the set of methods that encrypts a connection), group or signature that whytls speaks.",
        because = {
            ["client_leg.hello.ciphers"] = "it offers {client_leg.hello.ciphers}",
            ["client_leg.symptom"] = "the handshake ended before any certificate ({client_leg.symptom})",
        },
        ios   = { app = "error -1200", grade = "unverified" },
        device_fix = { "Update the system, or the app." },
        next_test = "Let " .. english.pass_unread .. ". If it works then, the site speaks what whytls does not.",
    },
    ["alpn-downstream-mismatch"] = {
        title = "The client speaks HTTP/2 only",
        why   = "This client ({client.app.name}) speaks HTTP/2 only for {target.host}, and was not offered it: whytls offers what the site chose, and that is not HTTP/2. So the client left; that says nothing about its trust.",
        because = {
            ["client_leg.hello.alpn"] = "it offers {client_leg.hello.alpn}, and not http/1.1",
            ["client_leg.symptom"] = "it left once it saw what was chosen ({client_leg.symptom})",
        },
        ios   = { app = "the app's own error", grade = "unverified" },
        device_fix = { "Nothing." },
        server_fix = { "Switch HTTP/2 on at {target.host} (in nginx: `http2` in `listen`)." },
        next_test = "Run `curl --http2 -v https://{target.host}:{target.port}/`, and look for “ALPN: server accepted h2”. If it is not there, the site does not speak it.",
    },
    ["client-abort-no-alert"] = {
        title = "The app gave this connection up",
        why   = "The app ({client.app.name}) closed its connection to {target.host} in the middle of the handshake, without an alert. It accepted us here before, last on {history.host.last_accepted}, so this is hardly a refusal: apps open several connections and drop the slower ones.",
        because = {
            ["client_leg.symptom"] = "it closed without a word ({client_leg.symptom})",
            ["history.host.last_accepted"] = "the same app accepted us here, last on {history.host.last_accepted}",
        },
        ios = { app = "nothing, as a rule", grade = "observed" },
        device_fix = { "Nothing." },
        next_test = "Use the app at this host again. Three of these in a row, and none that is used, would speak for pinning.",
    },
    ["user-cancelled"] = {
        title = "Somebody left before the page came",
        why   = "The connection to {target.host} ended while it was still being made. The page was closed, the app was put away, or the load was stopped.",
        because = {
            ["client_leg.symptom"] = "it closed in the middle of the handshake ({client_leg.symptom})",
            ["client_leg.alert.number"] = "it said so itself: alert {client_leg.alert.number} ({client_leg.alert.name})",
            ["history.host.last_accepted"] = "the same app accepted us here, last on {history.host.last_accepted}",
        },
        ios = { app = "error -999, cancelled, in its log", grade = "observed" },
        device_fix = { "Nothing." },
        next_test = "Load it again, and wait. If it works, this was the reason.",
    },
    ["network-switch"] = {
        title = "The device fell silent in the middle of a handshake",
        why   = "This device[, {client.device.name},] asked for {target.host}, and then sent nothing more. It accepts us elsewhere. Devices that sleep or change from Wi-Fi to the mobile network do so; this is no fault.",
        because = {
            ["client_leg.symptom"] = "after its ClientHello nothing came ({client_leg.symptom})",
            ["history.device.last_accepted"] = "this device accepts us, last on {history.device.last_accepted}",
        },
        ios = { app = "a short stall; error -1005 in its log", grade = "observed" },
        device_fix = { "Nothing. If it happens while the device lies still, its Wi-Fi signal may be weak." },
        next_test = "Look whether the device comes back, with the same address or a new one.",
    },
    ["sni-missing"] = {
        title = "The client sent no server name",
        why   = "This client ({client.app.name}) asked for {target.host} and did not say so in TLS. The site could not know which certificate to show, and showed one for {server_leg.chain.leaf.names}.",
        because = {
            ["client_leg.sni"] = "its ClientHello names no server",
            ["target.host"] = "it wanted {target.host}",
            ["server_leg.chain.leaf.names"] = "the certificate is for {server_leg.chain.leaf.names}",
        },
        ios   = { safari = "nothing: it always sends one", app = "error -1202, in an app with TLS of its own", grade = "unverified" },
        device_fix = { "Update the app. Where it is your own, set the server name (SNI) in its TLS library." },
        server_fix = { "Let the certificate of the site be the one that is shown without a name." },
        next_test = "Run `openssl s_client -connect {target.host}:{target.port} -noservername`, then the same with `-servername {target.host}`. If only the second shows the right certificate, this is it.",
    },
    ["ech-in-use"] = {
        title = "The client hides the name of the site",
        why   = "This client ({client.app.name}) encrypts the name of the site (ECH, RFC 9849); what stands outside is {client_leg.front}. whytls cannot read the name inside, nor can it answer as that front would.",
        because = {
            ["client_leg.front"] = "the name outside is {client_leg.front}",
            ["client_leg.hello.ech"] = "its ECH looks {client_leg.hello.ech}: a dummy has other lengths",
        },
        ios   = { safari = "the site, or a retry without ECH", app = "the same", grade = "unverified" },
        device_fix = { "Nothing. A client behind a proxy has no way to learn the keys for ECH, unless a resolver of its own tells." },
        server_fix = { "Nothing on the site. On your network: take the parameter `ech` out of the HTTPS records that your resolver gives." },
        next_test = "Run `dig {target.host} HTTPS`. If the answer has `ech=`, that is where the client has it from.",
    },
}
