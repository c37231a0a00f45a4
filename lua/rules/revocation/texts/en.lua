local english = require "whytls.english"
local nothing = "nothing"
local again   = "After the change, `whytls explain {target.host}:{target.port} --revocation` says what the responder says."
local because = {
    ["checks.Revocation@0"] = "the issuer says that it has withdrawn the certificate",
    ["checks.Revocation@1"] = "the issuer says that it has withdrawn the certificate",
    ["checks.Revocation@2"] = "the issuer says that it has withdrawn the certificate",
    ["server_leg.verdict.revocation_source"] = "who says so, signed by the issuer: {server_leg.verdict.revocation_source}",
    ["server_leg.revocation_fault"] = "what came of asking: {server_leg.revocation_fault}",
    ["server_leg.revocation_url"] = "the last address that was asked: {server_leg.revocation_url}",
    ["server_leg.staple"] = "what the site sent along (the staple): {server_leg.staple}",
    ["server_leg.chain.leaf.must_staple"] = "the certificate promises that such an answer always comes along",
}
return {
    ["cert-revoked"] = {
        title = "The certificate has been revoked",
        why   = "The CA has withdrawn the certificate of {target.host}.[ In its words: {$detail}.] An iPhone that learns of it refuses the site and offers no way on.",
        because = because,
        ios   = { safari = english.no_way_on, app = english.refused, grade = "Apple source" },
        device_fix = { "Nothing. Do not go on: somebody else may have the key." },
        server_fix = {
            "Find out why it was withdrawn. If the key was stolen, make a new key.",
            "Have a new certificate issued, and install it.",
        },
        next_test = again,
    },
    ["intermediate-revoked"] = {
        title = "The issuer's certificate has been revoked",
        why   = "An authority above the certificate of {target.host} has been withdrawn.[ It is “{$who}”.][ In the issuer's words: {$detail}.]",
        because = because,
        ios   = { safari = english.no_way_on, app = english.refused, grade = "Apple source" },
        device_fix = { "Nothing." },
        server_fix = { "Get a certificate, or at least a new chain file, from the CA: another intermediate may have signed for the same key." },
        next_test = again,
    },
    ["must-staple-missing"] = {
        title = "The certificate wants a staple, and the site sends none",
        why   = "The certificate of {target.host} says that a fresh answer of its CA (an OCSP staple) always comes along, and the site sent none. iPhones do not insist on it. Firefox and other strict clients refuse.",
        because = because,
        ios   = { safari = nothing .. " (the source has no such check)", app = nothing, grade = "Apple source" },
        device_fix = { "Nothing." },
        server_fix = {
            "Turn OCSP stapling on, and let the server reach the CA's responder.",
            "Or have the certificate issued again without the must-staple extension.",
        },
        next_test = "Run `openssl s_client -status -connect {target.host}:{target.port}` on a computer. It shows the staple, or that none came.",
    },
    ["ocsp-stale"] = {
        title = "The answer about revocation is out of date",
        why   = "What says that the certificate of {target.host} is not revoked is too old, or from the future. Clients pass over it, as if there were none.",
        because = because,
        ios   = { safari = nothing, app = nothing, grade = "Apple source" },
        device_fix = { "Nothing, unless the clock of the phone is wrong." },
        server_fix = {
            "See to the job that renews the staple. It must reach the CA's responder over HTTP.",
            "Look at the server's clock.",
        },
        next_test = "Run `openssl s_client -status -connect {target.host}:{target.port}` on a computer and read “Next Update”.",
    },
    ["ocsp-unknown"] = {
        title = "The responder does not know the certificate",
        why   = "The responder of the CA says that it does not know the certificate of {target.host}. For one that was issued minutes ago this is usual.",
        because = because,
        ios   = { safari = nothing, app = nothing, grade = "Apple source" },
        device_fix = { "Nothing." },
        server_fix = { "Wait an hour when the certificate is new. Otherwise ask the CA." },
        next_test = again,
        variants = {
            ["invalid"] = {
                title = "The answer about revocation does not count",
                why   = "The answer about the certificate of {target.host} is not one: it is about another certificate, is not signed by its issuer, or says that the responder has trouble. Clients pass over it.",
                server_fix = { "See to the job that renews the staple; after a change of certificate it may still send the old answer.", "Otherwise ask the CA." },
            },
        },
    },
    ["ocsp-unreachable"] = {
        title = "Nobody answers whether it is revoked",
        why   = "The responder of the CA does not answer about the certificate of {target.host}.[ It was asked at {server_leg.revocation_url}.] iPhones go on as if it were good, after a few seconds at most.",
        because = because,
        ios   = { safari = "nothing, perhaps seconds of delay", app = "nothing, perhaps seconds of delay", grade = "Apple source" },
        device_fix = { "If a filter of your network blocks the responder, allow it." },
        server_fix = { "Turn OCSP stapling on, so that nobody has to ask." },
        next_test = "Fetch {server_leg.revocation_url} from another network. Any answer at all tells that a filter is in the way here.",
    },
    ["crl-unavailable"] = {
        title = "The list of revoked certificates is of no use",
        why   = "The CA of {target.host} publishes a list of revoked certificates that cannot be fetched, is out of date, or cannot be read.[ It was asked at {server_leg.revocation_url}.] iPhones do not look at such lists.",
        because = because,
        ios   = { safari = nothing, app = nothing, grade = "Apple source" },
        device_fix = { "Nothing." },
        server_fix = { "Tell the CA: it must publish a fresh list. For a CA of your own, renew the list on a schedule." },
        next_test = again,
    },
    ["no-ocsp-pointer"] = "The certificate of {target.host} names no responder to ask whether it is revoked. That is usual today, and no fault: several CAs have stopped to answer such questions.",
}
