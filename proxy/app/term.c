#include "term.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/ioctl.h>
#include <unistd.h>

enum {
    NAME_COLUMNS = 80,
    TEXT_MOST = 4096,
    WIDTH_LEAST = 20,
    WIDTH_MOST = 10000,
    LABEL_COLUMNS = 9,
    STACKED_BELOW = 36, /* columns */
    STACKED_INDENT = 2
};

static const char *const styles[N_TERM_STYLES] = {
    [TERM_PLAIN] = "0",
    [TERM_FINE] = "32",
    [TERM_FAULT] = "1;31",
    [TERM_WARNING] = "33",
    [TERM_EXPECTED] = "35",
    [TERM_UNREAD] = "36",
    [TERM_MIRRORED] = "1;35",
    [TERM_BOLD] = "1",
    [TERM_FAINT] = "2",
};

static const char *const shapes[N_TERM_SHAPES][2] = {
    [SHAPE_FINE] = {"●", "+"},
    [SHAPE_FAILING] = {"◆", "!"},
    [SHAPE_WARNING] = {"▲", "^"},
    [SHAPE_EXPECTED] = {"◎", "o"},
    [SHAPE_UNREAD] = {"»", ">"},
    [SHAPE_MIRRORED] = {"◐", "%"},
    [SHAPE_NOTHING] = {"○", "-"},
    [SHAPE_FOR] = {"✓", "+"},
    [SHAPE_AGAINST] = {"✗", "x"},
    [SHAPE_FAULT_HERE] = {"◄", "<--"},
    [SHAPE_DIFFERS] = {"≠", "*"},
    [SHAPE_DOT] = {"·", "-"},
    [SHAPE_TIMES] = {"×", "x"},
    [SHAPE_CUT] = {"…", "..."},
    [SHAPE_LINE] = {"│", "|"},
    [SHAPE_CERTAIN] = {"▮▮▮ certain", "[###] certain"},
    [SHAPE_LIKELY] = {"▮▮▯ likely", "[##.] likely"},
    [SHAPE_POSSIBLE] = {"▮▯▯ possible", "[#..] possible"},
};

static bool is_set(const char *s)
{
    return s && *s;
}

/* POSIX: LC_ALL wins over LC_CTYPE wins over LANG; the codeset follows the dot. */
static bool speaks_utf8(const struct term_env *env)
{
    const char *locale = is_set(env->lc_all)     ? env->lc_all
                         : is_set(env->lc_ctype) ? env->lc_ctype
                                                 : env->lang;
    const char *codeset = is_set(locale) ? strchr(locale, '.') : NULL;

    return codeset && (!strncasecmp(codeset, ".utf-8", 6) || !strncasecmp(codeset, ".utf8", 5));
}

/* 0: nobody says. */
static int columns_of(const struct term_env *env)
{
    char *end;
    long said = is_set(env->columns_said) ? strtol(env->columns_said, &end, 10) : 0;

    if (said > 0 && said <= WIDTH_MOST && !*end)
        return (int)said;
    return env->is_tty ? env->columns : 0;
}

void term_set(struct term *t, enum term_colour choice, const struct term_env *env)
{
    bool dumb = env->term && !strcmp(env->term, "dumb");

    *t = (struct term){
        .utf8 = speaks_utf8(env), .is_tty = env->is_tty && !dumb, .width = TERM_USUAL};
    int columns = columns_of(env);
    if (columns > 0)
        t->width = columns < WIDTH_LEAST ? WIDTH_LEAST : columns;
    switch (choice) {
    case TERM_COLOUR_AUTO:
        t->colour = t->is_tty && !is_set(env->no_color);
        break;
    case TERM_COLOUR_ALWAYS:
        t->colour = true;
        break;
    case TERM_COLOUR_NEVER:
        break;
    }
}

static bool colour_parse(const char *word, enum term_colour *out)
{
    static const char *const words[] = {"auto", "always", "never"};

    for (int i = 0; i < 3; i++)
        if (!strcmp(word, words[i])) {
            *out = (enum term_colour)i;
            return true;
        }
    return false;
}

