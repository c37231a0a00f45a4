local function odd(...) return { server_leg = { oddities = { ... } } } end

describe("remarks/accepted", function()
    it("speaks of what an iPhone accepts", function()
        for _, cause in ipairs { "cross-sign-expired", "cn-not-in-san", "hostname-underscore", "san-oversize", "chain-unneeded-certs",
                                 "key-id-missing", "root-as-leaf", "odd-rsa-size", "serial-abnormal", "duplicate-serial" } do
            expect_diagnosis(play(odd(cause)), cause, { confidence = "certain", evidence = { "server_leg.oddities" } })
        end
    end)

    it("is sure of an end that is near when the clock is right", function()
        expect_diagnosis(play(odd "cert-expiring-soon"), "cert-expiring-soon", "certain")
        local flow = odd "cert-expiring-soon"
        flow.proxy = { clock = { state = "unchecked" } }
        expect_diagnosis(play(flow), "cert-expiring-soon", "likely")
    end)

    it("names the key and the number that are odd", function()
        local flow = odd "odd-rsa-size"
        flow.server_leg.chain = { leaf = { key = "RSA-2052" } }
        expect_diagnosis(play(flow), "odd-rsa-size", { says = "RSA-2052" })
        flow = odd "serial-abnormal"
        flow.server_leg.chain = { leaf = { serial = "00" } }
        expect_diagnosis(play(flow), "serial-abnormal", { says = "It is 00" })
    end)

    it("calls an expired cross-certificate that, and not unneeded as well", function()
        local flow = play(odd("cross-sign-expired", "chain-unneeded-certs"))
        expect_diagnosis(flow, "cross-sign-expired")
        expect_no_diagnosis(flow, "chain-unneeded-certs")
    end)

    it("keeps quiet where an iPhone refuses", function()
        local flow = odd "key-id-missing"
        flow.fails = { "SSLHostname" }
        expect_no_diagnosis(play(flow), "key-id-missing")
    end)

    it("sleeps through a good chain, and through what is only usual", function()
        expect_asleep(play {})
        expect_asleep(play(odd "no-ocsp-pointer"))
    end)
end)

describe("remarks/look-alike", function()
    it("says what the name imitates", function()
        local flow = play { target = { host = "xn--pple-43d.example", looks_like = "apple.example" } }
        expect_diagnosis(flow, "idn-spoof", { confidence = "certain", says = "apple.example" })
    end)

    it("leaves it to others where the certificate is refused", function()
        local flow = play { target = { host = "xn--pple-43d.example", looks_like = "apple.example" }, fails = { "SSLHostname" } }
        expect_no_diagnosis(flow, "idn-spoof")
    end)
end)

describe("remarks/others-refuse", function()
    it("blames the issuer's form, and no missing file", function()
        expect_diagnosis(play(odd "issuer-not-usable"), "issuer-not-usable", { confidence = "certain", says = "not in a missing file" })
    end)
end)

describe("remarks/by-design", function()
    it("notes what is no fault, in a report alone", function()
        local flow = odd("short-lived-cert", "subject-empty-or-no-cn")
        expect_asleep(play(flow))
        flow.entry = "explain"
        local told = play(flow)
        expect_note(told, "remarks/short-lived-cert")
        expect_note(told, "remarks/subject-empty-or-no-cn")
    end)
end)
