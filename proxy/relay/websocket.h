/* relay/websocket.h - a WebSocket: what becomes of the question for it, and what goes by once it is
 * open. Its bytes are looked at and never touched. Private to relay/. */
#ifndef WHYTLS_RELAY_WEBSOCKET_H
#define WHYTLS_RELAY_WEBSOCKET_H

#include <stdbool.h>

#include "tls/leg.h"

struct evbuffer;
struct flow_exchange;
struct h1_head;
struct relay;
struct websocket;

/* How it is asked for. */
struct websocket_question {
    const struct h1_head *head;
    const struct flow_exchange *exchange; /* NULL: past the bound of the record */
    const char *protocol; /* of an extended CONNECT (RFC 8441 §5); NULL: by Upgrade (RFC 6455) */
};

/* NULL: no WebSocket is asked for, or there were too many. Yours, to be freed before the relay. */
struct websocket *websocket_ask(struct relay *r, const struct websocket_question *question);
/* The final response. False when none comes of it: there is nothing more to see. */
bool websocket_answer(struct websocket *ws, const struct h1_head *head);
/* Bytes that this side sent, before they go on. */
void websocket_see(struct websocket *ws, enum leg_side from, struct evbuffer *bytes);
void websocket_free(struct websocket *ws);

#endif
