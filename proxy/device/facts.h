/* device/facts.h - what is told of one phone: its state in one word, its apps, its hosts, from
 * the rows of its memory (roll.h). Uses base/. Used by app/ and web/. */
#ifndef WHYTLS_DEVICE_FACTS_H
#define WHYTLS_DEVICE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct device_history;
struct device_row;
struct host_row;

enum device_state {
    DEVICE_READ = 0,     /* it accepted us, and not only long ago */
    DEVICE_REFUSES,      /* its last answers were all no, or the probe page was refused */
    DEVICE_CLOCK_WRONG,  /* the set-up page read a clock that is off */
    DEVICE_SET_UP_BEGUN, /* the profile was fetched, nothing proves more */
    DEVICE_SEEN,         /* connections, and no evidence either way */
    N_DEVICE_STATES
};

/* "reading", "refuses", "clock-wrong", "set-up-begun", "seen" */
const char *device_state_name(enum device_state s);

struct device_app {
    const char *name, *version; /* borrowed from the rows */
    bool is_browser;
    size_t hosts, hosts_refused;
    int64_t used_ms;
};

struct device_facts {
    const struct device_row *row; /* borrowed */
    struct host_row *hosts;       /* owned; what was used last first */
    size_t n_hosts;
    struct device_app *apps; /* owned; what was used last first */
    size_t n_apps;
    enum device_state state;
    size_t n_accepted, n_refused; /* hosts: once accepted; refused by the last word of an app */
};

/* The last word of an app at a host was no. */
bool device_host_refuses(const struct host_row *row);
void device_facts_read(struct device_history *h, const struct device_row *row, int64_t now_ms,
    struct device_facts *out);
void device_facts_fini(struct device_facts *f);

#endif
