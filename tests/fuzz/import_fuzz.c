/* Any file gives an error, or connections that can be kept, and that can leave again in every
 * form. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include "export.h"
#include "import.h"
#include "store/database.h"
#include "store/flow_look.h"
#include "store/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* TURNS: files that one store takes before a new one is begun. */
enum { TURNS = 16, NOW_S = 1795254112 };

static char folder[] = "/tmp/whytls-fuzz-XXXXXX";
static char path[64];
static struct database *db;
static struct flow_look *look; /* on a connection of its own */

static void store_close(void)
{
    static const char *const ends[] = {"", "-wal", "-shm"};

    flow_look_free(look);
    database_close(db);
    look = NULL;
    db = NULL;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char file[80];

        snprintf(file, sizeof file, "%s%s", path, ends[i]);
        unlink(file);
    }
}

static void folder_drop(void)
{
    store_close();
    rmdir(folder);
}

static void store_open(void)
{
    struct err e = {0};

    if (!*path) {
        if (!mkdtemp(folder))
            abort();
        snprintf(path, sizeof path, "%s/flows.db", folder);
        atexit(folder_drop);
    }
    db = database_open(path, &schema_traffic, DATABASE_OWN, NOW_S, &e);
    struct database *visit =
        db ? database_open(path, &schema_traffic, DATABASE_VISIT, NOW_S, &e) : NULL;
    if (!visit)
        abort();
    look = flow_look_new(visit);
}

static void write_out(enum export_form form, bool raw)
{
    const struct export_ask ask = {
        .form = form, .raw = raw, .chains = raw, .now_ms = NOW_S * INT64_C(1000)};
    struct text out = {0};
    struct err e = {0};
    struct export *x = export_ask_check(&ask, &e) ? export_begin(look, &ask, &e) : NULL;
    bool more = x != NULL;

    while (more && export_next(x, &out, &more, &e))
        text_clear(&out);
    export_end(x);
    text_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int turn;
    struct import_result result;
    struct err e = {0};

    if (turn++ % TURNS == 0) {
        store_close();
        store_open();
    }
    bool fine = import_bytes(db, (const char *)data, size, NULL, NULL, &result, &e);
    for (enum export_form form = 0; fine && result.added && form < N_EXPORT_FORMS; form++) {
        write_out(form, false);
        write_out(form, true);
    }
    import_result_fini(&result);
    return 0;
}
