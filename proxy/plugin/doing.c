/* doing.c - which plugin is at work on this thread, for whoever must name it: a log line, the
 * handler of a crash, the monitor of visits that last too long; declared in plugin_priv.h. */
#include "plugin_priv.h"

static _Thread_local struct doing now;

void doing_begin(struct doing *before, const char *plugin, const char *what, const char *flow_id)
{
    *before = now;
    now = (struct doing){plugin, what, flow_id};
}

void doing_end(const struct doing *before)
{
    now = *before;
}

const struct doing *doing_now(void)
{
    return &now;
}
