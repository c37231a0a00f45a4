#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "lab.h"

/* The fault lies in the name itself, or it is a second site of one cause. */
static bool has_a_name_of_its_own(const struct lab_entry *e)
{
    static const char *const causes[] = {"wildcard-depth", "idn-mismatch", "idn-spoof",
        "hostname-underscore", "ip-not-in-san", "ip-as-dns-san"};

    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if (strcmp(e->cause, causes[i]) == 0)
            return true;
    return e->way == WAY_MTLS12;
}

static void every_entry_is_whole_and_named_for_its_cause(void **state)
{
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        const struct lab_entry *e = &entries[i];
        struct text url = {0};

        if (e->port == 443 && !text_ends(e->url, ":443")) {
            text_printf(&url, "https://%s/", e->host);
            assert_string_equal(e->protocol, "https");
        } else {
            text_printf(&url, "%.*s%s:%d", (int)(strstr(e->url, "://") - e->url) + 3, e->url,
                e->host, e->port);
        }
        assert_string_equal(e->url, text_str(&url));
        text_fini(&url);
        assert_string_equal(e->leg, "server");
        assert_true(strlen(e->about) > 0);
        assert_true(e->way < N_LAB_WAYS);
        if (e->cause && !has_a_name_of_its_own(e))
            assert_true(text_starts(e->host, e->cause));
    }
}

static void no_port_of_a_name_stands_twice(void **state)
{
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    (void)state;
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            assert_true(entries[i].port != entries[k].port ||
                        strcmp(entries[i].host, entries[k].host) != 0);
}

static void healthy_sites_stand_first_and_under_four_registrable_names(void **state)
{
    static const char *const hosts[] = {
        "good.lab.test", "good.lab-two.test", "good.lab-three.test", "good.lab-four.test"};
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(entries[i].host, hosts[i]);
        assert_null(entries[i].cause);
    }
}

static void every_way_is_shown_by_some_entry(void **state)
{
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);
    bool shown[N_LAB_WAYS] = {0};

    (void)state;
    for (size_t i = 0; i < n; i++)
        shown[entries[i].way] = true;
    for (size_t i = 0; i < N_LAB_WAYS; i++)
        assert_true(shown[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_entry_is_whole_and_named_for_its_cause),
        cmocka_unit_test(no_port_of_a_name_stands_twice),
        cmocka_unit_test(healthy_sites_stand_first_and_under_four_registrable_names),
        cmocka_unit_test(every_way_is_shown_by_some_entry),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
