describe("review/fault", function()
    local function shown(met, audit)
        return { decision = { action = "mirror", by = "config", fault = "cert-expired-leaf", fault_met = met },
                 client_leg = { verdict = { verdict = audit, anchors_are = "user", overridable = true, checks = {} } } }
    end

    it("says loudly that an app accepts what it should refuse", function()
        local flow = play(shown("accepted", "reject"))
        expect_note(flow, "review/accepts-fault", { severity = "high", says = "accepts cert-expired-leaf, a fault shown on purpose for shop.example" })
    end)

    it("does not blame an app for what iOS accepts", function()
        local flow = play(shown("accepted", "accept"))
        expect_note(flow, "review/accepts-as-ios", { severity = "info", says = "no fault of the app" })
        expect_no_note(flow, "review/accepts-fault")
    end)

    it("says that an app refuses it", function()
        expect_note(play(shown("refused", "reject")), "review/refuses-fault", { severity = "info", says = "That is right." })
    end)

    it("says nothing of a connection that was not used", function()
        expect_no_note(play(shown("unused", "reject")))
    end)

    it("sleeps where no fault was shown", function()
        expect_asleep(play {}, "review/fault")
    end)
end)
