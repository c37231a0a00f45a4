-- Who vouches for this chain? Nobody, a CA that nobody knows, or one that Mozilla knows and Apple does not.
local chain = require "whytls.chain"
local list = require "whytls.list"

rule {
    name     = "self-signed",
    about    = "A leaf that signed itself.",
    causes   = { "self-signed-leaf" },
    wakes_on = { judged = { check = "AnchorTrusted" } },

    judged = function(flow)
        local leg = flow.server_leg
        if leg.chain.leaf.self_signed and leg.verdict:failed("AnchorTrusted", 0) then
            flow:rule_out("untrusted-root", "server_leg.chain.leaf.self_signed")
            flow:suspect("self-signed-leaf", { words = flow.target.is_local and "own-device" or nil })
                :because("server_leg.chain.leaf.self_signed", 3)
                :because("checks.AnchorTrusted@0", 3)
        end
    end,
}

-- The chain breaks off. Was an intermediate left out, or only a root that nobody knows? The wire cannot tell, but where it
-- breaks off can: a chain of the leaf alone has a hole; one that got as far as a CA may lack only its root.
local function breaks_off(flow, check)
    local leg = flow.server_leg
    local last, aia = chain.at(leg, check.cert), chain.path(leg, check.cert, "aia")
    if not last then return end
    local fetchable, with = #last.aia > 0, { issuer = last.issuer.cn or last.issuer.text, aia = last.aia[1] }

    if list.has(leg.verdict.causes, "signature-invalid") then
        flow:suspect("signature-invalid"):because("server_leg.verdict.causes", 3):because("checks.MissingIntermediate", 3)
    end
    local hole = flow:suspect(fetchable and "missing-intermediate-aia" or "missing-intermediate-no-aia", { with = with })
        :because("checks.MissingIntermediate", 3)
    local unknown = flow:suspect("untrusted-root", { words = "root-not-sent", with = with })
    if last.is_ca then
        if fetchable and aia then hole:because(aia, 1) end
        unknown:because("server_leg.trusted_by", 3)
        local is_ca = chain.path(leg, check.cert, "is_ca")
        if is_ca then unknown:because(is_ca, 2) end
    else
        if aia then hole:because(aia, fetchable and 3 or 2) end             -- absence is evidence too; shown as "none"
        unknown:because("server_leg.trusted_by", 2)
    end
    return unknown
end

rule {
    name     = "unknown-ca",
    about    = "A chain whose last CA is in neither store, or in Mozilla's but not in Apple's, or a chain with a hole.",
    causes   = { "untrusted-root", "distrusted-ca", "private-root-not-installed", "missing-intermediate-aia",
                 "missing-intermediate-no-aia", "signature-invalid" },
    wakes_on = { judged = { check = { "AnchorTrusted", "MissingIntermediate" } } },

    judged = function(flow)
        local leg, unknown = flow.server_leg
        local hole, anchor = leg.verdict:failed "MissingIntermediate", leg.verdict:failed "AnchorTrusted"
        if leg.ca_status == "removed" then
            flow:suspect("distrusted-ca"):because("server_leg.ca_status", 3):because("server_leg.trusted_by", 2)
            return
        end
        if anchor and anchor.cert == 0 and leg.chain.leaf.self_signed then return end       -- the other rule's
        if hole then
            unknown = breaks_off(flow, hole)
        else
            local root = chain.at(leg, anchor.cert)
            unknown = flow:suspect("untrusted-root", { words = leg.trusted_by == "mozilla" and "mozilla-only" or nil,
                    with = { root = chain.called(root), sha256 = root and root.sha256 } })
                :because("server_leg.trusted_by", 3):because("checks.AnchorTrusted", 3)
        end

        -- A name of one's own network: the house has a CA, whose root is as a rule not sent, and the phone does not have it.
        if flow.target.is_local and leg.trusted_by ~= "mozilla" then
            flow:suspect("private-root-not-installed"):because("target.is_local", 3):because("server_leg.trusted_by", 2)
        end
        if unknown and leg.verdict_user and leg.verdict_user.verdict == "accept" then unknown:because("server_leg.verdict_user.verdict", 1) end
    end,
}
