/* judge/openssl_opinion.c - what an ordinary OpenSSL client would say of the same chain. A second
 * voice, never ours. */
#include "judging_priv.h"

#include <string.h>

#include <pthread.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "cert/name.h"
#include "trust/roots.h"

/* Verifying costs public key operations; the answer for the same chain, host and roots changes only
 * when the time passes a date of one of the certificates. */
enum { OPINION_ENTRIES = 1024, ROOTS_MOST = 64 /* of one name */ };

struct opinion_entry {
    uint8_t key[32];
    int64_t from, until; /* the answer holds for from <= at <= until; 0 and 0: nothing here */
    struct openssl_opinion opinion;
};

static struct {
    pthread_mutex_t lock;
    struct opinion_entry at[OPINION_ENTRIES];
} opinions = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void key_add_chain(EVP_MD_CTX *md, const struct cert_chain *chain)
{
    size_t n = chain ? chain->n : 0;

    EVP_DigestUpdate(md, &n, sizeof(n));
    for (size_t i = 0; i < n; i++)
        EVP_DigestUpdate(md, chain->at[i]->sha256, 32);
}

static bool key_make(
    const struct judge_case *c, const struct cert *supposed, uint8_t key[static 32])
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    uint64_t about[] = {c->roots ? roots_id(c->roots) : 0, c->policy == JUDGE_X509_BASIC};
    bool ok = md && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1;

    if (ok) {
        EVP_DigestUpdate(md, about, sizeof(about));
        key_add_chain(md, c->chain);
        key_add_chain(md, c->anchors);
        if (supposed)
            EVP_DigestUpdate(md, supposed->sha256, 32);
        if (c->host)
            EVP_DigestUpdate(md, c->host, strlen(c->host) + 1);
        ok = EVP_DigestFinal_ex(md, key, NULL) == 1;
    }
    EVP_MD_CTX_free(md);
    return ok;
}

static struct opinion_entry *place_of(const uint8_t key[static 32])
{
    return &opinions.at[(size_t)(key[0] << 8 | key[1]) % OPINION_ENTRIES];
}

static bool recall(const uint8_t key[static 32], int64_t at, struct openssl_opinion *out)
{
    const struct opinion_entry *o = place_of(key);
    bool found;

    pthread_mutex_lock(&opinions.lock);
    found = o->from <= at && at <= o->until && o->opinion.asked && memcmp(o->key, key, 32) == 0;
    if (found)
        *out = o->opinion;
    pthread_mutex_unlock(&opinions.lock);
    return found;
}

/* Narrows [from, until] to the stretch around `at` in which no date of this certificate is passed.
 */
static void stretch(const struct cert *c, int64_t at, int64_t *from, int64_t *until)
{
    int64_t starts = c->not_before,
            ends = c->not_after + 1; /* one second of doubt: OpenSSL ends a second early */

    for (int64_t edge = starts - 1; edge <= starts + 1; edge++) {
        *from = edge <= at && edge > *from ? edge : *from;
        *until = edge > at && edge - 1 < *until ? edge - 1 : *until;
    }
    for (int64_t edge = ends - 2; edge <= ends + 1; edge++) {
        *from = edge <= at && edge > *from ? edge : *from;
        *until = edge > at && edge - 1 < *until ? edge - 1 : *until;
    }
}

/* The dates of whatever OpenSSL may have had in its hands: it takes the first issuer that is in
 * time, which need not be one of our path. */
static void stretch_all(const struct judge_case *c, int64_t *from, int64_t *until)
{
    const struct cert *roots[ROOTS_MOST];

    for (size_t i = 0; i < c->chain->n; i++) {
        size_t n = c->roots
                       ? roots_find_subject(c->roots, &c->chain->at[i]->issuer, roots, ROOTS_MOST)
                       : 0;

        stretch(c->chain->at[i], c->at, from, until);
        for (size_t k = 0; k < n; k++)
            stretch(roots[k], c->at, from, until);
    }
    for (size_t i = 0; c->anchors && i < c->anchors->n; i++)
        stretch(c->anchors->at[i], c->at, from, until);
}

static void keep(const struct judge_case *c, const struct judge_path *path,
    const uint8_t key[static 32], const struct openssl_opinion *opinion)
{
    struct opinion_entry *o = place_of(key);
    int64_t from = INT64_MIN, until = INT64_MAX;

    stretch_all(c, &from, &until);
    for (size_t i = 0; i < path->n; i++)
        stretch(path->at[i], c->at, &from, &until);
    pthread_mutex_lock(&opinions.lock);
    memcpy(o->key, key, 32);
    o->from = from;
    o->until = until;
    o->opinion = *opinion;
    pthread_mutex_unlock(&opinions.lock);
}

