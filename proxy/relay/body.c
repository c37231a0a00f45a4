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

static void feed(void *arg, const void *bytes, size_t n)
{
    decode_feed(arg, bytes, n);
}

static void forget(struct relay *r, enum leg_side from)
{
    decode_free(r->body[from]);
    r->body[from] = NULL;
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

void body_begin(struct relay *r, enum leg_side from, const struct h1_head *head)
{
    forget(r, from);
    if (!head->has_body)
        return;
    r->body[from] = body_view(r, from, h1_field(head, "Content-Encoding"));
    if (r->body[from])
        h1_show_body(r->h1[from], feed, r->body[from]);
}

void body_moved(struct relay *r, enum leg_side from, bool whole)
{
    const struct decode *d = r->body[from];

    if (!d || !(whole || decode_is_full(d)))
        return;
    body_show(r, from, d);
    h1_show_body(r->h1[from], NULL, NULL);
    forget(r, from);
}

void body_free(struct relay *r)
{
    forget(r, LEG_CLIENT);
    forget(r, LEG_SERVER);
}
