#include "patience_priv.h"

#include "base/map.h"
#include "base/mem.h"

struct slow_host {
    int timeouts;
    int64_t last_ms;
};

struct patience {
    struct map *hosts;
};

struct patience *patience_new(void)
{
    struct patience *p = mem_new(sizeof *p);

    p->hosts = map_new();
    return p;
}

void patience_free(struct patience *p)
{
    if (!p)
        return;
    map_free(p->hosts, mem_free);
    mem_free(p);
}

void patience_timed_out(struct patience *p, const char *host, int64_t now_ms)
{
    struct slow_host *h = map_get(p->hosts, host);

    if (!h && map_len(p->hosts) >= PATIENCE_HOSTS_MOST) {
        map_free(p->hosts, mem_free); /* whoever names so many slow hosts gains a minute at most */
        p->hosts = map_new();
    }
    if (!h) {
        h = mem_new(sizeof *h);
        map_put(p->hosts, host, h);
    }
    if (now_ms - h->last_ms >= PATIENCE_REST_MS)
        h->timeouts = 0;
    h->timeouts++;
    h->last_ms = now_ms;
}

void patience_answered(struct patience *p, const char *host)
{
    mem_free(map_take(p->hosts, host));
}

bool patience_is_over(const struct patience *p, const char *host, int64_t now_ms)
{
    const struct slow_host *h = map_get(p->hosts, host);

    return h && h->timeouts >= PATIENCE_TIMEOUTS && now_ms - h->last_ms < PATIENCE_REST_MS;
}
