-- The client never got as far as our certificate, or left for another reason than its trust.
local list = require "whytls.list"
local tls = require "whytls.tls"

rule {
    name     = "offers-too-little",
    about    = "The client offers no version, or no cipher suite, that a site of today speaks.",
    causes   = { "client-version-too-low", "client-no-shared-cipher" },
    wakes_on = { tls_failed = { leg = "client", symptom = { "nothing-in-common", "alert-before-server-hello" } } },

    tls_failed = function(flow)
        local leg = flow.client_leg
        if tls.older(leg.hello.max_version, "TLSv1.2") then
            flow:suspect("client-version-too-low"):because("client_leg.hello.max_version", 3):because("client_leg.symptom", 3)
        elseif leg.symptom == "nothing-in-common" and not (leg.alert and leg.alert.number == 120) then
            flow:suspect("client-no-shared-cipher"):because("client_leg.symptom", 3):because("client_leg.hello.ciphers", 2)
        end
    end,
}

rule {
    name     = "wants-http2",
    about    = "The client speaks HTTP/2 only, and the site does not speak it.",
    causes   = { "alpn-downstream-mismatch" },
    wakes_on = { tls_failed = { leg = "client", symptom = { "close-after-certificate", "close-after-finish-unused", "alert-after-finish",
                                                            "nothing-in-common" } } },

    tls_failed = function(flow)
        local leg = flow.client_leg
        if leg.alpn or not list.has(leg.hello.alpn, "h2") or list.has(leg.hello.alpn, "http/1.1") then return end
        flow:suspect("alpn-downstream-mismatch"):because("client_leg.hello.alpn", 3):because("client_leg.symptom", 2)
    end,
}

local USER_CANCELED = 90        -- RFC 8446 §6.1

-- Seconds for which an acceptance says that the app means to use this host through us.
local A_DAY = 24 * 3600

local function used_it_lately(flow)
    local last = flow.history.host.last_accepted
    return last ~= nil and flow.now - last <= A_DAY
end

rule {
    name     = "left",
    about    = "The client went away in the middle of the handshake, at a host where it accepted us before: no refusal.",
    causes   = { "client-abort-no-alert", "user-cancelled" },
    wakes_on = { tls_failed = { leg = "client", symptom = { "close-after-certificate", "close-before-server-hello" } } },

    tls_failed = function(flow)
        local leg, past = flow.client_leg, flow.history
        local said_so = leg.alert ~= nil and leg.alert.number == USER_CANCELED
        if leg.resumed or not said_so and (not used_it_lately(flow) or past.host.streak >= 3) then return end
        local left = flow:suspect("user-cancelled"):because("client_leg.symptom", said_so and 2 or 1)
        if said_so then left:because("client_leg.alert.number", 3) end
        if used_it_lately(flow) then
            flow:suspect("client-abort-no-alert"):because("client_leg.symptom", said_so and 1 or 3):because("history.host.last_accepted", said_so and 1 or 3)
            left:because("history.host.last_accepted", 1)
        end
    end,
}

rule {
    name     = "silent",
    about    = "A client that trusts us sends its hello and is heard of no more: it slept, or changed its network.",
    causes   = { "network-switch" },
    wakes_on = { tls_failed = { leg = "client", symptom = "stalled" } },

    tls_failed = function(flow)
        if not flow.history.device.last_accepted then return end
        flow:suspect("network-switch"):because("client_leg.symptom", 3):because("history.device.last_accepted", 2)
    end,
}

rule {
    name     = "nameless",
    about    = "The client sent no server name, and so got the certificate of whoever is first at that address.",
    causes   = { "sni-missing" },
    wakes_on = { judged = { check = "SSLHostname", entry = { "connect", "socks", "transparent" } } },

    judged = function(flow)
        if flow.client_leg.sni or flow.target.is_ip then return end
        flow:suspect("sni-missing"):because("client_leg.sni", 3):because("target.host", 2):because("server_leg.chain.leaf.names", 2)
        flow:rule_out("name-mismatch", "target.host")
        flow:rule_out("sni-default-cert", "target.host")
    end,
}

rule {
    name     = "hidden-name",
    about    = "The client encrypts the name of the site (ECH), so that a proxy sees that of a front only.",
    causes   = { "ech-in-use" },
    wakes_on = { finish = { has = "client_leg.front" } },

    finish = function(flow)
        flow:suspect("ech-in-use"):because("client_leg.front", 3):because("client_leg.hello.ech", 2)
        flow:rule_out("sni-missing", "client_leg.front")
    end,
}
