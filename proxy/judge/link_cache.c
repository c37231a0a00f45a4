/* judge/link_cache.c - signatures that were computed once: whether this key signed this certificate
 * never changes. */
#include "judging_priv.h"

#include <string.h>

#include <pthread.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

/* One place each, the newer entry wins: 4,096 links are half a megabyte and thousands of sites. */
enum { LINK_ENTRIES = 4096 };

struct link_entry {
    uint8_t cert[32], key[32]; /* sha256 of the certificate, of the issuer's key */
    enum { LINK_EMPTY = 0, LINK_GOOD, LINK_BAD } is;
};

static struct {
    pthread_mutex_t lock;
    struct link_entry at[LINK_ENTRIES];
} links = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct link_entry *place_of(const struct cert *c, const struct cert *issuer)
{
    size_t i = (size_t)(c->sha256[0] << 8 | c->sha256[1]) ^
               (size_t)(issuer->spki_sha256[0] << 8 | issuer->spki_sha256[1]);

    return &links.at[i % LINK_ENTRIES];
}

static int link_recall(const struct cert *c, const struct cert *issuer)
{
    const struct link_entry *l = place_of(c, issuer);
    int is = LINK_EMPTY;

    pthread_mutex_lock(&links.lock);
    if (l->is != LINK_EMPTY && memcmp(l->cert, c->sha256, 32) == 0 &&
        memcmp(l->key, issuer->spki_sha256, 32) == 0)
        is = l->is;
    pthread_mutex_unlock(&links.lock);
    return is;
}

static void link_keep(const struct cert *c, const struct cert *issuer, bool good)
{
    struct link_entry *l = place_of(c, issuer);

    pthread_mutex_lock(&links.lock);
    memcpy(l->cert, c->sha256, 32);
    memcpy(l->key, issuer->spki_sha256, 32);
    l->is = good ? LINK_GOOD : LINK_BAD;
    pthread_mutex_unlock(&links.lock);
}

static unsigned exponent_bits(const struct cert *c)
{
    BIGNUM *e = NULL;
    unsigned bits = 17; /* 65537 */

    if (EVP_PKEY_get_bn_param(c->key, OSSL_PKEY_PARAM_RSA_E, &e) == 1)
        bits = (unsigned)BN_num_bits(e);
    BN_free(e);
    return bits;
}

/* Measured on one core of 2023 and rounded up. RSA grows with the square of the modulus and with
 * the exponent, which somebody may have made as long as the modulus; P-256 alone has fast code. */
unsigned link_cost_us(const struct cert *issuer)
{
    unsigned bits = issuer->key_bits > 0 ? (unsigned)issuer->key_bits : 0, kilo = bits / 1024 + 1;

    switch (issuer->key_type) {
    case CERT_KEY_RSA:
    case CERT_KEY_RSA_PSS:
        return 20 + kilo * kilo * exponent_bits(issuer) / 3;
    case CERT_KEY_EC:
        return bits == 256 && !issuer->key_explicit ? 80 : 100 + bits * bits / 200;
    case CERT_KEY_DSA:
        return 100 + kilo * kilo * 100;
    case CERT_KEY_ED25519:
    case CERT_KEY_ED448:
    case CERT_KEY_OTHER:
    case CERT_KEY_UNREADABLE:
        break;
    }
    return 500;
}

bool link_is_good(const struct cert *c, const struct cert *issuer, unsigned *budget_us)
{
    int is = link_recall(c, issuer);
    unsigned cost;
    bool good;

    if (is != LINK_EMPTY)
        return is == LINK_GOOD;
    if (!issuer->key || (budget_us && *budget_us == 0))
        return false;
    if (budget_us) {
        cost = link_cost_us(issuer);
        *budget_us -= cost < *budget_us ? cost : *budget_us;
    }
    good = cert_is_signed_by(c, issuer);
    link_keep(c, issuer, good);
    return good;
}

bool link_is_known(const struct cert *c, const struct cert *issuer)
{
    return link_recall(c, issuer) != LINK_EMPTY;
}
