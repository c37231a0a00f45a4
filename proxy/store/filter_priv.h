/* store/filter_priv.h - the inside of a filter, for those who read it and those who fill it in. */
#ifndef WHYTLS_STORE_FILTER_PRIV_H
#define WHYTLS_STORE_FILTER_PRIV_H

#include "base/arena.h"
#include "filter.h"

struct filter {
    struct arena arena;
    struct filter_node *root;
};

#endif
