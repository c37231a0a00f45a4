#include "slots.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/json_out.h"

enum { NAME_CAP = 32, VALUE_MOST = 300 };

struct text *slots_add(struct slots *s, const char *name)
{
    assert(s->n < SLOTS_MOST);
    s->at[s->n].name = name;
    return &s->at[s->n++].value;
}

const char *slots_get(const struct slots *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (!strcmp(s->at[i].name, name))
            return text_str(&s->at[i].value);
    return NULL;
}

void slots_fini(struct slots *s)
{
    for (size_t i = 0; i < s->n; i++)
        text_fini(&s->at[i].value);
    s->n = 0;
}

static void safe(struct text *out, const char *value)
{
    text_add_safe(out, value, strlen(value), VALUE_MOST);
}

static void escape(struct text *out, const char *value)
{
    struct text plain = {0};

    safe(&plain, value);
    for (const char *at = text_str(&plain); *at; at++)
        switch (*at) {
        case '&':
            text_add(out, "&amp;");
            break;
        case '<':
            text_add(out, "&lt;");
            break;
        case '>':
            text_add(out, "&gt;");
            break;
        case '"':
            text_add(out, "&quot;");
            break;
        case '\'':
            text_add(out, "&#39;");
            break;
        default:
            text_add_char(out, *at);
        }
    text_fini(&plain);
}

void slots_fill(const struct slots *s, const char *page, struct text *out)
{
    const char *open, *close;

    while ((open = strstr(page, "{{")) && (close = strstr(open, "}}"))) {
        char name[NAME_CAP];

        snprintf(name, sizeof name, "%.*s", (int)(close - open - 2), open + 2);
        const char *value = slots_get(s, name);
        text_add_n(out, page, (size_t)(open - page));
        if (value)
            escape(out, value);
        page = close + 2;
    }
    text_add(out, page);
}

void slots_json(const struct slots *s, struct json_out *out)
{
    for (size_t i = 0; i < s->n; i++) {
        struct text plain = {0};

        safe(&plain, text_str(&s->at[i].value));
        json_put_text(out, s->at[i].name, text_str(&plain));
        text_fini(&plain);
    }
}
