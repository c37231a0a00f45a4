#include "page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/html.h"
#include "base/time_text.h"
#include "flow/flow.h"
#include "page_look.h"

/* In characters. A host name has 253 at most (RFC 1035); the others are what a phone shows without
 * scrolling for long. */
enum { NAME_MOST = 253, WORDS_MOST = 120, PROSE_MOST = 420 };
/* Rows of each list; the flow record has the rest. */
enum {
    FACTS_MOST = 3,
    AGAINST_MOST = 2,
    STEPS_MOST = 5,
    ALSO_MOST = 3,
    CHECKS_MOST = 3,
    NAMES_MOST = 3
};

/* The end of the first sentence: a full stop that a space or the end follows. */
static size_t sentence_len(const char *s)
{
    for (size_t i = 0; s[i]; i++)
        if (s[i] == '.' && (!s[i + 1] || s[i + 1] == ' ' || s[i + 1] == '\n'))
            return i + 1;
    return strlen(s);
}

static const struct flow_diagnosis *top_of(const struct flow *f)
{
    return f->n_diagnosis ? &f->diagnosis[0] : NULL;
}

static const struct flow_verdict *verdict_of(const struct flow *f)
{
    return f->server_leg ? f->server_leg->verdict : NULL;
}

static bool is_refused(const struct flow_verdict *v)
{
    return v && v->verdict && !strcmp(v->verdict, "reject");
}

static const char *host_of(const struct flow *f)
{
    return f->target->host ? f->target->host : "the site";
}

static const char *dial_words(const char *error)
{
    static const struct {
        const char *error, *words;
    } rows[] = {
        {"nxdomain", " is a name that does not exist."},
        {"servfail", " could not be looked up: the name servers gave no answer."},
        {"refused", " refuses connections on this port."},
        {"timeout", " gave no answer in time."},
        {"unreachable", " cannot be reached from this proxy."},
        {"reset", " ended the connection at once."},
        {"proxy-login", " is behind another proxy, which wants a login."},
        {"proxy-refused", " is behind another proxy, which does not let us through."},
        {"proxy-failed", " is behind another proxy, which gave no connection."},
        {"proxy-unreachable", " is behind another proxy, which cannot be reached."},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(rows[i].error, error))
            return rows[i].words;
    return " could not be reached.";
}

/* The large heading when no rule has said a sentence. */
static void heading_plain(const struct flow *f, struct text *html)
{
    const struct flow_verdict *v = verdict_of(f);

    if (is_refused(v)) {
        text_add(html, "An iPhone would refuse the certificate of ");
        html_name(html, host_of(f), NAME_MOST);
        text_add(html, ".");
    } else if (f->dial && f->dial->error) {
        html_name(html, host_of(f), NAME_MOST);
        text_add(html, dial_words(f->dial->error));
    } else if (f->decision->action && !strcmp(f->decision->action, "refuse")) {
        text_add(html, "A rule of this proxy refuses ");
        html_name(html, host_of(f), NAME_MOST);
        text_add(html, ".");
    } else {
        text_add(html, "The connection to ");
        html_name(html, host_of(f), NAME_MOST);
        text_add(html, " ended before an answer came.");
    }
}

static void add_sentence(struct text *html, const char *s, size_t len)
{
    struct text part = {0};

    text_add_n(&part, s, len);
    html_prose(html, text_str(&part), PROSE_MOST);
    text_fini(&part);
}

static const char *confidence_word(const char *confidence)
{
    if (confidence && !strcmp(confidence, "certain"))
        return "Certain.";
    if (confidence && !strcmp(confidence, "likely"))
        return "Likely.";
    return "Possible.";
}

static void add_sure(const struct flow *f, struct text *html)
{
    static const char bars[] = "<svg viewBox=\"0 0 16 14\" aria-hidden=\"true\"><path "
                               "fill=\"currentColor\" d=\"M1 9h3.6v5H1zM6 "
                               "5h3.6v9H6zM11 1h3.6v13H11z\"/></svg>";
    const struct flow_diagnosis *d = top_of(f);
    bool refused = is_refused(verdict_of(f));

    if (!d && !refused)
        return;
    text_add(html, "<p class=\"sure\">");
    if (d)
        text_printf(html, "%s<b>%s</b> ",
            strcmp(confidence_word(d->confidence), "Certain.") ? "" : bars,
            confidence_word(d->confidence));
    if (refused)
        text_add(html, "An iPhone without whytls would refuse this site too.");
    text_add(html, "</p>\n");
}

