#!/usr/bin/env bash
# Makes this Linux machine a gateway whose phones go through whytls without knowing of it.
#
#   deploy/nftables/up.sh --from IFACE [--masquerade IFACE] [--tproxy] [--port N] [--ports N,N,…] [--quic]
#
#   --from IFACE        where the phones are: the Wi-Fi or LAN interface
#   --masquerade IFACE  the way to the Internet, when the network beyond it has no route back to the phones
#   --tproxy            for `whytls run --tproxy`; without it for `whytls run --transparent`
#   --port N            where whytls listens (default 8443), on 0.0.0.0 and [::]
#   --ports N,N,…       what is turned to it (default 80,443,110,143,465,587,993,995)
#   --quic              let UDP/443 pass instead of refusing it: phones then go past whytls with HTTP/3
#
# Everything lies in one table, `inet whytls`, and one routing table; down.sh takes all of it away. Safe to run again.
set -eu
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

from='' wan='' tproxy='' port=8443 ports=80,443,110,143,465,587,993,995 quic=''
while [ $# -gt 0 ]; do
    case $1 in
    --from) from=${2:-} && shift ;;
    --masquerade) wan=${2:-} && shift ;;
    --tproxy) tproxy=yes ;;
    --port) port=${2:-} && shift ;;
    --ports) ports=${2:-} && shift ;;
    --quic) quic=yes ;;
    -h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' "$0" && exit 0 ;;
    *) die "no option $1; see $0 --help" ;;
    esac
    shift || die "an option wants a value; see $0 --help"
done
is_interface "$from" || die "--from $from: name the interface of the phones, one of: $(interfaces)"
[ -z "$wan" ] || is_interface "$wan" || die "--masquerade $wan: name an interface, one of: $(interfaces)"
is_port "$port" || die "--port $port: write a number from 1 to 65535"
for one in ${ports//,/ }; do
    is_port "$one" || die "--ports $ports: write numbers from 1 to 65535 with commas between them"
done
[ -n "$ports" ] || die "--ports: name at least one"
need_root

# What stood before is remembered in the table's comment, so that a second run does not take our own setting for it.
before=$(forwarding_before)
if [ -z "$before" ]; then
    before="forwarding $(sysctl -n net.ipv4.ip_forward) $(sysctl -n net.ipv6.conf.all.forwarding 2>/dev/null || echo -)"
fi
routes_down

turn_redirect() {
    cat <<EOF
    chain turn {
        type nat hook prerouting priority dstnat; policy accept;
        iifname "$from" fib daddr type local return
        iifname "$from" tcp dport { ${ports//,/, } } counter redirect to :$port
    }
EOF
}

# Packets of a connection that whytls has accepted are its own already; only the first ones must be turned.
turn_tproxy() {
    cat <<EOF
    chain turn {
        type filter hook prerouting priority mangle; policy accept;
        iifname "$from" fib daddr type local return
        iifname "$from" meta l4proto tcp socket transparent 1 socket wildcard 0 meta mark set $mark accept
        iifname "$from" meta nfproto ipv4 tcp dport { ${ports//,/, } } counter tproxy ip to :$port meta mark set $mark accept
        iifname "$from" meta nfproto ipv6 tcp dport { ${ports//,/, } } counter tproxy ip6 to :$port meta mark set $mark accept
    }
EOF
}

# Refused, never dropped: a phone that is told so goes on with TCP at once, one that hears nothing waits for seconds. whytls
# listens to the log group, and tells which device tried.
refuse_quic() {
    local verdict='reject with icmpx type port-unreachable' word=refused

    if [ -n "$quic" ]; then
        verdict=accept word=passed
    fi
    cat <<EOF
    chain quic {
        type filter hook forward priority filter; policy accept;
        iifname "$from" udp dport 443 counter name quic
        iifname "$from" udp dport 443 ct state new limit rate 50/second burst 100 packets log prefix "whytls $word" group $log_group
        iifname "$from" udp dport 443 $verdict
    }
EOF
}

masquerade() {
    [ -n "$wan" ] || return 0
    cat <<EOF
    chain leave {
        type nat hook postrouting priority srcnat; policy accept;
        oifname "$wan" iifname "$from" masquerade
    }
EOF
}

rules() {
    cat <<EOF
table inet whytls
delete table inet whytls
table inet whytls {
    comment "$before"
    counter quic { }
EOF
    if [ -n "$tproxy" ]; then turn_tproxy; else turn_redirect; fi
    refuse_quic
    masquerade
    echo '}'
}

rules | nft -f - || die "nft did not take the rules: see the lines above"
if [ -n "$tproxy" ]; then
    routes_up
fi
sysctl -q -w net.ipv4.ip_forward=1
[ "${before##* }" = - ] || sysctl -q -w net.ipv6.conf.all.forwarding=1
how=transparent
[ -z "$tproxy" ] || how=tproxy
say "Phones behind $from that use this machine as their gateway now go through whytls. Start it with:"
say "  whytls run --$how 0.0.0.0:$port --$how '[::]:$port'"
say "Take it down with deploy/nftables/down.sh; nft list counter inet whytls quic counts the attempts at HTTP/3."
