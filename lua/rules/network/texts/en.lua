local safari  = "“Safari Can't Open the Page” (unverified): "
local because = {
    ["dial.addresses"] = "tried {dial.addresses}",
    ["target.host"] = "asked for {target.host}",
}
local function seen(error)
    return { ["dial.error"] = error, ["dial.addresses"] = because["dial.addresses"], ["target.host"] = because["target.host"] }
end
return {
    ["dns-nxdomain"] = {
        title = "The name does not exist",
        why   = "The name {target.host} does not exist. The name servers (DNS) say that there is none.",
        because = seen "the resolver answered: no such name (NXDOMAIN)",
        ios   = { safari = safari .. "the server can't be found", app = "error -1003, cannot find host", grade = "unverified" },
        device_fix = { "Check the spelling. A name of an internal network needs that network, or its VPN." },
        server_fix = { "Create the record, or look whether the domain's registration has ended." },
        next_test = "Ask another resolver: `dig {target.host} @9.9.9.9`. If that one knows the name, the resolver of this proxy is the reason.",
    },
    ["dns-servfail"] = {
        title = "The name servers give no usable answer",
        why   = "The name servers of {target.host} give no usable answer. The resolver says SERVFAIL: the delegation is not complete, DNSSEC (signed DNS) does not check out, or the domain's servers are silent.",
        because = seen "the resolver answered: failure (SERVFAIL)",
        ios   = { safari = safari .. "the server can't be found", app = "error -1003 or -1006", grade = "unverified" },
        device_fix = { "Nothing." },
        server_fix = { "Check the delegation and the DNSSEC chain of the domain." },
        next_test = "Compare `dig {target.host}` with `dig {target.host} +cd`. If only the second answers, DNSSEC is the reason.",
    },
    ["dns-timeout"] = {
        title = "No name server answered",
        why   = "Nobody answered the question for {target.host}. The resolver of this proxy was silent for {dial.ms}.",
        because = seen "no answer came from the resolver",
        ios   = { safari = safari .. "the server can't be found", app = "error -1001 or -1003", grade = "unverified" },
        device_fix = { "Nothing." },
        server_fix = { "Nothing on the site. On the computer that runs whytls: check the resolver that it uses (/etc/resolv.conf)." },
        next_test = "Run `dig {target.host}` on the computer that runs whytls. If other names answer, the name servers of this domain are silent.",
    },
    ["tcp-refused"] = {
        title = "The site refuses connections",
        why   = "{target.host} refuses connections on port {target.port}. The machine answered at once that nobody listens there[ ({dial.addresses})].",
        because = seen "the connection was refused",
        ios   = { safari = safari .. "it couldn't connect to the server", app = "error -1004, cannot connect to host", grade = "unverified" },
        device_fix = { "Nothing, unless another port was meant." },
        server_fix = { "Start the service, or look whether it listens on port {target.port} of that address." },
        next_test = "On the server, `ss -ltn` shows who listens.",
    },
    ["tcp-timeout"] = {
        title = "The site does not answer",
        why   = "{target.host} does not answer on port {target.port}. Nothing came back within {dial.ms}[ from {dial.addresses}]. A firewall that drops packets, or a machine that is down, looks like this.",
        because = seen "no answer in time",
        ios   = { safari = safari .. "the server is not responding", app = "error -1001, timed out", grade = "unverified" },
        device_fix = { "Nothing." },
        server_fix = { "Look whether the machine is up, and whether a firewall drops port {target.port}." },
        next_test = "Try the same host and port from another network. If it answers there, something on the way drops the packets.",
    },
    ["tcp-unreachable"] = {
        title = "There is no way to the site",
        why   = "There is no way to {target.host} from here. The network says that the address cannot be reached[ ({dial.addresses})].",
        because = seen "the network has no route to the address",
        ios   = { safari = safari .. "it couldn't connect to the server", app = "error -1004 or -1009", grade = "unverified" },
        device_fix = { "Nothing." },
        server_fix = { "Nothing on the site. On the computer that runs whytls: check its routes. For an IPv6 address: has it IPv6 at all?" },
        next_test = "Run `ip route get` with the address on the computer that runs whytls.",
    },
    ["tcp-reset"] = {
        title = "The connection to the site was cut",
        why   = "The connection to {target.host} was cut before TLS came about. It ended with a reset (RST). The site can send one, and so can a box on the way that dislikes the name.",
        because = {
            ["server_leg.ended"] = "it ended with a reset (RST)",
            ["server_leg.symptom"] = "the site had not shown a certificate ({server_leg.symptom})",
            ["dial.error"] = "it ended with a reset (RST)",
            ["dial.addresses"] = because["dial.addresses"],
        },
        ios   = { safari = safari .. "the network connection was lost", app = "error -1005, connection lost", grade = "unverified" },
        device_fix = { "Try another network." },
        server_fix = { "Look into the log of the service, and of what stands before it (load balancer, firewall)." },
        next_test = "Try from another network. If it works there, a box on the way cuts it; if not, it is the site.",
    },
}
