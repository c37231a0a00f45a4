/* tests/http/events.h - runs bytes through a codec and writes down what it said, one line an event,
 * so that a test can compare texts. Pieces of a body that follow each other are one line: how they
 * were cut is the network's business. */
#ifndef WHYTLS_TEST_HTTP_EVENTS_H
#define WHYTLS_TEST_HTTP_EVENTS_H

#include <event2/buffer.h>
#include <string.h>

#include "base/text.h"
#include "h1.h"

struct run {
    struct h1 *h;
    struct evbuffer *in, *out;
    struct text said;
    size_t body; /* not yet written down */
    bool over;   /* bad, or not HTTP any more */
};

static inline void run_init(struct run *r, enum h1_side side)
{
    *r = (struct run){.h = h1_new(side), .in = evbuffer_new(), .out = evbuffer_new()};
}

static inline void run_fini(struct run *r)
{
    h1_free(r->h);
    evbuffer_free(r->in);
    evbuffer_free(r->out);
    text_fini(&r->said);
}

static inline void run_body(struct run *r)
{
    if (r->body)
        text_printf(&r->said, "body %zu\n", r->body);
    r->body = 0;
}

static inline void run_head(struct run *r)
{
    const struct h1_head *head = h1_head(r->h);

    if (head->status)
        text_printf(&r->said, "head %d", head->status);
    else
        text_printf(&r->said, "head %s %s", head->method, head->target);
    text_printf(&r->said, " %u.%u", head->major, head->minor);
    for (size_t i = 0; i < head->n_fields; i++)
        text_printf(&r->said, " [%s=%s]", head->fields[i].name, head->fields[i].value);
    text_add(&r->said, head->chunked ? " chunked" : "");
    if (head->content_length >= 0)
        text_printf(&r->said, " length %lld", (long long)head->content_length);
    text_add(&r->said, head->keep_alive ? " keep\n" : " close\n");
}

static inline void run_events(struct run *r)
{
    while (!r->over) {
        size_t before = evbuffer_get_length(r->out);
        enum h1_event event = h1_next(r->h, r->in, r->out);

        if (event == H1_BODY)
            r->body += evbuffer_get_length(r->out) - before;
        else if (event != H1_NEED_MORE)
            run_body(r);
        if (event == H1_NEED_MORE)
            return;
        if (event == H1_HEAD)
            run_head(r);
        else if (event == H1_END)
            text_printf(&r->said, "end %llu\n", (unsigned long long)h1_body_bytes(r->h));
        else if (event == H1_UPGRADED)
            text_add(&r->said, "upgraded\n");
        else if (event == H1_BAD)
            text_printf(&r->said, "bad %s\n", h1_why(r->h));
        r->over = event == H1_BAD || event == H1_UPGRADED;
    }
}

static inline void run_feed(struct run *r, const char *bytes, size_t n)
{
    evbuffer_add(r->in, bytes, n);
    run_events(r);
}

static inline void run_finish(struct run *r)
{
    enum h1_event event = r->over ? H1_NEED_MORE : h1_finish(r->h);

    run_body(r);
    if (event == H1_END)
        text_printf(&r->said, "finish end %llu\n", (unsigned long long)h1_body_bytes(r->h));
    else if (event == H1_BAD)
        text_printf(&r->said, "finish bad %s\n", h1_why(r->h));
}

#endif
