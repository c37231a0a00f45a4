/* trust/ct_logs.h - the logs of Certificate Transparency whose promises count, and since when or
 * until when.
 *
 * One list, built at the start (from Apple's log list as shipped or refreshed, from a case, from
 * the lab), then shared: immutable once the last ct_logs_add is done; any thread. Uses cert/facts.
 * Used by judge/ and app/. */
#ifndef WHYTLS_TRUST_CT_LOGS_H
#define WHYTLS_TRUST_CT_LOGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct ct_logs;
struct evp_pkey_st; /* OpenSSL's EVP_PKEY */

enum {
    CT_LOGS_MOST = 1000,     /* Apple's list has 132 */
    CT_LOG_KEY_MOST = 2048,  /* bytes of DER; RSA-4096 is 550 */
    CT_LOGS_FRESH_DAYS = 60, /* the age at which an iPhone stops enforcing by its own list */
};

/* As Apple's CT log programme names them. */
enum ct_log_state {
    CT_LOG_USABLE = 0,
    CT_LOG_QUALIFIED,
    CT_LOG_READONLY, /* counts for what it signed before */
    CT_LOG_RETIRED,  /* counts for embedded SCTs of before, and not as a current log */
    CT_LOG_PENDING,  /* does not count yet */
    CT_LOG_REJECTED, /* does not count any more, or never did */
    N_CT_LOG_STATES
};

#define CT_LOG_NEVER INT64_MAX

/* Times are seconds since 1970. */
struct ct_log {
    uint8_t id[32];               /* SHA-256 of its key */
    const char *operator, * name; /* owned by the list; may be NULL */
    enum ct_log_state state;
    int64_t since;       /* in this state; INT64_MIN: not told */
    int64_t frozen;      /* signs nothing that counts after this; CT_LOG_NEVER */
    int64_t expiry;      /* retired then; CT_LOG_NEVER */
    int64_t from, until; /* takes leaves whose notAfter is in [from, until) */
};

/* A log to be added; all is borrowed. */
struct ct_log_order {
    const uint8_t *key; /* DER of SubjectPublicKeyInfo */
    size_t key_len;
    const char *operator, * name; /* may be NULL */
    enum ct_log_state state;
    bool has_since, has_frozen, has_expiry, has_from, has_until;
    int64_t since, frozen, expiry, from, until;
};

/* An empty list that does not age: of a case. One reference. */
struct ct_logs *ct_logs_new(void);
/* False and *e: no key, or one too many. A key that is there already is left as it is. */
bool ct_logs_add(struct ct_logs *l, const struct ct_log_order *order, struct err *e) MUST_USE;
/* When the list was issued, which it then ages from. */
void ct_logs_set_date(struct ct_logs *l, int64_t date);
/* A list in our own form (certs/apple/ct-logs.json) or in that of the lists which Apple and Google
 * publish; NULL and *e when it is neither. */
struct ct_logs *ct_logs_parse(const uint8_t *json, size_t len, struct err *e) MUST_USE;
/* The list to go by: the first ct-logs.json of DATA_DIR/data (data_dir may be NULL),
 * $XDG_DATA_HOME/whytls/data, /usr/local/share/whytls, /usr/share/whytls; else the one that was
 * compiled in. NULL and *e, which names the file, when that one cannot be read. */
struct ct_logs *ct_logs_open(const char *data_dir, struct err *e) MUST_USE;
struct ct_logs *ct_logs_ref(struct ct_logs *l);
void ct_logs_unref(struct ct_logs *l); /* NULL is fine */

size_t ct_logs_count(const struct ct_logs *l);
/* By the log's id, borrowed; NULL: not in the list. */
const struct ct_log *ct_logs_find(const struct ct_logs *l, const uint8_t id[static 32]);
/* Its public key, borrowed; NULL when OpenSSL cannot read it. */
struct evp_pkey_st *ct_logs_key(const struct ct_logs *l, const struct ct_log *log);
/* When the list was issued; CT_LOG_NEVER for one that does not age. */
int64_t ct_logs_date(const struct ct_logs *l);
/* Is it too old, at this time, to say of a log that it is unknown? */
bool ct_logs_are_stale(const struct ct_logs *l, int64_t at);
const char *ct_log_state_name(enum ct_log_state s); /* "usable", … */
bool ct_log_state_find(const char *name, enum ct_log_state *out) MUST_USE;

#endif
