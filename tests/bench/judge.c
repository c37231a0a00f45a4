/* tests/bench/judge.c - what judging costs: chains new and seen before, beside X509_verify_cert on
 * the same chains, and pools made to be slow.
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
#include "base/text.h"
#include "cert/chain.h"
#include "judge/judge.h"
#include "judge/verdict.h"
#include "mint_chain.h"
#include "trust/roots.h"

enum { ROUNDS = 400, ROUNDS_MOST = 100000, SEEN_ROUNDS = 20000, POOL = 200 };

#define HOST "shop.example"

/* A function of its own for callgrind's --toggle-collect. */
#define COUNTED __attribute__((noinline))

static struct {
    struct mint *root;
    struct roots *roots;
    struct cert_chain **chains; /* owned, n of them */
    size_t n;
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
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *pool = sk_X509_new_null();
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
    struct verdict v = {0};

    judge_chain(&c, &v);
    must((v.answer == VERDICT_ACCEPT) == accept, "another verdict than expected");
    verdict_fini(&v);
}

COUNTED static double openssl_run(size_t n)
{
    int64_t from = now_ns();

    for (size_t i = 0; i < n; i++)
        openssl_one(given.chains[i]);
    return told("X509_verify_cert", n, now_ns() - from);
}

COUNTED static double new_run(size_t n)
{
    int64_t from = now_ns();

    for (size_t i = 0; i < n; i++)
        judge_one(given.chains[i], given.roots, true);
    return told("judge, a new chain", n, now_ns() - from);
}

COUNTED static double seen_run(size_t n)
{
    int64_t from;

    judge_one(given.chains[0], given.roots, true);
    from = now_ns();
    for (size_t i = 0; i < n; i++)
        judge_one(given.chains[0], given.roots, true);
    return told("judge, a chain seen before", n, now_ns() - from);
}

/* From bytes to facts, beside what OpenSSL needs to read the same: two certificates each. */
COUNTED static void read_run(size_t n)
{
    int64_t from = now_ns();

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < given.chains[i]->n; k++) {
            const struct cert *c = given.chains[i]->at[k];
            const unsigned char *at = c->der.at;
            X509 *x509 = d2i_X509(NULL, &at, (long)c->der.len);

            X509_check_purpose(x509, -1, 0);
            X509_free(x509);
        }
    told("d2i_X509, a chain", n, now_ns() - from);
    from = now_ns();
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < given.chains[i]->n; k++)
            cert_unref(
                cert_parse(given.chains[i]->at[k]->der.at, given.chains[i]->at[k]->der.len, NULL));
    told("cert_parse, a chain", n, now_ns() - from);
}

/* A pool of POOL CAs, which nobody trusts unless `anchored`. */
struct hostile {
    const char *what;
    size_t names; /* CAs with a name and key of their own; each certifies all others */
    enum mint_key key;
    bool one_name; /* they share the name */
    bool key_ids;
    bool anchored; /* they are trusted, and the leaf is for another host */
    const struct mint_extension *extensions, *leaf_extensions;
};

static const char *ca_name(const struct hostile *h, size_t i)
{
    static char name[32];

    snprintf(name, sizeof(name), "CA %zu", h->one_name ? 0 : i);
    return name;
}

static struct mint *hostile_ca(
    const struct hostile *h, struct mint *const *ca, size_t i, const struct mint *by)
{
    return mint_make(&(struct mint_spec){.cn = ca_name(h, i),
                         .ca = true,
                         .key = h->key,
                         .no_aki = !h->key_ids,
                         .no_ski = !h->key_ids,
                         .key_of = ca ? ca[i] : NULL,
                         .extensions = h->extensions},
        by);
}

/* Seeds give names and keys and are not sent; they are the anchors, if there are any. */
static struct cert_chain *hostile_make(const struct hostile *h, struct cert_chain *anchors)
{
    struct mint **seed = mem_array(h->names, sizeof(struct mint *));
    struct mint *leaf;
    struct cert_chain *chain;

    for (size_t i = 0; i < h->names; i++)
        seed[i] = hostile_ca(h, NULL, i, NULL);
    leaf = mint_make(&(struct mint_spec){.cn = HOST,
                         .dns = {h->leaf_extensions ? NULL : HOST},
                         .no_aki = !h->key_ids,
                         .extensions = h->leaf_extensions},
        seed[0]);
    chain = mint_chain(leaf, NULL);
    mint_free(leaf);
    for (size_t i = 0; chain->n <= POOL; i++) {
        size_t of = i % h->names, by = (of + 1 + i / h->names) % h->names;
        struct mint *ca = hostile_ca(h, seed, of, seed[by]);

        cert_chain_push(chain, ca->cert);
        mint_free(ca);
    }
    for (size_t i = 0; i < h->names; i++) {
        if (i > 1 && h->anchored)
            cert_chain_push(anchors, seed[i]->cert);
        mint_free(seed[i]);
    }
    mem_free(seed);
    return chain;
}

