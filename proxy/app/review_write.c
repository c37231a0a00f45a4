/* app/review_write.c - a review for a terminal, as JSON and as CSV. Declared in review.h. */
#include "review.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv_out.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/text.h"
#include "review_priv.h"
#include "term.h"

enum { FAULT_COLUMNS = 20, HOST_COLUMNS = 30, WHO_COLUMNS = 28, MET_COLUMNS = 8 };

static const char *const met_names[N_MET] = {
    [MET_ACCEPTED] = "accepted", [MET_REFUSED] = "refused", [MET_UNUSED] = "unused"};

static const char *device_of(const struct review_row *row)
{
    if (*row->name)
        return row->name;
    return *row->ip ? row->ip : row->device;
}

static int row_compare(const void *one, const void *other)
{
    const struct review_row *const *pa = one, *const *pb = other;
    const struct review_row *a = *pa, *b = *pb;
    const char *const keys[][2] = {{a->app, b->app}, {a->ip, b->ip}, {a->device, b->device},
        {a->host, b->host}, {a->fault, b->fault}};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        int order = strcmp(keys[i][0], keys[i][1]);

        if (order)
            return order;
    }
    return 0;
}

/* In one order, whatever the log's was. Freed with mem_free. */
static const struct review_row **rows_sorted(const struct review *r)
{
    const struct review_row **rows = mem_array(r->n + 1, sizeof *rows);

    for (size_t i = 0; i < r->n; i++)
        rows[i] = r->rows[i];
    qsort(rows, r->n, sizeof *rows, row_compare);
    return rows;
}

static void cell(const struct term *t, struct text *out, const char *s, size_t columns)
{
    size_t used = term_text_cut(t, out, s, columns);

    term_pad(out, columns - used + 2);
}

static void who_cell(const struct term *t, const struct review_row *row, struct text *out)
{
    struct text who = {0};

    text_printf(&who, "%s %s %s", *row->app ? row->app : "unknown", term_shape(t, SHAPE_DOT),
        device_of(row));
    cell(t, out, text_str(&who), WHO_COLUMNS);
    text_fini(&who);
}

static void times_put(const struct term *t, size_t n, struct text *out)
{
    text_add(out, term_shape(t, SHAPE_TIMES));
    term_number(out, (int64_t)n);
}

static void met_line(
    const struct term *t, const struct review_row *row, enum review_met met, struct text *out)
{
    bool finding = met == MET_ACCEPTED && review_is_finding(row);
    enum term_shape shape = finding               ? SHAPE_FAILING
                            : met == MET_REFUSED  ? SHAPE_FOR
                            : met == MET_ACCEPTED ? SHAPE_EXPECTED
                                                  : SHAPE_NOTHING;

    term_style(t, out, finding ? TERM_FAULT : met == MET_REFUSED ? TERM_FINE : TERM_PLAIN);
    text_printf(out, "  %s ", term_shape(t, shape));
    cell(t, out, met_names[met], MET_COLUMNS);
    term_style(t, out, TERM_PLAIN);
    cell(t, out, row->fault, FAULT_COLUMNS);
    cell(t, out, *row->host ? row->host : "(no host)", HOST_COLUMNS);
    who_cell(t, row, out);
    times_put(t, row->times[met], out);
    if (met == MET_REFUSED && *row->how) {
        text_add(out, "  with ");
        term_text_cut(t, out, row->how, TERM_USUAL);
    } else if (finding) {
        text_add(out, "  a finding");
    } else if (met == MET_UNUSED) {
        text_add(out, "  closed without sending anything");
    } else {
        text_add(out, "  as iOS does");
    }
    text_add_char(out, '\n');
}

static void heading(const struct term *t, const char *words, struct text *out)
{
    term_style(t, out, TERM_BOLD);
    text_add(out, words);
    term_style(t, out, TERM_PLAIN);
    text_add(out, "\n");
}

static void faults_write(
    const struct term *t, const struct review *r, const struct review_row **rows, struct text *out)
{
    static const enum review_met order[] = {MET_ACCEPTED, MET_REFUSED, MET_UNUSED};
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++) {
        if (!*rows[i]->fault)
            continue;
        if (!n++)
            heading(t, "Faults shown on purpose, and how they were met", out);
        for (size_t k = 0; k < sizeof order / sizeof *order; k++)
            if (rows[i]->times[order[k]])
                met_line(t, rows[i], order[k], out);
    }
    if (!n)
        text_add(out, "No fault was shown on purpose in these records: whytls run --fault CAUSE "
                      "does so.\n");
}

