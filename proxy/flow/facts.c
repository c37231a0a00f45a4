#include "facts.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/host.h"
#include "base/host_likeness.h"
#include "base/text.h"
#include "cert/chain.h"
#include "cert/chain_order.h"
#include "cert/facts.h"
#include "device/agent.h"
#include "fetch/evidence.h"
#include "flow.h"
#include "judge/verdict.h"
#include "path.h"
#include "wire/client_hello.h"
#include "wire/fingerprint.h"
#include "wire/tls_names.h"
#include "wire/websocket.h"

/* A certificate of 256 KiB holds some 10,000 names, which every record of its flows would repeat.
 * Public CAs allow 100 to 250; the judge itself looks at all. */
enum { NAMES_MOST = 1000, URLS_MOST = 16 };

static void copy_texts(
    struct flow *f, struct flow_texts *out, const struct cert_texts *in, size_t most)
{
    size_t n = in->n < most ? in->n : most;

    *out = (struct flow_texts){.n = n};
    if (!n)
        return;
    out->at = arena_new(&f->arena, n * sizeof *out->at);
    for (size_t i = 0; i < n; i++)
        out->at[i] = flow_text(f, in->at[i]);
}

static void fill_name(struct flow *f, struct flow_name *out, const struct cert_name *in)
{
    out->text = flow_text(f, in->text);
    out->cn = flow_text(f, in->cn);
    out->o = flow_text(f, in->o);
    out->ou = flow_text(f, in->ou);
    out->c = flow_text(f, in->c);
}

static void fill_extensions(struct flow *f, struct flow_certificate *out, const struct cert *c)
{
    if (!c->n_extensions)
        return;
    out->extensions = arena_new(&f->arena, c->n_extensions * sizeof *out->extensions);
    out->n_extensions = c->n_extensions;
    for (size_t i = 0; i < c->n_extensions; i++) {
        out->extensions[i].oid = flow_text(f, c->extensions[i].oid);
        out->extensions[i].name = flow_text(f, c->extensions[i].name);
        out->extensions[i].critical = c->extensions[i].critical;
        out->extensions[i].size = (int64_t)c->extensions[i].value.len;
    }
}

static void fill_key(struct flow *f, struct flow_certificate *out, const struct cert *c)
{
    out->key = flow_text(f, c->key_text);
    out->key_bits = c->key_bits;
    out->signature = flow_text(f, c->signature);
    copy_texts(f, &out->key_usage, &c->key_usage_names, NAMES_MOST);
    copy_texts(f, &out->eku, &c->eku_names, NAMES_MOST);
}

static void fill_services(struct flow *f, struct flow_certificate *out, const struct cert *c)
{
    copy_texts(f, &out->aia, &c->aia, URLS_MOST);
    copy_texts(f, &out->ocsp, &c->ocsp, URLS_MOST);
    copy_texts(f, &out->crls, &c->crls, URLS_MOST);
    copy_texts(f, &out->policies, &c->policies, NAMES_MOST);
    out->scts = (int64_t)c->n_scts;
    out->must_staple = c->must_staple;
}

void flow_keep_certificate(struct flow *f, const struct cert *c)
{
    struct flow_kept *kept;

    if (!c->der.len)
        return; /* facts without bytes: there is nothing to keep */
    for (kept = f->kept; kept; kept = kept->next)
        if (!memcmp(kept->cert->sha256, c->sha256, sizeof c->sha256))
            return;
    kept = arena_new(&f->arena, sizeof *kept);
    *kept = (struct flow_kept){.next = f->kept, .cert = cert_ref(c)};
    f->kept = kept;
}

const struct cert *flow_certificate_kept(const struct flow *f, const char *sha256)
{
    for (const struct flow_kept *kept = f->kept; kept; kept = kept->next)
        if (!strcmp(kept->cert->sha256_hex, sha256))
            return kept->cert;
    return NULL;
}

