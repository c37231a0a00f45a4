/* relay/edit.h - a message head as the rules left it. */
#ifndef WHYTLS_RELAY_EDIT_H
#define WHYTLS_RELAY_EDIT_H

#include <stdbool.h>

struct flow_headers;
struct h1_head;
struct text;

/* True when the rules changed a field: *raw is the head anew, with its own first line. What frames
 * the message is not the rules' to change (RFC 9112 §6): those fields stay as they came. */
bool edit_head(const struct h1_head *head, const struct flow_headers *as, struct text *raw);
/* Does this field frame its message? */
bool edit_is_framing(const char *name);
bool edit_is_as_it_came(const struct h1_head *head, const struct flow_headers *as);

#endif
