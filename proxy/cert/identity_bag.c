/* cert/identity_bag.c - the containers and bags of a PKCS#12 file (RFC 7292 §4); declared in
 * identity_priv.h. */
#include "identity_priv.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "base/mem.h"
#include "base/text.h"

static bool bags_walk(struct identity_reading *r, const STACK_OF(PKCS12_SAFEBAG) * bags, int depth);

static void mark_read(const PKCS12_SAFEBAG *bag, struct identity_mark *out)
{
    const ASN1_TYPE *id = PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID);

    out->len = 0;
    if (!id || id->type != V_ASN1_OCTET_STRING)
        return;
    int n = ASN1_STRING_length(id->value.octet_string);
    out->len = n < IDENTITY_ID_MOST ? (size_t)n : IDENTITY_ID_MOST;
    memcpy(out->at, ASN1_STRING_get0_data(id->value.octet_string), out->len);
}

static void key_add(
    struct identity_reading *r, const PKCS12_SAFEBAG *bag, const PKCS8_PRIV_KEY_INFO *p8)
{
    if (r->n_keys == IDENTITY_KEYS_MOST) {
        r->out->n_unread++;
        return;
    }
    r->keys[r->n_keys] = EVP_PKCS82PKEY(p8);
    if (!r->keys[r->n_keys])
        r->out->odd_key = "a kind that OpenSSL does not read";
    mark_read(bag, &r->key_marks[r->n_keys++]);
    ERR_clear_error();
}

static bool shrouded_key_walk(struct identity_reading *r, const PKCS12_SAFEBAG *bag)
{
    const X509_SIG *sealed = PKCS12_SAFEBAG_get0_pkcs8(bag);
    const X509_ALGOR *algorithm = NULL;

    if (!sealed)
        return identity_fail(r, IDENTITY_CORRUPT, "a key in it cannot be read");
    X509_SIG_get0(sealed, &algorithm, NULL);
    if (!identity_pbe_look(r, algorithm, r->out->key_cipher))
        return false;
    if (r->blind)
        return true;
    PKCS8_PRIV_KEY_INFO *p8 =
        PKCS12_decrypt_skey_ex(bag, r->password, r->password_len, identity_old_ciphers(), NULL);
    if (!p8) {
        ERR_clear_error();
        return identity_fail(
            r, IDENTITY_WRONG_PASSWORD, "the password does not open the key in it");
    }
    key_add(r, bag, p8);
    PKCS8_PRIV_KEY_INFO_free(p8);
    return true;
}

static void cert_walk(struct identity_reading *r, PKCS12_SAFEBAG *bag)
{
    unsigned char *der = NULL;
    X509 *x = NULL;

    if (r->n_certs < IDENTITY_CERTS_MOST && PKCS12_SAFEBAG_get_bag_nid(bag) == NID_x509Certificate)
        x = PKCS12_SAFEBAG_get1_cert(bag);
    int len = x ? i2d_X509(x, &der) : 0;
    const struct cert *c = len > 0 ? cert_parse(der, (size_t)len, NULL) : NULL;

    if (c) {
        char *name = PKCS12_get_friendlyname(bag);

        mark_read(bag, &r->cert_marks[r->n_certs]);
        r->names[r->n_certs] = mem_text(name);
        r->certs[r->n_certs++] = c;
        OPENSSL_free(name);
    } else {
        r->out->n_unread++;
    }
    OPENSSL_free(der);
    X509_free(x);
    ERR_clear_error();
}

static bool bag_walk(struct identity_reading *r, PKCS12_SAFEBAG *bag, int depth)
{
    if (++r->n_bags > IDENTITY_BAGS_MOST)
        return identity_fail(
            r, IDENTITY_TOO_COSTLY, "it holds more than %d bags", IDENTITY_BAGS_MOST);
    switch (PKCS12_SAFEBAG_get_nid(bag)) {
    case NID_keyBag:
        if (!r->blind && PKCS12_SAFEBAG_get0_p8inf(bag))
            key_add(r, bag, PKCS12_SAFEBAG_get0_p8inf(bag));
        return true;
    case NID_pkcs8ShroudedKeyBag:
        return shrouded_key_walk(r, bag);
    case NID_certBag:
        if (!r->blind)
            cert_walk(r, bag);
        return true;
    case NID_safeContentsBag:
        return bags_walk(r, PKCS12_SAFEBAG_get0_safes(bag), depth + 1);
    default: /* CRLs and secrets make no identity */
        return true;
    }
}

static bool bags_walk(struct identity_reading *r, const STACK_OF(PKCS12_SAFEBAG) * bags, int depth)
{
    if (depth > IDENTITY_NEST_MOST)
        return identity_fail(r, IDENTITY_TOO_COSTLY,
            "its bags lie more than %d deep in one another", IDENTITY_NEST_MOST);
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++)
        if (!bag_walk(r, sk_PKCS12_SAFEBAG_value(bags, i), depth))
            return false;
    return true;
}

/* An encrypted container: as a rule the one of the certificates. */
static bool encrypted_walk(struct identity_reading *r, const PKCS7 *container)
{
    const PKCS7_ENCRYPT *e = container->d.encrypted;
    const PKCS7_ENC_CONTENT *content = e ? e->enc_data : NULL;

    if (!content || !content->algorithm || !content->enc_data)
        return identity_fail(r, IDENTITY_CORRUPT, "an encrypted part of it is empty");
    if (!identity_pbe_look(r, content->algorithm, r->out->certs_cipher))
        return false;
    if (r->blind)
        return true;
    STACK_OF(PKCS12_SAFEBAG) *bags =
        PKCS12_item_decrypt_d2i_ex(content->algorithm, ASN1_ITEM_rptr(PKCS12_SAFEBAGS), r->password,
            r->password_len, content->enc_data, 1, identity_old_ciphers(), NULL);
    if (!bags) {
        ERR_clear_error();
        return identity_fail(
            r, IDENTITY_WRONG_PASSWORD, "the password does not open the certificates in it");
    }
    bool good = bags_walk(r, bags, 0);
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    return good;
}

static bool container_walk(struct identity_reading *r, PKCS7 *container)
{
    if (PKCS7_type_is_encrypted(container))
        return encrypted_walk(r, container);
    if (!PKCS7_type_is_data(container))
        return identity_fail(
            r, IDENTITY_UNSUPPORTED, "a part of it is closed by a public key, not by a password");
    STACK_OF(PKCS12_SAFEBAG) *bags = container->d.data ? PKCS12_unpack_p7data(container) : NULL;

    ERR_clear_error();
    if (!bags)
        return identity_fail(r, IDENTITY_CORRUPT, "a part of it cannot be read");
    bool good = bags_walk(r, bags, 0);
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    return good;
}

bool identity_walk(struct identity_reading *r, const PKCS12 *p12)
{
    STACK_OF(PKCS7) *containers = PKCS12_unpack_authsafes(p12);
    bool good = containers != NULL;

    ERR_clear_error();
    if (!good)
        return identity_fail(r, IDENTITY_CORRUPT, "its contents cannot be read");
    r->n_bags = 0;
    for (int i = 0; good && i < sk_PKCS7_num(containers); i++)
        good = container_walk(r, sk_PKCS7_value(containers, i));
    sk_PKCS7_pop_free(containers, PKCS7_free);
    return good;
}
