-- A WebSocket that did not open although TLS is well.
rule {
    name     = "unopened",
    about    = "Says why a WebSocket that was asked for did not open: refused, answered with a page, or with a wrong handshake.",
    causes   = { "websocket-upgrade-failed" },
    wakes_on = { finish = { has = "websocket.failed" } },

    finish = function(flow)
        local ws = flow.websocket
        if not ws or not ws.failed then return end
        if ws.failed == "unanswered" and flow.failed_leg then return end    -- TLS itself went wrong: others know more
        -- No answer may be the phone's doing as well: it closed, or lost its network.
        local found = flow:suspect("websocket-upgrade-failed"):because("websocket.failed", ws.failed == "unanswered" and 1 or 3)
        if ws.status and ws.failed == "status" then found:because("websocket.status", 2) end
        if ws.origin and (ws.status == 401 or ws.status == 403) then found:because("websocket.origin", 1) end
        if ws.knows then found:because("websocket.knows", 2) end
    end,
}
