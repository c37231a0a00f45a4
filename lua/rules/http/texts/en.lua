local repeated = "Do the same in the app again. The record of that connection tells whether it is mended."
return {
    ["rate-limited"] = {
        title = "The site is asked too often",
        why   = "{target.host} answered with status {http.status}: too many requests came from this address or this account.[ It wants to be left alone for {http.retry_after}.] TLS is in order.",
        because = {
            ["http.status"] = "it answered with status {http.status} (RFC 6585 §4)",
            ["http.retry_after"] = "it named a time to wait: {http.retry_after}",
        },
        ios   = { safari = "the site's own page", app = "the app's own error, now and then", grade = "unverified" },
        device_fix = { "Wait, and try again. All devices behind this proxy or router may count as one." },
        server_fix = { "Raise the limit, or count by account instead of by address. Name the time to wait (Retry-After)." },
        next_test = "Open the site over the mobile network, without the proxy. If it works at once, the limit is on this address.",
    },
    ["early-data-rejected"] = {
        title = "The site answers: too early",
        why   = "{target.host} answered with status 425 (RFC 8470): it took the request for one that was sent before the handshake was done. whytls never sends any so, so that a server in front of the site says it of its own connection. The client has to ask again.",
        because = {
            ["http.status"] = "it answered with status {http.status} (RFC 8470 §5.2)",
            ["server_leg.version"] = "the connection is a whole {server_leg.version} handshake, without early data",
        },
        ios   = { safari = "asks again by itself (unverified)", app = "the app's own error, seldom", grade = "unverified" },
        device_fix = { "Load it again." },
        server_fix = { "Let the server in front of the site ask again itself after a 425, or switch early data (0-RTT) off there. In nginx: `ssl_early_data off`." },
        next_test = repeated,
    },
    ["idle-timeout"] = {
        title = "A quiet connection was cut",
        why   = "The connection to {target.host} worked, was quiet for {server_leg.quiet}, and was then reset. Routers, balancers and servers drop what is quiet for too long; those that say so close it in order instead.",
        because = {
            ["server_leg.quiet"] = "nothing had moved for {server_leg.quiet}",
            ["server_leg.ended"] = "how it ended: {server_leg.ended}",
        },
        ios   = { safari = "nothing: it connects again", app = "error -1005 at the next request; push and mail that come late", grade = "unverified" },
        device_fix = { "Nothing." },
        server_fix = { "Raise the idle time of the balancer or firewall above that of the server, or let the server send keep-alives.", "In an app of your own: ask again once after error -1005." },
        next_test = "Run `openssl s_client -connect {target.host}:{target.port}` and wait without a word. If it is cut after the same time, so is every quiet client.",
    },
    ["truncation-close"] = {
        title = "The connection ended in the middle of a reply",
        why   = "{target.host} announced more than it sent, and the connection ended. The page or the file is incomplete.",
        because = {
            ["server_leg.cut"] = "it ended in the middle of a {server_leg.cut}",
            ["server_leg.ended"] = "how it ended: {server_leg.ended}",
        },
        ios   = { safari = "a page cut short, or “the network connection was lost” (unverified)", app = "error -1005", grade = "unverified" },
        device_fix = { "Load it again." },
        server_fix = { "Look into the log of the site: a worker that died, a time limit of the server in front of it, or a Content-Length that is too large." },
        next_test = "Run `curl -v -o /dev/null https://{target.host}/` a few times. If it says “transfer closed”, the site does so to everybody.",
    },
    ["plain-http-page"] = {
        title = "A secret went out without TLS",
        why   = "The client sent a password or a form to {target.host} in plain HTTP. Anybody on the way can read it. Apps under Apple's rules do not get this far.",
        because = {
            ["cleartext"] = "what went out in the clear: {cleartext}",
            ["target.port"] = "on port {target.port}, without TLS",
        },
        ios   = { safari = "“Not Secure” in the address bar (unverified)", app = "error -1022: App Transport Security refuses plain HTTP", grade = "Apple document" },
        device_fix = { "Enter nothing secret on this page. Change a password that was used there." },
        server_fix = { "Serve the site with TLS, and send who comes without to `https://`." },
        next_test = "Open https://{target.host}/. If that works, the address in use is an old one.",
    },
    ["mixed-content"] = {
        title = "A page with TLS loads parts without",
        why   = "The page {secure_page} came over TLS and loads something of {target.host} in plain HTTP. Browsers leave such parts out, or fetch them by TLS instead.",
        because = {
            ["secure_page"] = "the page that asked for it: {secure_page}",
            ["target.port"] = "asked for on port {target.port}, without TLS",
        },
        ios   = { safari = "the page without those parts (unverified)", app = "error -1022 in a web view", grade = "unverified" },
        device_fix = { "Nothing." },
        server_fix = { "Write `https://` in the page, or send “Content-Security-Policy: upgrade-insecure-requests” with it." },
        next_test = "Look for `http://` in the source of the page.",
    },
    ["hsts-block"] = {
        title = "No way past: the site asked for strictness",
        why   = "{target.host} told browsers to come by TLS alone (HSTS), until {target.hsts}. So a browser offers no way past what is wrong with its certificate now. The fault itself is named beside this.",
        because = {
            ["target.hsts"] = "the site said so before, and it holds until {target.hsts}",
            ["server_leg.verdict.verdict"] = "iOS would refuse its certificate now",
        },
        ios   = { safari = "the page “This Connection Is Not Private” without “visit this website”", app = "nothing of its own", grade = "unverified" },
        device_fix = { "Nothing. Deleting the website data of this site takes the memory away, not the fault." },
        server_fix = { "Mend what is wrong with the certificate. Shorten `max-age` before plans that may fail." },
        next_test = "After the certificate is mended, `whytls explain {target.host}:{target.port}` says that an iPhone accepts it.",
    },
}
