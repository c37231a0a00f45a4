#include "certificate_look.h"

#include <string.h>

#include <sqlite3.h>

#include "base/mem.h"
#include "base/text.h"
#include "database.h"
#include "flow_look.h"
#include "tag.h"

#define COLUMNS                                                                                    \
    "certificate.tag, tag.text, subject, issuer, names, not_before, not_after, is_ca, key, der"

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
        .der = sqlite3_column_blob(s, 9),
        .der_len = (size_t)sqlite3_column_bytes(s, 9),
    };
}

bool certificate_look_one(struct flow_look *look, const char *sha256,
    void (*each)(void *arg, const struct certificate_row *row), void *arg, bool *found,
    struct err *e)
{
    static const char sql[] =
        "SELECT " COLUMNS " FROM tag JOIN certificate ON certificate.tag = tag.id"
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
        " WHERE tag = ?1 ORDER BY seq DESC LIMIT 200) AS late JOIN flow ON flow.seq = late.seq)"
        " LIMIT ?2";
    struct database *db = flow_look_database(look);
    sqlite3_stmt *s = database_statement(db, sql, e);
    bool row, fine;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, tag);
    sqlite3_bind_int64(s, 2, (int64_t)most);
    while ((fine = database_step(db, s, &row, e)) && row)
        each(arg, (const char *)sqlite3_column_text(s, 0));
    return fine;
}

/* --- lists --- */

static sqlite3_stmt *list_of(struct database *db, enum certificate_kind kind, struct err *e)
{
#define LIST(which)                                                                                \
    "SELECT " COLUMNS " FROM certificate JOIN tag ON tag.id = certificate.tag WHERE " which        \
    " AND (not_after, certificate.tag) > (?2, ?3) AND (?4 = '' OR instr(lower(subject), ?4)"       \
    " OR instr(lower(issuer), ?4) OR instr(lower(names), ?4) OR instr(tag.text, ?4))"              \
    " ORDER BY not_after, certificate.tag LIMIT ?5"
    static const char sites[] = LIST("(is_ca = 0 OR subject <> issuer) AND instr(issuer, ?1) = 0");
    static const char made[] = LIST("is_ca = 0 AND instr(issuer, ?1) > 0");
    static const char roots[] = LIST("is_ca = 1 AND subject = issuer AND ?1 IS NOT NULL");
#undef LIST

    switch (kind) {
    case CERTIFICATE_OF_SITES:
        return database_statement(db, sites, e);
    case CERTIFICATE_MADE:
        return database_statement(db, made, e);
    case CERTIFICATE_ROOTS:
        return database_statement(db, roots, e);
    }
    return NULL;
}

bool certificate_look_each(struct flow_look *look, const struct certificate_ask *ask,
    void (*each)(void *arg, const struct certificate_row *row, const struct certificate_use *use),
    void *arg, struct err *e)
{
    struct database *db = flow_look_database(look);
    sqlite3_stmt *s = list_of(db, ask->kind, e);
    char *text = mem_text(ask->text);
    struct certificate_row one;
    struct certificate_use use;
    bool row, fine = s != NULL;

    flow_look_budget(look, 0);
    text_lower(text);
    if (s) {
        sqlite3_bind_text(s, 1, ask->ours, -1, SQLITE_TRANSIENT);
        sqlite3_bind_int64(s, 2, ask->after_s);
        sqlite3_bind_int64(s, 3, ask->after_tag);
        sqlite3_bind_text(s, 4, text, -1, SQLITE_TRANSIENT);
        sqlite3_bind_int64(s, 5, (int64_t)ask->most);
    }
    while (fine && (fine = database_step(db, s, &row, e)) && row) {
        row_read(s, &one);
        if ((fine = certificate_look_use(look, &one, ask->ours, &use, e)))
            each(arg, &one, &use);
        else
            sqlite3_reset(s);
    }
    mem_free(text);
    return fine;
}
