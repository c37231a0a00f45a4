#include "key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include "issue.h"

/* FIPS 186-4 §4.2: the smallest pair of lengths, which is found soonest. */
enum { DSA_BITS = 1024, DSA_Q_BITS = 160 };

static EVP_PKEY *key_with(const char *kind, const OSSL_PARAM *params)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
    EVP_PKEY *key = NULL;

    if (ctx && EVP_PKEY_keygen_init(ctx) > 0 && EVP_PKEY_CTX_set_params(ctx, params) > 0)
        EVP_PKEY_generate(ctx, &key);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static EVP_PKEY *spelt_key(void)
{
    char group[] = "P-256", encoding[] = OSSL_PKEY_EC_ENCODING_EXPLICIT;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_EC_ENCODING, encoding, 0),
        OSSL_PARAM_construct_end()};

    return key_with("EC", params);
}

static EVP_PKEY *pss_key(void)
{
    size_t bits = 2048;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_RSA_BITS, &bits), OSSL_PARAM_construct_end()};

    return key_with("RSA-PSS", params);
}

static EVP_PKEY *dsa_key(void)
{
    size_t bits = DSA_BITS, q_bits = DSA_Q_BITS;
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_FFC_PBITS, &bits),
        OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_FFC_QBITS, &q_bits),
        OSSL_PARAM_construct_end()};
    EVP_PKEY_CTX *about = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL), *ctx = NULL;
    EVP_PKEY *group = NULL, *key = NULL;

    if (about && EVP_PKEY_paramgen_init(about) > 0 && EVP_PKEY_CTX_set_params(about, params) > 0 &&
        EVP_PKEY_generate(about, &group) > 0)
        ctx = EVP_PKEY_CTX_new_from_pkey(NULL, group, NULL);
    if (ctx && EVP_PKEY_keygen_init(ctx) > 0)
        EVP_PKEY_generate(ctx, &key);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_CTX_free(about);
    EVP_PKEY_free(group);
    return key;
}

static EVP_PKEY *key_from(const char *kind, OSSL_PARAM_BLD *fields)
{
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(fields);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
    EVP_PKEY *key = NULL;

    if (params && ctx && EVP_PKEY_fromdata_init(ctx) > 0)
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params);
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    return key;
}

/* RFC 9500 §2.3, testECCP256: everybody can read it there. */
static EVP_PKEY *published_key(void)
{
    static const char secret[] = "e6cb5bdd80aa45ae9c95e8c15476679ffec953c16851e711e743939589c64fc1";
    static const unsigned char point[] = {0x04, 0x42, 0x25, 0x48, 0xf8, 0x8f, 0xb7, 0x82, 0xff,
        0xb5, 0xec, 0xa3, 0x74, 0x44, 0x52, 0xc7, 0x2a, 0x1e, 0x55, 0x8f, 0xbd, 0x6f, 0x73, 0xbe,
        0x5e, 0x48, 0xe9, 0x32, 0x32, 0xcc, 0x45, 0xc5, 0xb1, 0x6c, 0x4c, 0xd1, 0x0c, 0x4c, 0xb8,
        0xd5, 0xb8, 0xa1, 0x71, 0x39, 0xe9, 0x48, 0x82, 0xc8, 0x99, 0x25, 0x72, 0x99, 0x34, 0x25,
        0xf4, 0x14, 0x19, 0xab, 0x7e, 0x90, 0xa4, 0x2a, 0x49, 0x42, 0x72};
    OSSL_PARAM_BLD *fields = OSSL_PARAM_BLD_new();
    BIGNUM *d = NULL;
    EVP_PKEY *key = NULL;

    if (fields && BN_hex2bn(&d, secret) > 0 &&
        OSSL_PARAM_BLD_push_utf8_string(fields, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) &&
        OSSL_PARAM_BLD_push_octet_string(fields, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point) &&
        OSSL_PARAM_BLD_push_BN(fields, OSSL_PKEY_PARAM_PRIV_KEY, d))
        key = key_from("EC", fields);
    BN_free(d);
    OSSL_PARAM_BLD_free(fields);
    return key;
}

/* Numbers of one RSA key in the making; all of one context. */
struct roca {
    BN_CTX *ctx;
    BIGNUM *m, *base, *p, *q, *n, *e, *d, *dp, *dq, *inverse, *one, *k, *left;
};

/* Nemec et al., CCS 2017, §2.1: a prime is k·M + (65537^a mod M), M the product of the first
 * primes. */
