#include "h2_head.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "edit.h"
#include "flow/flow.h"
#include "http/h1.h"
#include "http/h2_session.h"

_Static_assert((int)H2_FIELDS_MOST <= (int)H1_FIELDS_MOST, "a head of HTTP/2 fits one of HTTP/1");

void h2_head_view(const struct h2_head *head, struct h1_head *out)
{
    memset(out, 0, sizeof *out);
    out->method = head->method;
    /* RFC 9113 §8.5: CONNECT has no path. */
    out->target = head->path ? head->path : head->authority;
    out->status = head->status;
    out->major = 2;
    out->raw = "";
    out->content_length = -1;
    out->n_fields = head->n_fields;
    for (size_t i = 0; i < head->n_fields; i++)
        out->fields[i] = (struct h1_field){head->fields[i].name, head->fields[i].value};
}

struct h2_head *h2_head_keep(const struct h2_head *head, struct arena *memory)
{
    struct h2_head *kept = arena_new(memory, sizeof *kept);
    struct h2_field *fields =
        arena_new(memory, (head->n_fields ? head->n_fields : 1) * sizeof *fields);

    *kept = *head;
    kept->method = arena_text(memory, head->method);
    kept->scheme = arena_text(memory, head->scheme);
    kept->authority = arena_text(memory, head->authority);
    kept->path = arena_text(memory, head->path);
    kept->protocol = arena_text(memory, head->protocol);
    for (size_t i = 0; i < head->n_fields; i++)
        fields[i] = (struct h2_field){arena_text(memory, head->fields[i].name),
            arena_text(memory, head->fields[i].value), head->fields[i].secret};
    kept->fields = fields;
    return kept;
}

/* RFC 9110 §5.6.2, §5.5; what is no name or value in HTTP/1 either. */
static bool can_stand(const char *name, const char *value)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789"
                                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    size_t n = strlen(value);
    bool blank_ends = n > 0 && (strchr(" \t", value[0]) || strchr(" \t", value[n - 1]));

    return *name && strspn(name, token) == strlen(name) && !strpbrk(value, "\r\n") && !blank_ends;
}

static bool was_secret(const struct h2_head *head, const char *name, const char *value)
{
    for (size_t i = 0; i < head->n_fields; i++)
        if (head->fields[i].secret && text_equal_caseless(head->fields[i].name, name) &&
            strcmp(head->fields[i].value, value) == 0)
            return true;
    return false;
}

static const char *small(struct arena *memory, const char *name)
{
    char *copy = arena_text(memory, name);

    text_lower(copy);
    return copy;
}

bool h2_head_edit(const struct h2_head *head, const struct flow_headers *as, struct arena *memory,
    struct h2_head *out)
{
    struct h1_head view;

    if (!as)
        return false;
    h2_head_view(head, &view);
    if (edit_is_as_it_came(&view, as))
        return false;
    struct h2_field *fields = arena_new(memory, (as->n + head->n_fields + 1) * sizeof *fields);
    *out = *head;
    out->fields = fields;
    out->n_fields = 0;
    for (size_t i = 0; i < as->n; i++)
        if (!edit_is_framing(as->at[i].name) && !text_equal_caseless(as->at[i].name, "Host") &&
            can_stand(as->at[i].name, as->at[i].value))
            fields[out->n_fields++] = (struct h2_field){small(memory, as->at[i].name),
                as->at[i].value, was_secret(head, as->at[i].name, as->at[i].value)};
    for (size_t i = 0; i < head->n_fields; i++)
        if (edit_is_framing(head->fields[i].name) ||
            text_equal_caseless(head->fields[i].name, "Host"))
            fields[out->n_fields++] = head->fields[i];
    return true;
}
