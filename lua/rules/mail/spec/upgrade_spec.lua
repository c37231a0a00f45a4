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

describe("mail/other-service", function()
    it("says that the other port of the host is in order", function()
        local flow = play { target = { host = "mail.shop.example", port = 465 }, mail = { protocol = "submission", starttls = "implicit", good_port = 993 },
            fails = { "TemporalValidity@0" } }
        expect_diagnosis(flow, "mail-smtp-vs-imap-cert", { confidence = "certain", says = "993" })
    end)

    it("says nothing without one", function()
        expect_no_diagnosis(play { mail = { protocol = "imap", starttls = "implicit" }, fails = { "TemporalValidity@0" } }, "mail-smtp-vs-imap-cert")
    end)
end)

describe("mail/renewed", function()
    local function shown(mail, fails)
        return play { target = { host = "mail.shop.example", port = 993 }, mail = mail, fails = fails,
            server_leg = { former_leaf = ("ab"):rep(32), former_seen = now - 86400 } }
    end

    it("tells of another certificate than before, where nobody vouches for it", function()
        expect_diagnosis(shown({ protocol = "imap", starttls = "implicit" }, { "AnchorTrusted@0" }), "mail-cert-renewed", { confidence = "likely" })
    end)

    it("is for mail alone, and for names that fit", function()
        expect_no_diagnosis(shown(nil, { "AnchorTrusted@0" }), "mail-cert-renewed")
        expect_no_diagnosis(shown({ protocol = "imap", starttls = "implicit" }, { "AnchorTrusted@0", "SSLHostname@0" }), "mail-cert-renewed")
    end)
end)

describe("mail/login", function()
    local function ended(words) return play { mail = { protocol = "imap", starttls = "implicit", login_refused = words } } end

    it("does not blame TLS for a login that the server refuses", function()
        expect_diagnosis(ended "a NO no such name", "mail-auth-after-tls", { confidence = "certain", place = 1, says = "TLS has nothing to do with it" })
    end)

    it("says nothing when nobody was refused", function() expect_no_diagnosis(ended(nil), "mail-auth-after-tls") end)
end)
