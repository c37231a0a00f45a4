/* tests/flow/sample_flow.h - flows that tests of several rooms share. Header only: small, and
 * every test wants its own. */
#ifndef WHYTLS_TESTS_FLOW_SAMPLE_FLOW_H
#define WHYTLS_TESTS_FLOW_SAMPLE_FLOW_H

#include "flow/flow.h"

enum { SAMPLE_NOW = 1795254112 }; /* 2026-11-21 09:41:52 UTC */

static inline struct flow *sample_fine(void)
{
    struct flow *f = flow_new("01JD6Q7T4E", SAMPLE_NOW * 1000LL);

    f->client->ip = "192.168.1.52";
    f->client->device->family = "iPhone";
    f->client->device->name = "Anna's iPhone";
    f->client->app->name = "Grocer";
    f->target->host = "api.shop.example.com";
    f->target->port = 443;
    f->client_leg = FLOW_MAKE(f, client_leg);
    f->server_leg = FLOW_MAKE(f, server_leg);
    f->server_leg->verdict = FLOW_MAKE(f, verdict);
    f->server_leg->verdict->verdict = "accept";
    for (int i = 0; i < 4; i++) {
        struct flow_exchange *x = flow_exchange_add(f);

        x->method = "GET";
        x->url = "https://api.shop.example.com/v1/basket";
        x->status = 200;
    }
    f->ms = 212;
    return f;
}

static inline void sample_certificate(
    struct flow *f, const char *cn, const char *issuer, int64_t from, int64_t to)
{
    struct flow_certificate *c =
        flow_list_add(f, &f->server_leg->chain, &f->server_leg->n_chain, flow_type_certificate());

    c->subject->cn = c->subject->text = cn;
    c->issuer->cn = c->issuer->text = issuer;
    c->not_before = from;
    c->not_after = to;
    c->key = "RSA-2048";
    c->source = "sent";
}

static inline void sample_evidence(
    struct flow *f, struct flow_evidence **at, size_t *n, const char *says)
{
    struct flow_evidence *e = flow_list_add(f, at, n, flow_type_evidence());

    e->fact = "proxy.clock.state";
    e->value = "right";
    e->says = says;
}

/* The expired certificate of the voice's first page. */
static inline struct flow *sample_expired(void)
{
    struct flow *f = sample_fine();
    struct flow_verdict *v = f->server_leg->verdict;
    struct flow_check *check = flow_list_add(f, &v->checks, &v->n_checks, flow_type_check());
    struct flow_diagnosis *d =
        flow_list_add(f, &f->diagnosis, &f->n_diagnosis, flow_type_diagnosis());

    f->n_exchanges = 0;
    f->refused_by_us = true;
    f->server_leg->address = "203.0.113.18";
    f->server_leg->version = "TLSv1.3";
    f->server_leg->alpn = "h2";
    f->server_leg->trusted_by = "both";
    sample_certificate(f, "api.shop.example.com", "Example Trust R4", 1787227200, 1795003200);
    sample_certificate(f, "Example Trust R4", "Example Trust Root X1", 1605052800, 1915228800);
    v->verdict = "reject";
    v->text = "“api.shop.example.com” certificate is expired";
    v->osstatus = -67818;
    v->osstatus_name = "errSecCertificateExpired";
    v->openssl->code = 10;
    check->check = "TemporalValidity";
    d->cause = "cert-expired-leaf";
    d->leg = "server";
    d->confidence = "certain";
    d->title = "The server's certificate has expired";
    d->why = "The certificate of api.shop.example.com expired 3 days ago, so an iPhone refuses it.";
    sample_evidence(f, &d->evidence, &d->n_evidence,
        "It ended on 18 Nov 2026, 12:00 UTC, 2 days and 21 hours ago.");
    sample_evidence(
        f, &d->evidence, &d->n_evidence, "Our clock agrees with 14 other hosts to 0.2 s.");
    sample_evidence(
        f, &d->against, &d->n_against, "Not the phone's clock: the phone objects to nothing.");
    d->ios->text = v->text;
    d->ios->grade = "Apple source";
    flow_texts_add(f, &d->server_fix, "Renew the certificate.");
    flow_texts_add(f, &d->server_fix, "Install it.");
    flow_texts_add(f, &d->server_fix, "Reload every service that uses it.");
    d->next_test = "Settled. After the reload: whytls explain api.shop.example.com";
    flow_texts_add(f, &d->by, "rule:dates/expired");
    return f;
}

#endif
