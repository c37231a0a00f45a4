/* config_line.c - finds the line of a key again: Lua forgets lines when it builds a table, so the
 * source is walked once more when there is something to complain of. Declared in config_priv.h. */
#include "config_priv.h"

#include <stdbool.h>
#include <string.h>

enum token_kind { TOKEN_END = 0, TOKEN_NAME, TOKEN_TEXT, TOKEN_MARK };

struct token {
    enum token_kind kind;
    const char *at; /* of a text: what stands between the quotes, escapes as written */
    size_t len, line;
};

struct scanner {
    const char *at, *end;
    size_t line;
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void step(struct scanner *s, size_t n)
{
    for (; n && s->at < s->end; n--) {
        s->line += *s->at == '\n';
        s->at++;
    }
}

/* Lua 5.4 manual §3.1: "[", any number of "=", "[". Gives that number, or -1. */
static int long_bracket(const struct scanner *s)
{
    const char *p = s->at + 1;

    while (p < s->end && *p == '=')
        p++;
    return *s->at == '[' && p < s->end && *p == '[' ? (int)(p - s->at - 1) : -1;
}

/* To behind the closing bracket of that level; out is what lay between. */
static void long_skip(struct scanner *s, int level, struct token *out)
{
    step(s, (size_t)level + 2);
    out->at = s->at;
    for (; s->at < s->end; step(s, 1)) {
        const char *p = s->at + 1;

        if (*s->at != ']')
            continue;
        while (p < s->end && *p == '=')
            p++;
        if (p < s->end && *p == ']' && p - s->at - 1 == level)
            break;
    }
    out->len = (size_t)(s->at - out->at);
    step(s, (size_t)level + 2);
}

static void quoted_skip(struct scanner *s, struct token *out)
{
    char quote = *s->at;

    step(s, 1);
    out->at = s->at;
    while (s->at < s->end && *s->at != quote)
        step(s, *s->at == '\\' ? 2 : 1);
    out->len = (size_t)(s->at - out->at);
    step(s, 1);
}

static void blanks_skip(struct scanner *s)
{
    struct token ignored;

    while (s->at < s->end) {
        if (strchr(" \t\r\n\f\v", *s->at)) {
            step(s, 1);
        } else if (s->end - s->at >= 2 && s->at[0] == '-' && s->at[1] == '-') {
            step(s, 2);
            int level = s->at < s->end ? long_bracket(s) : -1;

            if (level >= 0)
                long_skip(s, level, &ignored);
            while (level < 0 && s->at < s->end && *s->at != '\n')
                step(s, 1);
        } else {
            return;
        }
    }
}

static struct token token_next(struct scanner *s)
{
    blanks_skip(s);
    struct token t = {TOKEN_END, s->at, 0, s->line};

    if (s->at == s->end)
        return t;
    int level = long_bracket(s);

    if (level >= 0) {
        t.kind = TOKEN_TEXT;
        long_skip(s, level, &t);
    } else if (*s->at == '"' || *s->at == '\'') {
        t.kind = TOKEN_TEXT;
        quoted_skip(s, &t);
    } else if (is_word(*s->at)) {
        t.kind = TOKEN_NAME;
        while (s->at < s->end && is_word(*s->at))
            s->at++;
        t.len = (size_t)(s->at - t.at);
    } else {
        t.kind = TOKEN_MARK;
        t.len = 1;
        step(s, 1);
    }
    return t;
}

static bool is_mark(const struct token *t, char c)
{
    return t->kind == TOKEN_MARK && *t->at == c;
}

static bool spells(const struct token *t, const char *word)
{
    return word && t->len == strlen(word) && !memcmp(t->at, word, t->len);
}

/* A row that is a text is looked for by that text, a part by its key with "=" (and perhaps "]")
 * behind it. */
static bool is_it(const struct token *t, const struct scanner *after, const struct config_node *n)
{
    struct scanner ahead = *after;
    struct token next;

    if (t->kind != TOKEN_NAME && t->kind != TOKEN_TEXT)
        return false;
    if (!n->key)
        return t->kind == TOKEN_TEXT && spells(t, n->text);
    if (!spells(t, n->key))
        return false;
    next = token_next(&ahead);
    if (t->kind == TOKEN_TEXT && is_mark(&next, ']'))
        next = token_next(&ahead);
    return is_mark(&next, '=');
}

size_t config_line_find(
    const char *source, size_t len, const struct config_node *const *path, size_t n)
{
    struct scanner s = {source, source + len, 1};
    size_t depth = 0, matched = 0; /* of braces; of the path */

    for (struct token t = token_next(&s); t.kind != TOKEN_END; t = token_next(&s)) {
        if (is_mark(&t, '{')) {
            depth++;
        } else if (is_mark(&t, '}')) {
            depth -= depth > 0;
            matched = matched > depth ? depth : matched;
        } else if (depth == matched && matched < n && is_it(&t, &s, path[matched])) {
            if (++matched == n)
                return t.line;
        }
    }
    return 0;
}
