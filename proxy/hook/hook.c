#include "hook.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "call.h"
#include "diagnosis/board.h"
#include "diagnosis/settle.h"
#include "digest_priv.h"
#include "listener.h"
#include "watch_priv.h"

struct seat {
    struct listener listener;
    struct watch watch;
};

/* A listener's place at one moment. */
struct turn {
    struct turn *next;
    struct seat *seat;
    struct filter filter;
};

struct owned {
    struct owned *next;
    void *thing;
    void (*drop)(void *thing);
};

struct hooks {
    struct seat **seats; /* owned */
    size_t n_seats;
    struct turn *turns[N_MOMENTS], **last[N_MOMENTS]; /* owned */
    struct lexicon lexicon;
    struct owned *owned;

    const struct clock *clock;
    int64_t (*meter_us)(void *arg);
    void *meter_arg;
    void (*seen)(void *arg, const struct hook_visit *visit);
    void *seen_arg;
};

static const struct {
    const char *name;
    int at_hello, at_judged, at_request;
} actions[] = {
    [ACTION_NONE] = {NULL, 0, 0, 0},
    [ACTION_INTERCEPT] = {"intercept", 1, 0, 0},
    [ACTION_MIRROR] = {"mirror", 2, 2, 0},
    [ACTION_TUNNEL] = {"tunnel", 3, 0, 0},
    [ACTION_ALLOW] = {"allow", 0, 1, 0},
    [ACTION_PAGE] = {"page", 0, 3, 0},
    [ACTION_REFUSE] = {"refuse", 4, 4, 4},
};

enum { N_ACTIONS = sizeof actions / sizeof *actions };

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

static int64_t thread_cost_us(void *arg)
{
    struct timespec t;

    (void)arg;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t))
        return 0;
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

struct hooks *hooks_new(void)
{
    struct hooks *h = mem_new(sizeof *h);

    lexicon_init(&h->lexicon);
    for (size_t m = 0; m < N_MOMENTS; m++)
        h->last[m] = &h->turns[m];
    h->clock = clock_system();
    h->meter_us = thread_cost_us;
    return h;
}

static void turns_free(struct turn *t)
{
    while (t) {
        struct turn *next = t->next;

        filter_fini(&t->filter);
        mem_free(t);
        t = next;
    }
}

void hooks_free(struct hooks *h)
{
    if (!h)
        return;
    for (size_t m = 0; m < N_MOMENTS; m++)
        turns_free(h->turns[m]);
    while (h->owned) {
        struct owned *one = h->owned;

        h->owned = one->next;
        one->drop(one->thing);
        mem_free(one);
    }
    for (size_t i = 0; i < h->n_seats; i++)
        mem_free(h->seats[i]);
    mem_free(h->seats);
    lexicon_fini(&h->lexicon);
    mem_free(h);
}

void hooks_add(struct hooks *h, const struct listener *l)
{
    struct seat *seat = mem_new(sizeof *seat);

    seat->listener = *l;
    seat->watch.id = l->id;
    h->seats = mem_resize(h->seats, (h->n_seats + 1) * sizeof *h->seats);
    h->seats[h->n_seats++] = seat;
    for (size_t m = 0; m < N_MOMENTS; m++) {
        if (!l->wakes[m])
            continue;
        struct turn *turn = mem_new(sizeof *turn);

        turn->seat = seat;
        filter_init(&turn->filter, l->wakes[m], &h->lexicon);
        *h->last[m] = turn;
        h->last[m] = &turn->next;
    }
}

void hooks_own(struct hooks *h, void *thing, void (*drop)(void *thing))
{
    struct owned *one = mem_new(sizeof *one);

    *one = (struct owned){h->owned, thing, drop};
    h->owned = one;
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
    for (size_t i = 0; i < h->n_seats; i++)
        if (!strcmp(h->seats[i]->listener.id, id))
            return h->seats[i]->watch.off;
    return false;
}

bool hook_wants(const struct hooks *h, enum moment m)
{
    for (const struct turn *t = h->turns[m]; t; t = t->next)
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
    };
}

static void visit(struct hooks *h, struct seat *seat, struct flow *f, struct decision *decision)
{
    const struct listener *l = &seat->listener;
    struct speaker who = {l->id, l->book};
    struct call call;
    struct err why = {0};
    int64_t before = h->meter_us(h->meter_arg);

    call_init(&call, f, f->moment, &who);
    bool well = l->visit(l->arg, &call, &why);

    if (well) {
        call_commit(&call);
        decide(decision, &call.decision, f->moment, f);
    } else {
        watch_fault(&seat->watch, f, f->moment, why.text, clock_steady_ms(h->clock));
    }
    call_fini(&call);
    watch_cost(
        &seat->watch, f, f->moment, h->meter_us(h->meter_arg) - before, clock_steady_ms(h->clock));
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

size_t hook_fire(struct hooks *h, enum moment m, struct flow *f, struct decision *out)
{
    struct decision decision = {0};
    struct digest digest;
    size_t woken = 0;

    f->moment = m;
    if (h->turns[m])
        digest_make(&digest, &h->lexicon, m, f);
    for (struct turn *t = h->turns[m]; t; t = t->next) {
        if (t->seat->watch.off || !filter_holds(&t->filter, &digest, f))
            continue;
        woken++;
        visit(h, t->seat, f, &decision);
    }
    if (wants_settling(f, m))
        settle(f);
    if (m == MOMENT_FINISH && f->board && f->board->n_cut)
        flow_note_add(f, "rules/cut", "info",
            "The rules brought more causes or facts than one flow can hold; some were left out.",
            "whytls");
    if (out)
        *out = decision;
    return woken;
}
