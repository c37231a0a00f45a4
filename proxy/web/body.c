#include "body.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "answer.h"
#include "base/text.h"
#include "request.h"

bool body_read(struct body *b, const struct request *r, char *fault, size_t cap)
{
    json_error_t where;
    json_t *root = json_loadb(text_str(&r->body), r->body.len, JSON_REJECT_DUPLICATES, &where);

    *b = (struct body){0};
    if (!root || !json_is_object(root)) {
        snprintf(fault, cap, "a JSON object is wanted: line %d, column %d: %.80s",
            root ? 1 : where.line, root ? 1 : where.column, root ? "another value" : where.text);
        json_decref(root);
        return false;
    }
    b->root = root;
    return true;
}

bool body_take(struct body *b, const struct request *r, struct answer *out)
{
    char fault[160];

    if (body_read(b, r, fault, sizeof fault))
        return true;
    answer_error(out, 400, "%s", fault);
    return false;
}

void body_fini(struct body *b)
{
    json_decref(b->root);
    b->root = NULL;
}

/* jansson refuses "\u0000" by itself, as long as JSON_ALLOW_NUL is not set. */
const char *body_text(const struct body *b, const char *name)
{
    return json_string_value(json_object_get(b->root, name));
}

bool body_has(const struct body *b, const char *name)
{
    const json_t *value = json_object_get(b->root, name);

    return value && !json_is_null(value);
}

bool body_bool(const struct body *b, const char *name, bool *out)
{
    const json_t *value = json_object_get(b->root, name);

    *out = json_is_true(value);
    return json_is_boolean(value);
}
