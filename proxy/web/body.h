/* web/body.h - the JSON object that a request brings: small, flat, strictly read. Home of jansson
 * in web/. Private to web/. */
#ifndef WHYTLS_WEB_BODY_H
#define WHYTLS_WEB_BODY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attrib.h"

struct answer;
struct request;

struct body {
    struct json_t *root; /* owned */
};

/* False: it is no JSON object; `fault` says where. */
bool body_read(struct body *b, const struct request *r, char *fault, size_t cap) MUST_USE;
/* The same; when it cannot be read, that is the answer. */
bool body_take(struct body *b, const struct request *r, struct answer *out) MUST_USE;
void body_fini(struct body *b);
/* NULL: there is none of this name, or it is no text, or holds a NUL. Borrowed from the body. */
const char *body_text(const struct body *b, const char *name);
/* There is one of this name, of whatever kind, but null. */
bool body_has(const struct body *b, const char *name);
/* False: there is none, or it is neither true nor false. */
bool body_bool(const struct body *b, const char *name, bool *out) MUST_USE;

#endif
