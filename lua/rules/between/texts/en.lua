local safari = "“This Connection Is Not Private” at every site (unverified)"
return {
    ["captive-portal"] = {
        title = "The network wants a login first",
        why   = "This network answers for {target.host} itself. {server_leg.same_leaf} other sites were answered with the very same certificate.",
        because = {
            ["server_leg.same_leaf"] = "{server_leg.same_leaf} unrelated sites showed the very same certificate within ten minutes",
            ["server_leg.chain.leaf.names"] = "it is a certificate for {server_leg.chain.leaf.names}",
            ["response.status"] = "plain HTTP was answered with status 511, Network Authentication Required",
            ["request.scheme"] = "it was plain HTTP, which the network can answer itself",
        },
        ios   = { safari = safari .. ", or a sheet with the login", app = "error -1202", grade = "unverified" },
        device_fix = { "Open the login page of the network, http://captive.apple.com, and log in. Then try again." },
        server_fix = { "Nothing on the sites. Log the computer that runs whytls in to its network." },
        next_test = "Open http://captive.apple.com on the computer that runs whytls. If something other than “Success” comes, the network wants a login.",
        variants = {
            ["said-so"] = {
                why = "This network answered for {target.host} itself, with status 511: it wants a login before it lets anybody through.",
            },
        },
    },
    ["middlebox-upstream"] = {
        title = "Another interceptor stands before the sites",
        why   = "{target.host} and {server_leg.same_issuer} unrelated sites all have certificates by “{server_leg.chain.leaf.issuer.text}”, which nobody knows. Somebody between whytls and the sites opens their TLS.",
        because = {
            ["server_leg.same_issuer"] = "{server_leg.same_issuer} unrelated sites had certificates of this issuer within ten minutes",
            ["server_leg.chain.leaf.issuer.text"] = "the issuer is “{server_leg.chain.leaf.issuer.text}”",
        },
        ios   = { safari = safari .. ", unless the interceptor's root is on the phone", app = "error -1202", grade = "unverified" },
        device_fix = { "Nothing, when the filter is your organisation's: its root comes to the phone by a profile. Else use another network." },
        server_fix = { "Nothing on the sites. Put whytls outside the filter, or add the filter's root on purpose with `--roots`." },
        next_test = "Ask from another network: `whytls explain {target.host}`. If the issuer is another one there, this network opens TLS.",
    },
}
