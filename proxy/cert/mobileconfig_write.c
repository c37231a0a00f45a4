/* cert/mobileconfig_write.c - a profile written and signed; declared in mobileconfig.h. */
#include "mobileconfig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <plist/plist.h>

#include "base/mem.h"
#include "crypto_err_priv.h"
#include "profile_priv.h"

enum { SHORT_HEX = 12, ID_MOST = 200, NAME_MOST = 200 };

struct writing {
    const struct mobileconfig_plan *plan;
    char identifier[ID_MOST + 64];
    plist_t payloads;
};

static bool is_root(const struct cert *c)
{
    return c->self_signed && c->is_ca;
}

static int by_hex(const void *a, const void *b)
{
    const char *const *left = a, *const *right = b;

    return strcmp(*left, *right);
}

/* From the keys of the roots: a renewed intermediate, or a root renewed with its old key, makes a
 * new edition of the same profile. Without a root, from all that is in it. */
static void identifier_make(struct writing *w)
{
    const struct mobileconfig_plan *plan = w->plan;
    const char **keys = mem_array(plan->certs->n + 1, sizeof *keys);
    struct text seed = {0};
    uint8_t digest[SHA256_DIGEST_LENGTH];
    char hex[2 * SHA256_DIGEST_LENGTH + 1];
    size_t n = 0;

    for (size_t i = 0; i < plan->certs->n; i++)
        if (is_root(plan->certs->at[i]))
            keys[n++] = plan->certs->at[i]->spki_sha256_hex;
    for (size_t i = 0; n == 0 && i < plan->certs->n; i++)
        keys[i] = plan->certs->at[i]->spki_sha256_hex;
    n = n ? n : plan->certs->n;
    qsort(keys, n, sizeof *keys, by_hex);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || strcmp(keys[i], keys[i - 1]) != 0)
            text_add(&seed, keys[i]);
    for (size_t i = 0; n == 0 && i < plan->n_identities; i++)
        text_add_n(
            &seed, (const char *)plan->identities[i].bytes.at, plan->identities[i].bytes.len);
    SHA256((const uint8_t *)text_str(&seed), seed.len, digest);
    text_hex(hex, digest, sizeof digest);
    snprintf(w->identifier, sizeof w->identifier, "whytls.profile.%.*s", SHORT_HEX, hex);
    text_fini(&seed);
    mem_free(keys);
}

/* A name is for people: what XML cannot hold is shown, not written. */
static void name_put(plist_t dict, const char *key, const char *name)
{
    struct text safe = {0};

    text_add_safe(&safe, name, strlen(name), NAME_MOST);
    profile_put(dict, key, text_str(&safe));
    text_fini(&safe);
}

static plist_t payload_new(const struct writing *w, const char *type, const char *what,
    const char *hex, struct cert_span content)
{
    plist_t dict = plist_new_dict();
    char uuid[PROFILE_UUID_CAP], id[sizeof w->identifier + 64], seed[160];

    snprintf(id, sizeof id, "%s.%s.%.*s", w->identifier, what, SHORT_HEX, hex);
    snprintf(seed, sizeof seed, "whytls payload %s %s", type, hex);
    profile_uuid(uuid, seed);
    profile_put_head(dict, type, id, uuid);
    plist_dict_set_item(
        dict, "PayloadContent", plist_new_data((const char *)content.at, content.len));
    return dict;
}

static void cert_put(struct writing *w, const struct cert *c)
{
    bool root = is_root(c);
    char file[SHORT_HEX + 8];
    plist_t dict = payload_new(w, root ? "com.apple.security.root" : "com.apple.security.pkcs1",
        root       ? "root"
        : c->is_ca ? "intermediate"
                   : "certificate",
        c->sha256_hex, c->der);

    snprintf(file, sizeof file, "%.*s.cer", SHORT_HEX, c->sha256_hex);
    name_put(dict, "PayloadDisplayName", c->summary);
    profile_put(dict, "PayloadDescription",
        root ? "A root certificate. Switch it on in Settings, General, About, Certificate Trust "
               "Settings."
        : c->is_ca ? "An intermediate certificate."
                   : "A certificate.");
    profile_put(dict, "PayloadCertificateFileName", file);
    plist_array_append_item(w->payloads, dict);
}

static void identity_put(struct writing *w, const struct mobileconfig_identity *one)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    char hex[2 * SHA256_DIGEST_LENGTH + 1], file[SHORT_HEX + 8];

    SHA256(one->bytes.at, one->bytes.len, digest);
    text_hex(hex, digest, sizeof digest);
    plist_t dict = payload_new(w, "com.apple.security.pkcs12", "identity", hex, one->bytes);

    snprintf(file, sizeof file, "%.*s.p12", SHORT_HEX, hex);
    name_put(dict, "PayloadDisplayName", one->name ? one->name : "Identity");
    profile_put(dict, "PayloadDescription", "A certificate with its private key.");
    profile_put(dict, "PayloadCertificateFileName", file);
    if (one->password)
        profile_put(dict, "Password", one->password);
    plist_array_append_item(w->payloads, dict);
}

