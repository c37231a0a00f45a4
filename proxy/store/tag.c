#include "tag.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "database.h"
#include "flow/flow.h"
#include "flow/outcome.h"
#include "flow/spoken.h"

/* URLS_MOST: of one flow. BOOK_MOST: tags in memory; then it begins anew. */
enum { URLS_MOST = 64, BOOK_MOST = 50000, NUMBER_CAP = 24 };

static const char *const names[N_TAGS] = {
#define TAG(ID, name, about) [TAG_##ID] = name,
#include "store/tag.def"
#undef TAG
};

const char *tag_name(enum tag_kind kind)
{
    return kind > TAG_NONE && kind < N_TAGS ? names[kind] : NULL;
}

/* --- the tags of a flow --- */

/* A text that is cut may not end within a character. */
static size_t cut_at(const char *text)
{
    size_t n = strlen(text);

    if (n <= TAG_BYTES)
        return n;
    n = TAG_BYTES;
    while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    return n;
}

bool tag_add(struct tag_list *list, enum tag_kind kind, const char *text)
{
    if (!text || !*text)
        return true;
    size_t len = cut_at(text);
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i].kind == kind && !strncmp(list->at[i].text, text, len) &&
            !list->at[i].text[len])
            return true;
    if (list->n == TAGS_MOST)
        return false;
    char *kept = list->kept[list->n];
    memcpy(kept, text, len);
    kept[len] = '\0';
    list->at[list->n].kind = kind;
    list->at[list->n].text = kept;
    list->at[list->n].fresh = false;
    list->at[list->n++].id = 0;
    return true;
}

static void add_number(struct tag_list *list, enum tag_kind kind, int64_t n)
{
    char text[NUMBER_CAP];

    if (n == FLOW_NONE)
        return;
    snprintf(text, sizeof text, "%" PRId64, n);
    tag_add(list, kind, text);
}

static void add_url(struct tag_list *list, const char *url)
{
    char plain[TAG_BYTES + 1];
    size_t n = url ? strcspn(url, "?#") : 0;

    snprintf(plain, sizeof plain, "%.*s", (int)(n < TAG_BYTES ? n : TAG_BYTES), url ? url : "");
    tag_add(list, TAG_URL, plain);
}

static void add_alert(struct tag_list *list, const struct flow_alert *a)
{
    if (!a)
        return;
    add_number(list, TAG_ALERT, a->number);
    tag_add(list, TAG_ALERT, a->name);
}

static void add_certificates(
    struct tag_list *list, const struct flow_certificate *certificates, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        tag_add(list, TAG_SHA256, certificates[i].sha256);
        tag_add(list, TAG_SUBJECT, certificates[i].subject->text);
        tag_add(list, TAG_ISSUER, certificates[i].issuer->text);
    }
}

static void add_server_leg(struct tag_list *list, const struct flow_server_leg *leg)
{
    tag_add(list, TAG_ADDRESS, leg->address);
    tag_add(list, TAG_VERSION, leg->version);
    tag_add(list, TAG_STORE, leg->trusted_by);
    add_alert(list, leg->alert);
    if (leg->verdict) {
        tag_add(list, TAG_CLASS, leg->verdict->class);
        for (size_t i = 0; i < leg->verdict->n_checks; i++)
            tag_add(list, TAG_CHECK, leg->verdict->checks[i].check);
        tag_add(list, TAG_WORDS, leg->verdict->text);
    }
    add_certificates(list, leg->chain, leg->n_chain);
    add_certificates(list, leg->fetched, leg->n_fetched);
}

static void add_client(struct tag_list *list, const struct flow *f)
{
    tag_add(list, TAG_DEVICE, f->client->device->id);
    tag_add(list, TAG_CLIENT, f->client->ip);
    tag_add(list, TAG_APP, f->client->app->name);
    tag_add(list, TAG_JA4, f->client->ja4);
    if (!f->client_leg)
        return;
    tag_add(list, TAG_VERSION, f->client_leg->version);
    add_alert(list, f->client_leg->alert);
    if (f->client_leg->leaf)
        tag_add(list, TAG_SHA256, f->client_leg->leaf->sha256);
}

static void add_diagnosis(struct tag_list *list, const struct flow *f)
{
    const struct flow_note *loud = flow_loud_note(f);

    for (size_t i = 0; i < f->n_diagnosis; i++) {
        tag_add(list, TAG_CAUSE, f->diagnosis[i].cause);
        tag_add(list, TAG_TITLE, f->diagnosis[i].title);
    }
    if (!f->n_diagnosis && (flow_has_failed(f) || flow_is_refused(f)))
        tag_add(list, TAG_TITLE, flow_sentence(f));
    else if (!f->n_diagnosis && loud)
        tag_add(list, TAG_TITLE, loud->text);
    for (size_t i = 0; i < f->n_notes; i++) {
        tag_add(list, TAG_NOTE, f->notes[i].code);
        tag_add(list, TAG_SEVERITY, f->notes[i].severity);
        tag_add(list, TAG_WORDS, f->notes[i].text);
    }
}

