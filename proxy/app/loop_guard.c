#include "loop_guard.h"

#include <ifaddrs.h>
#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

enum { PORTS = 65536 };

struct loop_guard {
    const struct clock *clock;       /* borrowed */
    _Atomic int64_t begun_ms[PORTS]; /* steady, plus 1: 0 is never */
};

struct own_addresses {
    const struct clock *clock; /* borrowed */
    union addr *at;            /* owned */
    size_t n;
    int64_t read_ms; /* steady, plus 1: 0 is never */
};

struct loop_guard *loop_guard_new(const struct clock *clock)
{
    struct loop_guard *g = mem_new(sizeof *g);

    g->clock = clock;
    return g;
}

void loop_guard_free(struct loop_guard *g)
{
    mem_free(g);
}

void loop_guard_begun(struct loop_guard *g, uint16_t from_port)
{
    atomic_store_explicit(
        &g->begun_ms[from_port], clock_steady_ms(g->clock) + 1, memory_order_relaxed);
}

bool loop_guard_knows(const struct loop_guard *g, uint16_t port)
{
    int64_t begun = atomic_load_explicit(&g->begun_ms[port], memory_order_relaxed);

    return begun && clock_steady_ms(g->clock) + 1 - begun <= LOOP_GUARD_MS;
}

struct own_addresses *own_addresses_new(const struct clock *clock)
{
    struct own_addresses *own = mem_new(sizeof *own);

    own->clock = clock;
    return own;
}

void own_addresses_free(struct own_addresses *own)
{
    if (!own)
        return;
    mem_free(own->at);
    mem_free(own);
}

static void read_anew(struct own_addresses *own)
{
    struct ifaddrs *all = NULL;
    size_t n = 0;

    if (getifaddrs(&all) != 0)
        return; /* what is known stays */
    for (const struct ifaddrs *one = all; one; one = one->ifa_next)
        n += one->ifa_addr && addr_len(one->ifa_addr);
    mem_free(own->at);
    own->at = mem_array(n ? n : 1, sizeof *own->at);
    own->n = 0;
    for (const struct ifaddrs *one = all; one; one = one->ifa_next)
        if (one->ifa_addr && addr_len(one->ifa_addr))
            memcpy(&own->at[own->n++], one->ifa_addr, addr_len(one->ifa_addr));
    freeifaddrs(all);
}

bool own_addresses_have(struct own_addresses *own, const struct sockaddr *a)
{
    int64_t now = clock_steady_ms(own->clock) + 1;

    if (!own->read_ms || now - own->read_ms >= OWN_ADDRESSES_MS) {
        read_anew(own);
        own->read_ms = now;
    }
    if (addr_is_loopback(a) || addr_is_any(a))
        return true;
    for (size_t i = 0; i < own->n; i++)
        if (addr_equal(&own->at[i].any, a))
            return true;
    return false;
}
