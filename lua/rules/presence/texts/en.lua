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
}
