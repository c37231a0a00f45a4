/* http/message.h - heads of responses that whytls gives itself. */
#ifndef WHYTLS_HTTP_MESSAGE_H
#define WHYTLS_HTTP_MESSAGE_H

#include <stddef.h>

#include "base/text.h"

/* Appends the head of an HTTP/1.1 response with its empty line. reason NULL: the usual phrase; type
 * NULL: no Content-Type. extra: further field lines, each with its CRLF, or NULL. */
void http_response_head(struct text *out, int status, const char *reason, const char *type,
    size_t len, const char *extra);
/* The usual phrase of a status (RFC 9110 §15), or "" for one that is not known here. */
const char *http_reason(int status);

#endif
