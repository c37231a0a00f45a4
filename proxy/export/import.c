#include "import.h"

#include <string.h>

#include "flow/flow.h"
#include "har_read.h"
#include "jsonl_read.h"
#include "store/database.h"
#include "store/flow_rows.h"

/* Flows of one transaction: a proxy that writes to the same file waits for no longer. */
enum { BATCH = 100 };

struct import {
    struct database *db;
    struct flow_rows *rows;
    struct import_result *result;
    void (*progress)(void *arg, size_t done, size_t of);
    void *progress_arg;
    size_t n_batch, added_before;
};

void import_result_fini(struct import_result *r)
{
    for (size_t i = 0; i < IMPORT_FAULTS_MOST; i++)
        text_fini(&r->faults[i]);
    *r = (struct import_result){0};
}

static void fault_add(struct import *im, const char *what, size_t n, const struct err *why)
{
    struct import_result *r = im->result;

    if (r->n_faults < IMPORT_FAULTS_MOST)
        text_printf(&r->faults[r->n_faults], "%s %zu: %s", what, n, why->text);
    r->n_faults++;
}

static void tell(const struct import *im, size_t done, size_t of)
{
    if (im->progress)
        im->progress(im->progress_arg, done, of);
}

/* --- into the store --- */

static bool batch_end(struct import *im, struct err *e)
{
    if (!im->n_batch)
        return true;
    im->n_batch = 0;
    return database_commit(im->db, e);
}

static bool batch_fail(struct import *im)
{
    database_roll_back(im->db);
    flow_rows_forget(im->rows);
    im->result->added = im->added_before;
    return false;
}

static bool add_to_batch(struct import *im, const struct flow *f, struct err *e)
{
    bool has;

    if (!im->n_batch) {
        im->added_before = im->result->added;
        if (!database_begin(im->db, e))
            return false;
    }
    im->n_batch++;
    if (!flow_rows_has(im->rows, f->id, &has, e) || (!has && !flow_rows_add(im->rows, f, e)))
        return false;
    im->result->added += !has;
    im->result->skipped += has;
    return im->n_batch < BATCH || batch_end(im, e);
}

/* Takes the flow. */
static bool add_flow(struct import *im, struct flow *f, struct err *e)
{
    bool fine = add_to_batch(im, f, e) || batch_fail(im);

    flow_free(f);
    return fine;
}

/* --- the two forms --- */

static bool import_har(struct import *im, const char *bytes, size_t len, struct err *e)
{
    struct har *har = har_open(bytes, len, e);
    size_t n = har ? har_entries(har) : 0;
    bool fine = har != NULL;

    for (size_t at = 0; fine && at < n;) {
        size_t entry = at;
        struct err why = {0};
        struct flow *f = har_next(har, &at, &why);

        if (f)
            fine = add_flow(im, f, e);
        else
            fault_add(im, "entry", entry + 1, &why);
        tell(im, at, n);
    }
    har_close(har);
    return fine;
}

static bool is_blank(const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!strchr(" \t\r", line[i]) || !line[i])
            return false;
    return true;
}

static bool import_line(struct import *im, const char *line, size_t len, size_t n, struct err *e)
{
    struct err why = {0};
    struct flow *f;

    if (is_blank(line, len))
        return true;
    f = jsonl_read(line, len, &why);
    if (f && !*f->id) {
        err_set(&why, ERR_INPUT, "a record without an id");
        flow_free(f);
        f = NULL;
    }
    if (f)
        return add_flow(im, f, e);
    fault_add(im, "line", n, &why);
    return true;
}

static bool import_lines(struct import *im, const char *bytes, size_t len, struct err *e)
{
    size_t at = 0, n = 0;

    while (at < len) {
        const char *end = memchr(bytes + at, '\n', len - at);
        size_t line = end ? (size_t)(end - bytes) - at : len - at;

        if (!import_line(im, bytes + at, line, ++n, e))
            return false;
        at += line + 1;
        tell(im, at < len ? at : len, len);
    }
    return true;
}

/* Nothing that could be read is an error, with the first fault for its reason. */
static bool found_any(const struct import_result *r, struct err *e)
{
    if (r->added || r->skipped)
        return true;
    return err_set(e, ERR_INPUT, "neither an HTTP Archive nor JSON Lines of whytls%s%s",
        r->n_faults ? ": " : "", r->n_faults ? text_str(&r->faults[0]) : "");
}

bool import_bytes(struct database *db, const char *bytes, size_t len,
    void (*progress)(void *arg, size_t done, size_t of), void *progress_arg,
    struct import_result *out, struct err *e)
{
    struct import im = {
        .db = db, .result = out, .progress = progress, .progress_arg = progress_arg};

    *out = (struct import_result){0};
    if (len > IMPORT_BYTES_MOST)
        return err_set(e, ERR_INPUT, "a file of more than %d MiB", IMPORT_BYTES_MOST / 1024 / 1024);
    if (!(im.rows = flow_rows_new(db, e)))
        return false;
    bool fine =
        har_is_one(bytes, len) ? import_har(&im, bytes, len, e) : import_lines(&im, bytes, len, e);
    if (fine)
        fine = batch_end(&im, e) || batch_fail(&im);
    else if (im.n_batch)
        batch_end(&im, NULL);
    flow_rows_free(im.rows);
    return fine && found_any(out, e);
}
