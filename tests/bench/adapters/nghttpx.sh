# nghttpx: HTTP/2 on both legs by libnghttp2, which is what whytls uses.
MODE=transparent
CA=$PKI/proxy-ca.crt
NOTE="fixed certificate, HTTP/2 on both legs, upstream verified"
CMD=(nghttpx --conf=/dev/null --workers=2 --frontend="*,$PORT" --backend="$ORIGIN_IP,443;;tls;proto=h2;sni=h0001.bench.test"
     --cacert="$PKI/origin-ca.crt" --no-ocsp --accesslog-file=/dev/null --errorlog-file="$W/nghttpx.log" --single-process
     --backend-connections-per-host=64 "$PKI/proxy-wild.pem" "$PKI/proxy-wild.pem")
