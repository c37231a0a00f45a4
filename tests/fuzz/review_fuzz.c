/* tests/fuzz/review_fuzz.c - the lines of a traffic log: gathered, then printed in both ways. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_out.h"
#include "base/text.h"
#include "review.h"
#include "term.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void print(const struct review *r)
{
    static const struct term ascii = {.width = 80};
    struct text out = {0};
    struct json_out j;

    review_write(r, &ascii, &out);
    must(!memchr(text_str(&out), 0x1b, out.len));
    text_clear(&out);
    json_init(&j, &out);
    review_json(r, &j);
    must(!memchr(text_str(&out), '\n', out.len));
    text_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct review *r = review_new(NULL);
    size_t n = 0, taken = 0;

    for (const char *at = (const char *)data, *end = at + size; at < end; n++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t len = stop ? (size_t)(stop - at) : (size_t)(end - at);
        struct err e = {0};

        if (review_take(r, at, len, &e))
            taken++;
        else
            must(e.kind == ERR_INPUT && e.text[0]);
        at += len + 1;
    }
    must(review_records(r) == taken && review_findings(r) <= taken && taken <= n);
    print(r);
    review_free(r);
    return 0;
}
