-- Who vouches for this chain? Nobody, a CA that nobody knows, or one that Mozilla knows and Apple does not.
rule {
    name     = "self-signed",
    about    = "A leaf that signed itself.",
    causes   = { "self-signed-leaf" },
    wakes_on = { judged = { check = "AnchorTrusted" } },

    judged = function(flow)
        local chain = flow.server_leg.chain
        if chain.leaf.self_signed then
            flow:rule_out("untrusted-root", "server_leg.chain.leaf.self_signed")
            flow:suspect("self-signed-leaf", { words = flow.target.is_local and "own-device" or nil })
                :because("server_leg.chain.leaf.self_signed", 3)
                :because("checks.AnchorTrusted@0", 3)
        end
    end,
}

rule {
    name     = "unknown-ca",
    about    = "A chain whose last CA is in neither store, or in Mozilla's but not in Apple's, or a chain with a hole.",
    causes   = { "untrusted-root", "distrusted-ca", "private-root-not-installed", "missing-intermediate-aia",
                 "missing-intermediate-no-aia" },
    wakes_on = { judged = { check = { "AnchorTrusted", "MissingIntermediate" } } },

    judged = function(flow)
        local leg = flow.server_leg
        if leg.verdict:failed "MissingIntermediate" then
            -- A chain that got as far as a CA may lack only a root that nobody knows; one that stops at the leaf has a hole.
            if leg.chain.top.is_ca then
                flow:suspect("untrusted-root"):because("server_leg.trusted_by", 3):because("checks.MissingIntermediate", 1)
            end
            if #leg.chain.top.aia > 0 then
                flow:suspect("missing-intermediate-aia"):because("checks.MissingIntermediate", 3):because("server_leg.chain.top.aia", 3)
            else
                flow:suspect("missing-intermediate-no-aia"):because("checks.MissingIntermediate", 3)
                    :because("server_leg.chain.top.aia", 2)
                -- What was left out may be the root itself, and one that nobody knows: the wire cannot tell.
                flow:suspect("untrusted-root"):because("server_leg.trusted_by", 2)
            end
            return
        end

        if leg.ca_status == "removed" then
            flow:suspect("distrusted-ca"):because("server_leg.ca_status", 3):because("checks.AnchorTrusted", 2)
        elseif leg.trusted_by == "mozilla" then
            flow:suspect("untrusted-root", { words = "mozilla-only" })
                :because("server_leg.trusted_by", 3)
                :because("checks.AnchorTrusted", 3)
        else
            flow:suspect("untrusted-root"):because("server_leg.trusted_by", 3):because("checks.AnchorTrusted", 3)
            if flow.target.is_local then
                flow:suspect("private-root-not-installed")
                    :because("target.is_local", 3):because("server_leg.trusted_by", 2)
            end
        end
    end,
}
