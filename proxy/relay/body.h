/* relay/body.h - the beginning of a body for rules that want to see it (the moments `request_body`
 * and `response_body`): at most 64 KiB, content codings undone. What goes on is what came. Private
 * to relay/. */
#ifndef WHYTLS_RELAY_BODY_H
#define WHYTLS_RELAY_BODY_H

#include "tls/leg.h"

struct decode;
struct h1_head;
struct relay;

/* A view of the body that begins; NULL when no rule wants one. Yours, to be filled by decode_feed.
 * `codings`: Content-Encoding. */
struct decode *body_view(const struct relay *r, enum leg_side from, const char *codings);
/* The moment: rules read it as the body of the message that the record shows now. */
void body_show(struct relay *r, enum leg_side from, const struct decode *view);

/* --- of HTTP/1 --- */

/* The head of a message went by on this side; its body is looked at when somebody wants that. */
void body_begin(struct relay *r, enum leg_side from, const struct h1_head *head);
/* Some of the body went by, or all of it: the moment comes once, when there is no more to see. */
void body_moved(struct relay *r, enum leg_side from, bool whole);
void body_free(struct relay *r);

#endif
