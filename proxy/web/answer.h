/* web/answer.h - what is sent back: a status, bytes out of memory, or of a file. Private to web/.
 */
#ifndef WHYTLS_WEB_ANSWER_H
#define WHYTLS_WEB_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/attrib.h"
#include "base/text.h"

struct err;
struct json_out;

struct answer {
    int status;       /* 0: not answered yet */
    const char *type; /* static; NULL: none */
    struct text body;
    const uint8_t *bytes; /* borrowed for ever, instead of body; or NULL */
    size_t len;
    FILE *file; /* owned, instead of body: sent from its start; or NULL */
    int64_t file_len;
    bool is_gzip;
    bool is_lasting;    /* the name says what is in it: may be kept for ever */
    bool is_report;     /* a page of its own, with styles of its own and no script */
    struct text fields; /* further field lines, each with its CRLF */
};

void answer_fini(struct answer *a);

/* 200, and an object with "v":1 that has been begun. */
void answer_json(struct answer *a, struct json_out *j);
/* {"v":1,"error":{"text":…}} */
void answer_error(struct answer *a, int status, const char *format, ...) PRINTF_LIKE(3, 4);
/* The same of a filter: where, and whether more characters may mend it. */
void answer_filter_error(struct answer *a, const char *text, size_t column, bool incomplete);
/* A failure of ours: 500, or 400 for what was handed in. */
void answer_err(struct answer *a, const struct err *e);
/* A file to be kept, under a name that is made of letters, digits, ".-_" alone. */
void answer_attachment(struct answer *a, const char *type, const char *name);

/* Its head, as it goes out. */
void answer_head(const struct answer *a, bool keep_alive, struct text *out);
/* The fields that every answer of ours has, for those that write a head themselves. */
void answer_safe_fields(const struct answer *a, struct text *out);
size_t answer_len(const struct answer *a);

#endif
