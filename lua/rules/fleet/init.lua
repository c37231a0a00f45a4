-- The servers behind one name, when they do not show the same certificate. The one at hand cannot show it; what was seen before can.

rule {
    name     = "mixed",
    about    = "A host shows now this certificate, now that, and only one of them is in order.",
    causes   = { "mixed-fleet-certs" },
    wakes_on = { judged = { has = "server_leg.leaf_turns" } },

    judged = function(flow)
        local leg = flow.server_leg
        -- Two that are both in order, RSA and EC say, or of two data centres, are nobody's fault.
        if leg.verdict.verdict == leg.former_verdict then return end
        local words = leg.former_verdict == "reject" and "the-other" or nil
        flow:suspect("mixed-fleet-certs", { words = words }):because("server_leg.leaf_turns", 3):because("server_leg.former_verdict", 2)
        flow:rule_out("renewed-not-reloaded", "server_leg.leaf_turns")
    end,
}

rule {
    name     = "old-file",
    about    = "The certificate has expired, and another service of the same host shows a newer one that is in order.",
    causes   = { "renewed-not-reloaded" },
    wakes_on = { judged = { check = "TemporalValidity", has = "server_leg.newer_port" } },

    judged = function(flow)
        local leaf = flow.server_leg.chain.leaf
        if flow.server_leg.leaf_turns or leaf.not_after >= flow.now then return end
        flow:suspect("renewed-not-reloaded"):because("server_leg.newer_port", 3):because("server_leg.newer_from", 2)
            :because("server_leg.chain.leaf.not_after", 3)
        flow:rule_out("cert-expired-leaf", "server_leg.newer_port")     -- it was renewed, which is what that one asks for
    end,
}
