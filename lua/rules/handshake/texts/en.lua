local again = "Run `whytls explain {target.host}:{target.port}` again after the change."
return {
    ["tls-version-too-low"] = {
        title = "The site speaks only old TLS",
        why   = "{target.host} speaks only TLS versions that are too old. [It chose {server_leg.version}. ]iOS, browsers and this proxy want TLS 1.2 or newer.",
        because = {
            ["server_leg.alert.number"] = "the handshake ended with alert {server_leg.alert.number} ({server_leg.alert.name})",
            ["server_leg.version"] = "the site chose {server_leg.version}",
            ["server_leg.symptom"] = "before the site showed a certificate",
        },
        ios   = { safari = "Safari can't establish a secure connection to the server.", app = "-1200, stream error -9836 or -9802", grade = "unverified" },
        server_fix = { "Switch TLS 1.2 and 1.3 on, and 1.0 and 1.1 off." },
        next_test = again,
    },
    ["no-shared-cipher"] = {
        title = "The site shares no cipher with its clients",
        why   = "{target.host} and its clients share no cipher suite. The site ended the handshake with alert {server_leg.alert.number} ({server_leg.alert.name}) before it showed a certificate.",
        because = {
            ["server_leg.alert.number"] = "alert {server_leg.alert.number} ({server_leg.alert.name})",
            ["server_leg.symptom"] = "before any ServerHello, so the certificate is not the cause",
        },
        ios   = { safari = "Safari can't establish a secure connection to the server.", app = "-1200, stream error -9824", grade = "unverified" },
        server_fix = { "Allow ECDHE suites with AES-GCM or ChaCha20; with an ECDSA key, allow ECDSA suites." },
        next_test = "Run `nmap --script ssl-enum-ciphers -p {target.port} {target.host}` to see what it offers.",
    },
    ["plaintext-on-tls-port"] = {
        title = "This port does not speak TLS",
        why   = "Port {target.port} of {target.host} does not speak TLS. It answered the ClientHello with bytes that are no TLS.",
        because = {
            ["server_leg.symptom"] = "its first bytes are no TLS record",
            ["target.port"] = "asked on port {target.port}",
        },
        ios   = { safari = "Safari can't establish a secure connection to the server.", app = "-1200", grade = "unverified" },
        device_fix = { "Check the port; with http:// instead of https:// it may work, unencrypted." },
        server_fix = { "Switch TLS on for this port (in nginx: `listen 443 ssl`)." },
        next_test = "Open http://{target.host}:{target.port}/ with curl.",
    },
    ["server-abort-silent"] = {
        title = "The site closes without a word",
        why   = "{target.host} closes without a word. It took our ClientHello and closed the connection, with no alert.",
        because = {
            ["server_leg.symptom"] = "it closed ({server_leg.symptom})",
            ["server_leg.ended"] = "with {server_leg.ended} and without an alert",
        },
        ios   = { safari = "Safari can't open the page because the network connection was lost.", app = "-1005 or -1200", grade = "unverified" },
        server_fix = { "Look into the log of the service: no certificate for this name, a full worker pool, or a filter are usual." },
        next_test = "Try from another network, and with `openssl s_client -connect {target.host}:{target.port}`.",
    },
    ["handshake-stall-mtu"] = {
        title = "The site never answers the handshake",
        why   = "{target.host} takes the ClientHello and never answers. TCP works, TLS stands still. Large packets that get lost on the way are the usual reason; a hung service the other.",
        because = {
            ["server_leg.symptom"] = "no byte came before the deadline",
            ["server_leg.ended"] = "we gave up ({server_leg.ended})",
        },
        ios   = { safari = "Safari can't open the page because the server is not responding.", app = "-1001 (timed out)", grade = "unverified" },
        device_fix = { "Try another network; without VPN." },
        server_fix = { "Lower the MTU or MSS on the tunnel in between, and let ICMP “fragmentation needed” through." },
        next_test = "Compare with `openssl s_client -connect {target.host}:{target.port} -groups X25519`, whose ClientHello is small.",
    },
    ["mtls-required"] = {
        title = "The site wants a client certificate",
        why   = "{target.host} wants a client certificate. It asked for one and ended the connection without it. The proxy has none to show.",
        because = {
            ["server_leg.wants_client_certificate"] = "the site sent a CertificateRequest",
            ["server_leg.alert.number"] = "it then ended with alert {server_leg.alert.number} ({server_leg.alert.name})",
            ["server_leg.symptom"] = "it then closed ({server_leg.symptom})",
        },
        ios   = { safari = "The Website Requires a Client Certificate", app = "-1206 (client certificate required)", grade = "Apple document" },
        device_fix = { "Install the client certificate that the owner of the site gave you (a .p12, or by MDM)." },
        server_fix = { "If the certificate should be optional: `ssl_verify_client optional` or its like." },
        next_test = "Let {target.host} pass unread, so that the phone's own certificate reaches it.",
    },
}
