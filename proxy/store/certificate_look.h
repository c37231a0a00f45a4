/* store/certificate_look.h - looks at the certificates that were seen. Thread: the look's. */
#ifndef WHYTLS_STORE_CERTIFICATE_LOOK_H
#define WHYTLS_STORE_CERTIFICATE_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

struct flow_look;

/* Texts are borrowed for the call. Times are seconds since 1970. */
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
    const char *ours; /* part of the issuer of what we made */
    const char *text; /* part of a subject, an issuer, a name or the fingerprint; "": any */
    int64_t after_s,
        after_tag; /* goes on behind this one's end and tag; INT64_MIN: from the start */
    size_t most;
};

struct certificate_use {
    int64_t n, last_ms;  /* flows; at most CERTIFICATE_USES_MOST are counted */
    bool issuer_changed; /* the same subject was seen before by another issuer */
};

enum { CERTIFICATE_USES_MOST = 100000 };

/* What ends first comes first. */
bool certificate_look_each(struct flow_look *look, const struct certificate_ask *ask,
    void (*each)(void *arg, const struct certificate_row *row, const struct certificate_use *use),
    void *arg, struct err *e) MUST_USE;
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
