#include "flow_json.h"

#include <stdio.h>

#include "base/time_text.h"
#include "flow.h"
#include "identity_json_priv.h"

static void put_number(struct json_out *out, const char *key, int64_t n)
{
    if (n == FLOW_NONE)
        json_put_null(out, key);
    else
        json_put_int(out, key, n);
}

static void put_time(struct json_out *out, const char *key, int64_t seconds)
{
    char buf[TIME_TEXT_CAP];

    json_put_text(out, key, seconds == FLOW_NONE ? NULL : time_rfc3339(buf, seconds));
}

static void put_fault(struct json_out *out, const char *key, const char *fault)
{
    if (fault)
        json_put_text(out, key, fault);
}

static void put_texts(struct json_out *out, const char *key, const struct flow_texts *texts)
{
    json_key(out, key);
    json_array(out);
    for (size_t i = 0; i < texts->n; i++)
        json_text(out, texts->at[i]);
    json_array_end(out);
}

static void put_open(struct json_out *out, const char *key)
{
    json_key(out, key);
    json_object(out);
}

static void put_list(struct json_out *out, const char *key)
{
    json_key(out, key);
    json_array(out);
}

static void put_openssl(struct json_out *out, const struct flow_openssl *o)
{
    put_open(out, "openssl");
    json_put_bool(out, "accept", o->accept);
    json_put_int(out, "code", o->code);
    json_put_int(out, "depth", o->depth);
    json_object_end(out);
}

static void put_checks(struct json_out *out, const struct flow_verdict *v)
{
    put_list(out, "checks");
    for (size_t i = 0; i < v->n_checks; i++) {
        const struct flow_check *check = &v->checks[i];

        json_object(out);
        json_put_text(out, "check", check->check);
        put_number(out, "cert", check->cert);
        put_number(out, "osstatus", check->osstatus);
        json_put_text(out, "detail", check->detail);
        json_object_end(out);
    }
    json_array_end(out);
}

static void put_detours(struct json_out *out, const struct flow_verdict *v)
{
    if (!v->n_detours)
        return;
    put_list(out, "detours");
    for (size_t i = 0; i < v->n_detours; i++) {
        json_object(out);
        put_texts(out, "path", &v->detours[i].path);
        json_put_text(out, "why", v->detours[i].why);
        json_object_end(out);
    }
    json_array_end(out);
}

void flow_verdict_json(const struct flow_verdict *v, struct json_out *out)
{
    if (!v) {
        json_null(out);
        return;
    }
    json_object(out);
    json_put_int(out, "v", 1);
    json_put_text(out, "verdict", v->verdict);
    if (v->policy)
        json_put_text(out, "policy", v->policy);
    json_put_text(out, "anchors_are", v->anchors_are);
    json_put_text(out, "class", v->class);
    json_put_text(out, "text", v->text);
    put_number(out, "osstatus", v->osstatus);
    json_put_text(out, "osstatus_name", v->osstatus_name);
    put_number(out, "nsurlerror", v->nsurlerror);
    json_put_bool(out, "overridable", v->overridable);
    put_checks(out, v);
    put_texts(out, "path", &v->path);
    put_texts(out, "causes", &v->causes);
    put_detours(out, v);
    json_put_text(out, "ct", v->ct);
    json_put_text(out, "revocation", v->revocation);
    json_put_text(out, "revocation_source", v->revocation_source);
    put_openssl(out, v->openssl);
    json_object_end(out);
}

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
    if (c->proxied != FLOW_NONE)
        put_time(out, "proxied", c->proxied);
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
    if (t->hsts != FLOW_NONE)
        put_time(out, "hsts", t->hsts);
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
    json_object_end(out);
}

static void put_alert(struct json_out *out, const struct flow_alert *a)
{
    if (!a) {
        json_put_null(out, "alert");
        return;
    }
    put_open(out, "alert");
    json_put_text(out, "from", a->from);
    json_put_int(out, "number", a->number);
    json_put_text(out, "name", a->name);
    json_put_text(out, "phase", a->phase);
    json_object_end(out);
}

static void put_certificate_request(
    struct json_out *out, const struct flow_certificate_request *request)
{
    const struct flow_certificate *c = request ? request->certificate : NULL;

