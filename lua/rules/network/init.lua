-- No connection to the site at all: its name, its address, or the way there.
local causes = { nxdomain = "dns-nxdomain", servfail = "dns-servfail", refused = "tcp-refused", unreachable = "tcp-unreachable", reset = "tcp-reset" }

rule {
    name     = "unreached",
    about    = "Says why no connection to the site came about: DNS, refused, silent, unreachable, reset.",
    causes   = { "dns-nxdomain", "dns-servfail", "dns-timeout", "tcp-refused", "tcp-timeout", "tcp-unreachable", "tcp-reset" },
    wakes_on = { dial_failed = { error = { "nxdomain", "servfail", "timeout", "refused", "unreachable", "reset" } } },

    dial_failed = function(flow)
        local dial = flow.dial
        local cause = causes[dial.error]
        -- Time ran out: with an address at hand it was the site that kept silent, without one the name servers.
        if dial.error == "timeout" then cause = #dial.addresses > 0 and "tcp-timeout" or "dns-timeout" end
        local found = flow:suspect(cause):because("dial.error", 3)
        if #dial.addresses > 0 then found:because("dial.addresses", 2) else found:because("target.host", 2) end
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
