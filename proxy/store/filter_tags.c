#include "filter_tags.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "base/mem.h"
#include "database.h"
#include "filter.h"
#include "tag.h"
#include "varint.h"

/* NAMED_MOST: tags that a condition names. KINDS_SCAN_MOST, WORDS_SCAN_MOST: tags that are looked
 * at to find them, each ten milliseconds of work or two. RARE: what so few flows carry is walked.
 * FEW: tags, to be tested one by one for each flow. GRAM: what the index of words knows at least.
 * VERDICTS_MOST: tags of which it is remembered whether they are meant. */
enum {
    NAMED_MOST = 2000,
    KINDS_SCAN_MOST = 30000,
    WORDS_SCAN_MOST = 2500,
    RARE = 60000,
    FEW_RARE = 20000,
    FEW = 16,
    GRAM = 3,
    WANTS_MOST = 128,
    VERDICTS_MOST = 64 * 1024 * 1024
};

/* A tag of one of these kinds whose text is LIKE the pattern. */
struct want {
    uint64_t kinds; /* bit K: enum tag_kind K */
    char *pattern;  /* owned */
    bool plain;     /* no sign of LIKE's is in its text, so the index of words takes it */
    bool whole;     /* it is the whole tag */
};

struct wants {
    struct want at[WANTS_MOST];
    size_t n;
};

_Static_assert(N_TAGS <= 64, "a set of kinds is a word");

static uint64_t kind_bit(enum tag_kind kind)
{
    return UINT64_C(1) << kind;
}

/* --- what an atom wants --- */

char *filter_pattern(const char *before, const char *text, const char *after)
{
    struct text out = {0};

    text_add(&out, before);
    for (const char *c = text; *c; c++) {
        if (strchr("%_\\", *c))
            text_add_char(&out, '\\');
        text_add_char(&out, (char)(*c == '*' ? '%' : *c));
    }
    text_add(&out, after);
    return text_give(&out);
}

static void want_add(
    struct wants *w, uint64_t kinds, const char *before, const char *text, const char *after)
{
    if (w->n == WANTS_MOST)
        return;
    w->at[w->n++] = (struct want){.kinds = kinds,
        .pattern = filter_pattern(before, text, after),
        .plain = !strpbrk(text, "%_\\*") && strlen(text) >= GRAM,
        .whole = !*before && !*after};
}

static void want_exact(struct wants *w, enum tag_kind kind, const char *text)
{
    char class[8];

    /* "4xx": any status of that class */
    if (kind == TAG_STATUS && strlen(text) == 3 && text[0] != '%' && text[0] != '\\' &&
        (text[1] | 0x20) == 'x' && (text[2] | 0x20) == 'x') {
        snprintf(class, sizeof class, "%c__", text[0]);
        w->at[w->n++] = (struct want){.kinds = kind_bit(kind), .pattern = mem_text(class)};
        return;
    }
    want_add(w, kind_bit(kind), "", text, "");
}

static void want_part(struct wants *w, uint64_t kinds, const char *text)
{
    want_add(w, kinds, "%", text, "%");
}

/* "tls1.2", "1.2", "TLSv1.2" */
static void want_version(struct wants *w, const char *text)
{
    const char *digits = strpbrk(text, "0123456789");

    want_add(w, kind_bit(TAG_VERSION), digits ? "TLSv" : "", digits ? digits : text, "");
}

static void want_device(struct wants *w, const struct filter_node *node)
{
    want_add(w, kind_bit(TAG_DEVICE) | kind_bit(TAG_CLIENT), "", node->text, "");
    for (const struct filter_named *named = node->named; named; named = named->next)
        want_exact(w, TAG_DEVICE, named->id);
}

static void wants_of(const struct filter_node *node, struct wants *w)
{
    enum tag_kind kind = node->atom->kind;

    switch (node->atom->value) {
    case FILTER_HOST:
        want_add(w, kind_bit(kind), "", node->text, "");
        want_add(w, kind_bit(kind), "%.", node->text, "");
        return;
    case FILTER_VERSION:
        want_version(w, node->text);
        return;
    case FILTER_DEVICE:
        want_device(w, node);
        return;
    case FILTER_WORD:
        want_part(w,
            kind_bit(TAG_HOST) | kind_bit(TAG_URL) | kind_bit(TAG_TITLE) | kind_bit(TAG_CAUSE) |
                kind_bit(TAG_WORDS) | kind_bit(TAG_SUBJECT),
            node->text);
        return;
    case FILTER_EXACT:
        want_exact(w, kind, node->text);
        return;
    default:
        want_part(w,
            kind_bit(kind) | (kind == TAG_CAUSE ? kind_bit(TAG_TITLE) : 0) |
                (kind == TAG_ADDRESS ? kind_bit(TAG_CLIENT) : 0),
            node->text);
    }
}

static void wants_drop(struct wants *w)
{
    while (w->n)
        mem_free(w->at[--w->n].pattern);
}

