describe("usage/purpose", function()
    it("names a client certificate on a server", function()
        local flow = play { server_leg = { chain = { leaf = { eku = { "clientAuth" } } } }, fails = { "ExtendedKeyUsage@0", "ServerAuthEKU@0" } }
        expect_diagnosis(flow, "eku-not-server", { confidence = "certain", says = "clientAuth" })
        expect_no_diagnosis(flow, "eku-missing")
        expect_no_diagnosis(flow, "eku-intermediate")
    end)

    it("does not call a certificate for any purpose one without any", function()
        local flow = play { server_leg = { chain = { leaf = { eku = { "anyExtendedKeyUsage" } } } }, fails = { "ServerAuthEKU@0" } }
        expect_diagnosis(flow, "eku-not-server", "likely")
        expect_no_diagnosis(flow, "eku-missing")
    end)

    it("names a missing usage", function()
        local flow = play { server_leg = { chain = { leaf = { eku = {} } } }, fails = { "ServerAuthEKU@0" } }
        expect_diagnosis(flow, "eku-missing", "certain")
        expect_no_diagnosis(flow, "eku-not-server")
    end)

    it("blames the intermediate when the leaf is fine", function()
        local for_mail = { { eku = { "emailProtection" } } }
        local flow = play { server_leg = { chain = for_mail }, fails = { "ExtendedKeyUsage@1", "ServerAuthEKU@0" } }
        expect_diagnosis(flow, "eku-intermediate", { confidence = "certain", says = "emailProtection" })
        expect_no_diagnosis(flow, "eku-not-server")
    end)

    it("blames it as well when only the strict check fails, which is told of the leaf", function()
        local flow = play { server_leg = { chain = { { eku = { "clientAuth" } } } }, fails = { "ServerAuthEKU@0" } }
        expect_diagnosis(flow, "eku-intermediate", "likely")
        expect_no_diagnosis(flow, "eku-not-server")
    end)

    it("tells of both, and of an old date", function()
        local flow = play { server_leg = { chain = { leaf = { eku = { "clientAuth" } }, { eku = { "emailProtection" } } } },
            fails = { "ExtendedKeyUsage@0", "ExtendedKeyUsage@1", "ServerAuthEKU@0", "TemporalValidity@0" } }
        expect_diagnosis(flow, "eku-not-server")
        expect_diagnosis(flow, "eku-intermediate", { place = 2 })
    end)

    it("sleeps through a good chain, and through other faults", function()
        expect_asleep(play {})
        expect_asleep(play { fails = { "SSLHostname" } })
    end)
end)

describe("usage/purpose, of a person's certificate", function()
    it("says that it was made out to somebody", function()
        local flow = play { server_leg = { chain = { leaf = { eku = { "clientAuth", "emailProtection" }, names = {}, emails = { "alice@example.org" } } } },
            fails = { "SSLHostname", "ExtendedKeyUsage@0", "ServerAuthEKU@0" } }
        expect_diagnosis(flow, "client-cert-on-server", { confidence = "certain", place = 1 })
        expect_ruled_out(flow, "eku-not-server")
    end)
end)
