describe("usage/purpose", function()
    it("names a client certificate on a server", function()
        local flow = play { server_leg = { chain = { leaf = { eku = { "clientAuth" } } } }, fails = { "ExtendedKeyUsage@0", "ServerAuthEKU@0" } }
        expect_diagnosis(flow, "eku-not-server", { says = "clientAuth" })
    end)

    it("names a missing usage", function()
        local flow = play { server_leg = { chain = { leaf = { eku = {} } } }, fails = { "ServerAuthEKU@0" } }
        expect_diagnosis(flow, "eku-missing", "certain")
    end)

    it("blames the intermediate when the leaf is fine", function()
        local flow = play { fails = { "ExtendedKeyUsage@1", "ServerAuthEKU@0" } }
        expect_diagnosis(flow, "eku-intermediate")
    end)

    it("sleeps through a good chain", function() expect_asleep(play {}) end)
end)
