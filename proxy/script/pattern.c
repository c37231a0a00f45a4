/* pattern.c - the patterns of Lua (its manual, §6.4.1) with a budget; declared in pattern_priv.h.
 *
 * The library's own matcher runs in C, where no instruction is counted: ten times "a-" against
 * twenty-two letters takes seconds. This one counts every character it looks at, over all patterns
 * of one visit, and raises when there were too many. */
#include "pattern_priv.h"

#include <ctype.h>
#include <string.h>

#include <lauxlib.h>

void pattern_step(struct scan *m)
{
    if (--*m->steps < 0)
        luaL_error(m->L, "the pattern takes too many steps; make it simpler, or use match.*");
}

/* The end of the single item (a character, an escape or a set) that starts at p. */
static const char *item_end(struct scan *m, const char *p)
{
    char first = *p++;

    if (first == ESCAPE) {
        if (p == m->pattern_end)
            luaL_error(m->L, "malformed pattern (ends with '%%')");
        return p + 1;
    }
    if (first != '[')
        return p;
    p += p < m->pattern_end && *p == '^';
    do { /* the first ] of a set stands for itself */
        if (p == m->pattern_end)
            luaL_error(m->L, "malformed pattern (missing ']')");
        if (*p++ == ESCAPE) {
            if (p == m->pattern_end)
                luaL_error(m->L, "malformed pattern (missing ']')");
            p++;
        }
    } while (p == m->pattern_end || *p != ']');
    return p + 1;
}

static bool class_has(int class, int c)
{
    int letter = tolower(class);
    bool in;

    switch (letter) {
    case 'a':
        in = isalpha(c);
        break;
    case 'c':
        in = iscntrl(c);
        break;
    case 'd':
        in = isdigit(c);
        break;
    case 'g':
        in = isgraph(c);
        break;
    case 'l':
        in = islower(c);
        break;
    case 'p':
        in = ispunct(c);
        break;
    case 's':
        in = isspace(c);
        break;
    case 'u':
        in = isupper(c);
        break;
    case 'w':
        in = isalnum(c);
        break;
    case 'x':
        in = isxdigit(c);
        break;
    case 'z': /* of Lua 5.1, and still understood */
        in = c == 0;
        break;
    default:
        return class == c;
    }
    return isupper(class) ? !in : in;
}

/* p is at '[', end behind its ']'. */
static bool set_has(struct scan *m, int c, const char *p, const char *end)
{
    bool found_means = true;

    p++;
    end--;
    if (*p == '^') {
        found_means = false;
        p++;
    }
    for (; p < end; p++) {
        pattern_step(m);
        if (*p == ESCAPE) {
            if (class_has((unsigned char)*++p, c))
                return found_means;
        } else if (p + 2 < end && p[1] == '-') {
            if ((unsigned char)p[0] <= c && c <= (unsigned char)p[2])
                return found_means;
            p += 2;
        } else if ((unsigned char)*p == c) {
            return found_means;
        }
    }
    return !found_means;
}

/* Does the character at s match the item from p to end? */
static bool item_has(struct scan *m, const char *s, const char *p, const char *end)
{
    pattern_step(m);
    if (s >= m->subject_end)
        return false;
    int c = (unsigned char)*s;

    switch (*p) {
    case '.':
        return true;
    case ESCAPE:
        return class_has((unsigned char)p[1], c);
    case '[':
        return set_has(m, c, p, end);
    default:
        return (unsigned char)*p == c;
    }
}

/* %bxy: from an x to its y. */
static const char *balanced(struct scan *m, const char *s, const char *p)
{
    if (p + 1 >= m->pattern_end)
        luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
    if (s >= m->subject_end || *s != p[0])
        return NULL;
    int open = 1;

    for (s++; s < m->subject_end; s++) {
        pattern_step(m);
        if (*s == p[1]) {
            if (--open == 0)
                return s + 1;
        } else if (*s == p[0]) {
            open++;
        }
    }
    return NULL;
}

/* %f[set]: between a character that is not in the set and one that is. Gives the rest of the
 * pattern, or NULL. */
static const char *frontier(struct scan *m, const char *s, const char *p)
{
    if (p == m->pattern_end || *p != '[')
        luaL_error(m->L, "missing '[' after '%%f' in pattern");
    const char *end = item_end(m, p);
    int before = s == m->subject ? 0 : (unsigned char)s[-1],
        after = s == m->subject_end ? 0 : (unsigned char)*s;

    return !set_has(m, before, p, end) && set_has(m, after, p, end) ? end : NULL;
}

