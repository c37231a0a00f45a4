local function alert(number, name, from)
    return { from = from or "server", number = number, name = name, phase = "before-server-hello" }
end
local function fails(leg)
    leg.chain, leg.verdict = none, none
    return play { server_leg = leg }
end
local function fails_at(port, leg)
    leg.chain, leg.verdict = none, none
    return play { server_leg = leg, target = { port = port } }
end

describe("handshake/nothing-in-common", function()
    it("sees an old version by its alert", function()
        local flow = fails { version = none, symptom = "alert-before-server-hello", ended = "alert", alert = alert(70, "protocol_version") }
        expect_diagnosis(flow, "tls-version-too-low", "likely")         -- a site that breaks on anything new says the same
        expect_no_diagnosis(flow, "no-shared-cipher")
    end)

    it("is certain of an old version that we refused ourselves", function()
        local flow = fails { version = "TLSv1.0", symptom = "nothing-in-common", ended = "alert", alert = alert(70, "protocol_version", "client") }
        expect_diagnosis(flow, "tls-version-too-low", { confidence = "certain", says = "It chose TLSv1.0" })
    end)

    it("sees that no cipher is shared", function()
        local flow = fails { version = none, symptom = "alert-before-server-hello", ended = "alert", alert = alert(40, "handshake_failure") }
        expect_diagnosis(flow, "no-shared-cipher", "likely")
        expect_no_diagnosis(flow, "tls-version-too-low")
    end)

    it("sees a name that is refused, and a protocol", function()
        local flow = fails { symptom = "alert-before-server-hello", ended = "alert", alert = alert(112, "unrecognized_name") }
        expect_diagnosis(flow, "sni-rejected", "certain")
        flow = fails { symptom = "alert-before-server-hello", ended = "alert", alert = alert(120, "no_application_protocol") }
        expect_diagnosis(flow, "alpn-mismatch", "certain")
    end)

    it("says nothing of alerts that say nothing, or that are ours", function()
        expect_no_diagnosis(fails { symptom = "alert-before-server-hello", ended = "alert", alert = alert(80, "internal_error") })
        expect_no_diagnosis(fails { symptom = "nothing-in-common", ended = "alert", alert = alert(40, "handshake_failure", "client") })
    end)
end)

describe("handshake/no-tls", function()
    it("is certain of plain text", function()
        expect_diagnosis(fails { symptom = "not-tls" }, "plaintext-on-tls-port", { confidence = "certain", says = "Port 443" })
    end)
end)

describe("handshake/no-tls, on other ports", function()
    local function says(words, port) return fails_at(port, { symptom = "not-tls", first_words = words }) end

    it("knows the port of plain HTTP", function()
        local flow = says("HTTP/1.1 400 Bad Request", 80)
        expect_diagnosis(flow, "tls-on-plaintext-port", { confidence = "certain", says = "Port 80" })
        expect_no_diagnosis(flow, "plaintext-on-tls-port")
        expect_diagnosis(says("HTTP/1.1 400 Bad Request", 8080), "tls-on-plaintext-port", "likely")
    end)

    it("knows another service by its first words", function()
        local flow = says("SSH-2.0-OpenSSH_9.2", 443)
        expect_diagnosis(flow, "wrong-port", { confidence = "likely", says = "SSH-2.0-OpenSSH_9.2" })
        expect_no_diagnosis(flow, "plaintext-on-tls-port")
    end)
end)

describe("handshake/broken", function()
    it("is certain of a key that is not the certificate's", function()
        local flow = fails { fault = "bad-signature", ended = "alert", alert = alert(51, "decrypt_error", "client") }
        expect_diagnosis(flow, "key-cert-mismatch", { confidence = "certain", says = "renewed with a new key" })
    end)

    it("is certain of damaged records, during the handshake and after", function()
        expect_diagnosis(fails { fault = "bad-record", alert = alert(20, "bad_record_mac", "client") }, "record-corruption", "certain")
        expect_diagnosis(play { server_leg = { fault = "bad-record" } }, "record-corruption", "certain")
        expect_diagnosis(fails { fault = "bad-finished", alert = alert(51, "decrypt_error", "client") }, "record-corruption", "likely")
    end)
end)

describe("handshake/weak-cipher", function()
    it("names the suite", function()
        local flow = play { server_leg = { cipher = "TLS_RSA_WITH_AES_128_CBC_SHA", cipher_fault = "no-forward-secrecy", version = "TLSv1.2" } }
        expect_diagnosis(flow, "weak-cipher-only", { confidence = "likely", says = "TLS_RSA_WITH_AES_128_CBC_SHA" })
    end)

    it("is certain of a small group", function()
        local flow = play { server_leg = { cipher = "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", cipher_fault = "weak-dh", dh_bits = 1024, version = "TLSv1.2" } }
        expect_diagnosis(flow, "weak-dh", { confidence = "certain", says = "1024 bits" })
        expect_no_diagnosis(flow, "weak-cipher-only")
    end)
end)

