#include "certificate_filter.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sqlite3.h>

#include "base/mem.h"
#include "base/text.h"
#include "certificate_look.h"
#include "filter.h"
#include "filter_tags.h"

/* Caseless, as LIKE is. */
static bool is_like(
    const char *text, const char *before, const struct filter_node *node, const char *after)
{
    char *pattern = filter_pattern(before, node->text, after);
    bool like = text && sqlite3_strlike(pattern, text, '\\') == 0;

    mem_free(pattern);
    return like;
}

static bool has_part(const char *text, const struct filter_node *node)
{
    return is_like(text, "%", node, "%");
}

/* A wildcard stands for what it covers: ~d www.shop.example finds *.shop.example. */
static bool names_host(const char *name, const struct filter_node *node)
{
    const char *dot = strchr(node->text, '.');

    return is_like(name, "", node, "") || is_like(name, "%.", node, "") ||
           (name[0] == '*' && dot && sqlite3_stricmp(name + 1, dot) == 0);
}

static bool has_host(const char *names, const struct filter_node *node)
{
    bool found = false;

    while (!found && names && *names) {
        size_t n = strcspn(names, " ");
        struct text name = {0};

        text_add_n(&name, names, n);
        found = n && names_host(text_str(&name), node);
        text_fini(&name);
        names += n;
        names += *names == ' ';
    }
    return found;
}

static bool fits_atom(const struct certificate_row *row, const struct filter_node *node)
{
    switch (node->atom->value) {
    case FILTER_HOST:
        return has_host(row->names, node);
    case FILTER_ENDS:
        return row->not_after < node->to / 1000;
    case FILTER_WORD:
        return has_part(row->subject, node) || has_part(row->issuer, node) ||
               has_part(row->names, node) || has_part(row->sha256, node);
    default:
        return has_part(node->atom->kind == TAG_ISSUER    ? row->issuer
                        : node->atom->kind == TAG_SUBJECT ? row->subject
                                                          : row->sha256,
            node);
    }
}

static bool fits(const struct certificate_row *row, const struct filter_node *node)
{
    if (node->op == FILTER_IS)
        return fits_atom(row, node);
    bool all = node->op != FILTER_ANY, fit = all;

    for (const struct filter_node *child = node->first; child && fit == all; child = child->next)
        fit = fits(row, child);
    return node->op == FILTER_NOT ? !fit : fit;
}

bool certificate_fits(const struct certificate_row *row, const struct filter *filter)
{
    const struct filter_node *root = filter ? filter_root(filter) : NULL;

    return !root || fits(row, root);
}