static void pinning_write(
    const struct term *t, const struct review *r, const struct review_row **rows, struct text *out)
{
    bool any = false;

    for (size_t i = 0; i < r->n; i++) {
        const struct review_row *row = rows[i];

        if (!review_is_pinning(r, row))
            continue;
        if (!any)
            heading(
                t, "\nPinning: our usual certificate is refused here, and accepted elsewhere", out);
        any = true;
        text_printf(out, "  %s ", term_shape(t, SHAPE_EXPECTED));
        cell(t, out, "pins", MET_COLUMNS);
        cell(t, out, *row->host ? row->host : "(no host)", HOST_COLUMNS);
        who_cell(t, row, out);
        times_put(t, row->times[MET_REFUSED], out);
        text_add(out, "  with ");
        term_text_cut(t, out, row->how, TERM_USUAL);
        text_add_char(out, '\n');
    }
}

static void counts_write(const struct review *r, struct text *out)
{
    size_t findings = review_findings(r);

    text_printf(out, "\n%zu %s in %zu %s", findings, findings == 1 ? "finding" : "findings",
        r->records, r->records == 1 ? "record" : "records");
    if (r->broken)
        text_printf(
            out, "; %zu %s could not be read", r->broken, r->broken == 1 ? "line" : "lines");
    if (r->cut)
        text_printf(
            out, "; %zu records past the first %d kinds were left out", r->cut, REVIEW_ROWS_MOST);
    text_add(out, ".\n");
    if (findings)
        text_add(out, "An app that accepts a faulty certificate sends its data to whoever stands "
                      "between it and its server.\n");
}

void review_write(const struct review *r, const struct term *t, struct text *out)
{
    const struct review_row **rows = rows_sorted(r);

    faults_write(t, r, rows, out);
    pinning_write(t, r, rows, out);
    counts_write(r, out);
    mem_free(rows);
}

/* --- JSON --- */

static void who_json(const struct review_row *row, struct json_out *j)
{
    json_put_text(j, "device", *row->device ? row->device : NULL);
    json_put_text(j, "device_name", *row->name ? row->name : NULL);
    json_put_text(j, "ip", row->ip);
    json_put_text(j, "app", row->app);
    json_put_text(j, "host", row->host);
}

static void fault_json(const struct review_row *row, struct json_out *j)
{
    json_object(j);
    who_json(row, j);
    json_put_text(j, "fault", row->fault);
    for (enum review_met met = MET_ACCEPTED; met < N_MET; met++)
        json_put_int(j, met_names[met], (int64_t)row->times[met]);
    json_put_text(j, "how", *row->how ? row->how : NULL);
    json_put_bool(j, "as_ios", row->times[MET_ACCEPTED] && row->ios_accepts);
    json_put_bool(j, "finding", review_is_finding(row));
    json_object_end(j);
}

static void pinning_json(const struct review_row *row, struct json_out *j)
{
    json_object(j);
    who_json(row, j);
    json_put_int(j, "refused", (int64_t)row->times[MET_REFUSED]);
    json_put_text(j, "how", row->how);
    json_object_end(j);
}

void review_json(const struct review *r, struct json_out *j)
{
    const struct review_row **rows = rows_sorted(r);

    json_object(j);
    json_put_int(j, "v", 1);
    json_put_int(j, "records", (int64_t)r->records);
    json_put_int(j, "bad_lines", (int64_t)r->broken);
    json_put_int(j, "left_out", (int64_t)r->cut);
    json_put_int(j, "findings", (int64_t)review_findings(r));
    json_key(j, "faults");
    json_array(j);
    for (size_t i = 0; i < r->n; i++)
        if (*rows[i]->fault)
            fault_json(rows[i], j);
    json_array_end(j);
    json_key(j, "pinning");
    json_array(j);
    for (size_t i = 0; i < r->n; i++)
        if (review_is_pinning(r, rows[i]))
            pinning_json(rows[i], j);
    json_array_end(j);
    json_object_end(j);
    mem_free(rows);
}

/* --- CSV --- */

static void row_csv(const struct review_row *row, const char *kind, struct text *out)
{
    csv_text(out, kind);
    csv_text(out, row->app);
    csv_text(out, device_of(row));
    csv_text(out, row->ip);
    csv_text(out, row->host);
    csv_text(out, row->fault);
    for (enum review_met met = MET_ACCEPTED; met < N_MET; met++)
        csv_int(out, (int64_t)row->times[met]);
    csv_text(out, row->how);
    csv_bool(out, row->times[MET_ACCEPTED] && row->ios_accepts);
    csv_bool(out, *row->fault && review_is_finding(row));
    csv_end(out);
}

void review_csv(const struct review *r, struct text *out)
{
    const struct review_row **rows = rows_sorted(r);

    text_add(out, "kind,app,device,ip,host,fault");
    for (enum review_met met = MET_ACCEPTED; met < N_MET; met++)
        text_printf(out, ",%s", met_names[met]);
    text_add(out, ",how,as_ios,finding\r\n");
    for (size_t i = 0; i < r->n; i++)
        if (*rows[i]->fault)
            row_csv(rows[i], "fault", out);
    for (size_t i = 0; i < r->n; i++)
        if (review_is_pinning(r, rows[i]))
            row_csv(rows[i], "pinning", out);
    mem_free(rows);
}
