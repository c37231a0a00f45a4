-- The certificate is fine, for somebody else. Which name would have worked?
local host = require "whytls.host"
local list = require "whytls.list"

-- A name of the lookup's alias chain that the certificate does cover: for mail, the provider's server name.
local function name_that_works(flow)
    local leaf = flow.server_leg.chain.leaf
    for _, alias in ipairs(flow.target.aliases) do
        if leaf:covers(alias) then return alias end
    end
    if not flow.mail then return end
    -- Of several, one that is called like a mail server; a wildcard is no name to enter.
    for _, prefix in ipairs { "^mail%d*%.", "^imap%d*%.", "^smtp%d*%.", "^pop3?%d*%.", "^mx%d*%." } do
        for _, name in ipairs(leaf.names) do
            if name:find(prefix) then return name end
        end
    end
    return #leaf.names == 1 and leaf.names[1]:sub(1, 1) ~= "*" and leaf.names[1] or nil
end

-- A wildcard that would cover the host if an asterisk stood for two labels.
local function short_wildcard(leaf, name_asked)
    local above = host.parent(name_asked)
    local further = above and host.parent(above)
    for _, name in ipairs(leaf.names) do
        if further and name:lower() == "*." .. further then return name end
    end
end

-- Near misses that take the public suffix list or the bytes of a name to see: the judge has seen them.
local seen_by_judge = { "wildcard-bad-position", "wildcard-public-suffix", "idn-mismatch" }

local function near_miss(flow)
    local leaf, asked = flow.server_leg.chain.leaf, flow.target.host
    if leaf:covers(host.other_form(asked)) then return "apex-www-mismatch", { use = host.other_form(asked) } end
    if short_wildcard(leaf, asked) then return "wildcard-depth", { wildcard = short_wildcard(leaf, asked) } end
    for _, cause in ipairs(seen_by_judge) do
        if list.has(flow.server_leg.verdict.causes, cause) then return cause end
    end
end

local function address_is_missing(flow)
    local leaf = flow.server_leg.chain.leaf
    if list.has(leaf.names, flow.target.host) then
        flow:suspect("ip-as-dns-san"):because("checks.SSLHostname", 3):because("server_leg.chain.leaf.names", 3)
    else
        flow:suspect("ip-not-in-san"):because("checks.SSLHostname", 3):because("target.is_ip", 3)
    end
end

rule {
    name     = "mismatch",
    about    = "The certificate names other hosts; says which name to use, and what to enter in Mail.",
    causes   = { "name-mismatch", "apex-www-mismatch", "wildcard-depth", "wildcard-bad-position", "wildcard-public-suffix", "idn-mismatch",
                 "mail-name-mismatch", "san-missing-cn-only", "ip-not-in-san", "ip-as-dns-san" },
    wakes_on = { judged = { check = "SSLHostname" } },

    judged = function(flow)
        local leaf = flow.server_leg.chain.leaf
        if #leaf.names == 0 and #leaf.ips == 0 then
            flow:suspect("san-missing-cn-only"):because("checks.SSLHostname", 3):because("server_leg.chain.leaf.subject.cn", 3)
            return
        end
        if flow.target.is_ip then return address_is_missing(flow) end

        local cause, with = near_miss(flow)
        if flow.mail then cause, with = "mail-name-mismatch", { use = name_that_works(flow) } end
        flow:suspect(cause or "name-mismatch", { with = with or { use = name_that_works(flow) } })
            :because("checks.SSLHostname", 3):because("server_leg.chain.leaf.names", 3)
    end,
}
