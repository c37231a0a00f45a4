MODE=connect
. "$ADAPTERS/whytls.sh"
NOTE="as whytls, by CONNECT"
