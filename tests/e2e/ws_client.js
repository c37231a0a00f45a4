// A WebSocket client as apps have one: the ws package, through the proxy by its agent, permessage-deflate on.
// usage: NODE_EXTRA_CA_CERTS=ROOT node ws_client.js PROXY_URL wss://HOST:PORT/PATH
"use strict";
const assert = require("assert"), crypto = require("crypto"), agent = require("https-proxy-agent"), { WebSocket } = require("ws");
const [proxy, url] = process.argv.slice(2);

const said = ["hello", crypto.randomBytes(100000), "the same words ".repeat(20000), crypto.randomBytes(3)];
const heard = [];
const one = new WebSocket(url, { agent: agent(proxy), perMessageDeflate: { threshold: 0 } });

one.on("open", () => {
    assert.match(one.extensions, /^permessage-deflate/);
    for (const message of said) one.send(message);
    one.ping("?");
});
one.on("pong", (payload) => assert.equal(payload.toString(), "?"));
one.on("message", (data, binary) => {
    heard.push(binary ? data : data.toString());
    if (heard.length === said.length) one.close(1000, "done");
});
one.on("close", (code) => {
    assert.deepStrictEqual(heard, said);
    assert.equal(code, 1000);
    console.log("all is well");
});
