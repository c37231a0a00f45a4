/* web/device_checks.h - how far a phone's set-up has come, step by step, and what comes next, in
 * the words of the page. Pure. Private to web/. */
#ifndef WHYTLS_WEB_DEVICE_CHECKS_H
#define WHYTLS_WEB_DEVICE_CHECKS_H

#include <stddef.h>
#include <stdint.h>

struct device_facts;

enum device_check {
    CHECK_PROXY = 0, /* it sends its traffic here */
    CHECK_PROFILE,   /* it has fetched the profile, with our root of today */
    CHECK_ROOT,      /* the profile is installed */
    CHECK_SWITCH,    /* full trust is on */
    CHECK_PROBE,     /* the test page was opened */
    N_DEVICE_CHECKS
};

enum check_state { CHECK_LATER = 0, CHECK_WAITING, CHECK_PASSED, CHECK_FAILED };

struct device_step {
    enum check_state state;
    const char *says; /* static */
};

const char *device_check_name(enum device_check check);
const char *check_state_name(enum check_state state);
void device_checks_find(const struct device_facts *f, const char *root_sha256,
    struct device_step out[static N_DEVICE_CHECKS]);
/* "ready", "waiting", "refusing", "unknown" */
const char *device_readiness(const struct device_facts *f);
/* What to do next on this phone; NULL: nothing. */
const char *device_next_step(const struct device_facts *f, const struct device_step *steps);

#endif
