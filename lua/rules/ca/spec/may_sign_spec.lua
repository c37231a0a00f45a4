describe("ca/may-sign", function()
    for check, cause in pairs {
        ["BasicConstraintsCA@1"] = "not-a-ca", ["BasicConstraints@1"] = "basic-constraints-missing", ["KeyUsage@1"] = "keycertsign-missing",
        ["BasicConstraintsPathLen@1"] = "path-length-exceeded", ["PolicyConstraints@0"] = "policy-constraint-failed",
        ["CriticalExtensions@0"] = "unknown-critical-extension", ["DuplicateExtension@0"] = "duplicate-extension",
        ["UnparseableExtension@0"] = "extension-malformed", ["IdLinkage@0"] = "aki-ski-mismatch",
    } do
        it("is certain that " .. check .. " is " .. cause, function()
            local flow = play { fails = { check } }
            expect_diagnosis(flow, cause, "certain")
            expect_equal(#flow.data.diagnosis, 1)
        end)
    end

    it("says whose certificate it is, and what shows it", function()
        local flow = play { server_leg = { chain = { { is_ca = false } } }, fails = { "BasicConstraintsCA@1" } }
        expect_diagnosis(flow, "not-a-ca", { says = "“Example Issuing CA” says of itself", evidence = { "server_leg.chain.issuer.is_ca" } })
        flow = play { server_leg = { chain = { leaf = { aki = "aa" }, { ski = "bb" } } }, fails = { "IdLinkage@0" } }
        expect_diagnosis(flow, "aki-ski-mismatch", { evidence = { "server_leg.chain.leaf.aki", "server_leg.chain.issuer.ski" } })
    end)

    it("tells the finer causes apart by what the judge saw", function()
        local function judged(check, causes) return play { server_leg = { verdict = { causes = causes } }, fails = { check } } end
        expect_diagnosis(judged("NameConstraints@0", { "name-constraint-dns" }), "name-constraint-dns", "certain")
        expect_diagnosis(judged("NameConstraints@0", { "name-constraint-other" }), "name-constraint-other", "certain")
        expect_diagnosis(judged("NameConstraints@1", { "name-constraint-malformed" }), "name-constraint-malformed")
        expect_diagnosis(judged("NonEmptySubject@1", { "subject-empty-ca" }), "subject-empty-ca")
        expect_diagnosis(judged("NonEmptySubject@0", {}), "san-empty-subject-noncritical")
    end)

    it("tells of several faults at once", function()
        local flow = play { server_leg = { chain = { { key_usage = { "digitalSignature" } } } },
            fails = { "KeyUsage@1", "IdLinkage@0", "SSLHostname@0", "TemporalValidity@0" } }
        expect_diagnosis(flow, "aki-ski-mismatch", { place = 1 })               -- the class that iOS names
        expect_diagnosis(flow, "keycertsign-missing", { place = 2, says = "digitalSignature" })
    end)

    it("sleeps through a good chain, and through other faults", function()
        expect_asleep(play {})
        expect_asleep(play { fails = { "AnchorTrusted" } })
    end)
end)
