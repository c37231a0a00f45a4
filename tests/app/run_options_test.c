#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "net/upstream.h"
#include "relay/mirror.h"
#include "run_options.h"

#include <cmocka.h> /* last: its macro fail() hides the function of option.h */

static bool is_needed(const struct option_row *row)
{
    return row->value && row->value[0] != '[';
}

/* A row that nothing reads would be taken and forgotten. */
static void every_row_changes_something(void **state)
{
    static const struct {
        const char *name, *value;
    } good[] = {
        {"listen", "127.0.0.1:1"},
        {"proxy-auth", "anna:secret"},
        {"upstream", "http://proxy.example:3128"},
        {"transparent", "127.0.0.1:1"},
        {"tproxy", "127.0.0.1:1"},
        {"ui", "127.0.0.1:1"},
        {"bodies", "all"},
        {"resolver", "192.0.2.53"},
        {"resolve", "example.org:192.0.2.7"},
        {"revocation", "fetch"},
        {"fetch", "off"},
        {"learn", "on"},
        {"fault", "cert-expired-leaf"},
        {"ask-client-certificate", "*.example.org"},
    };

    (void)state;
    for (const struct option_row *row = run_option_rows; row->name; row++) {
        struct run_options o, before;
        struct err e = {0};
        const char *value = is_needed(row) ? "7" : NULL;

        for (size_t i = 0; i < sizeof good / sizeof *good; i++)
            if (strcmp(good[i].name, row->name) == 0)
                value = good[i].value;
        run_options_init(&o);
        memcpy(&before, &o, sizeof o);
        size_t n = mirror_plan_count(o.mirror);
        if (!run_options_take(&o, row->name, value, &e))
            fail_msg("--%s: %s", row->name, e.text);
        if (memcmp(&before, &o, sizeof o) == 0 && mirror_plan_count(o.mirror) == n)
            fail_msg("--%s changes nothing", row->name);
        run_options_fini(&o);
    }
}

static void values_that_mean_nothing_are_refused(void **state)
{
    static const struct {
        const char *name, *value, *says;
    } cases[] = {
        {"threads", "0", "--threads 0: write a number from 1 to 256"},
        {"threads", "257", "--threads 257"},
        {"threads", "2x", "--threads 2x"},
        {"learn-after", "", "--learn-after"},
        {"learn", "maybe", "write off, suggest or on"},
        {"revocation", "hard", "write off, staple or fetch"},
        {"fetch", "yes", "write on or off"},
        {"ask-client-certificate", "a b", "--ask-client-certificate"},
        {"resolver", "dns.example", "--resolver dns.example"},
        {"listen", "8080", "--listen 8080"},
        {"ui", "8081", "--ui 8081"},
        {"upstream", "ftp://proxy.example", "--upstream"},
    };
    struct run_options o;

    (void)state;
    run_options_init(&o);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};

        assert_false(run_options_take(&o, cases[i].name, cases[i].value, &e));
        assert_int_equal(e.kind, ERR_USAGE);
        if (!strstr(e.text, cases[i].says))
            fail_msg("%s: %s", cases[i].name, e.text);
    }
    run_options_fini(&o);
}

static void what_may_be_given_again_adds_up_to_a_bound(void **state)
{
    struct run_options o;
    struct err e = {0};

    (void)state;
    run_options_init(&o);
    for (int i = 0; i < RUN_RULE_FOLDERS_MOST; i++)
        assert_true(run_options_take(&o, "rules", "mine", &e));
    assert_false(run_options_take(&o, "rules", "mine", &e));
    assert_int_equal(o.n_rule_folders, RUN_RULE_FOLDERS_MOST);
    assert_true(run_options_take(&o, "upstream", "http://a.example", &e));
    assert_true(run_options_take(&o, "upstream", "direct=*.b.example", &e));
    assert_int_equal(upstreams_count(o.upstreams), 2);
    run_options_fini(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_changes_something),
        cmocka_unit_test(values_that_mean_nothing_are_refused),
        cmocka_unit_test(what_may_be_given_again_adds_up_to_a_bound),
    };

    return cmocka_run_group_tests_name("app/run_options", tests, NULL, NULL);
}
