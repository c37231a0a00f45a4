/* tests/fuzz/decode_fuzz.c - a body that lies of its coding. First byte: which codings, and how it
 * is cut; however it is cut, the view must be the same and within its bound. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 4096 };

static const char *const codings[] = {
    "gzip", "deflate", "br", "zstd", "gzip, br", "zstd, deflate, gzip", "identity", "x, gzip"};

static struct decode *run(const char *coding, const uint8_t *bytes, size_t n, size_t step)
{
    struct decode *d = decode_new(coding, MOST);

    for (size_t at = 0; at < n; at += step) {
        size_t len = n - at < step ? n - at : step;
        uint8_t *exact = malloc(len);

        memcpy(exact, bytes + at, len);
        decode_feed(d, exact, len);
        free(exact);
    }
    return d;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t n, m;

    if (size < 1)
        return 0;
    struct decode *whole = run(codings[data[0] & 7], data + 1, size - 1, size),
                  *cut = run(codings[data[0] & 7], data + 1, size - 1, (size_t)(data[0] >> 3) + 1);
    const char *one = decode_view(whole, &n), *other = decode_view(cut, &m);

    if (n > MOST || m > MOST || one[n] != '\0')
        abort();
    /* A decoder may give out less or more of what stands before a fault, by how it was cut. */
    if (memcmp(one, other, n < m ? n : m) != 0)
        abort();
    if (!decode_why(whole) && !decode_why(cut) && n != m)
        abort();
    decode_free(whole);
    decode_free(cut);
    return 0;
}
