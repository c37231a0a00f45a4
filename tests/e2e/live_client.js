// A client through the proxy: a WebSocket that says a few things and compares what comes back, or server-sent events.
// usage: node live_client.js PROXY_PORT ROOT_FILE socket|deflate|events HOST:PORT
"use strict";
const assert = require("assert"), crypto = require("crypto"), fs = require("fs"), http = require("http"), tls = require("tls");
const { accept, frame, FrameReader } = require("./websocket.js");
const [proxy, root, what, target] = process.argv.slice(2);
const host = target.split(":")[0];

function through() {
    return new Promise((resolve, reject) => {
        const asked = http.request({ host: "127.0.0.1", port: proxy, method: "CONNECT", path: target });
        asked.on("connect", (answer, socket) => {
            const secure = tls.connect({ socket, servername: host, ca: fs.readFileSync(root), ALPNProtocols: ["http/1.1"] }, () => resolve(secure));
            secure.on("error", reject);
        });
        asked.on("error", reject);
        asked.end();
    });
}

// Bytes up to the empty line, and what came behind it.
function head(socket) {
    return new Promise((resolve) => {
        let held = Buffer.alloc(0);
        const hear = (bytes) => {
            held = Buffer.concat([held, bytes]);
            const end = held.indexOf("\r\n\r\n");
            if (end < 0) return;
            socket.off("data", hear);
            resolve([held.subarray(0, end).toString(), held.subarray(end + 4)]);
        };
        socket.on("data", hear);
    });
}

async function webSocket(deflate) {
    const socket = await through();
    const key = crypto.randomBytes(16).toString("base64");
    socket.write(`GET /echo HTTP/1.1\r\nHost: ${target}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: https://${target}\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n` + (deflate ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "") + "\r\n");
    const [answer, rest] = await head(socket);
    assert.match(answer, /^HTTP\/1.1 101 /);
    assert.ok(answer.includes(accept(key)));
    const said = [[1, Buffer.from("hello")], [2, crypto.randomBytes(300)], [2, crypto.randomBytes(100000)], [1, Buffer.from("x".repeat(70000))]];
    const heard = [], reader = new FrameReader(deflate);
    const over = new Promise((resolve) => socket.on("end", resolve));
    socket.on("data", (bytes) => {
        for (const one of reader.feed(bytes)) {
            heard.push(one);
            if (heard.length === said.length + 1) socket.write(frame(8, Buffer.from([3, 232, ...Buffer.from("done")]), { mask: true }));
        }
    });
    if (rest.length) socket.emit("data", rest);
    for (const [opcode, payload] of said) {
        const half = payload.length >> 1;
        if (deflate) socket.write(frame(opcode, payload, { mask: true, deflate }));
        else socket.write(Buffer.concat([frame(opcode, payload.subarray(0, half), { mask: true, fin: false }), frame(0, payload.subarray(half), { mask: true })]));
    }
    socket.write(frame(9, Buffer.from("?"), { mask: true }));
    await over;
    assert.deepStrictEqual(heard.map((one) => one.opcode), [1, 2, 2, 1, 10, 8]);
    said.forEach(([, payload], i) => assert.ok(heard[i].payload.equals(payload)));
    socket.end();
}

// The site sends an event only when it is asked to, so one that is held back on the way is waited for in vain.
async function events() {
    const [stream, asker] = [await through(), await through()];
    let text = "", wake = () => {};
    stream.on("data", (bytes) => { text += bytes; wake(); });
    const until = async (words) => { while (!text.includes(words)) await new Promise((resolve) => { wake = resolve; }); };
    stream.write(`GET /events HTTP/1.1\r\nHost: ${target}\r\nAccept: text/event-stream\r\n\r\n`);
    await until(": here");
    for (let i = 1; i <= 5; i++) {
        asker.write(`POST /next HTTP/1.1\r\nHost: ${target}\r\nContent-Length: 0\r\n\r\n`);
        await until(`data: event ${i}\n`);
    }
    stream.end();
    asker.end();
}

(what === "events" ? events() : webSocket(what === "deflate")).then(() => { console.log("all is well"); process.exit(0); });
