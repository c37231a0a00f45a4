describe("fleet/mixed", function()
    local function turns(mine, other)
        return play { fails = mine == "reject" and { "TemporalValidity@0" } or nil,
            server_leg = { chain = mine == "reject" and { leaf = { not_after = days(-3) } } or nil, leaf_turns = 2, former_verdict = other,
                           former_leaf = ("ab"):rep(32), former_seen = now - 60 } }
    end

    it("speaks on the node that is in order, which alone would show nothing", function()
        expect_diagnosis(turns("accept", "reject"), "mixed-fleet-certs", { place = 1, confidence = "likely", says = "was refused 1 minute ago" })
    end)

    it("says of the node that is not in order that another one is", function()
        expect_diagnosis(turns("reject", "accept"), "mixed-fleet-certs", { confidence = "likely", says = "only the other is in order" })
    end)

    it("lets two that are both in order take turns", function() expect_no_diagnosis(turns("accept", "accept"), "mixed-fleet-certs") end)
    it("lays one fault of all nodes to none of them", function() expect_no_diagnosis(turns("reject", "reject"), "mixed-fleet-certs") end)
    it("sleeps while a host shows one certificate", function() expect_asleep(play {}) end)
end)

describe("fleet/old-file", function()
    local function expired(leg)
        leg.chain = { leaf = { not_after = days(-3) } }
        return play { fails = { "TemporalValidity@0" }, target = { port = 993 }, server_leg = leg }
    end

    it("knows a service that was not told of the renewal", function()
        local flow = expired { newer_port = 443, newer_from = now - 86400 }
        expect_diagnosis(flow, "renewed-not-reloaded", { place = 1, confidence = "likely", says = "Port 443 of the same host" })
        expect_ruled_out(flow, "cert-expired-leaf")
    end)

    it("leaves an expired certificate that nobody renewed alone", function()
        expect_asleep(expired {})
    end)

    it("leaves servers that take turns to the other rule", function()
        local flow = expired { newer_port = 443, newer_from = now - 86400, leaf_turns = 1, former_verdict = "accept" }
        expect_no_diagnosis(flow, "renewed-not-reloaded")
    end)

    it("does not speak of one that has not started", function()
        local flow = play { fails = { "TemporalValidity@0" }, server_leg = { newer_port = 443, newer_from = days(-1),
            chain = { leaf = { not_before = days(1), not_after = days(90) } } } }
        expect_no_diagnosis(flow, "renewed-not-reloaded")
    end)
end)
