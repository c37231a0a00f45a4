local function ours(number, name) return { from = "server", number = number, name = name, phase = "before-server-hello" } end

describe("client/offers-too-little", function()
    it("is certain of an old version that we refused", function()
        local flow = play { client_leg = { symptom = "nothing-in-common", ended = "alert", hello = { max_version = "TLSv1.0", versions = { "TLSv1.0" } },
            alert = ours(70, "protocol_version") } }
        expect_diagnosis(flow, "client-version-too-low", { confidence = "certain", says = "TLSv1.0" })
        expect_no_diagnosis(flow, "client-no-shared-cipher")
    end)

    it("names a list without a match", function()
        local flow = play { client_leg = { symptom = "nothing-in-common", ended = "alert", alert = ours(40, "handshake_failure") } }
        expect_diagnosis(flow, "client-no-shared-cipher", "likely")
        expect_no_diagnosis(flow, "client-version-too-low")
    end)

    it("is silent about a refusal of our certificate", function()
        expect_asleep(play { client_leg = { symptom = "alert-after-certificate", ended = "alert", hello = { max_version = "TLSv1.0" } } },
            "client/offers-too-little")
    end)

    it("sleeps through a good flow", function() expect_asleep(play {}) end)
end)

describe("client/wants-http2", function()
    local function leaves(alpn, chosen)
        return play { client_leg = { symptom = "close-after-finish-unused", ended = "fin", bytes_in = 0, alpn = chosen or none, hello = { alpn = alpn } } }
    end

    it("sees a client that speaks nothing else", function()
        expect_diagnosis(leaves { "h2" }, "alpn-downstream-mismatch", { confidence = "likely", says = "h2" })
    end)

    it("is silent about one that has a choice, or got what it wanted", function()
        expect_no_diagnosis(leaves { "h2", "http/1.1" })
        expect_no_diagnosis(leaves({ "h2" }, "h2"))
        expect_no_diagnosis(leaves {})
    end)
end)

describe("client/left", function()
    local function closes(host) return play { client_leg = { symptom = "close-after-certificate", ended = "fin", finished = false }, history = { host = host } } end

    it("takes a close at a host that it uses for no refusal", function()
        local flow = closes { accepted = 3, refused = 1, streak = 1, last_accepted = hours(-1) }
        expect_diagnosis(flow, "client-abort-no-alert", { place = 1, confidence = "likely" })
        expect_diagnosis(flow, "user-cancelled", { place = 2, confidence = "possible" })
    end)

    it("does not, from the third in a row, or where it never accepted us", function()
        expect_no_diagnosis(closes { accepted = 3, refused = 3, streak = 3, last_accepted = hours(-1) }, "client-abort-no-alert")
        expect_no_diagnosis(closes { refused = 1, streak = 1 }, "client-abort-no-alert")
    end)
end)

describe("client/silent", function()
    local function stalls(device) return play { client_leg = { symptom = "stalled", ended = "timeout", finished = false }, history = { device = device } } end

    it("thinks of the network when a device that trusts us falls silent", function()
        expect_diagnosis(stalls { accepted = 3, last_accepted = hours(-1) }, "network-switch", { place = 1, confidence = "likely" })
    end)

    it("does not of one that never accepted us", function()
        expect_no_diagnosis(stalls {}, "network-switch")
    end)
end)

describe("client/left, with a word", function()
    it("takes its word that somebody wanted it", function()
        local flow = play { client_leg = { symptom = "close-after-certificate", ended = "fin", finished = false,
            alert = { from = "client", number = 90, name = "user_canceled", phase = "after-certificate" } } }
        expect_diagnosis(flow, "user-cancelled", { place = 1, confidence = "likely" })
    end)
end)

describe("client/nameless", function()
    local function shows(sni) return play { client_leg = { sni = sni }, target = { host = "shop.example" }, fails = { "SSLHostname" } } end

    it("names a client that did not say whom it wants", function()
        expect_diagnosis(shows(none), "sni-missing", { place = 1, confidence = "likely", says = "did not say so" })
    end)

    it("is silent about one that did", function() expect_no_diagnosis(shows "shop.example", "sni-missing") end)
end)

describe("client/hidden-name", function()
    it("names the front", function()
        local flow = play { client_leg = { front = "cloudflare-ech.com", hello = { ech = "real" } } }
        expect_diagnosis(flow, "ech-in-use", { confidence = "likely", says = "cloudflare-ech.com" })
    end)

    it("sleeps through a dummy", function() expect_asleep(play { client_leg = { hello = { ech = "grease" } } }, "client/hidden-name") end)
end)
