#include "report.h"

#include <string.h>

#include "base/mem.h"
#include "cert/facts.h"
#include "export_priv.h"
#include "flow/flow.h"
#include "flow/flow_read.h"

static const char *path_sha(const struct flow *f, int64_t at)
{
    const struct flow_server_leg *leg = f->server_leg;

    if (at < 0 || !leg || !leg->verdict)
        return NULL;
    if ((size_t)at < leg->verdict->path.n)
        return leg->verdict->path.at[at];
    return (size_t)at < leg->n_chain ? leg->chain[at].sha256 : NULL;
}

static const char *fault_of(const struct flow *f, const char *sha256)
{
    const struct flow_verdict *v = f->server_leg->verdict;

    for (size_t i = 0; v && i < v->n_checks; i++) {
        const char *of = path_sha(f, v->checks[i].cert);

        if (of && !strcmp(of, sha256))
            return v->checks[i].detail ? v->checks[i].detail : v->checks[i].check;
    }
    return NULL;
}

/* `whole_only`: not when the store does not have it. */
static void add_cert(
    struct report *r, const struct leaving *l, const char *sha256, bool was_sent, bool whole_only)
{
    if (!sha256 || r->n_certs == REPORT_CERTS_MOST)
        return;
    for (size_t i = 0; i < r->n_certs; i++)
        if (!strcmp(r->certs[i].sha256, sha256))
            return;
    const struct cert *cert = leaving_certificate(l, sha256);
    if (!cert && whole_only)
        return;
    r->certs[r->n_certs++] = (struct report_cert){
        .cert = cert,
        .sha256 = sha256,
        .fault = fault_of(r->flows[0], sha256),
        .was_sent = was_sent,
    };
}

static void add_chain(struct report *r, const struct leaving *l)
{
    const struct flow_server_leg *leg = r->flows[0]->server_leg;

    for (size_t i = 0; leg && i < leg->n_chain; i++)
        add_cert(r, l, leg->chain[i].sha256, true, false);
    for (size_t i = 0; leg && i < leg->n_fetched; i++)
        add_cert(r, l, leg->fetched[i].sha256, false, false);
    /* Among these the root, which need not be sent. */
    for (size_t i = 0; leg && leg->verdict && i < leg->verdict->path.n; i++)
        add_cert(r, l, leg->verdict->path.at[i], false, true);
}

static void *report_begin(struct text *out)
{
    (void)out;
    return mem_new(sizeof(struct report));
}

static bool report_flow(void *state, const struct leaving *l, struct text *out, struct err *e)
{
    struct report *r = state;
    struct flow *f;

    (void)out;
    if (r->n == REPORT_SERVICES_MOST)
        return true;
    if (!(f = flow_read(text_str(l->record), l->record->len, e)))
        return false;
    r->made = l->now_ms / 1000;
    if (f->server_leg && f->server_leg->n_chain)
        r->leaves[r->n] = leaving_certificate(l, f->server_leg->chain[0].sha256);
    r->flows[r->n++] = f;
    if (r->n == 1)
        add_chain(r, l);
    return true;
}

static void report_drop(void *state)
{
    struct report *r = state;

    for (size_t i = 0; i < r->n_certs; i++)
        cert_unref(r->certs[i].cert);
    for (size_t i = 0; i < r->n; i++) {
        cert_unref(r->leaves[i]);
        flow_free(r->flows[i]);
    }
    mem_free(r);
}

static void end_html(void *state, struct text *out)
{
    report_tell(state, &report_pen_html, out);
    report_drop(state);
}

static void end_markdown(void *state, struct text *out)
{
    report_tell(state, &report_pen_markdown, out);
    report_drop(state);
}

const struct export_writer export_writer_html = {
    .name = "report.html",
    .type = "text/html; charset=utf-8",
    .suffix = ".html",
    .wants_report = true,
    .begin = report_begin,
    .flow = report_flow,
    .end = end_html,
    .drop = report_drop,
};

const struct export_writer export_writer_markdown = {
    .name = "report.md",
    .type = "text/markdown; charset=utf-8",
    .suffix = ".md",
    .wants_report = true,
    .begin = report_begin,
    .flow = report_flow,
    .end = end_markdown,
    .drop = report_drop,
};
