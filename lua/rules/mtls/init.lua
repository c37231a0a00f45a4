-- The site wants a certificate of the client.

-- What servers say of a certificate that they do not take: RFC 8446 §6.2, and handshake_failure, as OpenSSL says of the rest.
local rejections = { [40] = true, [42] = true, [43] = true, [44] = true, [45] = true, [46] = true, [48] = true, [49] = true }

local function answer_of(leg)
    return leg and leg.certificate_request and leg.certificate_request.answer
end

local function was_sent(flow) return answer_of(flow.server_leg) == "sent" end

-- Without us it would have worked: the phone has what the site wants.
local function suspect_us(flow)
    -- Bytes went both ways then, which is less than a session.
    local worked, shown = flow.history.host.tunnel_worked, answer_of(flow.client_leg) == "sent"
    if not worked and not shown then return end
    local ours = flow:suspect("mtls-through-proxy"):because("server_leg.wants_client_certificate", 2)
    if worked then ours:because("history.host.tunnel_worked", 2) end
    if shown then ours:because("client_leg.certificate_request.answer", 3) end
end

local function suspect_missing(flow)
    local leg = flow.server_leg
    local wanted = flow:suspect("mtls-required"):because("server_leg.wants_client_certificate", 3)
    if leg.alert then wanted:because("server_leg.alert.number", 3) else wanted:because("server_leg.symptom", 2) end
    local request = leg.certificate_request
    if not request then return end
    if request.answer == "no-fit" or request.answer == "unusable" then wanted:because("server_leg.certificate_request.answer", 1) end
    if request.n_accepts > 0 then wanted:because("server_leg.certificate_request.accepts", 1) end
end

local function suspect_sent(flow)
    local leg = flow.server_leg
    if leg.alert and not rejections[leg.alert.number] then return end
    local rejected = flow:suspect("mtls-rejected"):because("server_leg.certificate_request.answer", 3)
    if leg.alert then rejected:because("server_leg.alert.number", 3) else rejected:because("server_leg.symptom", 1) end
    local sent = leg.certificate_request.certificate
    if sent and sent.not_after < flow.now then rejected:because("server_leg.certificate_request.certificate.not_after", 3) end
end

rule {
    name     = "handshake",
    about    = "The site asked for a client certificate, and broke off without one, or with the one it got.",
    causes   = { "mtls-required", "mtls-rejected", "mtls-through-proxy" },
    wakes_on = { tls_failed = { leg = "server", has = "server_leg.wants_client_certificate" } },

    tls_failed = function(flow)
        local leg = flow.server_leg
        if not leg.wants_client_certificate or leg.symptom == "stalled" then return end
        if leg.alert and leg.alert.from ~= "server" then return end                 -- we broke it off
        if was_sent(flow) then return suspect_sent(flow) end
        suspect_missing(flow)
        suspect_us(flow)
    end,
}

rule {
    name     = "answer",
    about    = "The site asked for a client certificate, and refused the request without one, or with the one it got.",
    causes   = { "mtls-403", "mtls-rejected", "mtls-through-proxy" },
    provides = { ["mtls.status"] = "integer" },
    wakes_on = { response = { status = { 400, 401, 403, 495, 496 }, has = "server_leg.wants_client_certificate" } },

    response = function(flow)
        local leg, status = flow.server_leg, flow.response.status
        if not leg or not leg.wants_client_certificate then return end
        flow:set("mtls.status", status)                     -- later responses of the same connection may say others
        -- 401 asks for a password as a rule; 495 and 496 say in so many words that it was the certificate.
        local weight = status == 401 and 1 or status >= 495 and 3 or 2
        if not was_sent(flow) then
            flow:suspect("mtls-403"):because("server_leg.wants_client_certificate", 2):because("mtls.status", weight)
            return suspect_us(flow)
        end
        if status ~= 401 then                               -- 403 is about rights as a rule, once a certificate was shown
            flow:suspect("mtls-rejected"):because("server_leg.certificate_request.answer", 2):because("mtls.status", status == 403 and 1 or weight)
        end
    end,
}

rule {
    name     = "renegotiation",
    about    = "The site wanted to shake hands anew, as servers with TLS 1.2 do to ask for a certificate, and then refused the request.",
    causes   = { "mtls-403" },
    provides = { ["mtls.later_status"] = "integer" },
    wakes_on = { response = { status = { 400, 403, 495, 496 }, has = "server_leg.wants_renegotiation" } },

    response = function(flow)
        if not flow.server_leg or not flow.server_leg.wants_renegotiation then return end
        flow:set("mtls.later_status", flow.response.status)
        flow:suspect("mtls-403"):because("server_leg.wants_renegotiation", 2):because("mtls.later_status", flow.response.status >= 495 and 3 or 2)
    end,
}

rule {
    name     = "shown",
    about    = "The phone showed us a certificate that the site wanted, and that we could not show it.",
    causes   = { "mtls-through-proxy" },
    wakes_on = { finish = { has = "client_leg.certificate_request" } },

    finish = function(flow)
        local leg = flow.server_leg
        if not leg or not leg.wants_client_certificate or was_sent(flow) then return end
        if leg.symptom then suspect_us(flow) end            -- one that is content without was not kept from anything
    end,
}

rule {
    name     = "optional",
    about    = "Asked about by hand, the site wanted a client certificate and went on without: what it does with requests is not seen then.",
    causes   = { "mtls-403" },
    wakes_on = { finish = { has = "server_leg.certificate_request" } },

    finish = function(flow)
        local leg = flow.server_leg
        if flow.entry ~= "explain" or not leg or leg.symptom or was_sent(flow) then return end
        flow:suspect("mtls-403", { words = "unseen" }):because("server_leg.wants_client_certificate", 2)
    end,
}

-- An identity of a profile is for Safari, Mail and their like; an app has only what it brought itself (Apple, "Certificates" in
-- Platform Deployment). That a device has one we know from the day on which something on it showed one.
rule {
    name      = "not-for-app",
    about     = "An app shows no client certificate when it is asked for one, on a device that has shown one before.",
    causes    = { "identity-not-for-app" },
    remembers = { device = { shown = "time" } },
    wakes_on  = { finish = { has = "client_leg.certificate_request" } },

    finish = function(flow)
        local known, request = flow.memory.device, flow.client_leg.certificate_request
        if request.answer == "sent" then
            known.shown = flow.now
        elseif request.answer == "none" and known.shown and not flow.client.app.is_browser then
            flow:suspect("identity-not-for-app"):because("client_leg.certificate_request.answer", 3):because("client.app.name", 2)
        end
    end,
}
