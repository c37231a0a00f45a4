#include "ct_logs.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/mem.h"

enum { DAY_S = 86400 };

struct log_entry {
    struct ct_log log; /* its texts are owned */
    uint8_t *key;      /* owned */
    size_t key_len;
    /* Owned; read when it is first wanted: a list has a hundred keys and a site needs three. */
    _Atomic(EVP_PKEY *) *parsed;
};

struct ct_logs {
    _Atomic unsigned int refs;
    struct log_entry *at; /* by id */
    size_t n;
    int64_t date;
};

static const char *const states[N_CT_LOG_STATES] = {
    [CT_LOG_USABLE] = "usable",
    [CT_LOG_QUALIFIED] = "qualified",
    [CT_LOG_READONLY] = "readonly",
    [CT_LOG_RETIRED] = "retired",
    [CT_LOG_PENDING] = "pending",
    [CT_LOG_REJECTED] = "rejected",
};

const char *ct_log_state_name(enum ct_log_state s)
{
    return states[s];
}

bool ct_log_state_find(const char *name, enum ct_log_state *out)
{
    for (size_t i = 0; i < N_CT_LOG_STATES; i++)
        if (strcmp(states[i], name) == 0) {
            *out = (enum ct_log_state)i;
            return true;
        }
    return false;
}

void ct_logs_set_date(struct ct_logs *l, int64_t date)
{
    l->date = date;
}

struct ct_logs *ct_logs_new(void)
{
    struct ct_logs *l = mem_new(sizeof(*l));

    atomic_init(&l->refs, 1);
    l->date = CT_LOG_NEVER;
    return l;
}

struct ct_logs *ct_logs_ref(struct ct_logs *l)
{
    atomic_fetch_add_explicit(&l->refs, 1, memory_order_relaxed);
    return l;
}

void ct_logs_unref(struct ct_logs *l)
{
    if (!l || atomic_fetch_sub_explicit(&l->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < l->n; i++) {
        struct log_entry *e = &l->at[i];

        EVP_PKEY_free(atomic_load(e->parsed));
        mem_free(e->parsed);
        mem_free(e->key);
        mem_free((char *)(uintptr_t)e->log.operator);
        mem_free((char *)(uintptr_t)e->log.name);
    }
    mem_free(l->at);
    mem_free(l);
}

/* Where this id stands, or would stand. */
static size_t place_of(const struct ct_logs *l, const uint8_t *id)
{
    size_t low = 0, high = l->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (memcmp(l->at[middle].log.id, id, 32) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Of a key's DER only that it is one whole SEQUENCE is asked here; the rest is asked of OpenSSL
 * when a signature is to be checked. */
static bool key_looks_fit(const uint8_t *key, size_t len)
{
    return key && len > 2 && len <= CT_LOG_KEY_MOST && key[0] == 0x30;
}

bool ct_logs_add(struct ct_logs *l, const struct ct_log_order *o, struct err *e)
{
    uint8_t id[32];
    size_t at;

    if (!key_looks_fit(o->key, o->key_len))
        return err_set(e, ERR_INPUT, "the log's key is no DER of a public key");
    if (l->n == CT_LOGS_MOST)
        return err_set(e, ERR_INPUT, "more than %d logs", CT_LOGS_MOST);
    if (EVP_Digest(o->key, o->key_len, id, NULL, EVP_sha256(), NULL) != 1)
        return err_set(e, ERR_CRYPTO, "SHA-256 of the log's key");
    at = place_of(l, id);
    if (at < l->n && memcmp(l->at[at].log.id, id, sizeof(id)) == 0)
        return true;
    l->at = mem_resize(l->at, (l->n + 1) * sizeof(*l->at));
    memmove(&l->at[at + 1], &l->at[at], (l->n - at) * sizeof(*l->at));
    l->n++;
    l->at[at] = (struct log_entry){
        .log = {.operator= mem_text(o->operator),
            .name = mem_text(o->name),
            .state = o->state,
            .since = o->has_since ? o->since : INT64_MIN,
            .frozen = o->has_frozen ? o->frozen : CT_LOG_NEVER,
            .expiry = o->has_expiry ? o->expiry : CT_LOG_NEVER,
            .from = o->has_from ? o->from : INT64_MIN,
            .until = o->has_until ? o->until : CT_LOG_NEVER},
        .key = mem_dup(o->key, o->key_len),
        .key_len = o->key_len,
        .parsed = mem_new(sizeof(*l->at[at].parsed)),
    };
    memcpy(l->at[at].log.id, id, sizeof(id));
    return true;
}

size_t ct_logs_count(const struct ct_logs *l)
{
    return l->n;
}

const struct ct_log *ct_logs_find(const struct ct_logs *l, const uint8_t id[static 32])
{
    size_t at = place_of(l, id);

    return at < l->n && memcmp(l->at[at].log.id, id, 32) == 0 ? &l->at[at].log : NULL;
}

struct evp_pkey_st *ct_logs_key(const struct ct_logs *l, const struct ct_log *log)
{
    const struct log_entry *e = &l->at[place_of(l, log->id)];
    const unsigned char *der = e->key;
    EVP_PKEY *key = atomic_load_explicit(e->parsed, memory_order_acquire), *other = NULL;

    if (key)
        return key;
    key = d2i_PUBKEY(NULL, &der, (long)e->key_len);
    ERR_clear_error();
    if (key && der != e->key + e->key_len) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    /* Two threads may have read it at once: the first one's stays. */
    if (key && !atomic_compare_exchange_strong(e->parsed, &other, key)) {
        EVP_PKEY_free(key);
        key = other;
    }
    return key;
}

int64_t ct_logs_date(const struct ct_logs *l)
{
    return l->date;
}

bool ct_logs_are_stale(const struct ct_logs *l, int64_t at)
{
    return l->date != CT_LOG_NEVER && at > l->date + (int64_t)CT_LOGS_FRESH_DAYS * DAY_S;
}
