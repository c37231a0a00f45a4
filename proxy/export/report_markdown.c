/* export/report_markdown.c - the report for a ticket or a mail (CommonMark, with GitHub's
 * tables). */
#include "report.h"

#include <string.h>

#include "base/time_text.h"
#include "cert/facts.h"
#include "flow/flow.h"

enum { LINE = 4000 };

/* Signs that Markdown or HTML in it would read are escaped (CommonMark §2.4); the text stays on its
 * line. A grave accent stands, since prose of ours marks code by it. */
static void put(struct text *out, const char *s)
{
    struct text plain = {0};

    text_add_safe(&plain, s ? s : "", s ? strlen(s) : 0, LINE);
    for (size_t i = 0; i < plain.len; i++) {
        if (strchr("\\*_{}[]<>|#~&!", plain.at[i]))
            text_add_char(out, '\\');
        text_add_char(out, plain.at[i]);
    }
    text_fini(&plain);
}

static void begin(struct text *out, const struct report *r, const char *title, const char *lead)
{
    char made[TIME_TEXT_CAP];

    text_add(out, "# Report on ");
    put(out, report_host(r));
    text_printf(out, "\n\nFor the people who run the server. %s, whytls %s, record ",
        time_minute(made, r->made), WHYTLS_VERSION);
    put(out, r->flows[0]->id);
    text_add(out, "\n\n**");
    put(out, title);
    text_add(out, "**\n");
    if (*lead) {
        text_add(out, "\n");
        put(out, lead);
        text_add(out, "\n");
    }
}

static void heading(struct text *out, const char *s)
{
    text_printf(out, "\n## %s\n\n", s);
}

static void paragraph(struct text *out, const char *s)
{
    put(out, s);
    text_add(out, "\n\n");
}

static void row(struct text *out, const char *const *cells, size_t n)
{
    text_add(out, "|");
    for (size_t i = 0; i < n; i++) {
        text_add(out, " ");
        put(out, cells[i]);
        text_add(out, " |");
    }
    text_add(out, "\n");
}

static void table(struct text *out, const char *const *titles, size_t n)
{
    if (!titles)
        return;
    row(out, titles, n);
    text_add(out, "|");
    for (size_t i = 0; i < n; i++)
        text_add(out, "---|");
    text_add(out, "\n");
}

static void list(struct text *out, bool begins)
{
    (void)out;
    (void)begins;
}

static void item(struct text *out, size_t n, const char *s, const char *command)
{
    text_printf(out, "%zu. ", n);
    put(out, s);
    text_add(out, "\n");
    if (command) {
        text_add(out, "\n       ");
        text_add_safe(out, command, strlen(command), LINE);
        text_add(out, "\n");
    }
}

static void pairs(struct text *out, bool begins)
{
    (void)out;
    (void)begins;
}

static void pair(struct text *out, const char *what, const char *says)
{
    text_printf(out, "- **%s**: ", what);
    put(out, says);
    text_add(out, "\n");
}

/* A drawing in words. */
static void chain(struct text *out, const struct report_cert *certs, size_t n, int64_t now)
{
    static const char *const titles[] = {"Certificate", "Valid from", "to", "Fault"};
    char from[TIME_TEXT_CAP], to[TIME_TEXT_CAP];

    table(out, titles, sizeof titles / sizeof *titles);
    for (size_t i = 0; i < n; i++) {
        const struct cert *c = certs[i].cert;
        const char *const cells[] = {c ? c->summary : certs[i].sha256,
            c ? time_day(from, c->not_before) : "", c ? time_day(to, c->not_after) : "",
            certs[i].fault            ? certs[i].fault
            : c && c->not_after < now ? "ended"
            : certs[i].was_sent       ? "none"
                                      : "not sent"};

        row(out, cells, sizeof cells / sizeof *cells);
    }
}

static void end(struct text *out, const char *footer)
{
    text_printf(out, "\n---\n\n%s\n", footer);
}

const struct report_pen report_pen_markdown = {.begin = begin,
    .heading = heading,
    .paragraph = paragraph,
    .table = table,
    .row = row,
    .list = list,
    .item = item,
    .pairs = pairs,
    .pair = pair,
    .chain = chain,
    .end = end};
