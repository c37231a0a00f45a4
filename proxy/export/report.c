#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/host.h"
#include "base/mem.h"
#include "base/time_text.h"
#include "cert/facts.h"
#include "export_priv.h"
#include "flow/flow.h"
#include "flow/flow_read.h"
#include "flow/outcome.h"
#include "scrub.h"
#include "store/flow_look.h"

/* SERVICES: ports of one host. LOOKED: flows through which they are sought. */
enum { SERVICES_MOST = 8, LOOKED_MOST = 2000 };

struct report {
    struct flow *flows[SERVICES_MOST]; /* owned; the first is what it is about */
    const struct cert *leaves[SERVICES_MOST];
    size_t n;
    struct report_cert certs[REPORT_CERTS_MOST];
    size_t n_certs;
    int64_t made; /* seconds */
};

const char *report_host(const struct report *r)
{
    return r->flows[0]->target->host ? r->flows[0]->target->host : "an unknown host";
}

int64_t report_made(const struct report *r)
{
    return r->made;
}

const char *report_id(const struct report *r)
{
    return r->flows[0]->id;
}

/* --- which flows --- */

struct choice {
    int64_t *seqs, ports[SERVICES_MOST];
    size_t cap, n;
    char host[HOST_CAP];
    int worth; /* of the first, as a reason for a report */
};

static void choose(struct choice *c, const struct flow_row *row)
{
    c->ports[c->n] = row->port;
    c->seqs[c->n++] = row->seq;
}

/* What a server can mend is what its people want to read of. */
enum { WORTH_NOTHING = 1, WORTH_CAUSE, WORTH_SERVER };

static int worth_of(const struct flow_row *row)
{
    if (!*row->cause)
        return WORTH_NOTHING;
    return strcmp(row->leg, "client") ? WORTH_SERVER : WORTH_CAUSE;
}

static bool choose_main(void *arg, const struct flow_row *row)
{
    struct choice *c = arg;

    if (c->worth < worth_of(row)) {
        c->worth = worth_of(row);
        c->n = 0;
        choose(c, row);
        snprintf(c->host, sizeof c->host, "%s", row->host);
    }
    return c->worth < WORTH_SERVER;
}

static bool choose_more(void *arg, const struct flow_row *row)
{
    struct choice *c = arg;
    bool known = strcmp(row->host, c->host) != 0;

    for (size_t i = 0; i < c->n; i++)
        known = known || c->ports[i] == row->port;
    if (!known)
        choose(c, row);
    return c->n < c->cap;
}

bool report_choose(struct flow_look *look, const struct filter *filter, int64_t *seqs, size_t cap,
    size_t *n, struct err *e)
{
    struct choice c = {.seqs = seqs, .cap = cap < SERVICES_MOST ? cap : SERVICES_MOST};
    const struct flow_list_ask ask = {.filter = filter, .most = LOOKED_MOST};
    struct flow_list_end end;

    bool fine = flow_look_list(look, &ask, choose_main, &c, &end, e) &&
                (!c.n || flow_look_list(look, &ask, choose_more, &c, &end, e));
    *n = c.n;
    return fine;
}

/* --- what is known --- */

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

