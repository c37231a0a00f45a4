-- The site was reached, and TLS with it came to nothing.
local tls = require "whytls.tls"

-- What a site may say before it shows anything of itself: RFC 8446 §6.2, RFC 6066 §3, RFC 7301 §3.2.
local said_at_once = { [40] = "no-shared-cipher", [71] = "no-shared-cipher", [112] = "sni-rejected", [120] = "alpn-mismatch" }

rule {
    name     = "nothing-in-common",
    about    = "The site and we share no version, cipher suite or protocol, or it does not know the name.",
    causes   = { "tls-version-too-low", "no-shared-cipher", "sni-rejected", "alpn-mismatch" },
    wakes_on = { tls_failed = { leg = "server", symptom = { "nothing-in-common", "alert-before-server-hello" } } },

    tls_failed = function(flow)
        local leg = flow.server_leg
        if leg.wants_client_certificate or not leg.alert then return end
        local old = leg.version and tls.older(leg.version, "TLSv1.2")
        if leg.alert.number == 70 or old then
            local low = flow:suspect("tls-version-too-low"):because("server_leg.alert.number", 3)
            if old then low:because("server_leg.version", 3) else low:because("server_leg.symptom", 2) end
        elseif leg.alert.from == "server" and said_at_once[leg.alert.number] then
            flow:suspect(said_at_once[leg.alert.number]):because("server_leg.alert.number", 3):because("server_leg.symptom", 2)
        end
    end,
}

rule {
    name     = "no-tls",
    about    = "What answers on this port does not speak TLS.",
    causes   = { "plaintext-on-tls-port" },
    wakes_on = { tls_failed = { leg = "server", symptom = "not-tls" } },

    tls_failed = function(flow)
        flow:suspect("plaintext-on-tls-port"):because("server_leg.symptom", 3):because("target.port", 2)
    end,
}

rule {
    name     = "silent",
    about    = "The site took the ClientHello and closed, or never answered.",
    causes   = { "server-abort-silent", "handshake-stall-mtu" },
    wakes_on = { tls_failed = { leg = "server", symptom = { "close-before-server-hello", "close-after-certificate", "stalled" } } },

    tls_failed = function(flow)
        local leg = flow.server_leg
        if leg.symptom == "stalled" then
            -- Silence is one fact, whatever else names it: packets that got lost are the usual reason, and no more than that.
            flow:suspect("handshake-stall-mtu"):because("server_leg.symptom", 3):because("server_leg.ended", 1)
        elseif leg.ended ~= "rst" and not leg.wants_client_certificate then
            flow:suspect("server-abort-silent"):because("server_leg.symptom", 3):because("server_leg.ended", 2)
        end
    end,
}
