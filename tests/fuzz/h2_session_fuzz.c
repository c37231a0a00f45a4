/* tests/fuzz/h2_session_fuzz.c - HTTP/2 from a hostile client or site. The first byte chooses the
 * side, whether what comes is taken, and how the rest is cut. The owner does what the relay does:
 * it asks, answers, moves bodies and gives window back; nothing may be made up, and what is kept
 * stays within the windows. */
#include <event2/buffer.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/h2_session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OUT_MOST = 65536 };

struct owner {
    struct h2_session *s;
    bool is_site, takes;
    size_t body;
};

static void look_at_head(const struct h2_head *head)
{
    size_t n = 0;

    if (head->n_fields > H2_FIELDS_MOST)
        abort();
    for (size_t i = 0; i < head->n_fields; i++)
        n += strlen(head->fields[i].name) + strlen(head->fields[i].value) + 32;
    if (n > H2_HEAD_MOST)
        abort();
}

static void take_body(struct owner *o, int32_t stream)
{
    struct evbuffer *body = h2_body(o->s, stream);
    size_t n = body ? evbuffer_get_length(body) : 0;

    if (n > H2_STREAM_WINDOW)
        abort();
    if (!o->takes)
        return;
    o->body += n;
    if (body && !h2_send(o->s, stream, body)) { /* an echo, where it may speak */
        evbuffer_drain(body, n);
        h2_took(o->s, stream, n);
    }
}

static void answer(struct owner *o, const struct h2_event *e)
{
    static const struct h2_field field = {"server", "s", false};
    const struct h2_head head = {.status = 200, .fields = &field, .n_fields = 1};

    look_at_head(e->head);
    if (!o->is_site && e->head->method)
        h2_answer(o->s, e->stream, e->end ? &head : &(struct h2_head){.status = 103}, e->end);
    if (!o->is_site && !e->end)
        h2_answer(o->s, e->stream, &head, false);
}

static void events(struct owner *o)
{
    struct h2_event e;

    while (h2_next(o->s, &e)) {
        switch (e.kind) {
        case H2_HEAD:
            answer(o, &e);
            break;
        case H2_TRAILERS:
            look_at_head(e.head);
            h2_finish(o->s, e.stream, e.head);
            break;
        case H2_DATA:
            take_body(o, e.stream);
            break;
        case H2_END:
            h2_finish(o->s, e.stream, NULL);
            break;
        case H2_TAKEN:
            h2_took(o->s, e.stream, e.n);
            break;
        case H2_NOTHING:
        case H2_SETTINGS:
        case H2_CLOSED:
        case H2_GOAWAY:
            break;
        }
    }
}

static void feed(struct owner *o, const uint8_t *data, size_t size, size_t step)
{
    struct evbuffer *in = evbuffer_new(), *out = evbuffer_new();

    for (size_t at = 0; at < size; at += step) {
        evbuffer_add(in, data + at, size - at < step ? size - at : step);
        while (h2_read(o->s, in, (int64_t)at))
            events(o);
        events(o);
        evbuffer_drain(out, evbuffer_get_length(out));
        h2_write(o->s, out, OUT_MOST);
        events(o);
    }
    evbuffer_free(in);
    evbuffer_free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct h2_offer offer = {.streams = 100, .connect = true};
    static const struct h2_head get = {
        .method = "GET", .scheme = "https", .authority = "shop.example", .path = "/"};

    if (size < 2)
        return 0;
    struct owner o = {.is_site = data[0] & 1, .takes = !(data[0] & 2)};
    o.s = h2_session_new(o.is_site ? H2_CLIENT : H2_SERVER, o.is_site ? NULL : &offer);
    for (int i = 0; o.is_site && i < 4; i++)
        h2_ask(o.s, &get, i & 1);
    feed(&o, data + 1, size - 1, (size_t)(data[0] >> 2) + 1);
    if (o.body > size || (h2_broken(o.s)->seen && !h2_broken(o.s)->why[0]))
        abort();
    h2_close(o.s);
    h2_session_free(o.s);
    return 0;
}
