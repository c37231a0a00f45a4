/* app/pass_list.h - the hosts that the owner lets pass unread, for a terminal and as JSON. */
#ifndef WHYTLS_APP_PASS_LIST_H
#define WHYTLS_APP_PASS_LIST_H

#include <stdint.h>

struct json_out;
struct passes;
struct text;

/* Nothing when there is none. */
void pass_list_write(struct passes *p, int64_t now_ms, struct text *out);
/* The member "passes" of an object that is open. */
void pass_list_json(struct passes *p, int64_t now_ms, struct json_out *j);

#endif
