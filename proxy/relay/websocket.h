/* relay/websocket.h - a WebSocket on a connection: what becomes of the question for it, and what
 * goes by once it is open. Its bytes are looked at and never touched. Private to relay/. */
#ifndef WHYTLS_RELAY_WEBSOCKET_H
#define WHYTLS_RELAY_WEBSOCKET_H

#include "tls/leg.h"

struct evbuffer;
struct h1_head;
struct relay;

/* A request head; nothing happens when it asks for no WebSocket. Its exchange is the newest. */
void websocket_ask(struct relay *r, const struct h1_head *head);
/* The final response to the request that asked last. */
void websocket_answer(struct relay *r, const struct h1_head *head);
/* Bytes that this side sent, before they go on. */
void websocket_see(struct relay *r, enum leg_side from, struct evbuffer *bytes);
void websocket_free(struct relay *r);

#endif
