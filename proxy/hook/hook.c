#include "hook.h"

#include <string.h>
#include <time.h>

#include <sys/resource.h>

#include "base/clock.h"
#include "base/mem.h"
#include "call.h"
#include "diagnosis/board.h"
#include "diagnosis/settle.h"
#include "listener.h"
#include "table_priv.h"

#ifndef RUSAGE_THREAD /* macOS counts for the whole process only */
#define RUSAGE_THREAD RUSAGE_SELF
#endif

struct hooks {
    struct table *table, *replaced; /* owned */

    const struct clock *clock;
    int64_t (*meter_us)(void *arg);
    void *meter_arg;
    void (*seen)(void *arg, const struct hook_visit *visit);
    void *seen_arg;
};

static const struct {
    const char *name;
    int at_hello, at_judged, at_request;
} actions[N_ACTIONS] = {
    [ACTION_NONE] = {NULL, 0, 0, 0},
    [ACTION_INTERCEPT] = {"intercept", 1, 0, 0},
    [ACTION_MIRROR] = {"mirror", 2, 2, 0},
    [ACTION_TUNNEL] = {"tunnel", 3, 0, 0},
    [ACTION_ALLOW] = {"allow", 0, 1, 0},
    [ACTION_PAGE] = {"page", 0, 3, 0},
    [ACTION_REFUSE] = {"refuse", 4, 4, 4},
};

const char *action_name(enum action a)
{
    return actions[a].name;
}

enum action action_find(const char *name)
{
    for (unsigned a = ACTION_NONE + 1; a < N_ACTIONS; a++)
        if (!strcmp(name, actions[a].name))
            return (enum action)a;
    return ACTION_NONE;
}

int action_strength(enum action a, enum moment m)
{
    if (m == MOMENT_HELLO)
        return actions[a].at_hello;
    if (m == MOMENT_JUDGED)
        return actions[a].at_judged;
    return m == MOMENT_REQUEST ? actions[a].at_request : 0;
}

bool moment_is_before_bodies(enum moment m)
{
    return m == MOMENT_HELLO || m == MOMENT_JUDGED || m == MOMENT_REQUEST || m == MOMENT_RESPONSE;
}

static int64_t thread_cost_us(void *arg)
{
    struct timespec t;

    (void)arg;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t))
        return 0;
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* What a visit has cost so far: processor time, and the clock, and how often it waited. */
struct costs {
    int64_t us, steady_ms;
    long waits;
};

static struct costs costs_now(const struct hooks *h, const struct listener *l)
{
    struct costs c = {.us = h->meter_us(h->meter_arg), .steady_ms = clock_steady_ms(h->clock)};
    struct rusage usage;

    if (l->may_wait && !getrusage(RUSAGE_THREAD, &usage))
        c.waits = usage.ru_nvcsw;
    return c;
}

static int64_t cost_us(const struct costs *before, const struct costs *after)
{
    int64_t us = after->us - before->us, passed_us = (after->steady_ms - before->steady_ms) * 1000;

    return after->waits != before->waits && passed_us > us ? passed_us : us;
}

struct hooks *hooks_new(void)
{
    struct hooks *h = mem_new(sizeof *h);

    h->table = table_new();
    h->clock = clock_system();
    h->meter_us = thread_cost_us;
    return h;
}

void hooks_free(struct hooks *h)
{
    if (!h)
        return;
    table_free(h->table);
    while (h->replaced) {
        struct table *t = h->replaced;

        h->replaced = t->next;
        table_free(t);
    }
    mem_free(h);
}

void hooks_add(struct hooks *h, const struct listener *l)
{
    table_add(h->table, l);
}

void hooks_own(struct hooks *h, void *thing, void (*drop)(void *thing))
{
    table_own(h->table, thing, drop);
}

/* Frees the replaced tables that no flow leans on any more. */
static void replaced_sweep(struct hooks *h)
{
    struct table **at = &h->replaced;

    while (*at) {
        struct table *t = *at;

        if (t->n_flows) {
            at = &t->next;
            continue;
        }
        *at = t->next;
        table_free(t);
    }
}

void hooks_replace(struct hooks *h, struct hooks *fresh)
{
    h->table->next = h->replaced;
    h->replaced = h->table;
    h->table = fresh->table;
    fresh->table = NULL;
    hooks_free(fresh);
    replaced_sweep(h);
}