static void add_lead(const struct flow *f, const char *rest, struct text *html)
{
    text_add(html, "<p class=\"lead\">");
    while (*rest == ' ' || *rest == '\n')
        rest++;
    if (*rest) {
        html_prose(html, rest, PROSE_MOST);
        text_add(html, " ");
    } else if (is_refused(verdict_of(f))) {
        text_add(html, "A certificate is a site’s proof of who it is. ");
    }
    text_add(html, "None of your data was sent to the site.</p>\n");
}

static void add_top(const struct flow *f, struct text *html)
{
    const struct flow_diagnosis *d = top_of(f);
    const char *why = d && d->why && *d->why ? d->why : d ? d->title : NULL;
    size_t len = why ? sentence_len(why) : 0;

    text_add(html, "<div class=\"who\">" PAGE_LOGO
                   "<span>This page is from <b>whytls</b>, a proxy on your network. It is not from "
                   "the site.</span></div>\n<h1>");
    if (why)
        add_sentence(html, why, len);
    else
        heading_plain(f, html);
    text_add(html, "</h1>\n");
    add_sure(f, html);
    add_lead(f, why ? why + len : "", html);
}

static void add_evidence(struct text *html, const struct flow_evidence *e, bool speaks_for)
{
    text_printf(html, "<li%s>%s<span>", speaks_for ? "" : " class=\"no\"",
        speaks_for ? PAGE_TICK : PAGE_CROSS);
    if (e->says && *e->says) {
        html_prose(html, e->says, PROSE_MOST);
    } else {
        html_name(html, e->fact ? e->fact : "", WORDS_MOST);
        text_add(html, " is ");
        html_name(html, e->value ? e->value : "none", WORDS_MOST);
    }
    text_add(html, "</span></li>\n");
}

static void add_facts(const struct flow_diagnosis *d, struct text *html)
{
    if (!d->n_evidence && !d->n_against)
        return;
    text_add(html, "<section>\n<h2>Why we say so</h2>\n<ul class=\"facts\">\n");
    for (size_t i = 0; i < d->n_evidence && i < FACTS_MOST; i++)
        add_evidence(html, &d->evidence[i], true);
    for (size_t i = 0; i < d->n_against && i < AGAINST_MOST; i++)
        add_evidence(html, &d->against[i], false);
    text_add(html, "</ul>\n</section>\n");
}

static void add_steps(
    struct text *html, const char *who, const struct flow_texts *steps, const char *none)
{
    text_printf(html, "<li><b>%s</b> ", who);
    if (!steps || !steps->n)
        text_add(html, none);
    else if (steps->n == 1)
        html_prose(html, steps->at[0], PROSE_MOST);
    else
        text_add(html, "<ol>");
    for (size_t i = 0; steps && steps->n > 1 && i < steps->n && i < STEPS_MOST; i++) {
        text_add(html, "<li>");
        html_prose(html, steps->at[i], PROSE_MOST);
        text_add(html, "</li>");
    }
    text_add(html, steps && steps->n > 1 ? "</ol></li>\n" : "</li>\n");
}

static void add_remedies(const struct flow *f, struct text *html)
{
    const struct flow_diagnosis *d = top_of(f);

    text_add(html, "<section>\n<h2>What to do</h2>\n<ul>\n");
    add_steps(html, "On this phone:", d ? &d->device_fix : NULL, "Nothing. No setting helps.");
    add_steps(html, "If the site is yours:", d ? &d->server_fix : NULL,
        "Nothing is known that you would have to change.");
    if (d && d->next_test && *d->next_test) {
        text_add(html, "<li><b>To be sure:</b> ");
        html_prose(html, d->next_test, PROSE_MOST);
        text_add(html, "</li>\n");
    }
    if (is_refused(verdict_of(f)))
        text_add(html, "<li><b>If you need the app to carry on:</b> whoever runs whytls can allow "
                       "this host by a rule.</li>\n");
    text_add(html, "</ul>\n</section>\n");
}

