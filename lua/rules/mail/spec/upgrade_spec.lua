describe("mail/upgrade", function()
    local function ended(starttls, words, injected_by)
        return play { target = { host = "mail.shop.example", port = 143 },
            mail = { protocol = "imap", starttls = starttls, words = words, injected_by = injected_by },
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

    it("does not blame the server for what came from the program's side", function()
        expect_diagnosis(ended("injected", nil, "client"), "starttls-injection", { place = 1, says = "from the side of the program" })
        expect_diagnosis(ended("injected", nil, "server"), "starttls-injection", { place = 1, says = "Behind the go-ahead" })
    end)

    it("has nothing to say of what is no mail server", function()
        expect_no_diagnosis(ended "none", "starttls-refused")
    end)
end)

describe("mail/cut-list", function()
    local function judged(starttls) return play { mail = { protocol = "smtp", starttls = starttls } } end

    it("sees that the server goes ahead with what was cut from its list", function()
        expect_diagnosis(judged "stripped", "starttls-stripped", { confidence = "likely", place = 1, says = "cuts the list" })
    end)

    it("has nothing to say of a server that lists it", function()
        expect_no_diagnosis(judged "offered", "starttls-stripped")
        expect_no_diagnosis(judged "implicit", "starttls-stripped")
    end)
end)

describe("mail/plain-first", function()
    local function began(starttls)
        return play { target = { host = "mail.shop.example", port = 143 }, mail = { protocol = "imap", starttls = starttls },
            server_leg = { chain = none, verdict = none, symptom = "not-tls" } }
    end

    it("says that the port wants STARTTLS", function()
        expect_diagnosis(began "implicit", "starttls-needed", { confidence = "likely", says = "greets in plain words" })
    end)

    it("says nothing of TLS that broke after STARTTLS", function()
        expect_no_diagnosis(began "offered", "starttls-needed")
    end)
end)

describe("mail/blocked", function()
    local function dialled(port, error, addresses)
        return play { target = { host = "mail.shop.example", port = port }, mail = { protocol = "smtp", starttls = "none" }, server_leg = none,
            dial = { error = error, addresses = addresses or { "192.0.2.7" } } }
    end

    it("thinks first of the network when port 25 is silent", function()
        expect_diagnosis(dialled(25, "timeout"), "mail-port-blocked", { confidence = "likely", place = 1, says = "port 25" })
    end)

    it("only thinks of it on a port that is seldom closed", function()
        expect_diagnosis(dialled(993, "timeout"), "mail-port-blocked", "possible")
    end)

    it("does not when the name servers kept silent, or the server itself said no", function()
        expect_no_diagnosis(dialled(25, "timeout", {}), "mail-port-blocked")
        expect_no_diagnosis(dialled(25, "refused"), "mail-port-blocked")
    end)
end)
