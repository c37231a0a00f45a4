/* relay/h2_head.h - heads of HTTP/2 as the record and the rules see them, and as the rules left
 * them. Pure. Private to relay/. */
#ifndef WHYTLS_RELAY_H2_HEAD_H
#define WHYTLS_RELAY_H2_HEAD_H

#include <stdbool.h>

struct arena;
struct flow_headers;
struct h1_head;
struct h2_head;

/* The same head as one of HTTP/1, without bytes or framing: what lies in `head` is borrowed. */
void h2_head_view(const struct h2_head *head, struct h1_head *out);
/* A copy in the arena. */
struct h2_head *h2_head_keep(const struct h2_head *head, struct arena *memory);
/* True when the rules changed a field: *out is the head anew, its fields in the arena. Names are
 * made small, and what cannot stand in a field of HTTP/2 is left out (RFC 9113 §8.2). */
bool h2_head_edit(const struct h2_head *head, const struct flow_headers *as, struct arena *memory,
    struct h2_head *out);

#endif
