local english = require "whytls.english"
local again = "After the change, `whytls explain {target.host}:{target.port}` says nothing of the order any more."
local because = {
    ["server_leg.order"] = "the certificates, as they came: {server_leg.order}",
    ["server_leg.verdict.verdict"] = "sorted, they come to this verdict of iOS: {server_leg.verdict.verdict}",
    ["server_leg.chain.leaf.is_ca"] = "the first certificate may sign others, or did: {server_leg.chain.leaf.subject.text}",
}
return {
    ["chain-wrong-order"] = {
        title = "The certificates are out of order",
        why   = "{target.host} sends its certificates in another order than from its own upwards. iPhones and browsers sort them; some older clients and devices do not, and refuse the site.",
        because = because,
        ios   = { safari = "nothing", app = "nothing", grade = "Apple source" },
        device_fix = { "Nothing." },
        server_fix = { "Put them into the chain file in this order: the site's own, the intermediate that signed it, the next one. The root is not needed." },
        next_test = again,
        variants = {
            file = {
                why = "The file holds its certificates in another order than from the site's own upwards. Installed like this on a server, iPhones and browsers sort them; some older clients and devices do not.",
                next_test = "After the change, `whytls explain FILE` says nothing of the order any more.",
            },
        },
    },
    ["leaf-not-first"] = {
        title = "The first certificate is not the site's own",
        why   = "{target.host} sends another certificate before its own.[ The first is “{$first}”.] The first one is what a client judges, so the site's own is never looked at.",
        because = because,
        ios   = { safari = english.not_private, app = english.refused, grade = "Apple source" },
        device_fix = { "Nothing." },
        server_fix = { "Put the site's own certificate first into the chain file, then the intermediate that signed it." },
        next_test = again,
        variants = {
            file = {
                why = "The file holds the site's own certificate behind another one. whytls judged it as if it stood first. A server that is given the file as it is either does not start, because its key does not fit the first one, or shows the wrong certificate.",
                ios = { safari = "nothing, once the order is right", app = "nothing, once the order is right" },
                next_test = "After the change, `whytls explain FILE` says nothing of the order any more.",
            },
        },
    },
}