static bool roca_prime(const struct roca *r, BIGNUM *out, int bits)
{
    for (int tries = 0; tries < 20000; tries++) {
        if (!BN_rand(r->left, 64, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) ||
            !BN_mod_exp(out, r->base, r->left, r->m, r->ctx) ||
            !BN_rand(r->left, bits, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ANY) ||
            !BN_div(r->k, NULL, r->left, r->m, r->ctx) || !BN_mul(r->left, r->k, r->m, r->ctx) ||
            !BN_add(out, out, r->left))
            return false;
        if (BN_num_bits(out) == bits && BN_is_bit_set(out, bits - 2) &&
            BN_check_prime(out, r->ctx, NULL) == 1)
            return true;
    }
    return false;
}

static bool roca_numbers(const struct roca *r)
{
    static const unsigned char primes[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47,
        53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149,
        151, 157, 163, 167};

    if (!BN_one(r->m) || !BN_one(r->one) || !BN_set_word(r->base, 65537) ||
        !BN_set_word(r->e, 65537))
        return false;
    for (size_t i = 0; i < sizeof primes; i++)
        if (!BN_mul_word(r->m, primes[i]))
            return false;
    return roca_prime(r, r->p, 1024) && roca_prime(r, r->q, 1024) &&
           BN_mul(r->n, r->p, r->q, r->ctx) && BN_sub(r->left, r->n, r->p) &&
           BN_sub(r->left, r->left, r->q) && BN_add(r->left, r->left, r->one) &&
           BN_mod_inverse(r->d, r->e, r->left, r->ctx) && BN_sub(r->left, r->p, r->one) &&
           BN_mod(r->dp, r->d, r->left, r->ctx) && BN_sub(r->left, r->q, r->one) &&
           BN_mod(r->dq, r->d, r->left, r->ctx) && BN_mod_inverse(r->inverse, r->q, r->p, r->ctx);
}

static bool roca_fields(const struct roca *r, OSSL_PARAM_BLD *out)
{
    return OSSL_PARAM_BLD_push_BN(out, OSSL_PKEY_PARAM_RSA_N, r->n) &&
           OSSL_PARAM_BLD_push_BN(out, OSSL_PKEY_PARAM_RSA_E, r->e) &&
           OSSL_PARAM_BLD_push_BN(out, OSSL_PKEY_PARAM_RSA_D, r->d) &&
           OSSL_PARAM_BLD_push_BN(out, OSSL_PKEY_PARAM_RSA_FACTOR1, r->p) &&
           OSSL_PARAM_BLD_push_BN(out, OSSL_PKEY_PARAM_RSA_FACTOR2, r->q) &&
           OSSL_PARAM_BLD_push_BN(out, OSSL_PKEY_PARAM_RSA_EXPONENT1, r->dp) &&
           OSSL_PARAM_BLD_push_BN(out, OSSL_PKEY_PARAM_RSA_EXPONENT2, r->dq) &&
           OSSL_PARAM_BLD_push_BN(out, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, r->inverse);
}

static EVP_PKEY *roca_key(void)
{
    struct roca r = {.ctx = BN_CTX_new()};
    BIGNUM **const all[] = {&r.m, &r.base, &r.p, &r.q, &r.n, &r.e, &r.d, &r.dp, &r.dq, &r.inverse,
        &r.one, &r.k, &r.left};
    OSSL_PARAM_BLD *fields = OSSL_PARAM_BLD_new();
    EVP_PKEY *key = NULL;

    if (!r.ctx || !fields)
        goto out;
    BN_CTX_start(r.ctx);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        *all[i] = BN_CTX_get(r.ctx); /* the last is NULL when one is */
    if (r.left && roca_numbers(&r) && roca_fields(&r, fields))
        key = key_from("RSA", fields);
    BN_CTX_end(r.ctx);
out:
    BN_CTX_free(r.ctx);
    OSSL_PARAM_BLD_free(fields);
    return key;
}

static EVP_PKEY *key_of(enum recipe_key kind)
{
    switch (kind) {
    case KEY_P256:
        return EVP_EC_gen("P-256");
    case KEY_RSA2048:
        return EVP_RSA_gen(2048);
    case KEY_RSA1024:
        return EVP_RSA_gen(1024);
    case KEY_RSA_PSS:
        return pss_key();
    case KEY_P224:
        return EVP_EC_gen("P-224");
    case KEY_P256_SPELT:
        return spelt_key();
    case KEY_ED25519:
        return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    case KEY_DSA:
        return dsa_key();
    case KEY_RSA2052:
        return EVP_RSA_gen(2052);
    case KEY_ROCA:
        return roca_key();
    case KEY_PUBLISHED:
        return published_key();
    case N_RECIPE_KEYS:
        break;
    }
    return NULL;
}

EVP_PKEY *key_make(enum recipe_key kind, struct err *e)
{
    EVP_PKEY *key = key_of(kind);

    if (!key)
        issue_failed(e, "making a key");
    return key;
}
