local english = require "whytls.english"
local pass = "let " .. english.pass_unread
return {
    ["apple-pinned-service"] = {
        title = "Apple services refuse any proxy",
        why   = "{target.host} is an Apple service that refuses every proxy, so this is expected. iOS knows its keys ({target.apple_pinned}). No root that a person installs can change this.",
        because = {
            ["target.apple_pinned"] = "Apple's list of services that must not be intercepted names it",
            ["client_leg.symptom"] = "it ended after our certificate, as such services do ({client_leg.symptom})",
            ["history.device.last_accepted"] = "this device accepts us elsewhere",
        },
        ios = { app = "the service does not work, without a message", grade = "Apple document" },
        device_fix = { "Nothing." },
        server_fix = { "Nothing. Let it pass unread, which is the default." },
        next_test = "Switch the setting tunnel of pinning/apple back on. If the service works then, this was the reason.",
    },
    ["app-pinning"] = {
        title = "The app accepts only its own key",
        why   = "This app ({client.app.name}) refuses our certificate for {target.host}, while others are accepted. An app that accepts only its own key for a host (pinning) does so.[ It accepts us at other hosts: {history.app.hosts_accepted}.]",
        because = {
            ["history.app.hosts_accepted"] = "other hosts for which the same app accepted us today: {history.app.hosts_accepted}",
            ["history.app.last_accepted"] = "the same app accepted us elsewhere, last on {history.app.last_accepted}",
            ["history.device.hosts_accepted"] = "hosts for which this device accepted us today: {history.device.hosts_accepted}",
            ["client.device.probe"] = "this device opened our test page, so it trusts our root",
            ["history.host.streak"] = "refusals here in a row: {history.host.streak}",
            ["history.browser.accepted"] = "the browser on the same device opens this host through us",
            ["history.browser.last_accepted"] = "the browser on the same device opened this host through us on {history.browser.last_accepted}",
            ["history.host.tunnel_worked"] = "the app works with this host when it passes unread",
            ["client_leg.symptom"] = "it saw our certificate and ended the connection ({client_leg.symptom})",
        },
        against = {
            ["history.host.accepted"] = "times that the same app accepted us here today: {history.host.accepted}",
            ["history.device.hosts_refused"] = "this device accepted us nowhere today: its trust in our root is the better guess",
            ["history.browser.refused"] = "the browser refuses us here as well",
            ["client.app.is_browser"] = "browsers accept the roots of the device for any host",
            ["client_leg.symptom"] = "a connection that closes unused is often a spare one",
        },
        ios = { safari = "opens the host without complaint", app = "what the app chooses; in its log error -999 (cancelled), -1200 or -1202 (observed)", grade = "observed" },
        device_fix = { "Nothing. The app is built this way." },
        server_fix = {
            "To go on, " .. pass .. ".",
            "If the app is yours, trust a test CA in its debug builds.",
        },
        next_test = "To settle it, " .. pass .. " and use the app again. If it works, the app pins. If it still fails, its pin is out of date.",
        variants = {
            offer = {
                server_fix = {
                    "To go on, start whytls with `--learn on`: then {target.host} passes unread for this app from the next try on, and all else is read as before.",
                    "Or " .. pass .. ".",
                    "If the app is yours, trust a test CA in its debug builds.",
                },
            },
        },
    },
    ["app-own-trust-store"] = {
        title = "The app brings its own authorities",
        why   = "This app ({client.app.name}) accepts us nowhere, while others on the same device do. An app that brings its own list of authorities, and does not ask the device's, does so.",
        because = {
            ["history.app.hosts_refused"] = "hosts for which this app refused us: {history.app.hosts_refused}; accepted: none",
            ["client.app.stack"] = "its TLS is not Apple's ({client.app.stack})",
            ["client_leg.alert.number"] = "it says alert {client_leg.alert.number} ({client_leg.alert.name}): the CA, not the key, is what it does not know",
        },
        against = { ["client.app.stack"] = "its TLS is Apple's, which asks the device's list" },
        ios = { safari = "opens the same hosts without complaint", app = "the app's own error", grade = "unverified" },
        device_fix = { "Nothing, unless the app has a list of authorities that you can add our root to." },
        server_fix = { "If the app is yours, let its debug builds trust the roots of the device." },
        next_test = "Open one of its hosts in the browser of this device. If that works, the app has a list of its own.",
    },
    ["preconnect-unused"] = {
        title = "A spare connection, never used",
        why   = "A connection to {target.host} was opened and never used. Apps open several and drop those that they do not need; others to this host carried data. This is no fault.",
        because = {
            ["client_leg.symptom"] = "the handshake was complete, and no data followed",
            ["history.host.accepted"] = "connections of this app to this host that carried data today: {history.host.accepted}",
        },
        ios = { safari = "nothing", app = "nothing", grade = "observed" },
        device_fix = { "Nothing." },
        server_fix = { "Nothing." },
        next_test = "Nothing to test while the site works.",
    },
    ["app-pin-stale"] = {
        title = "The app knows another key than the site has",
        why   = "{client.app.name} left {target.host} as soon as the site had shown its certificate, although the connection passed unread. Without whytls it would fail as well.",
        because = {
            ["client_leg.unread_end"] = "by its length, the app's answer to the certificate was no more than an alert",
            ["history.host.tunnel_worked"] = "it worked when it passed unread before, last {history.host.tunnel_worked|ago}",
        },
        ios   = { app = "fails everywhere, with or without a proxy, since the site has another key", grade = "unverified" },
        device_fix = { "Update the app. Nothing else helps on the phone." },
        server_fix = { "Put the old key back, or ship the new one in an update of the app. Pin a CA and a spare key, never one key alone." },
        next_test = "Take the proxy off and try the app again. If it fails as before, whytls has no part in it.",
    },
}
