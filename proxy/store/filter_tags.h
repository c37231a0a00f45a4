/* store/filter_tags.h - the atoms of a filter that are about tags (tag.h), as conditions of SQL.
 * Private to store/.
 *
 * What few flows carry is looked up by its tags; what many carry is tested flow by flow; and where
 * a text is part of too many tags to name them, each flow's own tags are asked. */
#ifndef WHYTLS_STORE_FILTER_TAGS_H
#define WHYTLS_STORE_FILTER_TAGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attrib.h"
#include "base/err.h"
#include "base/text.h"

struct database;
struct filter_node;

/* `number` tells the atoms of one filter apart. The condition holds numbers only; it is good for
 * this connection until the next filter is made for it. *rare: few flows can meet it, and those are
 * looked up. */
bool filter_tags_sql(struct database *db, const struct filter_node *node, size_t number,
    struct text *out, bool *rare, struct err *e) MUST_USE;
/* The text of an atom for LIKE, whose own signs are made harmless by '\'; '*' is any text. Freed
 * with mem_free. */
char *filter_pattern(const char *before, const char *text, const char *after);

#endif
