-- A public name, and an address that is nobody's on the Internet. A filter, a sinkhole, a router's help page; or a network
-- that means it: its own server under its public name.
local list = require "whytls.list"
local reserved = match.words { "test", "example", "invalid", "localhost", "local", "internal", "lan", "home", "onion", "arpa" }

local ECH_REQUIRED = 121        -- RFC 9849 §5: it used keys for ECH, and the server took no notice

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

-- Names that only an inside server has (RFC 6762 appendix G, and `internal`): no filter and no login page has a certificate for them.
local inside_zones = match.words { "internal", "intranet", "local", "lan", "home", "corp", "private" }

local function is_internal(leaf)
    if not leaf or #leaf.names == 0 then return false end
    for _, name in ipairs(leaf.names) do
        if name:find(".", 1, true) and not inside_zones:has(name:match "[^.]+$") then return false end
    end
    return true
end

-- What did not answer at such an address is not the site, so nothing is said of the site's own port.
local of_the_site = { "tcp-refused", "tcp-timeout", "tcp-unreachable", "tcp-reset" }

local function suspect(flow, address, fact, weight, leaf)
    if not is_public(flow.target) then return end
    if fits(address, dead) then
        flow:suspect("dns-hijack", { words = "sinkhole" }):because(fact, 3):because("target.host", 2)
        for _, cause in ipairs(of_the_site) do flow:rule_out(cause, fact) end
    elseif fits(address, private) then
        local inside = flow:suspect("dns-split-horizon"):because(fact, weight):because("target.host", 1)
        if is_internal(leaf) then
            inside:because("server_leg.chain.leaf.names", 3)
            flow:rule_out("name-mismatch", fact)
        else
            flow:suspect("dns-hijack"):because(fact, weight):because("target.host", 1)
        end
    end
end

rule {
    name     = "private-answer",
    about    = "A public name was answered with a private address, and what is there does not fit it.",
    causes   = { "dns-hijack", "dns-split-horizon" },
    wakes_on = { judged = { verdict = "reject" }, dial_failed = { error = { "timeout", "refused", "unreachable", "reset" } } },

    judged = function(flow)
        if flow.server_leg.address then suspect(flow, flow.server_leg.address, "server_leg.address", 2, flow.server_leg.chain.leaf) end
    end,

    dial_failed = function(flow)
        local first = flow.dial.addresses[1]
        if first then suspect(flow, first, "dial.addresses", 2) end
    end,
}

-- What a site advertises in DNS (HTTPS records, RFC 9460): protocols that iPhones try past a proxy, and keys that hide the name.
rule {
    name     = "advertises",
    about    = "Tells that a site advertises HTTP/3 or Encrypted ClientHello in DNS.",
    notes    = { ["h3"] = "info", ["ech"] = "info", ["h3-and-ech"] = "info" },
    wakes_on = { finish = { has = "dial.hints" } },

    finish = function(flow)
        local hints = flow.dial.hints
        local h3 = list.has(hints.alpn, "h3")
        if h3 and hints.ech then
            flow:note "h3-and-ech"
        elseif h3 then
            flow:note "h3"
        elseif hints.ech then
            flow:note "ech"
        end
    end,
}

rule {
    name     = "hidden-name",
    about    = "The client hid the name that it wants (Encrypted ClientHello), and left when we answered for the one in front.",
    causes   = { "ech-in-use" },
    wakes_on = { tls_failed = { leg = "client", symptom = { "alert-before-server-hello", "alert-after-certificate", "alert-after-finish",
                                                            "close-after-certificate", "close-after-finish-unused" } } },

    tls_failed = function(flow)
        local leg = flow.client_leg
        if leg.hello.ech ~= "real" then return end
        local found = flow:suspect("ech-in-use"):because("client_leg.hello.ech", 2)
        if leg.alert and leg.alert.number == ECH_REQUIRED then found:because("client_leg.alert.name", 3) end
        if flow.dial and flow.dial.hints and flow.dial.hints.ech then found:because("dial.hints.ech", 2) end
    end,
}
