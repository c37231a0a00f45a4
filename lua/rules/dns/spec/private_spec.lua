describe("dns/private-answer", function()
    local function answered(host, address)
        return play { target = { host = host, site = host }, server_leg = { address = address }, fails = { "SSLHostname@0" } }
    end
    local function silent(address)
        return play { target = { host = "shop.com", site = "shop.com" }, server_leg = none, dial = { error = "timeout", addresses = { address } } }
    end

    it("thinks of both when a public name has a private address and a certificate that does not fit", function()
        for _, address in ipairs { "10.0.0.1", "192.168.1.1", "172.16.0.9", "172.31.255.1", "100.64.0.1", "100.127.1.1", "fd12:3456::1", "fe80::1" } do
            expect_diagnosis(answered("shop.com", address), "dns-hijack", { place = 1, confidence = "possible" })
            expect_diagnosis(answered("shop.com", address), "dns-split-horizon", { place = 2, confidence = "possible" })
        end
    end)

    it("knows a server of the inside by the names of its certificate, and blames that for nothing", function()
        local flow = play { target = { host = "shop.com", site = "shop.com" }, fails = { "SSLHostname@0" },
            server_leg = { address = "10.0.0.1", chain = { leaf = { names = { "intranet.corp", "intranet" } } } } }
        expect_diagnosis(flow, "dns-split-horizon", { place = 1, confidence = "likely", says = "private address" })
        expect_no_diagnosis(flow, "dns-hijack")
    end)

    it("does not blame the site's port for what a sinkhole refuses", function()
        local flow = play { target = { host = "shop.com", site = "shop.com" }, server_leg = none, dial = { error = "refused", addresses = { "127.0.0.1" } } }
        expect_no_diagnosis(flow, "tcp-refused")
    end)

    it("speaks of a block where nobody can be", function()
        expect_diagnosis(silent "0.0.0.0", "dns-hijack", { says = "block" })
        expect_diagnosis(silent "127.0.0.1", "dns-hijack", { says = "block" })
    end)

    it("says nothing of public addresses, and of names that are not public", function()
        for _, address in ipairs { "192.0.2.7", "172.32.0.1", "100.128.0.1", "2001:db8::1", "11.0.0.1" } do
            expect_no_diagnosis(answered("shop.com", address), "dns-hijack")
        end
        expect_no_diagnosis(answered("shop.test", "10.0.0.1"), "dns-hijack")
        expect_no_diagnosis(answered("nas.local", "10.0.0.1"), "dns-hijack")
    end)

    it("sleeps where all is well", function() expect_asleep(play {}) end)
end)

describe("dns/advertises", function()
    local function advertised(alpn, ech)
        return play { dial = { addresses = { "192.0.2.7:443" }, hints = { alpn = alpn, ech = ech, addresses = {} } } }
    end

    it("tells of HTTP/3 and of hidden names", function()
        expect_note(advertised({ "h3", "h2" }, false), "dns/h3", { severity = "info", says = "h3" })
        expect_note(advertised({ "h2" }, true), "dns/ech", "info")
        expect_note(advertised({ "h3" }, true), "dns/h3-and-ech", "info")
    end)

    it("says nothing of what every site offers", function()
        local flow = advertised({ "h2" }, false)
        for _, code in ipairs { "dns/h3", "dns/ech", "dns/h3-and-ech" } do expect_no_note(flow, code) end
    end)
end)

describe("dns/hidden-name", function()
    local function left(hello, symptom, alert, hints)
        return play { client_leg = { hello = hello, symptom = symptom, alert = alert }, dial = { addresses = { "192.0.2.7:443" }, hints = hints } }
    end
    local required = { from = "client", number = 121, name = "ech_required", phase = "after-finish" }

    it("knows a client that insists on it", function()
        expect_diagnosis(left({ ech = "real" }, "alert-after-finish", required), "ech-in-use", { confidence = "likely", says = "encrypted the name" })
    end)

    it("goes by DNS, too", function()
        expect_diagnosis(left({ ech = "real" }, "close-after-certificate", nil, { alpn = { "h2" }, ech = true, addresses = {} }), "ech-in-use", "possible")
    end)

    it("leaves those alone that only pretend", function()
        expect_no_diagnosis(left({ ech = "grease" }, "close-after-certificate"), "ech-in-use")
        expect_no_diagnosis(left({ ech = "none" }, "close-after-certificate"), "ech-in-use")
    end)
end)
