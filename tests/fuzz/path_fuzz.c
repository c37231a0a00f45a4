/* tests/fuzz/path_fuzz.c - pools of cross-signed, expired, mislabelled certificates in any choice
 * and order. The certificates are minted once, good signatures and all, and the input picks from
 * them: what is sent, what is trusted, fetched and denied, under which policy and when.
 *
 * A path must hold together, the order of the pool must not change the answer, and OpenSSL's
 * opinion must be the one that it gives without our help. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/x509_vfy.h>

#include "base/mem.h"
#include "cert/chain.h"
#include "cert/name.h"
#include "judge/judge.h"
#include "judge/verdict.h"
#include "mint_chain.h"

enum { N_CAS = 4, N_CERTS = 24, POOL_MOST = 7 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct cert *given[N_CERTS];

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void keep(size_t *n, struct mint *take)
{
    given[(*n)++] = cert_ref(take->cert);
    mint_free(take);
}

/* Two roots and two CAs, each certified by each of them; then leaves and odd ones. */
static void certs_make(void)
{
    static const char *const names[N_CAS] = {"Root A", "Root B", "CA C", "CA D"};
    struct mint *ca[N_CAS];
    size_t n = 0;

    for (size_t i = 0; i < N_CAS; i++)
        ca[i] = mint_make(&(struct mint_spec){.cn = names[i], .ca = true}, NULL);
    keep(&n, mint_make(&(struct mint_spec){.cn = "leaf", .dns = {"a.test"}}, ca[2]));
    keep(&n, mint_make(&(struct mint_spec){.cn = "b.test", .dns = {"b.test"}}, ca[3]));
    for (size_t i = 0; i < N_CAS; i++)
        for (size_t by = 0; by < N_CAS; by++)
            keep(&n, mint_make(&(struct mint_spec){.cn = names[i],
                                   .ca = true,
                                   .key_of = ca[i],
                                   .not_after = (i + by) % 3 == 2 ? MINT_AT + 100 : 0},
                         i == by ? NULL : ca[by]));
    keep(&n, mint_make(&(struct mint_spec){.cn = "CA C", .ca = true}, ca[0]));
    keep(&n, mint_make(
                 &(struct mint_spec){
                     .cn = "CA C", .ca = true, .key_of = ca[2], .permitted = "DNS:b.test"},
                 ca[0]));
    keep(&n, mint_make(
                 &(struct mint_spec){
                     .cn = "CA D", .ca = true, .key_of = ca[3], .key_usage = CERT_USE_CRL_SIGN},
                 ca[0]));
    keep(&n, mint_make(
                 &(struct mint_spec){
                     .cn = "CA D", .ca = true, .key_of = ca[3], .broken_signature = true},
                 ca[1]));
    keep(&n, mint_make(&(struct mint_spec){.cn = "CA D", .key_of = ca[3]}, ca[2]));
    keep(&n,
        mint_make(&(struct mint_spec){.cn = "a.test", .dns = {"a.test"}, .no_aki = true}, NULL));
    must(n == N_CERTS);
    for (size_t i = 0; i < N_CAS; i++)
        mint_free(ca[i]);
}

/* Which of them, in the input's order: a byte each, up to one that names none. */
static struct cert_chain *pick(const uint8_t **data, size_t *left, size_t most)
{
    struct cert_chain *chain = cert_chain_new();

    while (*left) {
        uint8_t which = *(*data)++;

        --*left;
        if (which >= N_CERTS || chain->n == most)
            break;
        cert_chain_push(chain, given[which]);
    }
    return chain;
}

static void path_hold(const struct judge_case *c, const struct verdict *v)
{
    must(v->n_path >= 1 && cert_same(v->path[0], c->chain->at[0]));
    for (size_t i = 0; i + 1 < v->n_path; i++) {
        must(cert_name_equal(&v->path[i]->issuer, &v->path[i + 1]->subject));
        must(cert_is_signed_by(v->path[i], v->path[i + 1]));
        for (size_t k = 0; k <= i; k++)
            must(!cert_same(v->path[k], v->path[i + 1]));
    }
    must((v->answer == VERDICT_ACCEPT) == (v->n_checks == 0));
    must(v->answer != VERDICT_ACCEPT || v->anchored);
}

static void openssl_alone(const struct judge_case *c, const struct openssl_opinion *said)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *pool = sk_X509_new_null();

    for (size_t i = 0; i < c->anchors->n; i++)
        X509_STORE_add_cert(store, c->anchors->at[i]->x509);
    for (size_t i = 1; i < c->chain->n; i++)
        sk_X509_push(pool, c->chain->at[i]->x509);
    must(X509_STORE_CTX_init(ctx, store, c->chain->at[0]->x509, pool) == 1);
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(ctx), (time_t)c->at);
    if (c->policy != JUDGE_X509_BASIC)
        X509_STORE_CTX_set_default(ctx, "ssl_server");
    X509_VERIFY_PARAM_set1_host(X509_STORE_CTX_get0_param(ctx), c->host, 0);
    must((X509_verify_cert(ctx) == 1) == said->accept);
    must(X509_STORE_CTX_get_error(ctx) == said->code);
    must(said->accept || X509_STORE_CTX_get_error_depth(ctx) == said->depth);
    sk_X509_free(pool);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
}

static struct cert_chain *turned_round(const struct cert_chain *chain)
{
    struct cert_chain *other = cert_chain_new();

    cert_chain_push(other, chain->at[0]);
    for (size_t i = chain->n; i-- > 1;)
        cert_chain_push(other, chain->at[i]);
    return other;
}

static void judge(struct judge_case *c)
{
    const struct cert_chain *as_sent = c->chain;
    struct cert_chain *other = turned_round(as_sent);
    struct verdict v = {0}, w = {0};

    judge_chain(c, &v);
    path_hold(c, &v);
    must(v.openssl.asked);
    openssl_alone(c, &v.openssl);
    c->chain = other;
    judge_chain(c, &w);
    path_hold(c, &w);
    openssl_alone(c, &w.openssl);
    must(v.answer == w.answer && v.anchored == w.anchored);
    c->chain = as_sent;
    verdict_fini(&v);
    verdict_fini(&w);
    cert_chain_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct judge_case c = {.host = "a.test", .anchors_are = ANCHORS_CUSTOM};
    struct cert_chain *chain, *anchors, *fetched, *denied;

    if (!given[0])
        certs_make();
    if (size < 3)
        return 0;
    c.policy = (enum judge_policy)(data[0] % N_JUDGE_POLICIES);
    c.at = MINT_AT + data[1];
    c.has_max_depth = data[2] & 1;
    c.max_depth = data[2] >> 1 & 3;
    data += 3;
    size -= 3;
    chain = pick(&data, &size, POOL_MOST);
    anchors = pick(&data, &size, 4);
    fetched = pick(&data, &size, 4);
    denied = pick(&data, &size, 4);
    c.chain = chain;
    c.anchors = anchors;
    c.fetched = fetched;
    c.denied = denied;
    if (chain->n)
        judge(&c);
    cert_chain_free(chain);
    cert_chain_free(anchors);
    cert_chain_free(fetched);
    cert_chain_free(denied);
    return 0;
}
