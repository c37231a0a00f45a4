/* wire/limits.h - how much a peer may send before it has earned our trust; each number with its
 * reason. */
#ifndef WHYTLS_WIRE_LIMITS_H
#define WHYTLS_WIRE_LIMITS_H

enum {
    /* Post-quantum key shares made 2 KiB common; RFC 8446 §4 allows 16 MiB, no stack in the field
       passes a few KiB. */
    CLIENT_HELLO_MOST = 64 * 1024,
    /* A ServerHello holds one key share: 1.2 KiB with ML-KEM-768 (RFC 8446 §4.1.3). */
    SERVER_HELLO_MOST = 16 * 1024,
    /* RFC 8446 §5.1: 2^14 bytes of plaintext a record. */
    RECORD_MOST = 16384,
    /* Lists inside a ClientHello: the longest seen in the field is some 150 cipher suites, sent by
       scanners. */
    HELLO_LIST_MOST = 256,
    /* Names of ALPN that are kept; browsers send two or three, and what comes after these is passed
       over. */
    HELLO_ALPN_MOST = 16,
    /* IANA has named some 65 extension types; a client sends each once at most. */
    HELLO_EXTENSIONS_MOST = 96,
    /* With so many bytes sniff_bytes always knows: the longest method of IANA's registry
     * (UPDATEREDIRECTREF, 17), a blank, and the longest scheme that proxies meet ("https://"),
     * rounded up. */
    SNIFF_MOST = 32,
    /* A PROXY header: addresses take 36 bytes, what balancers add (TLS facts, cloud ids) a few
       hundred; the protocol would allow 64 KiB. */
    PROXY_HEADER_MOST = 4096,
    /* The head of a proxy's answer to CONNECT; challenges with tokens (Negotiate) reach some KiB.
     */
    CONNECT_REPLY_MOST = 16 * 1024,
};

#endif