    if (!request)
        return;
    put_open(out, "certificate_request");
    json_put_text(out, "asked", request->asked);
    put_texts(out, "accepts", &request->accepts);
    json_put_int(out, "n_accepts", request->n_accepts);
    json_put_text(out, "answer", request->answer);
    if (c) {
        put_open(out, "certificate");
        json_put_text(out, "sha256", c->sha256);
        json_put_text(out, "subject", c->subject->text);
        json_put_text(out, "issuer", c->issuer->text);
        put_time(out, "not_after", c->not_after);
        json_object_end(out);
    }
    json_object_end(out);
}

/* Only where HTTP/2 went wrong. */
static void put_h2(struct json_out *out, const struct flow_h2 *h2)
{
    if (!h2)
        return;
    put_open(out, "h2");
    json_put_text(out, "fault", h2->fault);
    json_put_text(out, "code", h2->code);
    json_put_text(out, "why", h2->why);
    json_object_end(out);
}

static void put_client_leg(struct json_out *out, const struct flow_client_leg *leg)
{
    if (!leg) {
        json_put_null(out, "client_leg");
        return;
    }
    put_open(out, "client_leg");
    json_put_text(out, "sni", leg->sni);
    json_put_text(out, "version", leg->version);
    json_put_text(out, "cipher", leg->cipher);
    json_put_text(out, "group", leg->group);
    json_put_text(out, "alpn", leg->alpn);
    json_put_bool(out, "resumed", leg->resumed);
    json_put_text(out, "leaf", leg->leaf ? leg->leaf->sha256 : NULL);
    put_certificate_request(out, leg->certificate_request);
    put_alert(out, leg->alert);
    put_h2(out, leg->h2);
    put_fault(out, "front", leg->front);
    put_fault(out, "unread_end", leg->unread_end);
    if (leg->misdirected)
        json_put_text(out, "misdirected", leg->misdirected);
    json_put_text(out, "ended", leg->ended);
    json_put_int(out, "bytes_in", leg->bytes_in);
    json_put_int(out, "bytes_out", leg->bytes_out);
    json_put_bool(out, "finished", leg->finished);
    json_put_text(out, "symptom", leg->symptom);
    if (leg->verdict) {
        json_key(out, "verdict");
        flow_verdict_json(leg->verdict, out);
    }
    json_object_end(out);
}

/* What a reader needs beside the fingerprints when something is wrong; a clean flow does without.
 */
static void put_certificates(struct json_out *out, const struct flow_certificate *chain, size_t n)
{
    put_list(out, "certificates");
    for (size_t i = 0; i < n; i++) {
        const struct flow_certificate *c = &chain[i];

        json_object(out);
        json_put_text(out, "sha256", c->sha256);
        json_put_text(out, "subject", c->subject->text);
        json_put_text(out, "issuer", c->issuer->text);
        put_time(out, "not_before", c->not_before);
        put_time(out, "not_after", c->not_after);
        json_put_text(out, "key", c->key);
        json_put_text(out, "signature", c->signature);
        put_texts(out, "names", &c->names);
        json_put_text(out, "source", c->source);
        json_object_end(out);
    }
    json_array_end(out);
}

/* What came from elsewhere than the handshake, when anything was asked for. */
static void put_fetched(struct json_out *out, const struct flow_server_leg *leg)
{
    json_put_text(out, "ct_doubt", leg->ct_doubt);
    json_put_text(out, "revocation_fault", leg->revocation_fault);
    json_put_text(out, "revocation_url", leg->revocation_url);
    json_put_text(out, "issuer_fetch", leg->issuer_fetch);
    json_put_text(out, "issuer_url", leg->issuer_url);
    if (!leg->n_fetched)
        return;
    put_list(out, "fetched");
    for (size_t i = 0; i < leg->n_fetched; i++)
        json_text(out, leg->fetched[i].sha256);
    json_array_end(out);
}

