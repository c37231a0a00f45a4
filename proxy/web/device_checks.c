#include "device_checks.h"

#include <string.h>

#include "device/facts.h"
#include "device/memory.h"
#include "device/roll.h"

const char *device_check_name(enum device_check check)
{
    static const char *const names[N_DEVICE_CHECKS] = {
        [CHECK_PROXY] = "proxy",
        [CHECK_PROFILE] = "profile",
        [CHECK_ROOT] = "root",
        [CHECK_SWITCH] = "switch",
        [CHECK_PROBE] = "probe",
    };

    return names[check];
}

const char *check_state_name(enum check_state state)
{
    static const char *const names[] = {[CHECK_LATER] = "later",
        [CHECK_WAITING] = "waiting",
        [CHECK_PASSED] = "passed",
        [CHECK_FAILED] = "failed"};

    return names[state];
}

/* A leaf of ours was accepted: then all that comes before was done, however it was done. */
static bool is_trusted(const struct device_setup *s)
{
    return s->accepted_ms > 0 || s->probe == DEVICE_PROBE_TRUSTED;
}

static struct device_step proxy_step(const struct device_facts *f)
{
    if (f->n_hosts || f->row->apple_passed || f->row->setup.accepted_ms)
        return (struct device_step){CHECK_PASSED, "Its traffic comes through this proxy."};
    return (struct device_step){
        CHECK_WAITING, "It has opened our pages, and no connection of it came through yet."};
}

static struct device_step profile_step(const struct device_facts *f, const char *root_sha256)
{
    const struct device_setup *s = &f->row->setup;

    if (!s->profile_fetched_ms)
        return is_trusted(s)
                   ? (struct device_step){CHECK_PASSED,
                         "Not fetched from here, but it trusts our root."}
                   : (struct device_step){CHECK_WAITING, "It has not fetched the profile."};
    if (root_sha256 && *s->root_sha256_hex && strcmp(s->root_sha256_hex, root_sha256) != 0)
        return (struct device_step){
            CHECK_FAILED, "The profile that it fetched has an older root; it needs the new one."};
    return (struct device_step){CHECK_PASSED, "The profile was fetched."};
}

static struct device_step root_step(const struct device_facts *f)
{
    const struct device_setup *s = &f->row->setup;

    if (is_trusted(s))
        return (struct device_step){CHECK_PASSED, "The root is installed."};
    if (s->profile_fetched_ms)
        return (struct device_step){CHECK_WAITING,
            "Settings > Profile Downloaded: nothing shows yet that it was installed."};
    return (struct device_step){CHECK_LATER, "Comes after the download."};
}

static struct device_step switch_step(const struct device_facts *f)
{
    const struct device_setup *s = &f->row->setup;

    if (f->state == DEVICE_REFUSES && (s->profile_fetched_ms || is_trusted(s)))
        return (struct device_step){CHECK_FAILED,
            "It refuses our certificates: the switch in Certificate Trust Settings is off."};
    if (is_trusted(s))
        return (struct device_step){CHECK_PASSED, "It trusts our root fully."};
    if (s->profile_fetched_ms)
        return (struct device_step){CHECK_WAITING,
            "General > About > Certificate Trust Settings: the switch beside our root."};
    return (struct device_step){CHECK_LATER, "Comes after the profile is installed."};
}

static struct device_step probe_step(const struct device_facts *f)
{
    switch (f->row->setup.probe) {
    case DEVICE_PROBE_TRUSTED:
        return (struct device_step){CHECK_PASSED, "The test page was opened under our root."};
    case DEVICE_PROBE_REFUSED:
        return (struct device_step){CHECK_FAILED, "The test page was refused."};
    case DEVICE_PROBE_UNKNOWN:
        break;
    }
    if (f->row->setup.accepted_ms)
        return (struct device_step){
            CHECK_PASSED, "Not opened; other sites were, which proves the same."};
    return (struct device_step){CHECK_LATER, "The set-up page opens it by itself."};
}

void device_checks_find(const struct device_facts *f, const char *root_sha256,
    struct device_step out[static N_DEVICE_CHECKS])
{
    out[CHECK_PROXY] = proxy_step(f);
    out[CHECK_PROFILE] = profile_step(f, root_sha256);
    out[CHECK_ROOT] = root_step(f);
    out[CHECK_SWITCH] = switch_step(f);
    out[CHECK_PROBE] = probe_step(f);
}

const char *device_readiness(const struct device_facts *f)
{
    switch (f->state) {
    case DEVICE_READ:
        return "ready";
    case DEVICE_REFUSES:
        return "refusing";
    case DEVICE_CLOCK_WRONG:
    case DEVICE_SET_UP_BEGUN:
        return "waiting";
    case DEVICE_SEEN:
    case N_DEVICE_STATES:
        break;
    }
    return "unknown";
}

const char *device_next_step(const struct device_facts *f, const struct device_step *steps)
{
    static const char *const todo[N_DEVICE_CHECKS] = {
        [CHECK_PROXY] = "Settings > Wi-Fi > (i) > Configure Proxy > Manual: enter this proxy.",
        [CHECK_PROFILE] = "Open the set-up page in Safari and download the profile.",
        [CHECK_ROOT] = "Settings > Profile Downloaded > Install.",
        [CHECK_SWITCH] = "General > About > Certificate Trust Settings: switch on full trust.",
        [CHECK_PROBE] = "Open the set-up page once more; it tries a test page.",
    };

    if (f->state == DEVICE_CLOCK_WRONG)
        return "General > Date & Time: Set Automatically. With a wrong clock every certificate "
               "looks expired or not yet valid.";
    for (size_t i = 0; i < N_DEVICE_CHECKS; i++)
        if (steps[i].state == CHECK_FAILED || steps[i].state == CHECK_WAITING)
            return todo[i];
    return f->state == DEVICE_SEEN ? todo[CHECK_PROFILE] : NULL;
}
