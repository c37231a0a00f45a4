/* app/cmd_import.c - `whytls import FILE`: an HTTP Archive, or JSON Lines of whytls, into the
 * store. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "command.h"
#include "export/import.h"
#include "option.h"
#include "paths.h"
#include "progress.h"
#include "store/database.h"
#include "store/schema.h"
#include "term.h"

static const struct option_row rows[] = {
    {"json", 0, NULL, "say as one JSON object what came of it"},
    {"data", 0, "DIR", "where whytls keeps its files"},
    {NULL, 0, NULL, NULL},
};

static const struct command_help help = {
    .usage = "whytls import [OPTION]… FILE…",
    .about =
        "Reads connections out of an HTTP Archive (HAR 1.2, of a browser or of whytls export) or "
        "out of JSON Lines\n"
        "(whytls run --log, whytls export jsonl) and keeps them with the others; - is standard "
        "input. What is there\n"
        "already is left out, so the same file may be read twice.",
    .rows = rows,
    .after = "Exit codes: 0 done; 2 nothing could be read, or the store cannot be written.",
};

struct job {
    const char *data;
    bool json;
    struct progress progress;
};

static bool take(void *arg, const char *name, const char *value, struct err *e)
{
    struct job *j = arg;

    (void)e;
    if (strcmp(name, "json") == 0)
        j->json = true;
    else
        j->data = value;
    return true;
}

static void tell_progress(void *arg, size_t done, size_t of)
{
    struct job *j = arg;

    progress_tell(&j->progress, (int64_t)done, (int64_t)of, of ? (int64_t)(done * 100 / of) : 100);
}

static void tell_json(const char *file, const struct import_result *r)
{
    struct text out = {0};
    struct json_out json;

    json_init(&json, &out);
    json_object(&json);
    json_put_int(&json, "v", 1);
    json_put_text(&json, "file", file);
    json_put_int(&json, "added", (int64_t)r->added);
    json_put_int(&json, "skipped", (int64_t)r->skipped);
    json_put_int(&json, "faulty", (int64_t)r->n_faults);
    json_key(&json, "faults");
    json_array(&json);
    for (size_t i = 0; i < r->n_faults && i < IMPORT_FAULTS_MOST; i++)
        json_text(&json, text_str(&r->faults[i]));
    json_array_end(&json);
    json_object_end(&json);
    printf("%s\n", text_str(&out));
    text_fini(&out);
}

static void tell(const char *file, const struct import_result *r)
{
    struct text out = {0};

    for (size_t i = 0; i < r->n_faults && i < IMPORT_FAULTS_MOST; i++) {
        text_clear(&out);
        text_add_safe(&out, r->faults[i].at, r->faults[i].len, 400);
        fprintf(stderr, "whytls: %s, %s\n", file, text_str(&out));
    }
    if (r->n_faults > IMPORT_FAULTS_MOST)
        fprintf(
            stderr, "whytls: %s: %zu more like these\n", file, r->n_faults - IMPORT_FAULTS_MOST);
    text_clear(&out);
    term_number(&out, (int64_t)r->added);
    text_add(&out, r->added == 1 ? " connection added" : " connections added");
    if (r->skipped) {
        text_add(&out, ", ");
        term_number(&out, (int64_t)r->skipped);
        text_add(&out, " there already");
    }
    printf("%s\n", text_str(&out));
    text_fini(&out);
}

static bool import_file(struct job *j, struct database *db, const char *file, struct err *e)
{
    struct import_result result = {0};
    uint8_t *bytes;
    size_t len;

    if (!file_read(file, IMPORT_BYTES_MOST, &bytes, &len, e))
        return false;
    progress_begin(&j->progress, "%");
    bool fine = import_bytes(db, (const char *)bytes, len, tell_progress, j, &result, e);
    progress_end(&j->progress);
    mem_free(bytes);
    if (!fine)
        err_wrap(e, "%.200s", file);
    else if (j->json)
        tell_json(file, &result);
    else
        tell(file, &result);
    import_result_fini(&result);
    return fine;
}

static bool run(struct job *j, int n, char **files, struct err *e)
{
    int64_t now_s = clock_wall_ms(clock_system()) / 1000;
    char *dir = paths_data_dir(j->data, e);
    bool fine = dir && file_mkdirs(dir, 0700, e);
    char *path = fine ? database_path(dir, &schema_traffic) : NULL;
    struct database *db = fine ? database_open(path, &schema_traffic,
                                     file_exists(path) ? DATABASE_VISIT : DATABASE_OWN, now_s, e)
                               : NULL;

    fine = db != NULL;
    for (int i = 0; fine && i < n; i++)
        fine = import_file(j, db, files[i], e);
    database_close(db);
    mem_free(path);
    mem_free(dir);
    return fine;
}

int cmd_import(int argc, char **argv)
{
    struct job j = {0};
    struct err e = {0};
    int rest = 0;

    if (!options_parse(&help, argc, argv, take, &j, &rest, &e))
        return fail(&e);
    if (rest == argc) {
        err_set(&e, ERR_USAGE, "import wants a FILE; see whytls import --help");
        return fail(&e);
    }
    return run(&j, argc - rest, argv + rest, &e) ? 0 : fail(&e);
}
