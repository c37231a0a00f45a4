#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "asked.h"
#include "base/file.h"
#include "base/mem.h"
#include "guard.h"
#include "net/addr.h"

static struct guard at(const char *address)
{
    struct guard g = {.token = "0123456789012345678901234567890123456789abc",
        .session = "abcdefghijabcdefghijabcdefghijabcdefghij012"};

    assert_true(addr_parse(address, -1, &g.at));
    return g;
}

static void only_our_own_names_are_ours(void **state)
{
    static const struct {
        const char *at, *host;
        bool ours;
    } cases[] = {
        {"127.0.0.1:8081", "127.0.0.1:8081", true},
        {"127.0.0.1:8081", "localhost:8081", true},
        {"127.0.0.1:8081", "LOCALHOST:8081", true},
        {"[::1]:8081", "[::1]:8081", true},
        {"[::1]:8081", "[0:0:0:0:0:0:0:1]:8081", true},
        {"0.0.0.0:8081", "192.168.1.20:8081", true},
        {"127.0.0.1:80", "127.0.0.1", true},
        {"127.0.0.1:8081", "127.0.0.1", false},
        {"127.0.0.1:8081", "127.0.0.1:8080", false},
        {"127.0.0.1:8081", "evil.example:8081", false},
        {"127.0.0.1:8081", "localhost.evil.example:8081", false},
        {"127.0.0.1:8081", "127.0.0.1.evil.example:8081", false},
        {"127.0.0.1:8081", "127.0.0.2:8081", false},
        {"127.0.0.1:8081", "127.0.0.1:8081@evil.example", false},
        {"192.168.1.20:8081", "localhost:8081", false},
        {"0.0.0.0:8081", "proxy.example:8081", false},
        {"127.0.0.1:8081", "", false},
        {"127.0.0.1:8081", NULL, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct guard g = at(cases[i].at);

        if (guard_host_is_ours(&g, cases[i].host) != cases[i].ours)
            fail_msg("%s at %s", cases[i].host, cases[i].at);
    }
}

static void only_our_own_page_may_ask_for_changes(void **state)
{
    static const struct {
        const char *origin, *host;
        bool ours;
    } cases[] = {
        {"http://127.0.0.1:8081", "127.0.0.1:8081", true},
        {"http://localhost:8081", "localhost:8081", true},
        {"http://localhost:8081", "127.0.0.1:8081", false},
        {"https://127.0.0.1:8081", "127.0.0.1:8081", false},
        {"http://evil.example", "127.0.0.1:8081", false},
        {"http://evil.example:8081", "evil.example:8081", false},
        {"http://127.0.0.1:8081.evil.example", "127.0.0.1:8081", false},
        {"null", "127.0.0.1:8081", false},
        {NULL, "127.0.0.1:8081", false},
    };
    struct guard g = at("127.0.0.1:8081");

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (guard_origin_is_ours(&g, cases[i].origin, cases[i].host) != cases[i].ours)
            fail_msg("%s to %s", cases[i].origin, cases[i].host);
}

static void a_key_is_whole_or_none(void **state)
{
    struct guard g = at("127.0.0.1:8081");
    const struct {
        const char *name;
        char value[120];
        enum guard_key key;
    } cases[] = {
        {"Cookie", "whytls=abcdefghijabcdefghijabcdefghijabcdefghij012", GUARD_SESSION},
        {"Cookie", "whytls=abcdefghijabcdefghijabcdefghijabcdefghij01", GUARD_NOBODY},
        {"Cookie", "whytls=abcdefghijabcdefghijabcdefghijabcdefghij0123", GUARD_NOBODY},
        {"Cookie", "whytls=0123456789012345678901234567890123456789abc", GUARD_NOBODY},
        {"Cookie", "whytls=", GUARD_NOBODY},
        {"Authorization", "Bearer 0123456789012345678901234567890123456789abc", GUARD_BEARER},
        {"Authorization", "Bearer abcdefghijabcdefghijabcdefghijabcdefghij012", GUARD_NOBODY},
        {"Authorization", "Basic 0123456789012345678901234567890123456789abc", GUARD_NOBODY},
        {"Authorization", "Bearer ", GUARD_NOBODY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const fields[] = {cases[i].name, cases[i].value, NULL};
        struct request r;

        assert_true(asked(&r, "GET", "/", fields));
        if (guard_key_of(&g, &r) != cases[i].key)
            fail_msg("%s: %s", cases[i].name, cases[i].value);
        request_fini(&r);
    }
    assert_true(guard_token_fits(&g, g.token, strlen(g.token)));
    assert_false(guard_token_fits(&g, g.token, strlen(g.token) - 1));
    assert_false(guard_token_fits(&g, g.session, strlen(g.session)));
    assert_false(guard_token_fits(&g, "", 0));
}

static void only_our_own_pages_and_the_address_bar_are_from_here(void **state)
{
    static const struct {
        const char *site;
        bool elsewhere;
    } cases[] = {{NULL, false}, {"same-origin", false}, {"none", false}, {"same-site", true},
        {"cross-site", true}, {"", true}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct request r = {.fetch_site = cases[i].site};

        assert_int_equal(guard_is_from_elsewhere(&r), cases[i].elsewhere);
    }
}

static void the_secrets_outlive_a_restart_and_are_the_owners(void **state)
{
    char folder[] = "/tmp/whytls-guard-XXXXXX";
    struct guard first = {0}, second = {0}, third = {0};
    struct err e = {0};
    struct stat file;

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_true(guard_open(&first, folder, &e));
    assert_true(guard_open(&second, folder, &e));
    assert_string_equal(first.token, second.token);
    assert_string_equal(first.session, second.session);
    assert_string_not_equal(first.token, first.session);
    assert_int_equal(strlen(first.token), GUARD_SECRET_CAP - 1);
    char *path = file_join(folder, "ui-token");
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    assert_true(file_write(path, "x\n", 2, 0600, &e)); /* a spoilt file makes new ones */
    assert_true(guard_open(&third, folder, &e));
    assert_string_not_equal(third.token, first.token);
    unlink(path);
    mem_free(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_our_own_names_are_ours),
        cmocka_unit_test(only_our_own_page_may_ask_for_changes),
        cmocka_unit_test(a_key_is_whole_or_none),
        cmocka_unit_test(only_our_own_pages_and_the_address_bar_are_from_here),
        cmocka_unit_test(the_secrets_outlive_a_restart_and_are_the_owners),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
