-- whytls.english - what the texts of several packages say in the same words. A translation brings its own.
local explain = "`whytls explain {target.host}:{target.port}`"

return {
    -- What Safari shows, and what an app is told.
    not_private  = "a page titled “This Connection Is Not Private”, with a way on (unverified)",
    no_way_on    = "a page titled “This Connection Is Not Private”, without a way on (unverified)",
    cannot_open  = "“Safari Can't Open the Page” (unverified)",
    refused      = "error -1202 (unverified)",
    refused_seen = "error -1202 (observed)",

    -- What to do, and how to know that it was done.
    no_setting   = { "Nothing. No setting helps." },
    pass_unread  = "{target.host} pass unread (by a rule that says `flow:decide \"tunnel\"`)",
    accepted     = "After the change, " .. explain .. " says that an iPhone accepts it.",
    unmentioned  = "After the change, " .. explain .. " does not mention it any more.",

    -- What facts say.
    oddities     = "our look at the chain finds: {server_leg.oddities}",
    causes       = "our check of the chain finds: {server_leg.verdict.causes}",
    our_clock    = "our clock agrees with the Date headers of other sites",
}
