/* net/quic_watch_none.c - a system whose firewall does not tell. */
#include "quic_watch.h"

struct quic_watch *quic_watch_start(struct loop *l, uint16_t group,
    void (*tried)(void *arg, const struct quic_try *one), void *arg, struct err *e)
{
    bool told = err_set(e, ERR_SYSTEM, "only netfilter (Linux) tells of attempts at QUIC");

    (void)l;
    (void)group;
    (void)tried;
    (void)arg;
    (void)told;
    return NULL;
}

void quic_watch_stop(struct quic_watch *w)
{
    (void)w;
}
