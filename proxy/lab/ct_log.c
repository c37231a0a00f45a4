#include "ct_log.h"

#include <string.h>

#include <openssl/ct.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "issue.h"
#include "key.h"

enum {
    DAY_S = 86400,
    PREFIX_BYTES = 2 + 8 + 2 + SHA256_DIGEST_LENGTH + 3,
    ENTRY_MOST = 64 * 1024,
    SIGNATURE_MOST = 128
};

const char *ct_log_name(enum lab_log log)
{
    static const char *const names[N_LAB_LOGS] = {
        [LOG_ONE] = "Lab Log One",
        [LOG_TWO] = "Lab Log Two",
        [LOG_THREE] = "Lab Log Three",
        [LOG_RETIRED] = "Lab Retired Log",
    };

    return names[log];
}

bool ct_log_keys_make(struct ct_log_keys *keys, struct err *e)
{
    for (enum lab_log log = LOG_ONE; log < N_LAB_LOGS; log++) {
        keys->at[log] = key_make(KEY_P256, e);
        if (!keys->at[log])
            return false;
    }
    return true;
}

void ct_log_keys_fini(struct ct_log_keys *keys)
{
    for (size_t i = 0; i < N_LAB_LOGS; i++)
        EVP_PKEY_free(keys->at[i]);
    *keys = (struct ct_log_keys){0};
}

X509 *ct_log_card(const struct ct_log_keys *keys, enum lab_log log, int64_t now_s, struct err *e)
{
    struct recipe recipe;

    recipe_of_site(ct_log_name(log), &recipe);
    recipe.alt_name = "";
    recipe.issuer = CA_ITSELF;
    return issue_cert(
        &(struct issue_order){.recipe = &recipe, .key = keys->at[log], .now_s = now_s}, e);
}

static bool key_hash(EVP_PKEY *key, unsigned char out[static SHA256_DIGEST_LENGTH])
{
    unsigned char *der = NULL;
    int len = i2d_PUBKEY(key, &der);
    bool good = len > 0 && EVP_Digest(der, (size_t)len, out, NULL, EVP_sha256(), NULL) == 1;

    OPENSSL_free(der);
    return good;
}

/* RFC 6962 §3.2: version, type, time, entry type, the issuer's key, the TBSCertificate, no
 * extensions. Freed with mem_free. */
static unsigned char *entry_make(X509 *cert, EVP_PKEY *issuer, uint64_t at_ms, size_t *len)
{
    unsigned char *tbs = NULL, *out = NULL, *to;
    int n = i2d_re_X509_tbs(cert, &tbs);

    if (n > 0 && n < ENTRY_MOST) {
        *len = PREFIX_BYTES + (size_t)n + 2;
        out = to = mem_new(*len);
        to += 2; /* v1, certificate_timestamp: both 0 */
        for (int shift = 56; shift >= 0; shift -= 8)
            *to++ = (unsigned char)(at_ms >> shift);
        to[1] = 1; /* precert_entry */
        to += 2;
        bool hashed = key_hash(issuer, to);
        to += SHA256_DIGEST_LENGTH;
        for (int shift = 16; shift >= 0; shift -= 8)
            *to++ = (unsigned char)(n >> shift);
        memcpy(to, tbs, (size_t)n);
        if (!hashed) {
            mem_free(out);
            out = NULL;
        }
    }
    OPENSSL_free(tbs);
    return out;
}

static bool entry_sign(
    EVP_PKEY *key, const unsigned char *entry, size_t len, unsigned char *out, size_t *out_len)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = ctx && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestSign(ctx, out, out_len, entry, len) == 1;

    EVP_MD_CTX_free(ctx);
    return good;
}

struct promise_order {
    EVP_PKEY *log, *issuer;
    X509 *cert;
    uint64_t at_ms;
    bool spoilt;
};

static SCT *promise_make(const struct promise_order *o)
{
    unsigned char id[SHA256_DIGEST_LENGTH], signature[SIGNATURE_MOST];
    size_t len = 0, signature_len = sizeof signature;
    unsigned char *entry = entry_make(o->cert, o->issuer, o->at_ms, &len);
    SCT *sct = SCT_new();

    if (entry && o->spoilt)
        entry[len - 3] ^= 1;
    if (!entry || !sct || !key_hash(o->log, id) ||
        !entry_sign(o->log, entry, len, signature, &signature_len) ||
        !SCT_set_version(sct, SCT_VERSION_V1) || !SCT_set1_log_id(sct, id, sizeof id) ||
        !SCT_set_log_entry_type(sct, CT_LOG_ENTRY_TYPE_PRECERT) ||
        !SCT_set_signature_nid(sct, NID_ecdsa_with_SHA256) ||
        !SCT_set1_signature(sct, signature, signature_len)) {
        SCT_free(sct);
        sct = NULL;
    } else {
        SCT_set_timestamp(sct, o->at_ms);
    }
    mem_free(entry);
    return sct;
}

static bool promise_push(STACK_OF(SCT) * list, const struct promise_order *o)
{
    SCT *sct = promise_make(o);

    if (sct && sk_SCT_push(list, sct) > 0)
        return true;
    SCT_free(sct);
    return false;
}

static bool promises_push(STACK_OF(SCT) * list, const struct ct_log_keys *keys,
    enum ct_promises promises, struct promise_order *o)
{
    if (promises == PROMISES_BROKEN) {
        o->log = keys->at[LOG_RETIRED];
        if (!promise_push(list, o))
            return false;
        o->spoilt = true;
        o->log = keys->at[LOG_ONE];
        return promise_push(list, o);
    }
    for (enum lab_log log = LOG_ONE; log <= LOG_THREE; log++) {
        o->log = keys->at[log];
        if (!promise_push(list, o))
            return false;
    }
    return true;
}

bool ct_log_promise(const struct ct_log_keys *keys, enum ct_promises promises, X509 *cert,
    EVP_PKEY *issuer, int64_t at_s, struct err *e)
{
    struct promise_order o = {.issuer = issuer, .cert = cert, .at_ms = (uint64_t)at_s * 1000};
    STACK_OF(SCT) *list = sk_SCT_new_null();
    bool good = promises == PROMISES_NONE;

    if (!good)
        good = list && promises_push(list, keys, promises, &o) &&
               X509_add1_ext_i2d(cert, NID_ct_precert_scts, list, 0, 0) == 1;
    SCT_LIST_free(list);
    return good || issue_failed(e, "adding promises of the lab's logs");
}
