-- iPhones and the others do not always agree. Chrome, Firefox and Android go by RFC 5280 and by the Baseline Requirements of
-- the CA/Browser Forum.

-- The failing check that a verdict tells of: the one whose number iOS reports, or the first.
local function told(verdict)
    for _, check in ipairs(verdict.checks) do
        if check.osstatus == verdict.osstatus then return check end
    end
    return verdict.checks[1]
end

rule {
    name     = "others",
    about    = "An iPhone accepts a chain that Chrome, Firefox and Android refuse, or the other way round.",
    notes    = { ["only-iphones"] = "medium", ["only-others"] = "medium" },
    wakes_on = { judged = { has = "server_leg.verdict_webpki" } },

    judged = function(flow)
        local ios, web = flow.server_leg.verdict, flow.server_leg.verdict_webpki
        local words = { accept = { reject = "only-iphones" }, reject = { accept = "only-others" } }
        local code = (words[ios.verdict] or {})[web.verdict]
        if not code then return end
        local check = told(code == "only-iphones" and web or ios)
        flow:note(code, { check = check and check.check, detail = check and check.detail })
    end,
}
