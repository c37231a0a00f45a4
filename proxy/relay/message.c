/* relay/message.c - one request or response head: the exchange in the record, and the moments
 * `request` and `response`. */
#include "relay_priv.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/time_text.h"
#include "device/clock_witness.h"
#include "device/strict_hosts.h"
#include "flow/facts.h"
#include "flow/legs.h"
#include "hook/hook.h"
#include "http/h1.h"

enum { URL_MOST = 2048 };

static const char *scheme_of(const struct relay *r)
{
    return r->side[LEG_CLIENT].leg ? "https" : "http";
}

void message_authority(const struct relay *r, char out[static MESSAGE_AUTHORITY_CAP])
{
    uint16_t usual = r->side[LEG_CLIENT].leg ? 443 : 80;

    if (r->port == usual && !strchr(r->asked, ':'))
        snprintf(out, MESSAGE_AUTHORITY_CAP, "%s", r->asked);
    else
        host_port_text(out, MESSAGE_AUTHORITY_CAP, r->asked, r->port);
}

static const char *url_of(struct relay *r, struct arena *arena, const struct h1_head *head)
{
    char where[MESSAGE_AUTHORITY_CAP];

    if (head->target[0] != '/')
        return arena_text_n(arena, head->target, strnlen(head->target, URL_MOST));
    message_authority(r, where);
    return arena_printf(arena, "%s://%s%.*s", scheme_of(r), where, URL_MOST, head->target);
}

/* What plain HTTP gives away: a password, a form; and whether a page with TLS asked for it. */
static void tell_cleartext(struct relay *r, const struct h1_head *head)
{
    struct flow *f = r->flow;
    const char *type = h1_field(head, "Content-Type"), *from = h1_field(head, "Referer");

    if (r->side[LEG_CLIENT].leg)
        return;
    if (h1_field(head, "Authorization"))
        f->cleartext = "login";
    else if (!f->cleartext && type &&
             (text_starts(type, "application/x-www-form-urlencoded") ||
                 text_starts(type, "multipart/form-data")))
        f->cleartext = "form";
    if (!f->secure_page && from && text_starts(from, "https://"))
        f->secure_page = arena_text_n(&f->arena, from, strcspn(from, "?#"));
}

int message_request(struct relay *r, const struct h1_head *head)
{
    struct flow *f = r->flow;

    tell_cleartext(r, head);
    if (!f->client->agent)
        flow_set_agent(f, h1_field(head, "User-Agent"));
    if (f->n_exchanges == FLOW_EXCHANGES_MOST) {
        f->n_exchanges_cut++;
        return -1;
    }
    struct flow_exchange *exchange =
        flow_list_add(f, &f->exchanges, &f->n_exchanges, flow_type_exchange());
    exchange->method = flow_text(f, head->method);
    exchange->url = url_of(r, &f->arena, head);
    exchange->ms = 0;
    exchange->request_bytes = 0;
    exchange->response_bytes = 0;
    keep_head(r, (int)f->n_exchanges - 1, SPOKEN_REQUEST, head);
    return (int)f->n_exchanges - 1;
}

static struct flow_exchange *exchange_at(struct relay *r, size_t i)
{
    if (i >= r->n_pending || r->pending[i].exchange < 0)
        return NULL;
    return &r->flow->exchanges[r->pending[i].exchange];
}

struct flow_exchange *message_oldest(struct relay *r)
{
    return exchange_at(r, 0);
}

struct flow_exchange *message_newest(struct relay *r)
{
    return exchange_at(r, r->n_pending - 1);
}

static struct flow_headers *headers_of(struct arena *arena, const struct h1_head *head)
{
    struct flow_headers *h = arena_new(arena, sizeof *h);

    h->at = arena_new(arena, (head->n_fields ? head->n_fields : 1) * sizeof *h->at);
    h->n = head->n_fields;
    for (size_t i = 0; i < head->n_fields; i++) {
        h->at[i].name = arena_text(arena, head->fields[i].name);
        h->at[i].value = arena_text(arena, head->fields[i].value);
    }
    return h;
}

