/* wire/read.h - a cursor over bytes that were received: every read is checked, a failed one leaves
 * the cursor failed. */
#ifndef WHYTLS_WIRE_READ_H
#define WHYTLS_WIRE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor {
    const uint8_t *at;
    size_t left;
    bool failed;
};

static inline struct cursor cursor_of(const uint8_t *bytes, size_t len)
{
    return (struct cursor){.at = bytes, .left = len};
}

/* A big-endian number of `width` bytes (1..4), or 0 when there are too few. */
static inline uint32_t read_uint(struct cursor *c, size_t width)
{
    uint32_t n = 0;

    if (c->failed || c->left < width) {
        c->failed = true;
        return 0;
    }
    for (size_t i = 0; i < width; i++)
        n = n << 8 | c->at[i];
    c->at += width;
    c->left -= width;
    return n;
}

/* The next `len` bytes as a cursor of their own. */
static inline struct cursor read_bytes(struct cursor *c, size_t len)
{
    struct cursor part = {.failed = true};

    if (c->failed || c->left < len) {
        c->failed = true;
        return part;
    }
    part = cursor_of(c->at, len);
    c->at += len;
    c->left -= len;
    return part;
}

/* A vector whose length stands before it in `width` bytes (RFC 8446 §3.4). */
static inline struct cursor read_vector(struct cursor *c, size_t width)
{
    return read_bytes(c, read_uint(c, width));
}

#endif
