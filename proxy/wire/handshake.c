#include "handshake_priv.h"

#include <string.h>

#include "base/mem.h"
#include "limits.h"
#include "read.h"

/* A record's header; `left` of its content may be fewer bytes than it says. */
struct record {
    uint16_t version;
    size_t len;
    struct cursor content;
};

/* The next record, or false: too few bytes for its header, or *why. */
static bool record_next(struct cursor *c, struct record *r, const char **why)
{
    uint32_t type = read_uint(c, 1), version = read_uint(c, 2), len = read_uint(c, 2);

    if (c->failed)
        return false;
    if (type != RECORD_HANDSHAKE)
        *why = "a record of another type stands inside it (RFC 8446 §5.1)";
    else if (version >> 8 != 3)
        *why = "the record names no TLS version (RFC 8446 §5.1)";
    else if (len == 0)
        *why = "a record of it is empty (RFC 8446 §5.1)";
    else if (len > RECORD_MOST)
        *why = "a record of it is longer than 2^14 bytes (RFC 8446 §5.1)";
    if (*why)
        return false;
    r->version = (uint16_t)version;
    r->len = len;
    r->content = read_bytes(c, len < c->left ? len : c->left);
    return true;
}

/* Where the message ends, once its header is known; until then where its header ends. */
static size_t message_end(const uint8_t header[static MESSAGE_HEADER], size_t have)
{
    if (have < MESSAGE_HEADER)
        return MESSAGE_HEADER;
    return MESSAGE_HEADER + ((size_t)header[1] << 16 | (size_t)header[2] << 8 | header[3]);
}

/* Fills `size`, `consumed` and the version without a copy, so that a slow sender costs no memory
 * before all is here. */
static enum handshake_answer measure(
    struct cursor c, const struct handshake_wanted *wanted, struct handshake *out, const char **why)
{
    uint8_t header[MESSAGE_HEADER] = {0};
    size_t have = 0, end = MESSAGE_HEADER, len = c.left;
    struct record r;

    while (have < end) {
        if (!record_next(&c, &r, why))
            return *why ? HANDSHAKE_BAD : HANDSHAKE_NEED_MORE;
        if (have == 0)
            out->record_version = r.version;
        for (size_t i = 0; i < r.content.left && have + i < MESSAGE_HEADER; i++)
            header[have + i] = r.content.at[i];
        end = message_end(header, have + r.content.left);
        if (have + r.content.left > 0 && header[0] != wanted->type)
            *why = "the first message is another one (RFC 8446 §4)";
        else if (end > wanted->most)
            *why = "it is longer than any real one";
        else if (wanted->alone && have + r.len > end && have + r.content.left >= MESSAGE_HEADER)
            *why = "bytes follow it in its record (RFC 8446 §5.1)";
        if (*why)
            return HANDSHAKE_BAD;
        if (r.content.left < r.len)
            return HANDSHAKE_NEED_MORE;
        have += r.len;
    }
    out->size = end;
    out->consumed = len - c.left;
    return HANDSHAKE_READY;
}

/* The records are known to be whole and good. */
static void collect(struct cursor c, struct handshake *out)
{
    const char *why = NULL;
    size_t have = 0;

    out->bytes = mem_new(out->size);
    for (struct record r; have < out->size && record_next(&c, &r, &why);) {
        size_t part = r.len < out->size - have ? r.len : out->size - have;

        memcpy(out->bytes + have, r.content.at, part);
        have += part;
    }
}

enum handshake_answer handshake_read(const uint8_t *bytes, size_t len,
    const struct handshake_wanted *wanted, struct handshake *out, const char **why)
{
    *out = (struct handshake){0};
    *why = NULL;
    enum handshake_answer answer = measure(cursor_of(bytes, len), wanted, out, why);
    if (answer == HANDSHAKE_READY)
        collect(cursor_of(bytes, len), out);
    return answer;
}
