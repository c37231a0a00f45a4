local because = {
    ["server_leg.address"] = "the name was answered with {server_leg.address}, which is no public address",
    ["dial.addresses"] = "the name was answered with {dial.addresses}, which is no public address",
    ["target.host"] = "{target.host} is a public name",
    ["server_leg.chain.leaf.names"] = "the server there has a certificate for names of the inside: {server_leg.chain.leaf.names}",
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
    ["ech-in-use"] = {
        title = "The client hid the name that it wants",
        why   = "The client encrypted the name that it wants (Encrypted ClientHello), and we saw only the name in front, {target.host}. Our certificate is for that one, so the client left.",
        because = {
            ["client_leg.hello.ech"] = "its first message holds an encrypted one",
            ["client_leg.alert.name"] = "it says that it insists on that ({client_leg.alert.name})",
            ["dial.hints.ech"] = "DNS has keys for it",
        },
        ios   = { safari = "the page does not come (unverified)", app = "error -1200 (unverified)", grade = "unverified" },
        device_fix = { "Use whytls as the proxy in the Wi-Fi settings: then the device names the host to it, and asks DNS for no keys." },
        server_fix = { "Nothing on the site. On a gateway: answer HTTPS questions in DNS without `ech`, or not at all." },
        next_test = "`dig {target.host} HTTPS` shows the keys. Without them in DNS, the same app names the host openly.",
    },
    ["h3"] = "{target.host} advertises HTTP/3 in DNS ({dial.hints.alpn}). Without a proxy, iPhones go there over UDP (QUIC) first.",
    ["ech"] = "{target.host} advertises keys for Encrypted ClientHello in DNS. Without a proxy, clients may hide the name that they want.",
    ["h3-and-ech"] = "{target.host} advertises HTTP/3 in DNS ({dial.hints.alpn}), and keys for Encrypted ClientHello. Without a proxy, clients may go over UDP (QUIC), and hide the name that they want.",
}
