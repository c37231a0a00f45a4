/* export/report_tell.c - what a report says, and in which order; declared in report.h. */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/host.h"
#include "base/time_text.h"
#include "cert/facts.h"
#include "export_priv.h"
#include "flow/facts.h"
#include "flow/flow.h"
#include "flow/outcome.h"
#include "scrub.h"

/* Signs of a serial number that are shown of either end, and names of a certificate. */
enum { SERIAL_END = 6, NAMES_MOST = 20 };

const char *report_host(const struct report *r)
{
    return r->flows[0]->target->host ? r->flows[0]->target->host : "an unknown host";
}

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

    clean(t, &title, leaving_why(f));
    if (!title.len)
        text_add(&title, "Nothing is wrong with what this server showed");
    clean(t, &why, d ? d->why : NULL);
    text_printf(&lead, "%s%s", how_sure(d), text_str(&why));
    t->pen->begin(t->out, t->r, text_str(&title), text_str(&lead));
    text_fini(&title);
    text_fini(&why);
    text_fini(&lead);
}

/* Of mail, and how `whytls explain` is asked for it. */
static const struct service {
    const char *protocol; /* of the record */
    const char *name, *upgrade, *scheme;
    int64_t port;
    const char *tls_name, *tls_scheme; /* when TLS comes first */
    int64_t tls_port;
} services[] = {
    {"imap", "IMAP", "STARTTLS", "imap", 143, "IMAPS", "imaps", 993},
    {"pop3", "POP3", "STLS", "pop3", 110, "POP3S", "pop3s", 995},
    {"smtp", "SMTP", "STARTTLS", "smtp", 25, "SMTPS", "smtps", 465},
    {"submission", "Submission", "STARTTLS", "submission", 587, "SMTPS", "smtps", 465},
};

static const struct service *service_of(const struct flow *f)
{
    for (size_t i = 0; f->mail && f->mail->protocol && i < sizeof services / sizeof *services; i++)
        if (!strcmp(services[i].protocol, f->mail->protocol))
            return &services[i];
    return NULL;
}

static bool begins_with_tls(const struct flow *f)
{
    return f->mail->starttls && !strcmp(f->mail->starttls, "implicit");
}

/* As people call it; of mail with the way by which TLS begins. */
static void service_name(const struct flow *f, struct text *out)
{
    const struct service *service = service_of(f);

    if (!service)
        text_add(out, f->target->port == 443 ? "HTTPS" : "TLS");
    else if (begins_with_tls(f))
        text_add(out, service->tls_name);
    else
        text_printf(out, "%s with %s", service->name, service->upgrade);
    text_printf(out, ", port %" PRId64, f->target->port);
}

static const char *verdict_word(const struct flow *f)
{
    const struct flow_verdict *v = f->server_leg ? f->server_leg->verdict : NULL;

    return !v ? "was not asked" : !strcmp(v->verdict, "accept") ? "accepts" : "refuses";
}

/* Enough of it to tell one from another. */
static void serial_short(const char *serial, struct text *out)
{
    size_t n = strlen(serial);

    if (n <= 2 * SERIAL_END + 1)
        text_add(out, serial);
    else
        text_printf(out, "%.*s…%s", SERIAL_END, serial, serial + n - SERIAL_END);
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
        serial_short(leaf->serial, &serial);
    const char *const cells[] = {text_str(&service), leaf ? text_str(&serial) : "none",
        leaf ? time_day(day, leaf->not_after) : "", verdict_word(f), d ? d->cause : "none"};
    t->pen->row(t->out, cells, sizeof cells / sizeof *cells);
    text_fini(&service);
    text_fini(&serial);
}

static void tell_services(const struct telling *t)
{
    static const char *const titles[] = {"Service", "Serial number", "Valid to", "iPhone", "Cause"};

    t->pen->heading(t->out, "What we found, service by service");
    t->pen->table(t->out, titles, sizeof titles / sizeof *titles);
    for (size_t i = 0; i < t->r->n; i++)
        tell_service(t, i);
    t->pen->table(t->out, NULL, 0);
}

