return {
    ["websocket-upgrade-failed"] = {
        title = "The WebSocket did not open",
        why   = "{target.host} did not open the WebSocket that was asked for. TLS is well; the HTTP request to switch to a WebSocket was not answered as RFC 6455 asks[ (status {websocket.status})].",
        because = {
            ["websocket.failed"] = "the WebSocket {websocket.url} did not open ({websocket.failed})",
            ["websocket.status"] = "the answer was status {websocket.status} instead of 101 (over HTTP/2: of 200)",
            ["websocket.origin"] = "the client named {websocket.origin} as its origin, which the site may not allow",
            ["websocket.knows"] = "the site says that it knows version {websocket.knows} of the protocol",
        },
        ios   = { safari = "the page loads, and its live parts stay dead", app = "error -1011, bad server response, for a WebSocket task", grade = "unverified" },
        device_fix = { "Nothing." },
        server_fix = {
            "Let every load balancer and proxy before the service pass on `Upgrade` and `Connection` over HTTP/1.1, or offer RFC 8441 on HTTP/2.",
            "If the status is 403: allow the origin that the client names.",
        },
        next_test = "Run `curl -i --http1.1 -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==' https://{target.host}/` with the right path, once at the load balancer and once at the service behind it. The first that does not say 101 is the reason.",
    },
}
