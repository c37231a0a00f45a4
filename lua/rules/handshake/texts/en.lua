local safari = "“Safari Can't Open the Page” (unverified): it can't establish a secure connection to the server"
local again  = "After the change, `whytls explain {target.host}:{target.port}` says that an iPhone accepts it."
local pass   = "Let {target.host} pass unread (by a rule that says `flow:decide \"tunnel\"`) and try again."
local alert  = "the handshake ended with alert {server_leg.alert.number} ({server_leg.alert.name})"
local early  = "that was before the site showed a certificate"
return {
    ["tls-version-too-low"] = {
        title = "The site speaks only old TLS",
        why   = "{target.host} speaks only versions of TLS that an iPhone no longer uses.[ It chose {server_leg.version}.] iOS, browsers and whytls want TLS 1.2 or newer.",
        because = {
            ["server_leg.alert.number"] = alert,
            ["server_leg.alert.from"] = "the {server_leg.alert.from} side of this leg said so",
            ["server_leg.version"] = "the site chose {server_leg.version}",
            ["server_leg.symptom"] = early,
        },
        ios   = { safari = safari, app = "error -1200, stream error -9836 or -9802", grade = "unverified" },
        device_fix = { "Nothing. No setting helps." },
        server_fix = { "Switch TLS 1.2 and 1.3 on, and 1.0 and 1.1 off." },
        next_test = again,
    },
    ["no-shared-cipher"] = {
        title = "The site shares no cipher with its clients",
        why   = "{target.host} found no cipher suite (the set of methods that encrypts a connection) that it shares with its client. It ended the handshake with alert {server_leg.alert.number} ({server_leg.alert.name}) before it showed a certificate.",
        because = { ["server_leg.alert.number"] = alert, ["server_leg.symptom"] = early .. ", so the certificate is not the cause" },
        ios   = { safari = safari, app = "error -1200, stream error -9824", grade = "unverified" },
        device_fix = { "Nothing. No setting helps." },
        server_fix = { "Allow ECDHE suites with AES-GCM or ChaCha20, and the groups X25519 and P-256. With an ECDSA key, allow ECDSA suites." },
        next_test = "Run `nmap --script ssl-enum-ciphers -p {target.port} {target.host}`: it lists what the site offers.",
    },
    ["sni-rejected"] = {
        title = "The site does not know the name",
        why   = "{target.host} refused the name that it was asked for. It ended the handshake with alert {server_leg.alert.number} ({server_leg.alert.name}) before it showed a certificate.",
        because = { ["server_leg.alert.number"] = alert, ["server_leg.symptom"] = early, ["server_leg.alert.from"] = "the site said so" },
        ios   = { safari = safari, app = "error -1200", grade = "unverified" },
        device_fix = { "Check the spelling." },
        server_fix = { "Add the name to the site's configuration, or point its DNS at the server that knows it." },
        next_test = again,
    },
    ["alpn-mismatch"] = {
        title = "The site speaks none of the protocols asked",
        why   = "{target.host} speaks none of the application protocols that it was offered. It ended the handshake with alert {server_leg.alert.number} ({server_leg.alert.name}) before it showed a certificate.",
        because = { ["server_leg.alert.number"] = alert, ["server_leg.symptom"] = early, ["server_leg.alert.from"] = "the site said so" },
        ios   = { safari = safari, app = "error -1200", grade = "unverified" },
        device_fix = { "Nothing. No setting helps." },
        server_fix = { "Let the site accept http/1.1, and not refuse a client for a protocol that it does not know." },
        next_test = again,
    },
    ["plaintext-on-tls-port"] = {
        title = "This port does not speak TLS",
        why   = "Port {target.port} of {target.host} does not speak TLS. It answered our first message with bytes that are no TLS.",
        because = {
            ["server_leg.symptom"] = "its first bytes are no TLS record",
            ["target.port"] = "asked on port {target.port}",
        },
        ios   = { safari = safari, app = "error -1200", grade = "unverified" },
        device_fix = { "Check the port." },
        server_fix = { "Switch TLS on for this port (in nginx: `listen 443 ssl`)." },
        next_test = "Run `curl -i http://{target.host}:{target.port}/`. If it answers, the port speaks plain HTTP.",
    },
    ["server-abort-silent"] = {
        title = "The site closes without a word",
        why   = "{target.host} took our first message and closed the connection, without an alert. The wire does not say why.",
        because = {
            ["server_leg.symptom"] = "it closed before the handshake was done ({server_leg.symptom})",
            ["server_leg.ended"] = "it closed in an orderly way ({server_leg.ended}), and without an alert",
        },
        ios   = { safari = "“Safari Can't Open the Page” (unverified): the network connection was lost", app = "error -1005 or -1200", grade = "unverified" },
        device_fix = { "Nothing." },
        server_fix = { "Look into the log of the service: no certificate for this name, all workers busy, or a filter." },
        next_test = "Run `openssl s_client -connect {target.host}:{target.port}` from another network. If it answers there, a box on the way closes it.",
    },
    ["handshake-stall-mtu"] = {
        title = "The site never answers the handshake",
        why   = "{target.host} accepts the connection and never answers our first message. Large packets that get lost on the way look like this; so does a service that hangs.",
        because = {
            ["server_leg.symptom"] = "the connection stood, and no byte came before the deadline",
            ["server_leg.ended"] = "we gave up ({server_leg.ended})",
        },
        ios   = { safari = "“Safari Can't Open the Page” (unverified): the server is not responding", app = "error -1001, timed out", grade = "unverified" },
        device_fix = { "Try another network, without VPN." },
        server_fix = { "Lower the MTU or MSS (the size of packets) on the tunnel in between, and let ICMP “fragmentation needed” through." },
        next_test = "Run `openssl s_client -connect {target.host}:{target.port} -groups X25519`, whose first message is small. If it answers, size is the reason; if not, the service hangs.",
    },
}