static bool was_put(const struct cert_chain *certs, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (cert_same(certs->at[k], certs->at[i]))
            return true;
    return false;
}

static void payloads_put(struct writing *w)
{
    const struct cert_chain *certs = w->plan->certs;

    for (int roots_first = 1; roots_first >= 0; roots_first--)
        for (size_t i = 0; i < certs->n; i++)
            if (is_root(certs->at[i]) == roots_first && !was_put(certs, i))
                cert_put(w, certs->at[i]);
    for (size_t i = 0; i < w->plan->n_identities; i++)
        identity_put(w, &w->plan->identities[i]);
}

/* Text that XML holds as it is (XML 1.0 §2.2): it must not change on its way. */
static bool is_plain(const char *text)
{
    size_t left = strlen(text);

    while (left) {
        size_t n = text_utf8_len(text, left);

        if (n == 0 || (unsigned char)*text < ' ')
            return false;
        text += n;
        left -= n;
    }
    return true;
}

static bool plan_check(const struct mobileconfig_plan *plan, struct err *e)
{
    size_t n = plan->certs->n + plan->n_identities;

    if (n == 0)
        return err_set(e, ERR_INPUT, "a profile of nothing");
    if (n > MOBILECONFIG_PAYLOADS_MOST)
        return err_set(
            e, ERR_INPUT, "%zu payloads; the limit is %d", n, MOBILECONFIG_PAYLOADS_MOST);
    if (plan->identifier && strlen(plan->identifier) > ID_MOST)
        return err_set(e, ERR_INPUT, "an identifier of %zu bytes; the limit is %d",
            strlen(plan->identifier), ID_MOST);
    if (plan->identifier && !is_plain(plan->identifier))
        return err_set(e, ERR_INPUT, "an identifier with characters that a profile cannot hold");
    for (size_t i = 0; i < plan->n_identities; i++)
        if (plan->identities[i].password && !is_plain(plan->identities[i].password))
            return err_set(e, ERR_INPUT,
                "a password with characters that a profile cannot hold: leave it out, and iOS asks "
                "for it");
    return true;
}

bool mobileconfig_write(const struct mobileconfig_plan *plan, struct text *out, struct err *e)
{
    struct writing w = {.plan = plan};
    char uuid[PROFILE_UUID_CAP];
    struct text seed = {0};

    if (!plan_check(plan, e))
        return false;
    if (plan->identifier)
        snprintf(w.identifier, sizeof w.identifier, "%s", plan->identifier);
    else
        identifier_make(&w);
    text_printf(&seed, "whytls profile %s", w.identifier);
    profile_uuid(uuid, text_str(&seed));
    text_fini(&seed);

    plist_t profile = plist_new_dict();
    w.payloads = plist_new_array();
    profile_put_head(profile, "Configuration", w.identifier, uuid);
    name_put(profile, "PayloadDisplayName", plan->name);
    if (plan->organization)
        name_put(profile, "PayloadOrganization", plan->organization);
    profile_put(profile, "PayloadDescription",
        "Installs certificates. Afterwards switch the roots on in Settings, General, About, "
        "Certificate Trust Settings.");
    plist_dict_set_item(profile, "PayloadRemovalDisallowed", plist_new_bool(0));
    payloads_put(&w);
    plist_dict_set_item(profile, "PayloadContent", w.payloads);
    bool good = profile_to_xml(profile, out, e);
    plist_free(profile);
    return good;
}

/* Each once: CMS_sign refuses doubles. */
static STACK_OF(X509) * others_of(const struct cert_chain *chain)
{
    STACK_OF(X509) *others = sk_X509_new_null();

    for (size_t i = 1; i < chain->n; i++)
        if (!was_put(chain, i))
            sk_X509_push(others, chain->at[i]->x509);
    return others;
}

bool mobileconfig_sign(struct cert_span bytes, const struct cert_chain *chain,
    struct evp_pkey_st *key, struct text *out, struct err *e)
{
    unsigned char *der = NULL;
    CMS_ContentInfo *cms = NULL;
    int len = 0;

    if (bytes.len > MOBILECONFIG_BYTES_MOST)
        return err_set(e, ERR_INPUT, "%zu bytes are too many for a profile; the limit is %d",
            bytes.len, MOBILECONFIG_BYTES_MOST);
    ERR_clear_error();
    BIO *content = BIO_new_mem_buf(bytes.at, (int)bytes.len);
    STACK_OF(X509) *others = others_of(chain);

    cms = CMS_sign(chain->at[0]->x509, key, others, content, CMS_BINARY);
    if (cms)
        len = i2d_CMS_ContentInfo(cms, &der);
    if (len > 0)
        text_add_n(out, (const char *)der, (size_t)len);
    else
        crypto_err(e, "signing the profile");
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    sk_X509_free(others);
    BIO_free(content);
    return len > 0;
}
