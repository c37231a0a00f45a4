#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "dial_error.h"

static void every_error_has_the_word_of_the_record(void **state)
{
    static const struct {
        enum dial_error error;
        const char *name;
    } cases[] = {
        {DIAL_NXDOMAIN, "nxdomain"},
        {DIAL_SERVFAIL, "servfail"},
        {DIAL_DNS_TIMEOUT, "timeout"},
        {DIAL_REFUSED, "refused"},
        {DIAL_TIMEOUT, "timeout"},
        {DIAL_UNREACHABLE, "unreachable"},
        {DIAL_RESET, "reset"},
        {DIAL_PROXY_LOGIN, "proxy-login"},
        {DIAL_PROXY_REFUSED, "proxy-refused"},
        {DIAL_PROXY_FAILED, "proxy-failed"},
        {DIAL_PROXY_UNREACHABLE, "proxy-unreachable"},
        {DIAL_FORBIDDEN, "forbidden"},
    };

    (void)state;
    assert_null(dial_error_name(DIAL_OK));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(dial_error_name(cases[i].error), cases[i].name);
}

static void errors_of_the_system_and_of_names_are_sorted(void **state)
{
    (void)state;
    assert_int_equal(dial_error_of_errno(ECONNREFUSED), DIAL_REFUSED);
    assert_int_equal(dial_error_of_errno(ETIMEDOUT), DIAL_TIMEOUT);
    assert_int_equal(dial_error_of_errno(EPIPE), DIAL_RESET);
    assert_int_equal(dial_error_of_errno(ENETUNREACH), DIAL_UNREACHABLE);
    assert_int_equal(dial_error_of_errno(EACCES), DIAL_UNREACHABLE);
    assert_int_equal(dial_error_of_lookup(RESOLVE_OK), DIAL_OK);
    assert_int_equal(dial_error_of_lookup(RESOLVE_NO_ADDRESS), DIAL_NXDOMAIN);
    assert_int_equal(dial_error_of_lookup(RESOLVE_BOGUS), DIAL_SERVFAIL);
    assert_int_equal(dial_error_of_lookup(RESOLVE_UNREACHABLE), DIAL_DNS_TIMEOUT);
}

static void a_site_that_answered_somehow_says_more_than_one_that_did_not(void **state)
{
    static const enum dial_error from_least[] = {
        DIAL_OK, DIAL_UNREACHABLE, DIAL_TIMEOUT, DIAL_RESET, DIAL_REFUSED};

    (void)state;
    for (size_t i = 1; i < sizeof from_least / sizeof *from_least; i++)
        assert_true(dial_error_weight(from_least[i - 1]) < dial_error_weight(from_least[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_the_word_of_the_record),
        cmocka_unit_test(errors_of_the_system_and_of_names_are_sorted),
        cmocka_unit_test(a_site_that_answered_somehow_says_more_than_one_that_did_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