void flow_fill_certificate(struct flow *f, struct flow_certificate *out, const struct cert *c,
    size_t depth, const char *source)
{
    flow_keep_certificate(f, c);
    out->sha256 = flow_text(f, c->sha256_hex);
    out->spki_sha256 = flow_text(f, c->spki_sha256_hex);
    out->depth = (int64_t)depth;
    fill_name(f, out->subject, &c->subject);
    fill_name(f, out->issuer, &c->issuer);
    out->version = c->version;
    out->serial = flow_text(f, c->serial);
    out->not_before = c->not_before;
    out->not_after = c->not_after;
    out->lifetime = cert_lifetime(c);
    copy_texts(f, &out->names, &c->dns, NAMES_MOST);
    copy_texts(f, &out->ips, &c->ips, NAMES_MOST);
    copy_texts(f, &out->emails, &c->emails, NAMES_MOST);
    out->is_ca = c->is_ca;
    out->self_signed = c->self_signed;
    fill_key(f, out, c);
    out->path_len = c->path_len < 0 ? FLOW_NONE : c->path_len;
    out->aki = flow_text(f, c->aki);
    out->ski = flow_text(f, c->ski);
    fill_services(f, out, c);
    fill_extensions(f, out, c);
    out->source = flow_text(f, source);
}

void flow_fill_chain(struct flow *f, const struct cert_chain *chain)
{
    struct flow_server_leg *leg = f->server_leg;

    leg->chain = NULL;
    leg->n_chain = 0;
    leg->order = chain_order_name(chain_order(chain));
    for (size_t i = 0; i < chain->n; i++) {
        struct flow_certificate *c =
            flow_list_add(f, &leg->chain, &leg->n_chain, flow_type_certificate());

        flow_fill_certificate(f, c, chain->at[i], i, "sent");
    }
}

static void fill_checks(struct flow *f, struct flow_verdict *out, const struct verdict *v)
{
    if (!v->n_checks)
        return;
    out->checks = arena_new(&f->arena, v->n_checks * sizeof *out->checks);
    out->n_checks = v->n_checks;
    for (size_t i = 0; i < v->n_checks; i++) {
        out->checks[i].check = v->checks[i].check->name;
        out->checks[i].cert = (int64_t)v->checks[i].cert;
        out->checks[i].osstatus = v->checks[i].check->osstatus;
        out->checks[i].detail = flow_text(f, v->checks[i].detail);
    }
}

static void fill_detours(struct flow *f, struct flow_verdict *out, const struct verdict *v)
{
    for (size_t i = 0; i < v->n_detours; i++) {
        struct flow_detour *d =
            flow_list_add(f, &out->detours, &out->n_detours, flow_type_detour());

        d->why = flow_text(f, v->detours[i].why);
        for (size_t k = 0; k < v->detours[i].n; k++)
            flow_texts_add(f, &d->path, v->detours[i].sha256[k]);
    }
}

/* The state of the certificate that is known to be the worst off; what one was told of none is
 * "not-checked". */
static const char *worst_revocation(const struct verdict *v)
{
    static const int ranks[] = {[VERDICT_REVOCATION_NOT_CHECKED] = 0,
        [VERDICT_REVOCATION_GOOD] = 1,
        [VERDICT_REVOCATION_UNREACHABLE] = 2,
        [VERDICT_REVOCATION_INVALID] = 3,
        [VERDICT_REVOCATION_STALE] = 4,
        [VERDICT_REVOCATION_UNKNOWN] = 5,
        [VERDICT_REVOCATION_REVOKED] = 6};
    enum verdict_revocation worst = VERDICT_REVOCATION_NOT_CHECKED;

    for (size_t i = 0; v->revocation && i < v->n_path; i++)
        if (ranks[v->revocation[i]] > ranks[worst])
            worst = v->revocation[i];
    return verdict_revocation_name(worst);
}

struct flow_verdict *flow_make_verdict(struct flow *f, const struct verdict *v)
{
    struct flow_verdict *out = FLOW_MAKE(f, verdict);

