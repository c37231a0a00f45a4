local not_private = "This Connection Is Not Private, with a visit-anyway link."
return {
    ["name-mismatch"] = {
        title = "The certificate is for other names",
        why   = "The certificate of {target.host} is for other names. It lists {server_leg.chain.leaf.names}. iOS reads only this list, never the common name.",
        ios   = { safari = not_private, app = "-1202", grade = "Apple source" },
        device_fix = { "Check the spelling.", "[Use {$use} instead.]" },
        server_fix = { "Add {target.host} to the certificate, or point its DNS at the right virtual host." },
        next_test = "Run `whytls explain {target.host}` from another network.",
    },
    ["apex-www-mismatch"] = {
        title = "The certificate lacks one form of the name",
        why   = "The certificate covers {$use}, not {target.host}. The two differ only by \"www.\". A redirect cannot help: TLS comes first.",
        ios   = { safari = not_private, app = "-1202", grade = "Apple source" },
        device_fix = { "Open https://{$use}/ instead." },
        server_fix = { "Put both names into one certificate." },
        next_test = "Open https://{$use}/",
    },
    ["wildcard-depth"] = {
        title = "The wildcard is one label too short",
        why   = "{$wildcard} is one label too short for {target.host}. An asterisk stands for exactly one label.",
        ios   = { safari = not_private, app = "-1202", grade = "Apple source" },
        server_fix = { "Add {target.host}, or a wildcard of its own for that level." },
        next_test = "Run `whytls lab` and open wildcard-depth.lab.test for the same case.",
    },
    ["mail-name-mismatch"] = {
        title = "The mail server goes by another name",
        why   = "Mail asked for {target.host}, but the server is somebody else's by name. On port {target.port} ({mail.protocol}) the certificate lists {server_leg.chain.leaf.names}[; the name you want is {$use}].",
        ios   = { safari = nil, app = "Mail: Cannot Verify Server Identity, with Details and Continue.", grade = "observed" },
        device_fix = {
            "[Settings > Apps > Mail > Mail Accounts > your account > Host Name: enter {$use}.]",
            "Do the same for the outgoing server; it has a certificate of its own.",
        },
        server_fix = { "Add {target.host} to the certificate, or publish the provider's name in the set-up instructions and SRV records." },
        next_test = "[Run `whytls explain imaps://{$use}`.]",
    },
    ["san-missing-cn-only"] = {
        title = "The certificate has no list of names",
        why   = "The certificate of {target.host} has no list of names. Its name stands in the common name only[, “{server_leg.chain.leaf.subject.cn}”]. iOS has not looked there since version 13.",
        because = {
            ["checks.SSLHostname"] = "there is no subjectAltName that could match",
            ["server_leg.chain.leaf.subject.cn"] = "the common name says {server_leg.chain.leaf.subject.cn}, which does not count",
        },
        ios   = { safari = not_private, app = "-1202", grade = "Apple document" },
        server_fix = { "Have the certificate issued again with {target.host} as a subjectAltName (dNSName)." },
        next_test = "Run `whytls explain {target.host}:{target.port}` again after the reload.",
    },
    ["ip-not-in-san"] = {
        title = "The certificate does not name the address",
        why   = "The certificate does not name the address {target.host}. An address has to stand in the certificate as an iPAddress; a name, or an address spelt as a name, does not count.",
        ios   = { safari = not_private, app = "-1202", grade = "Apple source" },
        device_fix = { "Use the host's name instead of its address[: the certificate lists {server_leg.chain.leaf.names}]." },
        server_fix = { "Add the address as an iPAddress entry, or give the machine a name." },
        next_test = "Open the site by its name.",
    },
}
