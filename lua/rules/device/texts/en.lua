local english = require "whytls.english"
local install = "In Safari open http://whytls.test/, download the profile, then Settings → Profile Downloaded → Install."
local switch  = "Settings → General → About → Certificate Trust Settings: switch on the whytls root."
local listed  = "Not in that list? Settings → General → VPN & Device Management → the whytls profile → Install, then step 1 again."
local no_list = "No list at all on iOS 18.0 or 18.1? Update iOS."
local safari  = "on every site, a page titled “This Connection Is Not Private” (unverified)"
local alert   = "it ended the handshake with alert {client_leg.alert.number} ({client_leg.alert.name})"
local past    = "it accepted us before, last on {history.device.last_accepted}"

local function seen(profile)
    return {
        ["history.device.hosts_refused"] = "hosts that it refused us for: {history.device.hosts_refused}; accepted today: {history.device.hosts_accepted}",
        ["client.device.profile_fetched"] = profile,
        ["client.device.probe"] = "it refused our test page as well",
        ["client_leg.alert.number"] = alert .. ", which says that it does not know the CA",
        ["client_leg.symptom"] = "it saw our certificate and ended the connection ({client_leg.symptom})",
    }
end
local function unseen(profile)
    return {
        ["client.device.profile_fetched"] = profile,
        ["client.device.probe"] = "it opened our test page",
        ["client.device.clock_state"] = "its clock is wrong, which would be reason enough",
        ["client_leg.alert.number"] = alert .. ", which speaks of something else than the root",
        ["history.device.last_accepted"] = past,
    }
