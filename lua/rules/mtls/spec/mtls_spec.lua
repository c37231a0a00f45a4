local function alert(number, name, from)
    return { from = from or "server", number = number, name = name, phase = "after-finish" }
end
local function request(answer, more)
    local r = { asked = "handshake", n_accepts = 1, accepts = { "CN=Client CA" }, answer = answer }
    if answer == "sent" then r.certificate = { not_after = days(200) } end
    for k, v in pairs(more or {}) do r[k] = v end
    return r
end

describe("mtls/handshake", function()
    local function wants(leg, more)
        leg.wants_client_certificate = true
        local flow = { server_leg = leg }
        for k, v in pairs(more or {}) do flow[k] = v end
        return play(flow)
    end

    it("is certain when the site says so", function()
        local flow = wants { symptom = "alert-after-finish", ended = "alert", alert = alert(116, "certificate_required"), certificate_request = request "none" }
        expect_diagnosis(flow, "mtls-required", { confidence = "certain", says = "got none" })
        expect_no_diagnosis(flow, "mtls-rejected")
        expect_no_diagnosis(flow, "mtls-through-proxy")
    end)

    it("is likely when the site says only that it failed, or closes", function()
        local flow = wants { symptom = "alert-after-certificate", ended = "alert", alert = alert(40, "handshake_failure") }
        expect_diagnosis(flow, "mtls-required", "likely")
        expect_no_diagnosis(flow, "no-shared-cipher")
        expect_diagnosis(wants { symptom = "close-after-certificate", ended = "fin" }, "mtls-required", "likely")
        expect_diagnosis(wants { symptom = "close-after-certificate", ended = "rst" }, "mtls-required", "likely")
    end)

    it("is silent when it was us who broke off, or nobody did", function()
        expect_no_diagnosis(wants { symptom = "nothing-in-common", ended = "alert", alert = alert(70, "protocol_version", "client") }, "mtls-required")
        expect_no_diagnosis(wants { symptom = "stalled", ended = "timeout" }, "mtls-required")
    end)

    it("tells a certificate that was refused from one that was missing", function()
        for number, name in pairs { [48] = "unknown_ca", [45] = "certificate_expired", [42] = "bad_certificate" } do
            local flow = wants { symptom = "alert-after-finish", ended = "alert", alert = alert(number, name), certificate_request = request "sent" }
            expect_diagnosis(flow, "mtls-rejected", "certain")
            expect_no_diagnosis(flow, "mtls-required")
        end
        local closed = wants { symptom = "close-after-finish-unused", ended = "fin", certificate_request = request "sent" }
        expect_diagnosis(closed, "mtls-rejected", "possible")
        local other = wants { symptom = "alert-after-finish", ended = "alert", alert = alert(80, "internal_error"), certificate_request = request "sent" }
        expect_no_diagnosis(other, "mtls-rejected")
    end)

    it("counts the phone in when the host worked unread", function()
        local flow = wants({ symptom = "alert-after-finish", ended = "alert", alert = alert(116, "certificate_required"), certificate_request = request "none" },
            { history = { host = { tunnel_worked = hours(-1) } } })
        expect_diagnosis(flow, "mtls-required", "certain")
        expect_diagnosis(flow, "mtls-through-proxy", { confidence = "possible", place = 2, says = "never leaves the phone" })
    end)
end)

describe("mtls/answer", function()
    local function answers(status, leg)
        return play { server_leg = leg,
            talk = { { request = { method = "GET", scheme = "https", host = "shop.example", path = "/", url = "https://shop.example/" },
                       response = { status = status } } } }
    end
    local optional = { wants_client_certificate = true, certificate_request = request "none" }
    local sent = { wants_client_certificate = true, certificate_request = request "sent" }

    it("thinks a refused request possible, and likely when the status says it", function()
        expect_diagnosis(answers(403, optional), "mtls-403", { confidence = "possible", says = "refused the request" })
        expect_diagnosis(answers(496, optional), "mtls-403", "likely")
    end)

    it("names the certificate that was sent", function()
        expect_diagnosis(answers(495, sent), "mtls-rejected", "likely")
        expect_diagnosis(answers(403, sent), "mtls-rejected", "possible")
        expect_no_diagnosis(answers(403, sent), "mtls-403")
        expect_no_diagnosis(answers(401, sent))
    end)

    it("says nothing where the site asked for no certificate, or where it answers", function()
        expect_no_diagnosis(answers(403, { wants_client_certificate = false }))
        expect_no_diagnosis(answers(200, optional))
    end)

    it("knows that a new handshake was wanted for it", function()
        expect_diagnosis(answers(403, { wants_renegotiation = true }), "mtls-403", "possible")
    end)

    it("sleeps through a good flow", function() expect_asleep(play {}) end)
end)

describe("mtls/optional", function()
    it("tells who asks by hand that requests may be refused", function()
        local leg = { wants_client_certificate = true, certificate_request = request "none" }
        expect_diagnosis(play { entry = "explain", server_leg = leg }, "mtls-403", { confidence = "possible", says = "finished the handshake without one" })
        expect_no_diagnosis(play { server_leg = leg })
        expect_no_diagnosis(play { entry = "explain", server_leg = { wants_client_certificate = true, certificate_request = request "sent" } })
    end)
end)

describe("mtls/shown", function()
    it("is certain when the phone showed its certificate to us", function()
        local flow = play {
            server_leg = { wants_client_certificate = true, symptom = "alert-after-certificate", ended = "alert", alert = alert(40, "handshake_failure"), certificate_request = request "none" },
            client_leg = { certificate_request = request "sent" },
        }
        expect_diagnosis(flow, "mtls-through-proxy", "certain")
    end)

    it("is silent where nobody missed it", function()
        expect_no_diagnosis(play { server_leg = { wants_client_certificate = true, certificate_request = request "none" },
                                   client_leg = { certificate_request = request "sent" } })
    end)
end)

describe("mtls/not-for-app", function()
    local function asked(answer, browser)
        return play { client = { app = { name = browser and "Safari" or "Acme", is_browser = browser or false } },
            client_leg = { certificate_request = { asked = "handshake", answer = answer } } }
    end

    it("knows that the device has one when Safari showed it, and the app does not", function()
        expect_no_diagnosis(asked("none"), "identity-not-for-app")
        asked("sent", true)
        expect_diagnosis(asked("none"), "identity-not-for-app", { confidence = "likely", says = "showed none" })
    end)

    it("does not speak of a browser in which nobody chose one", function()
        asked("sent", true)
        expect_no_diagnosis(asked("none", true), "identity-not-for-app")
    end)
end)
