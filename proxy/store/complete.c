#include "complete.h"

#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "base/text.h"
#include "database.h"
#include "filter.h"
#include "flow_look.h"

/* NEAR: of the values that fit, the newest are looked at. */
enum { NEAR = 200, INSERT_CAP = 2 * TAG_BYTES + 8 };

struct asking {
    struct flow_look *look;
    enum filter_about about;
    void (*each)(void *arg, const struct completion *one);
    void *arg;
    size_t n;
};

static void give(struct asking *a, const char *insert, const char *gloss, int64_t count)
{
    if (a->n++ < COMPLETE_MOST)
        a->each(a->arg, &(struct completion){.insert = insert, .gloss = gloss, .count = count});
}

/* --- where the writer stands --- */

static size_t bytes_of(const char *text, size_t characters)
{
    size_t at = 0, len = strlen(text);

    for (size_t i = 0; i < characters && at < len; i++) {
        size_t n = text_utf8_len(text + at, len - at);

        at += n ? n : 1;
    }
    return at;
}

static size_t characters_of(const char *text, size_t bytes)
{
    size_t n = 0;

    for (size_t i = 0; i < bytes; i++)
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    return n;
}

/* Where the word under the writer begins; quotes keep their blanks. */
static size_t word_begin(const char *text, size_t upto)
{
    size_t begin = 0;
    bool quoted = false;

    for (size_t i = 0; i < upto; i++) {
        if (text[i] == '"') {
            if (!quoted)
                begin = i;
            quoted = !quoted;
        } else if (!quoted && strchr(" &|()!", text[i])) {
            begin = i + 1;
        }
    }
    return begin;
}

/* The atom whose value is being written at `begin`; NULL: none. */
static const struct filter_atom *atom_before(const char *text, size_t begin)
{
    size_t end = begin;

    while (end > 0 && text[end - 1] == ' ')
        end--;
    size_t at = word_begin(text, end);
    if (end == begin || at == end || text[at] != '~')
        return NULL;
    return filter_atom_find(text + at + 1, end - at - 1);
}

/* --- what may come --- */

static bool takes_value(const struct filter_atom *atom)
{
    return atom->value != FILTER_OUTCOME;
}

static void give_atoms(struct asking *a, const char *prefix, size_t len)
{
    char insert[INSERT_CAP];
    size_t n;
    const struct filter_atom *atoms = filter_atoms(&n);

    for (size_t i = 0; i < n; i++) {
        if (strncmp(atoms[i].name, prefix, len) != 0 || !filter_atom_fits(&atoms[i], a->about))
            continue;
        snprintf(insert, sizeof insert, "~%s ", atoms[i].name);
        give(a, insert, atoms[i].gloss, 0);
    }
}

static void give_some(struct asking *a, const char *const *values, const char *prefix, size_t len)
{
    for (; *values; values++)
        if (!strncmp(*values, prefix, len))
            give(a, *values, "", 0);
}

/* Values with blanks or brackets stand in quotes. */
static void quote(char out[static INSERT_CAP], const char *value)
{
    size_t n = 0;

    if (!strpbrk(value, " ()&|!\"~")) {
        snprintf(out, INSERT_CAP, "%s", value);
        return;
    }
    out[n++] = '"';
    for (; *value && n + 4 < INSERT_CAP; value++) {
        if (*value == '"' || *value == '\\')
            out[n++] = '\\';
        out[n++] = *value;
    }
    out[n++] = '"';
    out[n] = '\0';
}

static void pattern_of(char *out, size_t cap, const char *prefix, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len && n + 4 < cap; i++) {
        if (strchr("%_\\", prefix[i]))
            out[n++] = '\\';
        out[n++] = prefix[i];
    }
    out[n++] = '%';
    out[n] = '\0';
}

static bool give_values(
    struct asking *a, enum tag_kind kind, const char *prefix, size_t len, struct err *e)
{
    static const char sql[] =
        "SELECT text, (SELECT count(*) FROM (SELECT 1 FROM flow_tag WHERE tag = near.id LIMIT ?4))"
        " AS n FROM (SELECT id, text FROM tag WHERE kind = ?1 AND text LIKE ?2 ESCAPE '\\'"
        " ORDER BY id DESC LIMIT ?3) AS near ORDER BY n DESC LIMIT ?5";
    struct database *db = flow_look_database(a->look);
    sqlite3_stmt *s = database_statement(db, sql, e);
    char pattern[INSERT_CAP], insert[INSERT_CAP];
    bool row, fine;

    if (!s)
        return false;
    pattern_of(pattern, sizeof pattern, prefix, len);
    flow_look_budget(a->look, 0);
    sqlite3_bind_int(s, 1, (int)kind);
    sqlite3_bind_text(s, 2, pattern, -1, SQLITE_STATIC);
    sqlite3_bind_int(s, 3, NEAR);
    sqlite3_bind_int(s, 4, COMPLETE_COUNT_MOST);
    sqlite3_bind_int(s, 5, COMPLETE_MOST);
    while ((fine = database_step(db, s, &row, e)) && row) {
        quote(insert, (const char *)sqlite3_column_text(s, 0));
        give(a, insert, NULL, sqlite3_column_int64(s, 1));
    }
    return fine;
}

static bool give_of_atom(
    struct asking *a, const struct filter_atom *atom, const char *prefix, size_t len, struct err *e)
{
    static const char *const sures[] = {"certain", "likely", "possible", NULL};
    static const char *const spans[] = {"15m", "1h", "24h", "7d", NULL};
    static const char *const ends[] = {"7d", "14d", "30d", NULL};

    if (atom->value == FILTER_SURE)
        give_some(a, sures, prefix, len);
    else if (atom->value == FILTER_SINCE)
        give_some(a, spans, prefix, len);
    else if (atom->value == FILTER_ENDS)
        give_some(a, ends, prefix, len);
    else if (atom->kind != TAG_NONE)
        return give_values(a, atom->kind, prefix, len, e);
    return true;
}

bool complete(struct flow_look *look, enum filter_about about, const char *text, size_t at,
    size_t *from, void (*each)(void *arg, const struct completion *one), void *arg, struct err *e)
{
    struct asking a = {.look = look, .about = about, .each = each, .arg = arg};
    size_t upto = bytes_of(text, at), begin = word_begin(text, upto);
    size_t quoted = text[begin] == '"' && begin < upto;
    const char *prefix = text + begin + quoted;
    size_t len = upto - begin - quoted;
    const struct filter_atom *atom = atom_before(text, begin);

    *from = characters_of(text, begin);
    if (atom && !filter_atom_fits(atom, about))
        return true;
    if (atom && takes_value(atom))
        return give_of_atom(&a, atom, prefix, len, e);
    if (len == 0 || *prefix == '~')
        give_atoms(&a, len ? prefix + 1 : prefix, len ? len - 1 : 0);
    else
        return give_values(&a, TAG_HOST, prefix, len, e);
    return true;
}