static void tell_chain(const struct telling *t)
{
    struct report_cert certs[REPORT_CERTS_MOST];
    struct text faults[REPORT_CERTS_MOST] = {0};
    bool faulty = false;

    if (!t->r->n_certs)
        return;
    for (size_t i = 0; i < t->r->n_certs; i++) {
        certs[i] = t->r->certs[i];
        faulty = faulty || certs[i].fault;
        if (certs[i].fault)
            certs[i].fault = clean(t, &faults[i], certs[i].fault);
    }
    t->pen->heading(t->out, faulty ? "Where the fault sits" : "The chain, on a line of time");
    t->pen->paragraph(t->out, "Days near now are drawn larger than years far away.");
    t->pen->chain(t->out, certs, t->r->n_certs, t->r->made);
    for (size_t i = 0; i < t->r->n_certs; i++)
        text_fini(&faults[i]);
}

static void tell_check(const struct telling *t, const struct flow_check *check)
{
    struct text fault = {0}, where = {0};
    char code[32];

    if (check->cert != FLOW_NONE)
        text_printf(&where, "%" PRId64, check->cert);
    snprintf(code, sizeof code, "%" PRId64, check->osstatus);
    clean(t, &fault, check->detail);
    const char *const cells[] = {check->check, text_str(&where), text_str(&fault), code};
    t->pen->row(t->out, cells, sizeof cells / sizeof *cells);
    text_fini(&fault);
    text_fini(&where);
}

static void tell_faults(const struct telling *t)
{
    static const char *const titles[] = {"Check of iOS", "Certificate", "What is wrong", "Code"};
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
    const struct service *service = service_of(f);
    bool tls_first = service && begins_with_tls(f);
    int64_t port = f->target->port;
    int64_t usual = !service ? 443 : tls_first ? service->tls_port : service->port;
    const char *host = f->target->host ? f->target->host : "HOST";
    char where[HOST_CAP + 16];

    if (port == usual || port == FLOW_NONE)
        snprintf(where, sizeof where, "%s", host);
    else
        host_port_text(where, sizeof where, host, (uint16_t)port);
    text_add(out, "whytls explain ");
    if (service)
        text_printf(out, "%s://", tls_first ? service->tls_scheme : service->scheme);
    text_add(out, where);
}

static void tell_mend(const struct telling *t)
{
    const struct flow_diagnosis *d = first_cause(t->r->flows[0]);
    struct text step = {0}, command = {0};

    size_t n = 0;

    t->pen->heading(t->out, d ? "What to do, in this order" : "How to check it");
    t->pen->list(t->out, true);
    for (size_t i = 0; d && i < d->server_fix.n; i++)
        t->pen->item(t->out, ++n, clean(t, &step, d->server_fix.at[i]), NULL);
    if (d && !n)
        t->pen->item(t->out, ++n, "The server has nothing to change for this.", NULL);
    explain_command(t->r->flows[0], &command);
    t->pen->item(
        t->out, ++n, "Check it from outside. It says what an iPhone would.", text_str(&command));
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

/* A fact without a sentence says little beside those that have one. */
static bool has_sentences(const struct flow_evidence *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (is_of_server(at[i].fact) && at[i].says)
            return true;
    return false;
}

static void tell_evidence(
    const struct telling *t, const char *what, const struct flow_evidence *at, size_t n)
{
    struct text says = {0}, whole = {0};
    bool sentences_only = has_sentences(at, n);

    for (size_t i = 0; i < n; i++) {
        if (!is_of_server(at[i].fact) || (sentences_only && !at[i].says))
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
            text_printf(&line, "refuses: result %" PRId64 " at depth %" PRId64 ", %s",
                v->openssl->code, v->openssl->depth, flow_openssl_text(v->openssl));
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
        for (size_t i = 0; i < c->cert->dns.n && i < NAMES_MOST; i++)
            text_printf(out, "%s%s", i ? ", " : "; for ", c->cert->dns.at[i]);
        text_printf(out, ". Issued by %s. Valid %s to %s. %s, %s. ", c->cert->issuer.text,
            time_day(from, c->cert->not_before), time_day(to, c->cert->not_after),
            c->cert->key_text, c->cert->signature);
    }
    text_printf(out, "SHA-256 `%s`", c->sha256);
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

void report_tell(const struct report *r, const struct report_pen *pen, struct text *out)
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
}
