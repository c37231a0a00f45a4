-- TLS is in order, and HTTP inside it is not; or there is no TLS where there should be.

rule {
    name     = "status",
    about    = "The site answered that it is asked too often, or too early.",
    causes   = { "rate-limited", "early-data-rejected" },
    provides = { ["http.status"] = "integer", ["http.retry_after"] = "string" },
    wakes_on = { response = { status = { 425, 429, 503 } } },

    response = function(flow)
        local status, later = flow.response.status, flow.response.headers["retry-after"]
        if status == 503 and not later then return end      -- an outage like any other
        flow:set("http.status", status)                     -- later responses of the same connection may say others
        if status == 425 then
            local early = flow:suspect("early-data-rejected"):because("http.status", 3)
            if flow.server_leg then early:because("server_leg.version", 2) end
            return
        end
        local limited = flow:suspect("rate-limited"):because("http.status", status == 429 and 3 or 1)
        if later then
            flow:set("http.retry_after", later)
            limited:because("http.retry_after", 2)
        end
    end,
}

rule {
    name     = "cut",
    about    = "The connection ended in the middle of a reply.",
    causes   = { "truncation-close" },
    wakes_on = { finish = { has = "server_leg.cut" } },

    finish = function(flow)
        if flow.server_leg.fault then return end            -- we ended it, with a reason
        flow:suspect("truncation-close"):because("server_leg.cut", 3):because("server_leg.ended", 2)
    end,
}

rule {
    name     = "cleartext",
    about    = "A password or a form went out in plain HTTP.",
    causes   = { "plain-http-page" },
    wakes_on = { finish = { has = "cleartext" } },

    finish = function(flow)
        if flow.target.is_local then return end             -- a printer, a router: their networks are their own
        flow:suspect("plain-http-page"):because("cleartext", 3):because("target.port", 2)
    end,
}

rule {
    name     = "mixed",
    about    = "A page with TLS loads parts of itself without.",
    causes   = { "mixed-content" },
    wakes_on = { finish = { has = "secure_page" } },

    finish = function(flow)
        flow:suspect("mixed-content"):because("secure_page", 3):because("target.port", 2)
    end,
}

rule {
    name     = "strict",
    about    = "The site's certificate is at fault, and the site once said that browsers must offer no way past that.",
    causes   = { "hsts-block" },
    wakes_on = { judged = { has = "target.hsts", verdict = "reject" } },

    judged = function(flow)
        -- What is at fault is said by others; this adds why there is no button.
        flow:suspect("hsts-block"):because("target.hsts", 3):because("server_leg.verdict.verdict", 2)
    end,
}

-- Milliseconds of silence before a reset is laid to the silence.
local QUIET = 2000

rule {
    name     = "forgotten",
    about    = "A connection worked, was quiet for a while, and was reset with nothing left to answer.",
    causes   = { "idle-timeout" },
    wakes_on = { finish = { has = "server_leg.quiet" } },

    finish = function(flow)
        if flow.server_leg.quiet < QUIET or flow.server_leg.symptom then return end
        flow:suspect("idle-timeout"):because("server_leg.quiet", 3):because("server_leg.ended", 2)
    end,
}
