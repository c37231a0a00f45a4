/* tests/http/h2_rig.h - a session of ours and a peer on plain nghttp2, with nothing between. */
#ifndef WHYTLS_TESTS_HTTP_H2_RIG_H
#define WHYTLS_TESTS_HTTP_H2_RIG_H

#include <event2/buffer.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "h2_session.h"
#include "support/h2_peer.h"

struct rig {
    struct h2_session *s;
    struct h2_peer *peer;
    struct text said; /* what the session told */
    bool forwards;    /* bodies are taken at once */
    int64_t now_ms;
};

static inline void rig_tell_head(struct text *to, const struct h2_event *e)
{
    const struct h2_head *h = e->head;

    text_printf(to, "%d %s", e->stream, e->kind == H2_TRAILERS ? "trailers" : "head");
    if (h->method)
        text_printf(to, " %s %s", h->method, h->path ? h->path : "-");
    if (h->protocol)
        text_printf(to, " protocol=%s", h->protocol);
    if (h->status)
        text_printf(to, " %d", h->status);
    for (size_t i = 0; i < h->n_fields && i < 8; i++)
        text_printf(
            to, " %s=%s%s", h->fields[i].name, h->fields[i].value, h->fields[i].secret ? "!" : "");
    text_add(to, h->cut ? " cut\n" : "\n");
}

static inline void rig_tell(struct rig *r, const struct h2_event *e)
{
    struct evbuffer *body = h2_body(r->s, e->stream);

    switch (e->kind) {
    case H2_NOTHING:
        break;
    case H2_SETTINGS:
        text_add(&r->said, "settings\n");
        break;
    case H2_HEAD:
    case H2_TRAILERS:
        rig_tell_head(&r->said, e);
        break;
    case H2_DATA:
        text_printf(&r->said, "%d data %zu\n", e->stream, evbuffer_get_length(body));
        if (r->forwards) {
            h2_took(r->s, e->stream, evbuffer_get_length(body));
            evbuffer_drain(body, evbuffer_get_length(body));
        }
        break;
    case H2_END:
        text_printf(&r->said, "%d end\n", e->stream);
        break;
    case H2_TAKEN:
        text_printf(&r->said, "%d taken %zu\n", e->stream, e->n);
        break;
    case H2_CLOSED:
        text_printf(&r->said, "%d closed %s%s\n", e->stream, h2_code_name(e->code),
            e->refused ? " refused" : "");
        break;
    case H2_GOAWAY:
        text_printf(&r->said, "goaway %d %s\n", e->last, h2_code_name(e->code));
        break;
    }
}

static inline void rig_events(struct rig *r)
{
    struct h2_event e;

    while (h2_next(r->s, &e))
        rig_tell(r, &e);
}

/* Until neither has anything to say. */
static inline void rig_run(struct rig *r)
{
    struct evbuffer *wire = evbuffer_new();
    bool moved;

    do {
        struct evbuffer *in = h2_peer_out(r->peer);

        moved = evbuffer_get_length(in) > 0;
        while (evbuffer_get_length(in) > 0) {
            h2_read(r->s, in, r->now_ms);
            rig_events(r);
        }
        h2_write(r->s, wire, SIZE_MAX);
        rig_events(r);
        size_t n = evbuffer_get_length(wire);
        h2_peer_feed(r->peer, n ? evbuffer_pullup(wire, -1) : NULL, n);
        evbuffer_drain(wire, n);
        moved |= n > 0;
    } while (moved);
    evbuffer_free(wire);
}

static inline struct rig rig_with(enum h2_role role, const struct h2_peer_config *peer)
{
    static const struct h2_offer offer = {.streams = 100};
    struct rig r = {.s = h2_session_new(role, role == H2_SERVER ? &offer : NULL),
        .peer = h2_peer_new(peer),
        .forwards = true,
        .now_ms = 1000};

    rig_run(&r);
    text_clear(&r.said);
    h2_peer_log(r.peer);
    return r;
}

static inline struct rig rig_of_client(void)
{
    return rig_with(H2_SERVER, &(struct h2_peer_config){.site = false});
}

static inline struct rig rig_of_site(void)
{
    return rig_with(H2_CLIENT, &(struct h2_peer_config){.site = true});
}

/* Runs, and gives what the session told; valid until the next call. */
static inline const char *rig_said(struct rig *r)
{
    text_clear(&r->said);
    rig_run(r);
    return text_str(&r->said);
}

static inline void rig_end(struct rig *r)
{
    h2_session_free(r->s);
    h2_peer_free(r->peer);
    text_fini(&r->said);
}

#endif
