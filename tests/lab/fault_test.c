#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"

/* A record's head that promises four bytes, and the four bytes. */
static const uint8_t hello[] = {22, 3, 1, 0, 4, 1, 0, 0, 0};

static void a_fault_waits_for_the_whole_first_record(void **state)
{
    static const struct {
        enum lab_way way;
        enum fault_act act;
    } cases[] = {{WAY_RESET, FAULT_RESET}, {WAY_SILENT, FAULT_CLOSE}, {WAY_STALL, FAULT_STALL}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t len = 0; len < sizeof hello; len++)
            assert_int_equal(fault_next(cases[i].way, hello, len), FAULT_WAIT);
        assert_int_equal(fault_next(cases[i].way, hello, sizeof hello), cases[i].act);
    }
}

static void what_is_no_tls_is_acted_on_at_once(void **state)
{
    (void)state;
    assert_int_equal(fault_next(WAY_SILENT, (const uint8_t *)"G", 1), FAULT_CLOSE);
}

static void a_record_that_promises_too_much_is_acted_on_at_its_limit(void **state)
{
    static uint8_t big[FAULT_HELLO_MOST] = {22, 3, 1, 0xff, 0xff};

    (void)state;
    assert_int_equal(fault_next(WAY_RESET, big, sizeof big - 1), FAULT_WAIT);
    assert_int_equal(fault_next(WAY_RESET, big, sizeof big), FAULT_RESET);
}

static void plain_text_answers_the_first_byte(void **state)
{
    size_t promised;
    const char *text = fault_plain_text(WAY_PLAIN), *body = strstr(text, "\r\n\r\n") + 4;

    (void)state;
    assert_int_equal(fault_next(WAY_PLAIN, hello, 0), FAULT_WAIT);
    assert_int_equal(fault_next(WAY_PLAIN, hello, 1), FAULT_ANSWER);
    assert_int_equal(sscanf(strstr(text, "Content-Length"), "Content-Length: %zu", &promised), 1);
    assert_int_equal(strlen(body), promised);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_waits_for_the_whole_first_record),
        cmocka_unit_test(what_is_no_tls_is_acted_on_at_once),
        cmocka_unit_test(a_record_that_promises_too_much_is_acted_on_at_its_limit),
        cmocka_unit_test(plain_text_answers_the_first_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
