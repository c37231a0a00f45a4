#include "exchange_rows.h"

#include <string.h>

#include <sqlite3.h>

#include "database.h"
#include "flow/flow.h"
#include "flow/spoken.h"
#include "squeeze.h"
#include "varint.h"

/* heads:  for each exchange  at_ms, then twice  2 * length + cut, bytes
 * bodies: for each body      index, 2 * side + cut, length, bytes
 * All numbers are those of varint.h. */

/* --- into the file --- */

static void heads_write(const struct spoken *s, struct text *out)
{
    for (size_t i = 0; i < s->n; i++) {
        varint_add(out, s->at[i].at_ms > 0 ? (uint64_t)s->at[i].at_ms : 0);
        for (int side = 0; side < 2; side++) {
            const struct spoken_message *m = &s->at[i].said[side];

            varint_add(out, 2 * (uint64_t)m->head.len + m->head_cut);
            text_add_n(out, text_str(&m->head), m->head.len);
        }
    }
}

static void bodies_write(const struct spoken *s, struct text *out)
{
    for (size_t i = 0; i < s->n; i++)
        for (unsigned side = 0; side < 2; side++) {
            const struct spoken_message *m = &s->at[i].said[side];

            if (!m->body_kept)
                continue;
            varint_add(out, i);
            varint_add(out, 2 * side + m->body_cut);
            varint_add(out, m->body.len);
            text_add_n(out, text_str(&m->body), m->body.len);
        }
}

static bool add(struct database *db, const char *sql, struct squeeze *squeeze, int64_t seq,
    const struct text *whole, struct err *e)
{
    sqlite3_stmt *s = database_statement(db, sql, e);
    struct text packed = {0};
    bool row, done = false;

    if (s && squeeze_pack(squeeze, text_str(whole), whole->len, &packed, e)) {
        sqlite3_bind_int64(s, 1, seq);
        sqlite3_bind_blob(s, 2, text_str(&packed), (int)packed.len, SQLITE_STATIC);
        done = database_step(db, s, &row, e);
    }
    text_fini(&packed);
    return done;
}

bool exchange_rows_add(
    struct database *db, struct squeeze *squeeze, const struct flow *f, int64_t seq, struct err *e)
{
    struct text heads = {0}, bodies = {0};

    if (!f->spoken || !f->spoken->n)
        return true;
    heads_write(f->spoken, &heads);
    bodies_write(f->spoken, &bodies);
    bool done =
        add(db, "INSERT INTO heads VALUES (?1, ?2)", squeeze, seq, &heads, e) &&
        (!bodies.len || add(db, "INSERT INTO bodies VALUES (?1, ?2)", squeeze, seq, &bodies, e));
    text_fini(&heads);
    text_fini(&bodies);
    return done;
}

/* --- out of it --- */

static bool head_read(struct packed *r, struct spoken *s, size_t n, enum spoken_side side)
{
    const uint8_t *bytes;
    uint64_t len;

    if (!packed_number(r, &len) || !packed_bytes(r, len / 2, &bytes))
        return false;
    spoken_head(s, n, side, (const char *)bytes, (size_t)(len / 2));
    s->at[n].said[side].head_cut = len & 1;
    return true;
}

static bool heads_read(struct packed *r, struct spoken *s)
{
    for (size_t n = 0; r->at < r->end; n++) {
        uint64_t at_ms;

        if (n == FLOW_EXCHANGES_MOST || !packed_number(r, &at_ms))
            return false;
        spoken_at(s, n)->at_ms = (int64_t)(at_ms & INT64_MAX);
        if (!head_read(r, s, n, SPOKEN_REQUEST) || !head_read(r, s, n, SPOKEN_RESPONSE))
            return false;
    }
    return true;
}

static bool bodies_read(struct packed *r, struct spoken *s)
{
    while (r->at < r->end) {
        uint64_t n, how, len;
        const uint8_t *bytes;

        if (!packed_number(r, &n) || !packed_number(r, &how) || !packed_number(r, &len) ||
            n >= FLOW_EXCHANGES_MOST || how > 3 || !packed_bytes(r, len, &bytes))
            return false;
        enum spoken_side side = how / 2 ? SPOKEN_RESPONSE : SPOKEN_REQUEST;
        spoken_body(s, (size_t)n, side, (const char *)bytes, (size_t)len);
        s->at[n].said[side].body_cut = how & 1;
    }
    return true;
}

static bool unpack(struct squeeze *squeeze, const void *packed, size_t len, struct spoken *s,
    bool (*read)(struct packed *r, struct spoken *s), struct err *e)
{
    struct text whole = {0};
    bool fine = squeeze_unpack(squeeze, packed, len, &whole, e);

    if (fine) {
        const uint8_t *bytes = (const uint8_t *)text_str(&whole);

        fine = read(&(struct packed){bytes, bytes + whole.len}, s) ||
               err_set(e, ERR_INPUT, "the store of flows: what was said in an exchange is broken");
    }
    text_fini(&whole);
    return fine;
}

bool exchange_heads_unpack(
    struct squeeze *squeeze, const void *packed, size_t len, struct spoken *s, struct err *e)
{
    return unpack(squeeze, packed, len, s, heads_read, e);
}

bool exchange_bodies_unpack(
    struct squeeze *squeeze, const void *packed, size_t len, struct spoken *s, struct err *e)
{
    return unpack(squeeze, packed, len, s, bodies_read, e);
}

static bool read_row(struct database *db, const char *sql, struct squeeze *squeeze, int64_t seq,
    bool (*read)(struct packed *r, struct spoken *s), struct spoken **out, struct err *e)
{
    sqlite3_stmt *s = database_statement(db, sql, e);
    bool row, fine;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, seq);
    if (!database_step(db, s, &row, e))
        return false;
    if (!row)
        return true;
    if (!*out)
        *out = spoken_new();
    fine = unpack(
        squeeze, sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0), *out, read, e);
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return fine;
}

bool exchange_rows_read(
    struct database *db, struct squeeze *squeeze, int64_t seq, struct spoken **out, struct err *e)
{
    *out = NULL;
    if (read_row(db, "SELECT packed FROM heads WHERE seq = ?1", squeeze, seq, heads_read, out, e) &&
        (!*out || read_row(db, "SELECT packed FROM bodies WHERE seq = ?1", squeeze, seq,
                      bodies_read, out, e)))
        return true;
    spoken_free(*out);
    *out = NULL;
    return false;
}
