describe("network/unreached", function()
    local function dialled(error, addresses)
        return play { server_leg = none, dial = { error = error, addresses = addresses or { "192.0.2.7" }, ms = 5000 } }
    end

    for error, cause in pairs { nxdomain = "dns-nxdomain", servfail = "dns-servfail" } do
        it("is certain that " .. error .. " is " .. cause, function()
            expect_diagnosis(dialled(error, {}), cause, { confidence = "certain", evidence = { "dial.error" } })
        end)
    end
    for error, cause in pairs { refused = "tcp-refused", unreachable = "tcp-unreachable" } do
        it("is certain that " .. error .. " is " .. cause, function()
            expect_diagnosis(dialled(error), cause, { confidence = "certain", says = "192.0.2.7" })
        end)
    end

    it("tells a silent resolver from a silent host", function()
        local flow = dialled("timeout", {})
        expect_diagnosis(flow, "dns-timeout", { confidence = "likely", says = "5000 ms" })
        expect_no_diagnosis(flow, "tcp-timeout")
        flow = dialled "timeout"
        expect_diagnosis(flow, "tcp-timeout", "certain")
        expect_no_diagnosis(flow, "dns-timeout")
    end)

    it("sees a reset while connecting", function()
        expect_diagnosis(dialled "reset", "tcp-reset", "likely")
    end)

    it("says nothing of trust", function()
        expect_equal(#dialled("refused").data.diagnosis, 1)
    end)
end)

describe("network/cut", function()
    local function cut(leg)
        leg.chain, leg.verdict = none, none
        return play { server_leg = leg }
    end

    it("sees a reset after the connection was there", function()
        expect_diagnosis(cut { symptom = "close-before-server-hello", ended = "rst" }, "tcp-reset", "certain")
        expect_diagnosis(cut { symptom = "close-after-certificate", ended = "rst" }, "tcp-reset", "likely")
    end)

    it("leaves an orderly close, and a site that wanted a certificate, to others", function()
        expect_no_diagnosis(cut { symptom = "close-before-server-hello", ended = "fin" })
        expect_no_diagnosis(cut { symptom = "close-after-certificate", ended = "rst", wants_client_certificate = true })
    end)

    it("sleeps through a good flow", function() expect_asleep(play {}) end)
end)
