#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "diagnosis/cause.h"
#include "hook/call.h"
#include "hook/hook.h"
#include "hook/listener.h"
#include "hook/wake.h"

/* A listener in C: what a plugin will be. */
struct voice {
    enum action action;
    const struct cause *cause;
    const char *sets, *fails;
    bool keeps_bodies;
    size_t n_calls;
};

static bool speak(void *arg, struct call *c, struct err *e)
{
    struct voice *v = arg;
    struct path p;

    v->n_calls++;
    if (v->action != ACTION_NONE)
        assert_true(call_decide(c, v->action, NULL, "because"));
    if (v->keeps_bodies)
        call_keep_bodies(c);
    if (v->sets)
        assert_true(call_set(c, &(struct flow_fact){.name = v->sets, .text = "yes"}));
    if (v->cause) {
        assert_true(path_compile("target.host", NULL, &p, e));
        assert_true(call_suspect(c, v->cause, &(struct suspicion){0}));
        assert_true(call_because(c, v->cause, &p, WEIGHT_STRONG));
    }
    return !v->fails || err_set(e, ERR_RULE, "%s", v->fails);
}

static void add(struct hooks *h, const char *id, const struct wake *w, struct voice *v)
{
    struct listener l = {.id = id, .visit = speak, .arg = v};

    l.wakes[wake_moment(w)] = w;
    hooks_add(h, &l);
}

