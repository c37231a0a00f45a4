#include "h2_priv.h"

#include <assert.h>
#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* What one call of h2_read takes: its events are told before the next. */
enum { STRETCH = 16384, EVENTS_FIRST = 32 };

const char *h2_code_name(uint32_t code)
{
    return code <= NGHTTP2_HTTP_1_1_REQUIRED ? nghttp2_http2_strerror(code) : "code";
}

void h2_fault_set(struct h2_fault *fault, uint32_t code, const char *why)
{
    if (fault->seen)
        return;
    fault->seen = true;
    fault->code = code;
    snprintf(fault->why, sizeof fault->why, "%s", why);
}

void h2_break(struct h2_session *s, enum h2_code code, const char *why)
{
    if (s->dead)
        return;
    h2_fault_set(&s->broken, code, why);
    s->deaf = true;
    nghttp2_session_terminate_session(s->ng, code);
}

void h2_enough(struct h2_session *s, const char *why)
{
    h2_break(s, H2_ENHANCE_YOUR_CALM, why);
}

/* --- streams --- */

static struct h2_stream **stream_at(struct h2_session *s, int32_t id)
{
    struct h2_stream **at = &s->streams[((uint32_t)id >> 1) % H2_BUCKETS];

    while (*at && (*at)->id != id)
        at = &(*at)->next;
    return at;
}

struct h2_stream *h2_stream_find(const struct h2_session *s, int32_t id)
{
    struct h2_stream *stream = s->streams[((uint32_t)id >> 1) % H2_BUCKETS];

    while (stream && stream->id != id)
        stream = stream->next;
    return stream;
}

struct h2_stream *h2_stream_add(struct h2_session *s, int32_t id)
{
    struct h2_stream **at = stream_at(s, id);

    assert(!*at);
    struct h2_stream *stream = mem_new(sizeof *stream);
    stream->id = id;
    stream->in = evbuffer_new();
    stream->out = evbuffer_new();
    *at = stream;
    return stream;
}

void h2_stream_drop(struct h2_session *s, int32_t id)
{
    struct h2_stream **at = stream_at(s, id), *stream = *at;

    if (!stream)
        return;
    *at = stream->next;
    evbuffer_free(stream->in);
    evbuffer_free(stream->out);
    h2_reading_free(stream->trailers);
    mem_free(stream);
}

void h2_head_unwait(struct h2_session *s, struct h2_stream *stream)
{
    s->heads_waiting -= stream->head_waits;
    stream->head_waits = 0;
}

/* --- events --- */

void h2_reading_free(struct h2_reading *reading)
{
    if (!reading)
        return;
    arena_fini(&reading->memory);
    mem_free(reading);
}

struct h2_event *h2_queue(struct h2_session *s, enum h2_event_kind kind, int32_t stream)
{
    if (s->first + s->n_events == s->cap_events && s->first > 0) {
        memmove(s->events, s->events + s->first, s->n_events * sizeof *s->events);
        s->first = 0;
    }
    if (s->first + s->n_events == s->cap_events) {
        s->cap_events = s->cap_events ? 2 * s->cap_events : EVENTS_FIRST;
        s->events = mem_resize(s->events, s->cap_events * sizeof *s->events);
    }
    struct h2_queued *q = &s->events[s->first + s->n_events++];
    *q = (struct h2_queued){.event = {.kind = kind, .stream = stream}};
    return &q->event;
}

struct h2_event *h2_queue_last(struct h2_session *s)
{
    return s->n_events ? &s->events[s->first + s->n_events - 1].event : NULL;
}

void h2_queue_head(struct h2_session *s, enum h2_event_kind kind, int32_t stream)
{
    h2_queue(s, kind, stream)->head = &s->reading->head;
    s->events[s->first + s->n_events - 1].reading = s->reading;
    s->reading = NULL;
}

