#include "edit.h"

#include <string.h>

#include "base/text.h"
#include "flow/flow.h"
#include "http/h1.h"

bool edit_is_framing(const char *name)
{
    static const char *const names[] = {"Connection", "Content-Length", "Keep-Alive",
        "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (text_equal_caseless(name, names[i]))
            return true;
    return false;
}

bool edit_is_as_it_came(const struct h1_head *head, const struct flow_headers *as)
{
    if (head->n_fields != as->n)
        return false;
    for (size_t i = 0; i < as->n; i++)
        if (strcmp(head->fields[i].name, as->at[i].name) != 0 ||
            strcmp(head->fields[i].value, as->at[i].value) != 0)
            return false;
    return true;
}

bool edit_head(const struct h1_head *head, const struct flow_headers *as, struct text *raw)
{
    const char *end = memchr(head->raw, '\r', head->raw_len);

    if (!as || !end || edit_is_as_it_came(head, as))
        return false;
    text_add_n(raw, head->raw, (size_t)(end - head->raw));
    text_add(raw, "\r\n");
    for (size_t i = 0; i < as->n; i++)
        if (!edit_is_framing(as->at[i].name))
            text_printf(raw, "%s: %s\r\n", as->at[i].name, as->at[i].value);
    for (size_t i = 0; i < head->n_fields; i++)
        if (edit_is_framing(head->fields[i].name))
            text_printf(raw, "%s: %s\r\n", head->fields[i].name, head->fields[i].value);
    text_add(raw, "\r\n");
    return true;
}
