/* relay/h2_pair.c - one request of HTTP/2 and its response, from stream to stream: each is one
 * exchange in the record. */
#include "talk_h2_priv.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "flow/facts.h"
#include "h2_head.h"
#include "http/h1.h"
#include "page.h"

enum { STATUS_REFUSED = 403, STATUS_MISDIRECTED = 421, STATUS_HEAD_TOO_LARGE = 431 };

static struct pair *pair_new(struct relay *r, int32_t id)
{
    struct talk_h2 *t = r->h2;
    struct pair *p = mem_new(sizeof *p);

    p->id[LEG_CLIENT] = id;
    p->exchange = -1;
    p->at_ms = clock_steady_ms(relay_world(r)->clock);
    arena_init(&p->memory);
    p->next = t->first;
    if (t->first)
        t->first->prev = p;
    t->first = p;
    t->n_pairs++;
    t->asked = true;
    if (id > t->last[LEG_CLIENT])
        t->last[LEG_CLIENT] = id;
    h2_own(t->session[LEG_CLIENT], id, p);
    return p;
}

void pair_free(struct talk_h2 *t, struct pair *p)
{
    if (p->prev)
        p->prev->next = p->next;
    else
        t->first = p->next;
    if (p->next)
        p->next->prev = p->prev;
    t->n_pairs--;
    t->n_lost -= p->lost;
    view_fini(t, p);
    arena_fini(&p->memory);
    mem_free(p);
}

static struct flow_exchange *exchange_of(struct relay *r, const struct pair *p)
{
    return p->exchange < 0 ? NULL : &r->flow->exchanges[p->exchange];
}

/* What is known of it so far, into the record. */
static void count(struct relay *r, const struct pair *p)
{
    struct flow_exchange *exchange = exchange_of(r, p);

    if (!exchange)
        return;
    exchange->ms = clock_steady_ms(relay_world(r)->clock) - p->at_ms;
    exchange->request_bytes = p->bytes[LEG_CLIENT];
    exchange->response_bytes = p->bytes[LEG_SERVER];
}

/* Bytes that nobody will take must not hold the window of the whole connection. */
static void give_up_body(struct talk_h2 *t, struct pair *p, enum leg_side from)
{
    if (t->session[from])
        h2_took(t->session[from], p->id[from], p->owed[from]);
    p->owed[from] = 0;
}

/* --- answers of our own --- */

/* The rest of a request that we answered ourselves is not wanted. */
static void decline_rest(struct relay *r, struct pair *p)
{
    if (!p->ended[LEG_CLIENT])
        h2_reset_after(r->h2->session[LEG_CLIENT], p->id[LEG_CLIENT], H2_NO_ERROR);
}

static void answer_empty(struct relay *r, struct pair *p, int status)
{
    static const struct h2_field nothing = {"content-length", "0", false};
    const struct h2_head head = {.status = status, .fields = &nothing, .n_fields = 1};

    if (exchange_of(r, p))
        exchange_of(r, p)->status = status;
    p->headed = true;
    h2_answer(r->h2->session[LEG_CLIENT], p->id[LEG_CLIENT], &head, true);
    decline_rest(r, p);
}

static void page_answer(
    struct relay *r, struct pair *p, const struct h2_head *head, const struct text *html)
{
    struct h2_session *client = r->h2->session[LEG_CLIENT];

    h2_answer(client, p->id[LEG_CLIENT], head, p->for_head);
    if (p->for_head)
        return;
    struct evbuffer *body = evbuffer_new();
    evbuffer_add(body, text_str(html), html->len);
    h2_send(client, p->id[LEG_CLIENT], body);
    h2_finish(client, p->id[LEG_CLIENT], NULL);
    evbuffer_free(body);
}

void pair_page(struct relay *r, struct pair *p)
{
    struct h2_field fields[PAGE_FIELDS];
    struct text html = {0};
    struct page_head made;

    h2_faults_tell(r); /* the rules have not spoken of it yet */
    page_write(r->flow, &html);
    page_fields(r->flow, html.len, &made);
    for (size_t i = 0; i < made.n; i++) {
        char *name = arena_text(&p->memory, made.at[i].name);

        text_lower(name);
        fields[i] = (struct h2_field){name, made.at[i].value, false};
    }
    const struct h2_head head = {.status = 502, .fields = fields, .n_fields = made.n};
    page_answer(r, p, &head, &html);
    text_fini(&html);
    p->headed = true;
    if (exchange_of(r, p))
        exchange_of(r, p)->status = 502;
    decline_rest(r, p);
    h2_close(r->h2->session[LEG_CLIENT]);
}

/* --- requests --- */

/* RFC 9110 §7.4, RFC 9113 §9.1.1: our leaf names one host alone, so a request for another came over
 * a connection that was made for this one. A client that sent no name in its ClientHello chose by
 * address, and may name whom it likes. */
static bool is_misdirected(const struct relay *r, const struct h2_head *head)
{
    char host[HOST_CAP];
    uint16_t port;

    if (!head->authority || !r->flow->client_leg || !r->flow->client_leg->sni)
        return false;
    if (!strcmp(head->method, "CONNECT") && !head->protocol)
        return false; /* the site is asked to be a proxy: the authority is whom it shall call */
    return !host_port_parse(head->authority, strlen(head->authority), 443, host, &port) ||
           strcmp(host, r->asked) != 0;
}

