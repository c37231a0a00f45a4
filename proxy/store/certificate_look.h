/* store/certificate_look.h - looks at the certificates that were seen. Thread: the look's. */
#ifndef WHYTLS_STORE_CERTIFICATE_LOOK_H
#define WHYTLS_STORE_CERTIFICATE_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct filter;
struct flow_look;

/* Texts are borrowed for the call. Times are seconds since 1970. Lists leave `der` out. */
struct certificate_row {
    int64_t tag; /* where a list goes on */
    const char *sha256, *subject, *issuer, *names, *key;
    int64_t not_before, not_after;
    bool is_ca;
    const uint8_t *der;
    size_t der_len;
};

enum certificate_kind {
    CERTIFICATE_OF_SITES = 0, /* leaves and issuers */
    CERTIFICATE_MADE,         /* by us */
    CERTIFICATE_ROOTS,
};

struct certificate_ask {
    enum certificate_kind kind;
    const char *ours;            /* part of the issuer of what we made */
    const struct filter *filter; /* FILTER_ABOUT_CERTIFICATES; NULL: any */
    /* Goes on behind this one's end and tag; INT64_MIN: from the start. */
    int64_t after_s, after_tag;
    size_t most;
    int64_t budget_ms; /* 0: until it is done */
};

struct certificate_end {
    size_t n;
    bool late;                    /* the time was over before the last one */
    int64_t looked_s, looked_tag; /* end and tag of the last one that was looked at */
};

struct certificate_use {
    int64_t n, last_ms;  /* flows; at most CERTIFICATE_USES_MOST are counted */
    bool issuer_changed; /* the same subject was seen before by another issuer */
};

enum { CERTIFICATE_USES_MOST = 100000 };

/* What ends first comes first. A late list has looked at one at least. */
bool certificate_look_each(struct flow_look *look, const struct certificate_ask *ask,
    void (*each)(void *arg, const struct certificate_row *row, const struct certificate_use *use),
    void *arg, struct certificate_end *end, struct err *e) MUST_USE;

struct certificate_tops_ask {
    const char *ours; /* as above */
    size_t most;
    int64_t budget_ms;
};

/* Of sites, those whose issuer was never sent: a root of a store may stand above them. `seq` is of
 * the last flow that had it and went through. What was first seen last comes first. */
bool certificate_look_tops(struct flow_look *look, const struct certificate_tops_ask *ask,
    void (*each)(void *arg, const struct certificate_row *row, int64_t seq), void *arg, bool *late,
    struct err *e) MUST_USE;
/* Hosts that were seen with it, of late; at most `most`. */
bool certificate_look_hosts(struct flow_look *look, int64_t tag, size_t most,
    void (*each)(void *arg, const char *host), void *arg, struct err *e) MUST_USE;
bool certificate_look_use(struct flow_look *look, const struct certificate_row *row,
    const char *ours, struct certificate_use *out, struct err *e) MUST_USE;
/* Calls `each` when there is one of this fingerprint; *found. */
bool certificate_look_one(struct flow_look *look, const char *sha256,
    void (*each)(void *arg, const struct certificate_row *row), void *arg, bool *found,
    struct err *e) MUST_USE;

#endif
