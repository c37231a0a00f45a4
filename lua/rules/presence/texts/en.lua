return {
    ["vpn-or-relay"] = {
        title = "iCloud Private Relay is on",
        why   = "This device[, {client.device.name},] asks for iCloud Private Relay ({target.host}). What Safari loads by way of it goes past whytls, so not seeing a connection here does not mean that there was none.",
        because = { ["target.host"] = "{target.host} is a way into iCloud Private Relay (Apple, “Prepare your network or web server for iCloud Private Relay”)" },
        ios = { safari = "loads pages that are not seen here", app = "as usual", grade = "Apple document" },
        device_fix = { "Settings → Wi-Fi → the (i) beside this network → Limit IP Address Tracking: off. That holds for this network alone." },
        server_fix = { "Nothing. A network that answers “no such name” for mask.icloud.com and mask-h2.icloud.com makes iPhones say that Private Relay is not available, and go without." },
        next_test = "Switch it off, open a page in Safari, and look whether it is seen here.",
    },
    ["quic-bypass"] = {
        title = "HTTP/3 goes past the proxy",
        why   = "This device[, {client.device.name},] tried HTTP/3 (QUIC, UDP/443) at the address of {target.host}, and the gateway let it pass. What it asks there is not seen here, so an app may work, or fail, without a line in this log.",
        because = {
            ["client.quic"]     = "the gateway let its QUIC pass",
            ["client.quic_ago"] = "it tried QUIC at this address shortly before",
        },
        ios = { safari = "works, and is not seen here", app = "works, and is not seen here", grade = "observed" },
        device_fix = { "Nothing: iOS has no switch for HTTP/3." },
        server_fix = { "On the gateway: run deploy/nftables/up.sh again without --quic. It refuses UDP/443 with an ICMP message, and the device goes on over TCP at once; do not drop it, which costs seconds.", "On a test server: send no Alt-Svc with h3, and leave alpn=h3 out of its HTTPS record." },
        next_test = "Refuse QUIC on the gateway, try again, and look whether the requests appear here.",
    },
    ["app-bypasses-proxy"] = {
        title = "An app does not use the proxy that the device was told of",
        why   = "This device[, {client.device.name},] asks whytls as its proxy, and yet connected to {target.host} directly: the gateway turned the connection to us. Apps with a network stack of their own (Flutter, some games and SDKs) do not read the proxy setting of iOS, and some services of the system do not either.",
        because = {
            ["client.proxied"] = "it asked us as its proxy at {client.proxied}",
            ["entry"]          = "this connection did not ask us: the gateway turned it to us",
        },
        ios = { safari = "uses the proxy", app = "works, and without a gateway is not seen here", grade = "observed" },
        device_fix = { "For such apps let the device use this machine as its gateway, as it does now; the proxy setting alone does not reach them." },
        server_fix = { "Nothing: the site has no part in this." },
        next_test = "Take the proxy setting away from the device (Settings → Wi-Fi → the (i) → Configure Proxy: Off) and look whether everything is still seen by way of the gateway.",
    },
    ["quic-refused"] = "The device tried HTTP/3 (QUIC) at this address {client.quic_ago} before; the gateway refused it, and it came back over TCP.",
}
