#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "answer.h"
#include "base/err.h"

static void every_answer_is_fenced_in(void **state)
{
    struct answer a = {.status = 200, .type = "text/html; charset=utf-8"};
    struct text head = {0};

    (void)state;
    text_add(&a.body, "x");
    answer_head(&a, true, &head);
    assert_non_null(strstr(head.at, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(head.at, "Content-Length: 1\r\n"));
    assert_non_null(strstr(head.at, "default-src 'none'; script-src 'self'; style-src 'self';"));
    assert_non_null(strstr(head.at, "frame-ancestors 'none'"));
    assert_non_null(strstr(head.at, "X-Content-Type-Options: nosniff\r\n"));
    assert_non_null(strstr(head.at, "Referrer-Policy: no-referrer\r\n"));
    assert_non_null(strstr(head.at, "Cross-Origin-Opener-Policy: same-origin\r\n"));
    assert_non_null(strstr(head.at, "Cross-Origin-Resource-Policy: same-origin\r\n"));
    assert_non_null(strstr(head.at, "Cache-Control: no-store\r\n"));
    assert_null(strstr(head.at, "Connection: close"));
    assert_null(strstr(head.at, "unsafe"));
    assert_null(strstr(head.at, "Access-Control"));
    text_fini(&head);
    answer_fini(&a);
}

static void a_report_has_its_styles_and_no_script(void **state)
{
    struct answer a = {.status = 200, .is_report = true};
    struct text head = {0};

    (void)state;
    answer_head(&a, false, &head);
    assert_non_null(strstr(head.at, "style-src 'unsafe-inline'"));
    assert_non_null(strstr(head.at, "sandbox"));
    assert_null(strstr(head.at, "script-src"));
    assert_non_null(strstr(head.at, "Connection: close\r\n"));
    text_fini(&head);
}

static void nothing_has_no_length(void **state)
{
    struct answer a = {.status = 204};
    struct text head = {0};

    (void)state;
    answer_head(&a, true, &head);
    assert_non_null(strstr(head.at, "HTTP/1.1 204 No Content\r\n"));
    assert_null(strstr(head.at, "Content-Length"));
    text_fini(&head);
}

static void an_error_says_where(void **state)
{
    struct answer a = {0};
    struct err e = {0};

    (void)state;
    answer_filter_error(&a, "after ~alert comes a number", 12, true);
    assert_int_equal(a.status, 400);
    assert_string_equal(text_str(&a.body), "{\"v\":1,\"error\":{\"text\":\"after ~alert comes a "
                                           "number\",\"column\":12,\"incomplete\":true}}");
    answer_error(&a, 404, "no <b> \"%s\"", "here\n");
    assert_string_equal(
        text_str(&a.body), "{\"v\":1,\"error\":{\"text\":\"no \\u003cb\\u003e \\\"here\\n\\\"\"}}");
    err_set(&e, ERR_INPUT, "theirs");
    answer_err(&a, &e);
    assert_int_equal(a.status, 400);
    err_set(&e, ERR_SYSTEM, "ours");
    answer_err(&a, &e);
    assert_int_equal(a.status, 500);
    answer_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_is_fenced_in),
        cmocka_unit_test(a_report_has_its_styles_and_no_script),
        cmocka_unit_test(nothing_has_no_length),
        cmocka_unit_test(an_error_says_where),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
