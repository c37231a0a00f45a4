describe("http/status", function()
    local function answers(status, headers)
        return play { talk = { { request = { url = "https://shop.example/a" }, response = { status = status, headers = headers or {} } } } }
    end

    it("names a limit, and the time to wait", function()
        expect_diagnosis(answers(429, { ["Retry-After"] = "30" }), "rate-limited", { confidence = "likely", says = "for 30" })
        expect_diagnosis(answers(429), "rate-limited", "possible")
        expect_diagnosis(answers(503, { ["Retry-After"] = "120" }), "rate-limited", "possible")
    end)

    it("leaves an outage alone", function()
        expect_no_diagnosis(answers(503))
    end)

    it("explains what comes too early", function()
        expect_diagnosis(answers(425), "early-data-rejected", { confidence = "likely", says = "RFC 8470" })
    end)

    it("sleeps through a good answer", function() expect_asleep(answers(200)) end)
end)

describe("http/cut", function()
    it("is certain of a reply that was cut", function()
        expect_diagnosis(play { server_leg = { cut = "reply", ended = "fin" } }, "truncation-close", "certain")
    end)

    it("leaves damaged records to others", function()
        expect_no_diagnosis(play { server_leg = { cut = "reply", fault = "bad-record" } }, "truncation-close")
    end)
end)

describe("http/cleartext", function()
    it("names what went out", function()
        local flow = play { server_leg = none, cleartext = "login", target = { port = 80 } }
        expect_diagnosis(flow, "plain-http-page", { confidence = "likely", says = "Anybody on the way" })
    end)

    it("leaves the devices of a home alone", function()
        expect_no_diagnosis(play { server_leg = none, cleartext = "form", target = { port = 80, is_local = true } })
    end)
end)

describe("http/mixed", function()
    it("names the page", function()
        local flow = play { server_leg = none, secure_page = "https://shop.example/cart", target = { port = 80 } }
        expect_diagnosis(flow, "mixed-content", { confidence = "likely", says = "https://shop.example/cart" })
    end)
end)

describe("http/strict", function()
    it("adds why there is no button", function()
        local flow = play { target = { hsts = days(100) }, server_leg = { chain = { leaf = { not_after = days(-2) } } }, fails = { "TemporalValidity" } }
        expect_diagnosis(flow, "hsts-block", "likely")
    end)

    it("sleeps when nothing is at fault", function() expect_asleep(play { target = { hsts = days(100) } }, "http/strict") end)
end)

describe("http/forgotten", function()
    it("lays a reset out of silence to the silence", function()
        expect_diagnosis(play { server_leg = { quiet = 60000, ended = "rst" } }, "idle-timeout", { confidence = "likely" })
        expect_no_diagnosis(play { server_leg = { quiet = 300, ended = "rst" } })
    end)
end)
