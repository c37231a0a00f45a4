/* flow/flow.h - the record of one client connection: what was asked, seen, judged, said.
 *
 * Written by one thread, sealed, then handed over and read only. All memory that hangs on it lies
 * in its arena: one free at the end. The fields are the rows of record.def, and are spelt there as
 * the log and the Lua rules spell them. Uses base/. Written by relay/ and explain/, read by
 * diagnosis/, hook/, script/, store/, app/. */
#ifndef WHYTLS_FLOW_FLOW_H
#define WHYTLS_FLOW_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "flow/record.def"

/* An INTEGER, TIME, DURATION, BYTES or MS that is absent. Absent text is NULL, an absent record
 * NULL. */
#define FLOW_NONE INT64_MIN

enum moment {
    MOMENT_NONE = 0, /* nothing has happened yet */
#define MOMENT(ID, name, about) MOMENT_##ID,
#include "flow/moment.def"
#undef MOMENT
    N_MOMENTS
};

const char *moment_name(enum moment m);
/* MOMENT_NONE when there is no such name. */
enum moment moment_find(const char *name);

enum symptom {
    SYMPTOM_NONE = 0,
#define SYMPTOM(ID, name, about) SYMPTOM_##ID,
#include "flow/symptom.def"
#undef SYMPTOM
    N_SYMPTOMS
};

const char *symptom_name(enum symptom s); /* NULL for SYMPTOM_NONE */
bool symptom_is_known(const char *name);

/* Header fields of a message, in order, as they stood on the wire. */
struct flow_header {
    const char *name, *value;
};

struct flow_headers {
    struct flow_header *at;
    size_t n;
};

/* The first value under this name (caseless), or NULL. */
const char *flow_header_get(const struct flow_headers *h, const char *name);

#define FLOW_TYPE_TEXT const char *
#define FLOW_TYPE_BOOLEAN bool
#define FLOW_TYPE_INTEGER int64_t
#define FLOW_TYPE_TIME int64_t
#define FLOW_TYPE_DURATION int64_t
#define FLOW_TYPE_BYTES int64_t
#define FLOW_TYPE_MS int64_t
#define FLOW_TYPE_HEADERS struct flow_headers *
#define FLOW_TYPE_TEXTS struct flow_texts

struct flow_texts {
    const char **at;
    size_t n;
};

#define FLOW_VALUE_MEMBER(record, name, kind, need, from, about) FLOW_TYPE_##kind name;
#define FLOW_RECORD_MEMBER(record, name, type, need, from, about) struct flow_##type *name;
#define FLOW_LIST_MEMBER(record, name, type, need, from, about)                                    \
    struct flow_##type *name;                                                                      \
    size_t n_##name;
#define FLOW_STRUCT(record)                                                                        \
    struct flow_##record {                                                                         \
        FLOW_FIELDS_##record(FLOW_VALUE_MEMBER, FLOW_RECORD_MEMBER, FLOW_LIST_MEMBER)              \
    };

FLOW_RECORDS(FLOW_STRUCT)

/* A fact that a rule or a plugin gave: flow:set("geo.country", "DE"). */
struct flow_fact {
    struct flow_fact *next;
    const char *name; /* with a dot in it */
    enum { FACT_TEXT = 0, FACT_INTEGER, FACT_NUMBER, FACT_BOOLEAN, FACT_TIME } kind;
    const char *text;
    int64_t integer; /* also boolean and time */
    double number;
};

struct flow_tick {
    int64_t at_ms;      /* since accept */
    const char *moment; /* a stage's or a moment's name */
};

struct board;  /* diagnosis/board.h: what the rules brought, in the arena */
struct cert;   /* cert/facts.h */
struct spoken; /* flow/spoken.h */
struct tape;   /* tls/tape.h */

/* A certificate that one of the records tells of, as it was sent: a reference of its own. */
struct flow_kept {
    struct flow_kept *next;
    const struct cert *cert;
};

enum { FLOW_EXCHANGES_MOST = 256, FLOW_NOTES_MOST = 64, FLOW_TICKS_MOST = 64 };

struct flow {
    FLOW_FIELDS_flow(FLOW_VALUE_MEMBER, FLOW_RECORD_MEMBER, FLOW_LIST_MEMBER)

        /* Below: not facts, so no rule sees them. */
        struct arena arena;
    int64_t at_ms;      /* wall clock, as `at` but exact */
    int64_t ms;         /* how long it took, at the seal */
    enum moment moment; /* the latest moment that has come: what may be read */
    struct flow_fact *facts;
    struct flow_kept *kept;
    struct tape *tape[2];  /* owned; by leg: the ciphertext and its secrets; NULL: not kept */
    struct spoken *spoken; /* owned: heads and bodies of the exchanges; NULL: none were kept */
    struct board *board;
    struct flow_tick ticks[FLOW_TICKS_MOST];
    size_t n_ticks, n_exchanges_cut, n_notes_cut;
    int64_t visits_us; /* what rules and plugins have cost it so far */
    bool sealed;
    bool refused_by_us; /* the site was not relayed: page, alert or refusal */
};

/* A flow with its needed records made and empty: client (device, app), target, decision, history
 * (five tallies), proxy (clock). Legs, dial, request come when they come: FLOW_MAKE below. What
 * nobody has said yet reads "unknown", "unchecked", "intercept" by "default". */
struct flow *flow_new(const char *id, int64_t at_ms);
void flow_free(struct flow *f);

/* An empty record in the flow's arena: the records and headers that it needs are made as well,
 * numbers that may be absent are FLOW_NONE, all else is zero or NULL: FLOW_MAKE(f, alert) */
#define FLOW_MAKE(flow, record) ((struct flow_##record *)flow_make((flow), flow_type_##record()))

struct record_type; /* path.h */
void *flow_make(struct flow *f, const struct record_type *type);
#define FLOW_TYPE_DOOR(record) const struct record_type *flow_type_##record(void);
FLOW_RECORDS(FLOW_TYPE_DOOR)
#undef FLOW_TYPE_DOOR
const struct record_type *flow_type_flow(void);

/* Copies into the arena. NULL gives NULL. */
const char *flow_text(struct flow *f, const char *text);
void flow_texts_add(struct flow *f, struct flow_texts *list, const char *text);
/* The next row of a list of records, empty as FLOW_MAKE's: flow_list_add(f, &v->checks,
 * &v->n_checks, flow_type_check()). The list grows in the arena, so earlier rows may move: keep
 * their index, not their address. */
void *flow_list_add(struct flow *f, void *list_at, size_t *n, const struct record_type *type);
/* NULL past FLOW_EXCHANGES_MOST (counted). */
struct flow_exchange *flow_exchange_add(struct flow *f);
void flow_header_add(struct flow *f, struct flow_headers *h, const char *name, const char *value);
/* NULL past FLOW_NOTES_MOST (counted). */
struct flow_note *flow_note_add(
    struct flow *f, const char *code, const char *severity, const char *text, const char *by);
void flow_fact_set(struct flow *f, const struct flow_fact *fact);
const struct flow_fact *flow_fact_get(const struct flow *f, const char *name);
/* Stamps the timeline. Borrows `what` for the flow's life. Past FLOW_TICKS_MOST it is left out. */
void flow_tick(struct flow *f, int64_t at_ms, const char *what);

#endif
