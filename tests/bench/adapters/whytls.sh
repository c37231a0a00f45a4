# The product itself, by CONNECT. WHYTLS_BIN names the program (default: the release build of this checkout).
# Its CA is its own, made here; the origin's root is the only one it trusts.
MODE=connect
WHYTLS_BIN=${WHYTLS_BIN:-$HERE/../../build/release/bin/whytls}
"$WHYTLS_BIN" ca init --data "$W/data" >/dev/null || die "$WHYTLS_BIN cannot make its root"
"$WHYTLS_BIN" ca export --data "$W/data" >"$W/root.pem"
CA=$W/root.pem
NOTE="judges each chain, runs the rules; CONNECT"
CMD=("$WHYTLS_BIN" run --listen "0.0.0.0:$PORT" --data "$W/data" --roots "$PKI/origin-ca.crt" --allow-public --quiet)
