/* tests/flow/json_of.h - what was written, read by another reader. */
#ifndef WHYTLS_TESTS_FLOW_JSON_OF_H
#define WHYTLS_TESTS_FLOW_JSON_OF_H

#include <string.h>

/* The reader has three names that our writer has as well; neither is called here. */
#define json_object jansson_object
#define json_array jansson_array
#define json_null jansson_null
#include <jansson.h>
#undef json_object
#undef json_array
#undef json_null

#include "base/json_out.h"
#include "flow/flow.h"
#include "flow/flow_json.h"

/* Takes what was written. */
static inline json_t *json_of(struct text *written)
{
    json_error_t e;

    assert_null(strchr(text_str(written), '\n'));
    json_t *doc = json_loads(text_str(written), JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
    if (!doc)
        fail_msg("%s in %s", e.text, text_str(written));
    text_fini(written);
    return doc;
}

static inline json_t *json_of_flow(const struct flow *f)
{
    struct text out = {0};
    struct json_out j;

    json_init(&j, &out);
    flow_json(f, &j);
    return json_of(&out);
}

static inline void assert_keys(const json_t *object, const char *const *keys)
{
    for (size_t i = 0; keys[i]; i++)
        if (!json_object_get(object, keys[i]))
            fail_msg("no key %s", keys[i]);
}

#endif
