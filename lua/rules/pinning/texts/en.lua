return {
    ["apple-pinned-service"] = {
        title = "Apple services refuse any proxy",
        why   = "{target.host} is an Apple service that refuses every interceptor. iOS itself pins it ({target.apple_pinned}). No root that a person installs can change this.",
        ios = { safari = nil, app = "The service fails without a word.", grade = "Apple source" },
        device_fix = { "Nothing: this is expected." },
        server_fix = { "Leave it in pass-through, which is the default." },
        next_test = "Switch the setting pinning/apple.tunnel back on and try again.",
    },
    ["app-pinning"] = {
        title = "The app accepts only its own key",
        why   = "The app ({client.app.name}) seems to accept only its own certificate for {target.host}. It refuses us here[, while it accepts us at {history.app.hosts_accepted} other hosts].",
        because = {
            ["history.app.hosts_accepted"] = "the same app accepts us at {history.app.hosts_accepted} other hosts",
            ["history.device.hosts_accepted"] = "this phone accepts us at {history.device.hosts_accepted} other hosts",
            ["history.host.streak"] = "refused {history.host.streak} times in a row",
            ["history.browser.accepted"] = "the browser on the same phone opens this host through us",
            ["history.host.tunnel_worked"] = "it works when passed through unread",
            ["client_leg.symptom"] = "it saw our certificate and ended the connection ({client_leg.symptom})",
        },
        against = {
            ["history.host.accepted"] = "the same app accepted us here {history.host.accepted} times today",
            ["history.device.hosts_refused"] = "this phone accepts us nowhere: the root is the better guess",
            ["history.browser.refused"] = "the browser is refused here too",
            ["client.app.is_browser"] = "browsers do not pin",
            ["client_leg.symptom"] = "an unused connection is often just a spare one",
        },
        ios = { safari = "Opens the host without complaint.", app = "The app says it is offline. In its log: -999, -1200 or -1202.", grade = "observed" },
        device_fix = { "Nothing on the phone." },
        server_fix = {
            "To go on testing: pass {target.host} through unread.",
            "If the app is yours: let debug builds trust a test CA (NSPinnedDomains only in release builds).",
        },
        next_test = "Set {target.host} to pass-through and use the app again. If it works then, it pins.",
    },
    ["app-own-trust-store"] = {
        title = "The app brings its own authorities",
        why   = "The app ({client.app.name}) brings its own list of authorities. Every host of this app refuses us, other apps do not, and its TLS is not Apple's.",
        ios = { safari = "Works.", app = "Its own error text.", grade = "unverified" },
        server_fix = { "If the app is yours: let debug builds trust the roots of the system." },
        next_test = "Open one of its hosts in Safari: it will work there.",
    },
    ["preconnect-unused"] = {
        title = "A spare connection, never used",
        why   = "A spare connection to {target.host} was never used. Apps open several connections and drop the losers; others to this host carried data.",
        ios = { grade = "observed" },
        next_test = "None needed.",
    },
}
