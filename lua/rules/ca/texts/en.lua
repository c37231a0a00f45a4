local ios = { safari = "This Connection Is Not Private.", app = "-1202", grade = "Apple source" }
local again = "Run `whytls explain {target.host}:{target.port}` again after the reload."
return {
    ["not-a-ca"] = {
        title = "The issuer is no authority",
        why   = "A certificate that is no authority signed for {target.host}. “{server_leg.chain.leaf.issuer.cn}” says of itself that it is no CA, so nothing that it signs counts.",
        because = { ["checks.BasicConstraintsCA"] = "a certificate above the leaf says CA: no" },
        ios = ios,
        server_fix = { "Have the leaf signed by a CA certificate (basicConstraints CA: true). An end certificate was used to sign." },
        next_test = again,
    },
    ["basic-constraints-missing"] = {
        title = "The issuer does not say that it is a CA",
        why   = "An authority behind {target.host} does not say that it is one. “{server_leg.chain.leaf.issuer.cn}” lacks the basicConstraints that every CA certificate of version 3 needs.",
        ios = ios,
        server_fix = { "Have the CA certificate issued again with basicConstraints CA: true, critical." },
        next_test = again,
    },
    ["keycertsign-missing"] = {
        title = "The issuer may not sign certificates",
        why   = "An authority behind {target.host} may not sign certificates. The key usage of “{server_leg.chain.leaf.issuer.cn}” lacks keyCertSign.",
        ios = ios,
        server_fix = { "Have the CA certificate issued again with keyCertSign." },
        next_test = again,
    },
    ["path-length-exceeded"] = {
        title = "The chain is deeper than allowed",
        why   = "The chain of {target.host} is deeper than one of its authorities allows. A CA of the chain limits how many CAs may stand below it, and there are more.",
        ios = ios,
        server_fix = { "Let the CA above sign the leaf itself, or raise its path length." },
        next_test = again,
    },
    ["name-constraint-dns"] = {
        title = "The issuer may not sign for this name",
        why   = "An authority behind {target.host} may not sign for this name. A CA of the chain is limited to certain names; {server_leg.chain.leaf.names} is not among them.",
        ios = ios,
        server_fix = { "Use a name under the permitted domains, or a CA without that limit." },
        next_test = again,
    },
    ["unknown-critical-extension"] = {
        title = "A critical extension is unknown",
        why   = "A certificate of {target.host} has a critical extension that iOS does not know. Critical means: whoever does not understand it has to refuse the certificate.",
        ios = ios,
        server_fix = { "Have it issued again without the extension, or with it marked not critical." },
        next_test = again,
    },
    ["duplicate-extension"] = {
        title = "An extension stands twice",
        why   = "A certificate of {target.host} has the same extension twice. RFC 5280 allows each extension once; iOS refuses the certificate.",
        ios = ios,
        server_fix = { "Have it issued again; the CA's template adds an extension twice." },
        next_test = again,
    },
    ["aki-ski-mismatch"] = {
        title = "The certificate names another issuer's key",
        why   = "The certificate of {target.host} names another issuer's key. Its authority key id is not the subject key id of “{server_leg.chain.leaf.issuer.cn}”. iOS minds, most other clients do not.",
        ios = ios,
        server_fix = { "Serve the intermediate that really signed it; after a key change of the CA the old one is often left in place." },
        next_test = again,
    },
}
