#include "learn.h"

#include <stddef.h>

#include "flow/flow.h"

/* A device that accepted us so lately trusts us, however many refuse; else this many refusals in a
 * row, of whatever app and host, make it doubtful. */
enum { LATELY_S = 600, DOUBTFUL_STREAK = 3 };

const char *learn_mode_name(enum learn_mode m)
{
    static const char *const names[] = {"suggest", "off", "on"};

    return names[m];
}

static bool trusts_us(const struct flow *f)
{
    const struct flow_tally *device = f->history->device;

    if (device->last_accepted == FLOW_NONE || device->last_accepted < f->proxy->root_since)
        return false;
    return device->streak < DOUBTFUL_STREAK || f->now - device->last_accepted <= LATELY_S;
}

bool learn_passes(const struct learn *l, const struct flow *f)
{
    const struct flow_tally *here = f->history->host;
    int64_t after = l->after ? l->after : LEARN_AFTER;
    int64_t period_s = l->period_s ? l->period_s : LEARN_PERIOD_S;

    return l->mode == LEARN_ON && here->refused > 0 && here->streak >= after &&
           here->last_refused != FLOW_NONE && f->now - here->last_refused <= period_s &&
           trusts_us(f);
}
