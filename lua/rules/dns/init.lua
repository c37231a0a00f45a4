-- A public name, and an address that is nobody's on the Internet. A filter, a sinkhole, a router's help page; or a network
-- that means it: its own server under its public name.
local reserved = match.words { "test", "example", "invalid", "localhost", "local", "internal", "lan", "home", "onion", "arpa" }

-- RFC 1918, RFC 6598 and RFC 4193 name private ones; RFC 1122 §3.2.1.3 those that no host has.
local private = { "^10%.", "^192%.168%.", "^172%.1[6-9]%.", "^172%.2%d%.", "^172%.3[01]%.", "^100%.6[4-9]%.", "^100%.[7-9]%d%.",
                  "^100%.1[01]%d%.", "^100%.12[0-7]%.", "^169%.254%.", "^f[cd]%x%x:", "^fe[89ab]%x:" }
local dead = { "^0%.", "^127%.", "^::1?$" }

local function fits(address, patterns)
    for _, pattern in ipairs(patterns) do
        if address:find(pattern) then return true end
    end
    return false
end

local function is_public(target)
    if target.is_ip or target.is_local then return false end
    return not reserved:has(target.host:match "[^.]+$")
end

local function suspect(flow, address, fact, weight)
    if not is_public(flow.target) then return end
    if fits(address, dead) then
        flow:suspect("dns-hijack", { words = "sinkhole" }):because(fact, 3):because("target.host", 2)
    elseif fits(address, private) then
        flow:suspect("dns-hijack"):because(fact, weight):because("target.host", 1)
        flow:suspect("dns-split-horizon"):because(fact, weight):because("target.host", 1)
    end
end

rule {
    name     = "private-answer",
    about    = "A public name was answered with a private address, and what is there does not fit it.",
    causes   = { "dns-hijack", "dns-split-horizon" },
    wakes_on = { judged = { verdict = "reject" }, dial_failed = { error = { "timeout", "refused", "unreachable", "reset" } } },

    judged = function(flow)
        if flow.server_leg.address then suspect(flow, flow.server_leg.address, "server_leg.address", 2) end
    end,

    dial_failed = function(flow)
        local first = flow.dial.addresses[1]
        if first then suspect(flow, first, "dial.addresses", 2) end
    end,
}
