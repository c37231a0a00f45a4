#include "export_priv.h"

#include <string.h>

#include "base/mem.h"
#include "report.h"
#include "store/flow_look.h"

/* PAGE: flows that are listed at once. PIECE: bytes of a piece, about. */
enum { PAGE = 64, PIECE = 64 * 1024 };

struct export
{
    const struct export_writer *writer;
    struct flow_look *look;
    struct export_ask ask;
    void *state;
    int64_t page[PAGE];
    size_t n_page, next;  /* of the page */
    int64_t after, last;  /* seq: what was listed, and where it ends */
    bool is_list, listed; /* a filter's flows; … all of them */
    bool begun;
    struct export_progress progress;
};

static const struct export_writer *const writers[N_EXPORT_FORMS] = {
    [EXPORT_JSONL] = &export_writer_jsonl,
    [EXPORT_HAR] = &export_writer_har,
    [EXPORT_CSV] = &export_writer_csv,
    [EXPORT_PCAPNG] = &export_writer_pcapng,
    [EXPORT_KEYLOG] = &export_writer_keylog,
    [EXPORT_CURL] = &export_writer_curl,
    [EXPORT_HTML] = &export_writer_html,
    [EXPORT_MARKDOWN] = &export_writer_markdown,
};

const char *export_form_name(enum export_form form)
{
    return writers[form]->name;
}

const char *export_form_type(enum export_form form)
{
    return writers[form]->type;
}

const char *export_form_suffix(enum export_form form)
{
    return writers[form]->suffix;
}

bool export_form_find(const char *name, enum export_form *out)
{
    if (strcmp(name, "report") == 0)
        name = export_form_name(EXPORT_HTML);
    for (enum export_form form = 0; form < N_EXPORT_FORMS; form++)
        if (strcmp(writers[form]->name, name) == 0) {
            *out = form;
            return true;
        }
    return false;
}

void export_form_names(struct text *out)
{
    for (enum export_form form = 0; form < N_EXPORT_FORMS; form++)
        text_printf(out, "%s%s", form ? ", " : "", export_form_name(form));
}

/* --- which flows --- */

static bool one_flow(struct export *x, struct err *e)
{
    x->listed = true;
    x->progress.total = 1;
    if (!flow_look_seq(x->look, x->ask.id, &x->page[0], e))
        return false;
    x->n_page = x->page[0] != 0;
    return x->n_page || err_set(e, ERR_USAGE, "no connection %.80s", x->ask.id);
}

static bool report_flows(struct export *x, struct err *e)
{
    x->listed = true;
    bool fine = report_choose(x->look, x->ask.filter, x->page, PAGE, &x->n_page, e);

    x->progress.total = (int64_t)x->n_page;
    return fine && (x->n_page || err_set(e, ERR_USAGE, "no connection to report on"));
}

static bool all_flows(struct export *x, struct err *e)
{
    x->is_list = true;
    if (!flow_look_last(x->look, &x->last, e))
        return false;
    x->progress.total = x->last;
    return true;
}

static bool page_add(void *arg, const struct flow_row *row)
{
    struct export *x = arg;

    x->page[x->n_page++] = row->seq;
    return true;
}

/* The next of the list; what comes after the export has begun is not part of it. */
static bool page_turn(struct export *x, struct err *e)
{
    struct flow_list_ask ask = {
        .filter = x->ask.filter,
        .after = x->after ? x->after : -1,
        .before = x->last + 1,
        .most = PAGE,
    };
    struct flow_list_end end;

    x->n_page = 0;
    x->next = 0;
    if (!flow_look_list(x->look, &ask, page_add, x, &end, e))
        return false;
    x->listed = end.n < PAGE;
    if (x->n_page)
        x->after = x->page[x->n_page - 1];
    return true;
}

/* --- the pieces --- */

bool export_ask_check(const struct export_ask *ask, struct err *e)
{
    if (ask->form == EXPORT_KEYLOG && !ask->raw)
        return err_set(e, ERR_USAGE, "a key log is nothing but secrets: it wants raw");
    if (writers[ask->form]->wants_report && ask->raw)
        return err_set(e, ERR_USAGE, "a report is for others: it is never raw");
    return true;
}

struct export *export_begin(struct flow_look *look, const struct export_ask *ask, struct err *e)
{
    if (!export_ask_check(ask, e))
        return NULL;
    struct export *x = mem_new(sizeof *x);

    x->look = look;
    x->ask = *ask;
    x->writer = writers[ask->form];
    bool fine = ask->id                   ? one_flow(x, e)
                : x->writer->wants_report ? report_flows(x, e)
                                          : all_flows(x, e);
    if (fine)
        return x;
    mem_free(x);
    return NULL;
}

static bool write_flow(struct export *x, int64_t seq, struct text *out, struct err *e)
{
    struct exported one;
    struct err why = {0};
    bool found;

    x->progress.seen = x->is_list ? seq : x->progress.seen + 1;
    if (!exported_read(x->look, seq, x->ask.raw, x->writer->wants_spoken, &one, &found, &why)) {
        x->progress.unreadable++;
        return (x->is_list && why.kind == ERR_INPUT) || err_set(e, why.kind, "%s", why.text);
    }
    if (!found)
        return true;
    bool fine =
        !(x->ask.raw && x->writer->wants_tapes) || exported_read_tapes(x->look, seq, &one, e);
    const struct leaving l = {
        .flow = one.flow,
        .record = &one.record,
        .spoken = one.spoken,
        .tape = one.tape,
        .look = x->look,
        .raw = x->ask.raw,
        .chains = x->ask.chains,
        .now_ms = x->ask.now_ms,
    };
    fine = fine && x->writer->flow(x->state, &l, out, e);
    x->progress.written += fine;
    exported_fini(&one);
    return fine;
}

static void begin(struct export *x, struct text *out)
{
    x->begun = true;
    if (x->writer->begin)
        x->state = x->writer->begin(out);
}

static void finish(struct export *x, struct text *out)
{
    x->progress.seen = x->progress.total;
    if (x->writer->end)
        x->writer->end(x->state, out);
    x->state = NULL;
}

bool export_next(struct export *x, struct text *out, bool *more, struct err *e)
{
    size_t full = out->len + PIECE;

    *more = true;
    if (!x->begun)
        begin(x, out);
    while (out->len < full) {
        if (x->next < x->n_page) {
            if (!write_flow(x, x->page[x->next++], out, e))
                return false;
        } else if (x->listed) {
            finish(x, out);
            *more = false;
            return true;
        } else if (!page_turn(x, e)) {
            return false;
        }
    }
    return true;
}

void export_progress(const struct export *x, struct export_progress *out)
{
    *out = x->progress;
}

void export_end(struct export *x)
{
    if (!x)
        return;
    if (x->state && x->writer->drop)
        x->writer->drop(x->state);
    mem_free(x);
}
