/* A template up to the first NUL, and a value for its holes behind it: whatever they are, the text
 * that comes out is valid UTF-8 without control characters of the value, and a value opens no hole.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "diagnosis/words.h"
#include "flow/flow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void render(const struct phrase *p, const char *value)
{
    struct flow *f = flow_new("x", 0);
    const struct with with = {NULL, "v", {.kind = FIELD_TEXT, .text = value}};
    struct text out = {0};

    f->target->host = value;
    phrase_render(p, f, &with, &out);
    assert(strlen(text_str(&out)) == out.len);
    text_fini(&out);
    flow_free(f);
}

static void value_alone(const char *value)
{
    struct arena a;
    const struct phrase *p;
    struct err e = {0};
    struct flow *f = flow_new("x", 0);
    struct text out = {0};

    arena_init(&a);
    f->target->host = value;
    if (phrase_compile("{target.host}", &a, NULL, &p, &e)) {
        phrase_render(p, f, NULL, &out);
        for (size_t i = 0; i < out.len;) {
            size_t n = text_utf8_len(out.at + i, out.len - i);

            assert(n > 0 && (unsigned char)out.at[i] >= 0x20 && out.at[i] != 0x7f);
            i += n;
        }
        assert(out.len <=
               6 * PHRASE_VALUE_MOST + 3); /* an escape, U+001B, has six characters for one byte */
    }
    text_fini(&out);
    arena_fini(&a);
    flow_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    const struct phrase *p;
    struct err e = {0};

    arena_init(&a);
    char *text = arena_text_n(&a, (const char *)data, size);
    const char *value = strlen(text) < size ? text + strlen(text) + 1 : "";

    if (phrase_compile(text, &a, NULL, &p, &e))
        render(p, value);
    value_alone(value);
    arena_fini(&a);
    return 0;
}
