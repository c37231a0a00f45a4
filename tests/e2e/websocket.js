// WebSocket frames (RFC 6455, permessage-deflate of RFC 7692 without context takeover), as much as the tests need.
"use strict";
const crypto = require("crypto"), zlib = require("zlib");

const accept = (key) => crypto.createHash("sha1").update(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");

function masked(bytes, key) {
    return Buffer.from(bytes.map((byte, i) => byte ^ key[i & 3]));
}

function frame(opcode, payload, { mask, deflate = false, fin = true }) {
    if (deflate) payload = zlib.deflateRawSync(payload, { finishFlush: zlib.constants.Z_SYNC_FLUSH }).subarray(0, -4);
    const n = payload.length, long = n > 65535 ? 8 : n > 125 ? 2 : 0;
    const head = Buffer.alloc(2 + long);
    head[0] = (fin ? 0x80 : 0) | (deflate ? 0x40 : 0) | opcode;
    head[1] = (mask ? 0x80 : 0) | (long === 8 ? 127 : long === 2 ? 126 : n);
    if (long === 2) head.writeUInt16BE(n, 2);
    if (long === 8) head.writeBigUInt64BE(BigInt(n), 2);
    if (!mask) return Buffer.concat([head, payload]);
    const key = crypto.randomBytes(4);
    return Buffer.concat([head, key, masked(payload, key)]);
}

// Whole messages and control frames out of bytes.
class FrameReader {
    constructor(deflate) {
        this.deflate = deflate;
        this.held = Buffer.alloc(0);
        this.pieces = [];
    }

    *feed(bytes) {
        this.held = Buffer.concat([this.held, bytes]);
        for (let one = this.next(); one; one = this.next()) {
            if (one.opcode >= 8) {
                yield one;
                continue;
            }
            if (one.opcode) [this.opcode, this.deflated] = [one.opcode, one.deflated];
            this.pieces.push(one.payload);
            if (!one.fin) continue;
            let payload = Buffer.concat(this.pieces);
            this.pieces = [];
            if (this.deflated) payload = zlib.inflateRawSync(Buffer.concat([payload, Buffer.from([0, 0, 255, 255])]), { finishFlush: zlib.constants.Z_SYNC_FLUSH });
            yield { opcode: this.opcode, payload };
        }
    }

    next() {
        const b = this.held;
        if (b.length < 2) return null;
        const short = b[1] & 127, long = short === 127 ? 8 : short === 126 ? 2 : 0, mask = b[1] & 128 ? 4 : 0;
        const start = 2 + long + mask;
        if (b.length < start) return null;
        const n = long === 8 ? Number(b.readBigUInt64BE(2)) : long === 2 ? b.readUInt16BE(2) : short;
        if (b.length < start + n) return null;
        let payload = b.subarray(start, start + n);
        if (mask) payload = masked(payload, b.subarray(start - 4, start));
        this.held = b.subarray(start + n);
        return { opcode: b[0] & 15, fin: !!(b[0] & 128), deflated: !!(b[0] & 64), payload };
    }
}

module.exports = { accept, frame, FrameReader };
