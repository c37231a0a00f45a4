-- Has the certificate been promised to enough logs of Certificate Transparency?

rule {
    name     = "logs",
    about    = "A public certificate that too few logs have promised to record, or whose promises do not count.",
    causes   = { "ct-missing", "ct-invalid" },
    wakes_on = { judged = { check = "SystemTrustedCTRequired" } },

    judged = function(flow)
        local leg = flow.server_leg
        local leaf, ct = leg.chain.leaf, leg.verdict.ct
        local from_file = leg.version == nil            -- no handshake, which might have brought promises as well
        local cause = ct == "missing" and "ct-missing" or "ct-invalid"
        local words = from_file and "file" or ct == "missing" and leaf.scts > 0 and "too-few" or nil

        local suspect = flow:suspect(cause, { words = words, with = {
                promises = leaf.scts, detail = leg.verdict:failed("SystemTrustedCTRequired").detail } })
            :because("checks.SystemTrustedCTRequired", 3):because("server_leg.verdict.ct", 3):because("server_leg.chain.leaf.scts", 1)
        if from_file then return end
        suspect:because("server_leg.trusted_by", 2)
        flow:rule_out(cause == "ct-missing" and "ct-invalid" or "ct-missing", "server_leg.verdict.ct")
    end,
}

rule {
    name     = "old-list",
    about    = "Says that the list of logs is too old to tell whether a promise counts.",
    notes    = { ["cannot-tell"] = "info" },
    wakes_on = { judged = { has = "server_leg.ct_doubt" } },

    judged = function(flow)
        flow:note "cannot-tell"
    end,
}
