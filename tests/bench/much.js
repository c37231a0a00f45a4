// The two ends of `much`: a site that gives and takes as many bytes as it is asked for, and a client that asks for many things
// at once over one connection.
//
//     much.js site CERTIFICATE KEY RATE                  prints its port; takes what is sent to it at RATE bytes a second
//     much.js streams PROXY-PORT ROOT HOST:PORT STREAMS BYTES RATE    prints how many bytes came
"use strict";
const fs = require("fs"), http = require("http"), http2 = require("http2"), tls = require("tls");

// Of Node itself: it would end a session that is as busy as this.
const MUCH = { maxSessionMemory: 1000, peerMaxConcurrentStreams: 1000, settings: { maxConcurrentStreams: 1000 } };
const PIECE = Buffer.alloc(65536, "whytls ");

// Reads at this rate and no faster.
function sip(stream, rate, taken) {
    const began = Date.now();
    let n = 0;
    stream.on("data", (bytes) => {
        n += bytes.length;
        taken(bytes.length);
        const ahead = (n / rate) * 1000 - (Date.now() - began);
        if (ahead < 5) return;
        stream.pause();
        setTimeout(() => stream.resume(), ahead);
    });
}

function give(response, left) {
    while (left > 0) {
        const piece = left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
        left -= piece.length;
        if (!response.write(piece) && left > 0) return response.once("drain", () => give(response, left));
    }
    response.end();
}

function site(certificate, key, rate) {
    const server = http2.createSecureServer({ ...MUCH, allowHTTP1: true, cert: fs.readFileSync(certificate), key: fs.readFileSync(key) });
    server.on("request", (request, response) => {
        let n = 0;
        if (request.url.startsWith("/down/")) return give(response, Number(request.url.slice(6)));
        sip(request, Number(rate), (taken) => { n += taken; });
        request.on("end", () => response.end(`${n}\n`));
    });
    server.listen(0, "127.0.0.1", () => console.log(server.address().port));
}

function streams(proxy, root, authority, many, bytes, rate) {
    const ask = http.request({ host: "127.0.0.1", port: proxy, method: "CONNECT", path: authority });
    const servername = authority.split(":")[0];
    let n = 0, open = Number(many);
    ask.on("connect", (answer, socket) => {
        const createConnection = () => tls.connect({ socket, servername, ca: fs.readFileSync(root), ALPNProtocols: ["h2"] });
        const session = http2.connect(`https://${authority}`, { ...MUCH, createConnection });
        session.on("error", (error) => { throw error; });
        for (let i = 0; i < many; i++) {
            const stream = session.request({ ":path": `/down/${bytes}` });
            sip(stream, rate / many, (taken) => { n += taken; });
            stream.on("end", () => {
                if (--open > 0) return;
                console.log(n);
                session.close();
            });
        }
    });
    ask.end();
}

({ site, streams })[process.argv[2]](...process.argv.slice(3));
