/* A table of listeners gives way to another while flows are in progress. */
#include "hook/hook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "diagnosis/cause.h"
#include "hook/call.h"
#include "hook/listener.h"
#include "hook/wake.h"

/* Everything that a table needs, freed with it: as a set of rules is. */
struct set {
    struct causes *causes;
    struct wake *judged;
    size_t n_calls;
    bool *gone;
};

static bool suspect(void *arg, struct call *c, struct err *e)
{
    struct set *set = arg;
    struct path p;

    set->n_calls++;
    const struct cause *cause = cause_find(set->causes, "app-pinning");

    return path_compile("target.host", NULL, &p, e) &&
           call_suspect(c, cause, &(struct suspicion){0}) &&
           call_because(c, cause, &p, WEIGHT_STRONG);
}

static void set_free(void *thing)
{
    struct set *set = thing;

    *set->gone = true;
    causes_free(set->causes);
    wake_free(set->judged);
    mem_free(set);
}

static struct hooks *table_of_one(const char *id, bool *gone, struct set **out)
{
    struct set *set = mem_new(sizeof *set);
    struct hooks *h = hooks_new();
    struct err e = {0};

    assert_true(causes_new(&(struct path_names){0}, &set->causes, &e));
    set->judged = wake_new(MOMENT_JUDGED);
    set->gone = gone;
    struct listener l = {.id = id, .visit = suspect, .arg = set};

    l.wakes[MOMENT_JUDGED] = set->judged;
    hooks_add(h, &l);
    hooks_own(h, set, set_free);
    if (out)
        *out = set;
    return h;
}

static void the_new_listeners_are_called_and_the_old_ones_no_more(void **state)
{
    bool old_gone = false, new_gone = false;
    struct set *fresh;
    struct hooks *h = table_of_one("rule:a/x", &old_gone, NULL);
    struct flow *f = flow_new("x", 0);

    (void)state;
    f->target->host = "a.example";
    hooks_replace(h, table_of_one("rule:b/x", &new_gone, &fresh));
    assert_true(old_gone);
    assert_int_equal(hook_fire(h, MOMENT_JUDGED, f, NULL), 1);
    assert_int_equal(fresh->n_calls, 1);
    hook_fire(h, MOMENT_FINISH, f, NULL);
    assert_false(new_gone);
    hooks_free(h);
    assert_true(new_gone);
    flow_free(f);
}

static void what_a_flow_leans_on_stays_until_it_is_over(void **state)
{
    bool gone[3] = {false, false, false};
    struct hooks *h = table_of_one("rule:a/x", &gone[0], NULL);
    struct flow *one = flow_new("x", 0), *two = flow_new("y", 0);

    (void)state;
    one->target->host = two->target->host = "a.example";
    hook_fire(h, MOMENT_JUDGED, one, NULL);
    hooks_replace(h, table_of_one("rule:b/x", &gone[1], NULL));
    hook_fire(h, MOMENT_JUDGED, one, NULL);
    hook_fire(h, MOMENT_JUDGED, two, NULL);
    hooks_replace(h, table_of_one("rule:c/x", &gone[2], NULL));
    assert_false(gone[0] || gone[1]);
    hook_fire(h, MOMENT_FINISH, one, NULL);
    assert_true(gone[0]);
    assert_false(gone[1]);
    assert_int_equal(one->n_diagnosis, 1);
    assert_int_equal(one->diagnosis[0].by.n, 2); /* both generations spoke, each at its moment */
    hook_fire(h, MOMENT_FINISH, two, NULL);
    assert_true(gone[1]);
    hooks_free(h);
    flow_free(one);
    flow_free(two);
}

static void a_flow_that_nobody_finishes_keeps_its_table_to_the_end(void **state)
{
    bool gone[2] = {false, false};
    struct hooks *h = table_of_one("rule:a/x", &gone[0], NULL);
    struct flow *f = flow_new("x", 0);

    (void)state;
    f->target->host = "a.example";
    hook_fire(h, MOMENT_JUDGED, f, NULL);
    hooks_replace(h, table_of_one("rule:b/x", &gone[1], NULL));
    assert_false(gone[0]);
    flow_free(f);
    hooks_free(h);
    assert_true(gone[0] && gone[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_new_listeners_are_called_and_the_old_ones_no_more),
        cmocka_unit_test(what_a_flow_leans_on_stays_until_it_is_over),
        cmocka_unit_test(a_flow_that_nobody_finishes_keeps_its_table_to_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
