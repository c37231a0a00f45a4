#include "apple_roots.h"

#include <stdatomic.h>
#include <string.h>

#include <jansson.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cert/facts.h"

struct apple_roots {
    _Atomic unsigned refs;
    struct map *roots, *removed, *limits; /* owned: fingerprint in hex -> its record, owned */
    struct map *by_ski,
        *by_key; /* owned: key id, key's fingerprint -> struct apple_root for sites, borrowed */
    size_t n_tls;
    struct table_facts facts[N_TABLES]; /* the three */
};

/* One row into the index; false and *e when it is malformed. */
typedef bool row_reader(struct apple_roots *a, const json_t *row, struct err *e);

static const char *const uses[N_APPLE_ROOT_USES] = {
    [APPLE_ROOT_TLS] = "yes",
    [APPLE_ROOT_OTHER] = "no",
    [APPLE_ROOT_LISTED_ONLY] = "listed-only",
    [APPLE_ROOT_UNLIKELY] = "unlikely",
    [APPLE_ROOT_PLATFORM] = "apple-policies-only",
};

static bool use_find(const char *word, enum apple_root_use *out)
{
    for (int i = 0; word && i < N_APPLE_ROOT_USES; i++)
        if (strcmp(uses[i], word) == 0) {
            *out = (enum apple_root_use)i;
            return true;
        }
    return false;
}

static void root_drop(void *value)
{
    struct apple_root *r = value;

    mem_free(r->name);
    mem_free(r->ski);
    mem_free(r);
}

static void removed_drop(void *value)
{
    struct apple_removed *r = value;

    mem_free(r->name);
    mem_free(r->last);
    mem_free(r->gone);
    mem_free(r);
}

static void limit_drop(void *value)
{
    struct apple_limit *l = value;

    mem_free(l->name);
    mem_free(l);
}

static bool malformed(struct err *e, const char *what)
{
    return err_set(e, ERR_INPUT, "its %s is malformed", what);
}

/* A fingerprint that no row before had. */
static bool fresh_sha256(const struct map *m, const json_t *row, char hex[static 65], struct err *e)
{
    uint8_t sha256[32];

    if (!table_sha256(row, "sha256", sha256))
        return malformed(e, "sha256");
    text_hex(hex, sha256, sizeof sha256);
    return !map_get(m, hex) || err_set(e, ERR_INPUT, "its sha256 is there twice");
}

static bool row_time(const json_t *row, const char *key, int64_t *out)
{
    bool broken = false;
    const char *text = table_text(row, key, &broken);

    return !broken && (!text || time_parse_rfc3339(text, out));
}

static bool root_read(struct apple_roots *a, const json_t *row, struct err *e)
{
    bool broken = false;
    const char *name = table_text(row, "name", &broken), *ski = table_text(row, "ski", &broken);
    struct apple_root r = {.from = INT64_MIN, .until = INT64_MAX}, *kept;
    uint8_t key[32];

    if (!fresh_sha256(a->roots, row, r.sha256, e))
        return false;
    if (broken || !name)
        return malformed(e, "name or ski");
    if (!table_sha256(row, "key", key))
        return malformed(e, "key");
    if (!use_find(table_text(row, "tls", &broken), &r.use))
        return malformed(e, "tls");
    if (!row_time(row, "from", &r.from) || !row_time(row, "until", &r.until))
        return malformed(e, "from or until");
    text_hex(r.key, key, sizeof key);
    r.name = mem_text(name);
    r.ski = mem_text(ski ? ski : "");
    kept = mem_dup(&r, sizeof r);
    map_put(a->roots, kept->sha256, kept);
    if (kept->use == APPLE_ROOT_TLS) {
        a->n_tls++;
        map_put(a->by_key, kept->key, kept);
        if (*kept->ski)
            map_put(a->by_ski, kept->ski, kept);
    }
    return true;
}

static bool removed_read(struct apple_roots *a, const json_t *row, struct err *e)
{
    bool broken = false;
    const char *name = table_text(row, "name", &broken), *last = table_text(row, "last", &broken),
               *gone = table_text(row, "gone", &broken);
    char hex[65];
    struct apple_removed r = {.root = json_is_true(json_object_get(row, "root"))};

    if (!fresh_sha256(a->removed, row, hex, e))
        return false;
    if (broken || !name)
        return malformed(e, "name, last or gone");
    r.name = mem_text(name);
    r.last = mem_text(last);
    r.gone = mem_text(gone);
    map_put(a->removed, hex, mem_dup(&r, sizeof r));
    return true;
}

static bool usage_has(const json_t *usage, const char *name)
{
    const json_t *item;
    size_t i;

    json_array_foreach(usage, i, item)
    {
        if (json_is_string(item) && strcmp(json_string_value(item), name) == 0)
            return true;
    }
    return false;
}

