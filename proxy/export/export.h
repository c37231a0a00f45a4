/* export/export.h - flows of the store as files for other programs and other people.
 *
 * Pulled piece by piece, so that a million flows need no memory and a slow reader waits for nobody.
 * What leaves is redacted (export/redact.h) unless the caller asks for it raw. Uses store/, flow/.
 * Used by app/ and web/. Thread: the look's. */
#ifndef WHYTLS_EXPORT_EXPORT_H
#define WHYTLS_EXPORT_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/text.h"

struct export;
struct filter;
struct flow_look;

enum export_form {
    EXPORT_JSONL = 0, /* as the log */
    EXPORT_HAR,       /* HTTP Archive 1.2 */
    EXPORT_CSV,       /* a line for each flow */
    EXPORT_PCAPNG,    /* what was said inside TLS, as packets in clear; raw, and where they were
                         kept: the packets of TLS with the secrets that open them */
    EXPORT_KEYLOG,    /* the secrets that were kept, for Wireshark; raw only */
    EXPORT_CURL,      /* the requests as commands of curl */
    EXPORT_HTML,      /* the report for whoever runs the server */
    EXPORT_MARKDOWN,  /* the same */
    N_EXPORT_FORMS
};

/* "har", "jsonl", "csv", "pcapng", "keylog", "curl", "report.html", "report.md". */
const char *export_form_name(enum export_form form);
/* "report" alone is that of HTML. */
bool export_form_find(const char *name, enum export_form *out);
/* All of them, for an error: "jsonl, har, …". */
void export_form_names(struct text *out);
const char *export_form_type(enum export_form form);   /* its media type */
const char *export_form_suffix(enum export_form form); /* of a file: ".har" */

struct export_ask {
    enum export_form form;
    const char *id;              /* one flow; NULL: all that the filter finds, oldest first */
    const struct filter *filter; /* NULL: everything */
    bool raw;                    /* credentials as they are */
    bool chains;                 /* JSON Lines: each with the certificates it speaks of, as PEM */
    int64_t now_ms;              /* for reports: when it is made */
};

/* False and *e: nobody should ask so, whatever is in the store: a key log is raw or nothing, and a
 * report, which is for others, never raw. */
bool export_ask_check(const struct export_ask *ask, struct err *e) MUST_USE;
/* NULL and *e: that, or the store cannot be read, or it has nothing of the kind (ERR_USAGE).
 * Borrows the look, the filter and the id until export_end. */
struct export *export_begin(
    struct flow_look *look, const struct export_ask *ask, struct err *e) MUST_USE;
/* Appends the next piece, some tens of KiB. *more is false with the last one. */
bool export_next(struct export *x, struct text *out, bool *more, struct err *e) MUST_USE;
/* Flows so far: written; with a record that cannot be read, and so left out; and looked at of how
 * many, for a bar of progress. */
struct export_progress {
    int64_t written, unreadable, seen, total;
};
void export_progress(const struct export *x, struct export_progress *out);
/* NULL is legal. */
void export_end(struct export *x);

#endif
