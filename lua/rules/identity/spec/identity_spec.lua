local function opened(differences)
    local id = { kind = "pkcs12", state = "opened", form = "der", password = "given", password_given = true, crypto = "old", mac = "hmac-sha1",
        keys = 1, key_fits = true, key_usable = "yes", identities = 1, certificates = 2, issuer = "self-signed", purpose = "tls-client",
        result = "installs", leaf = { key = "P-256", eku = { "clientAuth" }, not_after = days(60) } }
    for key, value in pairs(differences or {}) do id[key] = value end
    return play { identity = id }
end

local function fails(...)
    local checks = {}
    for i, name in ipairs { ... } do
        local check, depth = name:match "^(.-)@(%d)$"
        checks[i] = { check = check, cert = tonumber(depth), osstatus = -1 }
    end
    return checks
end

describe("identity/opening", function()
    it("has nothing to say of a file in order", function()
        expect_no_diagnosis(opened())
    end)

    it("says that the password is wrong", function()
        expect_diagnosis(opened { state = "wrong-password", password = "none", keys = none, leaf = none }, "p12-wrong-password",
            { confidence = "likely", place = 1, says = "does not fit" })
    end)

    it("says that a password is wanted when none was given", function()
        expect_diagnosis(opened { state = "wrong-password", password = "none", password_given = false, keys = none, leaf = none },
            "p12-wrong-password", { place = 1, says = "none was given" })
    end)

    it("tells a file that opens without a password", function()
        expect_diagnosis(opened { password = "empty", password_given = false }, "p12-empty-password", { confidence = "certain", place = 1, says = "empty password" })
        expect_diagnosis(opened { password = "absent", password_given = false }, "p12-empty-password", { place = 1, says = "not even an empty one" })
    end)

    it("says that the given password was not needed", function()
        expect_diagnosis(opened { password = "absent" }, "p12-empty-password", { place = 1, says = "opens without one" })
    end)

    it("says what a broken file stumbles over", function()
        expect_diagnosis(opened { state = "corrupt", detail = "it is empty", keys = none, leaf = none }, "p12-corrupt",
            { confidence = "certain", place = 1, says = "it is empty" })
    end)

    it("does not blame the password for a file that is refused for its cost or its form", function()
        expect_diagnosis(opened { state = "too-costly", detail = "rounds", keys = none, leaf = none }, "p12-corrupt", { place = 1, says = "more work" })
        expect_diagnosis(opened { form = "ber" }, "p12-corrupt", { place = 1, says = "BER" })
    end)
end)

describe("identity/crypto", function()
    it("tells old ciphers from new ones", function()
        expect_diagnosis(opened { crypto = "legacy", key_cipher = "3des", certs_cipher = "rc2-40" }, "p12-legacy-crypto",
            { confidence = "certain", place = 1, says = "1990s" })
        expect_diagnosis(opened { crypto = "modern", key_cipher = "aes-256-cbc" }, "p12-modern-crypto", { confidence = "possible", place = 1 })
    end)

    it("thinks of the cipher when the password does not fit", function()
        local flow = opened { state = "wrong-password", password = "none", keys = none, leaf = none, crypto = "modern", key_cipher = "aes-256-cbc" }
        expect_diagnosis(flow, "p12-wrong-password", { place = 1 })
        expect_diagnosis(flow, "p12-modern-crypto", { confidence = "possible", place = 2 })
    end)
end)

describe("identity/contents", function()
    it("misses the key", function()
        expect_diagnosis(opened { keys = 0, key_fits = false, identities = 0 }, "p12-no-key", { confidence = "certain", place = 1, says = "no private key" })
    end)

    it("says when the key is another's", function()
        local flow = opened { key_fits = false, identities = 0 }
        expect_diagnosis(flow, "p12-key-mismatch", { confidence = "certain", place = 1 })
        expect_no_diagnosis(flow, "p12-no-key")
    end)

    it("thinks that a lone leaf lacks its issuer, and is not sure", function()
        expect_diagnosis(opened { certificates = 1, issuer = "open" }, "p12-no-chain", { confidence = "possible", place = 1 })
        expect_no_diagnosis(opened { certificates = 1, issuer = "known" })
    end)

    it("counts identities", function()
        expect_diagnosis(opened { keys = 2, identities = 2 }, "p12-multiple-identities", { confidence = "likely", place = 1, says = "2 identities" })
    end)
end)