/* A root need not be sent: it is told of only where the store has it. */
static void add_cert(struct report *r, const struct leaving *l, const char *sha256, bool was_sent)
{
    if (!sha256 || r->n_certs == REPORT_CERTS_MOST)
        return;
    for (size_t i = 0; i < r->n_certs; i++)
        if (!strcmp(r->certs[i].sha256, sha256))
            return;
    const struct cert *cert = leaving_certificate(l, sha256);
    if (!cert && !was_sent)
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
        add_cert(r, l, leg->chain[i].sha256, true);
    for (size_t i = 0; leg && leg->verdict && i < leg->verdict->path.n; i++)
        add_cert(r, l, leg->verdict->path.at[i], false);
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
    if (r->n == SERVICES_MOST)
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

/* --- what is said --- */

struct telling {
    const struct report *r;
    const struct report_pen *pen;
    struct text *out;
};

/* Borrowed until the next of the same place. */
static const char *clean(const struct telling *t, struct text *place, const char *s)
{
    text_clear(place);
    if (s)
        scrub(t->r->flows, t->r->n, s, place);
    return text_str(place);
}

static const struct flow_diagnosis *first_cause(const struct flow *f)
{
    return f->n_diagnosis ? &f->diagnosis[0] : NULL;
}

static const char *how_sure(const struct flow_diagnosis *d)
{
    if (!d || !d->confidence)
        return "";
    return !strcmp(d->confidence, "certain")  ? "Certain. "
           : !strcmp(d->confidence, "likely") ? "Likely. "
                                              : "Possible. ";
}

static void tell_head(const struct telling *t)
{
    const struct flow *f = t->r->flows[0];
    const struct flow_diagnosis *d = first_cause(f);
    struct text title = {0}, why = {0}, lead = {0};

    clean(t, &title, d ? d->title : flow_sentence(f));
    if (!title.len)
        text_add(&title, "Nothing is wrong with what this server showed.");
    clean(t, &why, d ? d->why : NULL);
    text_printf(&lead, "%s%s", how_sure(d), text_str(&why));
    t->pen->begin(t->out, t->r, text_str(&title), text_str(&lead));
    text_fini(&title);
    text_fini(&why);
    text_fini(&lead);
}

static void service_name(const struct flow *f, struct text *out)
{
    int64_t port = f->target->port;

    if (f->mail && f->mail->protocol)
        text_printf(out, "%s, port %" PRId64, f->mail->protocol, port);
    else
        text_printf(out, "%s, port %" PRId64, port == 443 ? "HTTPS" : "TLS", port);
}

static const char *verdict_word(const struct flow *f)
{
    const struct flow_verdict *v = f->server_leg ? f->server_leg->verdict : NULL;

    return !v ? "was not asked" : !strcmp(v->verdict, "accept") ? "accepts" : "refuses";
}

static void tell_service(const struct telling *t, size_t i)
{
    const struct flow *f = t->r->flows[i];
    const struct cert *leaf = t->r->leaves[i];
    const struct flow_diagnosis *d = first_cause(f);
    struct text service = {0}, serial = {0};
    char day[TIME_TEXT_CAP];

    service_name(f, &service);
    if (leaf)
        text_printf(&serial, "serial %.40s", leaf->serial);
    const char *const cells[] = {text_str(&service), leaf ? text_str(&serial) : "none",
        leaf ? time_day(day, leaf->not_after) : "", verdict_word(f), d ? d->cause : "none"};
    t->pen->row(t->out, cells, sizeof cells / sizeof *cells);
    text_fini(&service);
    text_fini(&serial);
}

static void tell_services(const struct telling *t)
{
    static const char *const titles[] = {
        "Service", "Certificate sent", "Valid to", "iPhone", "Cause"};

    t->pen->heading(t->out, "What we found, service by service");
    t->pen->table(t->out, titles, sizeof titles / sizeof *titles);
    for (size_t i = 0; i < t->r->n; i++)
        tell_service(t, i);
    t->pen->table(t->out, NULL, 0);
}

static void tell_chain(const struct telling *t)
{
    if (!t->r->n_certs)
        return;
    t->pen->heading(t->out, "Where the fault sits");
    t->pen->paragraph(t->out, "Days near now are drawn larger than years far away.");
    t->pen->chain(t->out, t->r->certs, t->r->n_certs, t->r->made);
}

static void tell_check(const struct telling *t, const struct flow_check *check)
{
    struct text fault = {0}, where = {0};
    char code[32];

    text_printf(&where, "certificate %" PRId64, check->cert);
    snprintf(code, sizeof code, "%" PRId64, check->osstatus);
    clean(t, &fault, check->detail);
    const char *const cells[] = {check->check, text_str(&where), text_str(&fault), code};
    t->pen->row(t->out, cells, sizeof cells / sizeof *cells);
    text_fini(&fault);
    text_fini(&where);
}

static void tell_faults(const struct telling *t)
{
    static const char *const titles[] = {"Check of iOS", "Where", "What is wrong", "Code"};
    const struct flow_server_leg *leg = t->r->flows[0]->server_leg;

    if (!leg || !leg->verdict || !leg->verdict->n_checks)
        return;
    t->pen->heading(t->out, "Each fault");
    t->pen->table(t->out, titles, sizeof titles / sizeof *titles);
    for (size_t i = 0; i < leg->verdict->n_checks; i++)
        tell_check(t, &leg->verdict->checks[i]);
    t->pen->table(t->out, NULL, 0);
}

static void explain_command(const struct flow *f, struct text *out)
{
    char where[HOST_CAP + 16];
    const char *host = f->target->host ? f->target->host : "HOST";

    if (f->target->port == 443 || f->target->port == FLOW_NONE)
        snprintf(where, sizeof where, "%s", host);
    else
        host_port_text(where, sizeof where, host, (uint16_t)f->target->port);
    if (f->mail && f->mail->protocol)
        text_printf(out, "whytls explain %s://%s", f->mail->protocol, where);
    else
        text_printf(out, "whytls explain %s", where);
}

static void tell_mend(const struct telling *t)
{
    const struct flow_diagnosis *d = first_cause(t->r->flows[0]);
    struct text step = {0}, command = {0};

    t->pen->heading(t->out, "What to do, in this order");
    t->pen->list(t->out, true);
    for (size_t i = 0; d && i < d->server_fix.n; i++)
        t->pen->item(t->out, clean(t, &step, d->server_fix.at[i]), NULL);
    if (d && !d->server_fix.n)
        t->pen->item(t->out, "The server has nothing to change for this.", NULL);
    explain_command(t->r->flows[0], &command);
    t->pen->item(
        t->out, "Check it from outside. It says what an iPhone would.", text_str(&command));
    t->pen->list(t->out, false);
    text_fini(&step);
    text_fini(&command);
}

/* What was seen of the server; what was seen of whoever asked is not in a report. */
static bool is_of_server(const char *fact)
{
    static const char *const of[] = {"server_leg", "dial", "target", "mail", "identity"};

    for (size_t i = 0; fact && i < sizeof of / sizeof *of; i++)
        if (text_starts(fact, of[i]))
            return true;
    return false;
}

static void tell_evidence(
    const struct telling *t, const char *what, const struct flow_evidence *at, size_t n)
{
    struct text says = {0}, whole = {0};

    for (size_t i = 0; i < n; i++) {
        if (!is_of_server(at[i].fact))
            continue;
        text_clear(&whole);
        if (at[i].says)
            text_add(&whole, at[i].says);
        else
            text_printf(&whole, "%s is %s", at[i].fact, at[i].value);
        t->pen->pair(t->out, what, clean(t, &says, text_str(&whole)));
    }
    text_fini(&says);
    text_fini(&whole);
}

static void tell_why(const struct telling *t)
{
    const struct flow_diagnosis *d = first_cause(t->r->flows[0]);
    struct text next = {0};

    if (!d)
        return;
    t->pen->heading(t->out, "Why we say so, and how sure we are");
    t->pen->pairs(t->out, true);
    tell_evidence(t, "For", d->evidence, d->n_evidence);
    tell_evidence(t, "Against", d->against, d->n_against);
    t->pen->pair(t->out, "How sure", d->confidence);
    if (d->next_test)
        t->pen->pair(t->out, "What would settle it", clean(t, &next, d->next_test));
    t->pen->pairs(t->out, false);
    text_fini(&next);
}

static void tell_codes(const struct telling *t, const struct flow_verdict *v)
{
    struct text line = {0};

    if (v->class)
        t->pen->pair(t->out, "Class", v->class);
    if (v->osstatus_name) {
        text_printf(&line, "%s %" PRId64, v->osstatus_name, v->osstatus);
        if (v->nsurlerror != FLOW_NONE)
            text_printf(&line, ", NSURLError %" PRId64, v->nsurlerror);
        t->pen->pair(t->out, "Codes", text_str(&line));
    }
    text_clear(&line);
    if (v->openssl) {
        if (v->openssl->accept)
            text_add(&line, "accepts");
        else
            text_printf(&line, "refuses: result %" PRId64 " at depth %" PRId64, v->openssl->code,
                v->openssl->depth);
        t->pen->pair(t->out, "OpenSSL", text_str(&line));
    }
    text_fini(&line);
}

static void tell_ios(const struct telling *t)
{
    const struct flow *f = t->r->flows[0];
    const struct flow_diagnosis *d = first_cause(f);
    const struct flow_verdict *v = f->server_leg ? f->server_leg->verdict : NULL;
    struct text line = {0};

    if (!d && !v)
        return;
    t->pen->heading(t->out, "What an iPhone says");
    t->pen->pairs(t->out, true);
    if (v)
        t->pen->pair(t->out, "Trust check", v->text ? clean(t, &line, v->text) : verdict_word(f));
    if (d && d->ios && d->ios->safari)
        t->pen->pair(t->out, "Safari", clean(t, &line, d->ios->safari));
    if (d && d->ios && d->ios->app)
        t->pen->pair(t->out, "Apps", clean(t, &line, d->ios->app));
    if (d && d->ios && d->ios->grade)
        t->pen->pair(t->out, "We know this from", d->ios->grade);
    if (v)
        tell_codes(t, v);
    t->pen->pairs(t->out, false);
    text_fini(&line);
}

static void cert_line(const struct report_cert *c, struct text *out)
{
    char from[TIME_TEXT_CAP], to[TIME_TEXT_CAP];

    if (c->cert) {
        text_printf(out, "%s", c->cert->subject.text);
        for (size_t i = 0; i < c->cert->dns.n && i < 20; i++)
            text_printf(out, "%s%s", i ? ", " : "; for ", c->cert->dns.at[i]);
        text_printf(out, ". Issued by %s. Valid %s to %s. %s, %s. ", c->cert->issuer.text,
            time_day(from, c->cert->not_before), time_day(to, c->cert->not_after),
            c->cert->key_text, c->cert->signature);
    }
    text_printf(out, "SHA-256 %s", c->sha256);
}

static void tell_certificates(const struct telling *t)
{
    struct text line = {0};
    char name[48];

    if (!t->r->n_certs)
        return;
    t->pen->heading(t->out, "Certificates");
    t->pen->pairs(t->out, true);
    for (size_t i = 0; i < t->r->n_certs; i++) {
        text_clear(&line);
        cert_line(&t->r->certs[i], &line);
        snprintf(name, sizeof name, "%zu, %s", i,
            t->r->certs[i].was_sent ? "as sent" : "found elsewhere");
        t->pen->pair(t->out, name, text_str(&line));
    }
    t->pen->pairs(t->out, false);
    text_fini(&line);
}

static void report_tell(struct report *r, const struct report_pen *pen, struct text *out)
{
    const struct telling t = {r, pen, out};

    if (r->n) {
        tell_head(&t);
        tell_services(&t);
        tell_chain(&t);
        tell_faults(&t);
        tell_mend(&t);
        tell_why(&t);
        tell_ios(&t);
        tell_certificates(&t);
        pen->end(out, "Made by whytls " WHYTLS_VERSION
                      ". It names no client, and nothing in it was sent anywhere.");
    }
    report_drop(r);
}

static void end_html(void *state, struct text *out)
{
    report_tell(state, &report_pen_html, out);
}

static void end_markdown(void *state, struct text *out)
{
    report_tell(state, &report_pen_markdown, out);
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
