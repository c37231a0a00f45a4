-- A fault was shown on purpose (`whytls run --fault`, `--mirror-faults`, or a rule that mirrors): what did the app make of it?
rule {
    name     = "fault",
    about    = "How an app met a certificate with a fault that it was shown on purpose. One that accepts it is a finding.",
    notes    = { ["accepts-fault"] = "high", ["accepts-as-ios"] = "info", ["refuses-fault"] = "info" },
    wakes_on = { finish = { has = "decision.fault_met" } },

    finish = function(flow)
        local met, audit = flow.decision.fault_met, flow.client_leg.verdict
        if met == "refused" then
            flow:note("refuses-fault")
        elseif met == "accepted" and audit and audit.verdict == "accept" then
            flow:note("accepts-as-ios")
        elseif met == "accepted" then
            flow:note("accepts-fault")
        end
    end,
}
