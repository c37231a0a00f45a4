/* judge/sct_cache.c - promises of logs that were computed once: whether this log signed this SCT
 * for this certificate never changes. */
#include "judging_priv.h"

#include <pthread.h>
#include <string.h>

enum {
    SCT_ENTRIES = 2048,        /* half a megabyte: about seven hundred sites */
    SCT_REMEMBERED_MOST = 160, /* bytes; one by a log with a P-256 key has 119 or so */
};

struct sct_entry_kept {
    uint8_t leaf[32], issuer[32]; /* sha256 of the certificate, of the issuer's key */
    uint8_t sct[SCT_REMEMBERED_MOST];
    uint16_t len;
    enum { SCT_KEPT_EMPTY = 0, SCT_KEPT_GOOD, SCT_KEPT_BAD } is;
};

static struct {
    pthread_mutex_t lock;
    struct sct_entry_kept at[SCT_ENTRIES];
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* The end of a signature is as good as random; a peer who chooses it pushes out one entry. */
static struct sct_entry_kept *place_of(const struct sct_question *q)
{
    const uint8_t *end = q->sct.at + q->sct.len - 2;
    size_t i = (size_t)(q->leaf[0] << 8 | q->leaf[1]) ^ (size_t)(end[0] << 8 | end[1]);

    return &kept.at[i % SCT_ENTRIES];
}

static bool can_be_kept(const struct sct_question *q)
{
    return q->sct.len >= 2 && q->sct.len <= SCT_REMEMBERED_MOST;
}

bool sct_recall(const struct sct_question *q, bool *good)
{
    const struct sct_entry_kept *k;
    bool found;

    if (!can_be_kept(q))
        return false;
    k = place_of(q);
    pthread_mutex_lock(&kept.lock);
    found = k->is != SCT_KEPT_EMPTY && k->len == q->sct.len &&
            memcmp(k->sct, q->sct.at, q->sct.len) == 0 && memcmp(k->leaf, q->leaf, 32) == 0 &&
            memcmp(k->issuer, q->issuer, 32) == 0;
    *good = found && k->is == SCT_KEPT_GOOD;
    pthread_mutex_unlock(&kept.lock);
    return found;
}

void sct_keep(const struct sct_question *q, bool good)
{
    struct sct_entry_kept *k;

    if (!can_be_kept(q))
        return;
    k = place_of(q);
    pthread_mutex_lock(&kept.lock);
    memcpy(k->leaf, q->leaf, 32);
    memcpy(k->issuer, q->issuer, 32);
    memcpy(k->sct, q->sct.at, q->sct.len);
    k->len = (uint16_t)q->sct.len;
    k->is = good ? SCT_KEPT_GOOD : SCT_KEPT_BAD;
    pthread_mutex_unlock(&kept.lock);
}
