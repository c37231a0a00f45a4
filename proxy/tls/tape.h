/* tls/tape.h - what crossed on one leg as it crossed, encrypted, and the secrets that open it: what
 * Wireshark needs to read a connection (--keep-secrets). Bounded; what goes past the bound is not
 * kept, and said. */
#ifndef WHYTLS_TLS_TAPE_H
#define WHYTLS_TLS_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* BYTES: of ciphertext, both ways; SECRETS: of lines; PIECES: turns that the two ends take. */
enum { TAPE_BYTES_MOST = 512 * 1024, TAPE_SECRETS_MOST = 4096, TAPE_PIECES_MOST = 4096 };

/* Bytes that went one way before any went the other. */
struct tape_piece {
    bool ours; /* we sent them */
    size_t len;
};

struct tape {
    struct text bytes;         /* of all pieces, one after another */
    struct tape_piece *pieces; /* owned */
    size_t n;
    struct text secrets; /* lines of an NSS key log */
    bool cut;
};

struct tape *tape_new(void);
/* Secrets are wiped. NULL is legal. */
void tape_free(struct tape *t);
void tape_add(struct tape *t, bool ours, const void *bytes, size_t len);
void tape_add_secret(struct tape *t, const char *line);

#endif
