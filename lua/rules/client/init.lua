-- The client never got as far as our certificate.
local tls = require "whytls.tls"

rule {
    name     = "offers-too-little",
    about    = "The client offers no version, or no cipher suite, that a site of today speaks.",
    causes   = { "client-version-too-low", "client-no-shared-cipher" },
    wakes_on = { tls_failed = { leg = "client", symptom = { "nothing-in-common", "alert-before-server-hello" } } },

    tls_failed = function(flow)
        local newest = flow.client_leg.hello.max_version
        if tls.older(newest, "TLSv1.2") then
            flow:suspect("client-version-too-low"):because("client_leg.hello.max_version", 3):because("client_leg.symptom", 3)
        elseif flow.client_leg.symptom == "nothing-in-common" then
            flow:suspect("client-no-shared-cipher"):because("client_leg.symptom", 3):because("client_leg.hello.ciphers", 2)
        end
    end,
}
