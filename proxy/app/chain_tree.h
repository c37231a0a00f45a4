/* app/chain_tree.h - the site's chain as a tree, leaf first, with the fault beside the certificate
 * it belongs to. */
#ifndef WHYTLS_APP_CHAIN_TREE_H
#define WHYTLS_APP_CHAIN_TREE_H

#include "base/text.h"

struct flow;
struct term;

/* Appends "  Sent by …" and the tree, indented by two; nothing when there is no chain. */
void chain_tree(const struct term *t, const struct flow *f, struct text *out);

#endif
