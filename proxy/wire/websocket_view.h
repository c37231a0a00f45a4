/* wire/websocket_view.h - one message after the other as its reader sees it: bounded, and inflated
 * when it was deflated (RFC 7692). Private to wire/. */
#ifndef WHYTLS_WIRE_WEBSOCKET_VIEW_H
#define WHYTLS_WIRE_WEBSOCKET_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ws_view;

/* `fresh`: each message is deflated for itself (no context takeover). */
struct ws_view *ws_view_new(bool fresh);
void ws_view_free(struct ws_view *v);
void ws_view_begin(struct ws_view *v, bool deflated);
void ws_view_add(struct ws_view *v, const uint8_t *bytes, size_t n);
/* The message is whole: *len bytes, borrowed until the next begin; NULL when it cannot be seen
 * through. *cut: there was more. */
const char *ws_view_end(struct ws_view *v, size_t *len, bool *cut);

#endif
