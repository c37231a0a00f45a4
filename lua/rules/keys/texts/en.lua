local refused = "This Connection Is Not Private."
return {
    ["weak-key-rsa"] = {
        title = "A key is too short",
        why   = "A key of {target.host} is too short. The certificate has a key of {server_leg.chain.leaf.key}; iOS wants RSA of 2048 bits or more, for every certificate of the chain.",
        because = {
            ["checks.KeySize"] = "a key of the chain is below RSA 2048 or P-256",
            ["checks.WeakKeySize"] = "a key of the chain is so short that iOS offers no way on",
            ["server_leg.chain.leaf.key"] = "the site's own key is {server_leg.chain.leaf.key}",
        },
        ios   = { safari = refused .. " Below 1024 bits there is no visit-anyway link.", app = "-1202", grade = "Apple source" },
        server_fix = { "Make a new key (P-256, or RSA of 2048 bits) and have a certificate issued for it." },
        next_test = "Run `whytls explain {target.host}:{target.port}` again after the reload.",
    },
    ["ec-curve-unsupported"] = {
        title = "The key is on a curve iOS does not accept",
        why   = "The key of {target.host} is on a curve that iOS does not accept. The key is {server_leg.chain.leaf.key}; iOS wants P-256, P-384 or P-521.",
        ios   = { safari = refused, app = "-1202", grade = "Apple source" },
        server_fix = { "Make a new key on P-256 and have a certificate issued for it." },
        next_test = "Run `whytls explain {target.host}:{target.port}` again after the reload.",
    },
    ["ed25519-cert"] = {
        title = "iOS does not accept Ed25519 keys here",
        why   = "{target.host} has an Ed25519 certificate, which iOS refuses. The server policy of iOS knows no smallest size for {server_leg.chain.leaf.key} and turns it down.",
        ios   = { safari = refused, app = "-1202", grade = "Apple source" },
        server_fix = { "Use a P-256 or RSA key for the site." },
        next_test = "Run `whytls explain {target.host}:{target.port}` again after the reload.",
    },
    ["weak-signature-sha1"] = {
        title = "A certificate is signed with SHA-1",
        why   = "A certificate of {target.host} was signed with SHA-1. iOS accepts no SHA-1 signature in a chain, whenever it was made. The leaf's is {server_leg.chain.leaf.signature}.",
        because = {
            ["checks.SignatureHashAlgorithms"] = "a signature of the chain uses a hash that is not allowed",
            ["server_leg.chain.leaf.signature"] = "the site's own certificate was signed with {server_leg.chain.leaf.signature}",
        },
        ios   = { safari = refused, app = "-1202", grade = "Apple source" },
        server_fix = { "Have the certificate issued again, signed with SHA-256. With a CA of your own: change its default hash." },
        next_test = "Run `whytls explain {target.host}:{target.port}` again after the reload.",
    },
    ["weak-signature-md5"] = {
        title = "A certificate is signed with a broken hash",
        why   = "A certificate of {target.host} was signed with a broken hash. MD5 and older can be forged; iOS blocks them outright. The leaf's signature is {server_leg.chain.leaf.signature}.",
        ios   = { safari = refused .. " There is no visit-anyway link.", app = "-1202", grade = "Apple source" },
        server_fix = { "Have the certificate issued again, signed with SHA-256." },
        next_test = "Run `whytls explain {target.host}:{target.port}` again after the reload.",
    },
}
