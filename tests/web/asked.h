/* tests/web/asked.h - a request as a browser's head gives it, for tests. */
#ifndef WHYTLS_TESTS_WEB_ASKED_H
#define WHYTLS_TESTS_WEB_ASKED_H

#include <stdbool.h>
#include <string.h>

#include "http/h1.h"
#include "request.h"

/* `fields`: "Name: value" in turn, NULL at the end; NULL: none. */
static inline bool asked(
    struct request *r, const char *method, const char *target, const char *const *fields)
{
    static struct h1_head head;

    memset(&head, 0, sizeof head);
    head.method = method;
    head.target = target;
    for (; fields && fields[0]; fields += 2) {
        head.fields[head.n_fields].name = fields[0];
        head.fields[head.n_fields++].value = fields[1];
    }
    return request_read(r, &head);
}

#endif
