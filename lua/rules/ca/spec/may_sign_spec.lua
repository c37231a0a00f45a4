describe("ca/may-sign", function()
    for check, cause in pairs {
        ["BasicConstraintsCA@1"] = "not-a-ca", ["BasicConstraints@1"] = "basic-constraints-missing", ["KeyUsage@1"] = "keycertsign-missing",
        ["BasicConstraintsPathLen@1"] = "path-length-exceeded", ["CriticalExtensions@0"] = "unknown-critical-extension",
        ["DuplicateExtension@0"] = "duplicate-extension", ["IdLinkage@0"] = "aki-ski-mismatch",
    } do
        it("calls " .. check .. " " .. cause, function()
            expect_diagnosis(play { fails = { check } }, cause)
        end)
    end

    it("sleeps through a good chain", function() expect_asleep(play {}) end)
end)
