#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/html.h"
#include "base/time_text.h"
#include "cert/facts.h"

/* Of the drawing, in its own units: where now is, one row, its bar, and what a name may take. */
enum { NOW_X = 470, RIGHT_X = 700, LEFT_X = 245, TOP_Y = 38, ROW = 54, BAR = 18, LINE = 12 };
/* Characters that fit before it: of a name, of what stands under it. */
enum { NAME_CHARS = 34, NOTE_CHARS = 37, NOTE_LINES = 3, TEXT_MOST = 400 };
enum { PRINT_END = 12, PRINT_CAP = 40 };
enum { DAY_S = 86400, DAYS_MOST = 40000 };

/* The line of time is the logarithm of days from now on either side: a day and twenty years are
 * both to be seen. */
static const double stretch = 23.62;

static double place(int64_t at, int64_t now)
{
    double days = (double)(at - now) / DAY_S;
    double far = fmin(fabs(days), DAYS_MOST);
    double x = days < 0 ? NOW_X - stretch * log1p(far) : NOW_X + stretch * log1p(far);

    return fmax(LEFT_X, fmin(x, RIGHT_X - 2));
}

static void put_marks(struct text *out, int height)
{
    static const struct {
        int days;
        const char *word;
    } marks[] = {{7305, "20 y"}, {730, "2 y"}, {90, "90 d"}, {7, "7 d"}};

    for (size_t i = 0; i < 2 * sizeof marks / sizeof *marks; i++) {
        bool ago = i % 2;
        int64_t at = (int64_t)marks[i / 2].days * DAY_S;
        double x = place(ago ? -at : at, 0);

        text_printf(out,
            "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"22\" y2=\"%d\" stroke=\"#bbb\"/>"
            "<text x=\"%.1f\" y=\"14\" text-anchor=\"middle\" class=\"m\">%s%s</text>",
            x, x, height - 6, x, marks[i / 2].word, ago ? " ago" : "");
    }
    text_printf(out,
        "<line x1=\"%d\" x2=\"%d\" y1=\"22\" y2=\"%d\" stroke=\"#111\" stroke-width=\"2\"/>"
        "<text x=\"%d\" y=\"14\" text-anchor=\"middle\" class=\"n\">now</text>",
        NOW_X, NOW_X, height - 6, NOW_X);
}

static const char *dates_word(const struct cert *c, int64_t now, char buf[static 64])
{
    char day[TIME_TEXT_CAP];

    if (c->not_after < now)
        snprintf(buf, 64, "ended %s", time_day(day, c->not_after));
    else if (c->not_before > now)
        snprintf(buf, 64, "begins %s", time_day(day, c->not_before));
    else
        snprintf(buf, 64, "to %s", time_day(day, c->not_after));
    return buf;
}

static void put_text(struct text *out, int y, const char *class, const char *s, size_t most)
{
    text_printf(out, "<text x=\"0\" y=\"%d\" class=\"%s\">", y, class);
    html_plain(out, s, most);
    text_add(out, "</text>");
}

/* How much of it fits on a line, up to a blank where there is one. */
static size_t line_fit(const char *s, size_t len)
{
    size_t n = 0, blank = 0;

    for (size_t chars = 0; n < len && chars < NOTE_CHARS; chars++) {
        if (s[n] == ' ')
            blank = n;
        size_t one = text_utf8_len(s + n, len - n);
        n += one ? one : 1;
    }
    return n < len && blank ? blank : n;
}

/* A sentence on so many lines; the last is cut where it has to be. */
static void put_lines(struct text *out, int y, const char *s)
{
    struct text line = {0};
    size_t len = strlen(s);

    for (int i = 0; i < NOTE_LINES && len; i++, y += LINE) {
        size_t n = i + 1 < NOTE_LINES ? line_fit(s, len) : len;

        text_clear(&line);
        text_add_n(&line, s, n);
        put_text(out, y, "m", text_str(&line), NOTE_CHARS);
        n += n < len && s[n] == ' ';
        s += n;
        len -= n;
    }
    text_fini(&line);
}

