/* export/report.h - the report for whoever runs a server: what is wrong with what it shows, what
 * iOS says to that, what to change and how to check. Nothing private is in it: no address or name
 * of a client, no URL. Private to export/. */
#ifndef WHYTLS_EXPORT_REPORT_H
#define WHYTLS_EXPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/text.h"

struct cert;
struct filter;
struct flow;
struct flow_look;

/* SERVICES: ports of one host. */
enum { REPORT_SERVICES_MOST = 8, REPORT_CERTS_MOST = 10 };

/* report_choose.c - the flows (seq) that one report is about: of what the filter finds the newest
 * that its server can mend, then the newest of each other port of its host. *n is 0 when the filter
 * finds nothing. */
bool report_choose(struct flow_look *look, const struct filter *filter, int64_t *seqs, size_t cap,
    size_t *n, struct err *e) MUST_USE;

/* What is drawn of a certificate. */
struct report_cert {
    const struct cert *cert; /* a reference of its own; NULL: the store does not have it */
    const char *sha256;
    const char *fault; /* in words; NULL: none */
    bool was_sent;
};

/* What a report is made of. */
struct report {
    struct flow *flows[REPORT_SERVICES_MOST];        /* owned; the first is what it is about */
    const struct cert *leaves[REPORT_SERVICES_MOST]; /* references; NULL: none was sent, or kept */
    size_t n;
    struct report_cert certs[REPORT_CERTS_MOST]; /* of the first */
    size_t n_certs;
    int64_t made; /* seconds */
};

/* How a report is put down: the composer speaks, the pen writes. All texts are ours or hostile
 * alike; the pen makes them harmless. */
struct report_pen {
    void (*begin)(struct text *out, const struct report *r, const char *title, const char *lead);
    void (*heading)(struct text *out, const char *text);
    void (*paragraph)(struct text *out, const char *text);
    void (*table)(struct text *out, const char *const *titles, size_t n); /* NULL: it ends */
    void (*row)(struct text *out, const char *const *cells, size_t n);
    void (*list)(struct text *out, bool begins);
    void (*item)(struct text *out, size_t n, const char *text, const char *command); /* or NULL */
    void (*pairs)(struct text *out, bool begins);
    void (*pair)(struct text *out, const char *what, const char *says);
    void (*chain)(struct text *out, const struct report_cert *certs, size_t n, int64_t now);
    void (*end)(struct text *out, const char *footer);
};

extern const struct report_pen report_pen_html, report_pen_markdown;

/* report_tell.c - the whole of it, by that pen. */
void report_tell(const struct report *r, const struct report_pen *pen, struct text *out);
/* In words where there is none. */
const char *report_host(const struct report *r);

/* chain_svg.c - the chain on a line of time, the days near now drawn larger. */
void chain_svg(struct text *out, const struct report_cert *certs, size_t n, int64_t now);

#endif
