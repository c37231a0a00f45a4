/* app/review.h - what apps made of the faults that they were shown, and who pins: gathered from the
 * records of a traffic log (JSON Lines).
 *
 * A log is hostile: lines, rows and texts are bounded, and what cannot be read is counted. */
#ifndef WHYTLS_APP_REVIEW_H
#define WHYTLS_APP_REVIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attrib.h"
#include "base/err.h"

struct json_out;
struct review;
struct term;
struct text;

enum {
    REVIEW_LINE_MOST = 8 * 1024 * 1024, /* 256 exchanges with URLs of 16 KiB each are half of it */
    REVIEW_ROWS_MOST = 20000,           /* of a device, an app, a host and a fault */
    REVIEW_TEXT_MOST = 512,             /* bytes of a name */
};

/* Whose records count; NULL: everybody's. Borrowed for the life of the review. */
struct review_filter {
    const char *app;    /* its name, in whatever case */
    const char *device; /* its name, in whatever case, its id or its address */
};

struct review *review_new(const struct review_filter *only);
void review_free(struct review *r); /* NULL is fine */
/* One line of a log. False: it is no record; counted, and *e says why. */
bool review_take(struct review *r, const char *line, size_t len, struct err *e) MUST_USE;
/* Faults that an app accepted and iOS would not: rows, not connections. */
size_t review_findings(const struct review *r);
/* Lines that were records, whoever they were of. */
size_t review_records(const struct review *r);

void review_write(const struct review *r, const struct term *t, struct text *out);
/* One object with "v":1. */
void review_json(const struct review *r, struct json_out *j);
/* A head and a line for each fault and each pin, for a spreadsheet. */
void review_csv(const struct review *r, struct text *out);

#endif
