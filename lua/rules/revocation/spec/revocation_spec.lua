describe("revocation/revoked", function()
    it("is certain of a leaf whose issuer says so", function()
        local flow = play { server_leg = { staple = "revoked", verdict = { revocation = "revoked", revocation_source = "staple" } },
            fails = { "Revocation@0" } }
        expect_diagnosis(flow, "cert-revoked", { confidence = "certain", says = "has withdrawn" })
        expect_no_diagnosis(flow, "intermediate-revoked")
    end)

    it("tells the issuer's certificate from the site's", function()
        local flow = play { server_leg = { verdict = { revocation = "revoked", revocation_source = "ocsp" } }, fails = { "Revocation@1" } }
        expect_diagnosis(flow, "intermediate-revoked", { confidence = "certain", says = "authority above" })
        expect_no_diagnosis(flow, "cert-revoked")
    end)

    it("stands before an expired certificate, as iOS has it", function()
        local flow = play { fails = { "TemporalValidity@0", "Revocation@0" } }
        expect_diagnosis(flow, "cert-revoked", "certain")
    end)

    it("sleeps through a good chain, and through other faults", function()
        expect_asleep(play {})
        expect_asleep(play { fails = { "TemporalValidity@0" } })
    end)
end)

describe("revocation/no-answer", function()
    local function with(leg)
        return play { server_leg = leg }
    end

    it("is certain that a promised staple is missing", function()
        local flow = with { staple = "none", revocation_fault = "no-staple", chain = { leaf = { must_staple = true } } }
        expect_diagnosis(flow, "must-staple-missing", { confidence = "certain", says = "do not insist" })
    end)

    it("names an old staple", function()
        local flow = with { staple = "stale", revocation_fault = "stale", verdict = { revocation = "stale", revocation_source = "staple" } }
        expect_diagnosis(flow, "ocsp-stale", { confidence = "certain", evidence = { "server_leg.staple" } })
    end)

    it("is not certain of it while our own clock may be wrong", function()
        local flow = play { proxy = { clock = { state = "unchecked" } },
            server_leg = { staple = "stale", revocation_fault = "stale", verdict = { revocation_source = "staple" } } }
        expect_diagnosis(flow, "ocsp-stale", "likely")
    end)

    it("names a responder that does not know the certificate", function()
        local flow = with { staple = "unknown", revocation_fault = "unknown", verdict = { revocation_source = "staple" } }
        expect_diagnosis(flow, "ocsp-unknown", { confidence = "likely", says = "does not know" })
    end)

    it("has other words for an answer that does not count", function()
        local flow = with { staple = "invalid", revocation_fault = "invalid", verdict = { revocation_source = "staple" } }
        expect_diagnosis(flow, "ocsp-unknown", { confidence = "likely", says = "is not one" })
    end)

    it("names a responder that does not answer", function()
        local flow = with { revocation_fault = "unreachable", revocation_url = "http://ocsp.ca.example/",
            chain = { leaf = { ocsp = { "http://ocsp.ca.example/" } } } }
        expect_diagnosis(flow, "ocsp-unreachable", { confidence = "likely", says = "http://ocsp.ca.example/" })
    end)

    it("tells a list from a responder", function()
        local flow = with { revocation_fault = "unreachable", revocation_url = "http://crl.ca.example/1.crl",
            chain = { leaf = { ocsp = {}, crls = { "http://crl.ca.example/1.crl" } } } }
        expect_diagnosis(flow, "crl-unavailable", "likely")
        expect_no_diagnosis(flow, "ocsp-unreachable")
    end)

    it("finds no fault in a certificate without an address", function()
        local flow = with { revocation_fault = "no-address" }
        expect_note(flow, "revocation/no-ocsp-pointer", { severity = "info", says = "no fault" })
        expect_no_diagnosis(flow, "ocsp-unreachable")
    end)

    it("sleeps where nothing is amiss", function()
        expect_asleep(play { server_leg = { staple = "good", verdict = { revocation = "good", revocation_source = "staple" } } })
    end)
end)
