/* onboard/state.h - what a phone's page is to say now: the steps, the words in them, and the next
 * test page. Private to onboard/. */
#ifndef WHYTLS_ONBOARD_STATE_H
#define WHYTLS_ONBOARD_STATE_H

#include <stdint.h>

#include "base/id.h"
#include "slots.h"
#include "steps.h"

struct ca;
struct site_ask;
struct text;

struct state_ask {
    const struct ca *ca;
    const struct site_ask *ask;
    const char *host; /* under which the phone reaches us */
    uint16_t port;
};

struct state_view {
    struct step steps[N_STEPS];
    struct slots slots; /* slots_fini */
    bool through, clock_known;
    int64_t skew_ms;                            /* theirs minus ours */
    char probe[ID_CAP + sizeof ".whytls.test"]; /* a name that nobody has asked for yet */
};

/* A request that tells its clock ("?t=1700000000000&waited=12") is remembered by it. */
void state_look(const struct state_ask *asked, struct state_view *out);
void state_json(const struct state_view *view, struct text *out);

#endif