/* The roots' own store when nothing else is trusted, so that it need not be built again. Owned by
 * the caller. */
static X509_STORE *store_of(const struct judge_case *c, const struct cert *supposed)
{
    bool roots_count_too = c->roots && !(c->anchors_are == ANCHORS_CUSTOM && c->anchors);
    X509_STORE *store;

    if (roots_count_too && !c->anchors && !supposed) {
        store = roots_x509_store(c->roots);
        return store && X509_STORE_up_ref(store) == 1 ? store : NULL;
    }
    store = X509_STORE_new();
    if (!store)
        return NULL;
    for (size_t i = 0; roots_count_too && i < roots_count(c->roots); i++)
        if (roots_trust_web(c->roots, roots_at(c->roots, i)))
            X509_STORE_add_cert(store, roots_at(c->roots, i)->x509);
    for (size_t i = 0; c->anchors && i < c->anchors->n; i++)
        X509_STORE_add_cert(store, c->anchors->at[i]->x509);
    if (supposed)
        X509_STORE_add_cert(store, supposed->x509);
    return store;
}

static bool name_set(X509_VERIFY_PARAM *param, const char *host)
{
    uint8_t ip[16];
    size_t len;

    if (!host)
        return true;
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (cert_ip_parse(host, ip, &len))
        return X509_VERIFY_PARAM_set1_ip(param, ip, len) == 1;
    len = strlen(host);
    return X509_VERIFY_PARAM_set1_host(param, host, len && host[len - 1] == '.' ? len - 1 : len) ==
           1;
}

static STACK_OF(X509) * pool_of(const struct cert_chain *chain)
{
    STACK_OF(X509) *pool = sk_X509_new_reserve(NULL, (int)chain->n);

    for (size_t i = 1; pool && i < chain->n; i++)
        sk_X509_push(pool, chain->at[i]->x509); /* borrowed */
    return pool;
}

/* What OpenSSL's own step over the signatures needs to know to be spared. */
struct asking {
    const struct judge_path *path;
    int64_t at;
    X509_STORE_CTX_verify_fn usual;
    bool gave_up;
};

/* Inside the dates with a second to spare, so that no rule about their edges can matter. */
static bool is_plainly_valid(const struct cert *c, int64_t at)
{
    return c->dates_by_rfc && c->not_before < at && at < c->not_after &&
           !(X509_get_extension_flags(c->x509) & EXFLAG_PROXY);
}

static bool may_sign(const struct cert *c)
{
    return c->key && (!c->has_key_usage || (c->key_usage & CERT_USE_CERT_SIGN));
}

/* OpenSSL has built the very path that we have found, so each signature on it was verified, by the
 * same X509_verify, and nothing else that its step looks at can fail. */
static bool is_proven(X509_STORE_CTX *ctx, const struct asking *a)
{
    STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
    unsigned long flags = X509_VERIFY_PARAM_get_flags(X509_STORE_CTX_get0_param(ctx));

    if (!a->path->anchored || (size_t)sk_X509_num(chain) != a->path->n ||
        !a->path->at[a->path->n - 1]->self_signed || (flags & X509_V_FLAG_CHECK_SS_SIGNATURE))
        return false;
    for (size_t i = 0; i < a->path->n; i++) {
        const struct cert *c = a->path->at[i];

        if (sk_X509_value(chain, (int)i) != c->x509 || !is_plainly_valid(c, a->at) ||
            (i > 0 && !may_sign(c)))
            return false;
    }
    return true;
}

/* A pool of hundreds, each signed by the next with a slow key, may stand in front of OpenSSL too,
 * which has no bound but the depth of 100. */
static bool is_affordable(STACK_OF(X509) * chain)
{
    unsigned left = JUDGE_SIGNATURES_US;

    for (int i = 1; i < sk_X509_num(chain); i++) {
        EVP_PKEY *key = X509_get0_pubkey(sk_X509_value(chain, i));
        struct cert issuer = {.key = key, .key_type = CERT_KEY_OTHER};
        unsigned cost;

        if (!key)
            continue;
        issuer.key_bits = EVP_PKEY_get_bits(key);
        issuer.key_type = EVP_PKEY_is_a(key, "RSA")  ? CERT_KEY_RSA
                          : EVP_PKEY_is_a(key, "EC") ? CERT_KEY_EC
                                                     : CERT_KEY_OTHER;
        cost = link_cost_us(&issuer);
        if (cost > left)
            return false;
        left -= cost;
    }
    return true;
}

