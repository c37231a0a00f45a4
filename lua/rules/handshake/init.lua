-- The site was reached, and TLS with it came to nothing.
local tls = require "whytls.tls"

-- What a site may say before it shows anything of itself: RFC 8446 §6.2, RFC 6066 §3, RFC 7301 §3.2.
local said_at_once = { [40] = "no-shared-cipher", [71] = "no-shared-cipher", [112] = "sni-rejected", [120] = "alpn-mismatch" }

-- What a second try with another offer found (server_leg.retry), and what it rules out then.
local cause_by_retry = { version = "tls-version-too-low", ["newer-version"] = "tls-version-intolerant", cipher = "no-shared-cipher",
                         group = "no-shared-group", name = "sni-filter-reset" }
local less_known = { "server-abort-silent", "tcp-reset" }

rule {
    name     = "second-try",
    about    = "The site refused us at once, and took another offer or another name on a second try: that is what the first lacked.",
    causes   = { "tls-version-too-low", "tls-version-intolerant", "no-shared-cipher", "no-shared-group", "sni-filter-reset" },
    wakes_on = { tls_failed = { leg = "server", has = "server_leg.retry" } },

    tls_failed = function(flow)
        local leg = flow.server_leg
        local cause = cause_by_retry[leg.retry]
        if not cause then return end
        local found = flow:suspect(cause):because("server_leg.retry", 3):because("server_leg.symptom", 2)
        if leg.retry_found then found:because("server_leg.retry_found", 2) end
        if leg.alert then found:because("server_leg.alert.number", 1) end
        for _, other in ipairs(less_known) do flow:rule_out(other, "server_leg.retry") end
    end,
}

rule {
    name     = "nothing-in-common",
    about    = "The site and we share no version, cipher suite or protocol, or it does not know the name.",
    causes   = { "tls-version-too-low", "no-shared-cipher", "sni-rejected", "alpn-mismatch" },
    wakes_on = { tls_failed = { leg = "server", symptom = { "nothing-in-common", "alert-before-server-hello" } } },

    tls_failed = function(flow)
        local leg = flow.server_leg
        if leg.wants_client_certificate or not leg.alert or cause_by_retry[leg.retry] then return end
        local old = leg.version and tls.older(leg.version, "TLSv1.2")
        if leg.alert.number == 70 or old then
            local low = flow:suspect("tls-version-too-low"):because("server_leg.alert.number", 3)
            if old then low:because("server_leg.version", 3) else low:because("server_leg.symptom", 2) end
        elseif leg.alert.from == "server" and said_at_once[leg.alert.number] then
            flow:suspect(said_at_once[leg.alert.number]):because("server_leg.alert.number", 3):because("server_leg.symptom", 2)
        end
    end,
}

-- Ports that are plain by their registration, and those that people give to plain HTTP.
local plain_ports = { [80] = 3, [8000] = 2, [8080] = 2, [3000] = 2 }

rule {
    name     = "no-tls",
    about    = "What answers on this port does not speak TLS: a plain service on a port of TLS, TLS on a port of a plain one, another service.",
    causes   = { "plaintext-on-tls-port", "tls-on-plaintext-port", "wrong-port" },
    wakes_on = { tls_failed = { leg = "server", symptom = "not-tls" } },

    tls_failed = function(flow)
        local said = flow.server_leg.first_words or ""
        if said:find("^SSH%-") then
            flow:suspect("wrong-port"):because("server_leg.first_words", 3):because("target.port", 2)
        elseif plain_ports[flow.target.port] then
            flow:suspect("tls-on-plaintext-port"):because("server_leg.symptom", 3):because("target.port", plain_ports[flow.target.port])
        else
            flow:suspect("plaintext-on-tls-port"):because("server_leg.symptom", 3):because("target.port", 2)
        end
    end,
}

-- By server_leg.fault.
local cause_of = { ["bad-signature"] = "key-cert-mismatch", ["bad-record"] = "record-corruption", ["bad-finished"] = "record-corruption" }

local function suspect_broken(flow)
    local found = flow:suspect(cause_of[flow.server_leg.fault]):because("server_leg.fault", 3)
    if flow.server_leg.alert then found:because("server_leg.alert.number", 2) end
