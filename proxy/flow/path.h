/* flow/path.h - facts by their path: "history.host.streak", "server_leg.chain.leaf.not_after",
 * "checks.TemporalValidity@0", "geo.country"; and conditions on them: "dial.error = nxdomain", "x
 * != y".
 *
 * A path is compiled once, at load, where every misspelling is an error with the nearest right
 * name. */
#ifndef WHYTLS_FLOW_PATH_H
#define WHYTLS_FLOW_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/text.h"
#include "flow/flow.h"

enum field_kind {
    FIELD_TEXT = 0,
    FIELD_TEXTS,
    FIELD_BOOLEAN,
    FIELD_INTEGER,
    FIELD_TIME,
    FIELD_DURATION,
    FIELD_BYTES,
    FIELD_MS,
    FIELD_HEADERS,
    FIELD_RECORD,
    FIELD_LIST,
};

struct field {
    const char *name;
    enum field_kind kind;
    bool needed;
    enum moment from;
    const char *about;
    size_t offset, n_offset;        /* in the record's struct; n_offset for FIELD_LIST */
    const struct record_type *type; /* for FIELD_RECORD and FIELD_LIST */
};

struct record_type {
    const char *name;
    size_t size;
    const struct field *fields;
    size_t n_fields;
};

/* All record types; "flow" is the last one. */
const struct record_type *const *record_types(size_t *n);
const struct record_type *record_type_find(const char *name);
const struct field *record_field(const struct record_type *type, const char *name);

/* A value that was read; borrowed from the flow. `none` says that it is absent. */
struct value {
    bool none;
    enum field_kind kind;
    const char *text;
    int64_t integer; /* BOOLEAN 0 or 1, INTEGER, TIME, DURATION, BYTES, MS */
    double number;
    bool is_number; /* a plugin's or rule's fact with a fraction */
    const struct flow_texts *texts;
    const struct flow_headers *headers;
    const void *record; /* FIELD_RECORD: the struct; FIELD_LIST: the first of n */
    size_t n;
    const struct record_type *type;
};

/* Reads one field of a record. What is needed is never `none`: a text that nobody has set yet reads
 * as "". */
struct value field_value(const struct field *field, const void *record);

enum { PATH_DEEP = 6 };

struct path {
    const char *text;                    /* owned by whoever compiled it */
    const struct field *step[PATH_DEEP]; /* from the flow downwards */
    signed char member[PATH_DEEP];       /* after a chain step: 0 leaf, 1 issuer, -1 top; else -2 */
    size_t n_steps;
    const char *check; /* checks.NAME[@DEPTH]: NAME, within text; the failing check, or none */
    size_t check_len;
    int check_depth;      /* -1 any */
    bool is_fact;         /* a fact given by a rule or plugin */
    enum field_kind kind; /* of its value */
};

/* `check_known` and `fact_kind` say which checks exist, and which facts rules and plugins give (its
 * kind, or -1); either may be NULL. */
struct path_names {
    bool (*check_known)(const char *check);
    int (*fact_kind)(void *arg, const char *fact);
    void *arg;
};

/* `text` must outlive the path. */
bool path_compile(
    const char *text, const struct path_names *names, struct path *out, struct err *e) MUST_USE;
struct value path_value(const struct path *p, const struct flow *f);

/* "PATH", "PATH = VALUE" or "PATH != VALUE" */
struct condition {
    struct path path;
    enum { CONDITION_HAS = 0, CONDITION_IS, CONDITION_IS_NOT } test;
    const char *value;
};

bool condition_compile(const char *text, struct arena *a, const struct path_names *names,
    struct condition *out, struct err *e) MUST_USE;
/* HAS: present and not false, empty or 0. IS_NOT: present, and another value. */
bool condition_holds(const struct condition *c, const struct flow *f);

/* A value as the evidence of the log shows it: times as RFC 3339, durations in words, lists joined;
 * nothing for none. */
void value_show(const struct value *v, struct text *out);
/* Equality against text: numbers in decimal, booleans "true"/"false". */
bool value_is(const struct value *v, const char *text);

#endif