/* %1 to %9: what a capture matched, again. */
static const char *again(struct scan *m, const char *s, char digit)
{
    int i = digit - '1';

    if (i < 0 || i >= m->n || m->captures[i].len < 0)
        luaL_error(m->L, "invalid capture index %%%d", i + 1);
    size_t len = (size_t)m->captures[i].len;

    *m->steps -= (int64_t)len;
    if ((size_t)(m->subject_end - s) < len || memcmp(m->captures[i].at, s, len))
        return NULL;
    return s + len;
}

static const char *capture_open(struct scan *m, const char *s, const char *p)
{
    if (m->n == CAPTURES_MOST)
        luaL_error(m->L, "too many captures");
    bool position = p < m->pattern_end && *p == ')';

    m->captures[m->n++] = (struct capture){s, position ? CAPTURE_POSITION : CAPTURE_OPEN};
    const char *end = pattern_match(m, s, position ? p + 1 : p);

    if (!end)
        m->n--;
    return end;
}

static const char *capture_close(struct scan *m, const char *s, const char *p)
{
    int i = m->n - 1;

    while (i >= 0 && m->captures[i].len != CAPTURE_OPEN)
        i--;
    if (i < 0)
        luaL_error(m->L, "invalid pattern capture");
    m->captures[i].len = s - m->captures[i].at;
    const char *end = pattern_match(m, s, p);

    if (!end)
        m->captures[i].len = CAPTURE_OPEN;
    return end;
}

/* As many of the item as there are, then fewer. */
static const char *repeat_most(struct scan *m, const char *s, const char *p, const char *item_ends)
{
    ptrdiff_t n = 0;

    while (item_has(m, s + n, p, item_ends))
        n++;
    for (; n >= 0; n--) {
        const char *end = pattern_match(m, s + n, item_ends + 1);

        if (end)
            return end;
    }
    return NULL;
}

/* None of the item, then more. */
static const char *repeat_least(struct scan *m, const char *s, const char *p, const char *item_ends)
{
    for (;; s++) {
        const char *end = pattern_match(m, s, item_ends + 1);

        if (end)
            return end;
        if (!item_has(m, s, p, item_ends))
            return NULL;
    }
}

/* One item with what follows it. Gives true when the match goes on at *s, *p; else *s is the
 * result. */
static bool item_match(struct scan *m, const char **s, const char **p)
{
    const char *from = *p, *end = item_end(m, from);
    char repeat = end < m->pattern_end ? *end : '\0';

    switch (repeat) {
    case '?':
        if (item_has(m, *s, from, end)) {
            const char *found = pattern_match(m, *s + 1, end + 1);

            if (found) {
                *s = found;
                return false;
            }
        }
        *p = end + 1;
        return true;
    case '*':
        *s = repeat_most(m, *s, from, end);
        return false;
    case '+':
        *s = item_has(m, *s, from, end) ? repeat_most(m, *s + 1, from, end) : NULL;
        return false;
    case '-':
        *s = repeat_least(m, *s, from, end);
        return false;
    default:
        if (!item_has(m, *s, from, end)) {
            *s = NULL;
            return false;
        }
        ++*s;
        *p = end;
        return true;
    }
}

/* An escape that is more than a character: true when it was one, with the same results as
 * item_match in *on. */
static bool escape_match(struct scan *m, const char **s, const char **p, bool *on)
{
    char kind = *p + 1 < m->pattern_end ? (*p)[1] : '\0';

    if (kind == 'b') {
        *s = balanced(m, *s, *p + 2);
        *p += 4;
        *on = *s != NULL;
        return true;
    }
    if (kind == 'f') {
        *p = frontier(m, *s, *p + 2);
        *on = *p != NULL;
        if (!*on)
            *s = NULL;
        return true;
    }
    if (isdigit((unsigned char)kind)) {
        *s = again(m, *s, kind);
        *p += 2;
        *on = *s != NULL;
        return true;
    }
    return false;
}

/* Where the match of the pattern from p ends, or NULL. */
const char *pattern_match(struct scan *m, const char *s, const char *p)
{
    bool on = true;

    if (++m->depth > LIMIT_PATTERN_DEPTH)
        luaL_error(m->L, "pattern too complex");
    while (on && p != m->pattern_end) {
        if (*p == '(') {
            s = capture_open(m, s, p + 1);
            on = false;
        } else if (*p == ')') {
            s = capture_close(m, s, p + 1);
            on = false;
        } else if (*p == '$' && p + 1 == m->pattern_end) {
            s = s == m->subject_end ? s : NULL;
            on = false;
        } else if (*p != ESCAPE || !escape_match(m, &s, &p, &on)) {
            on = item_match(m, &s, &p);
        }
    }
    m->depth--;
    return s;
}
