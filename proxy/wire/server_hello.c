#include "server_hello.h"

#include <string.h>

#include "base/mem.h"
#include "handshake_priv.h"
#include "read.h"

enum { EXT_VERSIONS = 43, EXT_KEY_SHARE = 51, RANDOM_BYTES = 32, ALERT_BYTES = 2 };

/* RFC 8446 §4.1.3: the random of a HelloRetryRequest, which is SHA-256 of its name */
static const uint8_t retry_random[RANDOM_BYTES] = {0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11,
    0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e,
    0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

/* NULL, or why it does not decode. */
static const char *read_extensions(struct cursor c, struct server_hello *out)
{
    if (c.left == 0)
        return NULL; /* RFC 5246 §7.4.1.3 */
    struct cursor all = read_vector(&c, 2);
    if (all.failed || c.left)
        return "the extensions do not fill the message (RFC 8446 §4.1.3)";
    while (all.left) {
        uint32_t type = read_uint(&all, 2);
        struct cursor body = read_vector(&all, 2);

        if (body.failed)
            return "an extension is longer than the block (RFC 8446 §4.2)";
        if (type == EXT_VERSIONS) {
            out->version = (uint16_t)read_uint(&body, 2);
            if (body.failed || body.left || out->version >> 8 != 3)
                return "supported_versions does not name one version (RFC 8446 §4.2.1)";
        } else if (type == EXT_KEY_SHARE) {
            out->group = (uint16_t)read_uint(&body, 2); /* in a HelloRetryRequest it stands alone */
            if (body.failed)
                return "key_share does not decode (RFC 8446 §4.2.8)";
        }
    }
    return NULL;
}

static const char *read_body(struct cursor c, struct server_hello *out)
{
    out->version = (uint16_t)read_uint(&c, 2);
    struct cursor random = read_bytes(&c, RANDOM_BYTES), session = read_vector(&c, 1);
    out->cipher = (uint16_t)read_uint(&c, 2);
    read_uint(&c, 1);
    if (c.failed)
        return "it ends too early (RFC 8446 §4.1.3)";
    if (out->version >> 8 != 3)
        return "it names no TLS version (RFC 8446 §4.1.3)";
    if (session.left > 32)
        return "the session id is longer than 32 bytes (RFC 8446 §4.1.3)";
    out->retry = memcmp(random.at, retry_random, sizeof retry_random) == 0;
    return read_extensions(c, out);
}

/* An alert in the clear is a record of its own, two bytes long (RFC 8446 §6, §5.1). */
static enum server_hello_answer read_alert(
    struct cursor c, struct server_hello *out, const char **why)
{
    uint32_t type = read_uint(&c, 1), version = read_uint(&c, 2), len = read_uint(&c, 2);

    if (c.failed)
        return SERVER_HELLO_NEED_MORE;
    if (type != RECORD_ALERT || version >> 8 != 3 || len != ALERT_BYTES) {
        *why = "the alert is not two bytes long (RFC 8446 §6)";
        return SERVER_HELLO_BAD;
    }
    out->alert_level = (uint8_t)read_uint(&c, 1);
    out->alert = (uint8_t)read_uint(&c, 1);
    if (!c.failed)
        return SERVER_HELLO_ALERT;
    *out = (struct server_hello){0};
    return SERVER_HELLO_NEED_MORE;
}

enum server_hello_answer server_hello_read(
    const uint8_t *bytes, size_t len, struct server_hello *out, const char **why)
{
    /* Before TLS 1.3 the certificate may follow in the same record. */
    static const struct handshake_wanted wanted = {
        .type = MESSAGE_SERVER_HELLO, .most = SERVER_HELLO_MOST, .alone = false};
    struct handshake message;

    *out = (struct server_hello){0};
    *why = NULL;
    if (len > 0 && bytes[0] == RECORD_ALERT)
        return read_alert(cursor_of(bytes, len), out, why);
    switch (handshake_read(bytes, len, &wanted, &message, why)) {
    case HANDSHAKE_NEED_MORE:
        return SERVER_HELLO_NEED_MORE;
    case HANDSHAKE_BAD:
        return SERVER_HELLO_BAD;
    case HANDSHAKE_READY:
        break;
    }
    *why = read_body(cursor_of(message.bytes + MESSAGE_HEADER, message.size - MESSAGE_HEADER), out);
    mem_free(message.bytes);
    if (!*why)
        return SERVER_HELLO_READY;
    *out = (struct server_hello){0};
    return SERVER_HELLO_BAD;
}
