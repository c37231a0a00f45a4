# As haproxy, but it reads HTTP, and speaks HTTP/2 on both legs.
MODE=transparent
CA=$PKI/proxy-ca.crt
NOTE="fixed certificate, HTTP/2 on both legs, upstream verified"
cat >"$W/haproxy.cfg" <<CFG
global
    maxconn $(((NOFILE - 200) / 2))
    nbthread 2
    tune.ssl.default-dh-param 2048
defaults
    mode http
    timeout connect 10s
    timeout client 15m
    timeout server 15m
frontend tls
    bind $PROXY_IP:$PORT ssl crt $PKI/proxy-wild.pem alpn h2,http/1.1
    bind $PROXY_CIP:$PORT ssl crt $PKI/proxy-wild.pem alpn h2,http/1.1
    default_backend o
backend o
    server o $ORIGIN_IP:443 ssl verify required ca-file $PKI/origin-ca.crt sni ssl_fc_sni alpn h2,http/1.1
CFG
CMD=(haproxy -db -f "$W/haproxy.cfg")
