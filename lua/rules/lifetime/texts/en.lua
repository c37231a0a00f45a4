return {
    ["validity-too-long"] = {
        title = "The certificate is valid for too long",
        why   = "The certificate of {target.host} is valid for too long. It runs for {server_leg.chain.leaf.lifetime}. Under a public root iOS allows 398 days since September 2020, 825 before.",
        because = {
            ["checks.SystemTrustValidityPeriod"] = "more than 398 days under a root of the system",
            ["checks.OtherTrustValidityPeriod"] = "more than 825 days, which no root makes good",
            ["server_leg.chain.leaf.lifetime"] = "it is valid for {server_leg.chain.leaf.lifetime}",
        },
        ios   = { safari = "This Connection Is Not Private.", app = "-1202", grade = "Apple document" },
        server_fix = { "Have it issued again for at most 397 days; 90 days, renewed by a machine, is better." },
        next_test = "Run `whytls explain {target.host}:{target.port}` again after the reload.",
    },
    ["private-ca-long-validity"] = {
        title = "The certificate is valid for too long",
        why   = "The certificate of {target.host} is valid for too long, even for a private CA. It runs for {server_leg.chain.leaf.lifetime}. Since July 2019 iOS allows 825 days, whoever signed it.",
        ios   = { safari = "This Connection Is Not Private.", app = "-1202", grade = "Apple document" },
        device_fix = { "Nothing: installing the root does not lift this limit." },
        server_fix = { "Have it issued again for at most 825 days." },
        next_test = "Run `whytls explain {target.host}:{target.port}` again after the reload.",
    },
}
