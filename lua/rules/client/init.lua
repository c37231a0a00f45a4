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
        if leg.resumed or not used_it_lately(flow) or past.host.streak >= 3 then return end
        flow:suspect("client-abort-no-alert"):because("client_leg.symptom", 3):because("history.host.last_accepted", 3)
        flow:suspect("user-cancelled"):because("client_leg.symptom", 1):because("history.host.last_accepted", 1)
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
