# shellcheck shell=bash disable=SC2034,SC2012
# deploy/nftables/common.sh - what up.sh and down.sh must agree on. Sourced by both.

mark=0x77687974   # "whyt": marks packets for the routing table below
table=7797        # … in which every address is this machine's
log_group=7797    # of netfilter: proxy/net/quic_watch.h listens to it

say() { printf '%s\n' "$*" >&2; }
die() {
    printf 'whytls: %s\n' "$*" >&2
    exit 2
}

need_root() {
    local program

    [ "$(id -u)" = 0 ] || die "only root may change firewall rules: run this as root"
    for program in nft ip sysctl; do
        command -v "$program" >/dev/null 2>&1 || die "$program is missing: apt-get install nftables iproute2 procps"
    done
}

interfaces() { ls /sys/class/net 2>/dev/null | tr '\n' ' '; }

# The name goes into the rules: nothing but what a name of an interface may be.
is_interface() {
    case $1 in
    '' | *[!A-Za-z0-9._-]*) return 1 ;;
    esac
    ip link show dev "$1" >/dev/null 2>&1
}

is_port() {
    case $1 in
    '' | *[!0-9]* | ??????*) return 1 ;;
    esac
    [ "$1" -ge 1 ] && [ "$1" -le 65535 ]
}

# "forwarding V4 V6" as it was before up.sh, from the comment of our table; empty when there is none.
forwarding_before() {
    nft list table inet whytls 2>/dev/null | sed -n 's/^[[:space:]]*comment "\(forwarding [01] [-012]\)".*/\1/p' | head -n 1
}

routes_up() {
    ip -4 rule add fwmark $mark lookup $table
    ip -4 route add local default dev lo table $table
    if [ -e /proc/net/if_inet6 ]; then
        ip -6 rule add fwmark $mark lookup $table
        ip -6 route add local default dev lo table $table
    fi
}

routes_down() {
    local family

    for family in -4 -6; do
        while ip $family rule del fwmark $mark lookup $table 2>/dev/null; do :; done
        ip $family route flush table $table 2>/dev/null || :
    done
}
