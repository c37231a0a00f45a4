local function site(h2)
    return play { server_leg = { alpn = "h2", symptom = "h2-fault", h2 = h2 }, client_leg = { alpn = "h2" } }
end
local function client(h2)
    return play { client_leg = { alpn = "h2", symptom = "h2-fault", h2 = h2 } }
end

describe("h2/broken", function()
    it("names the site that broke a rule", function()
        local flow = site { fault = "broken", code = "PROTOCOL_ERROR", why = "DATA on stream 0" }
        expect_diagnosis(flow, "h2-protocol-error", { confidence = "certain", says = "The site broke a rule" })
    end)

    it("names the response that did", function()
        local flow = site { fault = "stream-broken", code = "PROTOCOL_ERROR", why = "HEADERS on stream 1: connection" }
        expect_diagnosis(flow, "h2-protocol-error", { confidence = "likely", says = "others on the same connection go on" })
    end)

    it("repeats what the site says of us as its own account", function()
        local flow = site { fault = "accused", code = "ENHANCE_YOUR_CALM", why = "too_many_pings" }
        expect_diagnosis(flow, "h2-protocol-error", { says = "too_many_pings" })
        expect_diagnosis(site { fault = "accused", code = "PROTOCOL_ERROR" }, "h2-protocol-error", { says = "GOAWAY PROTOCOL_ERROR" })
    end)

    it("names the client that broke a rule", function()
        expect_diagnosis(client { fault = "broken", code = "PROTOCOL_ERROR", why = "DATA on stream 0" }, "h2-protocol-error",
            { confidence = "likely", says = "The client broke a rule" })
        expect_diagnosis(client { fault = "stream-broken", code = "PROTOCOL_ERROR" }, "h2-protocol-error", { says = "request that HTTP/2 does not allow" })
        expect_diagnosis(client { fault = "accused", code = "INTERNAL_ERROR" }, "h2-protocol-error", { says = "GOAWAY INTERNAL_ERROR" })
    end)

    it("sleeps through a good flow", function() expect_asleep(play {}) end)
end)

describe("h2/misdirected", function()
    it("sees a site that sends a request back", function()
        local flow = play { server_leg = { alpn = "h2" }, talk = { { request = { url = "https://shop.example/a" }, response = { status = 421 } } } }
        expect_diagnosis(flow, "misdirected-421", { confidence = "likely", says = "421" })
    end)

    it("thinks so of HTTP/1.1 as well", function()
        expect_diagnosis(play { server_leg = { alpn = "http/1.1" }, talk = { { request = { url = "https://shop.example/a" }, response = { status = 421 } } } }, "misdirected-421")
    end)

    it("says what we sent back ourselves", function()
        local flow = play { client_leg = { alpn = "h2", misdirected = "bank.example" } }
        expect_diagnosis(flow, "misdirected-421", { confidence = "likely", says = "bank.example" })
    end)

    it("is silent about other answers", function()
        expect_no_diagnosis(play { talk = { { response = { status = 404 } } } }, "misdirected-421")
    end)
end)