/* What a clean handshake has no word for. */
static void put_handshake(struct json_out *out, const struct flow_server_leg *leg)
{
    json_put_text(out, "sigalg", leg->sigalg);
    put_fault(out, "sigalg_fault", leg->sigalg_fault);
    put_fault(out, "cipher_fault", leg->cipher_fault);
    if (leg->dh_bits != FLOW_NONE)
        json_put_int(out, "dh_bits", leg->dh_bits);
    put_fault(out, "renegotiation_fault", leg->renegotiation_fault);
    put_fault(out, "fault", leg->fault);
    put_fault(out, "first_words", leg->first_words);
    put_fault(out, "lost", leg->lost);
    put_fault(out, "retry", leg->retry);
    put_fault(out, "retry_found", leg->retry_found);
    put_fault(out, "other_name", leg->other_name);
    put_fault(out, "cut", leg->cut);
    if (leg->quiet != FLOW_NONE)
        json_put_int(out, "quiet", leg->quiet);
}

static void put_sightings(struct json_out *out, const struct flow_server_leg *leg)
{
    put_fault(out, "former_leaf", leg->former_leaf);
    if (leg->former_seen != FLOW_NONE)
        put_time(out, "former_seen", leg->former_seen);
    put_fault(out, "former_verdict", leg->former_verdict);
    if (leg->leaf_turns != FLOW_NONE)
        json_put_int(out, "leaf_turns", leg->leaf_turns);
    if (leg->newer_port != FLOW_NONE)
        json_put_int(out, "newer_port", leg->newer_port);
    if (leg->newer_from != FLOW_NONE)
        put_time(out, "newer_from", leg->newer_from);
    if (leg->same_leaf != FLOW_NONE)
        json_put_int(out, "same_leaf", leg->same_leaf);
    if (leg->same_issuer != FLOW_NONE)
        json_put_int(out, "same_issuer", leg->same_issuer);
}

static void put_server_leg(struct json_out *out, const struct flow *f)
{
    const struct flow_server_leg *leg = f->server_leg;

    if (!leg) {
        json_put_null(out, "server_leg");
        return;
    }
    put_open(out, "server_leg");
    json_put_text(out, "address", leg->address);
    json_put_text(out, "version", leg->version);
    json_put_text(out, "cipher", leg->cipher);
    json_put_text(out, "group", leg->group);
    json_put_text(out, "alpn", leg->alpn);
    put_handshake(out, leg);
    put_sightings(out, leg);
    put_list(out, "chain");
    for (size_t i = 0; i < leg->n_chain; i++)
        json_text(out, leg->chain[i].sha256);
    json_array_end(out);
    if (leg->order)
        json_put_text(out, "order", leg->order);
    if (leg->chain_fault)
        json_put_text(out, "chain_fault", leg->chain_fault);
    if (leg->oddities.n)
        put_texts(out, "oddities", &leg->oddities);
    json_put_text(out, "staple", leg->staple);
    put_fetched(out, leg);
    json_key(out, "verdict");
    flow_verdict_json(leg->verdict, out);
    if (leg->verdict_webpki) {
        json_key(out, "verdict_webpki");
        flow_verdict_json(leg->verdict_webpki, out);
    }
    json_put_text(out, "trusted_by", leg->trusted_by);
    if (leg->ca_status) {
        json_put_text(out, "ca_status", leg->ca_status);
        json_put_text(out, "ca_detail", leg->ca_detail);
    }
    put_alert(out, leg->alert);
    put_h2(out, leg->h2);
    json_put_text(out, "symptom", leg->symptom);
    json_put_text(out, "ended", leg->ended);
    json_put_int(out, "bytes_in", leg->bytes_in);
    json_put_int(out, "bytes_out", leg->bytes_out);
    json_put_bool(out, "wants_client_certificate", leg->wants_client_certificate);
    put_certificate_request(out, leg->certificate_request);
    if (leg->wants_renegotiation)
        json_put_bool(out, "wants_renegotiation", true);
    if (f->n_diagnosis || f->n_notes)
        put_certificates(out, leg->chain, leg->n_chain);
    json_object_end(out);
}

