local english = require "whytls.english"
local pass    = "Let " .. english.pass_unread .. " and try again."
local asked   = "the site asked for a client certificate"
local give    = "Give whytls an identity that the site takes: `whytls run --identity FILE={target.host}`."
local through = "If the phone has an identity for this site, let the host pass unread. A proxy cannot show an identity that stays in the phone."
return {
    ["mtls-required"] = {
        title = "The server asks the client for a certificate",
        why   = "{target.host} wants proof from the client as well, and whytls has none to show. It asked for a client certificate, got none, and ended the connection.",
        because = {
            ["server_leg.wants_client_certificate"] = asked,
            ["server_leg.alert.number"] = "it then ended with alert {server_leg.alert.number} ({server_leg.alert.name})",
            ["server_leg.symptom"] = "it then closed ({server_leg.symptom})",
            ["server_leg.certificate_request.answer"] = "the identity that whytls was given for it is none that it takes ({server_leg.certificate_request.answer})",
            ["server_leg.certificate_request.accepts"] = "it takes certificates of {server_leg.certificate_request.accepts}",
        },
        ios   = { safari = "it asks for an identity, or shows the error (unverified)", app = "error -1206, “The server “{target.host}” requires a client certificate.”", grade = "observed" },
        device_fix = { through, give },
        server_fix = { "Name the accepted CAs in the request, and answer without a certificate with a page that says what is missing." },
        next_test = pass .. " If it works, the identity is on the phone. If not, it is missing there too.",
    },
    ["mtls-rejected"] = {
        title = "The server refuses the client certificate",
        why   = "{target.host} asked for a client certificate, got one[ ({server_leg.certificate_request.certificate.subject.text})], and refused it.",
        because = {
            ["server_leg.certificate_request.answer"] = "the site asked for a client certificate, and one was sent",
            ["server_leg.alert.number"] = "it then ended with alert {server_leg.alert.number} ({server_leg.alert.name})",
            ["server_leg.symptom"] = "it then closed ({server_leg.symptom})",
            ["server_leg.certificate_request.certificate.not_after"] = "that certificate ended on {server_leg.certificate_request.certificate.not_after}",
            ["mtls.status"] = "it then answered with status {mtls.status}",
        },
        ios   = { safari = english.cannot_open, app = "error -1205, “The server “{target.host}” did not accept the certificate.”", grade = "observed" },
        device_fix = { "Renew the identity, or choose the right one: it must be in date, for client authentication, and by a CA that the server takes." },
        server_fix = { "Look into the server's log for the reason. Check its list of client CAs, and whether the certificate was revoked." },
        next_test = "Run `openssl s_client -connect {target.host}:{target.port} -cert FILE -key FILE`. If it is refused there too, the certificate is the reason.",
    },
    ["mtls-403"] = {
        title = "The server may miss a client certificate",
        why   = "{target.host} would have liked a client certificate, got none, and then refused the request. A missing right of the user looks the same.",
        because = {
            ["server_leg.wants_client_certificate"] = "the site asked for a client certificate, and we sent none",
            ["server_leg.wants_renegotiation"] = "the site wanted to shake hands anew, as servers do that ask for a certificate late",
            ["mtls.status"] = "it then answered with status {mtls.status}",
            ["mtls.later_status"] = "it then answered with status {mtls.later_status}",
        },
        ios   = { safari = "the page that the site sent", app = "error -1206 can follow a 403 as well", grade = "observed" },
        device_fix = { through, give },
        server_fix = { "Answer without a certificate with a page that says what is missing." },
        next_test = pass .. " If it works, the missing certificate was the reason.",
        variants = {
            unseen = {
                title = "The server asks for a client certificate, and goes on without",
                why   = "{target.host} would like a client certificate, and finished the handshake without one. It may still refuse requests, which are not made here.",
                next_test = "Open {target.host} through `whytls run`. A status of 400, 403 or 496 is about the certificate; a page means that none is needed.",
            },
        },
    },
    ["mtls-through-proxy"] = {
        title = "The phone's own certificate cannot pass through a proxy",
        why   = "{target.host} wants a client certificate. The phone has one, and its key never leaves the phone. So nobody in between can show it, whytls no more than another proxy.",
        because = {
            ["server_leg.wants_client_certificate"] = "the site asked for a client certificate, and we sent none",
            ["history.host.tunnel_worked"] = "the host works when it passes unread, last on {history.host.tunnel_worked}",
            ["client_leg.certificate_request.answer"] = "the phone showed us a certificate when we asked",
        },
        ios   = { safari = "it works without the proxy only", app = "it works without the proxy only", grade = "observed" },
        device_fix = { "Let " .. english.pass_unread .. ".", give },
        server_fix = { "Nothing." },
        next_test = pass .. " If it works then, this was the reason.",
    },
    ["identity-not-for-app"] = {
        title = "The app cannot see the phone's certificate",
        why   = "{client.app.name} was asked for a client certificate and showed none, although another program on this device showed one before. Apps do not see identities that a profile installed.",
        because = {
            ["client_leg.certificate_request.answer"] = "asked for a certificate, the app showed none",
            ["client.app.name"] = "it is the app {client.app.name}; something else on this device showed one before",
        },
        ios   = { safari = "it works in Safari", app = "error -1206, the app alone", grade = "Apple document" },
        device_fix = { "Import the identity inside the app, where it offers that. Or have device management give it to the app." },
        server_fix = { "Nothing." },
        next_test = "Open https://{target.host}/ in Safari on this device. If Safari shows the certificate, the app is the reason.",
    },
}