describe("identity/certificate", function()
    it("says when it expired", function()
        expect_diagnosis(opened { checks = fails "TemporalValidity@0", leaf = { not_after = days(-3), eku = { "clientAuth" } } }, "identity-expired",
            { place = 1, says = "3 days ago" })
    end)

    it("says when it has not started, and when it is the issuer that ended", function()
        expect_diagnosis(opened { checks = fails "TemporalValidity@0", leaf = { not_before = days(3) } }, "identity-expired", { place = 1, says = "starts on" })
        expect_diagnosis(opened { checks = fails "TemporalValidity@1" }, "identity-expired", { place = 1, says = "above" })
    end)

    it("wants clientAuth of a client, and emailProtection for mail", function()
        expect_diagnosis(opened { checks = fails "ExtendedKeyUsage@0", leaf = { eku = { "serverAuth" } } }, "identity-wrong-eku", { place = 1, says = "clientAuth" })
        expect_diagnosis(opened { checks = fails "ExtendedKeyUsage@0", purpose = "smime", email = "ann@shop.example" }, "identity-wrong-eku",
            { place = 1, says = "emailProtection" })
    end)

    it("knows the keys that iOS does not use", function()
        expect_diagnosis(opened { key_usable = "no", leaf = { key = "Ed25519" } }, "identity-key-type", { place = 1, says = "Ed25519" })
        expect_diagnosis(opened { key_usable = "weak", leaf = { key = "RSA-1024" } }, "identity-key-type", { place = 1, says = "2048 bits" })
    end)
end)

describe("identity/mail", function()
    local function mail(differences)
        differences.purpose, differences.email = "smime", "ann@shop.example"
        return opened(differences)
    end

    it("compares addresses", function()
        expect_diagnosis(mail { checks = fails "Email@0", leaf = { emails = { "bob@shop.example" } } }, "smime-address-mismatch",
            { confidence = "certain", place = 1, says = "bob@shop.example" })
        expect_diagnosis(mail { checks = fails "Email@0" }, "smime-address-mismatch", { place = 1, says = "names no mail address" })
    end)

    it("says that the issuer is unknown, or missing", function()
        expect_diagnosis(mail { checks = fails "AnchorTrusted@1" }, "smime-untrusted-issuer", { place = 1, says = "does not trust" })
        expect_diagnosis(mail { checks = fails "MissingIntermediate@0", issuer = "open" }, "smime-untrusted-issuer", { place = 1, says = "breaks off" })
    end)

    it("says that a hash is old", function()
        expect_diagnosis(mail { checks = fails "SignatureHashAlgorithms@0", leaf = { signature = "rsa-sha1" } }, "smime-weak-algorithm",
            { place = 1, says = "rsa-sha1" })
    end)

    it("does not ask it of a client's identity", function()
        expect_no_diagnosis(opened { checks = fails "AnchorTrusted@1" }, "smime-untrusted-issuer")
    end)
end)

describe("identity/profile", function()
    local function profile(differences, result)
        local p = { form = "xml", signature = "trusted" }
        for key, value in pairs(differences) do p[key] = value end
        return play { identity = { kind = "profile", result = result or "installs", profile = p } }
    end

    it("has nothing to say of one in order", function()
        expect_no_diagnosis(profile {})
    end)

    it("tells not signed from not verified from changed", function()
        expect_diagnosis(profile { signature = "none" }, "profile-signature-untrusted", { place = 1, says = "Nobody signed" })
        expect_diagnosis(profile { signature = "untrusted", signer = "Shop" }, "profile-signature-untrusted", { place = 1, says = "Shop" })
        expect_diagnosis(profile({ signature = "broken", first_fault = "the signature" }, "refused"), "profile-payload-rejected", { place = 1, says = "the signature" })
    end)

    it("says which payload is refused", function()
        expect_diagnosis(profile({ rejected = 1, first_fault = "payload 2: it holds 2 certificates" }, "refused"), "profile-payload-rejected",
            { confidence = "certain", place = 1, says = "payload 2" })
    end)

    it("names the issuer that is missing", function()
        expect_diagnosis(profile({ missing = { "CN=Shop Root" } }, "limited"), "identity/profile-incomplete", { confidence = "certain", place = 1, says = "CN=Shop Root" })
    end)

    it("says which root gets no switch", function()
        expect_diagnosis(profile({ switchless = 1, payloads = { { number = 1, name = "Shop Root", trust_switch = "no",
            conditions = { { name = "ca", holds = false, says = "it is no authority" } } } } }, "limited"), "identity/no-trust-switch",
            { place = 1, says = "it is no authority" })
    end)
end)

describe("identity/root", function()
    local function root(offered, conditions)
        return play { identity = { kind = "root", result = offered and "installs" or "limited", trust_switch = offered and "yes" or "no", conditions = conditions,
            leaf = { is_ca = offered, self_signed = true } } }
    end

    it("says that the switch appears", function()
        local flow = root(true, { { name = "ca", holds = true, says = "CA:TRUE" } })
        expect_no_diagnosis(flow)
        expect_note(flow, "identity/switch-offered")
    end)

    it("says why it does not", function()
        expect_diagnosis(root(false, { { name = "ca", holds = false, says = "it says CA:FALSE" }, { name = "in-date", holds = true, says = "" } }),
            "identity/no-trust-switch", { confidence = "certain", place = 1, says = "it says CA:FALSE" })
    end)

    it("says that a switch would not help", function()
        expect_diagnosis(root(true, { { name = "in-date", holds = false, says = "it ended in 2020" } }), "identity/root-unfit", { place = 1, says = "2020" })
    end)
end)
