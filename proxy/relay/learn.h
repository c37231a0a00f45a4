/* relay/learn.h - learned passthrough: a host that an app refused us for passes unread for that app
 * on that device, for a while. Off, offered in the diagnosis, or on. Pure. */
#ifndef WHYTLS_RELAY_LEARN_H
#define WHYTLS_RELAY_LEARN_H

#include <stdbool.h>
#include <stdint.h>

struct flow;

enum learn_mode { LEARN_SUGGEST = 0, LEARN_OFF, LEARN_ON };

struct learn {
    enum learn_mode mode;
    int64_t after;    /* refusals in a row; 0: LEARN_AFTER */
    int64_t period_s; /* since the last of them; 0: LEARN_PERIOD_S */
};

enum { LEARN_AFTER = 1, LEARN_PERIOD_S = 24 * 3600 };

const char *learn_mode_name(enum learn_mode m); /* "suggest", "off", "on" */
/* Does this connection pass unread? At the moment `hello`, with the history in the flow. Only where
 * this app refused us for this host, while the device does trust us: one that lost its trust
 * altogether has to be seen, not passed by. */
bool learn_passes(const struct learn *l, const struct flow *f);

#endif