/* What the last event lent is taken back. */
static void told_done(struct h2_session *s)
{
    h2_reading_free(s->told.reading);
    s->told.reading = NULL;
    if (s->told.event.kind == H2_CLOSED)
        h2_stream_drop(s, s->told.event.stream);
    s->told.event.kind = H2_NOTHING;
}

bool h2_next(struct h2_session *s, struct h2_event *e)
{
    told_done(s);
    if (s->n_events == 0)
        return false;
    s->told = s->events[s->first++];
    if (--s->n_events == 0)
        s->first = 0;
    struct h2_stream *stream = h2_stream_find(s, s->told.event.stream);
    s->told.event.owner = stream ? stream->owner : NULL;
    *e = s->told.event;
    return true;
}

/* --- life --- */

static nghttp2_option *options_new(void)
{
    nghttp2_option *o = NULL;

    if (nghttp2_option_new(&o) != 0)
        return NULL;
    nghttp2_option_set_no_auto_window_update(o, 1);
    nghttp2_option_set_no_closed_streams(o, 1);
    nghttp2_option_set_max_continuations(o, H2_CONTINUATIONS_MOST);
    /* Rules may make a head longer than it came. */
    nghttp2_option_set_max_send_header_block_length(o, 4 * H2_HEAD_MOST);
    /* The bound of nghttp2 looks at the system's clock; ours is counted with the caller's. */
    nghttp2_option_set_stream_reset_rate_limit(o, UINT32_MAX, UINT32_MAX);
    return o;
}

static bool ng_new(struct h2_session *s)
{
    nghttp2_session_callbacks *callbacks = NULL;
    nghttp2_option *options = options_new();
    int made = NGHTTP2_ERR_NOMEM;

    if (options && nghttp2_session_callbacks_new(&callbacks) == 0) {
        h2_callbacks(callbacks);
        made = s->role == H2_SERVER ? nghttp2_session_server_new2(&s->ng, callbacks, s, options)
                                    : nghttp2_session_client_new2(&s->ng, callbacks, s, options);
    }
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_option_del(options);
    return made == 0;
}

static size_t offer_settings(const struct h2_offer *offer, nghttp2_settings_entry *to)
{
    size_t n = 0;

    to[n++] = (nghttp2_settings_entry){NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS,
        offer->streams < H2_STREAMS_MOST ? offer->streams : H2_STREAMS_MOST};
    if (offer->connect)
        to[n++] = (nghttp2_settings_entry){NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1};
    return n;
}

static void say_settings(struct h2_session *s, const struct h2_offer *offer)
{
    nghttp2_settings_entry list[8];
    size_t n = 0;

    list[n++] = (nghttp2_settings_entry){NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, H2_STREAM_WINDOW};
    list[n++] = (nghttp2_settings_entry){NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, H2_HEAD_MOST};
    if (s->role == H2_CLIENT)
        list[n++] = (nghttp2_settings_entry){NGHTTP2_SETTINGS_ENABLE_PUSH, 0};
    else
        n += offer_settings(offer, list + n);
    nghttp2_submit_settings(s->ng, NGHTTP2_FLAG_NONE, list, n);
    nghttp2_session_set_local_window_size(s->ng, NGHTTP2_FLAG_NONE, 0, H2_WINDOW);
}

struct h2_session *h2_session_new(enum h2_role role, const struct h2_offer *offer)
{
    struct h2_session *s = mem_new(sizeof *s);

    s->role = role;
    s->resets.left = H2_RESETS_BURST;
    s->idle_frames.left = H2_IDLE_FRAMES_BURST;
    if (!ng_new(s)) {
        s->dead = s->deaf = true;
        return s;
    }
    say_settings(s, offer);
    return s;
}

void h2_session_free(struct h2_session *s)
{
    if (!s)
        return;
    nghttp2_session_del(s->ng);
    told_done(s);
    for (size_t i = 0; i < s->n_events; i++)
        h2_reading_free(s->events[s->first + i].reading);
    mem_free(s->events);
    h2_reading_free(s->reading);
    for (size_t i = 0; i < H2_BUCKETS; i++)
        while (s->streams[i])
            h2_stream_drop(s, s->streams[i]->id);
    mem_free(s);
}

