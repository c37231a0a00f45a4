/* web/request.h - one request of the UI or the API, taken apart. Everything in it is a copy, so
 * that it can go to another thread. Pure. Private to web/. */
#ifndef WHYTLS_WEB_REQUEST_H
#define WHYTLS_WEB_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/attrib.h"
#include "base/text.h"

struct h1_head;

enum method {
    METHOD_OTHER = 0,
    METHOD_GET, /* and HEAD */
    METHOD_POST,
    METHOD_PUT,
    METHOD_PATCH,
    METHOD_DELETE,
};

enum { REQUEST_ARGS_MOST = 16, REQUEST_PARTS_MOST = 12 };

struct request {
    struct arena arena;
    enum method method;
    bool is_head;                          /* HEAD: the answer's head alone */
    const char *parts[REQUEST_PARTS_MOST]; /* of the path, decoded: "api", "v1", "flows" */
    size_t n_parts;
    struct {
        const char *name, *value; /* decoded */
    } args[REQUEST_ARGS_MOST];
    size_t n_args;
    /* Fields; NULL: not there. */
    const char *host, *origin, *cookie, *authorization, *fetch_site, *last_event_id, *type;
    bool takes_gzip;
    bool by_token; /* it proved the token itself, not a session; said by whoever checked */
    struct text body;
    FILE *file; /* owned: a body that was too long for memory, from its start; or NULL */
};

/* False: the target is in no form that is served (RFC 9112 §3.2.1, origin form), or says what no
 * path says: an empty part, "..", a control character, an escape that is none. */
bool request_read(struct request *r, const struct h1_head *head) MUST_USE;
void request_fini(struct request *r);

/* NULL: it is not there. */
const char *request_arg(const struct request *r, const char *name);
/* "raw=1" */
bool request_flag(const struct request *r, const char *name);
/* A whole number from 0 to `most`; `usual` when it is absent. False: it is something else. */
bool request_number(
    const struct request *r, const char *name, int64_t usual, int64_t most, int64_t *out) MUST_USE;
/* The value of a cookie; *len its length. NULL: it is not there. */
const char *request_cookie(const struct request *r, const char *name, size_t *len);

#endif
