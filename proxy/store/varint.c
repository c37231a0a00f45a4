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

bool packed_number(struct packed *p, uint64_t *out)
{
    return varint_next(&p->at, p->end, out);
}

bool packed_bytes(struct packed *p, uint64_t len, const uint8_t **out)
{
    if (len > (uint64_t)(p->end - p->at))
        return false;
    *out = p->at;
    p->at += len;
    return true;
}
