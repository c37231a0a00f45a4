describe("network", function()
    for error, cause in pairs { nxdomain = "dns-nxdomain", servfail = "dns-servfail", refused = "tcp-refused", unreachable = "tcp-unreachable" } do
        it("calls " .. error .. " " .. cause, function()
            expect_diagnosis(play { server_leg = none, dial = { error = error, addresses = { "192.0.2.7" }, ms = 3 } }, cause)
        end)
    end

    it("tells a silent resolver from a silent host", function()
        expect_diagnosis(play { server_leg = none, dial = { error = "timeout", addresses = {}, ms = 5000 } }, "dns-timeout")
        expect_diagnosis(play { server_leg = none, dial = { error = "timeout", addresses = { "192.0.2.7" }, ms = 5000 } }, "tcp-timeout")
    end)

    it("sees a reset after the connection was there", function()
        expect_diagnosis(play { server_leg = { symptom = "close-before-server-hello", ended = "rst" } }, "tcp-reset")
    end)

    it("sleeps through a good flow", function() expect_asleep(play {}) end)
end)
