-- Valid for longer than iOS allows.
rule {
    name     = "too-long",
    about    = "A certificate that is valid for more days than iOS allows: 398 under a public root, 825 under any.",
    causes   = { "validity-too-long", "private-ca-long-validity" },
    wakes_on = { judged = { check = { "SystemTrustValidityPeriod", "OtherTrustValidityPeriod" } } },

    judged = function(flow)
        local verdict = flow.server_leg.verdict
        if verdict:failed "SystemTrustValidityPeriod" then
            flow:suspect("validity-too-long"):because("checks.SystemTrustValidityPeriod", 3)
                :because("server_leg.chain.leaf.lifetime", 3)
            return
        end
        local public = flow.server_leg.trusted_by ~= "neither"
        flow:suspect(public and "validity-too-long" or "private-ca-long-validity")
            :because("checks.OtherTrustValidityPeriod", 3):because("server_leg.chain.leaf.lifetime", 3)
    end,
}
