#include "mint_identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/provider.h>

#include "base/mem.h"

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "mint_identity: %s failed\n", what);
    abort();
}

OSSL_LIB_CTX *mint_identity_ciphers(void)
{
    static OSSL_LIB_CTX *lib; /* never freed */
    static bool asked;

    if (asked)
        return lib;
    asked = true;
    lib = OSSL_LIB_CTX_new();
    if (!OSSL_PROVIDER_load(lib, "default") || !OSSL_PROVIDER_load(lib, "legacy")) {
        OSSL_LIB_CTX_free(lib);
        lib = NULL;
    }
    return lib;
}

struct cert_span mint_identity_bytes(PKCS12 *p12)
{
    unsigned char *der = NULL;
    int len = i2d_PKCS12(p12, &der);

    must(len > 0, "writing it");
    struct cert_span out = {mem_dup(der, (size_t)len), (size_t)len};

    OPENSSL_free(der);
    PKCS12_free(p12);
    return out;
}

struct cert_span mint_identity_of(STACK_OF(PKCS7) * containers)
{
    PKCS12 *p12 = PKCS12_add_safes(containers, 0);

    must(p12 != NULL, "packing it");
    sk_PKCS7_pop_free(containers, PKCS7_free);
    return mint_identity_bytes(p12);
}

struct cert_span mint_identity_of_bags(STACK_OF(PKCS12_SAFEBAG) * bags)
{
    STACK_OF(PKCS7) *containers = NULL;

    must(PKCS12_add_safe(&containers, bags, MINT_IDENTITY_CLEAR, 1, NULL) == 1, "packing bags");
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    return mint_identity_of(containers);
}

static void bag_mark(PKCS12_SAFEBAG *bag, const char *name, size_t pair)
{
    unsigned char mark = (unsigned char)(pair + 1);

    must(bag && PKCS12_add_localkeyid(bag, &mark, 1) == 1, "marking a bag");
    must(!name || PKCS12_add_friendlyname_utf8(bag, name, -1) == 1, "naming a bag");
}

static void pack(STACK_OF(PKCS7) * *containers, STACK_OF(PKCS12_SAFEBAG) * bags, int cipher,
    const struct mint_identity_spec *s)
{
    if (bags)
        must(PKCS12_add_safe_ex(containers, bags, cipher, s->rounds ? s->rounds : 1, s->password,
                 mint_identity_ciphers(), NULL) == 1,
            "packing bags");
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
}

static STACK_OF(PKCS7) * containers_make(const struct mint_identity_spec *s)
{
    STACK_OF(PKCS7) *containers = sk_PKCS7_new_null();
    STACK_OF(PKCS12_SAFEBAG) *certs = NULL, *keys = NULL;
    int aes = NID_aes_256_cbc;

    for (size_t i = 0; i < MINT_IDENTITY_PAIRS; i++) {
        const struct mint_identity_pair *p = &s->pairs[i];

        if (p->cert)
            bag_mark(PKCS12_add_cert(&certs, p->cert->x509), p->name, i);
        if (p->key)
            bag_mark(PKCS12_add_key_ex(&keys, p->key->key, 0, s->rounds ? s->rounds : 1,
                         s->key_cipher ? s->key_cipher : aes, s->password, mint_identity_ciphers(),
                         NULL),
                p->name, i);
    }
    for (size_t i = 0; i < MINT_IDENTITY_PAIRS && s->chain[i]; i++)
        must(PKCS12_add_cert(&certs, s->chain[i]->x509) != NULL, "adding a certificate");
    pack(&containers, certs, s->certs_cipher ? s->certs_cipher : aes, s);
    pack(&containers, keys, MINT_IDENTITY_CLEAR, s);
    return containers;
}

struct cert_span mint_identity(const struct mint_identity_spec *s)
{
    STACK_OF(PKCS7) *containers = containers_make(s);
    const char *mac = s->mac ? s->mac : "SHA256";
    PKCS12 *p12 = PKCS12_add_safes_ex(containers, 0, mint_identity_ciphers(), NULL);

    must(p12 != NULL, "packing it");
    sk_PKCS7_pop_free(containers, PKCS7_free);
    if (*mac)
        must(PKCS12_set_mac(p12, s->password, s->password ? -1 : 0, NULL, 0,
                 s->mac_rounds ? s->mac_rounds : 1, EVP_get_digestbyname(mac)) == 1,
            "sealing it");
    return mint_identity_bytes(p12);
}
