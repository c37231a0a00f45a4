#include "watch_priv.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"

/* "rule:dates/expired" writes under "rules/…", "plugin:geo" under "plugins/…". */
static void code_make(char out[static 32], const struct watch *w, const char *what)
{
    struct text code = {0};
    size_t n = strcspn(w->id, ":");

    text_add_n(&code, w->id, n < 16 ? n : 16);
    text_printf(&code, "s/%s", what);
    strncpy(out, text_str(&code), 31);
    out[31] = '\0';
    text_fini(&code);
}

static const char *name_of(const struct watch *w)
{
    const char *colon = strchr(w->id, ':');

    return colon ? colon + 1 : w->id;
}

static void note(const struct watch *w, struct flow *f, const char *what, const char *severity,
    const struct text *says)
{
    char code[32];

    code_make(code, w, what);
    flow_note_add(f, code, severity, text_str(says), w->id);
}

/* Remembers this moment; is it the last of `most` within the window? The ring holds the latest
 * `most` moments. */
static bool is_too_often(int64_t *ring, unsigned *n, unsigned most, int64_t now, int64_t window)
{
    ring[*n % most] = now;
    ++*n;
    return *n >= most && now - ring[*n % most] < window;
}

static void switch_off(struct watch *w, struct flow *f, const char *why)
{
    struct text says = {0};

    w->off = true;
    text_printf(&says, "%s is switched off until the rules are loaded again: %s.", name_of(w), why);
    note(w, f, "off", "high", &says);
    log_warn("%s", text_str(&says));
    text_fini(&says);
}

void watch_fault(
    struct watch *w, struct flow *f, enum moment m, const char *error, int64_t steady_ms)
{
    struct text says = {0};

    text_printf(&says, "%s failed at '%s', so it said nothing about this flow: ", name_of(w),
        moment_name(m));
    text_add_safe(&says, error, strlen(error), 400);
    note(w, f, "fault", "medium", &says);
    log_warn("flow %s: %s", f->id, text_str(&says));
    text_fini(&says);
    if (is_too_often(w->faults, &w->n_faults, WATCH_FAULTS_MOST, steady_ms, WATCH_FAULTS_WINDOW_MS))
        switch_off(w, f, "it failed five times within ten minutes");
}

bool watch_flow_is_spent(const struct flow *f)
{
    return f->visits_us > WATCH_FLOW_US;
}

/* Many visits that are quick each are slow as well. */
static void flow_charge(const struct watch *w, struct flow *f, int64_t cost_us)
{
    struct text says = {0};
    bool was_spent = watch_flow_is_spent(f);

    f->visits_us += cost_us;
    if (was_spent || !watch_flow_is_spent(f))
        return;
    text_printf(&says,
        "Rules and plugins took more than %d ms of this connection, the last of it %s; none is "
        "asked about it any more.",
        WATCH_FLOW_US / 1000, name_of(w));
    note(w, f, "spent", "low", &says);
    text_fini(&says);
}

void watch_cost(struct watch *w, struct flow *f, enum moment m, int64_t cost_us, int64_t steady_ms)
{
    struct text says = {0};

    flow_charge(w, f, cost_us);
    if (cost_us <= WATCH_SLOW_US)
        return;
    text_printf(&says, "%s took %lld ms at '%s'; more than %d ms is slow.", name_of(w),
        (long long)(cost_us / 1000), moment_name(m), WATCH_SLOW_US / 1000);
    note(w, f, "slow", "low", &says);
    text_fini(&says);
    if (!w->off &&
        is_too_often(w->slow, &w->n_slow, WATCH_SLOW_MOST, steady_ms, WATCH_SLOW_WINDOW_MS))
        switch_off(w, f, "it was slow three times within a minute");
}
