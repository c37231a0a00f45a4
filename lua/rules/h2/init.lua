-- HTTP/2 after a good handshake.

-- By leg and fault, whose side of the story the words tell.
local words = {
    server = { ["broken"] = nil, ["stream-broken"] = "site-stream", ["accused"] = "site-accuses" },
    client = { ["broken"] = "client", ["stream-broken"] = "client-stream", ["accused"] = "client-accuses" },
}

rule {
    name     = "broken",
    about    = "One end broke a rule of HTTP/2, or ended the connection and says that we did.",
    causes   = { "h2-protocol-error" },
    wakes_on = { tls_failed = { symptom = "h2-fault" } },

    tls_failed = function(flow)
        local where = flow.failed_leg
        local leg = where == "client" and flow.client_leg or flow.server_leg
        local told = flow:suspect("h2-protocol-error", { leg = where, words = words[where][leg.h2.fault] })
        -- What we read ourselves is a fact; what the other end says of us is its opinion.
        told:because(where .. "_leg.h2.fault", leg.h2.fault == "accused" and 2 or 3):because(where .. "_leg.h2.code", 1)
        if leg.h2.why then told:because(where .. "_leg.h2.why", 2) end
    end,
}

rule {
    name     = "misdirected",
    about    = "A request for one name came over a connection that was made for another, and was sent back with 421.",
    causes   = { "misdirected-421" },
    provides = { ["h2.misdirected"] = "string" },
    wakes_on = { response = { status = 421 }, finish = { has = "client_leg.misdirected" } },

    response = function(flow)
        -- Later responses of the same connection may say others.
        flow:set("h2.misdirected", flow.request and flow.request.url or flow.target.host)
        local back = flow:suspect("misdirected-421"):because("h2.misdirected", 3)
        if flow.server_leg and flow.server_leg.alpn == "h2" then back:because("server_leg.alpn", 2) end
    end,

    finish = function(flow)
        flow:suspect("misdirected-421", { words = "ours", leg = "client" }):because("client_leg.misdirected", 3):because("target.host", 2)
    end,
}
