#include "state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/host.h"
#include "base/json_out.h"
#include "base/time_text.h"
#include "cert/ca.h"
#include "device/agent.h"
#include "device/history.h"
#include "device/memory.h"
#include "site.h"
#include "words.h"

/* Digits of a number that is believed: milliseconds since 1970 have 13 until the year 2286. */
enum { DIGITS_MOST = 15 };
/* A phone may have lost its trust since; the page tries again each time it is opened. */
enum { PROBE_FRESH_MS = 10 * 60 * 1000 };

/* The number of a parameter; false when it is absent or no number. */
static bool parameter(const char *path, const char *name, int64_t *out)
{
    const char *at = path + strcspn(path, "?#");
    size_t len = strlen(name);

    while (*at && *at != '#') {
        at++;
        if (!strncmp(at, name, len) && at[len] == '=') {
            size_t n = strspn(at + len + 1, "0123456789");
            char after = at[len + 1 + n];

            if (n == 0 || n > DIGITS_MOST || (after && after != '&' && after != '#'))
                return false;
            *out = 0;
            for (size_t i = 0; i < n; i++)
                *out = *out * 10 + (at[len + 1 + i] - '0');
            return true;
        }
        at += strcspn(at, "&#");
    }
    return false;
}

/* The name under which iOS keeps the browser apart from what other apps show in a window. */
static bool is_safari(const struct agent *agent)
{
    return !strcmp(agent->name, "Safari") &&
           (!strcmp(agent->family, "iPhone") || !strcmp(agent->family, "iPad") ||
               !strcmp(agent->family, "Mac")); /* an iPad says that it is a Mac */
}

static void clock_take(const struct site_ask *ask, struct step_facts *facts)
{
    int64_t theirs;

    if (!parameter(ask->path, "t", &theirs))
        return;
    facts->clock_known = true;
    facts->clock_offset_ms = theirs - ask->now_ms;
    device_clock(ask->history, ask->key, facts->clock_offset_ms, ask->now_ms);
}

/* What was seen under another root says nothing of this one. */
static void set_up_take(
    const struct state_ask *asked, const struct device_setup *setup, struct step_facts *facts)
{
    int64_t age = facts->now_ms - setup->probe_ms;
    bool fresh = age >= 0 && age <= PROBE_FRESH_MS && setup->probe_ms >= ca_since(asked->ca) * 1000;

    facts->fetched =
        setup->profile_fetched_ms > 0 && !strcmp(setup->root_sha256_hex, ca_sha256(asked->ca));
    facts->fetched_ms = setup->profile_fetched_ms;
    facts->trusted = fresh && setup->probe == DEVICE_PROBE_TRUSTED;
    facts->refused = fresh && setup->probe == DEVICE_PROBE_REFUSED;
    if (!facts->clock_known && setup->clock_known && setup->clock_read_ms > 0 &&
        facts->now_ms - setup->clock_read_ms <= PROBE_FRESH_MS) {
        facts->clock_known = true;
        facts->clock_offset_ms = setup->clock_offset_ms;
    }
}

static void fill_proxy(const struct state_ask *asked, struct slots *slots)
{
    char at[HOST_CAP + 16];

    text_add(slots_add(slots, "server"), asked->host);
    text_printf(slots_add(slots, "port"), "%u", (unsigned)asked->port);
    text_printf(slots_add(slots, "address"), "http://%s/",
        host_port_text(at, sizeof at, asked->host, asked->port));
}

static void fill_root(const struct ca *ca, struct slots *slots)
{
    char day[TIME_TEXT_CAP];
    static const char *const lines[] = {"print1", "print2", "print3", "print4"};

    text_add(slots_add(slots, "root"), ca_name(ca));
    text_add(slots_add(slots, "short"), words_short_name(ca_name(ca)));
    words_groups(slots_add(slots, "begins"), ca_sha256(ca), 2);
    for (int i = 0; i < 4; i++)
        words_groups(slots_add(slots, lines[i]), ca_sha256(ca) + 16 * i, 4);
    text_add(slots_add(slots, "until"), time_day(day, ca_until(ca)));
}

