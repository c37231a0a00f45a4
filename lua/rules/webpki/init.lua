-- iPhones and the others do not always agree. Chrome, Firefox and Android go by RFC 5280 and by the Baseline Requirements of
-- the CA/Browser Forum.

-- The failing check that a verdict tells of: the one whose number iOS reports, or the first.
local function told(verdict)
    for _, check in ipairs(verdict.checks) do
        if check.osstatus == verdict.osstatus then return check end
    end
    return verdict.checks[1]
end

-- Chrome and Firefox ask for Certificate Transparency as well. The judge asks it under the rules of iOS alone, so a verdict
-- that falls for nothing else sets nobody apart.
local function is_of_logs_alone(verdict)
    for _, check in ipairs(verdict.checks) do
        if check.check ~= "SystemTrustedCTRequired" and check.check ~= "CTRequired" then return false end
    end
    return #verdict.checks > 0
end

-- What the rules for public certificates ask of a certificate's form. Strict programs look; the browsers hardly do.
local in_writing = match.words { "Version", "SerialNumber", "Issuer", "ExtensionCriticality", "AuthorityKeyIdentifier", "SubjectKeyIdentifier",
                                 "SubjectAltName", "CommonName", "NameConstraintsForm", "RootExtendedKeyUsage" }

local function is_of_form_alone(verdict)
    for _, check in ipairs(verdict.checks) do
        if not in_writing:has(check.check) then return false end
    end
    return #verdict.checks > 0
end

rule {
    name     = "others",
    about    = "An iPhone accepts a chain that Chrome, Firefox and Android refuse, or the other way round.",
    notes    = { ["only-iphones"] = "medium", ["only-others"] = "medium", form = "low" },
    wakes_on = { judged = { has = "server_leg.verdict_webpki" } },

    judged = function(flow)
        local ios, web = flow.server_leg.verdict, flow.server_leg.verdict_webpki
        local words = { accept = { reject = "only-iphones" }, reject = { accept = "only-others" } }
        local code = (words[ios.verdict] or {})[web.verdict]
        if not code or code == "only-others" and is_of_logs_alone(ios) then return end
        local check = told(code == "only-iphones" and web or ios)
        -- Some of the others look for an issuer that was not sent as well; the package trust speaks of that.
        if check and check.check == "MissingIntermediate" then return end
        if code == "only-iphones" and is_of_form_alone(web) then code = "form" end
        flow:note(code, { check = check and check.check, detail = check and check.detail })
    end,
}
