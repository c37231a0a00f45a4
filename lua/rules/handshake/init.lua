-- The site was reached, and TLS with it came to nothing.
local tls = require "whytls.tls"

rule {
    name     = "nothing-in-common",
    about    = "The site and we share no version, or no cipher suite.",
    causes   = { "tls-version-too-low", "no-shared-cipher" },
    wakes_on = { tls_failed = { leg = "server", symptom = { "nothing-in-common", "alert-before-server-hello" } } },

    tls_failed = function(flow)
        local leg = flow.server_leg
        if leg.wants_client_certificate or not leg.alert then return end
        if leg.alert.number == 70 or leg.version and tls.older(leg.version, "TLSv1.2") then
            local low = flow:suspect("tls-version-too-low"):because("server_leg.alert.number", 3)
            if leg.version and tls.older(leg.version, "TLSv1.2") then low:because("server_leg.version", 3) else low:because("server_leg.symptom", 2) end
        elseif leg.alert.number == 40 or leg.alert.number == 71 then
            flow:suspect("no-shared-cipher"):because("server_leg.alert.number", 3):because("server_leg.symptom", 2)
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
            flow:suspect("handshake-stall-mtu"):because("server_leg.symptom", 3):because("server_leg.ended", 2)
        elseif leg.ended ~= "rst" and not leg.wants_client_certificate then
            flow:suspect("server-abort-silent"):because("server_leg.symptom", 3):because("server_leg.ended", 2)
        end
    end,
}

rule {
    name     = "client-certificate",
    about    = "The site wants a client certificate, and broke off without one.",
    causes   = { "mtls-required" },
    wakes_on = { tls_failed = { leg = "server", has = "server_leg.wants_client_certificate" } },

    tls_failed = function(flow)
        local leg = flow.server_leg
        if not leg.wants_client_certificate then return end
        local wanted = flow:suspect("mtls-required"):because("server_leg.wants_client_certificate", 3)
        if leg.alert then wanted:because("server_leg.alert.number", 3) else wanted:because("server_leg.symptom", 2) end
    end,
}
