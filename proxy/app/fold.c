#include "fold.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "term.h"

static size_t columns_of(const char *s, size_t n)
{
    struct text part = {0};

    text_add_n(&part, s, n);
    size_t columns = term_columns(text_str(&part));
    text_fini(&part);
    return columns;
}

/* Where the last column begins that leaves a third of the window. */
static size_t hang_of(const char *line, size_t n, size_t width)
{
    size_t indent = strspn(line, " "), hang = indent ? indent + 2 : 0, most = 2 * width / 3;

    for (size_t i = indent + 1; i + 1 < n; i++) {
        if (line[i] == ' ' || line[i - 1] != ' ' || i < indent + 3 || line[i - 2] != ' ')
            continue;
        size_t at = columns_of(line, i);
        if (at > most)
            break;
        hang = at;
    }
    return hang <= most ? hang : 2;
}

static void line_add(const char *line, size_t n, size_t width, struct text *out)
{
    size_t hang = hang_of(line, n, width), at = 0;

    for (size_t i = 0, gap, word; i < n; i += gap + word) {
        for (gap = 0; i + gap < n && line[i + gap] == ' ';)
            gap++;
        for (word = 0; i + gap + word < n && line[i + gap + word] != ' ';)
            word++;
        size_t columns = columns_of(line + i + gap, word), blanks = gap;
        if (at > hang && at + gap + columns > width) {
            text_add_char(out, '\n');
            at = 0;
            blanks = hang;
        }
        term_pad(out, blanks);
        text_add_n(out, line + i + gap, word);
        at += blanks + columns;
    }
}

void fold_add(const struct term *t, const char *lines, struct text *out)
{
    size_t width = t->is_tty ? (size_t)t->width : SIZE_MAX;

    while (*lines) {
        size_t n = strcspn(lines, "\n");

        if (columns_of(lines, n) > width)
            line_add(lines, n, width, out);
        else
            text_add_n(out, lines, n);
        lines += n;
        if (*lines) {
            text_add_char(out, '\n');
            lines++;
        }
    }
}

void fold_print(const char *lines)
{
    struct text out = {0};
    struct term t;

    if (term_init(&t, NULL, NULL))
        fold_add(&t, lines, &out);
    fputs(text_str(&out), stdout);
    text_fini(&out);
}