end

rule {
    name     = "broken",
    about    = "The site broke TLS so that we ended it: its key is not its certificate's, or what came was changed on the way.",
    causes   = { "key-cert-mismatch", "record-corruption" },
    wakes_on = { tls_failed = { leg = "server", has = "server_leg.fault" }, finish = { has = "server_leg.fault" } },

    tls_failed = suspect_broken,
    finish     = suspect_broken,        -- after the first answers
}

local function offers_better(ciphers)
    for _, name in ipairs(ciphers) do
        if name:find("^TLS_ECDHE_") or name:find("^TLS_AES_") or name:find("^TLS_CHACHA20_") then return true end
    end
    return false
end

rule {
    name     = "weak-cipher",
    about    = "The site chose a cipher suite without forward secrecy, an outdated one, or a Diffie-Hellman group that is too small.",
    causes   = { "weak-cipher-only", "weak-dh" },
    wakes_on = { judged = { has = "server_leg.cipher_fault" } },

    judged = function(flow)
        if flow.client_leg and not offers_better(flow.client_leg.hello.ciphers) then return end     -- the client's doing
        local cause = flow.server_leg.cipher_fault == "weak-dh" and "weak-dh" or "weak-cipher-only"
        local weak = flow:suspect(cause):because("server_leg.cipher_fault", 3):because("server_leg.cipher", 2)
        if cause == "weak-dh" then weak:because("server_leg.dh_bits", 3) end
    end,
}

-- Certificates with which no other signature is possible: then it is they that iOS does not take.
local by_certificate = match.words { "ed25519-cert", "dsa-key", "ec-curve-unsupported", "ec-explicit-params" }

rule {
    name     = "foreign-signature",
    about    = "The site signs the handshake in a way that the client did not offer: whytls takes it, the client itself would not.",
    causes   = { "no-shared-sigalg" },
    wakes_on = { judged = { has = "server_leg.sigalg_fault" } },

    judged = function(flow)
        local verdict = flow.server_leg.verdict
        for _, cause in ipairs(verdict and verdict.causes or {}) do
            if by_certificate:has(cause) then return end
        end
        flow:suspect("no-shared-sigalg"):because("server_leg.sigalg_fault", 3):because("server_leg.sigalg", 2):because("client_leg.hello.sigalgs", 1)
    end,
}

rule {
    name     = "renegotiation",
    about    = "The site does not know secure renegotiation, which newer clients insist on.",
    causes   = { "legacy-renegotiation" },
    wakes_on = { judged = { has = "server_leg.renegotiation_fault" } },

    judged = function(flow)
        flow:suspect("legacy-renegotiation"):because("server_leg.renegotiation_fault", 3):because("server_leg.version", 2)
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
            local stalled = flow:suspect("handshake-stall-mtu", { words = leg.lost }):because("server_leg.symptom", 3):because("server_leg.ended", 1)
            if leg.lost then stalled:because("server_leg.lost", leg.lost == "received" and 3 or 1) end
        elseif leg.ended ~= "rst" and not leg.wants_client_certificate then
            flow:suspect("server-abort-silent"):because("server_leg.symptom", 3):because("server_leg.ended", 2)
        end
    end,
}

local function is_below(name, site) return name == site or name:sub(-#site - 1) == "." .. site end

rule {
    name     = "default-certificate",
    about    = "The certificate is for somebody else's names, and everybody gets it, whoever is asked for: the server does not know the name.",
    causes   = { "sni-default-cert" },
    wakes_on = { judged = { check = "SSLHostname", has = "server_leg.other_name" } },

    judged = function(flow)
        local names, site = flow.server_leg.chain.leaf.names, flow.target.site
        if flow.server_leg.other_name ~= "same" or flow.mail or not site or #names == 0 then return end
        for _, name in ipairs(names) do
            if is_below(name, site) then return end         -- the owner's own: a name was forgotten
        end
        flow:suspect("sni-default-cert"):because("server_leg.other_name", 3):because("server_leg.chain.leaf.names", 3):because("target.host", 2)
    end,
}
