#include "varint.h"

enum { BYTES_MOST = 10 };

void varint_add(struct text *out, uint64_t n)
{
    for (; n >= 0x80; n >>= 7)
        text_add_char(out, (char)(n | 0x80));
    text_add_char(out, (char)n);
}

bool varint_next(const uint8_t **at, const uint8_t *end, uint64_t *out)
{
    uint64_t n = 0;

    for (unsigned shift = 0; *at < end && shift < 7 * BYTES_MOST; shift += 7) {
        uint8_t byte = *(*at)++;

        n |= shift < 63 ? (uint64_t)(byte & 0x7f) << shift : 0;
        if (!(byte & 0x80)) {
            *out = n;
            return true;
        }
    }
    return false;
}
