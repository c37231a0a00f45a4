-- The plain dialogue with a mail server did not come to TLS. Who broke it off: the server, or somebody on the way?
local cause_of = { refused = "starttls-refused", absent = "starttls-refused", stripped = "starttls-stripped", injected = "starttls-injection" }

rule {
    name     = "upgrade",
    about    = "The mail server refuses STARTTLS, does not list it, or somebody on the way takes it out.",
    causes   = { "starttls-refused", "starttls-stripped", "starttls-injection" },
    wakes_on = { tls_failed = { leg = "server", symptom = "no-upgrade", has = "mail.starttls" } },

    tls_failed = function(flow)
        local cause = cause_of[flow.mail.starttls]
        if not cause then return end
        local broken = flow:suspect(cause, { words = flow.mail.starttls == "absent" and "absent" or nil })
            :because("mail.starttls", 3)
        if flow.mail.words then broken:because("mail.words", 2) end
        -- A list without the word may have been cut on the way; from here alone nobody can tell.
        if flow.mail.starttls == "absent" then flow:suspect("starttls-stripped"):because("mail.starttls", 1) end
    end,
}
