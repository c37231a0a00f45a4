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
    -- An address that was tried in vain is as good as none.
    local tried = leg.issuer_fetch and leg.issuer_fetch ~= "fetched"
    local hole = flow:suspect(fetchable and not tried and "missing-intermediate-aia" or "missing-intermediate-no-aia",
            { words = tried and "tried" or nil, with = with }):because("checks.MissingIntermediate", 3)
    if tried then hole:because("server_leg.issuer_fetch", 3) end
    local unknown = flow:suspect("untrusted-root", { words = "root-not-sent", with = with })
    if last.is_ca then
        if fetchable and aia and not tried then hole:because(aia, 1) end
        unknown:because("server_leg.trusted_by", 3)
        local is_ca = chain.path(leg, check.cert, "is_ca")
        if is_ca then unknown:because(is_ca, 2) end
    else
        if aia and not tried then hole:because(aia, fetchable and 3 or 2) end             -- absence is evidence too; shown as "none"
        unknown:because("server_leg.trusted_by", 2)
    end
    return unknown
end

-- The words for a root that is not trusted here, by the public list that has it.
local whose_list = { mozilla = "mozilla-only", apple = "apple-only", both = "not-in-file" }

rule {
    name     = "unknown-ca",
    about    = "A chain whose last CA is in neither store, or in Mozilla's but not in Apple's, or a chain with a hole.",
    causes   = { "untrusted-root", "private-root-not-installed", "missing-intermediate-aia",
                 "missing-intermediate-no-aia", "signature-invalid" },
    wakes_on = { judged = { check = { "AnchorTrusted", "MissingIntermediate" } } },

    judged = function(flow)
        local leg, unknown = flow.server_leg
        local hole, anchor = leg.verdict:failed "MissingIntermediate", leg.verdict:failed "AnchorTrusted"
        if leg.ca_status == "removed" or anchor and leg.ca_status == "limited" then return end       -- the next rule's
        if anchor and anchor.cert == 0 and leg.chain.leaf.self_signed then return end       -- the other rule's
        if hole and leg.ca_status == "unverified-apple" then
            flow:suspect("untrusted-root", { words = "looks-like-apple" })
                :because("server_leg.ca_status", 3):because("checks.MissingIntermediate", 2)
            return
        elseif hole then
            unknown = breaks_off(flow, hole)
        else
            local root = chain.at(leg, anchor.cert)
            unknown = flow:suspect("untrusted-root", { words = whose_list[leg.trusted_by],
                    with = { root = chain.called(root), sha256 = root and root.sha256 } })
                :because("server_leg.trusted_by", 3):because("checks.AnchorTrusted", 3)
        end

        -- A name of one's own network: the house has a CA, whose root is as a rule not sent, and the phone does not have it.
        if flow.target.is_local and not whose_list[leg.trusted_by] then
            flow:suspect("private-root-not-installed"):because("target.is_local", 3):because("server_leg.trusted_by", 3)
                :because(hole and "checks.MissingIntermediate" or "checks.AnchorTrusted", 2)
        end
        if unknown and leg.verdict_user and leg.verdict_user.verdict == "accept" then unknown:because("server_leg.verdict_user.verdict", 1) end
    end,
}

-- What Apple's own lists say of the CA: gone from the store, or limited there to what it issued at some time or for something.
rule {
    name     = "apple-lists",
    about    = "A CA that Apple removed from its store or limited there.",
    causes   = { "distrusted-ca" },
    wakes_on = { judged = { has = "server_leg.ca_status" } },

    judged = function(flow)
        local leg = flow.server_leg
        local known = leg.ca_status == "removed" or leg.ca_status == "limited"
        if not known or leg.verdict.verdict == "accept" then return end
        local suspect = flow:suspect("distrusted-ca", { words = leg.ca_status == "limited" and "limited" or nil })
            :because("server_leg.ca_status", 3):because("server_leg.trusted_by", 2)
        if leg.ca_status == "limited" then
            for _, name in ipairs { "Revocation", "BlackListedKey", "GrayListedKey", "IssuerPolicyConstraints" } do
                if leg.verdict:failed(name) then suspect:because("checks." .. name, 3) end
            end
            if not leg.verdict.revocation_source then       -- nobody was asked: it is the list that speaks
                flow:rule_out("cert-revoked", "server_leg.ca_status")
                flow:rule_out("intermediate-revoked", "server_leg.ca_status")
            end
        end
        flow:rule_out("untrusted-root", "server_leg.ca_status")
    end,
}

rule {
    name     = "apple-only",
    about    = "Says that iPhones trust a root that other systems do not have.",
    notes    = { ["apple-only-root"] = "info" },
    wakes_on = { judged = { trusted_by = "apple" } },

    judged = function(flow)
        if flow.server_leg.verdict.verdict == "accept" then flow:note "apple-only-root" end
    end,
}

rule {
    name     = "fetched-issuer",
    about    = "A chain with a hole that was filled from the address in the certificate, as iOS does it.",
    causes   = { "missing-intermediate-aia" },
    wakes_on = { judged = { has = "server_leg.issuer_fetch" } },

    judged = function(flow)
        local leg = flow.server_leg
        local first = leg.fetched and leg.fetched[1]
        if not first then return end
        flow:suspect("missing-intermediate-aia", { words = leg.verdict.verdict == "accept" and "repaired" or "fetched",
                with = { issuer = chain.called(first), aia = leg.issuer_url } })
            :because("server_leg.issuer_fetch", 3):because("server_leg.issuer_url", 2)
        flow:rule_out("missing-intermediate-no-aia", "server_leg.issuer_fetch")
    end,
}
