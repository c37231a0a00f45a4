/* flow/spoken.h - what was said in the exchanges of a flow: heads as they stood, and the beginnings
 * of bodies as they crossed, content codings and all. It lies beside the record: no rule reads it
 * here, no log shows it; the store keeps it (store/exchange_rows.h), exports redact it.
 *
 * Bounded: what goes past a bound is cut, and counted. Exchanges go by their index in the
 * record. */
#ifndef WHYTLS_FLOW_SPOKEN_H
#define WHYTLS_FLOW_SPOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* HEADS and BODIES: of one flow; BODY: of one message. */
enum {
    SPOKEN_HEADS_MOST = 256 * 1024,
    SPOKEN_BODY_MOST = 64 * 1024,
    SPOKEN_BODIES_MOST = 4 * 1024 * 1024,
};

enum spoken_side { SPOKEN_REQUEST = 0, SPOKEN_RESPONSE = 1 };

struct spoken_message {
    struct text
        head; /* "GET / HTTP/1.1" CRLF, fields, CRLF; of HTTP/2 in the same form; or empty */
    struct text body; /* its beginning */
    bool head_cut;    /* there was no room for it */
    bool body_kept;   /* its beginning is in `body`: all of it unless body_cut */
    bool body_cut;
};

struct spoken_exchange {
    int64_t at_ms; /* since the flow's beginning */
    struct spoken_message said[2];
    bool bodies_asked; /* a rule wants its bodies; not stored */
};

struct spoken {
    struct spoken_exchange *at; /* owned */
    size_t n;
    size_t heads_len, bodies_len; /* bytes that are kept */
    size_t n_heads_cut, n_bodies_cut;
    bool bodies_dropped; /* they were there, and had to go */
};

struct spoken *spoken_new(void);
/* NULL is legal. */
void spoken_free(struct spoken *s);
/* The exchange of that index, made when it is missing; borrowed until the next one is made. */
struct spoken_exchange *spoken_at(struct spoken *s, size_t n);
/* Keeps a head whole, or not at all. */
void spoken_head(struct spoken *s, size_t n, enum spoken_side side, const char *head, size_t len);
/* A piece of a body; the first call, which may bring nothing, says that it is kept. False: no more
 * will be taken of this one. */
bool spoken_body(struct spoken *s, size_t n, enum spoken_side side, const void *bytes, size_t len);
/* Bodies go, heads stay. */
void spoken_drop_bodies(struct spoken *s);
/* Of one exchange. */
void spoken_drop_bodies_of(struct spoken *s, size_t n);

/* A line of a head, borrowed from it; neither end is a NUL. */
struct spoken_field {
    const char *name, *value;
    size_t name_len, value_len;
};

/* The start line; false when there is no head. */
bool spoken_start_line(const struct text *head, const char **line, size_t *len);
/* The fields one after another: *at is 0 before the first. */
bool spoken_next_field(const struct text *head, size_t *at, struct spoken_field *out);
/* The first field of that name (caseless); false: there is none. */
bool spoken_field_find(const struct text *head, const char *name, struct spoken_field *out);

#endif
