#include "flow_flood.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/attrib.h"
#include "base/id.h"
#include "base/mem.h"
#include "base/text.h"
#include "flow/flow.h"

enum { HOSTS = 20000, DEVICES = 40, APPS = 60, ISSUERS = 9, STEPS_MOST = 12, SPAN_DAYS = 30 };

struct flood {
    uint64_t chance;
    size_t n, i;
    int64_t now_ms;
    double hosts_log; /* of HOSTS, for the power law */
};

static const struct {
    const char *id, *leg, *title;
} causes[] = {
#define SERVER "server"
#define CLIENT "client"
#define IDENTITY "identity"
#define RIVALS(...) 0
#define CERTAIN(...) 0
#define CAUSE(id, leg, class, rivals, certain, title) {id, leg, title},
#include "diagnosis/cause.def"
#undef CAUSE
};

enum { CAUSES = sizeof causes / sizeof *causes };

static const char *const words[] = {"basket", "item", "feed", "image", "profile", "session",
    "event", "search", "token", "batch", "config", "message", "photo", "route", "tile", "article",
    "score", "track", "invoice", "label", "sync", "stats", "video", "comment"};

enum { WORDS = sizeof words / sizeof *words };

struct flood *flood_new(size_t n, int64_t now_ms)
{
    struct flood *f = mem_new(sizeof *f);

    f->chance = 0x9e3779b97f4a7c15;
    f->n = n;
    f->now_ms = now_ms;
    f->hosts_log = log(HOSTS);
    return f;
}

void flood_free(struct flood *f)
{
    mem_free(f);
}

/* xorshift64* */
static uint64_t draw(struct flood *f)
{
    f->chance ^= f->chance >> 12;
    f->chance ^= f->chance << 25;
    f->chance ^= f->chance >> 27;
    return f->chance * 0x2545f4914f6cdd1d;
}

static size_t below(struct flood *f, size_t n)
{
    return (size_t)((draw(f) >> 33) % n);
}

/* 0 half of the time, and so on: the first ones are met most. */
static size_t rare(struct flood *f, size_t n)
{
    size_t at = 0;

    while (at + 1 < n && below(f, 8) > 4)
        at++;
    return at;
}

/* 1 / rank, roughly. */
static size_t host_draw(struct flood *f)
{
    double u = (double)(draw(f) >> 11) / 9007199254740992.0;

    return (size_t)(exp(u * f->hosts_log)) - 1;
}

static const char *said(struct flow *f, const char *format, ...) PRINTF_LIKE(2, 3);

static const char *said(struct flow *f, const char *format, ...)
{
    char out[400];
    va_list args;

    va_start(args, format);
    vsnprintf(out, sizeof out, format, args);
    va_end(args);
    return flow_text(f, out);
}

/* A fingerprint that stands for this thing. */
static const char *print_of(struct flow *f, uint64_t thing)
{
    uint64_t a = (thing + 1) * 0x9e3779b97f4a7c15, b = a * 0xbf58476d1ce4e5b9 + 1;

    return said(f, "%016llx%016llx%016llx%016llx", (unsigned long long)a, (unsigned long long)b,
        (unsigned long long)(a ^ b >> 7), (unsigned long long)(b ^ a >> 9));
}

static void who(struct flood *flood, struct flow *f)
{
    size_t device = rare(flood, DEVICES), app = rare(flood, APPS);

    f->client->ip = said(f, "192.168.%zu.%zu", device / 20, 10 + device);
    f->client->port = (int64_t)(49152 + below(flood, 16000));
    f->client->device->id = said(f, "d-%08zx", device * 2654435761u % 4294967291u);
    f->client->device->family = device % 5 ? "iPhone" : "iPad";
    f->client->app->name = said(f, "%s%zu", words[app % WORDS], app);
    f->client->app->stack = "apple";
    f->client->agent =
        said(f, "%s%zu/9.%zu CFNetwork/1568.200.51 Darwin/24.1.0", words[app % WORDS], app, app);
    f->client->ja4 = said(f, "t13d2014h2_%012zx_e42f34c56612", app % 7);
}

