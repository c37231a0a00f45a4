// A site for a browser and other programs, HTTP/2 and HTTP/1.1 on one loopback port that the system picks and that it prints:
//   /page      HTML with 200 parts: /part/N are scripts and images; the last one of all to come sets the title
//   /socket    HTML that talks to /echo, a WebSocket with permessage-deflate that says back what it hears
//   /body      the digest of what came
//   /stream    HTML that listens to /events: the next one goes out only when POST /next was asked for
// With "extended" behind them, WebSockets are taken over HTTP/2 as well (RFC 8441).
// usage: node page_site.js CERTIFICATE KEY [extended]
"use strict";
const crypto = require("crypto"), fs = require("fs"), http2 = require("http2"), { WebSocketServer } = require("ws"), { frame, FrameReader } = require("./websocket.js");

const PARTS = 200;
const listeners = new Set();
let event = 0;

const html = (script, body = "") => ["text/html; charset=utf-8", `<!doctype html><title>waiting</title><script>${script}</script>${body}`];

function page() {
    let body = "";
    for (let i = 0; i < PARTS; i++)
        body += i % 2 ? `<script src="/part/${i}" async onload="came()"></script>` : `<img src="/part/${i}" onload="came()">`;
    return html(`let n = 0; const came = () => { if (++n === ${PARTS} && sum === ${PARTS * PARTS / 4}) document.title = "all came"; }; let sum = 0;`, body);
}

const part = (i) => i % 2 ? ["text/javascript", `sum += ${i}; /* ${"x".repeat(i * 50)} */`] :
    ["image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="${i}"/><!-- ${"x".repeat(i * 50)} --></svg>`];

const socket = () => html(`
    const one = new WebSocket("wss://" + location.host + "/echo"), said = "some words ".repeat(9000), heard = [];
    one.binaryType = "arraybuffer";
    one.onopen = () => { one.send("hello"); one.send(said); one.send(Uint8Array.from({ length: 70000 }, (_, i) => i * i)); };
    one.onmessage = (message) => {
        heard.push(message.data);
        if (heard.length < 3) return;
        const bytes = new Uint8Array(heard[2]);
        if (heard[0] === "hello" && heard[1] === said && bytes.length === 70000 && bytes.every((byte, i) => byte === i * i % 256)) one.close(1000, "done");
    };
    one.onclose = (end) => { document.title = end.code + " " + end.reason + " " + one.extensions.split(";")[0]; };`);

const stream = () => html(`
    const events = new EventSource("/events"), heard = [];
    const next = () => fetch("/next", { method: "POST" });
    events.onopen = next;
    events.onmessage = (event) => {
        heard.push(event.data);
        if (heard.length < 5) return next();
        events.close();
        document.title = heard.join(" ");
    };`);

const server = http2.createSecureServer({ cert: fs.readFileSync(process.argv[2]), key: fs.readFileSync(process.argv[3]), allowHTTP1: true,
    settings: { enableConnectProtocol: process.argv[4] === "extended" } });

server.on("request", (request, response) => {
    const at = request.url;
    const give = ([type, text]) => { response.writeHead(200, { "content-type": type, "cache-control": "no-store" }); response.end(text); };
    if (at === "/page") return give(page());
    if (at === "/socket") return give(socket());
    if (at === "/stream") return give(stream());
    if (at.startsWith("/part/")) return give(part(Number(at.slice(6))));
    if (at === "/body") {
        const sum = crypto.createHash("sha256");
        request.on("data", (piece) => sum.update(piece));
        return request.on("end", () => give(["text/plain", sum.digest("hex")]));
    }
    if (at === "/events") {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(": here\n\n");
        listeners.add(response);
        response.on("close", () => listeners.delete(response));
        return undefined;
    }
    if (at === "/next") {
        event++;
        for (const one of listeners) one.write(`data: ${event}\n\n`);
        return give(["text/plain", "sent"]);
    }
    response.writeHead(404);
    return response.end();
});

const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: { threshold: 0 } });
sockets.on("connection", (one) => one.on("message", (data, binary) => one.send(data, { binary })));
server.on("upgrade", (request, socket, head) => {
    if (request.url !== "/echo") return socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    return sockets.handleUpgrade(request, socket, head, (one) => sockets.emit("connection", one, request));
});

server.on("connect", (request, response) => {
    const { stream } = response, deflate = /permessage-deflate/.test(request.headers["sec-websocket-extensions"] || "");
    if (request.headers[":protocol"] !== "websocket" || request.url !== "/echo") return stream.respond({ ":status": 404 }, { endStream: true });
    stream.respond({ ":status": 200, ...deflate && { "sec-websocket-extensions": "permessage-deflate; server_no_context_takeover; client_no_context_takeover" } });
    const reader = new FrameReader(deflate);
    stream.on("data", (bytes) => {
        for (const one of reader.feed(bytes)) {
            if (one.opcode === 8) stream.end(frame(8, one.payload, { mask: false }));
            else stream.write(frame(one.opcode === 9 ? 10 : one.opcode, one.payload, { mask: false, deflate: deflate && one.opcode < 8 }));
        }
    });
    stream.on("error", () => {});
    return undefined;
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
