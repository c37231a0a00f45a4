describe("webpki/others", function()
    local refused = { verdict = "reject", anchors_are = "system", overridable = true,
        checks = { { check = "KeyUsage", cert = 0, osstatus = -67608, detail = "the leaf has no key usage" } } }
    local accepted = { verdict = "accept", anchors_are = "system", overridable = true, checks = {} }

    it("says that iPhones alone accept it, and why the others do not", function()
        local flow = play { server_leg = { verdict_webpki = refused } }
        expect_note(flow, "webpki/only-iphones", { severity = "medium",
            says = "iPhones accept this certificate for shop.example; Chrome, Firefox and Android do not: the leaf has no key usage (KeyUsage)." })
    end)

    it("says that iPhones alone refuse it", function()
        local flow = play { server_leg = { verdict_webpki = accepted }, fails = { "SystemTrustValidityPeriod@0" } }
        expect_note(flow, "webpki/only-others", { severity = "medium", says = "Chrome, Firefox and Android accept" })
    end)

    it("says nothing where all agree", function()
        expect_no_note(play { server_leg = { verdict_webpki = accepted } }, "webpki/only-iphones")
        expect_no_note(play { server_leg = { verdict_webpki = refused }, fails = { "KeyUsage@0" } }, "webpki/only-others")
    end)

    it("does not say that the others need no logs", function()
        local flow = play { server_leg = { verdict_webpki = accepted }, fails = { "SystemTrustedCTRequired@0" } }
        expect_no_note(flow, "webpki/only-others")
    end)

    it("does not make a refusal of browsers out of a fault of form", function()
        local form = { verdict = "reject", anchors_are = "system", overridable = true,
            checks = { { check = "CommonName", cert = 0, detail = "the common name is not among the alternative names" } } }
        local flow = play { server_leg = { verdict_webpki = form } }
        expect_note(flow, "webpki/form", { severity = "low", says = "Browsers hardly look" })
        expect_no_note(flow, "webpki/only-iphones")
    end)

    it("leaves an issuer that was not sent to others", function()
        local missing = { verdict = "reject", anchors_are = "system", overridable = true,
            checks = { { check = "MissingIntermediate", cert = 0, osstatus = -25318, detail = "no certificate was sent for its issuer" } } }
        expect_no_note(play { server_leg = { verdict_webpki = missing } }, "webpki/only-iphones")
    end)

    it("sleeps where the others were not asked", function()
        expect_asleep(play {})
    end)
end)