bool term_init(struct term *t, const char *colour, struct err *e)
{
    enum term_colour choice = TERM_COLOUR_AUTO;
    struct winsize window = {0};
    struct term_env env = {
        .no_color = getenv("NO_COLOR"),
        .term = getenv("TERM"),
        .lc_all = getenv("LC_ALL"),
        .lc_ctype = getenv("LC_CTYPE"),
        .lang = getenv("LANG"),
        .columns_said = getenv("COLUMNS"),
        .is_tty = isatty(STDOUT_FILENO),
    };

    if (colour && !colour_parse(colour, &choice))
        return err_set(e, ERR_USAGE, "--color %.40s: write auto, always or never", colour);
    if (env.is_tty && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &window))
        env.columns = window.ws_col;
    term_set(t, choice, &env);
    return true;
}

void term_style(const struct term *t, struct text *out, enum term_style style)
{
    if (t->colour)
        text_printf(out, "\033[%sm", styles[style]);
}

const char *term_shape(const struct term *t, enum term_shape shape)
{
    return shapes[shape][t->utf8 ? 0 : 1];
}

/* What our own words use beyond ASCII; anything else from outside becomes '?'. */
static const char *ascii_of(const char *s, size_t n)
{
    static const char *const pairs[][2] = {
        {"“", "\""},
        {"”", "\""},
        {"‘", "'"},
        {"’", "'"},
        {"…", "..."},
        {"–", "-"},
        {"—", "-"},
        {"·", "-"},
        {"×", "x"},
        {"→", "->"},
        {"≠", "*"},
        {"\xc2\xa0", " "},
    };

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strlen(pairs[i][0]) == n && !memcmp(pairs[i][0], s, n))
            return pairs[i][1];
    return "?";
}

static size_t char_len(const char *s, size_t n)
{
    size_t len = text_utf8_len(s, n);

    return len ? len : 1;
}

void term_text(const struct term *t, struct text *out, const char *s)
{
    struct text safe = {0};

    if (!s)
        return;
    text_add_safe(&safe, s, strlen(s), TEXT_MOST);
    if (t->utf8)
        text_add_n(out, text_str(&safe), safe.len);
    for (size_t i = 0, len; !t->utf8 && i < safe.len; i += len) {
        len = char_len(safe.at + i, safe.len - i);
        if (len == 1)
            text_add_char(out, safe.at[i]);
        else
            text_add(out, ascii_of(safe.at + i, len));
    }
    text_fini(&safe);
}

static uint32_t code_point(const char *s, size_t n)
{
    const unsigned char *u = (const unsigned char *)s;
    uint32_t code = n == 1 ? u[0] : u[0] & (0xffu >> (n + 1));

    for (size_t i = 1; i < n; i++)
        code = code << 6 | (u[i] & 0x3f);
    return code;
}

/* Columns of one character: marks that stand on the one before take none, East Asian wide ones two
 * (UAX #11). */
static size_t char_columns(uint32_t code)
{
    if ((code >= 0x300 && code <= 0x36f) || (code >= 0x20d0 && code <= 0x20ff))
        return 0;
    if ((code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) ||
        (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) ||
        (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) ||
        (code >= 0x1f300 && code <= 0x1faff) || (code >= 0x20000 && code <= 0x3fffd))
        return 2;
    return 1;
}

/* Bytes of s that fit into `columns`; *used is how many they take. */
static size_t fitting(const char *s, size_t n, size_t columns, size_t *used)
{
    size_t i = 0;

    *used = 0;
    while (i < n) {
        size_t len = char_len(s + i, n - i), wide = char_columns(code_point(s + i, len));

        if (*used + wide > columns)
            break;
        *used += wide;
        i += len;
    }
    return i;
}

size_t term_columns(const char *s)
{
    size_t used;

    fitting(s, strlen(s), SIZE_MAX / 2, &used);
    return used;
}

size_t term_text_cut(const struct term *t, struct text *out, const char *s, size_t columns)
{
    struct text whole = {0};
    const char *cut = term_shape(t, SHAPE_CUT);
    size_t used;

    term_text(t, &whole, s);
    used = term_columns(text_str(&whole));
    if (used <= columns) {
        text_add(out, text_str(&whole));
    } else {
        size_t room = columns > term_columns(cut) ? columns - term_columns(cut) : 0;

        text_add_n(out, text_str(&whole), fitting(text_str(&whole), whole.len, room, &used));
        text_add(out, cut);
        used += term_columns(cut);
    }
    text_fini(&whole);
    return used;
}

