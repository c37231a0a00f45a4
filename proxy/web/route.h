/* web/route.h - which paths there are, and who answers them. Private to web/. */
#ifndef WHYTLS_WEB_ROUTE_H
#define WHYTLS_WEB_ROUTE_H

#include <stdbool.h>

#include "answer.h"
#include "request.h"

struct desk;

enum route_kind {
    ROUTE_PAGE = 0, /* the one page; it shows what its path says, and brings it along */
    ROUTE_ASSET,
    ROUTE_SESSION,
    ROUTE_HEALTH,
    ROUTE_METRICS,
    ROUTE_LIVE,
    ROUTE_DESK, /* `answer` is called on a desk's thread */
};

struct route {
    enum method method;
    const char *path; /* "api/v1/flows/ANY"; ANY is one part of any text, ALL the rest of them */
    enum route_kind kind;
    bool is_open; /* without a session */
    bool is_long; /* may take seconds: it has a desk of its own */
    bool is_file; /* its body may be long: it comes as a file */
    void (*answer)(struct desk *desk, const struct request *r, struct answer *out);
};

/* NULL: there is none; *other says that the path is there for another method. */
const struct route *route_find(const struct request *r, bool *other);

#endif
