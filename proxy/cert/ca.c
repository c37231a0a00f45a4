#include "ca.h"

#include <stdio.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "base/text.h"
#include "cert/chain.h"

#include "ca_priv.h"
#include "ca_root_priv.h"
#include "crypto_err_priv.h"

enum { NAME_CAP = 128 };

struct ca {
    X509 *root;              /* owned */
    EVP_PKEY *key;           /* owned */
    X509_EXTENSION *aki;     /* owned: the same for each leaf, so encoded once */
    uint8_t *der;            /* owned by OpenSSL's allocator */
    char *pem;               /* owned */
    struct cert_chain *kept; /* owned */
    size_t der_len;
    int64_t since, until;
    char name[NAME_CAP];
    char sha256[2 * SHA256_DIGEST_LENGTH + 1];
};

static int64_t seconds_of(const ASN1_TIME *t)
{
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0, seconds = 0;

    if (epoch)
        ASN1_TIME_diff(&days, &seconds, epoch, t);
    ASN1_TIME_free(epoch);
    return (int64_t)days * 86400 + seconds;
}

/* The key id alone, equal to the root's SKI byte for byte: iOS compares them, and mitmproxy
 * before 12.2.3 failed there. */
static X509_EXTENSION *aki_of(X509 *root)
{
    AUTHORITY_KEYID *aki = AUTHORITY_KEYID_new();
    X509_EXTENSION *ext = NULL;

    if (aki && (aki->keyid = ASN1_OCTET_STRING_dup(X509_get0_subject_key_id(root))))
        ext = X509V3_EXT_i2d(NID_authority_key_identifier, 0, aki);
    AUTHORITY_KEYID_free(aki);
    return ext;
}

static char *pem_of(X509 *root)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *at = NULL, *pem = NULL;

    if (bio && PEM_write_bio_X509(bio, root)) {
        long n = BIO_get_mem_data(bio, &at);
        pem = mem_new((size_t)n + 1);
        memcpy(pem, at, (size_t)n);
    }
    BIO_free(bio);
    return pem;
}

struct ca *ca_take(EVP_PKEY *key, X509 *root, struct err *e)
{
    struct ca *ca = mem_new(sizeof *ca);

    ca->key = key;
    ca->root = root;
    ca->kept = cert_chain_new();
    if (!ca_root_check(key, root, e))
        goto fail;
    ca->aki = aki_of(root);
    ca->pem = pem_of(root);
    int len = i2d_X509(root, &ca->der);
    if (!ca->aki || !ca->pem || len <= 0) {
        crypto_err(e, "encoding our root");
        goto fail;
    }
    ca->der_len = (size_t)len;
    ca->since = seconds_of(X509_get0_notBefore(root));
    ca->until = seconds_of(X509_get0_notAfter(root));
    if (X509_NAME_get_text_by_NID(X509_get_subject_name(root), NID_commonName, ca->name, NAME_CAP) <
        0)
        snprintf(ca->name, sizeof ca->name, "%s", "root without a common name");

    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256(ca->der, ca->der_len, digest);
    text_hex(ca->sha256, digest, sizeof digest);
    return ca;
fail:
    ca_free(ca);
    return NULL;
}

struct ca *ca_new_in_memory(int64_t now_s, struct err *e)
{
    EVP_PKEY *key = NULL;
    X509 *root = NULL;

    return ca_root_make(now_s, &key, &root, e) ? ca_take(key, root, e) : NULL;
}

void ca_free(struct ca *ca)
{
    if (!ca)
        return;
    X509_free(ca->root);
    EVP_PKEY_free(ca->key);
    X509_EXTENSION_free(ca->aki);
    OPENSSL_free(ca->der);
    mem_free(ca->pem);
    cert_chain_free(ca->kept);
    mem_free(ca);
}

void ca_add_kept(struct ca *ca, const struct cert *older)
{
    cert_chain_push(ca->kept, older);
}

const struct cert_chain *ca_kept(const struct ca *ca)
{
    return ca->kept;
}

struct evp_pkey_st *ca_key(const struct ca *ca)
{
    return ca->key;
}

const struct x509_st *ca_certificate(const struct ca *ca)
{
    return ca->root;
}

const char *ca_name(const struct ca *ca)
{
    return ca->name;
}

const char *ca_sha256(const struct ca *ca)
{
    return ca->sha256;
}

int64_t ca_since(const struct ca *ca)
{
    return ca->since + BACKDATED_S;
}

int64_t ca_until(const struct ca *ca)
{
    return ca->until;
}

const uint8_t *ca_der(const struct ca *ca, size_t *len)
{
    *len = ca->der_len;
    return ca->der;
}

const char *ca_pem(const struct ca *ca)
{
    return ca->pem;
}

bool ca_sign_with(const struct ca *ca, const char *digest, struct x509_st *leaf, struct err *e)
{
    const EVP_MD *md = EVP_get_digestbyname(digest);

    /* X509_NAME keeps the bytes that it was parsed from or encoded to, so a copy is the subject
     * byte for byte. */
    if (!md || !X509_set_issuer_name(leaf, X509_get_subject_name(ca->root)) ||
        !X509_add_ext(leaf, ca->aki, -1) || X509_sign(leaf, ca->key, md) <= 0)
        return crypto_err(e, "signing a leaf");
    return true;
}

bool ca_sign(const struct ca *ca, struct x509_st *leaf, struct err *e)
{
    return ca_sign_with(ca, "SHA256", leaf, e);
}
