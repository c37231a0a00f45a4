local refused = "This Connection Is Not Private, with a visit-anyway link."
return {
    ["eku-not-server"] = {
        title = "The certificate is not for servers",
        why   = "The certificate of {target.host} is not for servers. Its extended key usage lists {server_leg.chain.leaf.eku}; serverAuth is not among them.",
        because = { ["server_leg.chain.leaf.eku"] = "it may be used for {server_leg.chain.leaf.eku}" },
        ios   = { safari = refused, app = "-1202", grade = "Apple source" },
        server_fix = { "Have it issued again with the usage serverAuth: a client or mail certificate was installed by mistake." },
        next_test = "Run `whytls explain {target.host}:{target.port}` again after the reload.",
    },
    ["eku-missing"] = {
        title = "The certificate does not say what it is for",
        why   = "The certificate of {target.host} does not say that it is for servers. It has no extended key usage. Under a public root iOS wants serverAuth to stand there.",
        because = { ["server_leg.chain.leaf.eku"] = "no usage is listed" },
        ios   = { safari = refused, app = "-1202", grade = "Apple source" },
        server_fix = { "Have it issued again with the usage serverAuth." },
        next_test = "Run `whytls explain {target.host}:{target.port}` again after the reload.",
    },
    ["eku-intermediate"] = {
        title = "The authority may not sign for servers",
        why   = "A CA in the chain of {target.host} may not sign for servers. “{server_leg.chain.leaf.issuer.cn}” is limited to {server_leg.chain.issuer.eku}.",
        ios   = { safari = refused, app = "-1202", grade = "Apple source" },
        server_fix = { "Get the certificate from a CA of the same provider that is meant for servers." },
        next_test = "Run `whytls explain {target.host}:{target.port}` again after the reload.",
    },
}