static void answer_misdirected(struct relay *r, struct pair *p, const struct h2_head *head)
{
    struct flow *f = r->flow;

    if (f->client_leg && !f->client_leg->misdirected) {
        struct text safe = {0};

        text_add_safe(&safe, head->authority, strlen(head->authority), HOST_CAP);
        f->client_leg->misdirected = flow_text(f, text_str(&safe));
        text_fini(&safe);
    }
    answer_empty(r, p, STATUS_MISDIRECTED);
}

/* The request goes on to the site, as the rules left it. */
static void ask_site(struct relay *r, struct pair *p, const struct h2_head *head, bool end)
{
    const struct flow_request *shown = r->flow->request;
    struct talk_h2 *t = r->h2;
    struct h2_head edited;

    if (h2_head_edit(head, shown ? shown->headers : NULL, &p->memory, &edited))
        head = &edited;
    int32_t id =
        t->session[LEG_SERVER] && !t->site_gone ? h2_ask(t->session[LEG_SERVER], head, end) : -1;
    if (id < 0) { /* RFC 9113 §8.7: it may be asked again on another connection */
        h2_reset(t->session[LEG_CLIENT], p->id[LEG_CLIENT], H2_REFUSED_STREAM);
        return;
    }
    p->id[LEG_SERVER] = t->last[LEG_SERVER] = id;
    h2_own(t->session[LEG_SERVER], id, p);
}

static void take_request(struct relay *r, const struct h2_event *e)
{
    struct pair *p = pair_new(r, e->stream);
    struct h1_head view;

    h2_head_view(e->head, &view);
    if (!view.method || !view.target) { /* only a head that was cut lacks them */
        answer_empty(r, p, STATUS_HEAD_TOO_LARGE);
        return;
    }
    p->for_head = strcmp(view.method, "HEAD") == 0;
    p->is_connect = strcmp(view.method, "CONNECT") == 0;
    p->ended[LEG_CLIENT] = e->end;
    p->exchange = message_request(r, &view);
    if (e->head->cut)
        answer_empty(r, p, STATUS_HEAD_TOO_LARGE);
    else if (is_misdirected(r, e->head))
        answer_misdirected(r, p, e->head);
    else if (r->h2->page_only)
        pair_page(r, p);
    else if (!message_ask_rules(r, p->exchange, &view))
        answer_empty(r, p, STATUS_REFUSED);
    else
        ask_site(r, p, e->head, e->end);
    if (p->id[LEG_SERVER])
        view_request(r, p, e->head, e->end);
}

/* --- responses --- */

static void take_response(struct relay *r, struct pair *p, const struct h2_event *e)
{
    struct h2_session *client = r->h2->session[LEG_CLIENT];
    const struct h2_head *head = e->head;
    struct h2_head edited;
    struct h1_head view;

    if (head->cut) {
        flow_note_add(r->flow, "h2/head-too-large", "medium",
            "The site sent a head of more than 64 KiB or 200 fields.", "proxy");
        h2_reset(r->h2->session[LEG_SERVER], p->id[LEG_SERVER], H2_CANCEL);
        h2_reset(client, p->id[LEG_CLIENT], H2_INTERNAL_ERROR);
        return;
    }
    if (head->status < 200) {
        h2_answer(client, p->id[LEG_CLIENT], head, false);
        return;
    }
    if (p->request) { /* streams cross: the last request that the rules saw may be another's */
        h2_head_view(p->request, &view);
        message_show_request(r, &view);
    }
    h2_head_view(head, &view);
    message_response(r, exchange_of(r, p), &view);
    if (h2_head_edit(
            head, r->flow->response ? r->flow->response->headers : NULL, &p->memory, &edited))
        head = &edited;
    r->flow->response = NULL;
    view_response(r, p, head, e->end);
    p->headed = true;
    h2_answer(client, p->id[LEG_CLIENT], head, e->end);
}

/* --- both ways --- */

static void take_body(struct relay *r, struct pair *p, enum leg_side from)
{
    struct talk_h2 *t = r->h2;
    struct evbuffer *body = h2_body(t->session[from], p->id[from]);
    size_t n = body ? evbuffer_get_length(body) : 0;

    if (n == 0)
        return;
    p->bytes[from] += (int64_t)n;
    p->owed[from] += n;
    view_body(r, p, from, body);
    if (p->id[!from] && h2_send(t->session[!from], p->id[!from], body))
        return;
    evbuffer_drain(body, n);
    give_up_body(t, p, from);
}

static void take_end(
    struct relay *r, struct pair *p, enum leg_side from, const struct h2_head *trailers)
{
    struct talk_h2 *t = r->h2;

    p->ended[from] = true;
    view_end(r, p, from);
    if (from == LEG_SERVER) {
        t->answered = true;
        count(r, p);
    }
    if (p->id[!from])
        h2_finish(t->session[!from], p->id[!from], trailers);
}

