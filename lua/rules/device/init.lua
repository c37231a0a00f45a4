-- The phone refuses us everywhere: which step of the set-up is missing?
local list = require "whytls.list"

local shown = { "alert-after-certificate", "close-after-certificate", "alert-after-finish", "close-after-finish-unused" }

-- Alerts that name their reason, said only by stacks that mean them; 42 and 46 are said of everything.
local BAD_DATE, UNKNOWN_CA, BAD_PURPOSE = 45, 48, 43
local unreadable = { [47] = true, [50] = true, [51] = true }        -- our certificate cannot even be read or verified

-- What we signed under it was refused by our own check for no other reason.
local function our_root_has_expired(flow)
    local verdict = flow.client_leg.verdict
    return verdict ~= nil and list.has(verdict.causes, "cert-expired-root")
end

-- What is said of devices and apps, all of it explained by an expired root.
local blames_others = { "proxy-leaf-defect", "root-not-installed", "root-not-fully-trusted", "root-removed-by-restriction",
                        "app-pinning", "app-own-trust-store" }

rule {
    name     = "root-expired",
    about    = "The root of this proxy has expired, so that no device accepts anything under it.",
    causes   = { "root-expired-local" },
    wakes_on = { tls_failed = { leg = "client", symptom = shown } },

    tls_failed = function(flow)
        if flow.client_leg.resumed or not our_root_has_expired(flow) then return end
        local expired = flow:suspect "root-expired-local"
        expired:because("client_leg.verdict.causes", 3):because("client_leg.leaf.not_after", 3)
        if flow.proxy.clock.state == "wrong" then expired:against("proxy.clock.state", 3) end
        for _, cause in ipairs(blames_others) do flow:rule_out(cause, "client_leg.verdict.causes") end
    end,
}

rule {
    name     = "our-leaf",
    about    = "The certificate that we made is itself at fault. Asked before anybody else is blamed.",
    causes   = { "proxy-leaf-defect" },
    wakes_on = { tls_failed = { leg = "client", symptom = shown } },

    tls_failed = function(flow)
        local leg = flow.client_leg
        local number = leg.alert and leg.alert.number
        local rejected = leg.verdict and leg.verdict.verdict == "reject"
        if leg.resumed or not (rejected or unreadable[number] or number == BAD_PURPOSE and flow.client.app.stack == "openssl") then return end

        local ours = flow:suspect "proxy-leaf-defect"
        if rejected then ours:because("client_leg.verdict.verdict", 3)
        elseif leg.verdict then ours:against("client_leg.verdict.verdict", 1) end
        if unreadable[number] then ours:because("client_leg.alert.number", 3):because("client_leg.symptom", 2)
        elseif number == BAD_PURPOSE then ours:because("client_leg.alert.number", 3) end
    end,
}

rule {
    name     = "clock",
    about    = "The clock of the device is outside the dates of the certificates that we make.",
    causes   = { "device-clock-wrong" },
    wakes_on = { tls_failed = { leg = "client", symptom = shown } },

    tls_failed = function(flow)
        local leg, device = flow.client_leg, flow.client.device
        local says_so = leg.alert ~= nil and leg.alert.number == BAD_DATE
        if leg.resumed or not (says_so or device.clock_state == "wrong") then return end

        local clock = flow:suspect "device-clock-wrong"
        if says_so then clock:because("client_leg.alert.number", 3):because("client_leg.leaf.not_after", 1) end
        if device.clock_state == "wrong" then clock:because("client.device.clock_state", 3):because("client.device.clock_offset", 2)
        elseif device.clock_state == "right" then clock:against("client.device.clock_state", 2) end
        if flow.history.host.accepted > 0 then clock:against("history.host.accepted", 2) end
    end,
}

-- A phone has one list of roots for all its apps. On a computer every program may bring its own, so that one of them
-- trusting us says little of the next.
local one_list = match.words { "iPhone", "iPad" }

local function trusts_us(flow)
    local past = flow.history
    return past.app.last_accepted ~= nil or one_list:has(flow.client.device.family) and past.device.last_accepted ~= nil
end

-- It trusted us until the root in force was made, and never since.
local function has_an_older_root(flow)
    local last = flow.history.device.last_accepted
    return last ~= nil and last < flow.proxy.root_since
end

local function suspect_older_root(flow)
    local device = flow.client.device
    local old = flow:suspect "root-regenerated"
    old:because("proxy.root_since", 3):because("history.device.last_accepted", 2)
    if device.root_fetched and device.root_fetched ~= flow.proxy.root_sha256 then old:because("client.device.root_fetched", 3) end
end

