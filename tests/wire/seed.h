/* tests/wire/seed.h - ClientHellos of real programs, which are the fuzzer's seeds too. */
#ifndef WHYTLS_TESTS_WIRE_SEED_H
#define WHYTLS_TESTS_WIRE_SEED_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/file.h"

/* Freed with mem_free. */
static inline uint8_t *seed_read(const char *name, size_t *len)
{
    char path[512];
    uint8_t *bytes = NULL;

    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/client_hello/%s", WHYTLS_SOURCE_DIR, name);
    if (!file_read(path, 1 << 20, &bytes, len, NULL))
        fail_msg("%s cannot be read", path);
    return bytes;
}

#endif
