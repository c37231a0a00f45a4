#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pac.h"
#include "trust/pinned_hosts.h"

/* What the script decides is tried in a JavaScript engine: tests/e2e/test_onboarding.py. */

static void the_script_has_the_table_and_the_proxy(void **state)
{
    struct err e = {0};
    struct pinned_hosts *pinned = pinned_hosts_open("/nowhere", &e);
    struct text body = {0}, pac = {0};

    (void)state;
    assert_non_null(pinned);
    pac_body(pinned, &body);
    pac_write(&body, "192.168.1.20", 8080, &pac);
    assert_true(text_starts(text_str(&pac), "var proxy = \"192.168.1.20:8080\";\nvar pinned = [["));
    assert_non_null(strstr(
        text_str(&pac), "[\"music.apple.com\",[\"api\",\"amp-api*\"],[\"amp-api-carry*\"]]"));
    assert_non_null(strstr(text_str(&pac), "\"albert.apple.com\":1"));
    assert_non_null(strstr(text_str(&pac), "function FindProxyForURL(url, host)"));
    text_fini(&pac);
    text_fini(&body);
    pinned_hosts_free(pinned);
}

static void without_a_table_all_goes_through(void **state)
{
    struct text body = {0}, pac = {0};

    (void)state;
    pac_body(NULL, &body);
    pac_write(&body, "2001:db8::7", 8080, &pac);
    assert_true(text_starts(text_str(&pac),
        "var proxy = \"[2001:db8::7]:8080\";\nvar pinned = [];\nvar listed = {};\n"));
    text_fini(&pac);
    text_fini(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_script_has_the_table_and_the_proxy),
        cmocka_unit_test(without_a_table_all_goes_through),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
