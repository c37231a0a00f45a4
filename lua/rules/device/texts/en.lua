local install = "In Safari open http://whytls.test/ and install the profile: Settings > Profile Downloaded > Install."
local switch  = "Settings > General > About > Certificate Trust Settings: switch on the root named whytls."
local function seen(profile)
    return {
        ["history.device.hosts_refused"] = "hosts refused by it so far: {history.device.hosts_refused}; accepted: none",
        ["client.device.profile_fetched"] = profile,
        ["client.device.probe"] = "the probe page was refused too",
        ["client_leg.alert.number"] = "it said alert {client_leg.alert.number} ({client_leg.alert.name})",
        ["client_leg.symptom"] = "it saw our certificate and ended the connection ({client_leg.symptom})",
    }
end
return {
    ["root-not-installed"] = {
        title = "This device does not have our root",
        why   = "This device[, {client.device.name},] seems to lack our root certificate. It refuses every host that we open, and has never accepted one.",
        because = seen "this device never downloaded our profile",
        against = { ["client.device.profile_fetched"] = "it downloaded our profile" },
        ios = { safari = "This Connection Is Not Private, on every site.", app = "-1202 on every host", grade = "observed" },
        device_fix = { install, switch },
        next_test = "Open the probe page http://whytls.test/probe in Safari on this phone.",
    },
    ["root-not-fully-trusted"] = {
        title = "The trust switch for our root is off",
        why   = "This device[, {client.device.name},] may have our profile with the trust switch still off. The profile was downloaded, yet every host is refused. iOS wants a second step that no dialogue mentions.",
        because = seen "this device downloaded our profile on {client.device.profile_fetched}",
        against = { ["client.device.profile_fetched"] = "it never downloaded our profile" },
        ios = { safari = "This Connection Is Not Private, on every site: just as without the profile.", app = "-1202 on every host", grade = "observed" },
        device_fix = { switch, "If the switch is not in the list, the profile was not installed: " .. install },
        next_test = "Open the probe page http://whytls.test/probe in Safari on this phone.",
    },
    ["root-regenerated"] = {
        title = "This device trusts an older root of ours",
        why   = "This device[, {client.device.name},] trusts an older root of this proxy. It accepted us until {history.device.last_accepted}; the root in force is from {proxy.root_since}.",
        ios = { safari = "This Connection Is Not Private, on every site since then.", app = "-1202 on every host", grade = "unverified" },
        device_fix = { "Remove the old profile under VPN & Device Management.", install, switch },
        server_fix = { "Keep the data folder of whytls when you move or reinstall it." },
        next_test = "Open the probe page after the new profile is in.",
    },
    ["proxy-leaf-defect"] = {
        title = "The certificate we made is faulty",
        why   = "The certificate that whytls made for {target.host} is faulty. Our own check of it fails. This is a bug of whytls, not of the site or the phone.",
        ios = { safari = "Fails through the proxy only.", app = "Fails through the proxy only.", grade = "Apple source" },
        next_test = "Please report it with `whytls flows {id} --json`.",
    },
    ["device-clock-wrong"] = {
        title = "This device's clock is wrong",
        why   = "This device[, {client.device.name},] thinks that our certificate is out of date. It says alert {client_leg.alert.number} ({client_leg.alert.name}). Our certificate is valid until {client_leg.leaf.not_after}, so its clock is the better guess.",
        because = {
            ["client_leg.alert.number"] = "it said alert {client_leg.alert.number} ({client_leg.alert.name})",
            ["client_leg.leaf.not_after"] = "our certificate is valid until {client_leg.leaf.not_after}",
        },
        ios = { safari = "This Connection Is Not Private, on every site.", app = "-1202 on every host", grade = "unverified" },
        device_fix = { "Settings > General > Date & Time: switch on Set Automatically." },
        next_test = "Compare the clock of the device with that of the proxy.",
    },
}
