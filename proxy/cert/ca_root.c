#include "ca_root_priv.h"

#include <stdio.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/mem.h"

#include "crypto_err_priv.h"

enum { ROOT_LIFE_S = 2 * 365 * 86400 };

bool serial_draw(struct asn1_string_st *serial)
{
    uint8_t bytes[SERIAL_BYTES];

    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    bytes[0] = (uint8_t)((bytes[0] & 0x7f) | 0x40);
    return ASN1_STRING_set(serial, bytes, sizeof bytes) == 1;
}

/* "whytls root 3FA9": the digits tell two installations apart in a phone's list of roots. */
static bool root_name_put(X509 *root, EVP_PKEY *key)
{
    uint8_t *spki = NULL;
    int len = i2d_PUBKEY(key, &spki);
    uint8_t digest[SHA256_DIGEST_LENGTH];
    char name[32];

    if (len <= 0)
        return false;
    SHA256(spki, (size_t)len, digest);
    OPENSSL_free(spki);
    snprintf(name, sizeof name, "whytls root %02X%02X", digest[0], digest[1]);

    X509_NAME *subject = X509_get_subject_name(root);
    return X509_NAME_add_entry_by_NID(subject, NID_commonName, V_ASN1_UTF8STRING,
               (const unsigned char *)name, -1, -1, 0) == 1 &&
           X509_set_issuer_name(root, subject) == 1;
}

bool key_id_put(struct x509_st *x)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
    bool ok = id && X509_pubkey_digest(x, EVP_sha1(), digest, &len) == 1 &&
              ASN1_OCTET_STRING_set(id, digest, (int)len) == 1 &&
              X509_add1_ext_i2d(x, NID_subject_key_identifier, id, 0, X509V3_ADD_DEFAULT) == 1;

    ASN1_OCTET_STRING_free(id);
    return ok;
}

static bool uses_put(X509 *root)
{
    BASIC_CONSTRAINTS *basic = BASIC_CONSTRAINTS_new();
    ASN1_BIT_STRING *usage = ASN1_BIT_STRING_new();
    bool ok = false;

    if (!basic || !usage)
        goto out;
    basic->ca = 0xff;
    basic->pathlen = ASN1_INTEGER_new(); /* 0: signs leaves only */
    ok = basic->pathlen && ASN1_INTEGER_set(basic->pathlen, 0) == 1 &&
         ASN1_BIT_STRING_set_bit(usage, 5, 1) == 1    /* keyCertSign */
         && ASN1_BIT_STRING_set_bit(usage, 6, 1) == 1 /* cRLSign */
         && X509_add1_ext_i2d(root, NID_basic_constraints, basic, 1, X509V3_ADD_DEFAULT) == 1 &&
         X509_add1_ext_i2d(root, NID_key_usage, usage, 1, X509V3_ADD_DEFAULT) == 1;
out:
    BASIC_CONSTRAINTS_free(basic);
    ASN1_BIT_STRING_free(usage);
    return ok;
}

static bool name_copy(X509 *root, const X509 *old)
{
    return X509_set_subject_name(root, X509_get_subject_name(old)) == 1 &&
           X509_set_issuer_name(root, X509_get_subject_name(old)) == 1;
}

/* Self-signed, with the name of `old`, or one of its own when there is none. NULL: see crypto_err.
 */
static X509 *root_issue(int64_t now_s, EVP_PKEY *key, const X509 *old)
{
    X509 *x = X509_new();

    /* Backdated as the leaves are: a phone whose clock is behind judges the root's dates as well.
     */
    if (x && X509_set_version(x, X509_VERSION_3) && serial_draw(X509_get_serialNumber(x)) &&
        ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(now_s - BACKDATED_S)) &&
        ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(now_s + ROOT_LIFE_S)) &&
        X509_set_pubkey(x, key) && (old ? name_copy(x, old) : root_name_put(x, key)) &&
        uses_put(x) && key_id_put(x) && X509_sign(x, key, EVP_sha256()) > 0)
        return x;
    X509_free(x);
    return NULL;
}

bool ca_root_make(int64_t now_s, struct evp_pkey_st **key, struct x509_st **root, struct err *e)
{
    EVP_PKEY *k = EVP_EC_gen("P-256");
    X509 *x = k ? root_issue(now_s, k, NULL) : NULL;

    if (x) {
        *key = k;
        *root = x;
        return true;
    }
    EVP_PKEY_free(k);
    return crypto_err(e, "making our root");
}

bool ca_root_renew(int64_t now_s, struct evp_pkey_st *key, const struct x509_st *old,
    struct x509_st **root, struct err *e)
{
    *root = root_issue(now_s, key, old);
    return *root || crypto_err(e, "renewing our root");
}

bool ca_root_check(struct evp_pkey_st *key, struct x509_st *root, struct err *e)
{
    if (X509_check_private_key(root, key) != 1)
        return crypto_err(NULL, ""), err_set(e, ERR_INPUT, "root.key is not the key of root.pem");
    /* Also fills the extension cache now, so that the certificate is only read afterwards. */
    if (X509_check_ca(root) != 1)
        return err_set(e, ERR_INPUT,
            "root.pem is not a version 3 CA certificate (basicConstraints, keyUsage)");
    if (!X509_get0_subject_key_id(root))
        return err_set(
            e, ERR_INPUT, "root.pem has no subject key identifier; iOS links our leaves by it");
    if (!EVP_PKEY_is_a(key, "EC") && !EVP_PKEY_is_a(key, "RSA"))
        return err_set(e, ERR_INPUT, "root.key is neither EC nor RSA; iOS accepts no other");
    return true;
}
