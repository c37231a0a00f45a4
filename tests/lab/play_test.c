#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "lab.h"
#include "play.h"

static bool is_of_the_table(const char *host)
{
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    for (size_t i = 0; i < n; i++)
        if (strcmp(entries[i].host, host) == 0)
            return true;
    return text_ends(host, ".example"); /* what a proxy beyond us is asked for */
}

static void every_play_is_whole_and_ends_at_its_host(void **state)
{
    size_t n;
    const struct lab_play *plays = lab_plays(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        size_t visits = lab_play_visits(&plays[i]);

        assert_true(visits > 0);
        assert_true(strlen(plays[i].about) > 0);
        assert_ptr_equal(lab_play_find(plays[i].cause), &plays[i]);
        assert_true(is_of_the_table(plays[i].host));
        assert_non_null(strstr(plays[i].visits[visits - 1].host, plays[i].host));
        for (size_t k = 0; k < PLAY_OPTIONS_MOST && plays[i].options[k]; k++)
            assert_true(text_starts(plays[i].options[k], "--"));
        assert_true(!strcmp(plays[i].leg, "client") || !strcmp(plays[i].leg, "server"));
        for (size_t k = 0; k < visits; k++) {
            const struct phone_visit *v = &plays[i].visits[k];

            assert_non_null(v->agent);
            assert_true((v->mood == PHONE_ASKS) == (strstr(v->host, "://") != NULL));
        }
    }
    assert_null(lab_play_find("cert-expired-leaf"));
}

static void phones_play_on_this_machine_only(void **state)
{
    static const char *const addresses[] = {
        "192.0.2.1:8080", "example.com:80", "", "127.0.0.1:99999"};
    const struct lab_play *play = lab_play_find("root-not-installed");
    char from[16];

    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        struct err e = {0};

        assert_false(lab_play(play, addresses[i], from, &e));
        assert_int_equal(e.kind, ERR_USAGE);
    }
}

static void a_proxy_that_is_not_there_is_said(void **state)
{
    struct err e = {0};
    char from[16];

    (void)state;
    /* Port 1 of this machine: nobody may listen there but root, and nobody does. */
    assert_false(lab_play(lab_play_find("root-not-installed"), "127.0.0.1:1", from, &e));
    assert_non_null(strstr(e.text, "proxy"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_play_is_whole_and_ends_at_its_host),
        cmocka_unit_test(phones_play_on_this_machine_only),
        cmocka_unit_test(a_proxy_that_is_not_there_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
