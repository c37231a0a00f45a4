local no_tls = "“Safari can't open the page because it couldn't establish a secure connection to the server” (unverified)"
local safari = "a page titled “This Connection Is Not Private”, with a way on (unverified)"
local again  = "After the reload, `whytls explain {target.host}:{target.port}` says that an iPhone accepts it."
local none   = { "Nothing. No setting helps." }
local because = {
    ["server_leg.oddities"] = "our look at the chain finds: {server_leg.oddities}",
    ["server_leg.verdict.verdict"] = "our verdict of iOS: {server_leg.verdict.verdict}",
    ["server_leg.chain_fault"] = "what stops the reader: {server_leg.chain_fault}",
    ["server_leg.alert.number"] = "the handshake ended with the alert {server_leg.alert.name}",
    ["server_leg.chain.leaf.version"] = "the site's own certificate is of version {server_leg.chain.leaf.version}",
    ["server_leg.chain.issuer.version"] = "the issuer's certificate is of version {server_leg.chain.issuer.version}",
    ["server_leg.chain.leaf.key_usage"] = "the key is for: {server_leg.chain.leaf.key_usage}",
}
return {
    ["cert-unparsable"] = {
        title = "What the site sends is no certificate",
        why   = "{target.host} sends something in place of a certificate that cannot be read as one, so no client gets through.",
        because = because,
        ios = { safari = no_tls, app = "error -1200 (unverified)", grade = "unverified" },
        device_fix = none,
        server_fix = { "Install the certificate file again. A file in the wrong form (PEM and DER mixed up), cut short or opened in an editor is the usual cause.", "Check it with `openssl x509 -in FILE -noout -text`." },
        next_test = again,
    },
    ["signature-algorithm-mismatch"] = {
        title = "A certificate contradicts itself",
        why   = "A certificate in the chain of {target.host} names 2 different signature algorithms, one inside of what is signed and one beside it. They have to be the same (RFC 5280), so the signature does not count.",
        because = because,
        ios = { safari = safari, app = "error -1202 (unverified)", grade = "Apple source" },
        device_fix = none,
        server_fix = { "Have the certificate issued again. The software that made it has a fault." },
        next_test = again,
    },
    ["issuer-key-malformed"] = {
        title = "The issuer's key cannot be read",
        why   = "The issuer's certificate that {target.host} sends has a public key that cannot be read, so no signature of it can be checked.",
        because = because,
        ios = { safari = no_tls, app = "error -1200 (unverified)", grade = "unverified" },
        device_fix = none,
        server_fix = { "Get the issuer's certificate from the CA again. If the CA is your own, issue it again." },
        next_test = again,
    },
    ["chain-too-long"] = {
        title = "The chain does not come to an end",
        why   = "The chain of {target.host} has more authorities one above the other than an iPhone follows, or goes in circles. {$sent} certificates were sent.",
        because = because,
        ios = { safari = no_tls, app = "error -1200 or -1202 (unverified)", grade = "unverified" },
        device_fix = none,
        server_fix = { "Have a certificate issued by an authority nearer to the root. 2 authorities between are plenty." },
        next_test = again,
    },
    ["chain-hostile-dos"] = {
        title = "The chain is made to keep its reader busy",
        why   = "{target.host} sends {$sent} certificates that can be put together in more ways than an iPhone, or whytls, follows. No honest server does that.",
        because = because,
        ios = { safari = no_tls, app = "error -1200, or a time-out (unverified)", grade = "unverified" },
        device_fix = { "Leave the site." },
        server_fix = { "If the site is yours: send the site's own certificate and the intermediates that signed it, each once." },
        next_test = again,
    },
    ["cert-v1"] = {
        title = "A certificate is of an old version",
        why   = "A certificate in the chain of {target.host} is of a version without extensions, so it can say neither for which names it is nor that it may sign. iPhones want version 3.",
        because = because,
        ios = { safari = safari, app = "error -1202 (unverified)", grade = "Apple source" },
        device_fix = none,
        server_fix = { "Have it issued again as version 3, with the list of names (SAN). Old scripts for OpenSSL leave out the file of extensions (-extfile)." },
        next_test = again,
    },
    ["key-usage-leaf"] = {
        title = "The key may not sign the handshake",
        why   = "The certificate of {target.host} does not allow its key to sign, and every handshake of today is signed with it. Its list of uses (key usage) says {server_leg.chain.leaf.key_usage}; digitalSignature is not there.",
        because = because,
        ios = { safari = no_tls, app = "error -1200 (unverified)", grade = "unverified" },
        device_fix = none,
        server_fix = { "Have it issued again with the key usage digitalSignature; for RSA, keyEncipherment as well." },
        next_test = again,
    },
}