static void whom(struct flow *f, size_t host)
{
    static const char *const names[] = {"api", "www", "cdn", "img", "auth", "push"};
    const char *site = said(f, "%s-%zu.example", words[host % WORDS], host / 4);

    f->target->site = site;
    f->target->host = said(f, "%s.%s", names[host % 6], site);
    f->target->port = 443;
    f->target->learnt = "connect";
    f->entry = "connect";
    f->decision->answer = "relay";
}

static void certificate_add(
    struct flow *f, uint64_t print, const char *subject, const char *issuer, int64_t ends_s)
{
    struct flow_certificate *c =
        flow_list_add(f, &f->server_leg->chain, &f->server_leg->n_chain, flow_type_certificate());

    c->sha256 = print_of(f, print);
    c->subject->text = subject;
    c->issuer->text = issuer;
    c->not_after = ends_s;
    flow_texts_add(f, &f->server_leg->verdict->path, c->sha256);
}

static void legs(struct flood *flood, struct flow *f, size_t host)
{
    size_t issuer = host % ISSUERS;
    const char *by = said(f, "CN=Example Trust E%zu,O=Example Trust,C=US", issuer);
    const char *root = said(f, "CN=Example Root X%zu,O=Example Trust,C=US", issuer / 3);
    struct flow_client_leg *c = f->client_leg = FLOW_MAKE(f, client_leg);
    struct flow_server_leg *s = f->server_leg = FLOW_MAKE(f, server_leg);

    c->sni = f->target->host;
    c->version = s->version = host % 11 ? "TLSv1.3" : "TLSv1.2";
    c->cipher = s->cipher = "TLS_AES_128_GCM_SHA256";
    c->group = s->group = "X25519";
    c->alpn = s->alpn = "h2";
    c->leaf = FLOW_MAKE(f, certificate);
    c->leaf->sha256 = print_of(f, 1000000 + host);
    c->ended = s->ended = "clean";
    c->bytes_in = s->bytes_out = (int64_t)below(flood, 4000);
    c->bytes_out = s->bytes_in = (int64_t)below(flood, 400000);
    f->dial = FLOW_MAKE(f, dial);
    s->address = said(f, "203.0.%zu.%zu", host / 250 % 250, host % 250);
    flow_texts_add(f, &f->dial->addresses, s->address);
    s->trusted_by = "both";
    s->staple = "none";
    s->verdict = FLOW_MAKE(f, verdict);
    s->verdict->verdict = "accept";
    s->verdict->anchors_are = "system";
    s->verdict->ct = "qualified";
    certificate_add(f, host, said(f, "CN=%s", f->target->host), by,
        (int64_t)(flood->now_ms / 1000) + (int64_t)(host * 7919 % 90) * 86400);
    certificate_add(f, 2000000 + issuer, by, root, flood->now_ms / 1000 + 900 * 86400);
}

static void exchanges(struct flood *flood, struct flow *f)
{
    size_t n = 1 + rare(flood, 24);

    for (size_t i = 0; i < n; i++) {
        struct flow_exchange *x = flow_exchange_add(f);
        const char *word = words[below(flood, WORDS)];

        x->method = below(flood, 5) ? "GET" : "POST";
        x->url = below(flood, 3) ? said(f, "https://%s/v1/%s", f->target->host, word)
                                 : said(f, "https://%s/v1/%s/%zu", f->target->host, word,
                                       below(flood, 1000000000));
        x->status = below(flood, 40) ? 200 : 404;
        x->ms = (int64_t)below(flood, 300);
        x->response_bytes = (int64_t)below(flood, 40000);
    }
}

