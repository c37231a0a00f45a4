/* http/framing.h - fields that decide where a message ends and whose it is, read for their values.
 *
 * The audit of a head (http/head_audit.h) looks at its bytes and llhttp at what it knows; this
 * looks at what is legal HTTP and still read in two ways by two recipients: request smuggling lives
 * there (RFC 9112 §11.2). Pure. Used by h1.c. */
#ifndef WHYTLS_HTTP_FRAMING_H
#define WHYTLS_HTTP_FRAMING_H

#include <stdbool.h>

struct h1_head;

/* Why the message must not go on, with its section: a static text; NULL: it may. */
const char *framing_refused(const struct h1_head *head, bool request);

#endif
