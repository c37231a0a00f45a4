#include "flow_json.h"

#include "base/time_text.h"
#include "flow.h"
#include "flow_json_priv.h"
#include "put_priv.h"

static void put_client(struct json_out *out, const struct flow_client *c)
{
    put_open(out, "client");
    json_put_text(out, "ip", c->ip);
    json_put_int(out, "port", c->port);
    json_put_text(out, "device", c->device->id);
    json_put_text(out, "agent", c->agent);
    json_put_text(out, "app", c->app->name);
    json_put_text(out, "ja4", c->ja4);
    if (c->quic) {
        json_put_text(out, "quic", c->quic);
        json_put_int(out, "quic_ago", c->quic_ago);
    }
    put_known_time(out, "proxied", c->proxied);
    json_put_text(out, "balancer", c->balancer);
    json_put_bool(out, "secure", c->secure);
    json_put_text(out, "login", c->login);
    json_put_text(out, "device_name", c->device->name);
    json_put_text(out, "device_family", c->device->family);
    json_put_text(out, "os_version", c->device->os_version);
    json_put_bool(out, "browser", c->app->is_browser);
    json_put_text(out, "stack", c->app->stack);
    json_object_end(out);
}

static void put_target(struct json_out *out, const struct flow_target *t)
{
    put_open(out, "target");
    json_put_text(out, "host", t->host);
    json_put_int(out, "port", t->port);
    json_put_text(out, "learnt", t->learnt);
    json_put_text(out, "site", t->site);
    put_known_time(out, "hsts", t->hsts);
    json_object_end(out);
}

static void put_decision(struct json_out *out, const struct flow_decision *d)
{
    put_open(out, "decision");
    json_put_text(out, "action", d->action);
    json_put_text(out, "by", d->by);
    json_put_text(out, "answer", d->answer);
    if (d->fault) {
        json_put_text(out, "fault", d->fault);
        json_put_text(out, "fault_met", d->fault_met);
    }
    put_known_text(out, "bodies_by", d->bodies_by);
    json_object_end(out);
}

static void put_said(struct json_out *out, const struct flow *f)
{
    json_key(out, "diagnosis");
    diagnosis_json(f, out);
    json_key(out, "notes");
    notes_json(f, out);
    if (f->n_notes_cut)
        json_put_int(out, "notes_cut", (int64_t)f->n_notes_cut);
}

static void put_facts(struct json_out *out, const struct flow *f)
{
    put_open(out, "facts");
    for (const struct flow_fact *fact = f->facts; fact; fact = fact->next)
        switch (fact->kind) {
        case FACT_TEXT:
            json_put_text(out, fact->name, fact->text);
            break;
        case FACT_INTEGER:
            put_number(out, fact->name, fact->integer);
            break;
        case FACT_NUMBER:
            json_key(out, fact->name);
            json_double(out, fact->number);
            break;
        case FACT_BOOLEAN:
            json_put_bool(out, fact->name, fact->integer);
            break;
        case FACT_TIME:
            put_time(out, fact->name, fact->integer);
            break;
        }
    json_object_end(out);
}

static void put_exchanges(struct json_out *out, const struct flow *f)
{
    put_list(out, "exchanges");
    for (size_t i = 0; i < f->n_exchanges; i++) {
        const struct flow_exchange *x = &f->exchanges[i];

        json_object(out);
        json_put_text(out, "method", x->method);
        json_put_text(out, "url", x->url);
        put_number(out, "status", x->status);
        json_put_int(out, "ms", x->ms);
        json_put_int(out, "request_bytes", x->request_bytes);
        json_put_int(out, "response_bytes", x->response_bytes);
        json_object_end(out);
    }
    json_array_end(out);
    if (f->n_exchanges_cut)
        json_put_int(out, "exchanges_cut", (int64_t)f->n_exchanges_cut);
}

static void put_timeline(struct json_out *out, const struct flow *f)
{
    put_list(out, "timeline");
    for (size_t i = 0; i < f->n_ticks; i++) {
        json_object(out);
        json_put_int(out, "at_ms", f->ticks[i].at_ms);
        json_put_text(out, "moment", f->ticks[i].moment);
        json_object_end(out);
    }
    json_array_end(out);
}

