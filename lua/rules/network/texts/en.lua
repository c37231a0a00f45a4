local english = require "whytls.english"
local safari  = english.cannot_open .. ": "
local because = {
    ["dial.addresses"] = "tried {dial.addresses}",
    ["target.host"] = "asked for {target.host}",
}
local function seen(error, dns)
    return {
        ["dial.error"] = error, ["dial.dns"] = dns, ["dial.addresses"] = because["dial.addresses"], ["target.host"] = because["target.host"],
    }
end
return {
    ["dns-nxdomain"] = {
        title = "The name does not exist",
        why   = "The name {target.host} does not exist. The name servers (DNS) say that there is none.",
        because = seen("no address was found", "the resolver answered: no such name (NXDOMAIN)"),
        ios   = { safari = safari .. "the server can't be found", app = "error -1003, cannot find host", grade = "unverified" },
        device_fix = { "Check the spelling. A name of an internal network needs that network, or its VPN." },
        server_fix = { "Create the record, or look whether the domain's registration has ended." },
        next_test = "Ask another resolver: `dig {target.host} @9.9.9.9`. If that one knows the name, the resolver of this proxy is the reason.",
        variants = {
            ["no-address"] = {
                title = "The name has no address",
                why   = "The name {target.host} exists, and it has no address. The name servers (DNS) know it for something else, mail perhaps: neither an A nor an AAAA record is there.",
                because = seen("no address was found", "the resolver answered: the name is there, an address is not"),
                server_fix = { "Create an A record, an AAAA record or both, or ask for the name that has one (with `www.` before it, perhaps)." },
                next_test = "`dig {target.host} ANY @9.9.9.9` shows what the name has.",
            },
        },
    },
    ["dns-servfail"] = {
        title = "The name servers give no usable answer",
        why   = "The name servers of {target.host} give no usable answer. The resolver says SERVFAIL: the delegation is not complete, DNSSEC (signed DNS) does not check out, or the domain's servers are silent.",
        because = seen("the name servers gave no answer that can be used", "the resolver answered SERVFAIL, and did so again when it was asked not to check signatures"),
        ios   = { safari = safari .. "the server can't be found", app = "error -1003 or -1006", grade = "unverified" },
        device_fix = { "Nothing." },
        server_fix = { "Check the delegation and the DNSSEC chain of the domain." },
        next_test = "Compare `dig {target.host}` with `dig {target.host} +cd`. If only the second answers, DNSSEC is the reason.",
        variants = {
            ["refused"] = {
                title = "The resolver does not answer us",
                why   = "The resolver of this proxy refuses to answer the question for {target.host}. It says REFUSED: it serves another network, or its own names alone.",
                because = seen("the name servers gave no answer that can be used", "the resolver answered REFUSED"),
                server_fix = { "Nothing on the site. On the computer that runs whytls: choose a resolver that serves it (/etc/resolv.conf, or `--resolver`)." },
                next_test = "Ask another resolver: `dig {target.host} @9.9.9.9`. If that gives an address, the resolver is the reason.",
            },
        },
    },
    ["dnssec-bogus"] = {
        title = "The signatures of the name do not check out",
        why   = "The DNS signatures (DNSSEC) of {target.host} do not check out. The resolver has an answer and does not give it, because its signatures have ended or do not fit the key that the domain above names.",
        because = {
            ["dial.error"] = "the resolver answered: failure (SERVFAIL)",
            ["dial.dns"] = "asked not to check signatures, the same resolver gave an answer",
            ["target.host"] = because["target.host"],
        },
        ios   = { safari = safari .. "the server can't be found", app = "error -1003, where the resolver checks signatures; elsewhere it works", grade = "unverified" },
        device_fix = english.no_setting,
        server_fix = { "Sign the zone anew, or have the DS record of the domain above renewed. It has to name a key that the zone has." },
        next_test = "`delv {target.host}` names the signature that does not check out.",
    },
    ["dns-timeout"] = {
        title = "No name server answered",
        why   = "Nobody answered the question for {target.host}. The resolver of this proxy was silent for {dial.ms}.",
        because = seen("no answer came from the resolver", "the name servers were silent"),
        ios   = { safari = safari .. "the server can't be found", app = "error -1001 or -1003", grade = "unverified" },
        device_fix = { "Nothing." },
        server_fix = { "Nothing on the site. On the computer that runs whytls: check the resolver that it uses (/etc/resolv.conf)." },
        next_test = "Run `dig {target.host}` on the computer that runs whytls. If other names answer, the name servers of this domain are silent.",
        variants = {
            ["unreachable"] = {
                title = "No name server is there",
                why   = "Nobody could be asked for {target.host}. Where the resolver of this proxy should be, no name server listens.",
                because = seen("no answer came from the resolver", "the port of the resolver is closed"),
                next_test = "Run `dig example.org` on the computer that runs whytls. If that fails as well, its resolver is not running.",
            },
        },
    },
    ["no-ip-family"] = {
        title = "Only one kind of address works",
        why   = "The {dial.dead_family} addresses of {target.host} give no connection; the others do. Clients try both kinds, so it works in the end and begins slowly.",
        because = {
            ["dial.dead_family"] = "{dial.dead_family} was tried first, and another address answered",
            ["dial.dead_family_error"] = "what became of it: {dial.dead_family_error}",
            ["dial.error"] = "there is no way to the address from here",
            ["dial.addresses"] = "the name has IPv6 addresses alone: {dial.addresses}",
        },
        ios   = { safari = "loads after a moment", app = "works after a moment", grade = "Apple document" },
        device_fix = { "Nothing." },
        server_fix = { "Let the service listen on its {dial.dead_family} address as well, or take the record of that address out of DNS." },
        next_test = "`curl -4 -v https://{target.host}/` and `curl -6 -v https://{target.host}/`, from a network that has both.",
        variants = {
            ["ipv6-alone"] = {
                title = "The site has IPv6 addresses only",
                why   = "{target.host} has IPv6 addresses only, and from here there is no way to them. A network without IPv6 does not reach it.",
                ios   = { safari = safari .. "it couldn't connect to the server, in a network without IPv6", app = "error -1004 or -1009", grade = "unverified" },
                server_fix = { "Give the name an IPv4 address (A record) as well; many networks have nothing else." },
                next_test = "Run `curl -6 https://example.org/` on the computer that runs whytls. If that fails as well, it has no IPv6.",
            },
        },
    },
    ["slow-family"] = "{dial.dead_family} had not answered when the other kind of address of {target.host} did. If that is always so, every first connection waits for it.",
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