    out->verdict = verdict_answer_name(v->answer);
    out->anchors_are = anchors_are_name(v->anchors_are);
    out->class = judge_class_name(v->class);
    out->text = flow_text(f, v->answer == VERDICT_ERROR ? v->error : v->text);
    if (v->answer == VERDICT_REJECT) {
        out->osstatus = v->osstatus;
        out->osstatus_name = v->osstatus_name;
        out->nsurlerror = v->nsurlerror;
    }
    out->overridable = v->overridable;
    fill_checks(f, out, v);
    fill_detours(f, out, v);
    for (size_t i = 0; i < v->n_causes; i++)
        flow_texts_add(f, &out->causes, v->causes[i]);
    for (size_t i = 0; i < v->n_path; i++)
        flow_texts_add(f, &out->path, v->path[i]->sha256_hex);
    out->ct = verdict_ct_name(v->ct);
    if (v->answer != VERDICT_ERROR) {
        out->revocation = worst_revocation(v);
        out->revocation_source = v->revocation_source;
    }
    out->openssl->accept = v->openssl.accept;
    out->openssl->code = v->openssl.code;
    out->openssl->depth = v->openssl.depth;
    return out;
}

const char *flow_openssl_text(const struct flow_openssl *o)
{
    return X509_verify_cert_error_string((long)o->code);
}

void flow_fill_oddities(struct flow *f, const char *const *names, size_t n)
{
    f->server_leg->oddities = (struct flow_texts){0};
    for (size_t i = 0; i < n; i++)
        flow_texts_add(f, &f->server_leg->oddities, names[i]);
}

void flow_fill_ct(struct flow *f, const struct verdict *v)
{
    struct flow_server_leg *leg = f->server_leg;

    if (v->n_scts && leg->n_chain)
        leg->chain[0].scts = (int64_t)v->n_scts;
    /* Of a CA of somebody's own nobody asks it. */
    bool is_public =
        v->anchored && v->anchors_are == ANCHORS_SYSTEM && strcmp(v->trusted_by, "custom") != 0;
    leg->ct_doubt = is_public && v->ct == VERDICT_CT_CANNOT_TELL ? "old-list" : NULL;
}

void flow_fill_staple(struct flow *f, const struct verdict *v, bool stapled)
{
    struct flow_server_leg *leg = f->server_leg;

    if (!stapled)
        leg->staple = "none";
    else
        leg->staple = v->revocation && v->revocation[0] != VERDICT_REVOCATION_NOT_CHECKED
                          ? verdict_revocation_name(v->revocation[0])
                          : "present";
}

/* The leaf's: what is above it nobody staples, and iOS asks nobody. */
static const char *revocation_fault(
    const struct flow_server_leg *leg, const struct verdict *v, bool asked)
{
    const struct cert *leaf = v->path[0];
    enum verdict_revocation state =
        v->revocation ? v->revocation[0] : VERDICT_REVOCATION_NOT_CHECKED;

    switch (state) {
    case VERDICT_REVOCATION_GOOD:
    case VERDICT_REVOCATION_REVOKED:
        break;
    case VERDICT_REVOCATION_UNKNOWN:
    case VERDICT_REVOCATION_STALE:
    case VERDICT_REVOCATION_INVALID:
    case VERDICT_REVOCATION_UNREACHABLE:
        return verdict_revocation_name(state);
    case VERDICT_REVOCATION_NOT_CHECKED:
        if (asked && leaf->ocsp.n == 0 && !leaf->self_signed)
            return "no-address";
        break;
    }
    return leaf->must_staple && leg->staple && strcmp(leg->staple, "none") == 0 ? "no-staple"
                                                                                : NULL;
}

void flow_fill_revocation_fault(struct flow *f, const struct verdict *v, bool asked)
{
    f->server_leg->revocation_fault = v->n_path ? revocation_fault(f->server_leg, v, asked) : NULL;
}

void flow_fill_evidence(struct flow *f, const struct fetch_evidence *e)
{
    struct flow_server_leg *leg = f->server_leg;

    leg->issuer_fetch = evidence_issuer_name(e->issuer);
    leg->issuer_url = flow_text(f, e->issuer_url);
    leg->revocation_url = flow_text(f, e->silent_url);
    for (size_t i = 0; e->fetched && i < e->fetched->n; i++) {
        struct flow_certificate *c =
            flow_list_add(f, &leg->fetched, &leg->n_fetched, flow_type_certificate());

        flow_fill_certificate(f, c, e->fetched->at[i], i, "aia");
    }
}

