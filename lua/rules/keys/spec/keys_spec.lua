describe("keys", function()
    it("names a short RSA key", function()
        local flow = play { server_leg = { chain = { leaf = { key = "RSA-1024", key_bits = 1024 } } }, fails = { "KeySize@0" } }
        expect_diagnosis(flow, "weak-key-rsa", { says = "RSA-1024" })
    end)

    it("tells MD5 from SHA-1", function()
        local flow = play { server_leg = { chain = { leaf = { signature = "rsa-md5" } } }, fails = { "WeakSignature@0", "SignatureHashAlgorithms@0" } }
        expect_diagnosis(flow, "weak-signature-md5")
        expect_ruled_out(flow, "weak-signature-sha1")
    end)

    it("names SHA-1", function()
        local flow = play { server_leg = { chain = { leaf = { signature = "rsa-sha1" } } }, fails = { "SignatureHashAlgorithms@0" } }
        expect_diagnosis(flow, "weak-signature-sha1", "certain")
    end)

    it("sleeps through a good chain", function() expect_asleep(play {}) end)
end)