/* Signs that would be made visible by an element of HTML have no place in a drawing. */
static void put_name(struct text *out, int y, const char *s)
{
    struct text plain = {0};

    text_add_safe(&plain, s, strlen(s), TEXT_MOST);
    put_text(out, y, "n", text_str(&plain), NAME_CHARS);
    text_fini(&plain);
}

static void put_note(struct text *out, int y, const char *s)
{
    struct text plain = {0};

    text_add_safe(&plain, s, strlen(s), TEXT_MOST);
    put_lines(out, y, text_str(&plain));
    text_fini(&plain);
}

/* A diamond with its exclamation mark. */
static void put_fault(struct text *out, double x, int y)
{
    text_printf(out,
        "<path d=\"M%.1f %dl11 11-11 11-11-11z\" fill=\"#fff\" stroke=\"#111\" "
        "stroke-width=\"2\"/><path d=\"M%.1f %dh2v7h-2zM%.1f %dh2v2.5h-2z\"/>",
        x, y - 2, x - 1, y + 3, x - 1, y + 12);
}

static void put_bar(struct text *out, const struct cert *c, int64_t now, int y)
{
    double from = place(c->not_before, now), to = place(c->not_after, now);
    bool valid = c->not_before <= now && now <= c->not_after;

    text_printf(out,
        "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"3\" fill=\"%s\" "
        "stroke=\"#111\"/>",
        from, y, fmax(to - from, 2), BAR, valid ? "#fff" : "url(#h)");
}

/* Both ends of a fingerprint. */
static const char *print_short(const char *sha256, char buf[static PRINT_CAP])
{
    size_t n = strlen(sha256);

    snprintf(buf, PRINT_CAP, "%.*s…%s", PRINT_END, sha256,
        n > 2 * PRINT_END ? sha256 + n - PRINT_END : "");
    return buf;
}

static void put_cert(struct text *out, const struct report_cert *c, int64_t now, int y)
{
    char dates[64], print[PRINT_CAP];

    put_name(out, y + 7, c->cert ? c->cert->summary : print_short(c->sha256, print));
    put_note(
        out, y + 22, c->cert ? dates_word(c->cert, now, dates) : "this certificate was not kept");
    if (c->fault)
        put_note(out, y + 36, c->fault);
    else if (!c->was_sent)
        put_note(out, y + 36, "the server did not send it");
    if (!c->cert)
        return;
    put_bar(out, c->cert, now, y);
    if (c->fault)
        put_fault(out,
            c->cert->not_after < now    ? place(c->cert->not_after, now)
            : c->cert->not_before > now ? place(c->cert->not_before, now)
                                        : NOW_X,
            y);
}

/* A fault takes the lines that a sentence takes. */
static int row_height(const struct report_cert *c)
{
    return c->fault ? ROW + (NOTE_LINES - 1) * LINE : ROW;
}

void chain_svg(struct text *out, const struct report_cert *certs, size_t n, int64_t now)
{
    int height = TOP_Y, y = TOP_Y;
    size_t faulty = 0;

    for (size_t i = 0; i < n; i++) {
        height += row_height(&certs[i]);
        faulty += certs[i].fault != NULL;
    }
    text_printf(out,
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"The chain on a line of time: %zu "
        "certificates, %zu with a fault.\"><defs><pattern id=\"h\" width=\"6\" height=\"6\" "
        "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path d=\"M0 0v6\" "
        "stroke=\"#111\" stroke-width=\"2\"/></pattern></defs>",
        RIGHT_X + 10, height, n, faulty);
    put_marks(out, height);
    for (size_t i = 0; i < n; i++) {
        put_cert(out, &certs[i], now, y);
        y += row_height(&certs[i]);
    }
    text_add(out, "</svg>");
}
