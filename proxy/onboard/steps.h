/* onboard/steps.h - how far the set-up of a phone has come: five steps, each found out anew from
 * what was seen, none remembered as done. Pure. */
#ifndef WHYTLS_ONBOARD_STEPS_H
#define WHYTLS_ONBOARD_STEPS_H

#include <stdbool.h>
#include <stdint.h>

enum { STEP_SAFARI, STEP_PROXY, STEP_DOWNLOAD, STEP_INSTALL, STEP_TRUST, N_STEPS };

enum step_state { STATE_LATER, STATE_WAITING, STATE_PASSED, STATE_FAILED };

/* What the page looked at. Times are milliseconds since 1970. */
struct step_facts {
    bool safari;             /* Safari on an iPhone or iPad: the only one that hands a profile on */
    bool through;            /* the request came by way of the proxy */
    bool fetched;            /* the profile, with the root of today in it */
    bool trusted;            /* the last test page was accepted, and not long ago */
    bool refused;            /* … was refused */
    bool clock_known;        /* the page told its clock */
    bool own_clock_wrong;    /* then it is not the phone's clock that is to blame */
    int64_t clock_offset_ms; /* theirs minus ours */
    int64_t now_ms, fetched_ms;
    int64_t waited_s; /* the page has stood still for so long */
};

/* `why` tells which of several texts a state has; "" when it has one only. Static. */
struct step {
    enum step_state state;
    const char *why; /* "safari", "clock", "own-clock" */
};

/* Phones and fresh certificates get along with five minutes; iOS drops a profile that waits in
 * Settings for longer than eight (observed). A person needs some time to walk through Settings
 * before a step is called failed. */
enum { CLOCK_SLACK_MS = 5 * 60 * 1000, PROFILE_KEPT_MS = 8 * 60 * 1000 };
enum { PROXY_PATIENCE_S = 60, TRUST_PATIENCE_S = 20 };

void steps_find(const struct step_facts *facts, struct step out[static N_STEPS]);
bool steps_are_done(const struct step steps[static N_STEPS]);
const char *step_state_name(enum step_state state); /* "later", "waiting", "passed", "failed" */

#endif
