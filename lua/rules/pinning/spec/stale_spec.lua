describe("pinning/stale-pin", function()
    local function left(unread_end, worked)
        return play { decision = { action = "tunnel" }, client_leg = { unread_end = unread_end }, history = { host = { tunnel_worked = worked } } }
    end

    it("thinks of an old pin when an unread connection is left", function()
        expect_diagnosis(left "refused", "app-pin-stale", { confidence = "possible", says = "passed unread" })
    end)

    it("is surer where it worked before", function()
        expect_diagnosis(left("refused", 1795000000), "app-pin-stale", { confidence = "likely", place = 1 })
    end)

    it("says nothing of a tunnel that was used", function() expect_no_diagnosis(left(nil), "app-pin-stale") end)
end)
