#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "flow/dial_facts.h"
#include "flow/flow.h"
#include "net/dial.h"

static struct flow *filled(const struct dial_result *result)
{
    struct flow *f = flow_new("x", 0);

    flow_fill_dial(f, result);
    return f;
}

static void a_failure_is_told_with_what_led_to_it(void **state)
{
    struct dial_result result = {.error = DIAL_SERVFAIL, .dns = "bogus", .ms = 40};

    (void)state;
    result.n_aliases = 1;
    snprintf(result.aliases[0], sizeof result.aliases[0], "edge.cdn.test");
    struct flow *f = filled(&result);
    assert_string_equal(f->dial->error, "servfail");
    assert_string_equal(f->dial->dns, "bogus");
    assert_int_equal(f->dial->ms, 40);
    assert_int_equal(f->dial->addresses.n, 0);
    assert_null(f->dial->hints);
    assert_null(f->dial->via);
    assert_int_equal(f->target->aliases.n, 1);
    flow_free(f);
}

static void hints_are_copied(void **state)
{
    struct dial_result result = {
        .has_hints = true, .hints = {.ech = true, .n_alpns = 1, .n_addresses = 1, .port = 8443}};

    (void)state;
    snprintf(result.hints.alpns[0], sizeof result.hints.alpns[0], "h3");
    snprintf(result.hints.target, sizeof result.hints.target, "edge.cdn.test");
    result.hints.addresses[0].v4.sin_family = AF_INET;
    struct flow *f = filled(&result);
    memset(&result, 0, sizeof result);
    assert_null(f->dial->error);
    assert_true(f->dial->hints->ech);
    assert_string_equal(f->dial->hints->alpn.at[0], "h3");
    assert_string_equal(f->dial->hints->target, "edge.cdn.test");
    assert_int_equal(f->dial->hints->port, 8443);
    assert_string_equal(f->dial->hints->addresses.at[0], "0.0.0.0");
    flow_free(f);
}

static void a_dead_family_is_told_with_its_error(void **state)
{
    struct dial_result result = {
        .dead_family = "IPv6", .dead_family_error = DIAL_REFUSED, .n_tried = 2};

    (void)state;
    snprintf(result.tried[0], sizeof result.tried[0], "2001:db8::1");
    snprintf(result.tried[1], sizeof result.tried[1], "192.0.2.7");
    struct flow *f = filled(&result);
    assert_string_equal(f->dial->dead_family, "IPv6");
    assert_string_equal(f->dial->dead_family_error, "refused");
    assert_string_equal(f->dial->addresses.at[1], "192.0.2.7");
    flow_free(f);
}

static void the_proxy_beyond_is_told(void **state)
{
    static const struct dial_result result = {.error = DIAL_PROXY_LOGIN,
        .via = "http://proxy.example:3128",
        .via_status = 407,
        .via_asks = "Basic",
        .via_says = "It asks for a login."};

    (void)state;
    struct flow *f = filled(&result);
    assert_string_equal(f->dial->via, "http://proxy.example:3128");
    assert_int_equal(f->dial->via_status, 407);
    assert_string_equal(f->dial->via_asks, "Basic");
    assert_string_equal(f->dial->via_says, "It asks for a login.");
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_is_told_with_what_led_to_it),
        cmocka_unit_test(hints_are_copied),
        cmocka_unit_test(a_dead_family_is_told_with_its_error),
        cmocka_unit_test(the_proxy_beyond_is_told),
    };

    return cmocka_run_group_tests_name("flow/dial_facts", tests, NULL, NULL);
}
