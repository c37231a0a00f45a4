#include "leaf.h"

#include <stdatomic.h>
#include <string.h>

#include <arpa/inet.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/host.h"
#include "base/mem.h"

#include "ca.h"
#include "ca_root_priv.h"
#include "crypto_err_priv.h"
#include "facts.h"
#include "leaf_key.h"
#include "leaf_key_priv.h"
#include "leaf_priv.h"

/* 45 days in all: iOS allows 825 under a root that its owner installed, Chromium 200. */
enum { LEAF_LIFE_S = 45 * 86400 };

struct leaf {
    atomic_size_t refs;
    EVP_PKEY *key;            /* owned: a reference */
    const struct cert *facts; /* owned: a reference; holds the certificate itself */
    const struct ca *issuer;  /* borrowed, NULL for most */
    int64_t until;
};

/* Built from structs, never from text: "DNS:a,DNS:b" in a host would name more than was asked
 * (pitfall P16). */
static GENERAL_NAME *name_of(const char *host)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_OCTET_STRING *octets = NULL;
    uint8_t address[sizeof(struct in6_addr)];
    int len = inet_pton(AF_INET, host, address) == 1    ? 4
              : inet_pton(AF_INET6, host, address) == 1 ? 16
                                                        : 0;

    if (!name)
        return NULL;
    octets = len ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();
    if (!octets || !(len ? ASN1_STRING_set(octets, address, len)
                         : ASN1_STRING_set(octets, host, (int)strlen(host)))) {
        ASN1_STRING_free(octets);
        GENERAL_NAME_free(name);
        return NULL;
    }
    GENERAL_NAME_set0_value(name, len ? GEN_IPADD : GEN_DNS, octets);
    return name;
}

static bool san_put(X509 *x, const char *host, bool critical)
{
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
    GENERAL_NAME *name = names ? name_of(host) : NULL;
    X509_EXTENSION *ext = NULL;
    bool ok = false;

    if (!name || sk_GENERAL_NAME_push(names, name) <= 0)
        goto out;
    name = NULL;
    ext = X509V3_EXT_i2d(NID_subject_alt_name, critical, names);
    ok = ext && X509_add_ext(x, ext, -1) == 1;
out:
    GENERAL_NAME_free(name);
    X509_EXTENSION_free(ext);
    sk_GENERAL_NAME_pop_free(names, GENERAL_NAME_free);
    return ok;
}

static bool subject_put(X509 *x, const char *cn)
{
    return X509_NAME_add_entry_by_NID(X509_get_subject_name(x), NID_commonName, V_ASN1_UTF8STRING,
               (const unsigned char *)cn, -1, -1, 0) == 1;
}

static bool leaf_fill(X509 *x, const struct leaf_keys *keys, const struct leaf_plan *plan)
{
    return X509_set_version(x, X509_VERSION_3) && serial_draw(X509_get_serialNumber(x)) &&
           ASN1_TIME_set(X509_getm_notBefore(x), (time_t)plan->since) &&
           ASN1_TIME_set(X509_getm_notAfter(x), (time_t)plan->until) &&
           (!plan->cn || subject_put(x, plan->cn)) &&
           leaf_keys_put(keys, x, plan->key, !plan->no_usage) &&
           (!plan->alt_name || san_put(x, plan->alt_name, !plan->cn));
}

/* Built, signed and read back: what is shown to phones is what was audited, and is parsed only
 * once. */
static const struct cert *leaf_build(
    const struct leaf_keys *keys, const struct leaf_plan *plan, struct err *e)
{
    X509 *x = X509_new();
    uint8_t *der = NULL;
    int len = 0;
    const struct cert *facts = NULL;

    if (!x || !leaf_fill(x, keys, plan)) {
        crypto_err(e, "building a leaf");
        goto out;
    }
    if (!plan->sign(plan->arg, x, e))
        goto out;
    len = i2d_X509(x, &der);
    if (len <= 0)
        crypto_err(e, "encoding a leaf");
    else if (!(facts = cert_parse(der, (size_t)len, e)))
        err_wrap(e, "reading our own leaf");
out:
    OPENSSL_free(der);
    X509_free(x);
    return facts;
}

bool leaf_host_is_fit(const char *host, struct err *e)
{
    size_t len = strlen(host);

    return (len > 0 && len < HOST_CAP) ||
           err_set(e, ERR_INPUT, "a host of %zu bytes cannot be certified", len);
}

struct leaf *leaf_make(const struct leaf_keys *keys, const struct leaf_plan *plan, struct err *e)
{
    const struct cert *facts = leaf_build(keys, plan, e);

    if (!facts)
        return NULL;
    struct leaf *l = mem_new(sizeof *l);
    atomic_init(&l->refs, 1);
    l->facts = facts;
    l->key = plan->key ? plan->key : leaf_keys_p256(keys);
    EVP_PKEY_up_ref(l->key);
    l->until = plan->good_until;
    l->issuer = plan->issuer;
    return l;
}

static bool sign_as_usual(const void *ca, struct x509_st *leaf, struct err *e)
{
    return ca_sign(ca, leaf, e);
}

struct leaf *leaf_mint(const struct ca *ca, const struct leaf_keys *keys, const char *host,
    int64_t now_s, struct err *e)
{
    int64_t since = now_s - BACKDATED_S, until = since + LEAF_LIFE_S;

    if (!leaf_host_is_fit(host, e))
        return NULL;
    if (until > ca_until(ca))
        until = ca_until(ca);
    struct leaf_plan plan = {.cn = strlen(host) <= CN_MOST ? host : NULL,
        .alt_name = host,
        .since = since,
        .until = until,
        .good_until = until,
        .sign = sign_as_usual,
        .arg = ca};
    return leaf_make(keys, &plan, e);
}

/* A leaf is immutable but for its count, so callers hold it const. */
static struct leaf *counted(const struct leaf *l)
{
    union {
        const struct leaf *in;
        struct leaf *out;
    } u = {.in = l};
    return u.out;
}

struct leaf *leaf_ref(const struct leaf *l)
{
    struct leaf *own = counted(l);

    atomic_fetch_add_explicit(&own->refs, 1, memory_order_relaxed);
    return own;
}

void leaf_unref(const struct leaf *l)
{
    if (!l || atomic_fetch_sub_explicit(&counted(l)->refs, 1, memory_order_acq_rel) > 1)
        return;
    EVP_PKEY_free(l->key);
    cert_unref(l->facts);
    mem_free(counted(l));
}

struct x509_st *leaf_certificate(const struct leaf *l)
{
    return l->facts->x509;
}

struct evp_pkey_st *leaf_key(const struct leaf *l)
{
    return l->key;
}

const struct cert *leaf_facts(const struct leaf *l)
{
    return l->facts;
}

int64_t leaf_until(const struct leaf *l)
{
    return l->until;
}

const struct ca *leaf_issuer(const struct leaf *l)
{
    return l->issuer;
}
