/* hook/wake_priv.h - the inside of a filter, for the digest. */
#ifndef WHYTLS_HOOK_WAKE_PRIV_H
#define WHYTLS_HOOK_WAKE_PRIV_H

#include "wake.h"

struct wake_words {
    const char *at[WAKE_VALUES_MOST];
    size_t n;
};

struct wake {
    struct arena arena;
    enum moment moment;
    struct wake_words words[N_WAKE_KEYS];
    const struct matcher *hosts[WAKE_VALUES_MOST]; /* borrowed */
    size_t n_hosts;
    bool wants_hosts;
    struct path has[WAKE_HAS_MOST];
    size_t n_has;
};

#endif