static void add_grade(struct text *html, const char *grade)
{
    if (!grade)
        return;
    text_add(html, "<span class=\"grade\">");
    html_plain(html, grade, WORDS_MOST);
    text_add(html, "</span>\n");
}

static void add_ios(const struct flow *f, struct text *html)
{
    const struct flow_diagnosis *d = top_of(f);
    const struct flow_verdict *v = verdict_of(f);
    const char *text = d && d->ios->text ? d->ios->text : v ? v->text : NULL;
    const char *grade = d ? d->ios->grade : NULL;

    if (!text && !(d && (d->ios->safari || d->ios->app)))
        return;
    text_add(html, "<section>\n<h2>What iOS says</h2>\n");
    /* The sentences of a verdict are those of Apple's published sources. */
    if (!grade && text)
        grade = "Apple source";
    if (text) {
        text_add(html, "<p>");
        html_prose(html, text, PROSE_MOST);
        text_add(html, "</p>\n");
        add_grade(html, grade);
    }
    if (d && d->ios->safari) {
        text_add(html, "<p>Safari: ");
        html_prose(html, d->ios->safari, PROSE_MOST);
        text_add(html, "</p>\n");
    }
    if (d && d->ios->app) {
        text_add(html, "<p>Apps: ");
        html_prose(html, d->ios->app, PROSE_MOST);
        text_add(html, "</p>\n");
    }
    if (!text)
        add_grade(html, grade);
    text_add(html, "</section>\n");
}

static void add_row(struct text *html, const char *label, const char *value, size_t most)
{
    if (!value || !*value)
        return;
    text_printf(html, "<dt>%s</dt><dd>", label);
    html_name(html, value, most);
    text_add(html, "</dd>\n");
}

static void add_certificate(struct text *html, const struct flow_certificate *c)
{
    char from[TIME_TEXT_CAP], to[TIME_TEXT_CAP];

    add_row(html, "Subject", c->subject->cn ? c->subject->cn : c->subject->text, WORDS_MOST);
    add_row(html, "Organisation", c->subject->o, WORDS_MOST);
    add_row(html, "Issuer", c->issuer->cn ? c->issuer->cn : c->issuer->text, WORDS_MOST);
    if (c->names.n) {
        text_add(html, "<dt>Named</dt><dd>");
        for (size_t i = 0; i < c->names.n && i < NAMES_MOST; i++) {
            text_add(html, i ? ", " : "");
            html_name(html, c->names.at[i], WORDS_MOST);
        }
        if (c->names.n > NAMES_MOST)
            text_printf(html, " and %zu more", c->names.n - NAMES_MOST);
        text_add(html, "</dd>\n");
    }
    text_printf(html, "<dt>Valid</dt><dd>%s to %s</dd>\n", time_minute(from, c->not_before),
        time_minute(to, c->not_after));
}

static void add_verdict(struct text *html, const struct flow_verdict *v)
{
    for (size_t i = 0; i < v->n_checks && i < CHECKS_MOST; i++) {
        text_add(html, "<dt>iOS check</dt><dd>");
        html_name(html, v->checks[i].check, WORDS_MOST);
        text_printf(html, " refuses certificate %" PRId64 ", %" PRId64 "</dd>\n", v->checks[i].cert,
            v->checks[i].osstatus);
    }
    if (v->openssl->accept)
        text_add(html, "<dt>OpenSSL</dt><dd>accepts</dd>\n");
    else
        text_printf(html,
            "<dt>OpenSSL</dt><dd>refuses: result %" PRId64 " at depth %" PRId64 "</dd>\n",
            v->openssl->code, v->openssl->depth);
}

static void add_owner(const struct flow *f, struct text *html)
{
    const struct flow_diagnosis *d = top_of(f);
    const struct flow_server_leg *leg = f->server_leg;

    text_add(html, "<section>\n<h2>For the site’s owner</h2>\n<dl>\n");
    if (d)
        add_row(html, "Cause", d->cause, WORDS_MOST);
    if (leg && leg->n_chain)
        add_certificate(html, &leg->chain[0]);
    if (leg)
        add_row(html, "Address", leg->address, WORDS_MOST);
    text_printf(html, "<dt>Port</dt><dd>%" PRId64 "</dd>\n", f->target->port);
    if (is_refused(verdict_of(f)))
        add_verdict(html, verdict_of(f));
    text_add(html, "<dt>Check again</dt><dd><code>whytls explain ");
    html_plain(html, host_of(f), NAME_MOST);
    if (f->target->port != 443)
        text_printf(html, ":%" PRId64, f->target->port);
    text_add(html, "</code></dd>\n</dl>\n</section>\n");
}

