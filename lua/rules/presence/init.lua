-- What does not reach us is a finding as well: told once for each device, not for each connection.
rule {
    name     = "private-relay",
    about    = "The device asks for iCloud Private Relay: what Safari does may go past us.",
    causes   = { "vpn-or-relay" },
    wakes_on = { hello = { host = { "mask.icloud.com", "mask-h2.icloud.com", "mask-api.icloud.com" } } },

    hello = function(flow)
        if flow.client.device.relay_asked then return end       -- told when it asked first
        flow:suspect("vpn-or-relay"):because("target.host", 3)
    end,
}
