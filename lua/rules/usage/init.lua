-- A certificate that is meant for something else than a server.
rule {
    name     = "purpose",
    about    = "The extended key usage of the leaf or of an intermediate does not allow servers.",
    causes   = { "eku-not-server", "eku-missing", "eku-intermediate" },
    wakes_on = { judged = { check = { "ExtendedKeyUsage", "ServerAuthEKU" } } },

    judged = function(flow)
        local verdict, leaf = flow.server_leg.verdict, flow.server_leg.chain.leaf
        if #leaf.eku == 0 and verdict:failed "ServerAuthEKU" then
            flow:suspect("eku-missing"):because("checks.ServerAuthEKU", 3):because("server_leg.chain.leaf.eku", 2)
        elseif verdict:failed("ExtendedKeyUsage", 0) or not verdict:failed "ExtendedKeyUsage" and #leaf.eku > 0 then
            flow:suspect("eku-not-server"):because("server_leg.chain.leaf.eku", 3)
                :because(verdict:failed "ExtendedKeyUsage" and "checks.ExtendedKeyUsage" or "checks.ServerAuthEKU", 3)
        else
            flow:suspect("eku-intermediate"):because("checks.ExtendedKeyUsage", 3):because("server_leg.chain.issuer.eku", 3)
        end
    end,
}
