-- Keys that are too short, signatures that are too old.
rule {
    name     = "weak-key",
    about    = "A key in the chain is smaller than iOS accepts.",
    causes   = { "weak-key-rsa", "ec-curve-unsupported", "ed25519-cert" },
    wakes_on = { judged = { check = { "KeySize", "WeakKeySize" } } },

    judged = function(flow)
        local verdict, leaf = flow.server_leg.verdict, flow.server_leg.chain.leaf
        local check = verdict:failed "KeySize" and "checks.KeySize" or "checks.WeakKeySize"
        local at_leaf = verdict:failed("KeySize", 0) or verdict:failed("WeakKeySize", 0)
        local cause = "weak-key-rsa"
        if at_leaf and leaf.key:sub(1, 3) ~= "RSA" then
            cause = leaf.key:sub(1, 2) == "Ed" and "ed25519-cert" or "ec-curve-unsupported"
        end
        flow:suspect(cause):because(check, 3):because("server_leg.chain.leaf.key", at_leaf and 3 or 1)
    end,
}

rule {
    name     = "weak-signature",
    about    = "A certificate of the chain was signed with SHA-1, MD5 or older.",
    causes   = { "weak-signature-sha1", "weak-signature-md5" },
    wakes_on = { judged = { check = { "SignatureHashAlgorithms", "WeakSignature" } } },

    judged = function(flow)
        if flow.server_leg.verdict:failed "WeakSignature" then
            flow:rule_out("weak-signature-sha1", "checks.WeakSignature")
            flow:suspect("weak-signature-md5"):because("checks.WeakSignature", 3):because("server_leg.chain.leaf.signature", 2)
        else
            flow:suspect("weak-signature-sha1"):because("checks.SignatureHashAlgorithms", 3)
                :because("server_leg.chain.leaf.signature", 2)
        end
    end,
}