end
return {
    ["root-not-installed"] = {
        title = "This device does not have our root",
        why   = "This device[, {client.device.name},] does not accept the certificates of whytls.[ It last accepted one on {history.device.last_accepted}.] Either our root is not installed, or full trust for it is off; the wire cannot tell them apart.",
        because = seen "we saw no download of our profile by it",
        against = unseen "it downloaded our profile on {client.device.profile_fetched}",
        ios = { safari = safari, app = "error -1202 or -1200 on every host (observed)", grade = "observed" },
        device_fix = { install, switch },
        next_test = "After these steps open any site in Safari. If it loads, this was the reason. If not, look at the trust switch again.",
    },
    ["root-not-fully-trusted"] = {
        title = "The trust switch for our root is off",
        why   = "This device[, {client.device.name},] does not accept the certificates of whytls.[ It downloaded our profile on {client.device.profile_fetched}.] iOS wants a second step after the installation, a switch, and nothing points to it. Without it every host fails, as if there were no profile.",
        because = seen "it downloaded our profile on {client.device.profile_fetched}",
        against = unseen "we saw no download of our profile by it",
        ios = { safari = safari .. ", the same as without the profile", app = "error -1202 or -1200 on every host (observed)", grade = "observed" },
        device_fix = { switch, listed, no_list },
        next_test = "Look into Certificate Trust Settings. Our root in the list and off: this is the reason. Not in the list: it is not installed.",
    },
    ["root-regenerated"] = {
        title = "This device trusts an older root of ours",
        why   = "This device[, {client.device.name},] trusts an older root of whytls. It accepted us until {history.device.last_accepted}; the root in force is from {proxy.root_since}.",
        because = {
            ["proxy.root_since"] = "the root in force is from {proxy.root_since}",
            ["history.device.last_accepted"] = "it accepted us until {history.device.last_accepted}, and never since",
            ["client.device.root_fetched"] = "the root that it downloaded is another one",
        },
        ios = { safari = safari, app = "error -1202 or -1200 on every host", grade = "unverified" },
        device_fix = { "Settings → General → VPN & Device Management: remove the old whytls profile.", install, switch },
        server_fix = { "Nothing on the sites. Keep the data folder of whytls when you move or reinstall it: the root lives there." },
        next_test = "With the new profile in place, open any site in Safari. If it loads, this was the reason.",
    },
    ["root-removed-by-restriction"] = {
        title = "This device no longer trusts our root",
        why   = "This device[, {client.device.name},] accepted the certificates of whytls[ until {history.device.last_accepted}], and refuses them everywhere now. The profile was removed, or its switch is off again; Lockdown Mode, or whoever manages the device, can do that as well.",
        because = {
            ["history.device.streak"] = "refusals in a row on this device, whatever the app: {history.device.streak}",
            ["history.host.last_accepted"] = "the same app accepted us here, last on {history.host.last_accepted}",
            ["history.browser.last_accepted"] = "its browser accepted us here, last on {history.browser.last_accepted}",
            ["client.device.probe"] = "it opened our test page on {client.device.probe_at}",
        },
        against = {
            ["client_leg.alert.number"] = alert .. ", which speaks of a date",
            ["client.device.clock_state"] = "its clock is wrong, which would be reason enough",
            ["client.device.probe"] = "it opened our test page since then",
        },
        ios = { safari = safari, app = "error -1202 or -1200 on every host (observed)", grade = "unverified" },
        device_fix = { "Settings → General → VPN & Device Management: is the whytls profile still there?", install, switch,
                       "Managed, or in Lockdown Mode? Then ask whoever manages it, or use a test device." },
        server_fix = { "Nothing on the sites. A managed device gets the root from its MDM server: there it is trusted without the switch." },
        next_test = "Open http://whytls.test/ in Safari on this device. Its last steps say whether the root is there, and whether it is trusted.",
    },
    ["root-expired-local"] = {
        title = "Our own root has expired",
        why   = "The root of this whytls has expired, so no device accepts a certificate under it, {target.host} or any other. That is ours to mend, not the site's and not the phone's.",
        because = {
            ["proxy.clock.state"] = english.our_clock,
            ["client_leg.verdict.causes"] = "our own check of what we sent says so",
            ["client_leg.leaf.not_after"] = "what the root signs ends with it, on {client_leg.leaf.not_after}",
        },
        against = { ["proxy.clock.state"] = "our own clock is wrong, which would be reason enough" },
        ios = { safari = "on every site, “{target.host}” certificate is expired (Apple source)", app = "error -1202 on every host", grade = "unverified" },
        device_fix = { "Once the root is renewed: " .. install, switch },
        server_fix = { "Nothing on the sites. Run `whytls ca renew`, then start whytls again." },
        next_test = "Run `whytls doctor`: it reads the dates of the root.",
    },
    ["proxy-leaf-defect"] = {
        title = "The certificate that we made is at fault",
        why   = "The certificate that whytls made for {target.host} is at fault. That is ours to mend, not the site's and not the phone's.",
        because = {
            ["client_leg.verdict.verdict"] = "our own check of it fails",
            ["client_leg.alert.number"] = alert .. ", which speaks of the certificate's form",
            ["client_leg.symptom"] = "it saw our certificate and ended the connection ({client_leg.symptom})",
        },
        against = { ["client_leg.verdict.verdict"] = "our own check of it passes" },
        ios = { safari = "the site fails through the proxy only", app = "the same", grade = "unverified" },
        device_fix = { "Nothing." },
        server_fix = { "Nothing on the site. Report it to the makers of whytls, with this connection's record." },
        next_test = "Open the site without the proxy. If it works there, the fault is ours.",
    },
    ["device-clock-wrong"] = {
        title = "This device's clock is wrong",
        why   = "By the clock of this device[, {client.device.name},] our certificate is not valid.[ Our certificate for {target.host} runs until {client_leg.leaf.not_after}.][ The set-up page read a clock {client.device.clock_offset} away from ours.]",
        because = {
            ["client_leg.alert.number"] = alert .. ": outside its dates, by the device's clock",
            ["client_leg.leaf.not_after"] = "our certificate runs until {client_leg.leaf.not_after}",
            ["client.device.clock_state"] = "the set-up page read its clock, and it was wrong",
            ["client.device.clock_offset"] = "its clock was {client.device.clock_offset} away from ours",
            ["proxy.clock.state"] = english.our_clock,
            ["history.device.streak"] = "refusals in a row on this device, whatever the app: {history.device.streak}",
            ["history.host.last_accepted"] = "the same app accepted us here, last on {history.host.last_accepted}",
            ["history.browser.last_accepted"] = "its browser accepted us here, last on {history.browser.last_accepted}",
        },
        against = {
            ["client.device.clock_state"] = "the set-up page read its clock, and it was right",
            ["history.host.accepted"] = "it accepted us here today",
        },
        ios = { safari = "on every site, “{target.host}” certificate is expired (Apple source)", app = "error -1202 on every host", grade = "unverified" },
        device_fix = { "Settings → General → Date & Time → Set Automatically." },
        next_test = "Turn on Set Automatically, then open any site. If it loads, the clock was the reason.",
    },
}
