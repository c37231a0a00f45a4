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

-- Of a gateway: HTTP/3 goes over UDP, and so past us. Refused, the device comes back over TCP: that is how it should be, and
-- worth a word only because the first try costs time. Let through, what it says there is not seen at all.
rule {
    name     = "quic",
    about    = "The device tries HTTP/3, which goes past a proxy.",
    causes   = { "quic-bypass" },
    notes    = { ["quic-refused"] = "info" },
    wakes_on = { hello = { has = "client.quic" } },

    hello = function(flow)
        if flow.client.quic == "refused" then
            flow:note "quic-refused"
            return
        end
        flow:suspect("quic-bypass"):because("client.quic", 3):because("client.quic_ago", 1)
    end,
}

-- A device that was told of the proxy, and connects directly all the same: only a gateway sees that. The fact is given once an
-- hour for a device.
rule {
    name     = "past-the-proxy",
    about    = "The device uses the proxy that it was told of, and an app on it does not.",
    causes   = { "app-bypasses-proxy" },
    wakes_on = { hello = { has = "client.proxied" } },

    hello = function(flow)
        flow:suspect("app-bypasses-proxy"):because("client.proxied", 3):because("entry", 2)
    end,
}
