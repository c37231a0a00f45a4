-- Who refuses us by design: Apple's own services, and apps that know their server.
local our_probe = match.hosts(lines "probe-hosts.txt")

local shown_and_refused = { "alert-after-certificate", "close-after-certificate", "alert-after-finish", "close-after-finish-unused" }

rule {
    name     = "apple",
    about    = "Apple services that pin: passed through unread, and never counted as faults.",
    causes   = { "apple-pinned-service" },
    may      = { "tunnel" },
    settings = { tunnel = { default = true, about = "pass these connections through unread" } },
    wakes_on = {
        hello      = { has = "target.apple_pinned" },
        tls_failed = { has = "target.apple_pinned", leg = "client" },
    },

    hello = function(flow)
        if flow.settings.tunnel then
            flow:decide("tunnel", { why = "Apple pins this service" })
        end
    end,

    tls_failed = function(flow)     -- only when the user asked to open it all the same
        flow:suspect("apple-pinned-service"):because("target.apple_pinned", 3):because("client_leg.symptom", 2)
        flow:rule_out("app-pinning", "target.apple_pinned")
        flow:rule_out("root-not-installed", "target.apple_pinned")
        flow:rule_out("root-not-fully-trusted", "target.apple_pinned")
    end,
}

rule {
    name     = "app",
    about    = "An app that accepts only its own key: the evidence for it, and against it.",
    causes   = { "app-pinning", "app-own-trust-store", "preconnect-unused" },
    wakes_on = { tls_failed = { leg = "client", symptom = shown_and_refused } },

    tls_failed = function(flow)
        local leg, past, app = flow.client_leg, flow.history, flow.client.app
        if leg.resumed or our_probe:has(flow.target.host) then return end

        local unused = leg.symptom == "close-after-finish-unused"
        if unused and past.host.accepted > 0 then
            -- The app uses this host on other connections: a spare connection, no refusal.
            flow:suspect("preconnect-unused"):because("client_leg.symptom", 3):because("history.host.accepted", 3)
            return
        end

        local pin = flow:suspect "app-pinning"

        -- for it: this host and no other
        if past.app.hosts_accepted > 0 then pin:because("history.app.hosts_accepted", 3)
        elseif past.device.hosts_accepted > 0 then pin:because("history.device.hosts_accepted", 2) end
        if past.host.streak >= 3 then pin:because("history.host.streak", 2) end
        if past.browser.accepted > 0 then pin:because("history.browser.accepted", 3) end
        if past.host.tunnel_worked then pin:because("history.host.tunnel_worked", 3) end

        -- against it
        if past.host.accepted > 0 then pin:against("history.host.accepted", 3) end
        if past.device.hosts_accepted == 0 then pin:against("history.device.hosts_refused", 3) end
        if past.browser.refused > 0 and past.browser.accepted == 0 then pin:against("history.browser.refused", 2) end
        if app.is_browser then pin:against("client.app.is_browser", 3) end
        if unused and past.host.streak < 3 then pin:against("client_leg.symptom", 2) else pin:because("client_leg.symptom", 1) end

        -- the look-alike: every host of this app refuses, and its TLS is not Apple's
        if past.app.hosts_accepted == 0 and past.app.hosts_refused >= 2 and past.device.hosts_accepted > 0 then
            local own = flow:suspect("app-own-trust-store"):because("history.app.hosts_refused", 3)
            if app.stack ~= "apple" then own:because("client.app.stack", 3) else own:against("client.app.stack", 2) end
        end
    end,
}