static void take_taken(struct relay *r, struct pair *p, enum leg_side to, size_t n)
{
    enum leg_side from = to == LEG_CLIENT ? LEG_SERVER : LEG_CLIENT;

    n = n < p->owed[from] ? n : p->owed[from];
    p->owed[from] -= n;
    if (r->h2->session[from])
        h2_took(r->h2->session[from], p->id[from], n);
}

/* A stream is over on one leg: what that means for its partner. */
static void take_closed(struct relay *r, struct pair *p, enum leg_side which, uint32_t code)
{
    enum leg_side other = which == LEG_CLIENT ? LEG_SERVER : LEG_CLIENT;
    struct talk_h2 *t = r->h2;

    if (!p->ended[which])
        h2_reset_note(r, which, code);
    give_up_body(t, p, other);
    p->id[which] = 0;
    if (!p->id[other]) {
        count(r, p);
        pair_free(t, p);
        return;
    }
    if (which == LEG_SERVER && p->ended[LEG_SERVER]) {
        if (!p->ended[LEG_CLIENT])
            h2_reset_after(t->session[LEG_CLIENT], p->id[LEG_CLIENT], code);
    } else if (!p->ended[which] || !p->ended[other]) {
        h2_reset(t->session[other], p->id[other], code);
    }
}

void pair_lose(struct relay *r, struct pair *p)
{
    struct talk_h2 *t = r->h2;

    if (!p->id[LEG_SERVER])
        return;
    h2_own(t->session[LEG_SERVER], p->id[LEG_SERVER], NULL); /* its end may still be told */
    p->id[LEG_SERVER] = 0;
    give_up_body(t, p, LEG_CLIENT);
    if (!p->id[LEG_CLIENT]) {
        count(r, p);
        pair_free(t, p);
    } else if (p->ended[LEG_SERVER]) {
        return; /* complete: it only has to go out */
    } else if (!p->headed && t->page_only) {
        pair_page(r, p);
    } else {
        if (p->headed)
            flow_note_add(r->flow, "http/truncated", "medium",
                "The site closed in the middle of a response.", "proxy");
        p->lost = true;
        t->n_lost++;
    }
}

/* --- the connection --- */

/* Which of the client's streams the site has looked at, by the numbers of the client. */
static int32_t looked_at(const struct talk_h2 *t, int32_t last_of_site)
{
    int32_t least_unseen = 0;

    if (last_of_site >= t->last[LEG_SERVER])
        return t->last[LEG_CLIENT];
    for (const struct pair *p = t->first; p; p = p->next)
        if (p->id[LEG_SERVER] > last_of_site && p->id[LEG_CLIENT] &&
            (!least_unseen || p->id[LEG_CLIENT] < least_unseen))
            least_unseen = p->id[LEG_CLIENT];
    return least_unseen ? least_unseen - 2 : t->last[LEG_CLIENT];
}

static void take_goaway(struct relay *r, enum leg_side which, const struct h2_event *e)
{
    struct talk_h2 *t = r->h2;

    t->closing = true;
    if (which == LEG_CLIENT) {
        if (t->session[LEG_SERVER])
            h2_goodbye(t->session[LEG_SERVER], 0, e->code, "");
    } else if (t->session[LEG_CLIENT]) {
        int32_t last = looked_at(t, e->last);

        h2_goodbye(t->session[LEG_CLIENT], last > 0 ? last : 0, e->code, "");
    }
}

static void take_settings(struct relay *r, enum leg_side which)
{
    struct talk_h2 *t = r->h2;

    if (which == LEG_CLIENT)
        return;
    t->site_told = true;
    struct h2_offer now = h2_offer_of(t->session[LEG_SERVER]);
    if (!t->session[LEG_CLIENT] ||
        (now.streams == t->offered.streams && now.connect == t->offered.connect))
        return;
    t->offered = now;
    h2_offer_again(t->session[LEG_CLIENT], &now);
}

static void take_of_stream(struct relay *r, enum leg_side which, const struct h2_event *e)
{
    struct pair *p = e->owner;

    if (!p) {
        if (e->kind == H2_HEAD && which == LEG_CLIENT)
            take_request(r, e);
        return;
    }
    switch (e->kind) {
    case H2_HEAD:
        if (which == LEG_SERVER)
            take_response(r, p, e);
        break;
    case H2_DATA:
        take_body(r, p, which);
        break;
    case H2_TRAILERS:
        take_end(r, p, which, e->head);
        break;
    case H2_END:
        take_end(r, p, which, NULL);
        break;
    case H2_TAKEN:
        take_taken(r, p, which, e->n);
        break;
    case H2_CLOSED:
        take_closed(r, p, which, e->code);
        break;
    case H2_NOTHING:
    case H2_SETTINGS:
    case H2_GOAWAY:
        break;
    }
}

void pair_events(struct relay *r, enum leg_side which)
{
    struct h2_event e;

    while (h2_next(r->h2->session[which], &e)) {
        if (e.kind == H2_SETTINGS)
            take_settings(r, which);
        else if (e.kind == H2_GOAWAY)
            take_goaway(r, which, &e);
        else
            take_of_stream(r, which, &e);
    }
}