/* Heads are shown to rules one exchange at a time: a connection that lives long must not collect
 * them. */
static void start_anew(struct relay *r)
{
    r->flow->request = NULL;
    r->flow->response = NULL;
    arena_fini(&r->message);
    arena_init(&r->message);
}

void message_show_request(struct relay *r, const struct h1_head *head)
{
    struct flow *f = r->flow;

    start_anew(r);
    struct flow_request *request = arena_new(&r->message, sizeof *request);
    request->method = arena_text(&r->message, head->method);
    request->url = url_of(r, &r->message, head);
    request->scheme = scheme_of(r);
    request->host = r->asked;
    request->path = arena_text(&r->message, head->target);
    request->headers = headers_of(&r->message, head);
    f->request = request;
}

bool message_ask_rules(struct relay *r, int exchange, const struct h1_head *head)
{
    struct decision decision = {0};

    r->flow->request = NULL; /* the last that was shown: nobody may take it for this one */
    if (!hook_wants(relay_world(r)->hooks, MOMENT_REQUEST) &&
        !hook_wants(relay_world(r)->hooks, MOMENT_REQUEST_BODY))
        return true;
    message_show_request(r, head);
    record_now(r);
    hook_fire(relay_world(r)->hooks, MOMENT_REQUEST, r->flow, &decision);
    keep_bodies_of(r, exchange, decision.bodies_by);
    return decision.action != ACTION_REFUSE;
}

/* The site's clock, if it tells: what the proxy's own is compared with. */
static void witness_date(struct relay *r, const struct h1_head *head)
{
    const struct relay_world *world = relay_world(r);
    const char *date = h1_field(head, "Date");
    int64_t theirs;

    if (date && time_parse_http(date, &theirs))
        clock_witness_date(world->witness, r->flow->target->site ? r->flow->target->site : r->host,
            theirs, clock_wall_ms(world->clock) / 1000);
}

/* RFC 6797 §8.1: only what was said over TLS without any fault counts. */
static void note_strictness(struct relay *r, const struct h1_head *head)
{
    const struct relay_world *world = relay_world(r);
    const struct flow_verdict *verdict = r->flow->server_leg ? r->flow->server_leg->verdict : NULL;
    const char *asked = h1_field(head, "Strict-Transport-Security");

    if (asked && world->strict_hosts && verdict && strcmp(verdict->verdict, "accept") == 0)
        strict_hosts_note(world->strict_hosts, r->asked, asked, clock_wall_ms(world->clock) / 1000);
}

void message_show_response(struct relay *r, const struct h1_head *head)
{
    struct flow *f = r->flow;

    if (!f->request)
        start_anew(r);
    struct flow_response *response = arena_new(&r->message, sizeof *response);
    response->status = head->status;
    response->headers = headers_of(&r->message, head);
    f->response = response;
}

void message_response(struct relay *r, struct flow_exchange *exchange, const struct h1_head *head)
{
    struct flow *f = r->flow;
    struct decision decision = {0};

    if (exchange) {
        exchange->status = head->status;
        keep_head(r, (int)(exchange - f->exchanges), SPOKEN_RESPONSE, head);
    }
    if (f->n_exchanges <= 1)
        witness_date(r, head);
    note_strictness(r, head);
    /* It may have asked for a certificate before it answered this request. */
    if (r->side[LEG_SERVER].leg && f->server_leg)
        flow_fill_certificate_request(f, r->side[LEG_SERVER].leg);
    if (!hook_wants(relay_world(r)->hooks, MOMENT_RESPONSE) &&
        !hook_wants(relay_world(r)->hooks, MOMENT_RESPONSE_BODY))
        return;
    message_show_response(r, head);
    record_now(r);
    hook_fire(relay_world(r)->hooks, MOMENT_RESPONSE, f, &decision);
    if (exchange)
        keep_bodies_of(r, (int)(exchange - f->exchanges), decision.bodies_by);
}
