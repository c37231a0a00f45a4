local english = require "whytls.english"
local ios = { safari = english.not_private, app = english.refused, grade = "Apple source" }
local because = {
    ["checks.ExtendedKeyUsage"] = "a list of usages in the chain leaves servers out",
    ["checks.ExtendedKeyUsage@0"] = "the list of usages leaves servers out",
    ["checks.ExtendedKeyUsage@1"] = "the issuer's list of usages leaves servers out",
    ["checks.ServerAuthEKU"] = "under a public root iOS wants the usage serverAuth to be listed",
    ["checks.ServerAuthEKU@0"] = "under a public root iOS wants the usage serverAuth to be listed",
    ["server_leg.chain.leaf.eku"] = "the certificate lists: {server_leg.chain.leaf.eku}",
    ["server_leg.chain.issuer.eku"] = "the issuer's certificate lists: {server_leg.chain.issuer.eku}",
}
because["server_leg.chain.leaf.emails"] = "it names the address {server_leg.chain.leaf.emails}"
because["server_leg.chain.leaf.subject.cn"] = "it is made out to “{server_leg.chain.leaf.subject.cn}”"
return {
    ["client-cert-on-server"] = {
        title = "A person's certificate is on the server",
        why   = "{target.host} sends a certificate that was made out to a person or a program, so an iPhone refuses it. It names no host, and its list of usages (extended key usage) says {server_leg.chain.leaf.eku}.",
        because = because,
        ios = ios,
        device_fix = english.no_setting,
        server_fix = { "Install the server's own certificate. The one that is there now belongs to a client, a mail program or a developer." },
        next_test = english.accepted,
    },
    ["eku-not-server"] = {
        title = "The certificate is not for servers",
        why   = "The certificate of {target.host} is for other uses than a server's, so an iPhone refuses it. Its list of usages (extended key usage) says {server_leg.chain.leaf.eku}; serverAuth is not there.",
        because = because,
        ios = ios,
        device_fix = english.no_setting,
        server_fix = { "Have it issued again with the usage serverAuth. A certificate for clients or for mail was installed." },
        next_test = english.accepted,
    },
    ["eku-missing"] = {
        title = "The certificate does not say what it is for",
        why   = "The certificate of {target.host} has no list of usages (extended key usage), so an iPhone refuses it. Under a public root iOS wants serverAuth to stand there.",
        because = {
            ["server_leg.chain.leaf.eku"] = "no usage is listed",
            ["checks.ServerAuthEKU"] = because["checks.ServerAuthEKU"],
            ["checks.ServerAuthEKU@0"] = because["checks.ServerAuthEKU"],
        },
        ios = ios,
        device_fix = english.no_setting,
        server_fix = { "Have it issued again with the usage serverAuth." },
        next_test = english.accepted,
    },
    ["eku-intermediate"] = {
        title = "The authority may not sign for servers",
        why   = "An authority in the chain of {target.host} may not sign for servers, so an iPhone refuses the chain.[ It is “{server_leg.chain.leaf.issuer.cn}”.][ Its list of usages says {server_leg.chain.issuer.eku}.]",
        because = because,
        ios = ios,
        device_fix = english.no_setting,
        server_fix = { "Get the certificate from a CA of the same provider that is meant for servers." },
        next_test = english.accepted,
    },
}