/* --- bytes --- */

/* nghttp2 cannot go on: a preface that is none, or acknowledgements that nobody fetches. */
static void read_failed(struct h2_session *s, ssize_t why)
{
    bool flood = why == NGHTTP2_ERR_FLOODED || why == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS;

    h2_break(s, flood ? H2_ENHANCE_YOUR_CALM : H2_PROTOCOL_ERROR,
        why == NGHTTP2_ERR_BAD_CLIENT_MAGIC
            ? "what came first is not the preface of HTTP/2 (RFC 9113 §3.4)"
            : nghttp2_strerror((int)why));
}

bool h2_read(struct h2_session *s, struct evbuffer *in, int64_t now_ms)
{
    struct evbuffer_iovec first;

    if (s->now_ms == 0)
        s->resets.at_ms = s->idle_frames.at_ms = now_ms;
    s->now_ms = now_ms;
    if (s->deaf) {
        evbuffer_drain(in, evbuffer_get_length(in));
        return false;
    }
    if (evbuffer_peek(in, -1, NULL, &first, 1) < 1 || first.iov_len == 0)
        return false;
    size_t n = first.iov_len < STRETCH ? first.iov_len : STRETCH;
    s->complaint[0] = '\0';
    ssize_t read = nghttp2_session_mem_recv(s->ng, first.iov_base, n);
    if (read < 0)
        read_failed(s, read);
    evbuffer_drain(in, read > 0 ? (size_t)read : n);
    return evbuffer_get_length(in) > 0;
}

/* Written by themselves, behind a flush of the response: a client that meets both in one record may
 * forget the response (curl 7.88 does). */
static void say_cuts(struct h2_session *s)
{
    s->cuts_due = 0;
    for (size_t i = 0; i < H2_BUCKETS; i++)
        for (struct h2_stream *stream = s->streams[i]; stream; stream = stream->next)
            if (stream->cut_after && stream->said_all && !stream->closed) {
                stream->cut_after = false;
                nghttp2_submit_rst_stream(s->ng, NGHTTP2_FLAG_NONE, stream->id, stream->cut_code);
            }
}

void h2_write(struct h2_session *s, struct evbuffer *out, size_t most)
{
    if (s->dead || evbuffer_get_length(out) >= most)
        return;
    if (s->cuts_due > 0)
        say_cuts(s);
    s->out = out;
    s->most = most;
    if (nghttp2_session_send(s->ng) != 0)
        s->dead = s->deaf = true;
    s->out = NULL;
}

/* --- what is known --- */

struct h2_offer h2_offer_of(const struct h2_session *s)
{
    if (!s->ng)
        return (struct h2_offer){0};
    return (struct h2_offer){
        .streams =
            nghttp2_session_get_remote_settings(s->ng, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS),
        .connect = nghttp2_session_get_remote_settings(
                       s->ng, NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL) == 1,
    };
}

void h2_offer_again(struct h2_session *s, const struct h2_offer *offer)
{
    nghttp2_settings_entry list[2];
    size_t n = offer_settings(offer, list);

    nghttp2_submit_settings(s->ng, NGHTTP2_FLAG_NONE, list, n);
}

const struct h2_fault *h2_broken(const struct h2_session *s)
{
    return &s->broken;
}

const struct h2_fault *h2_stream_broken(const struct h2_session *s)
{
    return &s->stream_broken;
}

const struct h2_fault *h2_accused(const struct h2_session *s)
{
    return &s->accused;
}

bool h2_is_over(const struct h2_session *s)
{
    return s->dead || (!nghttp2_session_want_read(s->ng) && !nghttp2_session_want_write(s->ng));
}

size_t h2_frames_waiting(const struct h2_session *s)
{
    return s->ng ? nghttp2_session_get_outbound_queue_size(s->ng) : 0;
}

size_t h2_heads_waiting(const struct h2_session *s)
{
    return s->heads_waiting;
}
