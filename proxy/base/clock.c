#include "clock.h"

#include <time.h>

static int64_t read_ms(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t system_wall(const struct clock *c)
{
    (void)c;
    return read_ms(CLOCK_REALTIME);
}

static int64_t system_steady(const struct clock *c)
{
    (void)c;
    return read_ms(CLOCK_MONOTONIC);
}

static int64_t fake_wall(const struct clock *c)
{
    return c->fake_wall_ms;
}

static int64_t fake_steady(const struct clock *c)
{
    return c->fake_steady_ms;
}

const struct clock *clock_system(void)
{
    static const struct clock system_clock = {.wall_ms = system_wall, .steady_ms = system_steady};

    return &system_clock;
}

void clock_fake_init(struct clock *c, int64_t wall_ms)
{
    *c = (struct clock){.wall_ms = fake_wall,
        .steady_ms = fake_steady,
        .fake_wall_ms = wall_ms,
        .fake_steady_ms = 1000};
}

void clock_advance(struct clock *c, int64_t ms)
{
    c->fake_wall_ms += ms;
    c->fake_steady_ms += ms;
}
