-- Has the certificate been withdrawn, and could anybody find out?
local chain = require "whytls.chain"

rule {
    name     = "revoked",
    about    = "A certificate that its issuer has withdrawn.",
    causes   = { "cert-revoked", "intermediate-revoked" },
    wakes_on = { judged = { check = "Revocation" } },

    judged = function(flow)
        local leg = flow.server_leg
        for _, failure in ipairs(chain.failures(leg.verdict, { Revocation = true })) do
            local cause = failure.cert == 0 and "cert-revoked" or "intermediate-revoked"
            local suspect = flow:suspect(cause, { with = {
                    who = chain.called(chain.at(leg, failure.cert)), detail = failure.detail } })
                :because(("checks.Revocation@%d"):format(failure.cert), 3)
            if leg.verdict.revocation_source then suspect:because("server_leg.verdict.revocation_source", 2) end
        end
    end,
}

-- What each fault stands for when an OCSP responder should have spoken; a list has one cause for all.
local causes = {
    ["no-staple"] = "must-staple-missing", stale = "ocsp-stale", unknown = "ocsp-unknown", invalid = "ocsp-unknown",
    unreachable = "ocsp-unreachable",
}

local function from_list(leg)
    if leg.verdict.revocation_source then return leg.verdict.revocation_source == "crl" end
    return #leg.chain.leaf.ocsp == 0
end

rule {
    name     = "no-answer",
    about    = "A certificate whose state should be known and is not: nothing stapled, an old answer, nobody there.",
    causes   = { "must-staple-missing", "ocsp-stale", "ocsp-unknown", "ocsp-unreachable", "crl-unavailable" },
    notes    = { ["no-ocsp-pointer"] = "info" },
    wakes_on = { judged = { has = "server_leg.revocation_fault" } },

    judged = function(flow)
        local leg = flow.server_leg
        local fault = leg.revocation_fault
        if fault == "no-address" then
            flow:note "no-ocsp-pointer"
            return
        end
        local cause = fault ~= "no-staple" and from_list(leg) and "crl-unavailable" or causes[fault]
        local suspect = flow:suspect(cause, { words = fault == "invalid" and cause == "ocsp-unknown" and "invalid" or nil })
            :because("server_leg.revocation_fault", 3)
        if leg.revocation_url then
            suspect:because("server_leg.revocation_url", 2)
        elseif cause ~= "crl-unavailable" then
            suspect:because("server_leg.staple", 2)
        end
        if leg.chain.leaf.must_staple then
            suspect:because("server_leg.chain.leaf.must_staple", 3)
        end
    end,
}