/* In the place of OpenSSL's own step. */
static int signatures_verify(X509_STORE_CTX *ctx)
{
    struct asking *a = X509_STORE_CTX_get_app_data(ctx);

    if (is_proven(ctx, a)) {
        X509_STORE_CTX_set_error_depth(ctx, 0);
        X509_STORE_CTX_set_current_cert(ctx, a->path->at[0]->x509);
        return 1;
    }
    if (is_affordable(X509_STORE_CTX_get0_chain(ctx)))
        return a->usual(ctx);
    a->gave_up = true;
    X509_STORE_CTX_set_error(ctx, X509_V_ERR_UNSPECIFIED);
    return 0;
}

/* OpenSSL holds each name of a chain against each constraint above it, up to a million pairs for
 * each two certificates. By the bytes, as a pair has at least four on either side. */
static bool names_are_few(const struct cert_chain *chain)
{
    uint64_t names = 0, constraints = 0;

    for (size_t i = 0; i < chain->n; i++) {
        const struct cert_extension *san = cert_extension(chain->at[i], "2.5.29.17"),
                                    *nc = cert_extension(chain->at[i], "2.5.29.30");

        names += san ? san->value.len / 4 : 0;
        constraints += nc ? nc->value.len / 4 : 0;
    }
    return names * constraints <= JUDGE_NAME_TESTS_MOST;
}

static bool ctx_prepare(
    const struct judge_case *c, X509_STORE_CTX *ctx, X509_STORE *store, STACK_OF(X509) * pool)
{
    X509_VERIFY_PARAM *param;

    if (!ctx || !pool || X509_STORE_CTX_init(ctx, store, c->chain->at[0]->x509, pool) != 1)
        return false;
    param = X509_STORE_CTX_get0_param(ctx);
    X509_VERIFY_PARAM_set_time(param, (time_t)c->at);
    return (c->policy == JUDGE_X509_BASIC || X509_STORE_CTX_set_default(ctx, "ssl_server") == 1) &&
           name_set(param, c->host);
}

static void verify(const struct judge_case *c, const struct judge_path *path, X509_STORE *store,
    struct openssl_opinion *out)
{
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *pool = pool_of(c->chain);
    struct asking asking = {.path = path, .at = c->at};

    ERR_clear_error();
    if (ctx_prepare(c, ctx, store, pool)) {
        asking.usual = X509_STORE_CTX_get_verify(ctx);
        X509_STORE_CTX_set_app_data(ctx, &asking);
        X509_STORE_CTX_set_verify(ctx, signatures_verify);
        out->accept = X509_verify_cert(ctx) == 1;
        out->code = X509_STORE_CTX_get_error(ctx);
        out->depth = out->accept ? 0 : X509_STORE_CTX_get_error_depth(ctx);
        out->text = X509_verify_cert_error_string(out->code);
        out->asked = true;
    }
    if (asking.gave_up)
        *out = (struct openssl_opinion){0};
    ERR_clear_error();
    sk_X509_free(pool);
    X509_STORE_CTX_free(ctx);
}

/* The root that is only supposed to be installed (ANCHORS_USER without anchors) counts for OpenSSL
 * as well. */
static const struct cert *supposed_root(const struct judge_case *c, const struct judge_path *path)
{
    if (!path->anchored || c->anchors || c->anchors_are != ANCHORS_USER)
        return NULL;
    return c->roots && roots_find(c->roots, path->at[path->n - 1]->sha256) ? NULL
                                                                           : path->at[path->n - 1];
}

void openssl_ask(
    const struct judge_case *c, const struct judge_path *path, struct openssl_opinion *out)
{
    const struct cert *supposed = supposed_root(c, path);
    uint8_t key[32];
    bool keyed = key_make(c, supposed, key);
    X509_STORE *store;

    *out = (struct openssl_opinion){0};
    if (keyed && recall(key, c->at, out))
        return;
    if (!names_are_few(c->chain))
        return;
    store = store_of(c, supposed);
    if (store)
        verify(c, path, store, out);
    X509_STORE_free(store);
    if (keyed && out->asked)
        keep(c, path, key, out);
}
