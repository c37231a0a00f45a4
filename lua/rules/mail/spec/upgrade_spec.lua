describe("mail/upgrade", function()
    local function ended(starttls, words)
        return play { target = { host = "mail.shop.example", port = 143 }, mail = { protocol = "imap", starttls = starttls, words = words },
            server_leg = { chain = none, verdict = none, symptom = "no-upgrade" } }
    end

    it("says what the server said", function()
        expect_diagnosis(ended("refused", "a2 NO not now"), "starttls-refused", { confidence = "likely", place = 1, says = "said no" })
    end)

    it("does not call a list without the word a theft, and thinks of it", function()
        local flow = ended("absent", "a1 OK done")
        expect_diagnosis(flow, "starttls-refused", { confidence = "likely", place = 1, says = "does not list STARTTLS" })
        expect_diagnosis(flow, "starttls-stripped", { confidence = "possible", place = 2 })
    end)

    it("knows the mark of a firewall", function()
        expect_diagnosis(ended("stripped", "250 XXXXXXXX"), "starttls-stripped", { confidence = "likely", place = 1 })
    end)

    it("takes nothing that came before TLS", function()
        expect_diagnosis(ended("injected", "bytes followed the go-ahead for TLS"), "starttls-injection", { confidence = "likely", place = 1 })
    end)

    it("has nothing to say of what is no mail server", function()
        expect_no_diagnosis(ended "none", "starttls-refused")
    end)
end)