static void the_stricter_decision_wins_and_ties_go_to_the_first_id(void **state)
{
    static const struct {
        enum moment at;
        enum action one, two, wins;
        const char *by;
    } cases[] = {
        {MOMENT_HELLO, ACTION_INTERCEPT, ACTION_MIRROR, ACTION_MIRROR, "rule:a/x"},
        {MOMENT_HELLO, ACTION_MIRROR, ACTION_TUNNEL, ACTION_TUNNEL, "rule:a/x"},
        {MOMENT_HELLO, ACTION_REFUSE, ACTION_TUNNEL, ACTION_REFUSE, "rule:b/x"},
        {MOMENT_HELLO, ACTION_TUNNEL, ACTION_TUNNEL, ACTION_TUNNEL, "rule:a/x"},
        {MOMENT_JUDGED, ACTION_ALLOW, ACTION_MIRROR, ACTION_MIRROR, "rule:a/x"},
        {MOMENT_JUDGED, ACTION_MIRROR, ACTION_PAGE, ACTION_PAGE, "rule:a/x"},
        {MOMENT_JUDGED, ACTION_REFUSE, ACTION_PAGE, ACTION_REFUSE, "rule:b/x"},
        {MOMENT_REQUEST, ACTION_NONE, ACTION_REFUSE, ACTION_REFUSE, "rule:a/x"},
        {MOMENT_FINISH, ACTION_NONE, ACTION_NONE, ACTION_NONE, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hooks *h = hooks_new();
        struct flow *f = flow_new("x", 0);
        struct wake *w = wake_new(cases[i].at);
        struct voice one = {.action = cases[i].one}, two = {.action = cases[i].two};
        struct decision d;

        add(h, "rule:b/x", w, &one);
        add(h, "rule:a/x", w, &two);
        assert_int_equal(hook_fire(h, cases[i].at, f, &d), 2);
        assert_int_equal(d.action, cases[i].wins);
        if (cases[i].by)
            assert_string_equal(d.by, cases[i].by);
        else
            assert_null(d.by);
        hooks_free(h);
        wake_free(w);
        flow_free(f);
    }
}

/* Whoever asks for bodies gets them, whatever others decide; the first is named. */
static void one_wish_for_bodies_is_enough(void **state)
{
    struct hooks *h = hooks_new();
    struct flow *f = flow_new("x", 0);
    struct wake *w = wake_new(MOMENT_JUDGED);
    struct voice one = {.keeps_bodies = true}, two = {.action = ACTION_PAGE},
                 three = {.keeps_bodies = true, .action = ACTION_ALLOW};
    struct decision d;

    (void)state;
    add(h, "rule:a/x", w, &one);
    add(h, "rule:b/x", w, &two);
    add(h, "rule:c/x", w, &three);
    hook_fire(h, MOMENT_JUDGED, f, &d);
    assert_int_equal(d.action, ACTION_PAGE);
    assert_string_equal(d.bodies_by, "rule:a/x");
    one.fails = three.fails = "broken";
    hook_fire(h, MOMENT_JUDGED, f, &d);
    assert_null(d.bodies_by);
    hooks_free(h);
    wake_free(w);
    flow_free(f);
}

static void strength_follows_the_moment(void **state)
{
    (void)state;
    assert_int_equal(action_strength(ACTION_TUNNEL, MOMENT_JUDGED), 0);
    assert_int_equal(action_strength(ACTION_PAGE, MOMENT_HELLO), 0);
    assert_int_equal(action_strength(ACTION_REFUSE, MOMENT_FINISH), 0);
    assert_int_equal(action_find("tunnel"), ACTION_TUNNEL);
    assert_int_equal(action_find("tunel"), ACTION_NONE);
    assert_null(action_name(ACTION_NONE));
}

static void who_is_not_woken_costs_nothing(void **state)
{
    struct hooks *h = hooks_new();
    struct flow *f = flow_new("x", 0);
    struct wake *w = wake_new(MOMENT_JUDGED);
    struct voice v = {0};
    struct err e = {0};

    (void)state;
    assert_true(wake_add_word(w, WAKE_CHECK, "AnchorTrusted", &e));
    add(h, "rule:a/x", w, &v);
    assert_true(hook_wants(h, MOMENT_JUDGED));
    assert_false(hook_wants(h, MOMENT_HELLO));
    size_t used = f->arena.used;

    assert_int_equal(hook_fire(h, MOMENT_JUDGED, f, NULL), 0);
    assert_int_equal(hook_fire(h, MOMENT_FINISH, f, NULL), 0);
    assert_int_equal(v.n_calls, 0);
    assert_int_equal(f->arena.used, used);
    assert_int_equal(f->moment, MOMENT_FINISH);
    hooks_free(h);
    wake_free(w);
    flow_free(f);
}

static int fact_kind(void *arg, const char *fact)
{
    (void)arg;
    return strcmp(fact, "a.fact") ? -1 : (int)FIELD_TEXT;
}

static void a_fact_that_was_just_given_wakes_the_next(void **state)
{
    const struct path_names names = {.fact_kind = fact_kind};
    struct hooks *h = hooks_new();
    struct flow *f = flow_new("x", 0);
    struct wake *first = wake_new(MOMENT_HELLO), *second = wake_new(MOMENT_HELLO);
    struct voice gives = {.sets = "a.fact"}, takes = {0};
    struct err e = {0};

    (void)state;
    assert_true(wake_add_has(second, "a.fact", &names, &e));
    add(h, "rule:a/x", first, &gives);
    add(h, "rule:b/x", second, &takes);
    assert_int_equal(hook_fire(h, MOMENT_HELLO, f, NULL), 2);
    assert_int_equal(takes.n_calls, 1);
    hooks_free(h);
    wake_free(first);
    wake_free(second);
    flow_free(f);
}

static void what_was_brought_is_settled_and_settled_again(void **state)
{
    struct causes *c;
    struct err e = {0};
    struct hooks *h = hooks_new();
    struct flow *f = flow_new("x", 0);
    struct wake *w = wake_new(MOMENT_REQUEST);
    struct voice v = {0};

    (void)state;
    assert_true(causes_new(&(struct path_names){0}, &c, &e));
    v.cause = cause_find(c, "app-pinning");
    f->target->host = "first.example";
    add(h, "rule:a/x", w, &v);
    hook_fire(h, MOMENT_REQUEST, f, NULL);
    assert_int_equal(f->n_diagnosis, 1);
    assert_string_equal(f->diagnosis[0].evidence[0].value, "first.example");
    assert_string_equal(f->diagnosis[0].by.at[0], "rule:a/x");
    /* A thousand messages that say the same settle nothing anew. */
    size_t used = f->arena.used;

    for (int i = 0; i < 1000; i++)
        hook_fire(h, MOMENT_REQUEST, f, NULL);
    assert_int_equal(f->arena.used, used);
    f->target->host = "second.example";
    hook_fire(h, MOMENT_FINISH, f, NULL);
    assert_string_equal(f->diagnosis[0].evidence[0].value, "second.example");
    assert_int_equal(f->n_diagnosis, 1);
    hooks_free(h);
    wake_free(w);
    flow_free(f);
    causes_free(c);
}

static void a_failed_visit_leaves_a_note_and_nothing_else(void **state)
{
    struct hooks *h = hooks_new();
    struct flow *f = flow_new("x", 0);
    struct wake *w = wake_new(MOMENT_HELLO);
    struct voice v = {.action = ACTION_REFUSE, .sets = "a.fact", .fails = "geo.c: broken\x1b[1m"};
    struct decision d;

    (void)state;
    add(h, "plugin:geo", w, &v);
    assert_int_equal(hook_fire(h, MOMENT_HELLO, f, &d), 1);
    assert_int_equal(d.action, ACTION_NONE);
    assert_null(flow_fact_get(f, "a.fact"));
    assert_int_equal(f->n_notes, 1);
    assert_string_equal(f->notes[0].code, "plugins/fault");
    assert_null(strchr(f->notes[0].text, 0x1b));
    hooks_free(h);
    wake_free(w);
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_stricter_decision_wins_and_ties_go_to_the_first_id),
        cmocka_unit_test(one_wish_for_bodies_is_enough),
        cmocka_unit_test(strength_follows_the_moment),
        cmocka_unit_test(who_is_not_woken_costs_nothing),
        cmocka_unit_test(a_fact_that_was_just_given_wakes_the_next),
        cmocka_unit_test(what_was_brought_is_settled_and_settled_again),
        cmocka_unit_test(a_failed_visit_leaves_a_note_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
