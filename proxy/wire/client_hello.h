/* wire/client_hello.h - what a TLS client offers (RFC 8446 §4.1.2), read from held bytes before
 * anything is answered. Pure, strict and bounded. Lists keep the client's order, GREASE (RFC 8701)
 * included. */
#ifndef WHYTLS_WIRE_CLIENT_HELLO_H
#define WHYTLS_WIRE_CLIENT_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/limits.h"

enum hello_answer {
    HELLO_NEED_MORE = 0, /* the message goes on in bytes that have not come */
    HELLO_READY,
    HELLO_BAD, /* *why says what, and by which section */
};

/* GREASE is made to look like the real thing; client_hello.c says how the two are told apart, and
 * how surely. */
enum hello_ech { HELLO_ECH_NONE = 0, HELLO_ECH_GREASE, HELLO_ECH_REAL };

enum { HELLO_NAME_CAP = 256 };

struct hello_list {
    uint16_t at[HELLO_LIST_MOST];
    size_t n;
};

struct client_hello {
    uint16_t record_version, legacy_version;
    struct hello_list
        versions; /* supported_versions, else what legacy_version implies, newest first */
    struct hello_list ciphers, groups, sigalgs;
    struct hello_list extensions;        /* their types, in the order sent */
    struct hello_list cert_compressions; /* RFC 8879: 1 zlib, 2 brotli, 3 zstd */
    char sni[HELLO_NAME_CAP];            /* host_normalise'd; empty: none, or no host name */
    bool sni_odd;                        /* one was sent, and not as RFC 6066 §3 wants it */
    const char *alpn[HELLO_ALPN_MOST]; /* borrowed from alpn_bytes; a NUL inside is shown as '?' */
    size_t n_alpn;
    char *alpn_bytes; /* owned */
    enum hello_ech ech;
    struct hello_list point_formats;
    size_t n_key_shares, session_id_len;
    bool has_psk, early_data, has_supported_versions;
    size_t size;     /* bytes of the message, its header included */
    size_t consumed; /* bytes of records that held it */
};

/* Reads the message from the records at `bytes`. *why is NULL unless the answer is HELLO_BAD.
 * After HELLO_READY free it with client_hello_fini; after another answer there is nothing to free.
 */
enum hello_answer client_hello_read(
    const uint8_t *bytes, size_t len, struct client_hello *out, const char **why);
void client_hello_fini(struct client_hello *h);
/* The newest version offered (0x0304, 0x0303, …), GREASE and versions that are not out yet passed
 * over; 0: none is known. */
uint16_t client_hello_max_version(const struct client_hello *h);
bool client_hello_has_extension(const struct client_hello *h, uint16_t type);

#endif
