#include "rule_kit.h"

static struct memory_value text_of(const char *text)
{
    struct memory_value v = {0};

    snprintf(v.text, sizeof v.text, "%s", text);
    return v;
}

static void what_is_put_is_got(void **state)
{
    struct memory *m = memory_new();
    struct memory_value v = text_of("one"), got;

    (void)state;
    memory_get(m, "r\thost\ta", "k", 100, &got);
    assert_true(got.none);
    memory_put(m, "r\thost\ta", "k", 100, &v);
    memory_get(m, "r\thost\ta", "k", 101, &got);
    assert_string_equal(got.text, "one");
    memory_get(m, "r\thost\tb", "k", 101, &got);
    assert_true(got.none);
    memory_add(m, "r\thost\ta", "n", 101, 2);
    memory_add(m, "r\thost\ta", "n", 101, 3);
    memory_get(m, "r\thost\ta", "n", 101, &got);
    assert_int_equal(got.integer, 5);
    memory_unref(m);
}

static void what_was_not_used_for_ninety_days_is_forgotten(void **state)
{
    struct memory *m = memory_new();
    struct memory_value v = text_of("one"), got;

    (void)state;
    memory_put(m, "r\thost\ta", "k", 0, &v);
    memory_get(m, "r\thost\ta", "k", 89 * 86400, &got);
    assert_false(got.none);
    memory_get(m, "r\thost\ta", "k", (89 + 91) * 86400, &got);
    assert_true(got.none);
    memory_unref(m);
}

static void the_least_recently_used_leaves_first(void **state)
{
    struct memory *m = memory_new();
    struct memory_value v = text_of("x"), got;
    char place[64];

    (void)state;
    for (int i = 0; i < LIMIT_MEMORY_RECORDS; i++) {
        snprintf(place, sizeof place, "r\thost\t%d", i);
        memory_put(m, place, "k", i, &v);
    }
    memory_get(
        m, "r\thost\t0", "k", LIMIT_MEMORY_RECORDS, &got); /* used again: 1 is the oldest now */
    memory_put(m, "r\thost\tnew", "k", LIMIT_MEMORY_RECORDS, &v);
    memory_get(m, "r\thost\t0", "k", LIMIT_MEMORY_RECORDS, &got);
    assert_false(got.none);
    memory_get(m, "r\thost\t1", "k", LIMIT_MEMORY_RECORDS, &got);
    assert_true(got.none);
    memory_unref(m);
}

static const char counts[] =
    "rule { name = 'x', about = 'a', notes = { n = 'low' }, remembers = { host = { count = "
    "'integer', name = 'string' }, rule = { all = 'integer' } },"
    " wakes_on = { hello = 'always' }, hello = function(flow) local known = flow.memory.host"
    " known:add('count', 1) flow.memory.rule:add('all', 1) %s flow:note('n', { count = "
    "known.count, all = flow.memory.rule.all }) end }";

static void a_rule_remembers_what_its_calls_committed(void **state)
{
    struct kit k;
    struct flow *f = spec_flow_new();
    char init[1024];

    (void)state;
    kit_init(&k);
    snprintf(init, sizeof init, counts,
        "assert(known.name == nil or known.name == 'n' .. (known.count - 1)) known.name = 'n' .. "
        "known.count");
    kit_one(&k, init, "return { n = '{$count} of {$all}' }");
    for (int i = 0; i < 3; i++)
        hook_fire(k.hooks, MOMENT_HELLO, f, NULL);
    f->target->host = "other.example";
    hook_fire(k.hooks, MOMENT_HELLO, f, NULL);
    assert_string_equal(text_str(&k.faults), "");
    assert_string_equal(f->notes[2].text, "3 of 3");
    assert_string_equal(f->notes[3].text, "1 of 4");
    flow_free(f);
    kit_fini(&k);
}

static void what_a_failed_call_wrote_is_not_remembered(void **state)
{
    struct kit k;
    struct flow *f = spec_flow_new();
    char init[1024];

    (void)state;
    kit_init(&k);
    snprintf(init, sizeof init, counts, "if flow.target.port ~= 443 then error 'no' end");
    kit_one(&k, init, "return { n = '{$count} of {$all}' }");
    hook_fire(k.hooks, MOMENT_HELLO, f, NULL);
    f->target->port = 1;
    hook_fire(k.hooks, MOMENT_HELLO, f, NULL);
    f->target->port = 443;
    hook_fire(k.hooks, MOMENT_HELLO, f, NULL);
    assert_string_equal(f->notes[f->n_notes - 1].text, "2 of 2");
    flow_free(f);
    kit_fini(&k);
}

static void a_key_that_was_not_declared_is_an_error(void **state)
{
    struct kit k;
    struct flow *f = spec_flow_new();
    char init[1024];

    (void)state;
    kit_init(&k);
    snprintf(init, sizeof init, counts, "known.cuont = 1");
    kit_one(&k, init, "return { n = '' }");
    hook_fire(k.hooks, MOMENT_HELLO, f, NULL);
    assert_non_null(
        strstr(text_str(&k.faults), "memory.host has no 'cuont'; did you mean 'count'?"));
    flow_free(f);
    kit_fini(&k);
}

static void what_changed_is_taken_once_and_what_was_handed_back_again(void **state)
{
    struct memory *m = memory_new();
    struct memory_value v = text_of("one");
    struct memory_row rows[2];

    (void)state;
    for (int i = 0; i < 3; i++) {
        char key[2] = {(char)('a' + i), '\0'};

        memory_put(m, "r\thost\ta", key, 100, &v);
    }
    assert_int_equal(memory_take_changes(m, rows, 2), 2);
    assert_string_equal(rows[0].value.text, "one");
    assert_int_equal(rows[0].used_s, 100);
    memory_hand_back(m, rows, 1);
    assert_int_equal(memory_take_changes(m, rows, 2), 2);
    assert_int_equal(memory_take_changes(m, rows, 2), 0);
    /* What is only read tells its age once a day. */
    memory_get(m, "r\thost\ta", "a", 200, &v);
    assert_int_equal(memory_take_changes(m, rows, 2), 0);
    memory_get(m, "r\thost\ta", "a", 100 + 2 * 86400, &v);
    assert_int_equal(memory_take_changes(m, rows, 2), 2);
    memory_clear(m);
    assert_int_equal(memory_take_changes(m, rows, 2), 0);
    memory_unref(m);
}

static void a_device_is_forgotten_by_every_rule(void **state)
{
    struct memory *m = memory_new();
    struct memory_value v = text_of("one"), got;

    (void)state;
    memory_put(m, "r\tdevice\td1", "k", 100, &v);
    memory_put(m, "q\tdevice\td1", "k", 100, &v);
    memory_put(m, "q\tdevice\td2", "k", 100, &v);
    memory_forget_device(m, "d1");
    memory_get(m, "r\tdevice\td1", "k", 100, &got);
    assert_true(got.none);
    memory_get(m, "q\tdevice\td2", "k", 100, &got);
    assert_false(got.none);
    memory_unref(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_is_got),
        cmocka_unit_test(what_was_not_used_for_ninety_days_is_forgotten),
        cmocka_unit_test(the_least_recently_used_leaves_first),
        cmocka_unit_test(a_rule_remembers_what_its_calls_committed),
        cmocka_unit_test(what_a_failed_call_wrote_is_not_remembered),
        cmocka_unit_test(a_key_that_was_not_declared_is_an_error),
        cmocka_unit_test(what_changed_is_taken_once_and_what_was_handed_back_again),
        cmocka_unit_test(a_device_is_forgotten_by_every_rule),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
