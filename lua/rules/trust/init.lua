-- Who vouches for this chain? Nobody, a CA that nobody knows, or one that Mozilla knows and Apple does not.
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
local function breaks_off(flow)
    local leg = flow.server_leg
    local top, fetchable = leg.chain.top, #leg.chain.top.aia > 0

    if list.has(leg.verdict.causes, "signature-invalid") then
        flow:suspect("signature-invalid"):because("server_leg.verdict.causes", 3):because("checks.MissingIntermediate", 3)
    end
    local hole = flow:suspect(fetchable and "missing-intermediate-aia" or "missing-intermediate-no-aia")
        :because("checks.MissingIntermediate", 3)
    local unknown = flow:suspect("untrusted-root", { words = "root-not-sent" })
    if top.is_ca then
        if fetchable then hole:because("server_leg.chain.top.aia", 1) end
        unknown:because("server_leg.trusted_by", 3):because("server_leg.chain.top.is_ca", 2)
    else
        hole:because("server_leg.chain.top.aia", fetchable and 3 or 2)      -- absence is evidence too; shown as "none"
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
        if leg.ca_status == "removed" then
            flow:suspect("distrusted-ca"):because("server_leg.ca_status", 3):because("server_leg.trusted_by", 2)
            return
        end
        if leg.chain.leaf.self_signed and #leg.chain == 1 then return end           -- the other rule's
        if leg.verdict:failed "MissingIntermediate" then
            unknown = breaks_off(flow)
        else
            unknown = flow:suspect("untrusted-root", { words = leg.trusted_by == "mozilla" and "mozilla-only" or nil })
                :because("server_leg.trusted_by", 3):because("checks.AnchorTrusted", 3)
        end

        -- A name of one's own network, and a CA that only the root is missing of: the house has a CA, and the phone not its root.
        if flow.target.is_local and leg.trusted_by ~= "mozilla" and (leg.verdict:failed "AnchorTrusted" or leg.chain.top.is_ca) then
            flow:suspect("private-root-not-installed"):because("target.is_local", 3):because("server_leg.trusted_by", 2)
        end
        if leg.verdict_user and leg.verdict_user.verdict == "accept" then unknown:because("server_leg.verdict_user.verdict", 1) end
    end,
}
