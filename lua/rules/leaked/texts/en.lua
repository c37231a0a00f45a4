local english = require "whytls.english"
local because = {
    ["server_leg.oddities"] = english.oddities,
    ["server_leg.chain.top.issuer.cn"] = "the last certificate that was sent is signed by “{server_leg.chain.top.issuer.cn}”",
    ["server_leg.chain.leaf.spki_sha256"] = "its public key is {server_leg.chain.leaf.spki_sha256}",
    ["server_leg.chain.leaf.key"] = "the site's own key is {server_leg.chain.leaf.key}",
}
local new_key = { "Make a new key on the server itself, and have a certificate issued for it.", "Revoke the old certificate, with the reason keyCompromise." }
return {
    ["known-interception-root"] = {
        title = "The authority's private key is public",
        why   = "The chain of {target.host} ends at an authority whose private key everybody can have.[ It is “{$root}”.] It came with software for developers or with an intercepting product. Whoever holds its key can stand in for any site.",
        because = because,
        ios = { safari = "a page titled “This Connection Is Not Private” (unverified); nothing where that root was installed", app = english.refused, grade = "Apple source" },
        device_fix = { "Do not go on.", "Settings → General → VPN & Device Management: remove the profile with that root, if there is one." },
        server_fix = { "If the site is yours: have its certificate issued by another authority. If it is not, somebody on the network intercepts it: look for the product named in the certificate." },
        next_test = "Open the site on another network. If the chain is another one there, somebody on this network intercepts.",
    },
    ["key-reused-public"] = {
        title = "The site's private key is published",
        why   = "The private key of {target.host} is published: it is a test key, or came with software. iPhones accept the certificate until it is revoked. Everybody can read what is sent there, or answer in the site's name.",
        because = because,
        ios = { safari = "nothing until the certificate is revoked", app = "nothing until the certificate is revoked", grade = "Apple source" },
        device_fix = { "Send nothing secret there." },
        server_fix = new_key,
        next_test = english.unmentioned,
    },
    ["debian-or-roca-key"] = {
        title = "A key can be computed from its public half",
        why   = "A key in the chain of {target.host} was made by a library whose keys can be computed from their public half (ROCA, CVE-2017-15361). iPhones accept it until the certificate is revoked.",
        because = because,
        ios = { safari = "nothing until the certificate is revoked", app = "nothing until the certificate is revoked", grade = "Apple source" },
        device_fix = { "Send nothing secret there." },
        server_fix = { "Make a new key with other software, not on the smart card or chip that made this one, and have a certificate issued for it.", new_key[2] },
        next_test = english.unmentioned,
    },
}
