#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hook/call.h"

static const struct speaker us = {.id = "rule:a/x"};

static void count(void *arg)
{
    ++*(int *)arg;
}

static void nothing_is_written_before_the_commit(void **state)
{
    struct flow *f = flow_new("x", 0);
    struct call c;
    int n = 0;
    size_t used = f->arena.used;

    (void)state;
    call_init(&c, f, MOMENT_HELLO, &us);
    assert_true(call_note(&c, "a/n", "low", NULL, NULL));
    assert_true(call_set(&c, &(struct flow_fact){.name = "a.fact", .text = "yes"}));
    assert_string_equal(call_fact(&c, "a.fact")->text, "yes");
    assert_null(call_fact(&c, "a.other"));
    assert_true(call_then(&c, count, &n));
    assert_int_equal(f->arena.used, used);
    assert_int_equal(f->n_notes, 0);
    call_commit(&c);
    call_fini(&c);
    assert_int_equal(n, 1);
    assert_int_equal(f->n_notes, 1);
    assert_string_equal(flow_fact_get(f, "a.fact")->text, "yes");
    flow_free(f);
}

static void a_call_is_bounded(void **state)
{
    struct flow *f = flow_new("x", 0);
    struct call c;
    int n = 0;

    (void)state;
    call_init(&c, f, MOMENT_HELLO, &us);
    while (call_note(&c, "a/n", "low", NULL, NULL))
        n++;
    assert_int_equal(n, CALL_OPS_MOST);
    call_commit(&c);
    call_fini(&c);
    assert_int_equal(f->n_notes, FLOW_NOTES_MOST);
    flow_free(f);
}

static void headers_are_replaced_whatever_their_case(void **state)
{
    struct flow *f = flow_new("x", 0);
    struct call c;

    (void)state;
    f->request = FLOW_MAKE(f, request);
    for (int i = 0; i < 4; i++)
        flow_header_add(f, f->request->headers, i % 2 ? "Cookie" : "cookie", "a=1");
    flow_header_add(f, f->request->headers, "Host", "shop.example");
    call_init(&c, f, MOMENT_REQUEST, &us);
    assert_true(call_header(&c, false, "COOKIE", "b=2"));
    assert_true(call_header(&c, false, "Host", NULL));
    assert_true(call_header(&c, true, "Server", NULL)); /* there is no response: nothing happens */
    call_commit(&c);
    call_fini(&c);
    assert_int_equal(f->request->headers->n, 1);
    assert_string_equal(f->request->headers->at[0].value, "b=2");
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_written_before_the_commit),
        cmocka_unit_test(a_call_is_bounded),
        cmocka_unit_test(headers_are_replaced_whatever_their_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
