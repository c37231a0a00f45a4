/* device/passes.h - hosts that the owner lets pass unread: each by its name, since when, by whose
 * hand, and until when. Never a pattern: nobody can let all hosts pass.
 *
 * In memory, bounded, shared by all threads behind one mutex; store/pass_rows.h keeps it. Thread:
 * any. Uses base/. Used by relay/, store/, web/, app/. */
#ifndef WHYTLS_DEVICE_PASSES_H
#define WHYTLS_DEVICE_PASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/host.h"

struct passes;

enum { PASSES_MOST = 1000, PASS_BY_CAP = 64 };

struct pass {
    char host[HOST_CAP]; /* in its normal form */
    int64_t since_ms;
    int64_t until_ms;     /* 0: until it is taken back */
    char by[PASS_BY_CAP]; /* "ui", "api" */
};

/* A host as somebody writes it, and the rest. False and *e: it is no single host. */
bool pass_make(struct pass *out, const char *host, int64_t since_ms, int64_t until_ms,
    const char *by, struct err *e) MUST_USE;

struct passes *passes_new(void);
void passes_free(struct passes *p); /* NULL is fine */
/* Takes the place of one of the same host. Those that were over when it began make room first.
 * False: there are PASSES_MOST already. */
bool passes_put(struct passes *p, const struct pass *one) MUST_USE;
/* False: there was none. */
bool passes_drop(struct passes *p, const char *host);
/* May this host (normal form) pass now? */
bool passes_has(struct passes *p, const char *host, int64_t now_ms);
/* Those that are in force, by their hosts; freed with mem_free. */
struct pass *passes_all(struct passes *p, int64_t now_ms, size_t *n);

#endif
