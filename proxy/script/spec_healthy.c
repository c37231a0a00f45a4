/* spec_healthy.c - a flow on which nothing is wrong: what specs lay their differences over.
 * Declared in spec_priv.h. */
#include "spec_priv.h"

#include <string.h>

enum { DAY = 86400 };

static void name_fill(struct flow *f, struct flow_name *name, const char *cn, const char *o)
{
    name->cn = cn;
    name->o = o;
    name->text = arena_printf(&f->arena, "CN=%s", cn);
}

static void certificate_fill(
    struct flow *f, struct flow_certificate *c, int depth, const char *cn, const char *issuer)
{
    c->sha256 = arena_printf(&f->arena, "%064d", depth);
    c->spki_sha256 = arena_printf(&f->arena, "%064d", depth + 16);
    c->depth = depth;
    c->version = 3;
    c->serial = arena_printf(&f->arena, "0%d", depth);
    name_fill(f, c->subject, cn, depth ? "Example Trust" : NULL);
    name_fill(f, c->issuer, issuer, "Example Trust");
    c->not_before = SPEC_NOW - 30 * DAY;
    c->not_after = SPEC_NOW + 60 * DAY;
    c->lifetime = 90 * DAY;
    c->is_ca = depth > 0;
    c->self_signed = !strcmp(cn, issuer);
    c->key = "P-256";
    c->key_bits = 256;
    c->signature = "ecdsa-sha256";
    flow_texts_add(f, &c->key_usage, "digitalSignature");
    if (depth == 0)
        flow_texts_add(f, &c->eku, "serverAuth");
    c->scts = 3;
    c->source = "sent";
}

static struct flow_verdict *verdict_new(struct flow *f, const char *anchors)
{
    struct flow_verdict *v = FLOW_MAKE(f, verdict);

    v->verdict = "accept";
    v->anchors_are = anchors;
    v->openssl->accept = true;
    return v;
}

static struct flow_certificate *chain_add(struct flow *f)
{
    return flow_list_add(
        f, &f->server_leg->chain, &f->server_leg->n_chain, flow_type_certificate());
}

void spec_leaf_add(struct flow *f)
{
    struct flow_certificate *leaf = chain_add(f);

    certificate_fill(f, leaf, 0, "shop.example", "Example Issuing CA");
    flow_texts_add(f, &leaf->names, "shop.example");
    flow_texts_add(f, &leaf->names, "www.shop.example");
}

void spec_ca_add(struct flow *f)
{
    size_t depth = f->server_leg->n_chain;

    certificate_fill(f, chain_add(f), (int)depth,
        depth == 1 ? "Example Issuing CA" : "Example Root", "Example Root");
}

static void client_fill(struct flow *f)
{
    struct flow_client *c = f->client;

    c->ip = "192.168.1.20";
    c->port = 50000;
    c->agent = "Acme/3.1 CFNetwork/3860.100.1 Darwin/25.0.0";
    c->ja4 = "t13d2014h2_x";
    c->device->id = "d1";
    c->device->name = "Test iPhone";
    c->device->family = "iPhone";
    c->device->os_version = "26.1";
    c->device->first_seen = SPEC_NOW - DAY;
    c->device->clock_state = "right";
    c->device->profile_fetched = SPEC_NOW - 86000;
    c->device->root_fetched = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    c->device->probe = "trusted";
    c->device->probe_at = SPEC_NOW - 85000;
    c->app->name = "Acme";
    c->app->stack = "apple";
}

static void client_leg_fill(struct flow *f)
{
    struct flow_client_leg *leg = f->client_leg = FLOW_MAKE(f, client_leg);

    leg->sni = "shop.example";
    leg->finished = true;
    leg->ended = "clean";
    leg->bytes_in = 900;
    leg->bytes_out = 4000;
    leg->version = "TLSv1.3";
    leg->cipher = "TLS_AES_128_GCM_SHA256";
    leg->group = "x25519";
    leg->alpn = "h2";
    flow_texts_add(f, &leg->hello->versions, "TLSv1.3");
    flow_texts_add(f, &leg->hello->versions, "TLSv1.2");
    flow_texts_add(f, &leg->hello->ciphers, "TLS_AES_128_GCM_SHA256");
    flow_texts_add(f, &leg->hello->groups, "x25519");
    flow_texts_add(f, &leg->hello->sigalgs, "ecdsa_secp256r1_sha256");
    flow_texts_add(f, &leg->hello->alpn, "h2");
    flow_texts_add(f, &leg->hello->alpn, "http/1.1");
    leg->hello->max_version = "TLSv1.3";
    leg->hello->ech = "none";
    leg->hello->size = 517;
    leg->verdict = verdict_new(f, "user");
}

static void server_leg_fill(struct flow *f)
{
    struct flow_server_leg *leg = f->server_leg = FLOW_MAKE(f, server_leg);

    leg->address = "203.0.113.7";
    leg->version = "TLSv1.3";
    leg->cipher = "TLS_AES_128_GCM_SHA256";
    leg->group = "x25519";
    leg->alpn = "h2";
    leg->staple = "none";
    leg->trusted_by = "both";
    leg->ended = "clean";
    leg->verdict = verdict_new(f, "system");
    leg->verdict->ct = "qualified";
    spec_leaf_add(f);
    spec_ca_add(f);
}

static void history_fill(struct flow *f)
{
    f->history->device->accepted = 40;
    f->history->device->hosts_accepted = 12;
    f->history->device->last_accepted = SPEC_NOW - 60;
    f->history->app->accepted = 9;
    f->history->app->hosts_accepted = 3;
    f->history->app->last_accepted = SPEC_NOW - 60;
}

struct flow *spec_flow_new(void)
{
    struct flow *f = flow_new("01SPEC", (int64_t)SPEC_NOW * 1000);

    f->entry = "connect";
    client_fill(f);
    f->target->host = "shop.example";
    f->target->port = 443;
    f->target->learnt = "connect";
    f->target->site = "shop.example";
    client_leg_fill(f);
    f->dial = FLOW_MAKE(f, dial);
    flow_texts_add(f, &f->dial->addresses, "203.0.113.7");
    f->dial->ms = 20;
    server_leg_fill(f);
    history_fill(f);
    f->proxy->name = "here";
    f->proxy->version = "1.0";
    f->proxy->clock->state = "right";
    f->proxy->clock->offset = 0;
    f->proxy->root_sha256 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    f->proxy->root_since = SPEC_NOW - 30 * DAY;
    return f;
}
