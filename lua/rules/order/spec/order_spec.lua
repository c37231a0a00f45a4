describe("order/chain", function()
    it("says that iOS sorts what comes out of order", function()
        local flow = play { server_leg = { order = "wrong-order" } }
        expect_diagnosis(flow, "chain-wrong-order", { confidence = "certain", says = "iPhones and browsers sort them" })
    end)

    it("says that the first one is what counts", function()
        local flow = play { server_leg = { order = "leaf-not-first", chain = { leaf = { is_ca = true } } }, fails = { "SSLHostname" } }
        expect_diagnosis(flow, "leaf-not-first", { confidence = "certain", says = "before its own" })
    end)

    it("tells of a file what it would be on a server", function()
        local flow = play { server_leg = { version = none, order = "leaf-not-first" } }
        expect_diagnosis(flow, "leaf-not-first", { says = "judged it as if it stood first" })
        expect_diagnosis(play { server_leg = { version = none, order = "wrong-order" } }, "chain-wrong-order", { says = "The file holds" })
    end)

    it("sleeps through a chain in order", function()
        expect_asleep(play {})
    end)
end)
