// A site of live things for the tests, on a loopback port that the system picks and that it prints:
//   /echo     a WebSocket that says back what it hears, deflated when the client can
//   /events   server-sent events: the next one goes out only when POST /next was asked for
//   /body     the digest of what came; /trailers chunks with a trailer; /coded?CODING a text in that content coding
// A CONNECT opens a tunnel that says back what it hears.
// usage: node live_site.js CERTIFICATE KEY
"use strict";
const crypto = require("crypto"), fs = require("fs"), https = require("https"), zlib = require("zlib");
const { accept, FrameReader, frame } = require("./websocket.js");

const server = https.createServer({ cert: fs.readFileSync(process.argv[2]), key: fs.readFileSync(process.argv[3]) });
const listeners = new Set();
let event = 0;

server.on("request", (request, response) => {
    const path = request.url.split("?")[0];
    if (path === "/events") {
        response.writeHead(200, { "Content-Type": "text/event-stream" });
        response.write(": here\n\n");
        listeners.add(response);
        request.on("close", () => listeners.delete(response));
    } else if (path === "/next") {
        event++;
        for (const one of listeners) one.write(`id: ${event}\ndata: event ${event}\n\n`);
        response.end("sent");
    } else if (path === "/trailers") {
        response.writeHead(200, { Trailer: "X-Sum" });
        response.write("some");
        response.addTrailers({ "X-Sum": crypto.createHash("sha256").update("some").digest("hex") });
        response.end();
    } else if (path === "/body") {
        const sum = crypto.createHash("sha256");
        request.on("data", (piece) => sum.update(piece));
        request.on("end", () => response.end(sum.digest("hex")));
    } else if (path === "/coded") {
        const coding = request.url.split("?")[1];
        const body = Buffer.from("the same text, the same text, and the same text once more");
        const how = { gzip: zlib.gzipSync, deflate: zlib.deflateSync, br: zlib.brotliCompressSync }[coding];
        const bytes = how(body);
        response.writeHead(200, { "Content-Type": "text/plain", "Content-Encoding": coding, "Content-Length": bytes.length });
        response.end(bytes);
    } else {
        response.writeHead(path === "/none" ? 204 : path === "/same" ? 304 : 200);
        response.end();
    }
});

server.on("checkContinue", (request, response) => {
    if (request.url === "/unwanted") return response.writeHead(417, { "Content-Length": 0 }).end();
    response.writeContinue();
    server.emit("request", request, response);
});

server.on("upgrade", (request, socket, head) => {
    if (request.url !== "/echo") return socket.end("HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13\r\nContent-Length: 0\r\n\r\n");
    const deflate = /permessage-deflate/.test(request.headers["sec-websocket-extensions"] || "");
    socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${accept(request.headers["sec-websocket-key"])}\r\n` +
        (deflate ? "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n" : "") + "\r\n");
    const reader = new FrameReader(deflate);
    const hear = (bytes) => {
        for (const one of reader.feed(bytes)) {
            if (one.opcode === 8) return socket.end(frame(8, one.payload, { mask: false }));
            socket.write(frame(one.opcode === 9 ? 10 : one.opcode, one.payload, { mask: false, deflate: deflate && one.opcode < 8 }));
        }
    };
    if (head.length) hear(head);
    socket.on("data", hear);
    socket.on("error", () => {});
});

server.on("connect", (request, socket, head) => {
    socket.write("HTTP/1.1 200 Connected\r\n\r\n");
    if (head.length) socket.write(head);
    socket.pipe(socket);
    socket.on("error", () => {});
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
