-- A chain that is complete, but one of its authorities may not do what it did.
local told_by = {
    { "BasicConstraintsCA", "not-a-ca" },
    { "BasicConstraints", "basic-constraints-missing" },
    { "KeyUsage", "keycertsign-missing" },
    { "BasicConstraintsPathLen", "path-length-exceeded" },
    { "NameConstraints", "name-constraint-dns" },
    { "CriticalExtensions", "unknown-critical-extension" },
    { "DuplicateExtension", "duplicate-extension" },
    { "IdLinkage", "aki-ski-mismatch" },
}

rule {
    name     = "may-sign",
    about    = "An authority of the chain is none, may not sign certificates, or not this deep or for this name; a form that iOS refuses.",
    causes   = { "not-a-ca", "basic-constraints-missing", "keycertsign-missing", "path-length-exceeded", "name-constraint-dns",
                 "unknown-critical-extension", "duplicate-extension", "aki-ski-mismatch" },
    wakes_on = { judged = { check = { "BasicConstraintsCA", "BasicConstraints", "KeyUsage", "BasicConstraintsPathLen", "NameConstraints",
                                      "CriticalExtensions", "DuplicateExtension", "IdLinkage" } } },

    judged = function(flow)
        for _, pair in ipairs(told_by) do
            if flow.server_leg.verdict:failed(pair[1]) then
                flow:suspect(pair[2]):because("checks." .. pair[1], 3):because("server_leg.verdict.text", 2)
            end
        end
    end,
}
