local function alert(number, name, from)
    return { from = from or "server", number = number, name = name, phase = "before-server-hello" }
end

describe("handshake", function()
    it("sees an old version by its alert", function()
        local flow = play { server_leg = { chain = none, verdict = none, version = none, symptom = "alert-before-server-hello",
            ended = "alert", alert = alert(70, "protocol_version") } }
        expect_diagnosis(flow, "tls-version-too-low")
    end)

    it("sees an old version that we refuse ourselves", function()
        local flow = play { server_leg = { chain = none, verdict = none, version = "TLSv1.0", symptom = "nothing-in-common",
            ended = "alert", alert = alert(70, "protocol_version", "client") } }
        expect_diagnosis(flow, "tls-version-too-low", { says = "It chose TLSv1.0" })
    end)

    it("sees that no cipher is shared", function()
        local flow = play { server_leg = { chain = none, verdict = none, version = none, symptom = "alert-before-server-hello",
            ended = "alert", alert = alert(40, "handshake_failure") } }
        expect_diagnosis(flow, "no-shared-cipher")
    end)

    it("sees plain text", function()
        expect_diagnosis(play { server_leg = { chain = none, verdict = none, symptom = "not-tls" } }, "plaintext-on-tls-port")
    end)

    it("tells a silent close from a stall", function()
        expect_diagnosis(play { server_leg = { chain = none, verdict = none, symptom = "close-before-server-hello", ended = "fin" } }, "server-abort-silent")
        expect_diagnosis(play { server_leg = { chain = none, verdict = none, symptom = "stalled", ended = "timeout" } }, "handshake-stall-mtu")
    end)

    it("sees that a client certificate is wanted", function()
        local flow = play { server_leg = { wants_client_certificate = true, symptom = "alert-after-finish", ended = "alert",
            alert = { from = "server", number = 116, name = "certificate_required", phase = "after-finish" } } }
        expect_diagnosis(flow, "mtls-required", "certain")
    end)

    it("sleeps through a good flow", function() expect_asleep(play {}) end)
end)
