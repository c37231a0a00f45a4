#include "certificate_look.h"

#include <string.h>

#include <sqlite3.h>

#include "base/clock.h"
#include "certificate_filter.h"
#include "database.h"
#include "flow/outcome.h"
#include "flow_look.h"
#include "tag.h"

/* Of those that had a certificate, so many of late are looked at. */
enum { LATE_FLOWS = 200 };

#define COLUMNS                                                                                    \
    "certificate.tag, tag.text, subject, issuer, names, not_before, not_after, is_ca, key"

static void row_read(sqlite3_stmt *s, struct certificate_row *row)
{
    *row = (struct certificate_row){
        .tag = sqlite3_column_int64(s, 0),
        .sha256 = (const char *)sqlite3_column_text(s, 1),
        .subject = (const char *)sqlite3_column_text(s, 2),
        .issuer = (const char *)sqlite3_column_text(s, 3),
        .names = (const char *)sqlite3_column_text(s, 4),
        .not_before = sqlite3_column_int64(s, 5),
        .not_after = sqlite3_column_int64(s, 6),
        .is_ca = sqlite3_column_int(s, 7) != 0,
        .key = (const char *)sqlite3_column_text(s, 8),
    };
}

bool certificate_look_one(struct flow_look *look, const char *sha256,
    void (*each)(void *arg, const struct certificate_row *row), void *arg, bool *found,
    struct err *e)
{
    static const char sql[] =
        "SELECT " COLUMNS ", der FROM tag JOIN certificate ON certificate.tag = tag.id"
        " WHERE tag.kind = ?1 AND tag.text = ?2";
    struct database *db = flow_look_database(look);
    sqlite3_stmt *s = database_statement(db, sql, e);
    struct certificate_row row;

    *found = false;
    if (!s)
        return false;
    flow_look_budget(look, 0);
    sqlite3_bind_int(s, 1, TAG_SHA256);
    sqlite3_bind_text(s, 2, sha256, -1, SQLITE_TRANSIENT);
    if (!database_step(db, s, found, e))
        return false;
    if (*found) {
        row_read(s, &row);
        row.der = sqlite3_column_blob(s, 9);
        row.der_len = (size_t)sqlite3_column_bytes(s, 9);
        each(arg, &row);
        sqlite3_reset(s);
        sqlite3_clear_bindings(s);
    }
    return true;
}

/* --- what became of it --- */