/* --- which tags those are --- */

struct picked {
    struct text ids; /* "1,2,3" */
    size_t n, scanned;
    int64_t flows; /* at most RARE */
    bool too_many; /* to name them all */
};

static bool count_flows(struct database *db, int64_t tag, int64_t most, int64_t *n, struct err *e)
{
    sqlite3_stmt *s = database_statement(
        db, "SELECT count(*) FROM (SELECT 1 FROM flow_tag WHERE tag = ?1 LIMIT ?2)", e);
    bool row;

    *n = 0;
    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, tag);
    sqlite3_bind_int64(s, 2, most);
    if (!database_step(db, s, &row, e))
        return false;
    *n = row ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_reset(s);
    return true;
}

static bool picked_add(struct database *db, struct picked *p, int64_t tag, struct err *e)
{
    int64_t n = 0;

    if (p->n == NAMED_MOST) {
        p->too_many = true;
        return true;
    }
    text_printf(&p->ids, "%s%" PRId64, p->n++ ? "," : "", tag);
    if (p->flows < RARE && !count_flows(db, tag, RARE - p->flows, &n, e))
        return false;
    p->flows += n;
    return true;
}

/* Rows of `s` are tags: id, kind, text. */
static bool pick_from(struct database *db, sqlite3_stmt *s, const struct want *w, size_t most,
    struct picked *p, struct err *e)
{
    bool row, fine = true;

    while (fine && !p->too_many) {
        if (!database_step(db, s, &row, e))
            return false;
        if (!row)
            return true;
        const char *text = (const char *)sqlite3_column_text(s, 2);
        bool meant = (w->kinds >> sqlite3_column_int(s, 1) & 1) && text &&
                     sqlite3_strlike(w->pattern, text, '\\') == 0;
        p->too_many = ++p->scanned > most;
        fine = !meant || picked_add(db, p, sqlite3_column_int64(s, 0), e);
    }
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return fine;
}

/* By the index of words: tags of other kinds are met on the way. */
static bool pick_words(struct database *db, const struct want *w, struct picked *p, struct err *e)
{
    static const char sql[] = "SELECT t.id, t.kind, t.text FROM tag_words AS w CROSS JOIN tag AS t"
                              " ON t.id = w.rowid WHERE w.text LIKE ?1";
    sqlite3_stmt *s = database_statement(db, sql, e);

    if (!s)
        return false;
    sqlite3_bind_text(s, 1, w->pattern, -1, SQLITE_STATIC);
    return pick_from(db, s, w, WORDS_SCAN_MOST, p, e);
}

/* By looking at all tags of these kinds. */
static bool pick_kinds(struct database *db, const struct want *w, struct picked *p, struct err *e)
{
    sqlite3_stmt *s = database_statement(db, "SELECT id, kind, text FROM tag WHERE kind = ?1", e);

    for (int kind = 1; s && kind < N_TAGS && !p->too_many; kind++) {
        if (!(w->kinds >> kind & 1))
            continue;
        sqlite3_bind_int(s, 1, kind);
        if (!pick_from(db, s, w, KINDS_SCAN_MOST, p, e))
            return false;
    }
    return s != NULL;
}

/* *few: there are not too many tags of these kinds to look at them all. */
static bool kinds_count(struct database *db, uint64_t kinds, bool *few, struct err *e)
{
    sqlite3_stmt *s = database_statement(
        db, "SELECT count(*) FROM (SELECT 1 FROM tag WHERE kind = ?1 LIMIT ?2)", e);
    int64_t left = KINDS_SCAN_MOST;
    bool row;

    for (int kind = 1; s && kind < N_TAGS && left > 0; kind++) {
        if (!(kinds >> kind & 1))
            continue;
        sqlite3_bind_int(s, 1, kind);
        sqlite3_bind_int64(s, 2, left);
        if (!database_step(db, s, &row, e))
            return false;
        left -= row ? sqlite3_column_int64(s, 0) : 0;
        sqlite3_reset(s);
    }
    *few = left > 0;
    return s != NULL;
}

/* Of a kind that has many, whole tags stand as our own code writes them: in lower case. */
static bool pick_whole(struct database *db, const struct want *w, struct picked *p, struct err *e)
{
    sqlite3_stmt *s =
        database_statement(db, "SELECT id, kind, text FROM tag WHERE kind = ?1 AND text = ?2", e);
    char *text = mem_text(w->pattern);
    bool fine = s != NULL;

    text_lower(text);
    for (int kind = 1; fine && kind < N_TAGS; kind++) {
        if (!(w->kinds >> kind & 1))
            continue;
        sqlite3_bind_int(s, 1, kind);
        sqlite3_bind_text(s, 2, text, -1, SQLITE_STATIC);
        fine = pick_from(db, s, w, KINDS_SCAN_MOST, p, e);
    }
    mem_free(text);
    return fine;
}

