-- Somebody between us and the sites. One site cannot show it: three unrelated ones with the same certificate, or the same unknown
-- issuer, within ten minutes can.
local OTHERS = 2                -- besides this one

-- What a single site would be blamed for.
local of_one_site = { "name-mismatch", "apex-www-mismatch", "self-signed-leaf", "untrusted-root", "private-root-not-installed",
                      "cert-expired-leaf", "missing-intermediate-no-aia" }

local function acquit(flow, fact)
    for _, cause in ipairs(of_one_site) do flow:rule_out(cause, fact) end
end

rule {
    name     = "login-page",
    about    = "Unrelated sites all show the same certificate: a network answers for everybody, as before a login.",
    causes   = { "captive-portal" },
    wakes_on = { judged = { verdict = "reject", has = "server_leg.same_leaf" } },

    judged = function(flow)
        if flow.server_leg.same_leaf < OTHERS then return end
        flow:suspect("captive-portal"):because("server_leg.same_leaf", 3):because("server_leg.chain.leaf.names", 2)
        acquit(flow, "server_leg.same_leaf")
    end,
}

rule {
    name     = "login-wanted",
    about    = "Plain HTTP is answered with the status that networks have for a login.",
    causes   = { "captive-portal" },
    wakes_on = { response = { status = 511 } },

    response = function(flow)       -- RFC 6585 §6; over TLS it is the site's own word
        if flow.request.scheme ~= "http" then return end
        flow:suspect("captive-portal", { words = "said-so" }):because("response.status", 3):because("request.scheme", 2)
    end,
}

rule {
    name     = "interceptor",
    about    = "Unrelated sites all have certificates of one issuer that nobody knows.",
    causes   = { "middlebox-upstream" },
    wakes_on = { judged = { check = "AnchorTrusted", has = "server_leg.same_issuer" } },

    judged = function(flow)
        local leg = flow.server_leg
        if leg.same_issuer < OTHERS or (leg.same_leaf or 0) >= OTHERS then return end
        flow:suspect("middlebox-upstream"):because("server_leg.same_issuer", 3):because("server_leg.chain.leaf.issuer.text", 2)
        acquit(flow, "server_leg.same_issuer")
    end,
}
