local english = require "whytls.english"
return {
    ["mixed-fleet-certs"] = {
        title = "Servers of one name differ in certificate",
        why   = "{target.host} shows now this certificate, now another, and only the other is in order. More than one server answers for this name, and not all were set up alike. So it works when the next try happens to reach the right one.",
        because = {
            ["server_leg.leaf_turns"] = "it went back to a certificate that it had shown before; times within an hour: {server_leg.leaf_turns}",
            ["server_leg.former_verdict"] = "the other certificate, {server_leg.former_leaf}, was answered with “{server_leg.former_verdict}” {server_leg.former_seen|ago} ago",
        },
        ios   = { safari = "now and then " .. english.not_private .. ", and the page after a reload", app = "now and then error -1202", grade = "unverified" },
        device_fix = { "Nothing. Trying again may reach a server that is in order." },
        server_fix = {
            "Install the same chain on every server behind {target.host}[; the one at {server_leg.address} answered this time].",
            "Ask each address by itself, over IPv4 and IPv6: `whytls explain ADDRESS:{target.port} --host {target.host}`.",
        },
        next_test = "Run `whytls explain {target.host}:{target.port}` several times. If the certificate changes between tries, the servers differ.",
        variants = {
            ["the-other"] = {
                why = "{target.host} shows now this certificate, now another. This one is in order, and the other was refused {server_leg.former_seen|ago} ago. More than one server answers for this name, and not all were set up alike.",
            },
        },
    },
    ["renewed-not-reloaded"] = {
        title = "Renewed, but the old certificate is served",
        why   = "The certificate on port {target.port} of {target.host} expired {server_leg.chain.leaf.not_after|ago} ago, so an iPhone refuses it. Port {server_leg.newer_port} of the same host shows a newer one that is in order. It was renewed, and this service still has the old one in memory.",
        because = {
            ["server_leg.newer_port"] = "port {server_leg.newer_port} of the same host shows a newer certificate that is in order",
            ["server_leg.newer_from"] = "that one began on {server_leg.newer_from}",
            ["server_leg.chain.leaf.not_after"] = "the one on port {target.port} ended on {server_leg.chain.leaf.not_after}",
        },
        ios   = { safari = english.not_private .. "; Mail: “Cannot Verify Server Identity” (unverified)", app = english.refused_seen, grade = "Apple source" },
        device_fix = english.no_setting,
        server_fix = {
            "Reload the service on port {target.port}: it reads the file again then.",
            "If it reads another file, install the new certificate there too.",
            "Let the renewal reload every service that uses the file: web, IMAP, SMTP.",
        },
        next_test = english.accepted,
    },
}
