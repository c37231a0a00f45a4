local because = {
    ["server_leg.address"] = "the name was answered with {server_leg.address}, which is no public address",
    ["dial.addresses"] = "the name was answered with {dial.addresses}, which is no public address",
    ["target.host"] = "{target.host} is a public name",
}
return {
    ["dns-hijack"] = {
        title = "This network's DNS answers with another address",
        why   = "{target.host} is a public name, and the resolver here gives a private address for it. What answers there is not the site. Filters, routers and some providers do so.",
        because = because,
        ios   = { safari = "“This Connection Is Not Private”, or the page never comes (unverified)", app = "error -1202 or -1004", grade = "unverified" },
        device_fix = { "Try another network, or the mobile one.", "Settings → Wi-Fi → the (i) → Configure DNS: another server." },
        server_fix = { "Nothing on the site. Tell the owner of the network, or have the name put on the filter's list of exceptions." },
        next_test = "Ask another resolver: `dig {target.host} @9.9.9.9`. If that gives a public address, this network's DNS is the reason.",
        variants = {
            sinkhole = {
                title = "This network's DNS blocks the name",
                why   = "{target.host} is a public name, and the resolver here answers with an address that nobody has. That is how filters against advertising and malware block a name.",
            },
        },
    },
    ["dns-split-horizon"] = {
        title = "Inside this network the name has another address",
        why   = "{target.host} has a private address here. Where a company answers for its own names inside its network, the server inside needs a certificate that fits as well.",
        because = because,
        ios   = { safari = "works outside, and fails inside the network (unverified)", app = "error -1202", grade = "unverified" },
        device_fix = { "Nothing, when the network is your organisation's. Ask whoever runs its server." },
        server_fix = { "Give the server inside the certificate of the public name, from a public CA or one whose root the devices have." },
        next_test = "Open the same name over the mobile network. If it works there, the two answers differ.",
    },
}
