local not_private = "This Connection Is Not Private, with a visit-anyway link."
return {
    ["self-signed-leaf"] = {
        title = "The certificate is signed by itself",
        why   = "{target.host} vouches for itself: its certificate is self-signed. “{server_leg.chain.leaf.subject.cn}” was signed with its own key; no authority stands behind it.",
        ios   = { safari = not_private, app = "-1202", grade = "Apple source" },
        device_fix = { "Only if the machine is yours: install this certificate as a profile and switch on full trust for it." },
        server_fix = { "Get a certificate from a public CA, or from a CA of your own that the phones know." },
        next_test = "Compare this fingerprint with the one on the machine itself: {server_leg.chain.leaf.sha256}",
        variants = {
            ["own-device"] = {
                why = "{target.host} vouches for itself: its certificate is self-signed. It is on your own network; routers, printers and test servers come with such a certificate.",
                server_fix = { "Run `whytls profile build`, or give the machine a name under a domain of yours and use a public CA." },
            },
        },
    },
    ["untrusted-root"] = {
        title = "Nobody here trusts the root of the chain",
        why   = "Nobody knows the authority behind {target.host}. The chain is sound up to “{server_leg.chain.top.issuer.cn}”, which is neither in Apple's nor in Mozilla's store.",
        ios   = { safari = not_private, app = "-1202", grade = "Apple source" },
        device_fix = { "Do not install a root because a page asks for it." },
        server_fix = { "Use a public CA, or deliver the root to your phones by MDM." },
        next_test = "Ask the owner of the site which CA it should be.",
        variants = {
            ["mozilla-only"] = {
                title = "Mozilla trusts the root, Apple does not",
                why   = "{target.host} is trusted by Mozilla but not by Apple. The chain ends at “{server_leg.chain.top.issuer.cn}”. Firefox and most Linux machines accept it; no iPhone does.",
                server_fix = { "Use a CA that is in Apple's store, or ask the CA for a cross-sign that ends there." },
                next_test = "Open the site in Firefox on a computer: it will work there, and that is the trap.",
            },
        },
    },
    ["distrusted-ca"] = {
        title = "Apple no longer trusts this authority",
        why   = "Apple has {server_leg.ca_status} the authority behind {target.host}. “{server_leg.chain.top.issuer.cn}” was once trusted and no longer is.",
        ios   = { safari = "This Connection Is Not Private, without a visit-anyway link if the CA is blocked.", app = "-1202", grade = "Apple source" },
        server_fix = { "Replace the certificate with one of a CA in good standing." },
        next_test = "Run `whytls explain {target.host} --roots mozilla` to see what others say.",
    },
    ["private-root-not-installed"] = {
        title = "The root of your own CA is not installed",
        why   = "The phone does not have the root of your own CA. {target.host} is an internal name and its chain ends at “{server_leg.chain.top.issuer.cn}”.",
        ios   = { safari = not_private, app = "-1202", grade = "observed" },
        device_fix = { "Install the company's root profile.", "Settings > General > About > Certificate Trust Settings: switch it on." },
        server_fix = { "Deliver the root by MDM; then no switch is needed." },
        next_test = "Run `whytls explain {target.host} --roots FILE --anchors-are user` with that root.",
    },
    ["missing-intermediate-aia"] = {
        title = "The site left out an intermediate",
        why   = "{target.host} leaves out a certificate that can be fetched. “{server_leg.chain.top.issuer.cn}” was not sent. iOS usually repairs this from {server_leg.chain.top.aia}; other clients do not.",
        ios   = { safari = "Usually works; the first visit is slower.", app = "Usually works.", grade = "Apple source" },
        server_fix = { "Serve the full chain: leaf, then every intermediate." },
        next_test = "Run `whytls compare` with the chain file and the site.",
    },
    ["missing-intermediate-no-aia"] = {
        title = "The site left out an intermediate",
        why   = "{target.host} leaves out a certificate that nobody can fetch. “{server_leg.chain.top.issuer.cn}” was not sent, and the certificate does not say where to get it.",
        because = {
            ["checks.MissingIntermediate"] = "no chain leads from the certificate to a trusted root",
            ["server_leg.chain.top.aia"] = "the certificate names no address for its issuer",
        },
        ios   = { safari = not_private, app = "-1202", grade = "Apple source" },
        device_fix = { "Nothing: a phone that has met the missing certificate elsewhere may accept the site, others do not." },
        server_fix = { "Serve the full chain: leaf, then every intermediate. The CA has the file ready, often named fullchain or bundle." },
        next_test = "Run `whytls explain {target.host}:{target.port}` again after the reload.",
    },
}
