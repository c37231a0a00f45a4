describe("leaked/public-authority", function()
    it("says whose key is public, and that it is more than an unknown root", function()
        local flow = play { server_leg = { oddities = { "known-interception-root" }, trusted_by = "neither",
            chain = { leaf = {}, { issuer = { cn = "eDellRoot" } } } }, fails = { "AnchorTrusted" } }
        expect_diagnosis(flow, "known-interception-root", { place = 1, says = "eDellRoot" })
        expect_ruled_out(flow, "untrusted-root")
    end)

    it("sleeps through a good chain", function() expect_asleep(play {}) end)
end)

describe("leaked/public-key", function()
    it("tells a published key from one that can be computed", function()
        for _, cause in ipairs { "key-reused-public", "debian-or-roca-key" } do
            expect_diagnosis(play { server_leg = { oddities = { cause } } }, cause, "certain")
        end
    end)

    it("sleeps through a good chain", function() expect_asleep(play {}) end)
end)
