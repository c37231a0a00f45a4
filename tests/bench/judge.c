/* tests/bench/judge.c - what judging costs: chains new and seen before, beside X509_verify_cert on the
 * same chains, and pools made to be slow.
 *
 *   judge_bench [WHAT [ROUNDS]]    WHAT: openssl new seen read hostile; all without
 *
 * Signatures of a chain are new once only, so that each round of "openssl", "new" and "read" has a
 * chain of its own: leaf - intermediate - root, all P-256. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "cert/chain.h"
#include "trust/roots.h"
#include "judge/judge.h"
#include "judge/verdict.h"
#include "mint_chain.h"

enum { ROUNDS = 400, ROUNDS_MOST = 100000, SEEN_ROUNDS = 20000, POOL = 200 };

#define HOST "shop.example"

static struct {
    struct mint       *root;
    struct roots      *roots;
    struct cert_chain **chains; /* owned, n of them */
    size_t             n;
} given;

static void chains_make(size_t n)
{
    struct cert_chain *anchors;

    given.root = mint_make(&(struct mint_spec){.cn = "Root", .ca = true}, NULL);
    anchors = mint_chain(given.root, NULL);
    given.roots = roots_from_chain(anchors, "mozilla");
    cert_chain_free(anchors);
    given.chains = mem_array(n, sizeof(struct cert_chain *));
    for (given.n = 0; given.n < n; given.n++) {
        struct mint *ica = mint_make(
            &(struct mint_spec){.cn = "Issuing CA", .ca = true, .path_len = 1}, given.root);
        struct mint *leaf = mint_make(&(struct mint_spec){.cn = HOST, .dns = {HOST}}, ica);

        given.chains[given.n] = mint_chain(leaf, ica, NULL);
        mint_free(leaf);
        mint_free(ica);
    }
}

static void chains_free(void)
{
    for (size_t i = 0; i < given.n; i++)
        cert_chain_free(given.chains[i]);
    mem_free(given.chains);
    roots_unref(given.roots);
    mint_free(given.root);
}

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "judge_bench: %s\n", what);
    exit(1);
}

static double told(const char *what, size_t n, int64_t ns)
{
    double us = (double)ns / 1000.0 / (double)n;

    printf("%-28s %10.2f us\n", what, us);
    return us;
}

static void openssl_one(const struct cert_chain *chain)
{
    X509_STORE_CTX    *ctx = X509_STORE_CTX_new();
    STACK_OF(X509)    *pool = sk_X509_new_null();
    X509_VERIFY_PARAM *param;

    for (size_t i = 1; i < chain->n; i++)
        sk_X509_push(pool, chain->at[i]->x509);
    X509_STORE_CTX_init(ctx, roots_x509_store(given.roots), chain->at[0]->x509, pool);
    param = X509_STORE_CTX_get0_param(ctx);
    X509_VERIFY_PARAM_set_time(param, (time_t)MINT_AT);
    X509_STORE_CTX_set_default(ctx, "ssl_server");
    X509_VERIFY_PARAM_set1_host(param, HOST, 0);
    must(X509_verify_cert(ctx) == 1, "OpenSSL refuses the chain");
    sk_X509_free(pool);
    X509_STORE_CTX_free(ctx);
}

static void judge_one(const struct cert_chain *chain, const struct roots *roots, bool accept)
{
    struct judge_case c = {.chain = chain, .host = HOST, .at = MINT_AT, .roots = roots};
    struct verdict    v = {0};

    judge_chain(&c, &v);
    must((v.answer == VERDICT_ACCEPT) == accept, "another verdict than expected");
    verdict_fini(&v);
}

static double openssl_run(size_t n)
{
    int64_t from = now_ns();

    for (size_t i = 0; i < n; i++)
        openssl_one(given.chains[i]);
    return told("X509_verify_cert", n, now_ns() - from);
}

static double new_run(size_t n)
{
    int64_t from = now_ns();

    for (size_t i = 0; i < n; i++)
        judge_one(given.chains[i], given.roots, true);
    return told("judge, a new chain", n, now_ns() - from);
}

