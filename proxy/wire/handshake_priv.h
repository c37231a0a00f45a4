/* wire/handshake_priv.h - one handshake message put together from the records that carry it (RFC
 * 8446 §5.1). */
#ifndef WHYTLS_WIRE_HANDSHAKE_PRIV_H
#define WHYTLS_WIRE_HANDSHAKE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RECORD_ALERT = 21,
    RECORD_HANDSHAKE = 22,
    MESSAGE_CLIENT_HELLO = 1,
    MESSAGE_SERVER_HELLO = 2,
    MESSAGE_HEADER = 4, /* type and length, RFC 8446 §4 */
};

enum handshake_answer {
    HANDSHAKE_NEED_MORE = 0, /* the records are not all here */
    HANDSHAKE_READY,
    HANDSHAKE_BAD,
};

/* What is asked for. */
struct handshake_wanted {
    uint8_t type;
    size_t most; /* bytes of the message, its header included */
    bool alone;  /* no other message may share its last record */
};

struct handshake {
    uint8_t *bytes; /* owned: the message with its header; freed with mem_free */
    size_t size;
    size_t consumed; /* bytes of whole records that held it */
    uint16_t record_version;
};

/* Judges by whole records only, so that the answer does not depend on how TCP cut them. `bytes` of
 * `out` are set, and the caller's, after HANDSHAKE_READY only. *why is set after HANDSHAKE_BAD. */
enum handshake_answer handshake_read(const uint8_t *bytes, size_t len,
    const struct handshake_wanted *wanted, struct handshake *out, const char **why);

#endif
