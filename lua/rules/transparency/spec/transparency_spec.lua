describe("transparency/logs", function()
    local fails = { "SystemTrustedCTRequired@0" }

    it("is certain where no promise came at all", function()
        local flow = play { server_leg = { chain = { leaf = { scts = 0 } }, verdict = { ct = "missing" } }, fails = fails }
        expect_diagnosis(flow, "ct-missing", { confidence = "certain", says = "no log of Certificate Transparency" })
        expect_ruled_out(flow, "ct-invalid")
    end)

    it("counts the promises where they are too few", function()
        local flow = play { server_leg = { chain = { leaf = { scts = 1 } }, verdict = { ct = "missing" } }, fails = fails }
        expect_diagnosis(flow, "ct-missing", { confidence = "certain", says = "1 came, each of them good" })
    end)

    it("tells promises that do not count from missing ones", function()
        local flow = play { server_leg = { chain = { leaf = { scts = 2 } }, verdict = { ct = "invalid" } }, fails = fails }
        expect_diagnosis(flow, "ct-invalid", { confidence = "certain", evidence = { "server_leg.verdict.ct" } })
        expect_no_diagnosis(flow, "ct-missing")
    end)

    it("is not certain of a file, whose handshake nobody has seen", function()
        local flow = play { server_leg = { version = none, chain = { leaf = { scts = 0 } }, verdict = { ct = "missing" } }, fails = fails }
        expect_diagnosis(flow, "ct-missing", { confidence = "likely", says = "a file cannot show" })
    end)

    it("stands before a wrong name, as iOS has it", function()
        local flow = play { server_leg = { verdict = { ct = "missing" } }, fails = { "SSLHostname@0", "SystemTrustedCTRequired@0" } }
        expect_diagnosis(flow, "ct-missing", "certain")
    end)

    it("sleeps through a good chain, and through other faults", function()
        expect_asleep(play {})
        expect_asleep(play { fails = { "TemporalValidity@0" } })
    end)
end)

describe("transparency/old-list", function()
    it("says that it cannot be told", function()
        local flow = play { server_leg = { ct_doubt = "old-list", verdict = { ct = "cannot-tell" } } }
        expect_note(flow, "transparency/cannot-tell", { severity = "info", says = "more than 60 days old" })
        expect_no_diagnosis(flow, "ct-missing")
    end)
end)
