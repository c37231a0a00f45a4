#include "flow_lines.h"

#include "base/time_text.h"
#include "cert/facts.h"
#include "explanation.h"
#include "flow/facts.h"
#include "flow/flow.h"
#include "flow/flow_read.h"
#include "flow/outcome.h"
#include "live_line.h"
#include "store/flow_look.h"
#include "term.h"

enum { DAY_S = 24 * 3600 };

static void add_day(struct flow_lines *l, const struct flow *f, struct text *out)
{
    int64_t end_s = (f->at_ms + f->ms) / 1000;
    char day[TIME_TEXT_CAP];

    if (end_s / DAY_S == l->day)
        return;
    l->day = end_s / DAY_S;
    term_style(l->term, out, TERM_FAINT);
    text_add(out, time_day(day, end_s));
    term_style(l->term, out, TERM_PLAIN);
    text_add_char(out, '\n');
}

static const struct cert *certificate_find(struct flow_look *look, const char *sha256)
{
    const struct cert *cert = NULL;
    struct text der = {0};
    bool found;

    if (flow_look_certificate(look, sha256, &der, &found, NULL) && found)
        cert = cert_share((const uint8_t *)der.at, der.len, NULL);
    text_fini(&der);
    return cert;
}

/* A record tells little of certificates, and of a fine connection's their fingerprints alone. */
static void list_complete(struct flow_look *look, struct flow *f, struct flow_certificate *at,
    size_t n, const char *source)
{
    for (size_t i = 0; i < n; i++) {
        const struct cert *cert = certificate_find(look, at[i].sha256);

        if (cert)
            flow_fill_certificate(f, &at[i], cert, i, source);
        cert_unref(cert);
    }
}

static void chain_complete(struct flow_look *look, struct flow *f)
{
    struct flow_server_leg *leg = f->server_leg;

    if (!leg)
        return;
    list_complete(look, f, leg->chain, leg->n_chain, "sent");
    list_complete(look, f, leg->fetched, leg->n_fetched, "aia");
}

/* Requests, the chain, what is said of each cause, and the id, by which it is found again. */
static void add_explanation(const struct flow_lines *l, struct flow *f, struct text *out)
{
    const char *why = f->n_diagnosis ? f->diagnosis[0].why : NULL;

    if (l->look)
        chain_complete(l->look, f);
    live_exchanges(l->term, f, out);
    if (why && *why) {
        text_add(out, "\n  ");
        term_wrap(l->term, out, why, 2, 2);
    }
    text_add_char(out, '\n');
    explanation_body(l->term, f, true, true, out);
    if (!f->n_diagnosis) {
        text_add(out, text_ends(text_str(out), "\n\n") ? "  " : "\n  ");
        term_style(l->term, out, TERM_FAINT);
        term_wrap(l->term, out, f->id, 2, 2);
        term_style(l->term, out, TERM_PLAIN);
    }
    text_add_char(out, '\n');
}

bool flow_lines_add(
    struct flow_lines *l, const struct text *record, struct text *out, struct err *e)
{
    if (l->json) {
        text_add_n(out, record->at, record->len);
        text_add_char(out, '\n');
        return true;
    }
    struct flow *f = flow_read(record->at, record->len, e);
    if (!f)
        return err_wrap(e, "a record of the store");
    enum outcome kind = flow_outcome(f);

    add_day(l, f, out);
    live_line(l->term, f, kind, 1, out);
    if (l->verbose)
        add_explanation(l, f, out);
    flow_free(f);
    return true;
}
