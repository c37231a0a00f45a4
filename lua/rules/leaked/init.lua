-- Keys that are no secret: everybody who has read them can stand in for the site, or for every site.
local list = require "whytls.list"

rule {
    name     = "public-authority",
    about    = "The chain ends at an authority that came with software, its private key beside it.",
    causes   = { "known-interception-root" },
    wakes_on = { judged = { oddity = "known-interception-root" } },

    judged = function(flow)
        local leg, chain = flow.server_leg, flow.server_leg.chain
        flow:suspect("known-interception-root", { with = { root = chain.top.issuer.cn or chain.top.subject.cn } })
            :because("server_leg.oddities", 3):because("server_leg.chain.top.issuer.cn", 3)
        flow:rule_out("untrusted-root", "server_leg.oddities")
        if leg.chain.leaf.self_signed then flow:rule_out("self-signed-leaf", "server_leg.oddities") end
        flow:rule_out("missing-intermediate-no-aia", "server_leg.oddities")
        flow:rule_out("private-root-not-installed", "server_leg.oddities")
    end,
}

-- Cause, and the field that shows it.
local shown_by = { ["key-reused-public"] = "server_leg.chain.leaf.spki_sha256", ["debian-or-roca-key"] = "server_leg.chain.leaf.key" }
local leaked   = { "key-reused-public", "debian-or-roca-key" }

rule {
    name     = "public-key",
    about    = "The private key of the site's certificate is published, or can be computed.",
    causes   = leaked,
    wakes_on = { judged = { oddity = leaked } },

    judged = function(flow)
        for _, cause in ipairs(leaked) do
            if list.has(flow.server_leg.oddities, cause) then
                flow:suspect(cause):because("server_leg.oddities", 3):because(shown_by[cause], 2)
            end
        end
    end,
}
