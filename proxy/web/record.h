/* web/record.h - what the API picks out of a stored record, which goes out as it is otherwise.
 * Private to web/. */
#ifndef WHYTLS_WEB_RECORD_H
#define WHYTLS_WEB_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"

enum { RECORD_CERTIFICATES_MOST = 64 };
#define RECORD_NONE INT64_MIN

struct record {
    struct json_t *root; /* owned; texts below are its */
    struct {
        const char *sha256;
        const char *source; /* sent, fetched, store, made; static */
    } certificates[RECORD_CERTIFICATES_MOST];
    size_t n_certificates, n_exchanges;
};

struct record_exchange {
    const char *method, *url;
    int64_t status, ms; /* or RECORD_NONE */
};

bool record_read(struct record *r, const char *json, size_t len, struct err *e) MUST_USE;
void record_fini(struct record *r);
/* The first remedy of its first cause, on the phone or the server; else the test that would settle
 * it; or NULL. */
const char *record_next_step(const struct record *r);
/* The root that its chain ended in, to iOS's content: the fingerprint; or NULL. */
const char *record_root(const struct record *r);
struct record_exchange record_exchange(const struct record *r, size_t n);

#endif
