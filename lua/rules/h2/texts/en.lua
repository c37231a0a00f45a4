local english = require "whytls.english"
local safari = english.cannot_open .. ": the network connection was lost"
local why    = { client = "it was: {client_leg.h2.why}", server = "it was: {server_leg.h2.why}" }
local off    = "Until it is mended, switch HTTP/2 off at the site (in nginx: leave `http2` out of `listen`). Clients then speak HTTP/1.1."
local because = {
    ["server_leg.h2.fault"] = "HTTP/2 between whytls and the site went wrong ({server_leg.h2.fault})",
    ["server_leg.h2.code"]  = "the code is {server_leg.h2.code} (RFC 9113 §7)",
    ["server_leg.h2.why"]   = why.server,
    ["client_leg.h2.fault"] = "HTTP/2 between the client and whytls went wrong ({client_leg.h2.fault})",
    ["client_leg.h2.code"]  = "the code is {client_leg.h2.code} (RFC 9113 §7)",
    ["client_leg.h2.why"]   = why.client,
}
local without = "Let " .. english.pass_unread .. ". If it fails then as well, whytls has no part in it."
return {
    ["h2-protocol-error"] = {
        title = "The site broke a rule of HTTP/2",
        why   = "{target.host} agreed to speak HTTP/2, and then did not keep to its rules[: {server_leg.h2.why}]. So the connection ended, with everything on it.",
        because = because,
        ios   = { safari = safari, app = "error -1005 or -1017", grade = "unverified" },
        device_fix = { "Load it again. Nothing on the device helps for good." },
        server_fix = { "Update the server, and whatever stands before it (load balancer, CDN, firewall).", off },
        next_test = "Run `curl --http2 -v https://{target.host}:{target.port}/`, then the same with `--http1.1`. If only the second works, this was it.",
        variants = {
            ["site-stream"] = {
                title = "The site sent a response that HTTP/2 does not allow",
                why   = "{target.host} sent a response that HTTP/2 does not allow[: {server_leg.h2.why}]. That response was dropped; others on the same connection go on.",
                server_fix = { "Take out of the response what belongs to HTTP/1.1 only (`Connection`, `Keep-Alive`, `Transfer-Encoding`, `Upgrade`: RFC 9113 §8.2.2), and send names in small letters.", off },
            },
            ["site-accuses"] = {
                title = "The site ended HTTP/2 with an error",
                why   = "{target.host} ended the connection with GOAWAY {server_leg.h2.code}[ and says: {server_leg.h2.why}]. By its account the client, or whytls, broke a rule.",
                server_fix = { "Look into the server's log at this time. ENHANCE_YOUR_CALM means that a limit of it was passed: pings, resets, streams.", off },
                next_test = without,
            },
            ["client"] = {
                title = "The client broke a rule of HTTP/2",
                why   = "This client ({client.app.name}) agreed to speak HTTP/2, and then sent something that HTTP/2 does not allow[: {client_leg.h2.why}]. So the connection ended, with everything on it.",
                device_fix = { "Update the app. In an app of your own, update the HTTP library." },
                server_fix = { "Nothing." },
                next_test = "Open {target.host} with Safari on this device. If that works, the app is at fault.",
            },
            ["client-stream"] = {
                title = "The client sent a request that HTTP/2 does not allow",
                why   = "This client ({client.app.name}) sent a request that HTTP/2 does not allow[: {client_leg.h2.why}]. That request was refused; others on the same connection go on.",
                device_fix = { "In an app of your own, take out what belongs to HTTP/1.1 only (`Connection`, `Transfer-Encoding`, `Upgrade`: RFC 9113 §8.2.2)." },
                server_fix = { "Nothing." },
                next_test = "Open {target.host} with Safari on this device. If that works, the app is at fault.",
            },
            ["client-accuses"] = {
                title = "The client ended HTTP/2 with an error",
                why   = "This client ({client.app.name}) ended the connection with GOAWAY {client_leg.h2.code}[ and says: {client_leg.h2.why}]. By its account the site, or whytls, broke a rule.",
                device_fix = { "Load it again." },
                server_fix = { off },
                next_test = without,
            },
        },
    },
    ["misdirected-421"] = {
        title = "The request went to a server that does not serve this name",
        why   = "{target.host} answered a request with status 421 (“Misdirected Request”, RFC 9110 §15.5.20): {h2.misdirected}. Browsers reuse a connection of HTTP/2 for every name that its certificate covers, and this server does not serve them all.",
        because = {
            ["h2.misdirected"] = "{h2.misdirected} was answered with 421",
            ["server_leg.alpn"] = "the connection speaks {server_leg.alpn}, so requests for several names may share it",
            ["client_leg.misdirected"] = "the request was for {client_leg.misdirected}",
            ["target.host"] = "the connection was made for {target.host}",
        },
        ios   = { safari = "nothing as a rule: it asks again on a new connection", app = "an answer with status 421, once", grade = "unverified" },
        device_fix = { "Load it again." },
        server_fix = { "Do not share one certificate among servers that serve different names, or let each of them serve all names of it." },
        next_test = "Run `curl --http2 -v https://{target.host}:{target.port}/` for the name alone. If that works, only the shared connection is at fault.",
        variants = {
            ["ours"] = {
                title = "The client asked for one site on the connection of another",
                why   = "The connection was made for {target.host}, our leaf names only that, and the client asked for {client_leg.misdirected} on it. whytls answered 421 (“Misdirected Request”), so that nothing goes to the wrong site.",
                device_fix = { "Nothing, if the app asks again by itself. An app that names one host in TLS and another in HTTP (domain fronting) cannot be read." },
                server_fix = { "Nothing." },
                next_test = "Let " .. english.pass_unread .. ". If it works then, this was it.",
            },
        },
    },
}
