#include "steps.h"

static struct step as(enum step_state state)
{
    return (struct step){.state = state, .why = ""};
}

static struct step failed(const char *why)
{
    return (struct step){.state = STATE_FAILED, .why = why};
}

static bool clock_is_off(const struct step_facts *facts)
{
    int64_t off = facts->clock_offset_ms;

    return facts->clock_known && (off > CLOCK_SLACK_MS || off < -CLOCK_SLACK_MS);
}

static struct step safari(const struct step_facts *facts)
{
    if (!facts->safari)
        return failed("safari");
    if (clock_is_off(facts))
        return failed(facts->own_clock_wrong ? "own-clock" : "clock");
    return as(facts->clock_known ? STATE_PASSED : STATE_WAITING);
}

static struct step proxy(const struct step_facts *facts)
{
    if (facts->through)
        return as(STATE_PASSED);
    return as(facts->waited_s >= PROXY_PATIENCE_S ? STATE_FAILED : STATE_WAITING);
}

static bool profile_is_stale(const struct step_facts *facts)
{
    return facts->now_ms - facts->fetched_ms > PROFILE_KEPT_MS;
}

/* Trust proves the two steps before it: no profile need have come from here. */
static void download_and_after(const struct step_facts *facts, struct step *out)
{
    if (facts->trusted) {
        out[STEP_DOWNLOAD] = out[STEP_INSTALL] = out[STEP_TRUST] = as(STATE_PASSED);
        return;
    }
    out[STEP_DOWNLOAD] = out[STEP_INSTALL] = as(STATE_WAITING);
    out[STEP_TRUST] = as(STATE_WAITING);
    if (!facts->fetched) {
        out[STEP_INSTALL] = out[STEP_TRUST] = as(STATE_LATER);
        return;
    }
    out[STEP_DOWNLOAD] = as(profile_is_stale(facts) ? STATE_FAILED : STATE_PASSED);
    if (profile_is_stale(facts))
        out[STEP_INSTALL] = as(STATE_FAILED);
    if (facts->refused && (facts->waited_s >= TRUST_PATIENCE_S || profile_is_stale(facts)))
        out[STEP_TRUST] = as(STATE_FAILED);
}

/* A clock that is off hinders none of the steps behind it, but another browser does. */
void steps_find(const struct step_facts *facts, struct step out[static N_STEPS])
{
    bool go_on;

    out[STEP_SAFARI] = safari(facts);
    go_on = facts->safari || facts->through;
    out[STEP_PROXY] = go_on ? proxy(facts) : as(STATE_LATER);
    if (facts->trusted || (facts->safari && facts->through)) {
        download_and_after(facts, out);
        return;
    }
    for (int i = STEP_DOWNLOAD; i < N_STEPS; i++)
        out[i] = as(STATE_LATER);
}

bool steps_are_done(const struct step steps[static N_STEPS])
{
    for (int i = 0; i < N_STEPS; i++)
        if (steps[i].state != STATE_PASSED)
            return false;
    return true;
}

const char *step_state_name(enum step_state state)
{
    switch (state) {
    case STATE_LATER:
        return "later";
    case STATE_WAITING:
        return "waiting";
    case STATE_PASSED:
        return "passed";
    case STATE_FAILED:
        break;
    }
    return "failed";
}
