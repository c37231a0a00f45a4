#include "body.h"

#include "relay_priv.h"

#include <string.h>

#include "base/text.h"
#include "flow/flow.h"
#include "hook/hook.h"
#include "http/decode.h"
#include "http/h1.h"

enum { BODY_MOST = 65536 };

static enum moment moment_of(enum leg_side from)
{
    return from == LEG_CLIENT ? MOMENT_REQUEST_BODY : MOMENT_RESPONSE_BODY;
}

static void feed(struct relay *r, enum leg_side from, const void *bytes, size_t n)
{
    if (r->body[from])
        decode_feed(r->body[from], bytes, n);
    keep_body(&r->kept[from], bytes, n);
}

static void feed_request(void *arg, const void *bytes, size_t n)
{
    feed(arg, LEG_CLIENT, bytes, n);
}

static void feed_response(void *arg, const void *bytes, size_t n)
{
    feed(arg, LEG_SERVER, bytes, n);
}

static void forget(struct relay *r, enum leg_side from)
{
    decode_free(r->body[from]);
    r->body[from] = NULL;
    r->kept[from].relay = NULL;
}

struct decode *body_view(const struct relay *r, enum leg_side from, const char *codings)
{
    if (!hook_wants(relay_world(r)->hooks, moment_of(from)))
        return NULL;
    return decode_new(codings, BODY_MOST);
}

/* The record of the message may be gone: a client that does not wait asked for more meanwhile. */
static const char **place_of(const struct relay *r, enum leg_side from)
{
    struct flow *f = r->flow;

    if (from == LEG_CLIENT)
        return f->request ? &f->request->body : NULL;
    return f->response ? &f->response->body : NULL;
}

void body_show(struct relay *r, enum leg_side from, const struct decode *view)
{
    const char **place = place_of(r, from);
    size_t len;

    if (!place)
        return;
    const char *text = decode_view(view, &len);
    *place = arena_text_n(&r->message, text, len);
    record_now(r);
    hook_fire(relay_world(r)->hooks, moment_of(from), r->flow, NULL);
}

/* Responses come in the order of their requests. */
static int exchange_of(const struct relay *r, enum leg_side from)
{
    if (!r->n_pending)
        return -1;
    return r->pending[from == LEG_CLIENT ? r->n_pending - 1 : 0].exchange;
}

void body_begin(struct relay *r, enum leg_side from, const struct h1_head *head)
{
    forget(r, from);
    if (!head->has_body)
        return;
    r->body[from] = body_view(r, from, h1_field(head, "Content-Encoding"));
    r->kept[from] = keep_body_begin(
        r, exchange_of(r, from), from == LEG_CLIENT ? SPOKEN_REQUEST : SPOKEN_RESPONSE);
    if (r->body[from] || r->kept[from].relay)
        h1_show_body(r->h1[from], from == LEG_CLIENT ? feed_request : feed_response, r);
}

void body_moved(struct relay *r, enum leg_side from, bool whole)
{
    struct decode *d = r->body[from];

    if (d && (whole || decode_is_full(d))) {
        r->body[from] = NULL;
        body_show(r, from, d);
        decode_free(d);
    }
    if (whole)
        r->kept[from].relay = NULL;
    if (!r->body[from] && !r->kept[from].relay)
        h1_show_body(r->h1[from], NULL, NULL);
}

void body_free(struct relay *r)
{
    forget(r, LEG_CLIENT);
    forget(r, LEG_SERVER);
}
