describe("lifetime/too-long", function()
    it("is certain under a public root", function()
        local flow = play { server_leg = { chain = { leaf = { lifetime = 500 * 86400 } } }, fails = { "SystemTrustValidityPeriod@0" } }
        expect_diagnosis(flow, "validity-too-long", { confidence = "certain", says = "500 days" })
    end)

    it("blames a private CA when no public root stands behind it", function()
        local flow = play { server_leg = { trusted_by = "neither" }, fails = { "OtherTrustValidityPeriod@0", "AnchorTrusted@1" } }
        expect_diagnosis(flow, "private-ca-long-validity", { place = 1 })
    end)

    it("sleeps through a good chain", function() expect_asleep(play {}) end)
end)
