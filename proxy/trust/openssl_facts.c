#include "openssl_facts.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

/* Its key pair can be made: then it can be read as well. */
static bool makes_keys(OSSL_LIB_CTX *context, const char *kind, const char *curve)
{
    EVP_PKEY *key = curve ? EVP_PKEY_Q_keygen(context, NULL, kind, curve)
                          : EVP_PKEY_Q_keygen(context, NULL, kind);
    bool made = key != NULL;

    EVP_PKEY_free(key);
    return made;
}

static bool has_digest(OSSL_LIB_CTX *context, const char *name)
{
    EVP_MD *digest = EVP_MD_fetch(context, name, NULL);
    bool there = digest != NULL;

    EVP_MD_free(digest);
    return there;
}

void openssl_facts_read(struct openssl_facts *out)
{
    /* One of its own: a provider that is loaded on request would take the place of the default one.
     */
    OSSL_LIB_CTX *context = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *standard = context ? OSSL_PROVIDER_load(context, "default") : NULL;
    OSSL_PROVIDER *legacy = context ? OSSL_PROVIDER_load(context, "legacy") : NULL;

    *out = (struct openssl_facts){
        .version = OpenSSL_version(OPENSSL_VERSION),
        .directory = OpenSSL_version(OPENSSL_DIR),
        .legacy = legacy != NULL,
        .ed25519 = standard && makes_keys(context, "ED25519", NULL),
        .p256 = standard && makes_keys(context, "EC", "P-256"),
        .sha1 = standard && has_digest(context, "SHA1"),
    };
    if (legacy)
        OSSL_PROVIDER_unload(legacy);
    if (standard)
        OSSL_PROVIDER_unload(standard);
    OSSL_LIB_CTX_free(context);
    ERR_clear_error();
}
