describe("presence/private-relay", function()
    local function asks(host, asked) return play { target = { host = host }, client = { device = { relay_asked = asked or none } } } end

    it("tells of it when a device asks for the first time", function()
        expect_diagnosis(asks "mask.icloud.com", "vpn-or-relay", { place = 1, says = "Limit IP Address Tracking" })
        expect_diagnosis(asks "mask-h2.icloud.com", "vpn-or-relay", { place = 1 })
    end)

    it("tells it once", function() expect_no_diagnosis(asks("mask.icloud.com", 3), "vpn-or-relay") end)

    it("sleeps through everything else", function()
        expect_asleep(asks "www.icloud.com")
        expect_asleep(asks "mask.icloud.com.example")
    end)
end)