static void fill_facts(
    const struct step_facts *facts, const struct agent *agent, struct slots *slots)
{
    char when[TIME_TEXT_CAP];

    words_browser(slots_add(slots, "browser"), agent);
    words_clock(slots_add(slots, "clock"), facts->clock_known ? facts->clock_offset_ms : 0);
    text_printf(slots_add(slots, "fetched"), "%s",
        facts->fetched ? time_minute(when, facts->fetched_ms / 1000) : "");
    text_printf(slots_add(slots, "ago"), "%s",
        facts->fetched ? time_duration(when, (facts->now_ms - facts->fetched_ms) / 1000) : "");
}

static void fill_steps(const struct step steps[static N_STEPS], struct slots *slots)
{
    static const char *const states[N_STEPS] = {"state1", "state2", "state3", "state4", "state5"};
    int done = 0;

    for (int i = 0; i < N_STEPS; i++) {
        text_add(slots_add(slots, states[i]), step_state_name(steps[i].state));
        done += steps[i].state == STATE_PASSED;
    }
    text_add(slots_add(slots, "why1"), steps[STEP_SAFARI].why);
    text_printf(slots_add(slots, "done"), "%d", done);
    text_add(slots_add(slots, "ready"), steps_are_done(steps) ? "yes" : "no");
}

static void probe_name(struct state_view *view, int64_t now_ms)
{
    char id[ID_CAP];

    id_make(id, now_ms);
    text_lower(id);
    snprintf(view->probe, sizeof view->probe, "%s.%s", id, SITE_HOST);
    text_add(slots_add(&view->slots, "probe"), view->probe);
}

void state_look(const struct state_ask *asked, struct state_view *out)
{
    const struct site_ask *ask = asked->ask;
    struct step_facts facts = {
        .through = ask->through, .own_clock_wrong = ask->own_clock_wrong, .now_ms = ask->now_ms};
    struct device_setup setup;
    struct agent agent;

    agent_read(ask->agent, &agent);
    facts.safari = is_safari(&agent);
    if (!parameter(ask->path, "waited", &facts.waited_s))
        facts.waited_s = 0;
    clock_take(ask, &facts);
    if (device_setup_read(ask->history, ask->key, &setup))
        set_up_take(asked, &setup, &facts);
    steps_find(&facts, out->steps);
    out->through = facts.through;
    out->clock_known = facts.clock_known;
    out->skew_ms = facts.clock_offset_ms;
    fill_proxy(asked, &out->slots);
    fill_root(asked->ca, &out->slots);
    fill_facts(&facts, &agent, &out->slots);
    fill_steps(out->steps, &out->slots);
    probe_name(out, ask->now_ms);
}

static void skew_put(const struct state_view *view, struct json_out *j)
{
    json_key(j, "skew_s");
    if (view->clock_known)
        json_double(j, (double)view->skew_ms / 1000);
    else
        json_null(j);
}

void state_json(const struct state_view *view, struct text *out)
{
    struct json_out j;

    json_init(&j, out);
    json_object(&j);
    json_put_int(&j, "v", 1);
    json_put_bool(&j, "through", view->through);
    json_put_bool(&j, "ready", steps_are_done(view->steps));
    skew_put(view, &j);
    json_put_text(&j, "probe", view->through ? view->probe : NULL);
    json_key(&j, "steps");
    json_array(&j);
    for (int i = 0; i < N_STEPS; i++) {
        json_object(&j);
        json_put_text(&j, "state", step_state_name(view->steps[i].state));
        json_put_text(&j, "why", view->steps[i].why);
        json_object_end(&j);
    }
    json_array_end(&j);
    json_key(&j, "words");
    json_object(&j);
    slots_json(&view->slots, &j);
    json_object_end(&j);
    json_object_end(&j);
}
