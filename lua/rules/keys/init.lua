-- Keys that are too short, signatures that are too old.
local chain = require "whytls.chain"
local list = require "whytls.list"

-- What iOS minds about a key of this kind; its name begins so.
local kinds = { { "RSA-PSS", "rsa-pss-cert" }, { "RSA-", "weak-key-rsa" }, { "Ed", "ed25519-cert" }, { "DSA", "dsa-key" } }

local function fault_of(certificate, causes)
    for _, kind in ipairs(kinds) do
        if certificate.key:sub(1, #kind[1]) == kind[1] then return kind[2] end
    end
    return list.has(causes, "ec-explicit-params") and "ec-explicit-params" or "ec-curve-unsupported"
end

rule {
    name     = "weak-key",
    about    = "A key in the chain is smaller than iOS accepts, or of a kind that it does not accept.",
    causes   = { "weak-key-rsa", "ec-curve-unsupported", "ec-explicit-params", "ed25519-cert", "dsa-key", "rsa-pss-cert" },
    wakes_on = { judged = { check = { "KeySize", "WeakKeySize" } } },

    judged = function(flow)
        local leg = flow.server_leg
        for _, check in ipairs(chain.failures(leg.verdict, { KeySize = true, WeakKeySize = true })) do
            local certificate = chain.at(leg, check.cert)
            if certificate then
                local weak = flow:suspect(fault_of(certificate, leg.verdict.causes),
                        { with = { whose = chain.called(certificate), key = certificate.key } })
                    :because("checks." .. check.check, 3)
                local path = chain.path(leg, check.cert, "key")
                if path then weak:because(path, 3) end
            end
        end
    end,
}

rule {
    name     = "weak-signature",
    about    = "A certificate of the chain was signed with SHA-1, MD5 or older.",
    causes   = { "weak-signature-sha1", "weak-signature-md5" },
    wakes_on = { judged = { check = { "SignatureHashAlgorithms", "WeakSignature" } } },

    judged = function(flow)
        local leg, sha1 = flow.server_leg, false
        for _, check in ipairs(chain.failures(leg.verdict, { WeakSignature = true, SignatureHashAlgorithms = true })) do
            local broken = leg.verdict:failed("WeakSignature", check.cert) ~= nil       -- MD5 fails both checks
            if check.check == "WeakSignature" or not broken then
                local certificate = chain.at(leg, check.cert)
                local weak = flow:suspect(broken and "weak-signature-md5" or "weak-signature-sha1", { with = {
                        whose = chain.called(certificate), signature = certificate and certificate.signature } })
                    :because("checks." .. check.check, 3)
                local path = chain.path(leg, check.cert, "signature")
                if path then weak:because(path, check.cert == 0 and 3 or 2) end   -- iOS names the one nearest to the site
                sha1 = sha1 or not broken
            end
        end
        if not sha1 then flow:rule_out("weak-signature-sha1", "checks.WeakSignature") end
    end,
}
