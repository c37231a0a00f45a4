describe("lifetime/too-long", function()
    it("is certain under a public root", function()
        local flow = play { server_leg = { chain = { leaf = { lifetime = 500 * 86400 } } }, fails = { "SystemTrustValidityPeriod@0" } }
        expect_diagnosis(flow, "validity-too-long", { confidence = "certain", says = "500 days" })
    end)

    it("says it once when both limits are passed", function()
        local flow = play { server_leg = { chain = { leaf = { lifetime = 900 * 86400 } } },
            fails = { "SystemTrustValidityPeriod@0", "OtherTrustValidityPeriod@0" } }
        expect_diagnosis(flow, "validity-too-long", "certain")
        expect_no_diagnosis(flow, "private-ca-long-validity")
    end)

    it("blames a private CA when no public root stands behind it", function()
        local flow = play { server_leg = { trusted_by = "neither", chain = { leaf = { lifetime = 900 * 86400 } } },
            fails = { "OtherTrustValidityPeriod@0", "AnchorTrusted@1" } }
        expect_diagnosis(flow, "private-ca-long-validity", { confidence = "likely", says = "900 days" })
    end)

    it("stands before a wrong name and an old date, as iOS has it", function()
        local flow = play { fails = { "TemporalValidity@0", "SSLHostname@0", "SystemTrustValidityPeriod@0" } }
        expect_diagnosis(flow, "validity-too-long", "certain")
    end)

    it("sleeps through a good chain, and through other faults", function()
        expect_asleep(play {})
        expect_asleep(play { fails = { "TemporalValidity@0" } })
    end)
end)
