/* app/term.h - what the terminal can show, and text laid out for it.
 *
 * Every line opens with a shape and a word, never with a colour alone. All text that came from
 * outside passes through term_text, so that no control character, escape or direction mark of a
 * certificate reaches the terminal. */
#ifndef WHYTLS_APP_TERM_H
#define WHYTLS_APP_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/text.h"

enum term_colour { TERM_COLOUR_AUTO = 0, TERM_COLOUR_ALWAYS, TERM_COLOUR_NEVER };

enum { TERM_WIDE = 120, TERM_USUAL = 80, TERM_NARROW = 60 };

struct term {
    bool colour, utf8, is_tty;
    int width; /* columns */
};

/* What decides, as values, so that tests can bring their own. */
struct term_env {
    const char *no_color, *term, *lc_all, *lc_ctype, *lang;
    const char *columns_said; /* COLUMNS: what the user prefers (POSIX.1-2017 §8.3) */
    bool is_tty;
    int columns; /* of the window; 0 when unknown */
};

void term_set(struct term *t, enum term_colour choice, const struct term_env *env);
/* Standard output, by the environment. `colour` is the value of --color: "auto", "always", "never",
 * or NULL. */
bool term_init(struct term *t, const char *colour, struct err *e) MUST_USE;

enum term_style {
    TERM_PLAIN = 0,
    TERM_FINE,
    TERM_FAULT,
    TERM_WARNING,
    TERM_EXPECTED,
    TERM_UNREAD,
    TERM_MIRRORED,
    TERM_BOLD,
    TERM_FAINT,
    N_TERM_STYLES
};

/* Switches a style on; TERM_PLAIN switches all off. Nothing without colour. */
void term_style(const struct term *t, struct text *out, enum term_style style);

enum term_shape {
    SHAPE_FINE = 0,
    SHAPE_FAILING,
    SHAPE_WARNING,
    SHAPE_EXPECTED,
    SHAPE_UNREAD,
    SHAPE_MIRRORED,
    SHAPE_NOTHING,
    SHAPE_FOR,
    SHAPE_AGAINST,
    SHAPE_FAULT_HERE,
    SHAPE_DIFFERS,
    SHAPE_DOT,
    SHAPE_TIMES,
    SHAPE_CUT,
    SHAPE_LINE,
    SHAPE_CERTAIN,
    SHAPE_LIKELY,
    SHAPE_POSSIBLE,
    N_TERM_SHAPES
};

const char *term_shape(const struct term *t, enum term_shape shape);

/* Text for this terminal: harmless, and in ASCII where it shows no more. */
void term_text(const struct term *t, struct text *out, const char *s);
/* The same on one line of at most `columns`, cut at the end; gives the columns used. */
size_t term_text_cut(const struct term *t, struct text *out, const char *s, size_t columns);
/* A name: cut in the middle, at 80 columns at most. */
size_t term_name(const struct term *t, struct text *out, const char *s, size_t columns);
void term_pad(struct text *out, size_t columns);
/* Columns that text without escapes takes. */
size_t term_columns(const char *s);
/* Prose, broken at spaces to the terminal's width, with the first line starting at column `at` and
 * the others indented to `hang`; ends with a line end. */
void term_wrap(const struct term *t, struct text *out, const char *s, size_t at, size_t hang);
/* Is there no room for columns beside each other? */
bool term_is_narrow(const struct term *t);
/* Opens a row: the label, faint, in its column, which is as wide for all rows; in a narrow window
 * on a line of its own. "" goes on under the label before. Gives the column where the content
 * begins. */
size_t term_label(const struct term *t, struct text *out, const char *label, size_t indent);
/* A row of prose, indented by two. */
void term_row(const struct term *t, struct text *out, const char *label, const char *says);
/* "3,410" */
void term_number(struct text *out, int64_t n);

#endif