static void add_facts(struct tag_list *list, const struct flow *f)
{
    static const struct {
        const char *fact;
        enum tag_kind kind;
    } rows[] = {
        {"geo.country", TAG_COUNTRY},
        {"geo.asn", TAG_ASN},
        {"geo.org", TAG_ASN},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct flow_fact *fact = flow_fact_get(f, rows[i].fact);

        if (fact && fact->kind == FACT_TEXT)
            tag_add(list, rows[i].kind, fact->text);
        else if (fact && fact->kind == FACT_INTEGER)
            add_number(list, rows[i].kind, fact->integer);
    }
}

/* "text/html" of "text/html; charset=utf-8" */
static void add_type(struct tag_list *list, const struct spoken *s, size_t n)
{
    struct spoken_field field;
    struct text type = {0};

    if (!s || n >= s->n ||
        !spoken_field_find(&s->at[n].said[SPOKEN_RESPONSE].head, "Content-Type", &field))
        return;
    for (size_t i = 0; i < field.value_len && !strchr("; \t", field.value[i]); i++)
        text_add_char(&type, field.value[i]);
    tag_add(list, TAG_TYPE, text_str(&type));
    text_fini(&type);
}

static void add_exchanges(struct tag_list *list, const struct flow *f)
{
    size_t n = f->n_exchanges < URLS_MOST ? f->n_exchanges : URLS_MOST;

    for (size_t i = 0; i < n; i++) {
        tag_add(list, TAG_METHOD, f->exchanges[i].method);
        add_number(list, TAG_STATUS, f->exchanges[i].status);
        add_url(list, f->exchanges[i].url);
        add_type(list, f->spoken, i);
    }
}

void tag_gather(const struct flow *f, struct tag_list *out)
{
    out->n = 0;
    tag_add(out, TAG_HOST, f->target->host);
    tag_add(out, TAG_ENTRY, f->entry);
    tag_add(out, TAG_LEG, f->n_diagnosis ? f->diagnosis[0].leg : f->failed_leg);
    add_client(out, f);
    add_diagnosis(out, f);
    if (f->server_leg)
        add_server_leg(out, f->server_leg);
    add_facts(out, f);
    add_exchanges(out, f);
}

int64_t tag_first(const struct tag_list *list, enum tag_kind kind)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i].kind == kind)
            return list->at[i].id;
    return 0;
}

/* --- their ids --- */

struct tag_book {
    struct map *ids; /* of "Ktext" to struct known */
};

struct known {
    int64_t id;
};

struct tag_book *tag_book_new(void)
{
    struct tag_book *book = mem_new(sizeof *book);

    book->ids = map_new();
    return book;
}

void tag_book_free(struct tag_book *book)
{
    if (!book)
        return;
    map_free(book->ids, mem_free);
    mem_free(book);
}

void tag_book_forget(struct tag_book *book)
{
    map_free(book->ids, mem_free);
    book->ids = map_new();
}

static void key_write(char key[static TAG_BYTES + 2], enum tag_kind kind, const char *text)
{
    key[0] = (char)('0' + kind);
    memcpy(key + 1, text, strlen(text) + 1);
}

static bool ask(
    struct database *db, enum tag_kind kind, const char *text, int64_t *id, struct err *e)
{
    static const char find[] = "SELECT id FROM tag WHERE kind = ?1 AND text = ?2";
    sqlite3_stmt *s = database_statement(db, find, e);
    bool row;

    *id = 0;
    if (!s)
        return false;
    sqlite3_bind_int(s, 1, (int)kind);
    sqlite3_bind_text(s, 2, text, -1, SQLITE_STATIC);
    if (!database_step(db, s, &row, e))
        return false;
    if (row)
        *id = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return true;
}

static bool add(
    struct database *db, enum tag_kind kind, const char *text, int64_t *id, struct err *e)
{
    static const char tag[] = "INSERT INTO tag (kind, text) VALUES (?1, ?2)";
    static const char words[] = "INSERT INTO tag_words (rowid, text) VALUES (?1, ?2)";
    sqlite3_stmt *s = database_statement(db, tag, e), *w = database_statement(db, words, e);
    bool row;

    if (!s || !w)
        return false;
    sqlite3_bind_int(s, 1, (int)kind);
    sqlite3_bind_text(s, 2, text, -1, SQLITE_STATIC);
    if (!database_step(db, s, &row, e))
        return false;
    *id = sqlite3_last_insert_rowid(database_handle(db));
    sqlite3_bind_int64(w, 1, *id);
    sqlite3_bind_text(w, 2, text, -1, SQLITE_STATIC);
    return database_step(db, w, &row, e);
}

static void remember(struct tag_book *book, const char *key, int64_t id)
{
    struct known *known = mem_new(sizeof *known);

    if (map_len(book->ids) >= BOOK_MOST)
        tag_book_forget(book);
    known->id = id;
    mem_free(map_put(book->ids, key, known));
}

bool tag_book_look_up(
    struct tag_book *book, struct database *db, struct tag_list *list, struct err *e)
{
    char key[TAG_BYTES + 2];

    for (size_t i = 0; i < list->n; i++) {
        int64_t *id = &list->at[i].id;

        key_write(key, list->at[i].kind, list->at[i].text);
        const struct known *known = map_get(book->ids, key);
        if (known) {
            *id = known->id;
            continue;
        }
        if (!ask(db, list->at[i].kind, list->at[i].text, id, e))
            return false;
        list->at[i].fresh = !*id;
        if (!*id && !add(db, list->at[i].kind, list->at[i].text, id, e))
            return false;
        remember(book, key, *id);
    }
    return true;
}