static void because(struct flow *f, struct flow_diagnosis *d, const char *fact, const char *says)
{
    struct flow_evidence *e = flow_list_add(f, &d->evidence, &d->n_evidence, flow_type_evidence());

    e->fact = fact;
    e->value = "fails at certificate 0";
    e->weight = 3;
    e->says = says;
}

static void trouble(struct flood *flood, struct flow *f, size_t host)
{
    const size_t which = (host * 31 + rare(flood, CAUSES)) % CAUSES;
    struct flow_diagnosis *d =
        flow_list_add(f, &f->diagnosis, &f->n_diagnosis, flow_type_diagnosis());
    struct flow_verdict *v = f->server_leg->verdict;
    struct flow_check *check = flow_list_add(f, &v->checks, &v->n_checks, flow_type_check());

    d->cause = causes[which].id;
    d->leg = causes[which].leg;
    d->title = causes[which].title;
    d->confidence = below(flood, 3) ? "certain" : "likely";
    d->why = said(f, "%s: %s, so an iPhone refuses it.", f->target->host, d->title);
    because(f, d, "checks.TemporalValidity@0", "The site's own certificate fails this check.");
    because(f, d, "server_leg.chain.leaf.not_after", said(f, "It ended for %s.", f->target->host));
    flow_texts_add(f, &d->server_fix, "Renew the certificate, and reload every service.");
    flow_texts_add(f, &d->device_fix, "Nothing. No setting helps.");
    flow_texts_add(f, &d->by, "rule:dates/expired");
    d->ios->text = said(f, "“%s” certificate is expired", f->target->host);
    d->ios->grade = "Apple source";
    v->verdict = "reject";
    v->text = d->ios->text;
    v->class = "Expired";
    v->osstatus = -67818;
    check->check = "TemporalValidity";
    f->failed_leg = d->leg;
    f->refused_by_us = !strcmp(d->leg, "server");
    f->decision->answer = f->refused_by_us ? "page" : "relay";
    if (!f->refused_by_us) {
        f->client_leg->alert = FLOW_MAKE(f, alert);
        f->client_leg->alert->from = "client";
        f->client_leg->alert->number = 46;
        f->client_leg->alert->name = "certificate_unknown";
        f->client_leg->alert->phase = "after-certificate";
    }
}

static void ticks(struct flood *flood, struct flow *f)
{
    static const char *const steps[STEPS_MOST] = {"sniff", "entry", "hello", "decide", "dial",
        "server_tls", "judge", "mint", "client_tls", "talk", "drain", "done"};

    for (size_t i = 0; i < STEPS_MOST; i++) {
        f->ms += (int64_t)below(flood, 40);
        flow_tick(f, f->ms, steps[i]);
    }
}

struct flow *flood_next(struct flood *flood)
{
    int64_t span_ms = (int64_t)SPAN_DAYS * 24 * 3600 * 1000;
    int64_t at_ms =
        flood->now_ms - span_ms + (int64_t)((double)span_ms * (double)flood->i / (double)flood->n);
    size_t host = host_draw(flood);
    char id[ID_CAP];
    struct flow *f = flow_new(id_make(id, at_ms), at_ms);

    flood->i++;
    f->proxy->name = "bench";
    f->proxy->version = "1";
    who(flood, f);
    whom(f, host);
    legs(flood, f, host);
    ticks(flood, f);
    if (below(flood, 30) == 0) {
        f->decision->action = "tunnel";
        f->decision->by = "apple-hosts";
    } else if (below(flood, 12) == 0) {
        trouble(flood, f, host);
    } else {
        exchanges(flood, f);
    }
    if (below(flood, 50) == 0)
        flow_note_add(f, "tls-floor/below-floor", "medium", "The site speaks TLS 1.2 only.",
            "rule:tls-floor/own-hosts");
    if (below(flood, 4))
        flow_fact_set(
            f, &(struct flow_fact){
                   .name = "geo.country", .kind = FACT_TEXT, .text = host % 3 ? "US" : "DE"});
    return f;
}
