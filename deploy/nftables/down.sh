#!/usr/bin/env bash
# Takes away everything that up.sh has set up, and puts back whether this machine forwards packets. Safe to run again.
set -eu
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

case ${1:-} in
'') ;;
-h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' "$0" && exit 0 ;;
*) die "down.sh takes no $1" ;;
esac
need_root

before=$(forwarding_before)
if [ -n "$before" ]; then
    # shellcheck disable=SC2086
    set -- $before
    sysctl -q -w net.ipv4.ip_forward="$2"
    [ "$3" = - ] || sysctl -q -w net.ipv6.conf.all.forwarding="$3"
fi
routes_down
# The first line makes the second one right when there is no table.
printf 'table inet whytls\ndelete table inet whytls\n' | nft -f -
say "No rule of whytls is left."
