describe("road/login", function()
    local function came(login)
        return play { server_leg = none, client = { login = login }, target = { host = "shop.example" } }
    end

    it("names a login that is missing, though it may be a first try", function()
        expect_diagnosis(came "asked", "proxy-auth-required", { confidence = "possible", says = "shop.example" })
    end)

    it("is certain of one that is wrong", function()
        expect_diagnosis(came "wrong", "proxy-auth-required", { confidence = "certain", evidence = { "client.login" } })
    end)

    it("sleeps through a good flow", function() expect_asleep(play {}) end)
end)

describe("road/beyond", function()
    local function refused(dial)
        dial.via = dial.via or "http://proxy.example:3128"
        dial.addresses, dial.ms = { "192.0.2.9" }, 20
        return play { server_leg = none, dial = dial }
    end

    it("is certain that a 407 is a login of the proxy beyond", function()
        local flow = refused { error = "proxy-login", via_status = 407, via_asks = "Negotiate, NTLM", via_says = "It asks for a login, and none is set for it." }
        expect_diagnosis(flow, "upstream-proxy-407", { confidence = "certain", says = "Negotiate, NTLM" })
        expect_no_diagnosis(flow, "proxy-auth-required")
    end)

    it("says that it blocks the host", function()
        expect_diagnosis(refused { error = "proxy-refused", via_status = 403, via_says = "It answered CONNECT with status 403." },
            "upstream-proxy-407", { confidence = "likely", says = "status 403" })
    end)

    it("does not blame the site for what only the proxy has seen", function()
        for _, error in ipairs { "proxy-failed", "proxy-unreachable" } do
            local flow = refused { error = error, via = "socks5://proxy.example:1080", via_says = "It answered with code 5: the connection was refused." }
            expect_diagnosis(flow, "upstream-proxy-failed", { confidence = "likely", says = "code 5" })
            expect_no_diagnosis(flow, "tcp-refused")
        end
    end)

    it("leaves sites that were dialled directly to others", function()
        local flow = play { server_leg = none, dial = { error = "refused", addresses = { "192.0.2.7" }, ms = 5 } }
        expect_no_diagnosis(flow, "upstream-proxy-failed")
    end)
end)
