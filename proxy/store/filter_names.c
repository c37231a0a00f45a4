#include "filter_names.h"

#include <sqlite3.h>

#include "base/file.h"
#include "base/mem.h"
#include "database.h"
#include "filter_priv.h"
#include "schema.h"

enum { NAMED_MOST = 100 };

/* instr() and lower() know ASCII alone; a name in other letters is met as it is written. */
static bool name_device(
    struct filter *f, struct filter_node *node, struct database *memory, struct err *e)
{
    static const char sql[] =
        "SELECT id FROM device WHERE name <> '' AND instr(lower(name), lower(?1)) > 0 LIMIT ?2";
    sqlite3_stmt *s = database_statement(memory, sql, e);
    bool row;

    if (!s)
        return false;
    sqlite3_bind_text(s, 1, node->text, -1, SQLITE_STATIC);
    sqlite3_bind_int(s, 2, NAMED_MOST);
    node->named = NULL;
    for (;;) {
        if (!database_step(memory, s, &row, e))
            return false;
        if (!row)
            return true;
        struct filter_named *named = arena_new(&f->arena, sizeof *named);
        named->id = arena_text(&f->arena, (const char *)sqlite3_column_text(s, 0));
        named->next = node->named;
        node->named = named;
    }
}

static bool name_below(
    struct filter *f, struct filter_node *node, struct database *memory, struct err *e)
{
    for (; node; node = node->next) {
        bool is_device = node->op == FILTER_IS && node->atom->value == FILTER_DEVICE;

        if ((is_device && !name_device(f, node, memory, e)) ||
            !name_below(f, node->first, memory, e))
            return false;
    }
    return true;
}

bool filter_name_devices(struct filter *f, struct database *memory, struct err *e)
{
    return name_below(f, f->root, memory, e);
}

static bool speaks_of_devices(const struct filter_node *node)
{
    for (; node; node = node->next)
        if ((node->op == FILTER_IS && node->atom->value == FILTER_DEVICE) ||
            speaks_of_devices(node->first))
            return true;
    return false;
}

bool filter_name_devices_of(struct filter *f, const char *folder, int64_t now_s, struct err *e)
{
    char *path = database_path(folder, &schema_memory);
    bool fine = true;

    if (speaks_of_devices(f->root) && file_exists(path)) {
        struct database *memory = database_open(path, &schema_memory, DATABASE_VISIT, now_s, e);

        fine = memory && filter_name_devices(f, memory, e);
        database_close(memory);
    }
    mem_free(path);
    return fine;
}
