#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "asked.h"
#include "request.h"

static void a_path_is_taken_apart(void **state)
{
    struct request r;

    (void)state;
    assert_true(asked(&r, "GET", "/api/v1/flows?q=~d+shop.example%26x&limit=7&flag", NULL));
    assert_int_equal(r.method, METHOD_GET);
    assert_int_equal(r.n_parts, 3);
    assert_string_equal(r.parts[2], "flows");
    assert_string_equal(request_arg(&r, "q"), "~d shop.example&x");
    assert_string_equal(request_arg(&r, "flag"), "");
    assert_null(request_arg(&r, "none"));
    assert_false(request_flag(&r, "flag"));
    request_fini(&r);
    assert_true(asked(&r, "HEAD", "/", NULL));
    assert_true(r.is_head && r.method == METHOD_GET && r.n_parts == 0);
    request_fini(&r);
}

static void what_no_path_says_is_refused(void **state)
{
    static const char *const targets[] = {"http://127.0.0.1/", "*", "", "example.org:443", "/a//b",
        "/../etc/passwd", "/ui/..", "/ui/%2e%2e", "/%2E%2E/x", "/a/./b", "/%", "/%4", "/%zz",
        "/%00", "/a%0d%0ab", "/%ff", "/x?a=%0a", "/x?a=%c3", "/1/2/3/4/5/6/7/8/9/10/11/12/13",
        "/x?1&2&3&4&5&6&7&8&9&10&11&12&13&14&15&16&17"};
    struct request r;

    (void)state;
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        if (asked(&r, "GET", targets[i], NULL))
            fail_msg("%s was read", targets[i]);
        request_fini(&r);
    }
}

static void numbers_are_bounded(void **state)
{
    static const struct {
        const char *target;
        bool right;
        int64_t n;
    } cases[] = {
        {"/?n=0", true, 0},
        {"/?n=200", true, 200},
        {"/?n=", true, 5},
        {"/", true, 5},
        {"/?n=201", false, 0},
        {"/?n=-1", false, 0},
        {"/?n=1e3", false, 0},
        {"/?n=99999999999999999999999", false, 0},
    };
    struct request r;
    int64_t n;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(asked(&r, "GET", cases[i].target, NULL));
        if (request_number(&r, "n", 5, 200, &n) != cases[i].right ||
            (cases[i].right && n != cases[i].n))
            fail_msg("%s", cases[i].target);
        request_fini(&r);
    }
}

static void a_cookie_is_found_among_others(void **state)
{
    static const struct {
        const char *cookie, *value;
    } cases[] = {
        {"whytls=abc", "abc"},
        {"a=1; whytls=abc; b=2", "abc"},
        {"xwhytls=no; whytls=yes", "yes"},
        {"whytls=", ""},
        {"whytls", NULL},
        {"a=whytls=abc", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const fields[] = {"Cookie", cases[i].cookie, NULL};
        struct request r;
        size_t len = 0;

        assert_true(asked(&r, "GET", "/", fields));
        const char *value = request_cookie(&r, "whytls", &len);
        if (!cases[i].value != !value)
            fail_msg("%s", cases[i].cookie);
        if (value)
            assert_true(len == strlen(cases[i].value) && !strncmp(value, cases[i].value, len));
        request_fini(&r);
    }
}

static void packed_answers_go_to_who_takes_them(void **state)
{
    static const struct {
        const char *accept;
        bool takes;
    } cases[] = {
        {"gzip, deflate, br", true},
        {"br;q=1.0, gzip;q=0.8", true},
        {"gzip;q=0", false},
        {"gzip; q=0.0", false},
        {"gzip;q=0.5", true},
        {"identity", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const fields[] = {"Accept-Encoding", cases[i].accept, NULL};
        struct request r;

        assert_true(asked(&r, "GET", "/", fields));
        if (r.takes_gzip != cases[i].takes)
            fail_msg("%s", cases[i].accept);
        request_fini(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_is_taken_apart),
        cmocka_unit_test(what_no_path_says_is_refused),
        cmocka_unit_test(numbers_are_bounded),
        cmocka_unit_test(a_cookie_is_found_among_others),
        cmocka_unit_test(packed_answers_go_to_who_takes_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
