# The product itself.  WHYTLS_BIN names the program (default: the release build of this checkout).
# Its CA is its own, made here; the origin's root is the only one it trusts.
MODE=${MODE-transparent}
WHYTLS_BIN=${WHYTLS_BIN:-$HERE/../../build/release/bin/whytls}
"$WHYTLS_BIN" ca init --data "$W/data" >/dev/null || die "$WHYTLS_BIN cannot make its root"
"$WHYTLS_BIN" ca export --data "$W/data" >"$W/root.pem"
CA=$W/root.pem
NOTE="judges each chain, runs the rules"
WAY=(--transparent "0.0.0.0:$PORT" --listen 127.0.0.1:8080)
[ "$MODE" = connect ] && WAY=(--listen "0.0.0.0:$PORT")
CMD=("$WHYTLS_BIN" run "${WAY[@]}" --data "$W/data" --roots "$PKI/origin-ca.crt" --allow-public --quiet)
