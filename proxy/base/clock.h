/* base/clock.h - time as a value that is handed in, so that tests can bring their own. */
#ifndef WHYTLS_BASE_CLOCK_H
#define WHYTLS_BASE_CLOCK_H

#include <stdint.h>

struct clock {
    int64_t (*wall_ms)(const struct clock *c); /* milliseconds since 1970, UTC */
    int64_t (*steady_ms)(
        const struct clock *c);           /* milliseconds since some moment; never goes back */
    int64_t fake_wall_ms, fake_steady_ms; /* what a fake clock shows */
};

/* The machine's clocks; shared, immutable. */
const struct clock *clock_system(void);
/* A clock that stands still at wall_ms until clock_advance. */
void clock_fake_init(struct clock *c, int64_t wall_ms);
void clock_advance(struct clock *c, int64_t ms);

static inline int64_t clock_wall_ms(const struct clock *c)
{
    return c->wall_ms(c);
}

static inline int64_t clock_steady_ms(const struct clock *c)
{
    return c->steady_ms(c);
}

#endif