-- The wire cannot tell these two apart; a download can make one of them the better guess.
local function suspect_set_up(flow)
    local device, past, leg = flow.client.device, flow.history.device, flow.client_leg
    local missing, off = flow:suspect "root-not-installed", flow:suspect "root-not-fully-trusted"

    local tested = device.probe == "trusted"
    if device.profile_fetched then
        if not tested then off:because("client.device.profile_fetched", 3) end      -- the test page knew more
        missing:against("client.device.profile_fetched", 2)
    else
        missing:because("client.device.profile_fetched", 1)      -- absence is evidence too; shown as "none"
    end
    for _, guess in ipairs { missing, off } do
        guess:because("history.device.hosts_refused", past.hosts_refused >= 2 and 3 or 1)
        local number = leg.alert and leg.alert.number
        if number == UNKNOWN_CA then guess:because("client_leg.alert.number", 3)
        elseif number == BAD_DATE or number == BAD_PURPOSE then guess:against("client_leg.alert.number", 2)
        else guess:because("client_leg.symptom", 1) end
        if device.probe == "refused" then guess:because("client.device.probe", 3)
        elseif tested then guess:against("client.device.probe", 3) end
        if device.clock_state == "wrong" then guess:against("client.device.clock_state", 1) end
        if past.last_accepted then guess:against("history.device.last_accepted", past.hosts_accepted > 0 and 3 or 2) end
    end
end

rule {
    name     = "root",
    about    = "Our root is not installed, not switched on, or no longer the one the phone has.",
    causes   = { "root-not-installed", "root-not-fully-trusted", "root-regenerated" },
    wakes_on = { tls_failed = { leg = "client", symptom = shown } },

    tls_failed = function(flow)
        local leg, past = flow.client_leg, flow.history
        if leg.resumed or leg.alert and unreadable[leg.alert.number] then return end
        -- Unused, while the same app used this host on another connection: nothing was refused.
        if leg.symptom == "close-after-finish-unused" and past.host.accepted > 0 then return end

        if has_an_older_root(flow) then
            suspect_older_root(flow)
            flow:rule_out("root-not-installed", "history.device.last_accepted")
            flow:rule_out("root-not-fully-trusted", "history.device.last_accepted")
        elseif trusts_us(flow) and past.device.hosts_accepted > 0 then
            flow:rule_out("root-not-installed", "history.device.last_accepted")
            flow:rule_out("root-not-fully-trusted", "history.device.last_accepted")
        else
            suspect_set_up(flow)
        end
    end,
}

-- The fact which says that what refuses us here and now accepted us before.
local function accepted_here(flow)
    local past, device = flow.history, flow.client.device
    if past.host.last_accepted then return "history.host.last_accepted" end
    -- The browser did: of use only where not all the refusals since are one app's, which may never have trusted us.
    local one_app = not past.app.last_accepted and past.device.streak <= past.app.refused
    if past.browser.last_accepted and not one_app then return "history.browser.last_accepted" end
    if device.probe == "trusted" and not one_app then return "client.device.probe" end
end

-- For a while nothing on this device accepts us any more, under the root that it did accept: not one app's decision.
local function lost_its_trust(flow)
    local past, device = flow.history.device, flow.client.device
    local last = past.last_accepted or device.probe == "trusted" and device.probe_at
    return last and last >= flow.proxy.root_since and past.streak >= 3 and past.hosts_refused >= 2
end

rule {
    name     = "lost",
    about    = "A device that accepted us, under the root in force, and now refuses us everywhere: the profile is gone, or its clock is.",
    causes   = { "root-removed-by-restriction", "device-clock-wrong" },
    wakes_on = { tls_failed = { leg = "client", symptom = shown } },

    tls_failed = function(flow)
        local leg, device, last = flow.client_leg, flow.client.device, flow.history.device.last_accepted
        if leg.resumed or leg.alert and unreadable[leg.alert.number] or not lost_its_trust(flow) then return end
        local here = accepted_here(flow)
        if not here then return end
        -- The refusals may be older than the test page; so it alone is a weaker sign.
        local by_page = here == "client.device.probe"
        local gone = flow:suspect("root-removed-by-restriction")
        gone:because("history.device.streak", by_page and 1 or 3):because(here, by_page and 2 or 3)

        if leg.alert and leg.alert.number == BAD_DATE then gone:against("client_leg.alert.number", 3) end
        if device.clock_state == "wrong" then gone:against("client.device.clock_state", 3)
        elseif device.clock_state ~= "right" and not by_page then
            flow:suspect("device-clock-wrong"):because("history.device.streak", 2):because(here, 1)
        end
        if last and device.probe == "trusted" and device.probe_at > last then gone:against("client.device.probe", 3) end
    end,
}
