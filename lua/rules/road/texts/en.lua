local english = require "whytls.english"
return {
    ["proxy-auth-required"] = {
        title = "This proxy wants a login",
        why   = "The client did not get past this proxy, which was started with `--proxy-auth`. [It asked for {target.host}.] Its login: {client.login}. A first try without one is how some clients begin; they come back at once with their login.",
        because = { ["client.login"] = "the login to the proxy: {client.login}" },
        ios   = { safari = "asks for the user name and the password of the proxy (unverified)", app = "error -1013, or CFNetwork error 310: many apps cannot ask (unverified)", grade = "unverified" },
        device_fix = { "Settings > Wi-Fi > (i) > Configure Proxy > Manual: switch on Authentication, enter the user name and the password." },
        server_fix = { "Nothing on the site. On the computer that runs whytls: for tests, start it without `--proxy-auth`. It lets in private addresses alone anyway." },
        next_test = "`curl -x http://USER:PASSWORD@PROXY https://example.org/` on a computer in the same network. If that passes, the login on the phone is missing or wrong.",
    },
    ["upstream-proxy-407"] = {
        title = "The proxy beyond this one says no",
        why   = "The proxy {dial.via} did not let whytls through to {target.host}. {dial.via_says}[ It takes these kinds of login: {dial.via_asks}.] The phone and the site have no part in this.",
        because = {
            ["dial.error"] = "the proxy beyond said no: {dial.error}",
            ["dial.via"] = "asked was {dial.via}",
            ["dial.via_status"] = "it answered {dial.via_status}",
            ["dial.via_asks"] = "it takes a login of the kind {dial.via_asks}",
        },
        ios   = { safari = english.cannot_open, app = "error -1005 or -1200; every site is affected alike", grade = "unverified" },
        device_fix = english.no_setting,
        server_fix = { "Nothing on the site. On the computer that runs whytls: put the right login into `--upstream` (only Basic is spoken, and SOCKS5 with a password), or go past that proxy with `--upstream direct={target.host}`." },
        next_test = "`curl -v -x {dial.via} https://{target.host}/` on the computer that runs whytls. If curl is refused as well, it is that proxy's rule.",
    },
    ["upstream-proxy-failed"] = {
        title = "The proxy beyond this one gave no connection",
        why   = "The proxy {dial.via}, through which whytls reaches {target.host}, gave no connection. {dial.via_says} Whether the site is to blame is known to that proxy alone.",
        because = {
            ["dial.error"] = "no connection came about: {dial.error}",
            ["dial.via"] = "asked was {dial.via}",
            ["dial.via_status"] = "it answered {dial.via_status}",
            ["dial.via_asks"] = "it takes a login of the kind {dial.via_asks}",
        },
        ios   = { safari = english.cannot_open, app = "error -1005 or -1200", grade = "unverified" },
        device_fix = english.no_setting,
        server_fix = { "Nothing on the site, as far as can be seen. On the computer that runs whytls: check the address in `--upstream`, and look into the log of that proxy." },
        next_test = "`curl -v -x {dial.via} https://{target.host}/`, then the same without `-x`, both on the computer that runs whytls. If only the second passes, that proxy is the reason.",
    },
}
