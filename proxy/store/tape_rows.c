#include "tape_rows.h"

#include <string.h>

#include <sqlite3.h>

#include "database.h"
#include "flow/flow.h"
#include "tls/tape.h"
#include "varint.h"

/* For each leg: 2 * length + 1 of the secrets (0: no tape), the secrets, cut, the number of pieces;
 * for each piece 2 * length + ours, bytes. Ciphertext does not grow smaller: nothing is packed. */

static void tape_write(const struct tape *t, struct text *out)
{
    const char *at = text_str(&t->bytes);

    varint_add(out, 2 * (uint64_t)t->secrets.len + 1);
    text_add_n(out, text_str(&t->secrets), t->secrets.len);
    varint_add(out, t->cut);
    varint_add(out, t->n);
    for (size_t i = 0; i < t->n; i++) {
        varint_add(out, 2 * (uint64_t)t->pieces[i].len + t->pieces[i].ours);
        text_add_n(out, at, t->pieces[i].len);
        at += t->pieces[i].len;
    }
}

bool tape_rows_add(struct database *db, const struct flow *f, int64_t seq, struct err *e)
{
    sqlite3_stmt *s;
    struct text packed = {0};
    bool row;

    if (!f->tape[0] && !f->tape[1])
        return true;
    for (int leg = 0; leg < 2; leg++) {
        if (f->tape[leg])
            tape_write(f->tape[leg], &packed);
        else
            varint_add(&packed, 0);
    }
    if ((s = database_statement(db, "INSERT INTO tape VALUES (?1, ?2)", e))) {
        sqlite3_bind_int64(s, 1, seq);
        sqlite3_bind_blob(s, 2, text_str(&packed), (int)packed.len, SQLITE_STATIC);
    }
    bool done = s && database_step(db, s, &row, e);
    text_fini(&packed);
    return done;
}

static bool secrets_read(struct packed *r, uint64_t len, struct tape *t)
{
    const uint8_t *bytes;
    char line[TAPE_SECRETS_MOST + 1];

    if (len > TAPE_SECRETS_MOST || !packed_bytes(r, len, &bytes))
        return false;
    while (len) {
        const uint8_t *end = memchr(bytes, '\n', len);
        size_t n = end ? (size_t)(end - bytes) : (size_t)len;

        memcpy(line, bytes, n);
        line[n] = '\0';
        tape_add_secret(t, line);
        n += end != NULL;
        bytes += n;
        len -= n;
    }
    return true;
}

static bool tape_read(struct packed *r, struct tape **out)
{
    uint64_t secrets, cut, n, piece;
    const uint8_t *bytes;

    if (!packed_number(r, &secrets))
        return false;
    if (!secrets)
        return true;
    *out = tape_new();
    if (!secrets_read(r, secrets / 2, *out) || !packed_number(r, &cut) || !packed_number(r, &n) ||
        n > TAPE_PIECES_MOST)
        return false;
    for (; n; n--) {
        if (!packed_number(r, &piece) || !packed_bytes(r, piece / 2, &bytes))
            return false;
        tape_add(*out, piece & 1, bytes, (size_t)(piece / 2));
    }
    (*out)->cut = (*out)->cut || cut;
    return true;
}

bool tape_rows_read(struct database *db, int64_t seq, struct tape *tape[static 2], struct err *e)
{
    sqlite3_stmt *s = database_statement(db, "SELECT packed FROM tape WHERE seq = ?1", e);
    bool row;

    tape[0] = tape[1] = NULL;
    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, seq);
    if (!database_step(db, s, &row, e))
        return false;
    if (!row)
        return true;
    const uint8_t *bytes = sqlite3_column_blob(s, 0);
    struct packed r = {bytes, bytes + sqlite3_column_bytes(s, 0)};
    bool fine = tape_read(&r, &tape[0]) && tape_read(&r, &tape[1]);
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return fine || err_set(e, ERR_INPUT, "the store of flows: what crossed on a leg is broken");
}
