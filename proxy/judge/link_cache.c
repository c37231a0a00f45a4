/* judge/link_cache.c - signatures that were computed once: whether this key signed this certificate
 * never changes. */
#include "judging_priv.h"

#include <pthread.h>
#include <string.h>

/* One place each, the newer entry wins: 4,096 links are half a megabyte and thousands of sites. */
enum { LINK_ENTRIES = 4096 };

struct link_entry {
    uint8_t cert[32], key[32]; /* sha256 of the certificate, of the issuer's key */
    enum { LINK_EMPTY = 0, LINK_GOOD, LINK_BAD } is;
};

static struct {
    pthread_mutex_t   lock;
    struct link_entry at[LINK_ENTRIES];
} links = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct link_entry *place_of(const struct cert *c, const struct cert *issuer)
{
    size_t i = (size_t)(c->sha256[0] << 8 | c->sha256[1])
               ^ (size_t)(issuer->spki_sha256[0] << 8 | issuer->spki_sha256[1]);

    return &links.at[i % LINK_ENTRIES];
}

static int link_recall(const struct cert *c, const struct cert *issuer)
{
    const struct link_entry *l = place_of(c, issuer);
    int                      is = LINK_EMPTY;

    pthread_mutex_lock(&links.lock);
    if (l->is != LINK_EMPTY && memcmp(l->cert, c->sha256, 32) == 0
        && memcmp(l->key, issuer->spki_sha256, 32) == 0)
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

bool link_is_good(const struct cert *c, const struct cert *issuer, unsigned *budget)
{
    int  is = link_recall(c, issuer);
    bool good;

    if (is != LINK_EMPTY)
        return is == LINK_GOOD;
    if (budget && *budget == 0)
        return false;
    if (budget)
        --*budget;
    good = cert_is_signed_by(c, issuer);
    link_keep(c, issuer, good);
    return good;
}
