-- Is the site's certificate out of date, or is it our own clock?
rule {
    name     = "expired",
    about    = "Tells an expired or not yet valid certificate from a proxy whose clock is wrong.",
    causes   = { "cert-expired-leaf", "cert-expired-intermediate", "cert-not-yet-valid", "proxy-clock-wrong" },
    wakes_on = { judged = { check = "TemporalValidity" } },

    judged = function(flow)
        local leg, clock = flow.server_leg, flow.proxy.clock

        -- The clock first: many unrelated sites do not expire within ten minutes. It is believed on evidence only.
        if clock.state == "right" then
            flow:rule_out("proxy-clock-wrong", "proxy.clock.state")
        elseif clock.state == "wrong" then
            local ours = flow:suspect("proxy-clock-wrong"):because("proxy.clock.offset", 3)
            if clock.date_failures >= 3 then ours:because("proxy.clock.date_failures", 3) end
        elseif clock.date_failures >= 3 then
            flow:suspect("proxy-clock-wrong"):because("proxy.clock.date_failures", 2)
        end

        local leaf = leg.verdict:failed("TemporalValidity", 0)
        if leaf then
            local too_early = leg.chain.leaf.not_before > flow.now
            local site = flow:suspect(too_early and "cert-not-yet-valid" or "cert-expired-leaf")
                :because(too_early and "server_leg.chain.leaf.not_before" or "server_leg.chain.leaf.not_after", 3)
                :because("checks.TemporalValidity@0", 3)
            if clock.state == "wrong" then site:against("proxy.clock.state", 3) end
        else
            local above = flow:suspect("cert-expired-intermediate"):because("checks.TemporalValidity", 3)
            if leg.verdict:failed("TemporalValidity", 1) then above:because("checks.TemporalValidity@1", 3) end
            if clock.state == "wrong" then above:against("proxy.clock.state", 3) end
        end
    end,
}
