/* cert/share.c - the latest certificates of the whole process, so that none is read twice in a row.
 */
#include "facts.h"

#include <string.h>

#include <pthread.h>

#include <openssl/sha.h>

/* Four places to a row, the oldest of a row leaves: no list to keep in order, and a flood of new
 * certificates costs no more than the reading of each. 2,048 parsed certificates are about 30 MB; a
 * giant is not kept, or they would be 500. */
enum { SHARE_ROWS = 512, SHARE_PLACES = 4, SHARE_BYTES_MOST = 16 * 1024 };

static struct {
    pthread_mutex_t lock;
    const struct cert *at[SHARE_ROWS][SHARE_PLACES]; /* a reference each */
    unsigned next[SHARE_ROWS];
} shared = {.lock = PTHREAD_MUTEX_INITIALIZER};

static size_t row_of(const uint8_t sha256[static 32])
{
    return (size_t)(sha256[0] << 8 | sha256[1]) % SHARE_ROWS;
}

static const struct cert *share_find(const uint8_t sha256[static 32])
{
    const struct cert *found = NULL;
    size_t row = row_of(sha256);

    pthread_mutex_lock(&shared.lock);
    for (size_t i = 0; i < SHARE_PLACES && !found; i++)
        if (shared.at[row][i] && memcmp(shared.at[row][i]->sha256, sha256, 32) == 0)
            found = cert_ref(shared.at[row][i]);
    pthread_mutex_unlock(&shared.lock);
    return found;
}

static void share_put(const struct cert *c)
{
    size_t row = row_of(c->sha256);
    const struct cert *gone;

    pthread_mutex_lock(&shared.lock);
    gone = shared.at[row][shared.next[row]];
    shared.at[row][shared.next[row]] = cert_ref(c);
    shared.next[row] = (shared.next[row] + 1) % SHARE_PLACES;
    pthread_mutex_unlock(&shared.lock);
    cert_unref(gone);
}

const struct cert *cert_share(const uint8_t *der, size_t len, struct err *e)
{
    const struct cert *c;
    uint8_t sha256[32];

    if (len == 0 || len > SHARE_BYTES_MOST)
        return cert_parse(der, len, e);
    SHA256(der, len, sha256);
    c = share_find(sha256);
    if (c)
        return c;
    c = cert_parse(der, len, e);
    if (c)
        share_put(c);
    return c;
}
