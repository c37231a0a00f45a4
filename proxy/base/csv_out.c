#include "csv_out.h"

#include <inttypes.h>
#include <string.h>

/* A cell that begins so is a formula to a spreadsheet; an apostrophe makes it text. */
static bool is_formula(const char *s)
{
    return *s && strchr("=+-@\t\r", *s);
}

void csv_text(struct text *out, const char *s)
{
    text_add_char(out, '"');
    if (s && is_formula(s))
        text_add_char(out, '\'');
    for (; s && *s; s++) {
        unsigned char c = (unsigned char)*s;

        if (c == '"')
            text_add(out, "\"\"");
        else if (c < 0x20 || c == 0x7f)
            text_add(out, "\xef\xbf\xbd");
        else
            text_add_char(out, *s);
    }
    text_add(out, "\",");
}

void csv_int(struct text *out, int64_t n)
{
    text_printf(out, "%" PRId64 ",", n);
}

void csv_none(struct text *out)
{
    text_add_char(out, ',');
}

void csv_bool(struct text *out, bool b)
{
    text_add(out, b ? "yes," : "no,");
}

void csv_end(struct text *out)
{
    text_cut(out, out->len - 1); /* the comma after the last */
    text_add(out, "\r\n");
}
