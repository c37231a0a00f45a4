local english = require "whytls.english"
local ios = { safari = english.not_private .. ". Its sentence does not name the reason; the length is the reason", app = english.refused, grade = "Apple source" }
local because = {
    ["checks.SystemTrustValidityPeriod"] = "under a public root iOS allows 398 days (825 if issued before 1 Sep 2020)",
    ["checks.OtherTrustValidityPeriod"] = "iOS allows no more than 825 days, whatever the root",
    ["server_leg.chain.leaf.lifetime"] = "it is valid for {server_leg.chain.leaf.lifetime}, from {server_leg.chain.leaf.not_before|date} to {server_leg.chain.leaf.not_after|date}",
}
return {
    ["validity-too-long"] = {
        title = "The certificate runs for too long for iOS",
        why   = "The certificate of {target.host} runs for {server_leg.chain.leaf.lifetime}; iOS accepts at most 398 days from a public root. It runs from {server_leg.chain.leaf.not_before|date} to {server_leg.chain.leaf.not_after|date}. OpenSSL has no such limit.",
        because = because,
        ios = ios,
        device_fix = english.no_setting,
        server_fix = { "Have it issued again for at most 397 days. Automatic renewal serves you better: public CAs are on the way to 47 days." },
        next_test = english.accepted,
    },
    ["private-ca-long-validity"] = {
        title = "The certificate runs for too long for iOS",
        why   = "The certificate of {target.host} runs for {server_leg.chain.leaf.lifetime}; iOS accepts at most 825 days, even from a CA of your own. It runs from {server_leg.chain.leaf.not_before|date} to {server_leg.chain.leaf.not_after|date}.",
        because = because,
        ios = ios,
        device_fix = { "Nothing. Installing the root does not lift this limit." },
        server_fix = { "Have it issued again for at most 825 days." },
        next_test = english.accepted,
    },
}
