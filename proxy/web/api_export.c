/* api_export.c - connections as files, and back; declared in api.h. */
#include "api.h"

#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "desk.h"
#include "export/export.h"
#include "export/import.h"
#include "request.h"
#include "store/database.h"
#include "store/filter.h"
#include "store/schema.h"
#include "web.h"

enum { NAME_CAP = 96 };

/* Into a file without a name, so that a slow reader holds no memory, and a fault is told by a
 * status and not by half a file. */
static bool write_all(struct export *x, struct answer *out, struct err *e)
{
    struct text piece = {0};
    bool more = true, right = true;

    out->file = tmpfile();
    if (!out->file)
        return err_sys(e, "cannot make a file");
    while (right && more) {
        text_clear(&piece);
        right = export_next(x, &piece, &more, e);
        if (right && fwrite(text_str(&piece), 1, piece.len, out->file) != piece.len)
            right = err_sys(e, "cannot write the file");
    }
    text_fini(&piece);
    if (right && fflush(out->file) != 0)
        right = err_sys(e, "cannot write the file");
    out->file_len = ftell(out->file);
    rewind(out->file);
    if (!right) {
        fclose(out->file);
        out->file = NULL;
    }
    return right;
}

static void answer_export(
    struct desk *desk, struct export_ask *ask, const char *name, struct answer *out)
{
    struct err e = {0};
    struct flow_look *look = desk_look(desk, &e);
    struct export *x = look ? export_begin(look, ask, &e) : NULL;
    char full[NAME_CAP];

    if (x && write_all(x, out, &e)) {
        snprintf(full, sizeof full, "%s%s", name, export_form_suffix(ask->form));
        answer_attachment(out, export_form_type(ask->form), full);
    } else if (look && !x && e.kind == ERR_USAGE) {
        answer_error(out, 404, "%s", e.text);
    } else {
        answer_err(out, &e);
    }
    export_end(x);
}

static bool form_read(
    struct desk *desk, const struct request *r, struct export_ask *ask, struct answer *out)
{
    const char *as = request_arg(r, "as");
    struct text names = {0};
    struct err e = {0};

    *ask = (struct export_ask){.raw = request_flag(r, "raw"),
        .chains = request_flag(r, "chains"),
        .now_ms = clock_wall_ms(desk_web(desk)->clock)};
    if (as && export_form_find(as, &ask->form)) {
        if (export_ask_check(ask, &e))
            return true;
        answer_err(out, &e);
        return false;
    }
    export_form_names(&names);
    answer_error(out, 400, "as is one of %s", text_str(&names));
    text_fini(&names);
    return false;
}

void api_export(struct desk *desk, const struct request *r, struct answer *out)
{
    struct export_ask ask;
    struct filter *filter;

    if (!form_read(desk, r, &ask, out) || !api_filter(desk, r, &filter, out))
        return;
    ask.filter = filter;
    answer_export(desk, &ask, "whytls", out);
    filter_free(filter);
}

void api_flow_export(struct desk *desk, const struct request *r, struct answer *out)
{
    char name[NAME_CAP];
    struct export_ask ask;

    if (!form_read(desk, r, &ask, out))
        return;
    ask.id = r->parts[3];
    if (!api_id_is(ask.id)) {
        answer_error(out, 404, "there is no connection of this id");
        return;
    }
    snprintf(name, sizeof name, "whytls-%s", ask.id);
    answer_export(desk, &ask, name, out);
}

void api_report(struct desk *desk, const struct request *r, struct answer *out)
{
    struct export_ask ask = {
        .form = EXPORT_HTML, .id = r->parts[1], .now_ms = clock_wall_ms(desk_web(desk)->clock)};
    struct err e = {0};
    struct flow_look *look = desk_look(desk, &e);
    struct export *x = look && api_id_is(ask.id) ? export_begin(look, &ask, &e) : NULL;

    out->status = 200;
    out->type = "text/html; charset=utf-8";
    out->is_report = true;
    if (!x || !write_all(x, out, &e)) {
        out->is_report = false;
        answer_error(out, 404, "there is no report of this connection");
    }
    export_end(x);
}

/* --- the way back --- */

static void answer_imported(const struct import_result *result, struct answer *out)
{
    struct json_out j;

    answer_json(out, &j);
    json_put_int(&j, "added", (int64_t)result->added);
    json_put_int(&j, "skipped", (int64_t)result->skipped);
    json_key(&j, "faults");
    json_array(&j);
    for (size_t i = 0; i < result->n_faults && i < IMPORT_FAULTS_MOST; i++)
        json_text(&j, text_str(&result->faults[i]));
    json_array_end(&j);
    json_object_end(&j);
}

static char *read_all(FILE *file, size_t *len)
{
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    char *bytes = mem_new((size_t)(size > 0 ? size : 0) + 1);

    rewind(file);
    *len = size > 0 ? fread(bytes, 1, (size_t)size, file) : 0;
    return bytes;
}

void api_import(struct desk *desk, const struct request *r, struct answer *out)
{
    const struct web_config *web = desk_web(desk);
    struct import_result result = {0};
    struct err e = {0};
    size_t len;

    if (!desk_look(desk, &e)) { /* and so there is a file */
        answer_err(out, &e);
        return;
    }
    char *path = database_path(web->folder, &schema_traffic), *bytes = read_all(r->file, &len);
    struct database *db =
        database_open(path, &schema_traffic, DATABASE_VISIT, clock_wall_ms(web->clock) / 1000, &e);

    if (db && import_bytes(db, bytes, len, NULL, NULL, &result, &e))
        answer_imported(&result, out);
    else
        answer_err(out, &e);
    import_result_fini(&result);
    database_close(db);
    mem_free(bytes);
    mem_free(path);
}