static bool pick(struct database *db, const struct want *w, struct picked *p, struct err *e)
{
    bool few;

    p->scanned = 0;
    if (!kinds_count(db, w->kinds, &few, e))
        return false;
    if (few)
        return pick_kinds(db, w, p, e);
    if (w->plain)
        return w->whole ? pick_whole(db, w, p, e) : pick_words(db, w, p, e);
    p->too_many = true;
    return true;
}

/* --- a flow's own tags --- */

/* What the function of one atom knows: of each tag whether it is meant. */
struct carrier {
    struct database *db; /* borrowed: it outlives its functions */
    struct wants wants;
    uint8_t *verdicts; /* owned; by id: 0 not known yet, 1 no, 2 yes */
    size_t cap;
};

static void carrier_free(void *arg)
{
    struct carrier *c = arg;

    wants_drop(&c->wants);
    mem_free(c->verdicts);
    mem_free(c);
}

static bool is_wanted(const struct wants *w, int kind, const char *text)
{
    for (size_t i = 0; text && i < w->n; i++)
        if ((w->at[i].kinds >> kind & 1) && sqlite3_strlike(w->at[i].pattern, text, '\\') == 0)
            return true;
    return false;
}

static bool tag_ask(struct carrier *c, int64_t tag)
{
    sqlite3_stmt *s = database_statement(c->db, "SELECT kind, text FROM tag WHERE id = ?1", NULL);
    bool row, wanted;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, tag);
    if (!database_step(c->db, s, &row, NULL) || !row)
        return false;
    wanted =
        is_wanted(&c->wants, sqlite3_column_int(s, 0), (const char *)sqlite3_column_text(s, 1));
    sqlite3_reset(s);
    return wanted;
}

static bool tag_is_wanted(struct carrier *c, uint64_t tag)
{
    if (tag >= VERDICTS_MOST)
        return tag_ask(c, (int64_t)tag);
    if (tag >= c->cap) {
        size_t cap = 2 * (size_t)tag + 1024;

        c->verdicts = mem_resize(c->verdicts, cap);
        memset(c->verdicts + c->cap, 0, cap - c->cap);
        c->cap = cap;
    }
    if (!c->verdicts[tag])
        c->verdicts[tag] = tag_ask(c, (int64_t)tag) ? 2 : 1;
    return c->verdicts[tag] == 2;
}

/* carries_N(record.tags) */
static void carries(sqlite3_context *context, int n, sqlite3_value **values)
{
    struct carrier *c = sqlite3_user_data(context);
    const uint8_t *at = sqlite3_value_blob(values[0]), *end;
    uint64_t tag;
    bool yes = false;

    (void)n;
    end = at ? at + sqlite3_value_bytes(values[0]) : NULL;
    while (!yes && at < end && varint_next(&at, end, &tag))
        yes = tag_is_wanted(c, tag);
    sqlite3_result_int(context, yes);
}

/* Takes the wants. */
static bool carrier_make(
    struct database *db, struct wants *wants, size_t number, struct text *out, struct err *e)
{
    struct carrier *c = mem_new(sizeof *c);
    char name[32];

    c->db = db;
    c->wants = *wants;
    *wants = (struct wants){0};
    snprintf(name, sizeof name, "carries_%zu", number);
    /* It frees what it was given even when it fails. */
    if (sqlite3_create_function_v2(database_handle(db), name, 1, SQLITE_UTF8, c, carries, NULL,
            NULL, carrier_free) != SQLITE_OK)
        return err_set(
            e, ERR_SYSTEM, "the store of flows: %s", sqlite3_errmsg(database_handle(db)));
    text_printf(out, "%s((SELECT tags FROM record WHERE record.seq = flow.seq))", name);
    return true;
}

/* --- the condition --- */

static bool add_picked(const struct picked *p, struct text *out, bool *rare)
{
    *rare = p->flows < (p->n <= FEW ? FEW_RARE : RARE);
    if (!p->n)
        text_add(out, "0");
    else if (*rare)
        text_printf(
            out, "flow.seq IN (SELECT seq FROM flow_tag WHERE tag IN (%s))", text_str(&p->ids));
    else if (p->n <= FEW)
        text_printf(out,
            "EXISTS (SELECT 1 FROM flow_tag AS x WHERE x.tag IN (%s) AND x.seq = flow.seq)",
            text_str(&p->ids));
    else
        return false;
    return true;
}

bool filter_tags_sql(struct database *db, const struct filter_node *node, size_t number,
    struct text *out, bool *rare, struct err *e)
{
    struct wants wants = {0};
    struct picked p = {0};
    bool fine = true;

    *rare = false;
    wants_of(node, &wants);
    for (size_t i = 0; fine && i < wants.n && !p.too_many; i++)
        fine = pick(db, &wants.at[i], &p, e);
    if (fine && (p.too_many || !add_picked(&p, out, rare)))
        fine = carrier_make(db, &wants, number, out, e);
    wants_drop(&wants);
    text_fini(&p.ids);
    return fine;
}
