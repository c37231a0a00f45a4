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
        tls_failed = { has = "target.apple_pinned", leg = "client", symptom = shown_and_refused },
    },

    hello = function(flow)
        if flow.settings.tunnel then
            flow:decide("tunnel", { why = "Apple pins this service" })
        end
    end,

    tls_failed = function(flow)     -- only when the user asked to open it all the same
        if flow.client_leg.resumed then return end
        flow:suspect("apple-pinned-service"):because("target.apple_pinned", 3):because("client_leg.symptom", 2)
        flow:rule_out("app-pinning", "target.apple_pinned")
        flow:rule_out("root-not-installed", "target.apple_pinned")
        flow:rule_out("root-not-fully-trusted", "target.apple_pinned")
    end,
}

-- Seconds in which a connection of the same app to the same host counts as beside an unused one.
local BESIDE = 15

-- A connection that was never used, of an app that uses this host on others: spare, and no refusal.
local function suspect_spare(flow)
    local here = flow.history.host
    if here.accepted == 0 then return false end
    local beside = here.last_accepted ~= nil and flow.now - here.last_accepted <= BESIDE
    flow:suspect("preconnect-unused"):because("client_leg.symptom", 3):because("history.host.accepted", beside and 3 or 1)
    return beside or here.streak < 3
end

local function suspect_pin(flow)
    local leg, past = flow.client_leg, flow.history
    -- The set-up page saw that the device trusts us, and this app refuses one host.
    local tested = flow.client.device.probe == "trusted" and past.app.hosts_refused == 1
    local pin = flow:suspect("app-pinning", { words = flow.proxy.learn == "suggest" and "offer" or nil })

    -- for it: this host and no other
    if past.app.hosts_accepted > 0 then pin:because("history.app.hosts_accepted", 3)
    elseif past.device.hosts_accepted > 0 then pin:because("history.device.hosts_accepted", 2)
    elseif tested then pin:because("client.device.probe", 2) end
    if past.host.streak >= 3 then pin:because("history.host.streak", 2) end
    if past.browser.accepted > 0 then pin:because("history.browser.accepted", 3) end
    if past.host.tunnel_worked then pin:because("history.host.tunnel_worked", 3) end

    -- against it
    if past.host.accepted > 0 then pin:against("history.host.accepted", 3) end
    if past.device.hosts_accepted == 0 and not tested then pin:against("history.device.hosts_refused", 3) end
    if past.browser.refused > 0 and past.browser.accepted == 0 then pin:against("history.browser.refused", 2) end
    if flow.client.app.is_browser then pin:against("client.app.is_browser", 3) end
    if leg.symptom == "close-after-finish-unused" and past.host.streak < 3 then pin:against("client_leg.symptom", 2)
    else pin:because("client_leg.symptom", 1) end
end

-- The look-alike: every host of this app refuses, others on the device do not, and its TLS is not Apple's.
local function suspect_own_store(flow)
    local past, alert = flow.history, flow.client_leg.alert
    if past.app.last_accepted or past.app.hosts_accepted > 0 or past.device.hosts_accepted == 0 then return end
    local several, foreign = past.app.hosts_refused >= 2, flow.client.app.stack ~= "apple"
    if not several and not foreign then return end

    local own = flow:suspect("app-own-trust-store"):because("history.app.hosts_refused", several and 3 or 1)
    if not foreign then own:against("client.app.stack", 2)
    else own:because("client.app.stack", several and 3 or 1) end
    if alert and alert.number == 48 then own:because("client_leg.alert.number", 2) end      -- unknown_ca: of a CA, not of a key
end

rule {
    name     = "app",
    about    = "An app that accepts only its own key, or only its own authorities: the evidence for it, and against it.",
    causes   = { "app-pinning", "app-own-trust-store", "preconnect-unused" },
    wakes_on = { tls_failed = { leg = "client", symptom = shown_and_refused } },

    tls_failed = function(flow)
        local leg = flow.client_leg
        if leg.resumed or our_probe:has(flow.target.host) then return end
        if leg.symptom == "close-after-finish-unused" and suspect_spare(flow) then return end
        suspect_pin(flow)
        suspect_own_store(flow)
    end,
}

-- A host that passes unread and is left all the same: what the app refuses is the site's own certificate. By lengths alone, so
-- never more than likely.
rule {
    name     = "stale-pin",
    about    = "An app leaves a connection that nobody opens, as soon as the site has shown its certificate.",
    causes   = { "app-pin-stale" },
    wakes_on = { finish = { has = "client_leg.unread_end" } },

    finish = function(flow)
        if flow.target.apple_pinned then return end
        local stale = flow:suspect("app-pin-stale"):because("client_leg.unread_end", 3)
        if flow.history.host.tunnel_worked then stale:because("history.host.tunnel_worked", 2) end
        flow:rule_out("app-pinning", "client_leg.unread_end")       -- passing unread would have cured that
    end,
}
