-- Is the site's certificate out of date, or is it our own clock?
local chain = require "whytls.chain"
local list = require "whytls.list"

local function in_date(certificate, at)
    return certificate ~= nil and certificate.not_before <= at and at <= certificate.not_after
end

-- Our clock is known to be off, and by the time that the sites agree on every certificate is in date.
local function clock_explains(flow, failures)
    local clock = flow.proxy.clock
    if clock.state ~= "wrong" or not clock.offset then return false end
    for _, failure in ipairs(failures) do
        if not in_date(chain.at(flow.server_leg, failure.cert), flow.now + clock.offset) then return false end
    end
    return true
end

local function suspect_clock(flow, explains)
    local clock = flow.proxy.clock
    if clock.state == "right" then
        flow:rule_out("proxy-clock-wrong", "proxy.clock.state")
    elseif explains then
        local ours = flow:suspect("proxy-clock-wrong"):because("proxy.clock.offset", 3)
        if clock.date_failures >= 3 then ours:because("proxy.clock.date_failures", 3) end
    elseif clock.state == "unchecked" and clock.date_failures >= 3 then
        -- Many unrelated sites seldom expire within ten minutes; but nobody has contradicted our clock yet.
        flow:suspect("proxy-clock-wrong"):because("proxy.clock.date_failures", 2)
    end
end

-- Which cause a certificate outside its dates stands for, the date that tells it, and the variant of the words.
local function fault_of(flow, depth)
    local certificate = chain.at(flow.server_leg, depth)
    if certificate and certificate.not_before > flow.now then
        return "cert-not-yet-valid", "not_before", depth > 0 and "authority" or nil
    end
    if depth == 0 then return "cert-expired-leaf", "not_after" end
    if not certificate or certificate.self_signed then return "cert-expired-root", "not_after" end
    return "cert-expired-intermediate", "not_after"
end

rule {
    name     = "expired",
    about    = "Tells an expired or not yet valid certificate from a proxy whose clock is wrong.",
    causes   = { "cert-expired-leaf", "cert-expired-intermediate", "cert-expired-root", "cert-not-yet-valid", "cert-time-malformed",
                 "proxy-clock-wrong" },
    wakes_on = { judged = { check = "TemporalValidity" } },

    judged = function(flow)
        local verdict = flow.server_leg.verdict
        local failures = chain.failures(verdict, { TemporalValidity = true })

        if list.has(verdict.causes, "cert-time-malformed") then       -- dates that cannot be read are compared with nothing
            flow:suspect("cert-time-malformed"):because("server_leg.verdict.causes", 3):because("checks.TemporalValidity", 2)
            return
        end

        local explains = clock_explains(flow, failures)
        suspect_clock(flow, explains)
        for _, failure in ipairs(failures) do
            local depth = failure.cert
            local certificate = chain.at(flow.server_leg, depth)
            local cause, date, words = fault_of(flow, depth)
            local site = flow:suspect(cause, { words = words, with = {
                    whose = chain.called(certificate), ended = certificate and certificate.not_after,
                    starts = certificate and certificate.not_before } })
                :because(("checks.TemporalValidity@%d"):format(depth), 3)
            local path = chain.path(flow.server_leg, depth, date)
            if path then site:because(path, 3) end
            if explains then site:against("proxy.clock.state", 3) end
            -- Of several, iOS names the certificate nearest to the site.
            if depth == 0 and flow.proxy.clock.state == "right" then site:because("now", 3) end
        end
    end,
}