static bool limit_read(struct apple_roots *a, const json_t *row, struct err *e)
{
    bool broken = false;
    const char *name = table_text(row, "name", &broken);
    const json_t *usage = json_object_get(row, "usage");
    char hex[65];
    struct apple_limit l = {.from = INT64_MIN, .until = INT64_MAX};

    if (!fresh_sha256(a->limits, row, hex, e))
        return false;
    if (broken || !name || (usage && !json_is_array(usage)))
        return malformed(e, "name or usage");
    if (!row_time(row, "from", &l.from) || !row_time(row, "until", &l.until))
        return malformed(e, "from or until");
    l.has_dates = json_object_get(row, "from") || json_object_get(row, "until");
    l.has_usage = usage != NULL;
    l.server = usage_has(usage, "serverAuth");
    l.client = usage_has(usage, "clientAuth");
    l.email = usage_has(usage, "emailProtection");
    l.soft = json_is_true(json_object_get(row, "soft"));
    l.name = mem_text(name);
    map_put(a->limits, hex, mem_dup(&l, sizeof l));
    return true;
}

static const struct {
    enum table_id id;
    const char *rows;
    row_reader *read;
} readers[] = {
    {TABLE_ROOTS, "roots", root_read},
    {TABLE_REMOVED, "removed", removed_read},
    {TABLE_LIMITS, "limits", limit_read},
};

enum { N_READERS = sizeof readers / sizeof readers[0] };

static bool rows_read(struct apple_roots *a, const json_t *rows, row_reader *read, struct err *e)
{
    const json_t *row;
    size_t i;

    if (json_array_size(rows) > APPLE_ROWS_MOST)
        return err_set(e, ERR_INPUT, "more than %d rows", APPLE_ROWS_MOST);
    json_array_foreach(rows, i, row)
    {
        if (!read(a, row, e))
            return err_wrap(e, "row %zu", i);
    }
    return true;
}

static struct apple_roots *apple_roots_new(void)
{
    struct apple_roots *a = mem_new(sizeof *a);

    atomic_init(&a->refs, 1);
    a->roots = map_new();
    a->removed = map_new();
    a->limits = map_new();
    a->by_ski = map_new();
    a->by_key = map_new();
    return a;
}

static bool table_take(struct apple_roots *a, size_t reader, const char *data_dir, struct err *e)
{
    enum table_id id = readers[reader].id;
    struct table_facts *facts = &a->facts[id];
    json_t *table = table_open(id, data_dir, facts, e);
    bool ok = table && (rows_read(a, json_object_get(table, readers[reader].rows),
                            readers[reader].read, e) ||
                           err_wrap(e, "%s", facts->path ? facts->path : facts->name));

    json_decref(table);
    return ok;
}

struct apple_roots *apple_roots_open(const char *data_dir, struct err *e)
{
    struct apple_roots *a = apple_roots_new();

    for (size_t i = 0; i < N_READERS; i++)
        if (!table_take(a, i, data_dir, e)) {
            apple_roots_unref(a);
            return NULL;
        }
    return a;
}

bool apple_roots_check(enum table_id id, const struct json_t *table, struct err *e)
{
    struct apple_roots *a = apple_roots_new();
    bool ok = false, known = false;

    for (size_t i = 0; i < N_READERS; i++)
        if (readers[i].id == id) {
            known = true;
            ok = rows_read(a, json_object_get(table, readers[i].rows), readers[i].read, e);
        }
    apple_roots_unref(a);
    return known ? ok : err_set(e, ERR_USAGE, "%s is none of the tables of roots", table_name(id));
}

struct apple_roots *apple_roots_ref(struct apple_roots *a)
{
    atomic_fetch_add_explicit(&a->refs, 1, memory_order_relaxed);
    return a;
}

void apple_roots_unref(struct apple_roots *a)
{
    if (!a || atomic_fetch_sub_explicit(&a->refs, 1, memory_order_acq_rel) != 1)
        return;
    map_free(a->by_ski, NULL);
    map_free(a->by_key, NULL);
    map_free(a->roots, root_drop);
    map_free(a->removed, removed_drop);
    map_free(a->limits, limit_drop);
    for (int i = 0; i < N_TABLES; i++)
        table_facts_fini(&a->facts[i]);
    mem_free(a);
}

const struct apple_root *apple_roots_find(const struct apple_roots *a, const char *sha256_hex)
{
    return map_get(a->roots, sha256_hex);
}

const struct apple_removed *apple_roots_removed(const struct apple_roots *a, const char *sha256_hex)
{
    return map_get(a->removed, sha256_hex);
}

const struct apple_limit *apple_roots_limit(const struct apple_roots *a, const char *sha256_hex)
{
    return map_get(a->limits, sha256_hex);
}

/* The twin is looked at in the root's place, so it must not outlive the root. */
bool apple_roots_vouch(const struct apple_roots *a, const struct cert *c)
{
    const struct apple_root *r = apple_roots_find(a, c->sha256_hex);

    if (r)
        return r->use == APPLE_ROOT_TLS;
    r = c->is_ca ? map_get(a->by_key, c->spki_sha256_hex) : NULL;
    return r && r->until >= c->not_after && strcmp(r->name, c->subject.text) == 0;
}

const struct apple_root *apple_roots_likely_issuer(
    const struct apple_roots *a, const struct cert *c)
{
    const struct apple_root *r = c->aki ? map_get(a->by_ski, c->aki) : NULL;

    return r && strcmp(r->name, c->issuer.text) == 0 ? r : NULL;
}

void apple_roots_count(const struct apple_roots *a, size_t *all, size_t *tls)
{
    *all = map_len(a->roots);
    *tls = a->n_tls;
}

const struct table_facts *apple_roots_facts(const struct apple_roots *a, enum table_id id)
{
    return &a->facts[id];
}
