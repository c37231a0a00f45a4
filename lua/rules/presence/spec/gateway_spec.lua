describe("presence/quic", function()
    local function comes(quic)
        return play { entry = "transparent", target = { host = "shop.example", learnt = "sni" }, client = { quic = quic, quic_ago = quic and 120 } }
    end

    it("names HTTP/3 that the gateway let pass", function()
        expect_diagnosis(comes "passed", "quic-bypass", { place = 1, says = "without --quic" })
    end)

    it("has no more than a word for one that came back", function()
        local flow = comes "refused"
        expect_no_diagnosis(flow, "quic-bypass")
        expect_note(flow, "presence/quic-refused")
    end)

    it("sleeps where no QUIC was seen", function() expect_asleep(comes(nil)) end)
end)

describe("presence/past-the-proxy", function()
    local function comes(proxied)
        return play { entry = "transparent", target = { host = "game.example", learnt = "sni" }, client = { proxied = proxied } }
    end

    it("names an app that goes past the proxy of its device", function()
        expect_diagnosis(comes(1795251540), "app-bypasses-proxy", { place = 1, says = "Flutter" })
    end)

    it("sleeps for a device that was told of no proxy", function() expect_asleep(comes(nil)) end)
end)
