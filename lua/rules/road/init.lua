-- The way through proxies: ours, when it wants a login, and another one beyond it.
rule {
    name     = "login",
    about    = "Says that a client came to this proxy without its login, or with a wrong one.",
    causes   = { "proxy-auth-required" },
    wakes_on = { finish = { has = "client.login" } },

    finish = function(flow)
        flow:suspect("proxy-auth-required"):because("client.login", flow.client.login == "wrong" and 3 or 2)
    end,
}

rule {
    name     = "beyond",
    about    = "Says what the proxy beyond this one has against a connection: login, rules, or that it does not get there.",
    causes   = { "upstream-proxy-407", "upstream-proxy-failed" },
    wakes_on = { dial_failed = { error = { "proxy-login", "proxy-refused", "proxy-failed", "proxy-unreachable" } } },

    dial_failed = function(flow)
        local dial = flow.dial
        local refused = dial.error == "proxy-login" or dial.error == "proxy-refused"
        local found = flow:suspect(refused and "upstream-proxy-407" or "upstream-proxy-failed")
        found:because("dial.error", 3):because("dial.via", 2)
        if dial.via_status then found:because("dial.via_status", 2) end
        if dial.via_asks then found:because("dial.via_asks", 1) end
    end,
}
