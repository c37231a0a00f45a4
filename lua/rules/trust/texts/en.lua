local english = require "whytls.english"
local ios = { safari = english.not_private, app = english.refused_seen, grade = "Apple source" }
return {
    ["self-signed-leaf"] = {
        title = "The certificate is signed by itself",
        why   = "{target.host} vouches for itself: its certificate is signed with its own key, and nobody else stands behind it.[ It names itself “{server_leg.chain.leaf.subject.cn}”.]",
        because = {
            ["server_leg.chain.leaf.self_signed"] = "its own key verifies its signature",
            ["checks.AnchorTrusted@0"] = "it is not among the roots that are trusted here",
        },
        ios = ios,
        device_fix = { "Nothing, unless the device behind this name is your own. Then put its certificate on the phone, and turn on full trust for it." },
        server_fix = { "Get a certificate from a public CA, or from one that your phones already trust." },
        next_test = "Compare the certificate's SHA-256 with the one that the machine itself shows: {server_leg.chain.leaf.sha256}",
        variants = {
            ["own-device"] = {
                why = "{target.host} vouches for itself: its certificate is signed with its own key, and nobody else stands behind it. It is on your own network, where routers, printers and test servers come with such a certificate.",
                server_fix = { "Give the machine a name under a domain of yours, and get a certificate from a public CA, or from a CA of your own." },
            },
        },
    },
    ["untrusted-root"] = {
        title = "Nobody here trusts the root of the chain",
        why   = "The chain of {target.host} is whole, but its root is not one that an iPhone trusts.[ The root is “{$root}”.] It is neither in Apple's list[ ({server_leg.apple_list})] nor in Mozilla's, as this computer has it.",
        because = {
            ["checks.AnchorTrusted"] = "the chain is whole, and ends at a root that is not trusted",
            ["checks.MissingIntermediate"] = "the root itself was not sent, and this computer does not have it",
            ["server_leg.trusted_by"] = "who has the root, of Apple's and Mozilla's lists: {server_leg.trusted_by}",
            ["server_leg.ca_status"] = "name and key id fit a root of Apple's list: {server_leg.ca_detail}",
            ["server_leg.chain.issuer.is_ca"] = "the chain got as far as an authority before it broke off",
            ["server_leg.chain.top.is_ca"] = "the chain got as far as an authority before it broke off",
            ["server_leg.verdict_user.verdict"] = "with that root installed and trusted, an iPhone would accept the chain",
        },
        ios = ios,
        device_fix = {
            "If the root is your organisation's, install its profile and turn on full trust.",
            "Otherwise nothing. Do not install a root that you do not know.",
        },
        server_fix = { "Use a public CA, or deliver the root to the phones by device management. Roots delivered that way need no switch." },
        next_test = "Ask the owner of the site for the SHA-256 of the root, and compare it with the one that was sent[: {$sha256}].",
        variants = {
            ["mozilla-only"] = {
                title = "Mozilla trusts the root, Apple does not",
                why   = "{target.host} is trusted by Mozilla and not by Apple.[ The chain ends at “{$root}”.] Firefox and most Linux machines accept it. No iPhone does, by Apple's list[ ({server_leg.apple_list})]; a newer phone may have a newer list.",
                device_fix = { "Nothing. It is the site's owner who can mend this." },
                server_fix = { "Use a CA that is in Apple's list, or ask the CA for a chain that ends there." },
                next_test = "Open the site in Firefox on a computer. It works there, and tells nothing about the phone.",
            },
            ["apple-only"] = {
                title = "Apple trusts the root, Mozilla does not",
                why   = "{target.host} was judged by Mozilla's list, which does not have its root.[ The chain ends at “{$root}”.] Apple's list[ ({server_leg.apple_list})] has it, so an iPhone accepts it. Firefox and most Linux machines do not.",
                ios   = { safari = "the site opens", app = "it works", grade = "Apple source" },
                device_fix = { "Nothing." },
                server_fix = { "Use a CA that is in both lists, if visitors come with other systems as well." },
                next_test = "Run `whytls explain {target.host}:{target.port} --roots apple`. It says that an iPhone accepts it.",
            },
            ["not-in-file"] = {
                title = "The root is public, and not in your file",
                why   = "{target.host} was judged by the roots of one file, and its root is not among them.[ The chain ends at “{$root}”.] Apple's list and Mozilla's both have it, so an iPhone accepts it.",
                ios   = { safari = "the site opens", app = "it works, unless the app trusts only roots of its own", grade = "Apple source" },
                device_fix = { "Nothing." },
                server_fix = { "Nothing for iPhones. An app that trusts only the roots in that file needs a chain that ends in one of them." },
                next_test = "Leave --roots out. Then an iPhone's own list decides.",
            },
            ["looks-like-apple"] = {
                title = "Looks like a root of Apple's, not verified",
                why   = "The chain of {target.host} ends below a CA that is called like a root of Apple's list, and has its key id.[ It would be “{server_leg.ca_detail}”.] Neither the site nor this computer has that root's certificate, so its signature could not be checked. If it is the one, an iPhone accepts the chain; Firefox and most Linux machines do not.",
                ios   = { safari = "the site opens, if the root is that one", app = "it works, if the root is that one", grade = "unverified" },
                device_fix = { "Nothing." },
                server_fix = { "Nothing for iPhones. For other systems, use a CA that they have as well." },
                next_test = "On a Mac, export the system's roots as PEM (Keychain Access, or `security find-certificate -a -p` on the system's root keychain). Then `whytls doctor --refresh apple-roots FILE`, and ask again: the signature is then checked.",
            },
            ["root-not-sent"] = {
                why   = "The chain of {target.host} ends at an authority that is not known here.[ “{$issuer}” was not sent.] It may be a root that nobody here trusts; it may be an intermediate that the site left out.",
                next_test = "Ask the owner of the site whether “{$issuer}” is a root.",
            },
        },
    },
    ["distrusted-ca"] = {
        title = "Apple no longer trusts this authority",
        why   = "Apple has removed the authority behind {target.host} from its store, so an iPhone refuses its certificates.[ The chain ends at “{server_leg.chain.top.issuer.cn}”.][ When: {server_leg.ca_detail}.] A phone's own update has a date of its own.",
        because = {
            ["server_leg.ca_status"] = "Apple's list says of this authority: {server_leg.ca_status}[ ({server_leg.ca_detail})]",
            ["server_leg.trusted_by"] = "who has the root today, of Apple's and Mozilla's lists: {server_leg.trusted_by}",
            ["checks.Revocation"] = "iOS counts what it issued at that time as revoked",
            ["checks.BlackListedKey"] = "iOS blocks what this authority issued from December 2016 on",
            ["checks.GrayListedKey"] = "iOS no longer trusts what it issued at that time",
            ["checks.IssuerPolicyConstraints"] = "iOS trusts it for other purposes only",
        },
        ios   = { safari = "a page titled “This Connection Is Not Private” (unverified)", app = english.refused, grade = "Apple source" },
        server_fix = { "Replace the certificate with one from a CA that Apple trusts." },
        next_test = english.accepted,
        variants = {
            limited = {
                title = "Apple limits what this authority may issue",
                why   = "The authority behind {target.host} may not issue such a certificate any more, as Apple has it.[ In detail: {server_leg.ca_detail}.] What is known of such limits is of November 2023, unless they are fixed in iOS; a phone gets newer ones over the air.",
                ios   = { safari = "a page titled “This Connection Is Not Private” (unverified)", app = english.refused, grade = "Apple source" },
            },
        },
    },
    ["private-root-not-installed"] = {
        title = "The root of your own CA is not installed",
        why   = "{target.host} is a name of your own network, and its chain ends at a CA that is not public.[ The CA is “{server_leg.chain.top.issuer.cn}”.] A phone accepts it only with that CA's root.",
        because = {
            ["target.is_local"] = "the name or address belongs to a private network",
            ["server_leg.trusted_by"] = "the root is among no public roots that whytls knows",
            ["checks.AnchorTrusted"] = "nothing that the phone trusts vouches for the chain",
            ["checks.MissingIntermediate"] = "the chain that was sent ends below a root",
        },
        ios = ios,
        device_fix = {
            "Install the profile of your organisation.",
            "Settings → General → About → Certificate Trust Settings: switch on its root.",
        },
        server_fix = { "Deliver the root by device management. Then no switch is needed." },
        next_test = "Run `whytls explain {target.host}:{target.port} --roots FILE --anchors-are user` with that root in FILE. If it says that an iPhone accepts, only the root is missing.",
    },
    ["missing-intermediate-aia"] = {
        title = "The site left out an intermediate",
        why   = "{target.host} leaves out the certificate between its own and the root; iPhones fetch it themselves, many other clients fail.[ “{$issuer}” was not sent.] whytls did not fetch it, so what comes after it was not looked at.",
        because = {
            ["checks.MissingIntermediate"] = "no chain leads from the certificates that were sent to a trusted root",
            ["server_leg.chain.top.aia"] = "the certificate says where its issuer's can be fetched: {$aia}",
            ["server_leg.chain.leaf.aia"] = "the certificate says where its issuer's can be fetched: {$aia}",
            ["server_leg.chain.issuer.aia"] = "the certificate says where its issuer's can be fetched: {$aia}",
            ["server_leg.issuer_fetch"] = "whytls fetched the issuer's certificate, as an iPhone does",
            ["server_leg.issuer_url"] = "it came from the address in the certificate: {$aia}",
        },
        variants = {
            ["repaired"] = {
                why = "{target.host} leaves out the certificate between its own and the root.[ “{$issuer}” was not sent.] whytls fetched it, as iPhones do, and with it an iPhone accepts the chain. Android, curl and many apps do not fetch, and refuse the site.",
                ios = { safari = "nothing; the first visit is slower", app = "nothing" },
            },
            ["fetched"] = {
                why = "{target.host} leaves out the certificate between its own and the root.[ “{$issuer}” was not sent.] whytls fetched it, as iPhones do, and judged the chain with it.",
            },
        },
        ios   = { safari = "mostly nothing; the first visit is slower. Where the fetch is blocked: " .. english.not_private, app = "mostly nothing; else error -1202 (observed)", grade = "Apple source" },
        device_fix = { "Nothing." },
        server_fix = { "Serve the full chain file: your certificate first, then the intermediate. The root is not needed." },
        next_test = english.accepted,
    },
    ["missing-intermediate-no-aia"] = {
        title = "The site left out an intermediate",
        why   = "{target.host} leaves out the certificate between its own and the root, and nothing says where to fetch it.[ “{$issuer}” was not sent.]",
        because = {
            ["checks.MissingIntermediate"] = "no chain leads from the certificates that were sent to a trusted root",
            ["server_leg.chain.top.aia"] = "the certificate names no address for its issuer's",
            ["server_leg.chain.leaf.aia"] = "the certificate names no address for its issuer's",
            ["server_leg.chain.issuer.aia"] = "the certificate names no address for its issuer's",
            ["server_leg.issuer_fetch"] = "the address in the certificate was tried: {server_leg.issuer_fetch}",
        },
        variants = {
            ["tried"] = {
                why = "{target.host} leaves out the certificate between its own and the root, and fetching it from {server_leg.issuer_url} failed.[ “{$issuer}” was not sent.] A phone that meets the same has no chain either.",
                server_fix = { "Serve the full chain file: your certificate first, then the intermediate. The CA has it ready, often named fullchain or bundle.", "Tell the CA that its address does not give the certificate." },
            },
        },
        ios = ios,
        device_fix = { "Nothing. A phone that met the missing certificate elsewhere may accept the site; others do not." },
        server_fix = { "Serve the full chain file: your certificate first, then the intermediate. The CA has it ready, often named fullchain or bundle." },
        next_test = english.accepted,
    },
    ["signature-invalid"] = {
        title = "The issuer's key does not fit the signature",
        why   = "{target.host} sent a certificate with the right name for an issuer, but its key did not make the signature.[ The issuer is “{server_leg.chain.leaf.issuer.cn}”.] A CA that changed its key, with the old file left in place, looks like this.",
        because = {
            ["server_leg.verdict.causes"] = "the issuer's name fits, and its key does not verify the signature",
            ["checks.MissingIntermediate"] = "so no chain leads to a trusted root",
        },
        ios = ios,
        server_fix = { "Put the CA's current intermediate into the chain file. If there is only one, have the certificate issued again." },
        next_test = english.accepted,
    },
    ["apple-only-root"] = "iPhones trust {target.host}: its root is in Apple's list[ ({server_leg.apple_list})]. It is not in Mozilla's, as this computer has it, so Firefox, Android and most Linux machines may refuse it.",
}