static void put_evidence(
    struct json_out *out, const char *key, const struct flow_evidence *rows, size_t n)
{
    put_list(out, key);
    for (size_t i = 0; i < n; i++) {
        json_object(out);
        json_put_text(out, "fact", rows[i].fact);
        json_put_text(out, "value", rows[i].value);
        json_put_int(out, "weight", rows[i].weight);
        json_put_text(out, "says", rows[i].says);
        json_object_end(out);
    }
    json_array_end(out);
}

static void put_ios(struct json_out *out, const struct flow_ios *ios)
{
    put_open(out, "ios");
    json_put_text(out, "safari", ios->safari);
    json_put_text(out, "app", ios->app);
    json_put_text(out, "text", ios->text);
    json_put_text(out, "grade", ios->grade);
    json_object_end(out);
}

static void put_diagnosis(struct json_out *out, const struct flow *f)
{
    put_list(out, "diagnosis");
    for (size_t i = 0; i < f->n_diagnosis; i++) {
        const struct flow_diagnosis *d = &f->diagnosis[i];

        json_object(out);
        json_put_text(out, "cause", d->cause);
        json_put_text(out, "leg", d->leg);
        json_put_text(out, "confidence", d->confidence);
        json_put_int(out, "score", d->score);
        json_put_text(out, "title", d->title);
        json_put_text(out, "why", d->why);
        put_evidence(out, "evidence", d->evidence, d->n_evidence);
        put_evidence(out, "against", d->against, d->n_against);
        put_ios(out, d->ios);
        put_texts(out, "device_fix", &d->device_fix);
        put_texts(out, "server_fix", &d->server_fix);
        json_put_text(out, "next_test", d->next_test);
        put_texts(out, "by", &d->by);
        json_object_end(out);
    }
    json_array_end(out);
}

static void put_notes(struct json_out *out, const struct flow *f)
{
    put_list(out, "notes");
    for (size_t i = 0; i < f->n_notes; i++) {
        const struct flow_note *note = &f->notes[i];

        json_object(out);
        json_put_text(out, "code", note->code);
        json_put_text(out, "severity", note->severity);
        json_put_text(out, "leg", note->leg);
        json_put_text(out, "text", note->text);
        json_put_text(out, "by", note->by);
        put_open(out, "data");
        json_object_end(out);
        json_object_end(out);
    }
    json_array_end(out);
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
    if (hints->port != FLOW_NONE)
        json_put_int(out, "port", hints->port);
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
    if (dial->via_status != FLOW_NONE)
        json_put_int(out, "via_status", dial->via_status);
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
    put_fault(out, "login_refused", mail->login_refused);
    if (mail->good_port != FLOW_NONE)
        json_put_int(out, "good_port", mail->good_port);
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
    if (end->close != FLOW_NONE)
        json_put_int(out, "close", end->close);
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
    if (ws->status != FLOW_NONE)
        json_put_int(out, "status", ws->status);
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
    put_certificates(out, id->chain, id->n_chain);
}

void flow_json(const struct flow *f, struct json_out *out)
{
    char at[TIME_TEXT_CAP];

    json_object(out);
    json_put_int(out, "v", 1);
    json_put_text(out, "id", f->id);
    json_put_text(out, "at", time_rfc3339_ms(at, f->at_ms));
    json_put_int(out, "ms", f->ms);
    put_open(out, "proxy");
    json_put_text(out, "name", f->proxy->name);
    json_put_text(out, "version", f->proxy->version);
    json_put_text(out, "clock", f->proxy->clock->state);
    json_object_end(out);
    json_put_text(out, "entry", f->entry);
    put_client(out, f->client);
    put_target(out, f->target);
    put_decision(out, f->decision);
    put_client_leg(out, f->client_leg);
    put_dial(out, f->dial);
    put_mail(out, f->mail);
    put_server_leg(out, f);
    put_identity(out, f->identity);
    json_put_text(out, "protocol", f->protocol);
    put_fault(out, "cleartext", f->cleartext);
    put_fault(out, "secure_page", f->secure_page);
    json_put_text(out, "failed_leg", f->failed_leg);
    put_diagnosis(out, f);
    put_notes(out, f);
    put_facts(out, f);
    put_exchanges(out, f);
    put_websocket(out, f->websocket);
    put_timeline(out, f);
    json_object_end(out);
}