describe("handshake/foreign-signature", function()
    it("is certain of what the client did not offer", function()
        local flow = play { server_leg = { sigalg = "rsa_pkcs1_sha1", sigalg_fault = "not-offered" } }
        expect_diagnosis(flow, "no-shared-sigalg", { confidence = "certain", says = "rsa_pkcs1_sha1" })
    end)

    it("leaves it to the certificate where that allows nothing else", function()
        local flow = play { server_leg = { sigalg = "ed25519", sigalg_fault = "not-offered", verdict = { causes = { "ed25519-cert" } } } }
        expect_no_diagnosis(flow, "no-shared-sigalg")
    end)
end)

describe("handshake/renegotiation", function()
    it("is certain, and says that iPhones go on", function()
        local flow = play { server_leg = { renegotiation_fault = "unsafe", version = "TLSv1.2" } }
        expect_diagnosis(flow, "legacy-renegotiation", { confidence = "certain", says = "iPhones go on" })
    end)
end)

describe("handshake/silent", function()
    it("is certain of an orderly close without a word", function()
        expect_diagnosis(fails { symptom = "close-before-server-hello", ended = "fin" }, "server-abort-silent", "certain")
        expect_diagnosis(fails { symptom = "close-after-certificate", ended = "fin" }, "server-abort-silent", "likely")
    end)

    it("only thinks it possible that a stall is about the size of packets", function()
        expect_diagnosis(fails { symptom = "stalled", ended = "timeout" }, "handshake-stall-mtu", "possible")
    end)

    it("thinks it likely when packets went missing", function()
        local function stalled(lost) return fails { symptom = "stalled", ended = "timeout", lost = lost } end
        expect_diagnosis(stalled "received", "handshake-stall-mtu", { confidence = "likely", says = "Large packets get lost on the way, and small ones pass" })
        expect_diagnosis(stalled "sent", "handshake-stall-mtu", { confidence = "likely", says = "our first message never gets there" })
    end)

    it("leaves a reset to another rule", function()
        expect_no_diagnosis(fails { symptom = "close-before-server-hello", ended = "rst" })
    end)

    it("sleeps through a good flow", function() expect_asleep(play {}) end)
end)

describe("handshake/second-try", function()
    local function refused(retry, found, leg)
        leg = leg or { symptom = "alert-before-server-hello", ended = "alert", alert = alert(40, "handshake_failure") }
        leg.retry, leg.retry_found = retry, found
        return fails(leg)
    end
    local function cut() return { symptom = "close-before-server-hello", ended = "fin" } end

    it("is certain of the suite and of the group that the site takes", function()
        local flow = refused("cipher", "TLS_RSA_WITH_RC4_128_SHA")
        expect_diagnosis(flow, "no-shared-cipher", { confidence = "certain", says = "TLS_RSA_WITH_RC4_128_SHA" })
        flow = refused("group", "brainpoolP256r1")
        expect_diagnosis(flow, "no-shared-group", { confidence = "certain", says = "brainpoolP256r1" })
        expect_no_diagnosis(flow, "no-shared-cipher")
    end)

    it("tells an old version from one that is too new", function()
        expect_diagnosis(refused("version", "TLSv1.0"), "tls-version-too-low", { confidence = "likely" })
        local flow = refused("newer-version", "TLSv1.2", cut())
        expect_diagnosis(flow, "tls-version-intolerant", { place = 1, confidence = "likely", says = "TLSv1.2" })
        expect_no_diagnosis(flow, "server-abort-silent")
    end)

    it("tells a filter of names from a site that is silent", function()
        local flow = refused("name", none, cut())
        expect_diagnosis(flow, "sni-filter-reset", { place = 1, confidence = "likely" })
        expect_no_diagnosis(flow, "server-abort-silent")
        expect_diagnosis(refused("nothing", none, cut()), "server-abort-silent", "certain")
    end)
end)

describe("handshake/default-certificate", function()
    local function shows(names, other)
        return play { target = { host = "shop.example", site = "shop.example" }, fails = { "SSLHostname" },
                      server_leg = { other_name = other, chain = { leaf = { names = names } } } }
    end

    it("tells the certificate of the server from a forgotten name", function()
        expect_diagnosis(shows({ "hosting.example" }, "same"), "sni-default-cert", { place = 1, confidence = "likely", says = "hosting.example" })
        expect_no_diagnosis(shows({ "www.shop.example" }, "same"), "sni-default-cert")
        expect_no_diagnosis(shows({ "hosting.example" }, "another"), "sni-default-cert")
    end)
end)