static void hostile_run(const struct hostile *h)
{
    static const enum judge_policy policies[] = {JUDGE_TLS_SERVER, JUDGE_WEBPKI};

    for (size_t p = 0; p < sizeof(policies) / sizeof(policies[0]); p++) {
        struct cert_chain *anchors = cert_chain_new(), *chain = hostile_make(h, anchors);
        struct judge_case c = {.chain = chain,
            .host = h->anchored ? "other.example" : HOST,
            .at = MINT_AT,
            .anchors_are = ANCHORS_CUSTOM,
            .anchors = anchors,
            .policy = policies[p]};
        struct verdict v = {0};
        int64_t from = now_ns(), took;

        judge_chain(&c, &v);
        took = now_ns() - from;
        printf("hostile %-18s %-6s %8.2f ms, path of %2zu, %zu turned down%s\n", h->what,
            p ? "web" : "ios", (double)took / 1e6, v.n_path, v.n_detours,
            v.openssl.asked ? "" : ", OpenSSL not asked");
        verdict_fini(&v);
        cert_chain_free(chain);
        cert_chain_free(anchors);
    }
}

/* `n` times `item`, wrapped in the tags of `outer`, as hex. Freed with mem_free. */
static char *hex_list(const char *item, size_t n, const char *outer)
{
    struct text body = {0}, out = {0};

    for (size_t i = 0; i < n; i++)
        text_add(&body, item);
    for (; *outer; outer += 2) {
        text_clear(&out);
        text_printf(&out, "%.2s82%04zx%s", outer, body.len / 2, text_str(&body));
        text_clear(&body);
        text_add(&body, text_str(&out));
    }
    text_fini(&out);
    return text_give(&body);
}

/* Names that differ from the constraints at the end only. */
static void hostile_names(void)
{
    char *dns = hex_list("8209732e6578616d706c65", 1500, "30");
    char *dns_trees = hex_list("300b8209742e6578616d706c65", 60, "a030");
    /* CN=s, CN=t */
    char *dir = hex_list("a40e300c310a300806035504030c0173", 900, "30");
    char *dir_trees = hex_list("3010a40e300c310a300806035504030c0174", 60, "a030");
    /* 1.2.3.1 and 1.2.3.2, each mapped to the other */
    char *policies = hex_list("300506032a0301300506032a0302", 1, "30");
    char *mappings = hex_list("300a06032a030106032a0302300a06032a030206032a0301", 1, "30");
    struct mint_extension dns_of[] = {{"2.5.29.17", false, dns}, {0}},
                          dns_to[] = {{"2.5.29.30", true, dns_trees}, {0}},
                          dir_of[] = {{"2.5.29.17", false, dir}, {0}},
                          dir_to[] = {{"2.5.29.30", true, dir_trees}, {0}},
                          policy_of[] = {{"2.5.29.32", false, policies}, {0}},
                          policy_to[] = {
                              {"2.5.29.32", false, policies}, {"2.5.29.33", true, mappings}, {0}};
    struct hostile all[] = {
        {"host names", 15, 0, false, true, true, dns_to, dns_of},
        {"directory names", 15, 0, false, true, true, dir_to, dir_of},
        {"policies", 15, 0, false, true, true, policy_to, policy_of},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        hostile_run(&all[i]);
    mem_free(dns);
    mem_free(dns_trees);
    mem_free(dir);
    mem_free(dir_trees);
    mem_free(policies);
    mem_free(mappings);
}

static void hostile_all(void)
{
    static const struct hostile all[] = {
        {.what = "mesh P-256", .names = 15, .key_ids = true},
        {.what = "mesh P-384", .names = 15, .key = MINT_P384, .key_ids = true},
        {.what = "mesh RSA-2048", .names = 15, .key = MINT_RSA2048, .key_ids = true},
        {.what = "namesakes P-256", .names = 200, .one_name = true},
        {.what = "namesakes P-384", .names = 200, .key = MINT_P384, .one_name = true},
        {.what = "few keys", .names = 10, .one_name = true},
        {.what = "two CAs", .names = 2, .key_ids = true},
        {.what = "one key", .names = 1, .one_name = true},
        {.what = "trusted mesh", .names = 15, .key_ids = true, .anchored = true},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        hostile_run(&all[i]);
    hostile_names();
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "all";
    size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    bool all = strcmp(what, "all") == 0;
    double openssl = 0, new = 0;

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
