describe("keys/weak-key", function()
    it("names a short RSA key", function()
        local flow = play { server_leg = { chain = { leaf = { key = "RSA-1024", key_bits = 1024 } } }, fails = { "KeySize@0" } }
        expect_diagnosis(flow, "weak-key-rsa", { confidence = "certain", says = "“shop.example” is RSA-1024" })
    end)

    it("names the certificate that has it", function()
        local flow = play { server_leg = { chain = { { key = "RSA-1024", key_bits = 1024 } } }, fails = { "KeySize@1" } }
        expect_diagnosis(flow, "weak-key-rsa", { says = "“Example Issuing CA” is RSA-1024", evidence = { "server_leg.chain.issuer.key" } })
    end)

    it("does not call a small curve a short RSA key, wherever it stands", function()
        for _, depth in ipairs { 0, 1 } do
            local small = { key = "P-224", key_bits = 224 }
            local flow = play { server_leg = { chain = { leaf = depth == 0 and small or nil, depth == 1 and small or {} },
                verdict = { causes = { "ec-curve-unsupported" } } }, fails = { "KeySize@" .. depth } }
            expect_diagnosis(flow, "ec-curve-unsupported", { confidence = "certain", says = "P-224" })
            expect_no_diagnosis(flow, "weak-key-rsa")
        end
    end)

    it("knows the kinds that iOS does not take", function()
        for key, cause in pairs { Ed25519 = "ed25519-cert", ["DSA-2048"] = "dsa-key", ["RSA-PSS-2048"] = "rsa-pss-cert" } do
            local flow = play { server_leg = { chain = { leaf = { key = key } }, verdict = { causes = { cause } } },
                fails = { "WeakKeySize@0", "KeySize@0" } }
            expect_diagnosis(flow, cause, { says = "“shop.example” is " .. key })
            expect_no_diagnosis(flow, "weak-key-rsa")
        end
    end)

    it("speaks of the site's own key where both are too short", function()
        local flow = play { server_leg = { chain = { leaf = { key = "RSA-1024" }, { key = "RSA-512" } } }, fails = { "WeakKeySize@1", "KeySize@0", "KeySize@1" } }
        expect_diagnosis(flow, "weak-key-rsa", { says = "“shop.example” is RSA-1024" })
    end)

    it("tells of two keys with two faults", function()
        local flow = play { server_leg = { chain = { leaf = { key = "RSA-1024" }, { key = "P-192" } } }, fails = { "KeySize@0", "KeySize@1" } }
        expect_diagnosis(flow, "weak-key-rsa")
        expect_diagnosis(flow, "ec-curve-unsupported", { place = 2 })
    end)

    it("sleeps through a good chain, and through other faults", function()
        expect_asleep(play {})
        expect_asleep(play { fails = { "SSLHostname" } })
    end)
end)

describe("keys/weak-signature", function()
    it("tells MD5 from SHA-1", function()
        local flow = play { server_leg = { chain = { leaf = { signature = "rsa-md5" } } }, fails = { "WeakSignature@0", "SignatureHashAlgorithms@0" } }
        expect_diagnosis(flow, "weak-signature-md5", "certain")
        expect_ruled_out(flow, "weak-signature-sha1")
    end)

    it("names SHA-1, and the certificate", function()
        local flow = play { server_leg = { chain = { leaf = { signature = "rsa-sha1" } } }, fails = { "SignatureHashAlgorithms@0" } }
        expect_diagnosis(flow, "weak-signature-sha1", { confidence = "certain", says = "signed with rsa-sha1" })
        flow = play { server_leg = { chain = { { signature = "rsa-sha1" } } }, fails = { "SignatureHashAlgorithms@1" } }
        expect_diagnosis(flow, "weak-signature-sha1", { confidence = "certain", says = "“Example Issuing CA” is signed with rsa-sha1" })
    end)

    it("tells of both when both are there", function()
        local flow = play { server_leg = { chain = { leaf = { signature = "rsa-md5" }, { signature = "rsa-sha1" } } },
            fails = { "WeakSignature@0", "SignatureHashAlgorithms@0", "SignatureHashAlgorithms@1" } }
        expect_diagnosis(flow, "weak-signature-sha1", { place = 2 })
        expect_diagnosis(flow, "weak-signature-md5", { place = 1 })
    end)

    it("sleeps through a good chain", function() expect_asleep(play {}) end)
end)