void hooks_trace(
    struct hooks *h, void (*seen)(void *arg, const struct hook_visit *visit), void *arg)
{
    h->seen = seen;
    h->seen_arg = arg;
}

void hooks_measure(
    struct hooks *h, const struct clock *clock, int64_t (*meter_us)(void *arg), void *arg)
{
    if (clock)
        h->clock = clock;
    if (meter_us) {
        h->meter_us = meter_us;
        h->meter_arg = arg;
    }
}

bool hooks_is_off(const struct hooks *h, const char *id)
{
    for (size_t i = 0; i < h->table->n_seats; i++)
        if (!strcmp(h->table->seats[i]->listener.id, id))
            return h->table->seats[i]->watch.off;
    return false;
}

bool hook_wants(const struct hooks *h, enum moment m)
{
    for (const struct turn *t = h->table->turns[m]; t; t = t->next)
        if (!t->seat->watch.off)
            return true;
    return false;
}

/* The stricter stands; of equals the first id's. */
static void decide(
    struct decision *standing, const struct decision *said, enum moment m, struct flow *f)
{
    int strength = action_strength(said->action, m),
        standing_strength = action_strength(standing->action, m);

    if (said->action == ACTION_NONE || strength < standing_strength)
        return;
    if (strength == standing_strength && strcmp(said->by, standing->by) >= 0)
        return;
    *standing = (struct decision){
        .action = said->action,
        .fault = flow_text(f, said->fault),
        .by = flow_text(f, said->by),
        .why = flow_text(f, said->why),
        .bodies_by = standing->bodies_by,
    };
}

static void visit(struct hooks *h, struct seat *seat, struct flow *f, struct decision *decision)
{
    const struct listener *l = &seat->listener;
    struct speaker who = {l->id, l->book};
    struct call call;
    struct err why = {0};
    struct costs before = costs_now(h, l);

    call_init(&call, f, f->moment, &who);
    bool well = l->visit(l->arg, &call, &why);

    if (well) {
        call_commit(&call);
        if (f->board && f->board->changed)
            table_pin(h->table, f);
        decide(decision, &call.decision, f->moment, f);
        if (!decision->bodies_by)
            decision->bodies_by = flow_text(f, call.decision.bodies_by);
    } else {
        watch_fault(&seat->watch, f, f->moment, why.text, clock_steady_ms(h->clock));
    }
    call_fini(&call);
    struct costs after = costs_now(h, l);

    watch_cost(&seat->watch, f, f->moment, cost_us(&before, &after), after.steady_ms);
    if (h->seen)
        h->seen(h->seen_arg, &(struct hook_visit){l->id, f->moment, f, well ? NULL : why.text});
}

/* One connection may carry thousands of messages: they settle nothing anew unless somebody brought
 * something. */
static bool wants_settling(const struct flow *f, enum moment m)
{
    if (!f->board)
        return false;
    if (m == MOMENT_REQUEST || m == MOMENT_REQUEST_BODY || m == MOMENT_RESPONSE ||
        m == MOMENT_RESPONSE_BODY || m == MOMENT_WS_MESSAGE)
        return f->board->changed;
    return true;
}

/* Everything is said: from here on the flow stands alone. */
static void flow_over(struct hooks *h, struct flow *f)
{
    if (f->board && f->board->n_cut)
        flow_note_add(f, "rules/cut", "info",
            "The rules brought more causes or facts than one flow can hold; some were left out.",
            "whytls");
    table_unpin_all(f);
    replaced_sweep(h);
}

size_t hook_fire(struct hooks *h, enum moment m, struct flow *f, struct decision *out)
{
    struct decision decision = {0};
    struct digest digest;
    size_t woken = 0;

    f->moment = m;
    if (h->table->turns[m])
        digest_make(&digest, &h->table->lexicon, m, f);
    for (struct turn *t = h->table->turns[m]; t; t = t->next) {
        if (t->seat->watch.off || watch_flow_is_spent(f) || !filter_holds(&t->filter, &digest, f))
            continue;
        woken++;
        visit(h, t->seat, f, &decision);
    }
    if (wants_settling(f, m))
        settle(f);
    if (m == MOMENT_FINISH)
        flow_over(h, f);
    if (out)
        *out = decision;
    return woken;
}