static void put_dial_hints(struct json_out *out, const struct flow_dial_hints *hints)
{
    if (!hints)
        return;
    put_open(out, "hints");
    put_texts(out, "alpn", &hints->alpn);
    json_put_bool(out, "ech", hints->ech);
    json_put_text(out, "target", hints->target);
    put_known_number(out, "port", hints->port);
    put_texts(out, "addresses", &hints->addresses);
    json_object_end(out);
}

static void put_dial(struct json_out *out, const struct flow_dial *dial)
{
    if (!dial)
        return;
    put_open(out, "dial");
    json_put_text(out, "error", dial->error);
    json_put_text(out, "dns", dial->dns);
    put_dial_hints(out, dial->hints);
    json_put_text(out, "dead_family", dial->dead_family);
    json_put_text(out, "dead_family_error", dial->dead_family_error);
    put_texts(out, "addresses", &dial->addresses);
    json_put_text(out, "via", dial->via);
    put_known_number(out, "via_status", dial->via_status);
    json_put_text(out, "via_asks", dial->via_asks);
    json_put_text(out, "via_says", dial->via_says);
    json_put_int(out, "ms", dial->ms);
    json_object_end(out);
}

static void put_mail(struct json_out *out, const struct flow_mail *mail)
{
    if (!mail)
        return;
    put_open(out, "mail");
    json_put_text(out, "protocol", mail->protocol);
    json_put_text(out, "starttls", mail->starttls);
    json_put_text(out, "words", mail->words);
    json_put_text(out, "injected_by", mail->injected_by);
    put_known_text(out, "login_refused", mail->login_refused);
    put_known_number(out, "good_port", mail->good_port);
    json_object_end(out);
}

static void put_websocket_end(
    struct json_out *out, const char *key, const struct flow_websocket_end *end)
{
    if (!end)
        return;
    put_open(out, key);
    json_put_int(out, "frames", end->frames);
    json_put_int(out, "messages", end->messages);
    json_put_int(out, "bytes", end->bytes);
    put_known_number(out, "close", end->close);
    json_put_text(out, "reason", end->reason);
    json_put_text(out, "fault", end->fault);
    json_object_end(out);
}

static void put_websocket(struct json_out *out, const struct flow_websocket *ws)
{
    if (!ws)
        return;
    put_open(out, "websocket");
    json_put_text(out, "url", ws->url);
    json_put_text(out, "origin", ws->origin);
    put_texts(out, "asked", &ws->asked);
    json_put_text(out, "version", ws->version);
    json_put_text(out, "failed", ws->failed);
    put_known_number(out, "status", ws->status);
    json_put_text(out, "knows", ws->knows);
    json_put_text(out, "protocol", ws->protocol);
    json_put_bool(out, "deflate", ws->deflate);
    put_websocket_end(out, "client", ws->client);
    put_websocket_end(out, "server", ws->server);
    json_object_end(out);
}

static void put_identity(struct json_out *out, const struct flow_identity *id)
{
    if (!id)
        return;
    json_key(out, "identity");
    identity_json(id, out);
    json_key(out, "certificates");
    certificates_json(id->chain, id->n_chain, out);
}

static void put_proxy(struct json_out *out, const struct flow_proxy *proxy)
{
    put_open(out, "proxy");
    json_put_text(out, "name", proxy->name);
    json_put_text(out, "version", proxy->version);
    json_put_text(out, "clock", proxy->clock->state);
    json_object_end(out);
}

void flow_json(const struct flow *f, struct json_out *out)
{
    char at[TIME_TEXT_CAP];

    json_object(out);
    json_put_int(out, "v", 1);
    json_put_text(out, "id", f->id);
    json_put_text(out, "at", time_rfc3339_ms(at, f->at_ms));
    json_put_int(out, "ms", f->ms);
    put_proxy(out, f->proxy);
    json_put_text(out, "entry", f->entry);
    put_client(out, f->client);
    put_target(out, f->target);
    put_decision(out, f->decision);
    json_key(out, "client_leg");
    client_leg_json(f->client_leg, out);
    put_dial(out, f->dial);
    put_mail(out, f->mail);
    json_key(out, "server_leg");
    server_leg_json(f, out);
    put_identity(out, f->identity);
    json_put_text(out, "protocol", f->protocol);
    put_known_text(out, "cleartext", f->cleartext);
    put_known_text(out, "secure_page", f->secure_page);
    json_put_text(out, "failed_leg", f->failed_leg);
    put_said(out, f);
    put_facts(out, f);
    put_exchanges(out, f);
    put_websocket(out, f->websocket);
    put_timeline(out, f);
    json_object_end(out);
}
