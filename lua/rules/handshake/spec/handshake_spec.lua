local function alert(number, name, from)
    return { from = from or "server", number = number, name = name, phase = "before-server-hello" }
end
local function fails(leg)
    leg.chain, leg.verdict = none, none
    return play { server_leg = leg }
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

describe("handshake/silent", function()
    it("is certain of an orderly close without a word", function()
        expect_diagnosis(fails { symptom = "close-before-server-hello", ended = "fin" }, "server-abort-silent", "certain")
        expect_diagnosis(fails { symptom = "close-after-certificate", ended = "fin" }, "server-abort-silent", "likely")
    end)

    it("only thinks it possible that a stall is about the size of packets", function()
        expect_diagnosis(fails { symptom = "stalled", ended = "timeout" }, "handshake-stall-mtu", "possible")
    end)

    it("leaves a reset to another rule", function()
        expect_no_diagnosis(fails { symptom = "close-before-server-hello", ended = "rst" })
    end)

    it("sleeps through a good flow", function() expect_asleep(play {}) end)
end)
