/* relay/h2_view.c - what rules see of a stream besides its heads: the beginning of its bodies, and
 * the messages of a WebSocket (RFC 8441). */
#include "talk_h2_priv.h"

#include <string.h>

#include "body.h"
#include "h2_head.h"
#include "hook/hook.h"
#include "http/decode.h"
#include "http/h1.h"
#include "look.h"
#include "websocket.h"

/* At once on a connection: a view may hold 64 KiB and the window of its coding. Of bodies beyond,
 * rules see the heads alone. */
enum { VIEWS_MOST = 16 };

static bool is_request_wanted(const struct relay *r)
{
    const struct hooks *hooks = relay_world(r)->hooks;

    return hook_wants(hooks, MOMENT_RESPONSE) || hook_wants(hooks, MOMENT_REQUEST_BODY) ||
           hook_wants(hooks, MOMENT_RESPONSE_BODY);
}

static void view_begin(
    struct relay *r, struct pair *p, enum leg_side from, const struct h2_head *head)
{
    struct h1_head view;

    if (r->h2->n_views == VIEWS_MOST)
        return;
    h2_head_view(head, &view);
    p->body[from] = body_view(r, from, h1_field(&view, "Content-Encoding"));
    r->h2->n_views += p->body[from] != NULL;
}

static void view_drop(struct talk_h2 *t, struct pair *p, enum leg_side from)
{
    t->n_views -= p->body[from] != NULL;
    decode_free(p->body[from]);
    p->body[from] = NULL;
}

void view_request(struct relay *r, struct pair *p, const struct h2_head *head, bool end)
{
    struct websocket_question question = {.protocol = head->protocol};
    struct h1_head view;

    if (is_request_wanted(r))
        p->request = h2_head_keep(head, &p->memory);
    if (head->protocol) {
        h2_head_view(head, &view);
        question.head = &view;
        question.exchange = p->exchange < 0 ? NULL : &r->flow->exchanges[p->exchange];
        p->websocket = websocket_ask(r, &question);
    } else if (!end && strcmp(head->method, "CONNECT") != 0) {
        view_begin(r, p, LEG_CLIENT, head);
        p->kept[LEG_CLIENT] = keep_body_begin(r, p->exchange, SPOKEN_REQUEST);
    }
}

void view_response(struct relay *r, struct pair *p, const struct h2_head *head, bool end)
{
    struct h1_head view;

    if (p->websocket) {
        h2_head_view(head, &view);
        if (websocket_answer(p->websocket, &view))
            return;
        websocket_free(p->websocket);
        p->websocket = NULL;
    }
    if (end || p->is_connect)
        return;
    view_begin(r, p, LEG_SERVER, head);
    p->kept[LEG_SERVER] = keep_body_begin(r, p->exchange, SPOKEN_RESPONSE);
    if (p->body[LEG_SERVER])
        p->response = h2_head_keep(head, &p->memory);
}

/* Streams cross: the last message that the rules saw may be another's. */
static void show(struct relay *r, struct pair *p, enum leg_side from)
{
    struct h1_head view;

    h2_head_view(p->request, &view);
    message_show_request(r, &view);
    if (from == LEG_SERVER) {
        h2_head_view(p->response, &view);
        message_show_response(r, &view);
    }
    body_show(r, from, p->body[from]);
    r->flow->response = NULL;
    view_drop(r->h2, p, from);
}

static void feed(void *view, const void *piece, size_t n)
{
    decode_feed(view, piece, n);
}

void view_body(struct relay *r, struct pair *p, enum leg_side from, struct evbuffer *bytes)
{
    if (p->websocket)
        websocket_see(p->websocket, from, bytes);
    if (p->kept[from].relay)
        look_along(bytes, keep_body, &p->kept[from]);
    if (!p->body[from])
        return;
    look_along(bytes, feed, p->body[from]);
    if (decode_is_full(p->body[from]))
        show(r, p, from);
}

void view_end(struct relay *r, struct pair *p, enum leg_side from)
{
    if (p->body[from])
        show(r, p, from);
}

void view_fini(struct talk_h2 *t, struct pair *p)
{
    view_drop(t, p, LEG_CLIENT);
    view_drop(t, p, LEG_SERVER);
    websocket_free(p->websocket);
}
