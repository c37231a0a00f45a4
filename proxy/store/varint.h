/* store/varint.h - LEB128: numbers of seven bits a byte, least first, and runs of bytes between
 * them. Pure. Private to store/. */
#ifndef WHYTLS_STORE_VARINT_H
#define WHYTLS_STORE_VARINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

void varint_add(struct text *out, uint64_t n);
/* False: the bytes end before the number does, or it is longer than any of ours. */
bool varint_next(const uint8_t **at, const uint8_t *end, uint64_t *out);

/* What is still to be read. */
struct packed {
    const uint8_t *at, *end;
};

bool packed_number(struct packed *p, uint64_t *out);
/* The next `len` bytes, borrowed; false when there are fewer. */
bool packed_bytes(struct packed *p, uint64_t len, const uint8_t **out);

#endif