bool certificate_look_use(struct flow_look *look, const struct certificate_row *row,
    const char *ours, struct certificate_use *out, struct err *e)
{
    static const char sql[] =
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM flow_tag WHERE tag = ?1 LIMIT ?5)),"
        " (SELECT at_ms FROM flow WHERE seq = (SELECT max(seq) FROM flow_tag WHERE tag = ?1)),"
        " ?6 AND EXISTS (SELECT 1 FROM certificate WHERE subject = ?2 AND issuer <> ?3 AND tag < ?1"
        " AND is_ca = 0 AND instr(issuer, ?4) = 0)";
    struct database *db = flow_look_database(look);
    sqlite3_stmt *s = database_statement(db, sql, e);
    bool found;

    *out = (struct certificate_use){0};
    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, row->tag);
    sqlite3_bind_text(s, 2, row->subject, -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(s, 3, row->issuer, -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(s, 4, ours, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int(s, 5, CERTIFICATE_USES_MOST);
    sqlite3_bind_int(s, 6, !row->is_ca && !strstr(row->issuer, ours));
    if (!database_step(db, s, &found, e))
        return false;
    *out = (struct certificate_use){.n = sqlite3_column_int64(s, 0),
        .last_ms = sqlite3_column_int64(s, 1),
        .issuer_changed = sqlite3_column_int(s, 2) != 0};
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return true;
}

bool certificate_look_hosts(struct flow_look *look, int64_t tag, size_t most,
    void (*each)(void *arg, const char *host), void *arg, struct err *e)
{
    static const char sql[] =
        "SELECT text FROM tag WHERE id IN (SELECT host FROM (SELECT seq FROM flow_tag"
        " WHERE tag = ?1 ORDER BY seq DESC LIMIT ?3) AS late JOIN flow ON flow.seq = late.seq)"
        " LIMIT ?2";
    struct database *db = flow_look_database(look);
    sqlite3_stmt *s = database_statement(db, sql, e);
    bool row, fine;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, tag);
    sqlite3_bind_int64(s, 2, (int64_t)most);
    sqlite3_bind_int(s, 3, LATE_FLOWS);
    while ((fine = database_step(db, s, &row, e)) && row)
        each(arg, (const char *)sqlite3_column_text(s, 0));
    return fine;
}

/* --- lists --- */

/* What a list may still take. The looks that it makes for each row have no end in time. */
struct budget {
    struct flow_look *look;
    const struct clock *clock;
    int64_t until_ms; /* steady; 0: no end */
};

static struct budget budget_of(struct flow_look *look, int64_t ms)
{
    const struct clock *clock = clock_system();

    return (struct budget){
        .look = look, .clock = clock, .until_ms = ms ? clock_steady_ms(clock) + ms : 0};
}

static bool is_over(const struct budget *b)
{
    return b->until_ms && clock_steady_ms(b->clock) >= b->until_ms;
}

static bool is_of(const struct certificate_row *row, const struct certificate_ask *ask)
{
    bool made = strstr(row->issuer, ask->ours) != NULL;
    bool by_itself = !strcmp(row->subject, row->issuer);

    switch (ask->kind) {
    case CERTIFICATE_OF_SITES:
        return (!row->is_ca || !by_itself) && !made;
    case CERTIFICATE_MADE:
        return !row->is_ca && made;
    case CERTIFICATE_ROOTS:
        return row->is_ca && by_itself;
    }
    return false;
}

/* Which of them are wanted is seen here rather than in the SQL, so that each step is a short one,
 * and a list whose time is over knows how far it came. */
bool certificate_look_each(struct flow_look *look, const struct certificate_ask *ask,
    void (*each)(void *arg, const struct certificate_row *row, const struct certificate_use *use),
    void *arg, struct certificate_end *end, struct err *e)
{
    static const char sql[] =
        "SELECT " COLUMNS " FROM certificate JOIN tag ON tag.id = certificate.tag"
        " WHERE (not_after, certificate.tag) > (?1, ?2) ORDER BY not_after, certificate.tag";
    struct database *db = flow_look_database(look);
    sqlite3_stmt *s = database_statement(db, sql, e);
    const struct budget budget = budget_of(look, ask->budget_ms);
    struct certificate_row one;
    struct certificate_use use;
    bool row, fine = true;

    *end = (struct certificate_end){.looked_s = ask->after_s, .looked_tag = ask->after_tag};
    if (!s)
        return false;
    flow_look_budget(look, 0);
    sqlite3_bind_int64(s, 1, ask->after_s);
    sqlite3_bind_int64(s, 2, ask->after_tag);
    while (fine && end->n < ask->most && !end->late) {
        if (!database_step(db, s, &row, e))
            return false;
        if (!row)
            return true;
        row_read(s, &one);
        if (is_of(&one, ask) && certificate_fits(&one, ask->filter)) {
            end->n++;
            if ((fine = certificate_look_use(look, &one, ask->ours, &use, e)))
                each(arg, &one, &use);
        }
        end->looked_s = one.not_after;
        end->looked_tag = one.tag;
        end->late = end->n < ask->most && is_over(&budget);
    }
    sqlite3_reset(s);
    return fine;
}

/* One step within the budget; *late: the time was over. */
static bool step_within(
    const struct budget *b, sqlite3_stmt *s, bool *row, bool *late, struct err *e)
{
    struct database *db = flow_look_database(b->look);
    struct err why = {0};

    if (b->until_ms) {
        int64_t left_ms = b->until_ms - clock_steady_ms(b->clock);

        flow_look_budget(b->look, left_ms > 0 ? left_ms : 1);
    }
    bool fine = database_step(db, s, row, &why);
    flow_look_budget(b->look, 0);
    *late = !fine && sqlite3_errcode(database_handle(db)) == SQLITE_INTERRUPT;
    if (!fine && !*late && e)
        *e = why;
    return fine || *late;
}

bool certificate_look_tops(struct flow_look *look, const struct certificate_tops_ask *ask,
    void (*each)(void *arg, const struct certificate_row *row, int64_t seq), void *arg, bool *late,
    struct err *e)
{
    static const char sql[] =
        "SELECT " COLUMNS ", (SELECT max(late.seq) FROM (SELECT seq FROM flow_tag"
        " WHERE flow_tag.tag = certificate.tag ORDER BY seq DESC LIMIT ?3) AS late"
        " JOIN flow ON flow.seq = late.seq WHERE outcome IN (?4, ?5)) AS last"
        " FROM certificate JOIN tag ON tag.id = certificate.tag"
        " WHERE subject <> issuer AND instr(issuer, ?1) = 0 AND last NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM certificate AS above WHERE above.subject = certificate.issuer"
        " AND above.is_ca = 1 AND above.subject <> above.issuer)"
        " ORDER BY certificate.tag DESC LIMIT ?2";
    sqlite3_stmt *s = database_statement(flow_look_database(look), sql, e);
    const struct budget budget = budget_of(look, ask->budget_ms);
    struct certificate_row one;
    bool row, fine;

    *late = false;
    if (!s)
        return false;
    sqlite3_bind_text(s, 1, ask->ours, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int64(s, 2, (int64_t)ask->most);
    sqlite3_bind_int(s, 3, LATE_FLOWS);
    sqlite3_bind_int(s, 4, OUTCOME_FINE);
    sqlite3_bind_int(s, 5, OUTCOME_WARNING);
    while ((fine = step_within(&budget, s, &row, late, e)) && row) {
        row_read(s, &one);
        each(arg, &one, sqlite3_column_int64(s, 9));
        if ((*late = is_over(&budget)))
            break;
    }
    sqlite3_reset(s);
    return fine;
}