size_t term_name(const struct term *t, struct text *out, const char *s, size_t columns)
{
    struct text whole = {0};
    const char *cut = term_shape(t, SHAPE_CUT);
    size_t most = columns < NAME_COLUMNS ? columns : NAME_COLUMNS, used, head_used, tail_used = 0;

    term_text(t, &whole, s);
    used = term_columns(text_str(&whole));
    if (used <= most) {
        text_add(out, text_str(&whole));
    } else {
        size_t room = most > term_columns(cut) ? most - term_columns(cut) : 0, tail;

        text_add_n(out, text_str(&whole),
            fitting(text_str(&whole), whole.len, (room + 1) / 2, &head_used));
        text_add(out, cut);
        /* The shortest start that leaves a tail which fits. */
        size_t skipped;
        tail = fitting(text_str(&whole), whole.len, used - room / 2, &skipped);
        if (tail < whole.len) {
            text_add(out, text_str(&whole) + tail);
            tail_used = term_columns(text_str(&whole) + tail);
        }
        used = head_used + term_columns(cut) + tail_used;
    }
    text_fini(&whole);
    return used;
}

void term_pad(struct text *out, size_t columns)
{
    while (columns--)
        text_add_char(out, ' ');
}

/* Rules may break the lines of their texts; here it is the window that breaks them. The back-ticks
 * round a command are for pages; an odd one is somebody's text and stays. */
static void prose_text(const struct term *t, struct text *out, const char *s)
{
    struct text line = {0};

    text_add(&line, s);
    size_t to = 0;
    bool open = false;
    for (size_t i = 0; i < line.len; i++) {
        if (line.at[i] == '`' && (open || strchr(line.at + i + 1, '`'))) {
            open = !open;
            continue;
        }
        line.at[to++] = line.at[i];
        if (line.at[to - 1] == '\n' || line.at[to - 1] == '\t')
            line.at[to - 1] = ' ';
    }
    if (line.at)
        line.at[to] = '\0';
    term_text(t, out, text_str(&line));
    text_fini(&line);
}

void term_wrap(const struct term *t, struct text *out, const char *s, size_t at, size_t hang)
{
    size_t width = (size_t)t->width, used;
    struct text whole = {0};
    bool fresh = true; /* nothing on this line yet */

    if (hang + 10 > width)
        hang = 2;
    prose_text(t, &whole, s);
    for (const char *word = text_str(&whole); *(word += strspn(word, " "));) {
        size_t n = strcspn(word, " ");
        size_t fits = fitting(word, n, SIZE_MAX / 2, &used);

        /* A word that would have to be broken here and not on the next line goes there. */
        bool fits_below = at > hang && used <= width - hang;
        if ((!fresh && at + 1 + used > width) || (fresh && at + used > width && fits_below)) {
            text_add_char(out, '\n');
            term_pad(out, hang);
            at = hang;
            fresh = true;
        }
        if (!fresh) {
            text_add_char(out, ' ');
            at++;
        }
        /* A word longer than a line is broken where the line ends. */
        if (at + used > width) {
            fits = fitting(word, n, width > at ? width - at : 1, &used);
            fits = fits ? fits : char_len(word, n);
        }
        text_add_n(out, word, fits);
        at += used;
        fresh = false;
        word += fits;
    }
    text_add_char(out, '\n');
    text_fini(&whole);
}

bool term_is_narrow(const struct term *t)
{
    return t->width < STACKED_BELOW;
}

size_t term_label(const struct term *t, struct text *out, const char *label, size_t indent)
{
    size_t used = term_columns(label);

    term_pad(out, indent);
    term_style(t, out, TERM_FAINT);
    text_add(out, label);
    term_style(t, out, TERM_PLAIN);
    if (!term_is_narrow(t)) {
        term_pad(out, used < LABEL_COLUMNS ? LABEL_COLUMNS - used : 1);
        return indent + LABEL_COLUMNS;
    }
    if (used) {
        text_add_char(out, '\n');
        term_pad(out, indent);
    }
    term_pad(out, STACKED_INDENT);
    return indent + STACKED_INDENT;
}

void term_row(const struct term *t, struct text *out, const char *label, const char *says)
{
    size_t at = term_label(t, out, label, 2);

    term_wrap(t, out, says, at, at);
}

void term_number(struct text *out, int64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRId64, n);

    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0 && digits[i - 1] != '-')
            text_add_char(out, ',');
        text_add_char(out, digits[i]);
    }
}
