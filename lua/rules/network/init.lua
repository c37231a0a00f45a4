-- No connection to the site at all: its name, its address, or the way there.
local causes = { nxdomain = "dns-nxdomain", servfail = "dns-servfail", refused = "tcp-refused", unreachable = "tcp-unreachable", reset = "tcp-reset" }

-- How DNS failed, where the cause alone does not say it: other words for the same cause.
local words = { ["no-address"] = "no-address", ["refused"] = "refused", ["unreachable"] = "unreachable" }

local function only_ipv6(addresses)
    for _, address in ipairs(addresses) do
        if not address:find ":.*:" then return false end
    end
    return #addresses > 0
end

local function resolver_failed(flow, cause)
    local dial = flow.dial
    if dial.dns == "bogus" then cause = "dnssec-bogus" end
    local found = flow:suspect(cause, { words = words[dial.dns] }):because("dial.error", 3):because("target.host", 2)
    if dial.dns then found:because("dial.dns", 3) end
end

rule {
    name     = "unreached",
    about    = "Says why no connection to the site came about: DNS, refused, silent, unreachable, reset.",
    causes   = { "dns-nxdomain", "dns-servfail", "dns-timeout", "dnssec-bogus", "tcp-refused", "tcp-timeout", "tcp-unreachable", "tcp-reset", "no-ip-family" },
    wakes_on = { dial_failed = { error = { "nxdomain", "servfail", "timeout", "refused", "unreachable", "reset" } } },

    dial_failed = function(flow)
        local dial = flow.dial
        local cause = causes[dial.error]
        -- Time ran out: with an address at hand it was the site that kept silent, without one the name servers.
        if dial.error == "timeout" then cause = #dial.addresses > 0 and "tcp-timeout" or "dns-timeout" end
        if #dial.addresses == 0 then
            resolver_failed(flow, cause)
            return
        end
        flow:suspect(cause):because("dial.error", 3):because("dial.addresses", 2)
        if dial.error == "unreachable" and only_ipv6(dial.addresses) then
            flow:suspect("no-ip-family", { words = "ipv6-alone" }):because("dial.error", 3):because("dial.addresses", 3)
        end
    end,
}

-- The other kind of addresses answered: it works, and began slowly. A proxy that has no IPv6 at all is not told of here.
rule {
    name     = "one-family",
    about    = "Addresses of one kind (IPv4, IPv6) give no connection, while those of the other do.",
    causes   = { "no-ip-family" },
    notes    = { ["slow-family"] = "low" },
    wakes_on = { finish = { has = "dial.dead_family" } },

    finish = function(flow)
        if flow.dial.dead_family_error == "timeout" then
            flow:note("slow-family")            -- not yet; it may have come a moment later
        else
            flow:suspect("no-ip-family"):because("dial.dead_family", 3):because("dial.dead_family_error", 3)
        end
    end,
}

rule {
    name     = "cut",
    about    = "The connection was there, and was reset before TLS came about.",
    causes   = { "tcp-reset" },
    wakes_on = { tls_failed = { leg = "server", symptom = { "close-before-server-hello", "close-after-certificate" } } },

    tls_failed = function(flow)
        local leg = flow.server_leg
        if leg.ended ~= "rst" or leg.wants_client_certificate then return end
        flow:suspect("tcp-reset"):because("server_leg.ended", 3):because("server_leg.symptom", 2)
    end,
}
