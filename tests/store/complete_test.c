#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/complete.h"
#include "store/flow_look.h"
#include "traffic.h"

static void see(void *arg, const struct completion *one)
{
    struct text *out = arg;

    text_printf(out, "%s%s", out->len ? "|" : "", one->insert);
    if (!one->gloss)
        text_printf(out, "(%d)", (int)one->count);
}

static struct flow_look *filled(const struct folder *folder)
{
    struct flow *f[] = {traffic_flow("one", "shop.example"), traffic_flow("two", "shop.example"),
        traffic_flow("three", "shore.example"), traffic_flow("four", "100%.example")};

    f[0]->client->app->name = "My (Shop) \"App\"";
    struct database *db = traffic_opened(folder);
    traffic_add(db, f, 4);
    return flow_look_new(db);
}

static void what_is_typed_is_gone_on_with(void **state)
{
    static const struct {
        const char *text;
        size_t at, from;
        const char *wanted;
    } cases[] = {
        {"~cau", 4, 0, "~cause "},
        {"~d sho", 6, 3, "shop.example(2)|shore.example(1)"},
        {"sho", 3, 0, "shop.example(2)|shore.example(1)"},
        {"~fail & ~d shop", 15, 11, "shop.example(2)"},
        {"~fail ~sur", 10, 6, "~sure "},
        {"!(~d shor", 9, 5, "shore.example(1)"},
        {"~sure l", 7, 6, "likely"},
        {"~ends 1", 7, 6, "14d"},
        {"~d zzz", 6, 3, ""},
        {"~d 100%", 7, 3, "100%.example(1)"},
        {"~d %", 4, 3, ""},
        {"~app \"My", 8, 5, "\"My (Shop) \\\"App\\\"\"(1)"},
        {"Ü ~cau", 6, 2, "~cause "},
        {"~zzz", 4, 0, ""},
        {"~d shop", 99, 3, "shop.example(2)"},
    };
    struct flow_look *look = filled(*state);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text out = {0};
        size_t from = 999;

        assert_true(
            complete(look, FILTER_ABOUT_FLOWS, cases[i].text, cases[i].at, &from, see, &out, NULL));
        if (strcmp(text_str(&out), cases[i].wanted) || from != cases[i].from)
            fail_msg("%s: \"%s\" from %zu", cases[i].text, text_str(&out), from);
        text_fini(&out);
    }
    flow_look_free(look);
}

static void of_certificates_only_what_they_say_is_offered(void **state)
{
    static const char *const cases[][2] = {{"~s", "~subject |~sha "}, {"~fail", ""},
        {"~d sho", "shop.example(2)|shore.example(1)"}, {"~app ", ""}};
    struct flow_look *look = filled(*state);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text out = {0};
        size_t from;

        assert_true(complete(look, FILTER_ABOUT_CERTIFICATES, cases[i][0], strlen(cases[i][0]),
            &from, see, &out, NULL));
        assert_string_equal(text_str(&out), cases[i][1]);
        text_fini(&out);
    }
    flow_look_free(look);
}

static void nothing_typed_offers_the_first_atoms(void **state)
{
    struct flow_look *look = filled(*state);
    struct text out = {0};
    size_t from;

    assert_true(complete(look, FILTER_ABOUT_FLOWS, "", 0, &from, see, &out, NULL));
    assert_true(from == 0 && text_starts(text_str(&out), "~d |~u |~m "));
    text_fini(&out);
    flow_look_free(look);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_typed_is_gone_on_with, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            of_certificates_only_what_they_say_is_offered, folder_make, folder_drop),
        cmocka_unit_test_setup_teardown(
            nothing_typed_offers_the_first_atoms, folder_make, folder_drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
