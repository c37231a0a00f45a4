-- Mail servers: the plain dialogue that should have come to TLS and did not, or the port that nobody lets us reach. Names that
-- do not fit are the package names'.

-- By mail.starttls. A list without the word may have been cut on the way; from one place nobody can tell.
local cause_of = { refused = "starttls-refused", absent = "starttls-refused", stripped = "starttls-stripped", injected = "starttls-injection" }

rule {
    name     = "upgrade",
    about    = "The server refuses STARTTLS, does not list it, or somebody on the way takes it out.",
    causes   = { "starttls-refused", "starttls-stripped", "starttls-injection" },
    wakes_on = { tls_failed = { leg = "server", symptom = "no-upgrade", has = "mail.starttls" } },

    tls_failed = function(flow)
        local how = flow.mail.starttls
        local cause = cause_of[how]
        if not cause then return end
        local words = how == "absent" and "absent" or flow.mail.injected_by == "client" and "program" or nil
        local broken = flow:suspect(cause, { words = words }):because("mail.starttls", 3)
        if flow.mail.words then broken:because("mail.words", 2) end
        if how == "absent" then flow:suspect("starttls-stripped"):because("mail.starttls", 1) end
    end,
}

rule {
    name     = "cut-list",
    about    = "The server goes ahead with STARTTLS although its list, as it came, has none: somebody cut the list.",
    causes   = { "starttls-stripped" },
    wakes_on = { judged = { has = "mail.starttls" } },

    judged = function(flow)
        if flow.mail.starttls ~= "stripped" then return end
        flow:suspect("starttls-stripped", { words = "goes-ahead" }):because("mail.starttls", 3):because("server_leg.version", 2)
        flow:rule_out("starttls-refused", "server_leg.version")
    end,
}

rule {
    name     = "plain-first",
    about    = "TLS from the first byte was tried with a mail server that greets in plain words.",
    causes   = { "starttls-needed" },
    wakes_on = { tls_failed = { leg = "server", symptom = "not-tls", has = "mail.protocol" } },

    tls_failed = function(flow)
        if flow.mail.starttls ~= "implicit" then return end
        flow:suspect("starttls-needed"):because("server_leg.symptom", 3):because("mail.starttls", 2)
        flow:rule_out("plaintext-on-tls-port", "mail.protocol")     -- plain words are what this port begins with
    end,
}

-- How often a network keeps this port to itself: 25 in most homes and hotels, the others now and then.
local closed_to_many = { [25] = 3, [465] = 2, [587] = 2 }

rule {
    name     = "blocked",
    about    = "A mail port that does not answer from here: many networks close them.",
    causes   = { "mail-port-blocked" },
    wakes_on = { dial_failed = { error = { "timeout", "reset" }, has = "mail.protocol" } },

    dial_failed = function(flow)
        if #flow.dial.addresses == 0 then return end        -- the name servers kept silent, not the port
        local often = closed_to_many[flow.target.port] or 1
        local blocked = flow:suspect("mail-port-blocked"):because("dial.error", 3):because("target.port", often)
        if often == 3 then blocked:because("mail.protocol", 1) end
    end,
}

-- The port that was right is told by the host's own other services; one that changed, by what it showed before.
rule {
    name     = "other-service",
    about    = "One service of a mail host is refused, while another of the same host was accepted today.",
    causes   = { "mail-smtp-vs-imap-cert" },
    wakes_on = { judged = { verdict = "reject", has = "mail.good_port" } },

    judged = function(flow)
        flow:suspect("mail-smtp-vs-imap-cert"):because("mail.good_port", 3):because("target.port", 2)
    end,
}

-- iPhones ask about a certificate that they cannot check, remember the answer for that one certificate, and ask again for the next.
rule {
    name     = "renewed",
    about    = "A mail server that nobody vouches for shows another certificate than before.",
    causes   = { "mail-cert-renewed" },
    wakes_on = { judged = { check = { "AnchorTrusted", "MissingIntermediate" }, has = "server_leg.former_leaf" } },

    judged = function(flow)
        if not flow.mail or flow.server_leg.verdict:failed("SSLHostname") then return end
        flow:suspect("mail-cert-renewed"):because("server_leg.former_leaf", 3):because("server_leg.former_seen", 2):because("mail.protocol", 1)
    end,
}

rule {
    name     = "login",
    about    = "TLS is in order, and the mail server refused name and password.",
    causes   = { "mail-auth-after-tls" },
    wakes_on = { finish = { has = "mail.login_refused" } },

    finish = function(flow)
        flow:suspect("mail-auth-after-tls"):because("mail.login_refused", 3):because("server_leg.version", 2)
    end,
}
