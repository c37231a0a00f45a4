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

    local function unknown(error, dns)
        return play { server_leg = none, dial = { error = error, dns = dns, addresses = {}, ms = 40 } }
    end

    it("says how DNS failed", function()
        expect_diagnosis(unknown("nxdomain", "no-name"), "dns-nxdomain", { confidence = "certain", says = "does not exist", evidence = { "dial.dns" } })
        expect_diagnosis(unknown("nxdomain", "no-address"), "dns-nxdomain", { confidence = "certain", says = "has no address" })
        expect_diagnosis(unknown("servfail", "servfail"), "dns-servfail", { confidence = "certain", says = "no usable answer" })
        expect_diagnosis(unknown("servfail", "refused"), "dns-servfail", { confidence = "certain", says = "REFUSED" })
        expect_diagnosis(unknown("timeout", "silent"), "dns-timeout", { confidence = "likely", says = "silent" })
        expect_diagnosis(unknown("timeout", "unreachable"), "dns-timeout", { confidence = "likely", says = "no name server listens" })
    end)

    it("is certain of DNSSEC when the answer is there without it", function()
        local flow = unknown("servfail", "bogus")
        expect_diagnosis(flow, "dnssec-bogus", { confidence = "certain", says = "signatures" })
        expect_no_diagnosis(flow, "dns-servfail")
    end)

    it("thinks of IPv6 where there is nothing else, and no way to it", function()
        expect_diagnosis(dialled("unreachable", { "2001:db8::1" }), "no-ip-family", { place = 2, confidence = "likely", says = "IPv6 addresses only" })
        expect_no_diagnosis(dialled("unreachable", { "2001:db8::1", "192.0.2.7" }), "no-ip-family")
        expect_no_diagnosis(dialled("refused", { "2001:db8::1" }), "no-ip-family")
    end)

    it("sees a reset while connecting", function()
        expect_diagnosis(dialled "reset", "tcp-reset", "likely")
    end)

    it("says nothing of trust", function()
        expect_equal(#dialled("refused").data.diagnosis, 1)
    end)
end)

describe("network/one-family", function()
    local function half(family, error)
        return play { dial = { dead_family = family, dead_family_error = error, addresses = { "2001:db8::1", "192.0.2.7" } } }
    end

    it("tells which kind of address is closed", function()
        expect_diagnosis(half("IPv6", "refused"), "no-ip-family", { confidence = "likely", says = "IPv6 addresses" })
        expect_diagnosis(half("IPv4", "reset"), "no-ip-family", { confidence = "likely", says = "IPv4 addresses" })
    end)

    it("only remarks on one that was slower", function()
        local flow = half("IPv6", "timeout")
        expect_no_diagnosis(flow, "no-ip-family")
        expect_note(flow, "network/slow-family", { severity = "low", says = "IPv6 had not answered" })
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
