local safari  = "a page titled “This Connection Is Not Private”, with a way on (unverified)"
local no_way  = "a page titled “This Connection Is Not Private”, without a way on (unverified)"
local refused = "error -1202 (unverified)"
local again   = "After the reload, `whytls explain {target.host}:{target.port}` says that an iPhone accepts it."
local new_key = "Make a new key (P-256, or RSA with 2,048 bits), and have a certificate issued for it."
local because = {
    ["server_leg.verdict.causes"] = "our check of the chain finds: {server_leg.verdict.causes}",
    ["checks.KeySize"] = "a key of the chain is below RSA 2,048 or P-256",
    ["checks.WeakKeySize"] = "a key of the chain is of a size or kind that iOS never accepts",
    ["checks.SignatureHashAlgorithms"] = "a signature of the chain uses a hash that iOS does not allow",
    ["checks.WeakSignature"] = "a signature of the chain uses a hash that iOS never accepts",
    ["server_leg.chain.leaf.key"] = "the site's own key is {server_leg.chain.leaf.key}",
    ["server_leg.chain.issuer.key"] = "the issuer's key is {server_leg.chain.issuer.key}",
    ["server_leg.chain.top.key"] = "the key at the top of the chain is {server_leg.chain.top.key}",
    ["server_leg.chain.leaf.signature"] = "the site's own certificate is signed with {server_leg.chain.leaf.signature}",
    ["server_leg.chain.issuer.signature"] = "the issuer's certificate is signed with {server_leg.chain.issuer.signature}",
    ["server_leg.chain.top.signature"] = "the certificate at the top of the chain is signed with {server_leg.chain.top.signature}",
}
return {
    ["weak-key-rsa"] = {
        title = "A key is too short",
        why   = "A key in the chain of {target.host} is too short, so an iPhone refuses it.[ The key of “{$whose}” is {$key}.] iOS wants RSA keys of 2,048 bits or more, in every certificate of the chain.",
        because = because,
        ios   = { safari = safari .. "; below 1,024 bits without a way on", app = refused, grade = "Apple source" },
        server_fix = { new_key },
        next_test = again,
    },
    ["ec-curve-unsupported"] = {
        title = "A key is on a curve iOS does not accept",
        why   = "A key in the chain of {target.host} is on a curve that iOS does not accept.[ The key of “{$whose}” is {$key}.] iOS wants P-256, P-384 or P-521.",
        because = because,
        ios   = { safari = safari, app = refused, grade = "Apple source" },
        server_fix = { new_key },
        next_test = again,
    },
    ["ec-explicit-params"] = {
        title = "A key spells out its curve",
        why   = "A key in the chain of {target.host} gives its curve by numbers and not by name, and iOS reads only names.[ It is the key of “{$whose}”.]",
        because = because,
        ios   = { safari = no_way, app = refused, grade = "Apple source" },
        server_fix = { new_key },
        next_test = again,
    },
    ["ed25519-cert"] = {
        title = "iOS does not accept Ed25519 keys here",
        why   = "A key in the chain of {target.host} is of a kind that iOS refuses for sites.[ The key of “{$whose}” is {$key}.] The rules for servers name no smallest size for it, so it counts as too small.",
        because = because,
        ios   = { safari = safari, app = refused, grade = "Apple source" },
        server_fix = { new_key },
        next_test = again,
    },
    ["dsa-key"] = {
        title = "iOS does not accept DSA keys",
        why   = "A key in the chain of {target.host} is a DSA key, which iOS never accepts.[ The key of “{$whose}” is {$key}.]",
        because = because,
        ios   = { safari = no_way, app = refused, grade = "Apple source" },
        server_fix = { new_key },
        next_test = again,
    },
    ["rsa-pss-cert"] = {
        title = "A key is restricted to RSA-PSS",
        why   = "A key in the chain of {target.host} may be used with RSA-PSS only, a kind that iOS does not accept in certificates.[ The key of “{$whose}” is {$key}.]",
        because = because,
        ios   = { safari = no_way, app = refused, grade = "unverified" },
        server_fix = { "Make a new key (P-256, or plain RSA with 2,048 bits), and have a certificate issued for it." },
        next_test = again,
    },
    ["weak-signature-sha1"] = {
        title = "A certificate is signed with SHA-1",
        why   = "A certificate in the chain of {target.host} is signed with SHA-1, so an iPhone refuses it.[ The certificate of “{$whose}” is signed with {$signature}.] iOS accepts no such signature, whenever it was made.",
        because = because,
        ios   = { safari = safari, app = refused, grade = "Apple source" },
        server_fix = { "Have the certificate issued again, signed with SHA-256. If the CA is your own, change its default hash." },
        next_test = again,
    },
    ["weak-signature-md5"] = {
        title = "A certificate is signed with a broken hash",
        why   = "A certificate in the chain of {target.host} is signed with a hash that can be forged, so an iPhone blocks it.[ The certificate of “{$whose}” is signed with {$signature}.]",
        because = because,
        ios   = { safari = no_way, app = refused, grade = "Apple source" },
        server_fix = { "Have the certificate issued again, signed with SHA-256." },
        next_test = again,
    },
}
