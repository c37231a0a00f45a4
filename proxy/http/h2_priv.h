/* http/h2_priv.h - what the files of an HTTP/2 session share. Private to http/. */
#ifndef WHYTLS_HTTP_H2_PRIV_H
#define WHYTLS_HTTP_H2_PRIV_H

#include "h2_session.h"

#include <nghttp2/nghttp2.h>

#include "base/arena.h"

enum { H2_BUCKETS = 64 };

/* A head with all its text: the one that is being read, or kept to be sent. */
struct h2_reading {
    struct arena memory; /* of fields and their text */
    struct h2_head head;
    struct h2_field *fields; /* in memory */
    size_t cap_fields;
    size_t size; /* RFC 9113 §6.5.2 */
};

struct h2_stream {
    struct h2_stream *next; /* in its bucket */
    int32_t id;
    void *owner;                 /* borrowed */
    struct evbuffer *in;         /* came, and not taken out */
    struct evbuffer *out;        /* to go */
    struct h2_reading *trailers; /* owned; NULL: none */
    size_t head_waits;           /* bytes of its heads in the queue of nghttp2 */
    bool ended;                  /* nothing more will be given to `out` */
    bool deferred;               /* nghttp2 was told that `out` is empty */
    bool said_all;               /* the end of the stream was sent */
    bool cut_after;              /* … and a reset follows it */
    uint32_t cut_code;
    bool reset_asked; /* its reset is no fault that nghttp2 found, … */
    bool blamed;      /* … or one that was told already */
    bool closed;      /* freed once its H2_CLOSED was told */
};

/* So many at once, so many a second. */
struct h2_bucket {
    int64_t left, at_ms;
};

struct h2_queued {
    struct h2_event event;
    struct h2_reading *reading; /* owned; of HEAD and TRAILERS */
};

struct h2_session {
    enum h2_role role;
    nghttp2_session *ng;
    struct h2_stream *streams[H2_BUCKETS];
    struct h2_reading *reading; /* under way; owned */
    struct h2_queued *events;   /* a ring, oldest at `first` */
    size_t first, n_events, cap_events;
    struct h2_queued told; /* the last that h2_next gave */
    struct h2_bucket resets, idle_frames;
    int64_t now_ms;
    bool deaf; /* what comes is thrown away: the peer went too far, or nghttp2 gave up */
    bool dead; /* … and nothing is written */
    bool said_goodbye;
    struct evbuffer *out; /* borrowed during h2_write */
    size_t most;
    char complaint[H2_WHY_CAP]; /* of nghttp2, about what it reads */
    struct h2_fault broken, stream_broken, accused;
    size_t heads_waiting;
    size_t cuts_due; /* streams that said all and are to be reset now */
};

struct h2_stream *h2_stream_find(const struct h2_session *s, int32_t id);
struct h2_stream *h2_stream_add(struct h2_session *s, int32_t id);
void h2_stream_drop(struct h2_session *s, int32_t id);
void h2_head_unwait(struct h2_session *s, struct h2_stream *stream);

struct h2_event *h2_queue(struct h2_session *s, enum h2_event_kind kind, int32_t stream);
/* The last queued event, or NULL. */
struct h2_event *h2_queue_last(struct h2_session *s);
void h2_queue_head(struct h2_session *s, enum h2_event_kind kind, int32_t stream);
void h2_reading_free(struct h2_reading *reading);

/* The first fault of its kind stays. */
void h2_fault_set(struct h2_fault *fault, uint32_t code, const char *why);
/* The peer went too far: the connection ends. */
void h2_enough(struct h2_session *s, const char *why);

/* h2_told.c - what nghttp2 says. */
void h2_callbacks(nghttp2_session_callbacks *callbacks);

#endif
