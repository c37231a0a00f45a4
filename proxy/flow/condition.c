/* condition.c - "PATH", "PATH = VALUE", "PATH != VALUE"; declared in path.h. */
#include "path.h"

#include <string.h>

#include "base/arena.h"

static bool is_integer(const char *s)
{
    size_t digits;

    s += *s == '-';
    digits = strspn(s, "0123456789");
    return digits && digits < 19 && !s[digits];
}

/* A value that the field can never have is a misspelling: said at load, where it can be mended. */
static bool value_check(const struct condition *c, struct err *e)
{
    const struct path *p = &c->path;

    switch (p->kind) {
    case FIELD_BOOLEAN:
        if (strcmp(c->value, "true") && strcmp(c->value, "false"))
            return err_set(
                e, ERR_RULE, "'%.100s' is true or false, not '%.60s'", p->text, c->value);
        return true;
    case FIELD_INTEGER:
    case FIELD_TIME:
    case FIELD_DURATION:
    case FIELD_BYTES:
    case FIELD_MS:
        if (!p->is_fact && !is_integer(c->value))
            return err_set(
                e, ERR_RULE, "'%.100s' is a whole number, not '%.60s'", p->text, c->value);
        return true;
    case FIELD_RECORD:
    case FIELD_LIST:
    case FIELD_HEADERS:
        return err_set(e, ERR_RULE,
            "'%.100s' is no single value: it can be there or not, but not equal", p->text);
    case FIELD_TEXT:
        if (p->n_steps && !strcmp(p->step[p->n_steps - 1]->name, "symptom") &&
            !symptom_is_known(c->value))
            return err_set(e, ERR_RULE, "there is no symptom '%.60s'", c->value);
        return true;
    case FIELD_TEXTS:
        return true;
    }
    return true;
}

static const char *trimmed(struct arena *a, const char *from, size_t n)
{
    while (n && (*from == ' ' || *from == '\t'))
        from++, n--;
    while (n && (from[n - 1] == ' ' || from[n - 1] == '\t'))
        n--;
    return arena_text_n(a, from, n);
}

bool condition_compile(const char *text, struct arena *a, const struct path_names *names,
    struct condition *out, struct err *e)
{
    const char *sign = strchr(text, '=');
    size_t path_len = sign ? (size_t)(sign - text) : strlen(text);

    *out = (struct condition){.test = sign ? CONDITION_IS : CONDITION_HAS};
    if (sign && path_len && sign[-1] == '!') {
        out->test = CONDITION_IS_NOT;
        path_len--;
    }
    if (!path_compile(trimmed(a, text, path_len), names, &out->path, e))
        return false;
    if (!sign)
        return true;
    out->value = trimmed(a, sign + 1, strlen(sign + 1));
    if (!*out->value)
        return err_set(e, ERR_RULE, "'%.100s' names no value after '='", text);
    return value_check(out, e);
}

static bool value_is_something(const struct value *v)
{
    if (v->none)
        return false;
    switch (v->kind) {
    case FIELD_TEXT:
        return *v->text;
    case FIELD_TEXTS:
        return v->texts->n > 0;
    case FIELD_HEADERS:
        return v->headers->n > 0;
    case FIELD_RECORD:
    case FIELD_LIST:
        return v->n > 0;
    case FIELD_INTEGER:
        return v->is_number ? v->number < 0 || v->number > 0 : v->integer != 0;
    case FIELD_BOOLEAN:
    case FIELD_TIME:
    case FIELD_DURATION:
    case FIELD_BYTES:
    case FIELD_MS:
        return v->integer != 0;
    }
    return false;
}

bool condition_holds(const struct condition *c, const struct flow *f)
{
    struct value v = path_value(&c->path, f);

    switch (c->test) {
    case CONDITION_HAS:
        return value_is_something(&v);
    case CONDITION_IS:
        return !v.none && value_is(&v, c->value);
    case CONDITION_IS_NOT:
        return !v.none && !value_is(&v, c->value);
    }
    return false;
}
