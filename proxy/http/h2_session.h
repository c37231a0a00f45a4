/* http/h2_session.h - HTTP/2 (RFC 9113), one side of one connection: bytes in, bytes out, events.
 * No I/O, no clock: the caller says what time it is.
 *
 * Home of nghttp2, which must not be called from inside its own callbacks: what it says is queued
 * here, and told by h2_next. Bodies are moved, not copied, and a peer is given window only for what
 * was taken further (h2_took), so that a slow reader slows the sender. Floods that the standard
 * allows are bounded here (RFC 9113 §10.5). Uses base/. Used by relay/. */
#ifndef WHYTLS_HTTP_H2_SESSION_H
#define WHYTLS_HTTP_H2_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct evbuffer;
struct h2_session;

enum h2_role { H2_SERVER = 0 /* towards a client */, H2_CLIENT /* towards a site */ };

/* RFC 9113 §7 */
enum h2_code {
    H2_NO_ERROR = 0,
    H2_PROTOCOL_ERROR = 1,
    H2_INTERNAL_ERROR = 2,
    H2_SETTINGS_TIMEOUT = 4,
    H2_REFUSED_STREAM = 7,
    H2_CANCEL = 8,
    H2_ENHANCE_YOUR_CALM = 11,
};

const char *h2_code_name(uint32_t code); /* "PROTOCOL_ERROR"; "code" for an unknown one */

enum {
    H2_FIELDS_MOST = 200,
    H2_HEAD_MOST = 65536,      /* counted as RFC 9113 §6.5.2 counts; larger heads are cut */
    H2_HEAD_BOMB = 4 * 65536,  /* … and from here on the connection ends */
    H2_CONTINUATIONS_MOST = 8, /* CVE-2024-28182: frames without end for one head */
    H2_STREAMS_MOST = 512,     /* at once, whatever the site would allow */
    H2_STREAM_WINDOW = 256 * 1024,
    H2_WINDOW = 1024 * 1024, /* of the connection: bounds what waits here for a slow reader */
    H2_RESETS_BURST = 500,   /* CVE-2023-44487: requests begun and dropped at once */
    H2_RESETS_PER_S = 100,
    H2_IDLE_FRAMES_BURST = 10000, /* PING, SETTINGS, PRIORITY, empty DATA: CVE-2019-9512 and kin */
    H2_IDLE_FRAMES_PER_S = 1000,
    H2_WHY_CAP = 240,
};

struct h2_field {
    const char *name, *value;
    bool secret; /* never to be put into a table of HPACK (RFC 7541 §6.2.3) */
};

/* A request, a response (interim ones too) or a trailer section. */
struct h2_head {
    const char *method, *scheme, *authority, *path;
    const char *protocol; /* of an extended CONNECT (RFC 8441 §4) */
    int status;
    const struct h2_field *fields; /* without the pseudo fields */
    size_t n_fields;
    bool cut; /* it was above H2_HEAD_MOST or H2_FIELDS_MOST: fields are missing */
};

enum h2_event_kind {
    H2_NOTHING = 0,
    H2_SETTINGS, /* the peer's: h2_offer_of is now its own, or has changed */
    H2_HEAD,     /* a request, or a response; status below 200: interim */
    H2_DATA,     /* h2_body has grown */
    H2_TRAILERS,
    H2_END,    /* the peer will say no more on this stream */
    H2_TAKEN,  /* n bytes of what was given to h2_send went out */
    H2_CLOSED, /* the stream is over: `code` is H2_NO_ERROR when both ends ended in order */
    H2_GOAWAY, /* of the peer: streams above `last` were not and will not be looked at */
};

struct h2_event {
    enum h2_event_kind kind;
    int32_t stream, last;
    uint32_t code;
    bool refused;               /* CLOSED: the request never left */
    size_t n;                   /* TAKEN */
    bool end;                   /* HEAD: nothing follows it, and H2_END is told at once */
    const struct h2_head *head; /* HEAD, TRAILERS; borrowed until the next h2_next */
    void *owner;                /* of the stream: h2_own */
};

/* What one end of a connection allows the other. */
struct h2_offer {
    uint32_t streams; /* at once */
    bool connect;     /* extended CONNECT */
};

/* What went against the rules of HTTP/2 on this connection, the first of each. */
struct h2_fault {
    bool seen;
    uint32_t code;
    char why[H2_WHY_CAP]; /* made harmless */
};

/* `offer` is what the peer is allowed; NULL towards a site, which may begin nothing (no push). */
struct h2_session *h2_session_new(enum h2_role role, const struct h2_offer *offer);
void h2_session_free(struct h2_session *s);

/* Takes a stretch of `in`; true when there is more to take. Bytes of a connection that is over are
 * thrown away. */
bool h2_read(struct h2_session *s, struct evbuffer *in, int64_t now_ms);
/* Appends frames while `out` holds less than `most` bytes. */
void h2_write(struct h2_session *s, struct evbuffer *out, size_t most);
/* The next event; false when there is none. */
bool h2_next(struct h2_session *s, struct h2_event *e);

/* The peer's own offer, as far as it was told. */
struct h2_offer h2_offer_of(const struct h2_session *s);
/* Tells the peer another one than before. */
void h2_offer_again(struct h2_session *s, const struct h2_offer *offer);

/* Begins a request; gives its stream, or -1 when no more can be begun. */
int32_t h2_ask(struct h2_session *s, const struct h2_head *head, bool end);
/* A response, interim ones first. */
void h2_answer(struct h2_session *s, int32_t stream, const struct h2_head *head, bool end);
/* What the events of this stream shall carry; borrowed. */
void h2_own(struct h2_session *s, int32_t stream, void *owner);
/* What came and was not taken out yet; NULL when there is no such stream. */
struct evbuffer *h2_body(struct h2_session *s, int32_t stream);
/* Moves all of `from` to what this stream sends; false when there is no such stream any more. */
bool h2_send(struct h2_session *s, int32_t stream, struct evbuffer *from);
/* Nothing follows but this trailer section (NULL: none). */
void h2_finish(struct h2_session *s, int32_t stream, const struct h2_head *trailers);
void h2_reset(struct h2_session *s, int32_t stream, uint32_t code);
/* The same behind all that is still to be said: the rest of the request is not wanted (RFC 9113
 * §8.1). */
void h2_reset_after(struct h2_session *s, int32_t stream, uint32_t code);
/* n bytes of a body went further, or are given up: the peer may send as many. Stream 0: of one that
 * is over, whose bytes count for the connection still. */
void h2_took(struct h2_session *s, int32_t stream, size_t n);
/* No new streams: those of the peer above `last` are not looked at. */
void h2_goodbye(struct h2_session *s, int32_t last, uint32_t code, const char *why);
/* The same, with all that came so far still to be answered. */
void h2_close(struct h2_session *s);

/* The peer broke a rule that is not seen in here, of time for example: the connection ends. */
void h2_break(struct h2_session *s, enum h2_code code, const char *why);

/* The peer broke a rule, and the connection ended with it; … and one stream alone; the peer says by
 * GOAWAY that we broke one. */
const struct h2_fault *h2_broken(const struct h2_session *s);
const struct h2_fault *h2_stream_broken(const struct h2_session *s);
const struct h2_fault *h2_accused(const struct h2_session *s);
/* Nothing more can be read or written. */
bool h2_is_over(const struct h2_session *s);
/* Frames that wait to leave, DATA not counted, and bytes of heads among them: what a peer that does
 * not read makes us keep. */
size_t h2_frames_waiting(const struct h2_session *s);
size_t h2_heads_waiting(const struct h2_session *s);

#endif
