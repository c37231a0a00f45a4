#include "leaf_key.h"

#include <pthread.h>

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/mem.h"

#include "ca.h"
#include "ca_root_priv.h"
#include "crypto_err_priv.h"
#include "leaf_key_priv.h"

enum { USAGE, N_COMMON_BUT_KEY = 3, KEY_ID = 3, N_COMMON, WEAK_BITS = 1024 };

/* What faulty leaves are made with. */
struct spare {
    pthread_mutex_t lock;
    EVP_PKEY *weak;      /* owned, NULL until it is asked for */
    struct ca *stranger; /* the same */
};

struct leaf_keys {
    EVP_PKEY *p256; /* owned */
    uint8_t *point; /* its public half, uncompressed; owned, OpenSSL's allocator */
    size_t point_len;
    X509_EXTENSION *common[N_COMMON]; /* owned */
    struct spare *spare;              /* owned */
};

static X509_EXTENSION *not_a_ca(void)
{
    BASIC_CONSTRAINTS *basic = BASIC_CONSTRAINTS_new();
    X509_EXTENSION *ext = basic ? X509V3_EXT_i2d(NID_basic_constraints, 1, basic) : NULL;

    BASIC_CONSTRAINTS_free(basic);
    return ext;
}

static X509_EXTENSION *digital_signature(void)
{
    ASN1_BIT_STRING *usage = ASN1_BIT_STRING_new();
    X509_EXTENSION *ext = NULL;

    if (usage && ASN1_BIT_STRING_set_bit(usage, 0, 1))
        ext = X509V3_EXT_i2d(NID_key_usage, 1, usage);
    ASN1_BIT_STRING_free(usage);
    return ext;
}

static X509_EXTENSION *server_auth(void)
{
    EXTENDED_KEY_USAGE *uses = sk_ASN1_OBJECT_new_null();
    X509_EXTENSION *ext = NULL;

    if (uses && sk_ASN1_OBJECT_push(uses, OBJ_nid2obj(NID_server_auth)) > 0)
        ext = X509V3_EXT_i2d(NID_ext_key_usage, 0, uses);
    sk_ASN1_OBJECT_pop_free(uses, ASN1_OBJECT_free);
    return ext;
}

/* RFC 5280 §4.2.1.2, method 1: SHA-1 of the point. */
static X509_EXTENSION *key_id(const struct leaf_keys *k)
{
    ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
    X509_EXTENSION *ext = NULL;
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (id && EVP_Digest(k->point, k->point_len, digest, &len, EVP_sha1(), NULL) &&
        ASN1_OCTET_STRING_set(id, digest, (int)len))
        ext = X509V3_EXT_i2d(NID_subject_key_identifier, 0, id);
    ASN1_OCTET_STRING_free(id);
    return ext;
}

struct leaf_keys *leaf_keys_new(struct err *e)
{
    struct leaf_keys *k = mem_new(sizeof *k);
    bool ok = (k->p256 = EVP_EC_gen("P-256")) != NULL;

    k->spare = mem_new(sizeof *k->spare);
    pthread_mutex_init(&k->spare->lock, NULL);
    if (ok)
        k->point_len = EVP_PKEY_get1_encoded_public_key(k->p256, &k->point);
    ok = ok && k->point_len > 0;
    if (ok) {
        k->common[USAGE] = server_auth();
        k->common[1] = not_a_ca();
        k->common[2] = digital_signature();
        k->common[KEY_ID] = key_id(k);
    }
    for (size_t i = 0; i < N_COMMON; i++)
        ok = ok && k->common[i];
    if (ok)
        return k;
    leaf_keys_free(k);
    crypto_err(e, "making the key for leaves");
    return NULL;
}

void leaf_keys_free(struct leaf_keys *k)
{
    if (!k)
        return;
    EVP_PKEY_free(k->p256);
    OPENSSL_free(k->point);
    for (size_t i = 0; i < N_COMMON; i++)
        X509_EXTENSION_free(k->common[i]);
    EVP_PKEY_free(k->spare->weak);
    ca_free(k->spare->stranger);
    pthread_mutex_destroy(&k->spare->lock);
    mem_free(k->spare);
    mem_free(k);
}

struct evp_pkey_st *leaf_keys_p256(const struct leaf_keys *k)
{
    return k->p256;
}

/* X509_set_pubkey would encode and decode the key through OpenSSL's encoders, 150 us of the 190
 * that a leaf took. */
static bool key_put(const struct leaf_keys *k, X509 *leaf)
{
    uint8_t *point = OPENSSL_memdup(k->point, k->point_len);

    if (point &&
        X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(leaf), OBJ_nid2obj(NID_X9_62_id_ecPublicKey),
            V_ASN1_OBJECT, OBJ_nid2obj(NID_X9_62_prime256v1), point, (int)k->point_len))
        return true;
    OPENSSL_free(point);
    return false;
}

bool leaf_keys_put(
    const struct leaf_keys *k, struct x509_st *leaf, struct evp_pkey_st *own, bool usage)
{
    bool ok = own ? X509_set_pubkey(leaf, own) && key_id_put(leaf)
                  : key_put(k, leaf) && X509_add_ext(leaf, k->common[KEY_ID], -1) == 1;

    for (size_t i = usage ? USAGE : USAGE + 1; ok && i < N_COMMON_BUT_KEY; i++)
        ok = X509_add_ext(leaf, k->common[i], -1) == 1;
    return ok;
}

struct evp_pkey_st *leaf_keys_weak(const struct leaf_keys *k, int bits, struct err *e)
{
    struct spare *s = k->spare;

    pthread_mutex_lock(&s->lock);
    if (!s->weak)
        s->weak = EVP_RSA_gen((size_t)bits);
    pthread_mutex_unlock(&s->lock);
    if (!s->weak)
        crypto_err(e, "making a weak key");
    return s->weak;
}

const struct ca *leaf_keys_stranger(const struct leaf_keys *k, int64_t now_s, struct err *e)
{
    struct spare *s = k->spare;

    pthread_mutex_lock(&s->lock);
    if (!s->stranger)
        s->stranger = ca_new_in_memory(now_s, e);
    pthread_mutex_unlock(&s->lock);
    return s->stranger;
}

bool leaf_keys_expect_faults(const struct leaf_keys *k, int64_t now_s, struct err *e)
{
    return leaf_keys_weak(k, WEAK_BITS, e) && leaf_keys_stranger(k, now_s, e);
}
