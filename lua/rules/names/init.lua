-- The certificate is fine, for somebody else. Which name would have worked?
local host = require "whytls.host"

-- A name of the lookup's alias chain that the certificate does cover: for mail, the provider's server name.
local function name_that_works(flow)
    local leaf = flow.server_leg.chain.leaf
    for _, alias in ipairs(flow.target.aliases) do
        if leaf:covers(alias) then return alias end
    end
    if flow.mail and #leaf.names == 1 and leaf.names[1]:sub(1, 1) ~= "*" then return leaf.names[1] end
end

-- A wildcard that would cover the host if an asterisk stood for two labels.
local function short_wildcard(leaf, name_asked)
    local above = host.parent(name_asked)
    local further = above and host.parent(above)
    for _, name in ipairs(leaf.names) do
        if further and name == "*." .. further then return name end
    end
end

rule {
    name     = "mismatch",
    about    = "The certificate names other hosts; says which name to use, and what to enter in Mail.",
    causes   = { "name-mismatch", "apex-www-mismatch", "wildcard-depth", "mail-name-mismatch", "san-missing-cn-only", "ip-not-in-san" },
    wakes_on = { judged = { check = "SSLHostname" } },

    judged = function(flow)
        local leaf, asked = flow.server_leg.chain.leaf, flow.target.host

        if #leaf.names == 0 and #leaf.ips == 0 then
            flow:suspect("san-missing-cn-only"):because("checks.SSLHostname", 3):because("server_leg.chain.leaf.subject.cn", 3)
            return
        end
        if flow.target.is_ip then
            flow:suspect("ip-not-in-san"):because("checks.SSLHostname", 3):because("target.is_ip", 3)
            return
        end
        local cause, with = "name-mismatch", { use = name_that_works(flow) }
        if flow.mail then
            cause = "mail-name-mismatch"
        elseif leaf:covers(host.other_form(asked)) then
            cause, with.use = "apex-www-mismatch", host.other_form(asked)
        elseif short_wildcard(leaf, asked) then
            cause, with.wildcard = "wildcard-depth", short_wildcard(leaf, asked)
        end
        flow:suspect(cause, { with = with }):because("checks.SSLHostname", 3):because("server_leg.chain.leaf.names", 3)
    end,
}
