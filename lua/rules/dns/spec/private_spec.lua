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