static double seen_run(size_t n)
{
    int64_t from;

    judge_one(given.chains[0], given.roots, true);
    from = now_ns();
    for (size_t i = 0; i < n; i++)
        judge_one(given.chains[0], given.roots, true);
    return told("judge, a chain seen before", n, now_ns() - from);
}

/* From bytes to facts, beside what OpenSSL needs to read the same: two certificates each. */
static void read_run(size_t n)
{
    int64_t from = now_ns();

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < given.chains[i]->n; k++) {
            const struct cert   *c = given.chains[i]->at[k];
            const unsigned char *at = c->der.at;
            X509                *x509 = d2i_X509(NULL, &at, (long)c->der.len);

            X509_check_purpose(x509, -1, 0);
            X509_free(x509);
        }
    told("d2i_X509, a chain", n, now_ns() - from);
    from = now_ns();
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < given.chains[i]->n; k++)
            cert_unref(cert_parse(
                given.chains[i]->at[k]->der.at, given.chains[i]->at[k]->der.len, NULL));
    told("cert_parse, a chain", n, now_ns() - from);
}

/* POOL certificates for the same CA name: each pair of neighbours certifies the other (`pairs`), or
 * each is certified by one before it, and all have the same key (`one_key`). */
struct hostile {
    const char   *what;
    enum mint_key key;
    const char   *hash;
    bool          one_key;
    const char   *permitted;
};

static void hostile_run(const struct hostile *h)
{
    struct mint       *ca[POOL], *leaf;
    struct cert_chain *chain;
    enum judge_policy  policies[] = {JUDGE_TLS_SERVER, JUDGE_WEBPKI};

    for (size_t i = 0; i < POOL; i++)
        ca[i] = mint_make(&(struct mint_spec){.cn = "CA",
                              .ca = true,
                              .key = h->key,
                              .no_aki = true,
                              .no_ski = true,
                              .key_of = h->one_key && i ? ca[0] : NULL,
                              .permitted = h->permitted},
            i ? ca[i - 1] : NULL);
    leaf = mint_make(
        &(struct mint_spec){.cn = HOST, .dns = {HOST}, .no_aki = true}, ca[POOL - 1]);
    chain = mint_chain(leaf, NULL);
    for (size_t i = 0; i < POOL; i++)
        cert_chain_push(chain, ca[i]->cert);
    for (size_t p = 0; p < sizeof(policies) / sizeof(policies[0]); p++) {
        struct judge_case c = {.chain = chain,
            .host = HOST,
            .at = MINT_AT,
            .roots = given.roots,
            .policy = policies[p]};
        struct verdict    v = {0};
        int64_t           from = now_ns(), took;

        judge_chain(&c, &v);
        took = now_ns() - from;
        printf("hostile %-14s %-6s %8.2f ms, path of %zu\n", h->what, p ? "web" : "ios",
            (double)took / 1e6, v.n_path);
        verdict_fini(&v);
    }
    cert_chain_free(chain);
    mint_free(leaf);
    for (size_t i = 0; i < POOL; i++)
        mint_free(ca[i]);
}

static void hostile_all(void)
{
    static const struct hostile all[] = {
        {"P-256", MINT_P256, NULL, false, NULL},
        {"P-256, one key", MINT_P256, NULL, true, NULL},
        {"P-384", MINT_P384, NULL, false, NULL},
        {"RSA-2048", MINT_RSA2048, NULL, false, NULL},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        hostile_run(&all[i]);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "all";
    size_t      rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    bool        all = strcmp(what, "all") == 0;
    double      openssl = 0, new = 0;

    rounds = rounds > ROUNDS_MOST ? ROUNDS_MOST : rounds;
    chains_make(strcmp(what, "seen") == 0 ? 1 : rounds ? rounds : ROUNDS);
    if (all || strcmp(what, "openssl") == 0)
        openssl = openssl_run(given.n);
    if (all || strcmp(what, "new") == 0)
        new = new_run(given.n);
    if (all)
        printf("%-28s %10.2f\n", "new, beside OpenSSL", new / openssl);
    if (all || strcmp(what, "seen") == 0)
        seen_run(rounds ? rounds : SEEN_ROUNDS);
    if (all || strcmp(what, "read") == 0)
        read_run(given.n);
    if (all || strcmp(what, "hostile") == 0)
        hostile_all();
    chains_free();
    return 0;
}
