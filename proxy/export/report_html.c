/* export/report_html.c - the report as one page that needs nothing from elsewhere, and prints. */
#include "report.h"

#include <string.h>

#include "base/html.h"
#include "base/time_text.h"
#include "flow/flow.h"

/* LINE: characters of any one text. SHORT: of a cell that stays on its line. */
enum { LINE = 4000, SHORT_MOST = 40 };

static const char style[] =
    ":root{color-scheme:light;--ink:#111;--soft:#444;--line:#bbb}"
    "@page{size:A4;margin:18mm 18mm 16mm}*{box-sizing:border-box}"
    "body{margin:0;background:#ececef;color:var(--ink);font:400 10.5pt/1.45 system-ui,"
    "-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",\"Noto Sans\",\"Liberation Sans\",Arial,"
    "sans-serif;font-variant-numeric:tabular-nums}"
    "main{max-width:210mm;margin:24px auto;background:#fff;padding:18mm;"
    "box-shadow:0 1px 12px rgb(0 0 0/.15)}"
    "p,h1,h2,ul,ol,dl,dd,table{margin:0}"
    "header{display:flex;flex-wrap:wrap;justify-content:space-between;gap:2mm 12mm;"
    "border-bottom:2px solid var(--ink);padding-bottom:3mm;font-size:9pt;color:var(--soft);"
    "overflow-wrap:anywhere}"
    "h1{font-size:19pt;line-height:1.2;letter-spacing:-.015em;margin:7mm 0 3mm;"
    "text-wrap:balance;overflow-wrap:anywhere}"
    "h2{font-size:12pt;margin:7mm 0 2mm;break-after:avoid}.lead{font-size:11.5pt;"
    "color:var(--soft)}"
    "table{border-collapse:collapse;width:100%;font-size:9.5pt}"
    "th,td{text-align:left;padding:1.6mm 2mm 1.6mm 0;border-bottom:1px solid var(--line);"
    "vertical-align:top;white-space:nowrap}th{font-weight:600;color:var(--soft)}"
    "td.long{white-space:normal;overflow-wrap:anywhere;min-width:50mm}"
    "td:last-child{white-space:normal}"
    "ol{padding-left:5mm}li+li{margin-top:1.5mm}"
    "code{font-family:ui-monospace,\"SF Mono\",Menlo,Consolas,\"DejaVu Sans Mono\",monospace;"
    "font-size:.9em;overflow-wrap:anywhere}"
    ".cmd{display:block;border:1px solid var(--line);border-radius:3px;padding:1.5mm 2.5mm;"
    "margin-top:1mm}.u{font-size:.8em;border:1px solid var(--line);border-radius:2px}"
    "svg{width:100%;height:auto;display:block;margin-top:2mm}svg text.n{font:600 12px "
    "system-ui,sans-serif}"
    "svg text.m{font:400 11px system-ui,sans-serif;fill:#444}"
    "dl{display:grid;grid-template-columns:38mm 1fr;gap:1mm 4mm;font-size:9.5pt}"
    "dt{color:var(--soft)}dd{overflow-wrap:anywhere}"
    "footer{margin-top:8mm;border-top:1px solid var(--line);padding-top:2.5mm;font-size:8.5pt;"
    "color:var(--soft)}"
    "@media print{body{background:#fff}main{margin:0;padding:0;max-width:none;box-shadow:none}"
    "section{break-inside:avoid}}"
    "@media(max-width:700px){main{margin:0;padding:20px}dl{grid-template-columns:1fr;gap:0}"
    "dd{margin-bottom:2mm}.wide{overflow-x:auto}.wide>*{min-width:560px}}";

static void begin(struct text *out, const struct report *r, const char *title, const char *lead)
{
    char made[TIME_TEXT_CAP];

    text_add(out, "<!doctype html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\">"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "style-src 'unsafe-inline'\"><title>Report on ");
    html_plain(out, report_host(r), LINE);
    text_printf(
        out, "</title><style>%s</style></head>\n<body><main>\n<header><span><b>Report on ", style);
    html_plain(out, report_host(r), LINE);
    text_printf(out,
        "</b><br>for the people who run the server</span><span>%s<br>whytls %s, record ",
        time_minute(made, r->made), WHYTLS_VERSION);
    html_plain(out, r->flows[0]->id, LINE);
    text_add(out, "</span></header>\n<h1>");
    html_prose(out, title, LINE);
    text_add(out, "</h1>");
    if (*lead) {
        text_add(out, "\n<p class=\"lead\">");
        html_prose(out, lead, LINE);
        text_add(out, "</p>");
    }
    text_add(out, "\n<section>");
}

static void heading(struct text *out, const char *s)
{
    text_add(out, "</section>\n<section><h2>");
    html_plain(out, s, LINE);
    text_add(out, "</h2>");
}

static void paragraph(struct text *out, const char *s)
{
    text_add(out, "<p>");
    html_prose(out, s, LINE);
    text_add(out, "</p>");
}

static void table(struct text *out, const char *const *titles, size_t n)
{
    if (!titles) {
        text_add(out, "</tbody></table></div>");
        return;
    }
    text_add(out, "<div class=\"wide\" tabindex=\"0\"><table><thead><tr>");
    for (size_t i = 0; i < n; i++)
        text_printf(out, "<th scope=\"col\">%s</th>", titles[i]);
    text_add(out, "</tr></thead><tbody>");
}

static void row(struct text *out, const char *const *cells, size_t n)
{
    text_add(out, "\n<tr>");
    for (size_t i = 0; i < n; i++) {
        const char *cell = cells[i] ? cells[i] : "";

        text_add(out, strlen(cell) > SHORT_MOST ? "<td class=\"long\">" : "<td>");
        html_prose(out, cell, LINE);
        text_add(out, "</td>");
    }
    text_add(out, "</tr>");
}

static void list(struct text *out, bool begins)
{
    text_add(out, begins ? "<ol>" : "</ol>");
}

static void item(struct text *out, size_t n, const char *s, const char *command)
{
    (void)n; /* <ol> counts */
    text_add(out, "\n<li>");
    html_prose(out, s, LINE);
    if (command) {
        text_add(out, "<code class=\"cmd\">");
        html_plain(out, command, LINE);
        text_add(out, "</code>");
    }
    text_add(out, "</li>");
}

static void pairs(struct text *out, bool begins)
{
    text_add(out, begins ? "<dl>" : "</dl>");
}

static void pair(struct text *out, const char *what, const char *says)
{
    text_add(out, "\n<dt>");
    html_plain(out, what, LINE);
    text_add(out, "</dt><dd>");
    html_prose(out, says ? says : "", LINE);
    text_add(out, "</dd>");
}

static void chain(struct text *out, const struct report_cert *certs, size_t n, int64_t now)
{
    text_add(out, "<div class=\"wide\" tabindex=\"0\">");
    chain_svg(out, certs, n, now);
    text_add(out, "</div>");
}

static void end(struct text *out, const char *footer)
{
    text_add(out, "</section>\n<footer>");
    html_plain(out, footer, LINE);
    text_add(out, "</footer>\n</main></body></html>\n");
}

const struct report_pen report_pen_html = {.begin = begin,
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
