-- Certificates and chains that cannot be read, or not be used as they were sent.
local list = require "whytls.list"

-- OpenSSL ends the handshake over it, or lets it pass, as its fault is.
local function unreadable(flow)
    flow:suspect("cert-unparsable"):because("server_leg.chain_fault", 3):because("server_leg.alert.number", 2)
end

rule {
    name     = "unreadable",
    about    = "A certificate that was sent is none.",
    causes   = { "cert-unparsable" },
    wakes_on = { judged = { has = "server_leg.chain_fault" }, tls_failed = { has = "server_leg.chain_fault" } },

    judged     = unreadable,
    tls_failed = unreadable,
}

-- A chain that cannot be followed ends as one whose issuer is not there.
local function rule_out_what_it_looks_like(flow)
    for _, cause in ipairs { "signature-invalid", "missing-intermediate-no-aia", "missing-intermediate-aia", "untrusted-root" } do
        flow:rule_out(cause, "server_leg.oddities")
    end
end

-- What a link of the chain that does not hold turns out to be, once one has looked closer.
local broken = { "signature-algorithm-mismatch", "issuer-key-malformed" }

rule {
    name     = "broken-link",
    about    = "An issuer was sent, and the link to it does not hold, for a reason that can be seen.",
    causes   = broken,
    wakes_on = { judged = { oddity = broken } },

    judged = function(flow)
        for _, cause in ipairs(broken) do
            if list.has(flow.server_leg.oddities, cause) then
                flow:suspect(cause):because("server_leg.oddities", 3):because("server_leg.verdict.verdict", 2)
                rule_out_what_it_looks_like(flow)
            end
        end
    end,
}

rule {
    name     = "endless",
    about    = "A chain that is too long to be followed, goes in circles, or was made to keep its reader busy.",
    causes   = { "chain-too-long", "chain-hostile-dos" },
    wakes_on = { judged = { oddity = { "chain-too-long", "chain-hostile-dos" } } },

    judged = function(flow)
        local leg = flow.server_leg
        local hostile = list.has(leg.oddities, "chain-hostile-dos")
        if leg.verdict.verdict == "accept" and not hostile then return end
        flow:suspect(hostile and "chain-hostile-dos" or "chain-too-long", { with = { sent = #leg.chain } })
            :because("server_leg.oddities", 3):because("server_leg.verdict.verdict", 2)
        rule_out_what_it_looks_like(flow)
    end,
}

rule {
    name     = "old-version",
    about    = "A certificate of a version that has no extensions, and so neither names nor the right to sign.",
    causes   = { "cert-v1" },
    wakes_on = { judged = { oddity = "cert-v1" } },

    judged = function(flow)
        local leaf = flow.server_leg.chain.leaf
        local path = leaf.version < 3 and "server_leg.chain.leaf.version" or "server_leg.chain.issuer.version"
        flow:suspect("cert-v1"):because("server_leg.oddities", 3):because(path, 3)
        -- They are what the missing extensions look like.
        if leaf.version < 3 then
            flow:rule_out("san-missing-cn-only", "server_leg.oddities")
            flow:rule_out("eku-missing", "server_leg.oddities")
        else
            flow:rule_out("basic-constraints-missing", "server_leg.oddities")
        end
    end,
}

rule {
    name     = "key-usage",
    about    = "The site's key may not be used for what the handshake did with it.",
    causes   = { "key-usage-leaf" },
    wakes_on = { judged = { oddity = "key-usage-leaf" } },

    judged = function(flow)
        local leg = flow.server_leg
        -- With static RSA the key carries the secret and signs nothing (RFC 5246 7.4.2).
        local carries = leg.cipher and leg.cipher:find "^TLS_RSA_" and list.has(leg.chain.leaf.key_usage, "keyEncipherment")
        if carries then return end
        flow:suspect("key-usage-leaf"):because("server_leg.oddities", 3):because("server_leg.chain.leaf.key_usage", 3)
    end,
}
