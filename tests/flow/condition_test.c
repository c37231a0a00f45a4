#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "flow/path.h"

static bool holds(struct flow *f, const char *text)
{
    struct condition c;
    struct err e = {0};

    if (!condition_compile(text, &f->arena, NULL, &c, &e))
        fail_msg("%s", e.text);
    return condition_holds(&c, f);
}

static void a_condition_asks_for_presence_equality_or_difference(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);

    f->target->host = "www.example.org";
    f->target->is_local = true;
    f->target->port = 443;
    f->client_leg = FLOW_MAKE(f, client_leg);
    flow_texts_add(f, &f->client_leg->hello->alpn, "h2");

    assert_true(holds(f, "target.host"));
    assert_true(holds(f, "target.host = www.example.org"));
    assert_true(holds(f, "target.host=www.example.org"));
    assert_false(holds(f, "target.host != www.example.org"));
    assert_true(holds(f, "target.host != example.org"));
    assert_true(holds(f, "target.is_local"));
    assert_true(holds(f, "target.is_local = true"));
    assert_false(holds(f, "target.is_ip"));
    assert_true(holds(f, "target.is_ip = false"));
    assert_true(holds(f, "target.port = 443"));
    assert_true(holds(f, "client_leg.hello.alpn"));
    assert_true(holds(f, "client_leg.hello.alpn = h2"));
    assert_false(holds(f, "client_leg.hello.groups"));
    assert_false(holds(f, "server_leg"));
    assert_false(holds(f, "exchanges"));
    flow_free(f);
}

static void what_is_absent_is_neither_equal_nor_different(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);

    assert_false(holds(f, "dial.error"));
    assert_false(holds(f, "dial.error = nxdomain"));
    assert_false(holds(f, "dial.error != nxdomain"));
    assert_false(holds(f, "history.device.last_accepted"));
    assert_false(holds(f, "history.device.accepted"));
    flow_free(f);
}

static void a_value_that_can_never_be_is_refused_at_load(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"target.is_ip = yes", "'target.is_ip' is true or false, not 'yes'"},
        {"target.port = https", "'target.port' is a whole number, not 'https'"},
        {"client_leg.symptom = asleep", "there is no symptom 'asleep'"},
        {"server_leg = x",
            "'server_leg' is no single value: it can be there or not, but not equal"},
        {"target.host =", "'target.host =' names no value after '='"},
        {"= x", "no fact '': the flow has no ''"},
        {"targt.host = x", "no fact 'targt.host': the flow has no 'targt'; did you mean 'target'?"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a;
        struct condition c;
        struct err e = {0};

        arena_init(&a);
        assert_false(condition_compile(cases[i].text, &a, NULL, &c, &e));
        assert_string_equal(e.text, cases[i].says);
        arena_fini(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_condition_asks_for_presence_equality_or_difference),
        cmocka_unit_test(what_is_absent_is_neither_equal_nor_different),
        cmocka_unit_test(a_value_that_can_never_be_is_refused_at_load),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
