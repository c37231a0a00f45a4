-- A certificate that is meant for something else than a server.
local list = require "whytls.list"

-- The check that an intermediate fails whose usages leave servers out, or nil. The strict one is always told of the leaf,
-- whoever is to blame.
local function failed_by_intermediate(verdict, leaf)
    for _, check in ipairs(verdict.checks) do
        if check.check == "ExtendedKeyUsage" and check.cert > 0 then return "checks.ExtendedKeyUsage@" .. check.cert end
    end
    return verdict:failed "ServerAuthEKU" and list.has(leaf.eku, "serverAuth") and "checks.ServerAuthEKU" or nil
end

-- A person's or a program's: clients or mail, an address or a name with blanks, and no host.
local function is_personal(leaf)
    local named = #leaf.emails > 0 or (leaf.subject.cn or ""):find "[ @]" ~= nil
    return named and #leaf.names == 0 and #leaf.ips == 0 and #leaf.eku > 0 and not list.has(leaf.eku, "serverAuth")
end

rule {
    name     = "purpose",
    about    = "The extended key usage of the leaf or of an intermediate does not allow servers.",
    causes   = { "eku-not-server", "eku-missing", "eku-intermediate", "client-cert-on-server" },
    wakes_on = { judged = { check = { "ExtendedKeyUsage", "ServerAuthEKU" } } },

    judged = function(flow)
        local verdict, leaf = flow.server_leg.verdict, flow.server_leg.chain.leaf
        local strict = verdict:failed "ServerAuthEKU" ~= nil

        if verdict:failed("ExtendedKeyUsage", 0) and is_personal(leaf) then
            flow:suspect("client-cert-on-server"):because("checks.ExtendedKeyUsage@0", 3):because("server_leg.chain.leaf.eku", 2)
                :because(#leaf.emails > 0 and "server_leg.chain.leaf.emails" or "server_leg.chain.leaf.subject.cn", 3)
            flow:rule_out("eku-not-server", "server_leg.chain.leaf.eku")
            flow:rule_out("san-missing-cn-only", "server_leg.chain.leaf.eku")
        elseif #leaf.eku == 0 and strict then
            flow:suspect("eku-missing"):because("checks.ServerAuthEKU", 3):because("server_leg.chain.leaf.eku", 2)
        elseif verdict:failed("ExtendedKeyUsage", 0) or strict and not list.has(leaf.eku, "serverAuth") then
            flow:suspect("eku-not-server"):because("server_leg.chain.leaf.eku", 3)
                :because(verdict:failed("ExtendedKeyUsage", 0) and "checks.ExtendedKeyUsage@0" or "checks.ServerAuthEKU", 3)
        end
        local above = failed_by_intermediate(verdict, leaf)
        if above then flow:suspect("eku-intermediate"):because(above, 3):because("server_leg.chain.issuer.eku", 3) end
    end,
}
