local english = require "whytls.english"
local ios = { safari = english.not_private .. ". Its sentence does not name the logs; they are the reason", app = english.refused, grade = "Apple source" }
local because = {
    ["checks.SystemTrustedCTRequired"] = "iOS asks promises of public logs of every public certificate since 2018-10-16",
    ["server_leg.verdict.ct"] = "what the promises come to: {server_leg.verdict.ct}",
    ["server_leg.chain.leaf.scts"] = "promises (SCTs) that came, embedded, in the handshake or stapled: {server_leg.chain.leaf.scts}",
    ["server_leg.version"] = "the handshake was looked into as well ({server_leg.version})",
    ["server_leg.trusted_by"] = "its root is a public one; private roots are exempt",
}
return {
    ["ct-missing"] = {
        title = "No public log has promised to record it",
        why   = "The certificate of {target.host} comes from a public CA, and no log of Certificate Transparency has promised to record it. An iPhone wants such promises (SCTs) from two logs for a certificate of up to 180 days, from three for a longer one. OpenSSL does not ask for them; Chrome does.",
        because = because,
        ios = ios,
        device_fix = { "Nothing. Only a device management profile can exempt a host from this." },
        server_fix = {
            "Have it issued again with embedded SCTs. Public CAs do so unless they were asked not to.",
            "If somebody asked the CA to leave the logs out, to keep a name secret, use a private CA instead: chains to a root that the phones' owner installed need no SCTs.",
        },
        next_test = english.accepted,
        variants = {
            ["too-few"] = {
                title = "Too few public logs promised to record it",
                why   = "The certificate of {target.host} comes from a public CA, and too few logs of Certificate Transparency have promised to record it: {$promises} came, each of them good. An iPhone wants two logs for a certificate of up to 180 days, three for a longer one; twice the same log counts once.",
            },
            ["file"] = {
                why   = "The certificate that would serve {target.host} has too few promises of public logs (SCTs) in it. An iPhone wants two logs for a certificate of up to 180 days, three for a longer one. A site may send more of them in the handshake, which a file cannot show; hardly any does.",
                next_test = "Run `whytls explain` on the site that serves it: that looks into the handshake as well.",
            },
        },
    },
    ["ct-invalid"] = {
        title = "Its promises of public logs do not count",
        why   = "The certificate of {target.host} comes from a public CA and has promises of logs (SCTs), but too few of them count for an iPhone. One may have a wrong signature, come from a log that is retired or that Apple does not know, or be from the future.[ In detail: {$detail}.]",
        because = because,
        ios = ios,
        device_fix = { "Update iOS: each phone goes by a list of logs of its own, and one that is over 60 days old stops asking. There is nothing else to set." },
        server_fix = {
            "Have it issued again. The CA chooses the logs; an old certificate may be older than the end of its logs.",
            "If the wrong signature is the reason, ask the CA: the certificate was changed after the logs saw it.",
        },
        next_test = english.accepted,
        variants = {
            ["file"] = {
                next_test = "Run `whytls explain` on the site that serves it: that looks into the handshake as well.",
            },
        },
    },
    ["cannot-tell"] = "Whether {target.host} has promises of enough public logs cannot be told: it names logs that our list, which is more than 60 days old, may not know yet. `whytls doctor` tells its age and how to renew it. A phone has a list of its own.",
}