typedef const char *number_name(uint16_t number, char buf[static TLS_NAME_CAP]);

static void fill_numbers(
    struct flow *f, struct flow_texts *out, const struct hello_list *in, number_name *name_of)
{
    char buf[TLS_NAME_CAP];

    *out = (struct flow_texts){.n = in->n};
    if (!in->n)
        return;
    out->at = arena_new(&f->arena, in->n * sizeof *out->at);
    for (size_t i = 0; i < in->n; i++) {
        const char *name = name_of(in->at[i], buf);

        out->at[i] = name == buf ? flow_text(f, buf) : name;
    }
}

static const char *ech_name(enum hello_ech ech)
{
    switch (ech) {
    case HELLO_ECH_NONE:
        return "none";
    case HELLO_ECH_GREASE:
        return "grease";
    case HELLO_ECH_REAL:
        return "real";
    }
    return "none";
}

static void sha256(const void *bytes, size_t len, uint8_t out[static 32])
{
    if (!EVP_Digest(bytes, len, out, NULL, EVP_sha256(), NULL))
        memset(out, 0, 32);
}

void flow_fill_hello(struct flow *f, const struct client_hello *hello)
{
    char buf[TLS_NAME_CAP], ja4[FINGERPRINT_CAP];
    struct text numbers = {0};

    if (!f->client_leg)
        f->client_leg = FLOW_MAKE(f, client_leg);
    struct flow_hello *out = f->client_leg->hello;

    f->client_leg->front =
        hello->ech == HELLO_ECH_REAL && *hello->sni ? flow_text(f, hello->sni) : NULL;

    f->client_leg->sni = *hello->sni ? flow_text(f, hello->sni) : NULL;
    fill_numbers(f, &out->versions, &hello->versions, tls_version_name);
    fill_numbers(f, &out->ciphers, &hello->ciphers, tls_cipher_name);
    fill_numbers(f, &out->groups, &hello->groups, tls_group_name);
    fill_numbers(f, &out->sigalgs, &hello->sigalgs, tls_sigalg_name);
    out->alpn = (struct flow_texts){0};
    for (size_t i = 0; i < hello->n_alpn; i++)
        flow_texts_add(f, &out->alpn, hello->alpn[i]);
    out->max_version = flow_text(f, tls_version_name(client_hello_max_version(hello), buf));
    out->ech = ech_name(hello->ech);
    out->size = (int64_t)hello->size;
    fingerprint_numbers(hello, &numbers);
    out->numbers = flow_text(f, text_str(&numbers));
    text_fini(&numbers);
    f->client->ja4 = flow_text(f, fingerprint_ja4(hello, sha256, ja4));
    f->client->app->stack = fingerprint_stack(hello);
}

void flow_set_target(struct flow *f, const char *host, uint16_t port, const char *learnt)
{
    char likeness[HOST_CAP];

    f->target->host = flow_text(f, host);
    f->target->port = port;
    f->target->learnt = flow_text(f, learnt);
    f->target->looks_like = host_likeness(host, likeness) ? flow_text(f, likeness) : NULL;
    f->target->is_ip = host_is_ip(host);
    f->target->is_local = host_is_local(host);
    f->target->site = f->target->is_ip ? NULL : flow_text(f, host_site(host));
}

void flow_set_agent(struct flow *f, const char *agent)
{
    struct agent read;

    if (!agent)
        return;
    agent_read(agent, &read);
    f->client->agent = flow_text(f, agent);
    f->client->app->name = flow_text(f, read.name);
    f->client->app->is_browser = read.is_browser;
    if (*read.version)
        f->client->app->version = flow_text(f, read.version);
    f->client->device->family = read.family;
    if (*read.os_version)
        f->client->device->os_version = flow_text(f, read.os_version);
}

static void sha1(const void *bytes, size_t len, uint8_t out[static 20])
{
    if (!EVP_Digest(bytes, len, out, NULL, EVP_sha1(), NULL))
        memset(out, 0, 20);
}

bool flow_websocket_fits(const char *key, const char *accept)
{
    char fits[29];

    ws_accept(key, sha1, fits);
    return strcmp(fits, accept) == 0;
}
