/* tests/support/h2_peer.h - the far end of an HTTP/2 connection, on plain nghttp2: it does what the
 * test says, and tells what it met. It takes window only when told to. */
#ifndef WHYTLS_TESTS_SUPPORT_H2_PEER_H
#define WHYTLS_TESTS_SUPPORT_H2_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct evbuffer;
struct h2_peer;

struct h2_peer_config {
    bool site;        /* else a client */
    bool connect;     /* offers extended CONNECT */
    uint32_t streams; /* at once; 0: not said */
    bool slow;        /* gives window back by h2_peer_takes alone */
};

struct h2_peer *h2_peer_new(const struct h2_peer_config *config);
void h2_peer_free(struct h2_peer *p);
/* SETTINGS once more. */
void h2_peer_settings(struct h2_peer *p, uint32_t streams);

void h2_peer_feed(struct h2_peer *p, const void *bytes, size_t n);
/* What it has to send. */
struct evbuffer *h2_peer_out(struct h2_peer *p);

/* fields: "name: value\n" of each, pseudo fields as well, or NULL. `open`: a body follows. */
int32_t h2_peer_asks(struct h2_peer *p, const char *fields, bool open);
/* … of a GET of this path at shop.example. */
int32_t h2_peer_gets(struct h2_peer *p, const char *path);
void h2_peer_answers(struct h2_peer *p, int32_t stream, const char *fields, bool open);
void h2_peer_says(struct h2_peer *p, int32_t stream, const char *text);
void h2_peer_says_much(struct h2_peer *p, int32_t stream, size_t n);
void h2_peer_ends(struct h2_peer *p, int32_t stream, const char *trailers);
void h2_peer_resets(struct h2_peer *p, int32_t stream, uint32_t code);
void h2_peer_goes(struct h2_peer *p, int32_t last, uint32_t code, const char *why);
void h2_peer_pings(struct h2_peer *p);
void h2_peer_takes(struct h2_peer *p, int32_t stream, size_t n);
/* Bytes as they are, behind what it has to send. */
void h2_peer_sends_raw(struct h2_peer *p, const void *bytes, size_t n);
/* A frame of any kind: RFC 9113 §4.1. */
void h2_peer_sends_frame(
    struct h2_peer *p, uint8_t type, uint8_t flags, int32_t stream, const void *payload, size_t n);

/* What it met since the last call, a line each: "settings", "1 :status=200 server=nginx",
 * "1 data hello", "1 end", "1 reset CANCEL", "goaway 3 NO_ERROR why". */
const char *h2_peer_log(struct h2_peer *p);
size_t h2_peer_body(const struct h2_peer *p);                       /* bytes of DATA so far */
uint32_t h2_peer_offered(const struct h2_peer *p, int32_t setting); /* by the other end */

#endif