/* Other true faults, or look-alikes of the first. */
static void add_others(const struct flow *f, struct text *html)
{
    if (f->n_diagnosis < 2)
        return;
    text_add(html, "<section>\n<h2>Also found</h2>\n<ul>\n");
    for (size_t i = 1; i < f->n_diagnosis && i <= ALSO_MOST; i++) {
        const struct flow_diagnosis *d = &f->diagnosis[i];

        text_printf(html, "<li><b>%s</b> ", confidence_word(d->confidence));
        html_prose(html, d->why && *d->why ? d->why : d->title ? d->title : "", PROSE_MOST);
        text_add(html, " <code>");
        html_plain(html, d->cause ? d->cause : "", WORDS_MOST);
        text_add(html, "</code></li>\n");
    }
    if (f->n_diagnosis > ALSO_MOST + 1)
        text_printf(
            html, "<li>%zu more stand in the record.</li>\n", f->n_diagnosis - ALSO_MOST - 1);
    text_add(html, "</ul>\n</section>\n");
}

static void add_end(const struct flow *f, struct text *html)
{
    char at[TIME_TEXT_CAP];

    text_add(html, "<p class=\"end\">Record ");
    html_plain(html, f->id ? f->id : "", WORDS_MOST);
    text_printf(html,
        " · %s · status 502 · whytls " WHYTLS_VERSION "</p>\n</main>\n</body>\n</html>\n",
        time_rfc3339(at, f->at));
}

static void add_head(const struct flow *f, struct text *html)
{
    const struct flow_diagnosis *d = top_of(f);

    text_add(html, "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"robots\" content=\"noindex\">\n<title>whytls stopped this page");
    if (d && d->title) {
        text_add(html, ": ");
        html_plain(html, d->title, WORDS_MOST);
    }
    text_add(html, "</title>\n<style>" PAGE_STYLE "</style>\n</head>\n<body>\n<main>\n");
}

void page_write(const struct flow *f, struct text *html)
{
    const struct flow_diagnosis *d = top_of(f);

    add_head(f, html);
    add_top(f, html);
    if (d)
        add_facts(d, html);
    add_remedies(f, html);
    add_ios(f, html);
    add_others(f, html);
    add_owner(f, html);
    add_end(f, html);
}

/* A token that may stand in a header field whoever wrote it, or nothing. */
static bool is_token(const char *s)
{
    size_t n =
        s ? strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/.") : 0;

    return n && n <= WORDS_MOST && !s[n];
}

static void add_field(struct page_head *out, const char *name, const char *value)
{
    out->at[out->n++] = (struct flow_header){name, value};
}

void page_fields(const struct flow *f, size_t body_len, struct page_head *out)
{
    out->n = 0;
    snprintf(out->length, sizeof out->length, "%zu", body_len);
    add_field(out, "Content-Type", "text/html; charset=utf-8");
    add_field(out, "Content-Length", out->length);
    add_field(out, "Cache-Control", "no-store");
    add_field(out, "Content-Security-Policy",
        "default-src 'none'; style-src '" PAGE_STYLE_HASH
        "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    add_field(out, "X-Content-Type-Options", "nosniff");
    add_field(out, "Referrer-Policy", "no-referrer");
    if (f->n_diagnosis && is_token(f->diagnosis[0].cause))
        add_field(out, "Whytls-Cause", f->diagnosis[0].cause);
    if (is_token(f->id))
        add_field(out, "Whytls-Flow", f->id);
}

void page_head(const struct flow *f, size_t body_len, struct text *head)
{
    struct page_head fields;

    page_fields(f, body_len, &fields);
    text_add(head, "HTTP/1.1 502 Bad Gateway\r\n");
    for (size_t i = 0; i < fields.n; i++)
        text_printf(head, "%s: %s\r\n", fields.at[i].name, fields.at[i].value);
    text_add(head, "Connection: close\r\n\r\n");
}
