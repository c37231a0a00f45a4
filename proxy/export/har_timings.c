#include "har_timings.h"

#include <string.h>

#include "flow/flow.h"

/* Between the end of the handshakes and a request for which they were made. */
enum { AT_ONCE_MS = 250 };

static int64_t part(int64_t ms)
{
    return ms > 0 ? ms : 0;
}

static const struct flow_tick *tick_of(const struct flow *f, const char *moment)
{
    for (size_t i = 0; i < f->n_ticks; i++)
        if (!strcmp(f->ticks[i].moment, moment))
            return &f->ticks[i];
    return NULL;
}

/* When that stage was over: when the next began, or with the flow. */
static int64_t end_of(const struct flow *f, const struct flow_tick *tick)
{
    return tick + 1 < f->ticks + f->n_ticks ? tick[1].at_ms : f->ms;
}

/* Dialling and the handshake with the site; false: the time line has none, or no right one. */
static bool connecting(const struct flow *f, int64_t *begins, int64_t *ends, int64_t *ssl)
{
    const struct flow_tick *dial = tick_of(f, "dial"), *tls = tick_of(f, "server_tls");

    if (!dial)
        return false;
    *begins = dial->at_ms;
    *ends = end_of(f, tls ? tls : dial);
    *ssl = tls ? *ends - tls->at_ms : -1;
    return *begins >= 0 && *begins <= *ends && (!tls || (tls->at_ms >= *begins && *ssl >= 0));
}

void har_timings_exchange(const struct flow *f, size_t n, int64_t since_ms, struct har_timings *out)
{
    const struct flow_tick *talk = tick_of(f, "talk"), *page = tick_of(f, "page");
    const struct flow_tick *ready = talk ? talk : page;
    int64_t begins, ends, ssl;

    *out = (struct har_timings){since_ms, -1, -1, -1, part(f->exchanges[n].ms)};
    if (n || !ready || !connecting(f, &begins, &ends, &ssl) || since_ms < ends ||
        since_ms - ready->at_ms > AT_ONCE_MS)
        return;
    out->begins = begins;
    out->blocked = since_ms - ends;
    out->connect = ends - begins;
    out->ssl = ssl;
}

void har_timings_failed(const struct flow *f, struct har_timings *out)
{
    int64_t begins, ends, ssl;

    *out = (struct har_timings){0, -1, -1, -1, part(f->ms)};
    if (!connecting(f, &begins, &ends, &ssl) || f->ms < ends)
        return;
    out->blocked = begins;
    out->connect = ends - begins;
    out->ssl = ssl;
    out->wait = f->ms - ends;
}

int64_t har_timings_total(const struct har_timings *t)
{
    return part(t->blocked) + part(t->connect) + t->wait;
}
