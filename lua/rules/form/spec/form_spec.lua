local function broken(cause)
    return play { server_leg = { oddities = { cause }, verdict = { causes = { "signature-invalid" } } }, fails = { "MissingIntermediate" } }
end

describe("form/unreadable", function()
    it("says what stops the reader", function()
        local flow = play { server_leg = { chain_fault = "certificate 0: it is not a certificate", alert = { number = 42, name = "bad_certificate" } } }
        expect_diagnosis(flow, "cert-unparsable", { confidence = "certain", evidence = { "server_leg.chain_fault" } })
    end)

    it("sleeps through a good chain", function() expect_asleep(play {}) end)
end)

describe("form/broken-link", function()
    it("knows better than that a signature is wrong", function()
        for _, cause in ipairs { "signature-algorithm-mismatch", "issuer-key-malformed" } do
            local flow = broken(cause)
            expect_diagnosis(flow, cause, { confidence = "certain", place = 1 })
            expect_ruled_out(flow, "signature-invalid")
        end
    end)
end)

describe("form/endless", function()
    it("tells a chain without end from one made to keep its reader busy", function()
        expect_diagnosis(broken "chain-too-long", "chain-too-long", { confidence = "certain", place = 1 })
        expect_diagnosis(broken "chain-hostile-dos", "chain-hostile-dos", { confidence = "certain", place = 1 })
    end)

    it("does not mind a long chain that is accepted", function()
        expect_no_diagnosis(play { server_leg = { oddities = { "chain-too-long" } } }, "chain-too-long")
    end)
end)

describe("form/old-version", function()
    it("explains by it what the missing extensions look like", function()
        local flow = play { server_leg = { oddities = { "cert-v1" }, chain = { leaf = { version = 1, names = {} } } }, fails = { "SSLHostname" } }
        expect_diagnosis(flow, "cert-v1", { confidence = "certain", place = 1 })
        expect_ruled_out(flow, "san-missing-cn-only")
        flow = play { server_leg = { oddities = { "cert-v1" }, chain = { leaf = {}, { version = 1 } } }, fails = { "BasicConstraints@1" } }
        expect_diagnosis(flow, "cert-v1", { confidence = "certain", place = 1, evidence = { "server_leg.chain.issuer.version" } })
    end)
end)

describe("form/key-usage", function()
    it("says that the key may not sign", function()
        local flow = play { server_leg = { oddities = { "key-usage-leaf" }, chain = { leaf = { key_usage = { "keyEncipherment" } } } } }
        expect_diagnosis(flow, "key-usage-leaf", { confidence = "certain", says = "keyEncipherment" })
    end)

    it("lets a key that carries the secret do so", function()
        local flow = play { server_leg = { version = "TLSv1.2", cipher = "TLS_RSA_WITH_AES_128_GCM_SHA256", oddities = { "key-usage-leaf" },
            chain = { leaf = { key_usage = { "keyEncipherment" } } } } }
        expect_no_diagnosis(flow, "key-usage-leaf")
    end)
end)
