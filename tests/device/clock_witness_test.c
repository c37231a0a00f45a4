#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "clock_witness.h"

enum { NOW = 1700000000 };

struct said {
    const char *site;
    int64_t offset;
};

static void ask(const struct said *said, size_t n, struct clock_view *out)
{
    struct clock_witness *w = clock_witness_new();

    for (size_t i = 0; i < n; i++)
        clock_witness_date(w, said[i].site, NOW + said[i].offset, NOW);
    clock_witness_read(w, NOW + 1, out);
    clock_witness_free(w);
}

static void two_sites_are_not_enough(void **state)
{
    static const struct said said[] = {{"a.test", 0}, {"b.test", 1}, {"a.test", 2}};
    struct clock_view view;

    (void)state;
    ask(said, 3, &view);
    assert_string_equal(view.state, "unchecked");
}

static void three_that_agree_with_us_make_it_right(void **state)
{
    static const struct said said[] = {{"a.test", 0}, {"b.test", -2}, {"c.test", 40}};
    struct clock_view view;

    (void)state;
    ask(said, 3, &view);
    assert_string_equal(view.state, "right");
    assert_true(view.has_offset);
    assert_int_equal(view.offset_s, 0);
}

static void three_that_agree_against_us_make_it_wrong(void **state)
{
    static const struct said said[] = {{"a.test", 86400}, {"b.test", 86401}, {"c.test", 86390}};
    struct clock_view view;

    (void)state;
    ask(said, 3, &view);
    assert_string_equal(view.state, "wrong");
    assert_int_equal(view.offset_s, 86400);
}

static void sites_that_contradict_each_other_settle_nothing(void **state)
{
    static const struct said said[] = {{"a.test", 86400}, {"b.test", 500}, {"c.test", 40000}};
    struct clock_view view;

    (void)state;
    ask(said, 3, &view);
    assert_string_equal(view.state, "unchecked");
}

static void a_scatter_around_us_is_no_agreement(void **state)
{
    static const struct said said[] = {{"a.test", -5000}, {"b.test", 0}, {"c.test", 5000}};
    struct clock_view view;

    (void)state;
    ask(said, 3, &view);
    assert_string_equal(view.state, "unchecked");
}

static void one_liar_among_many_changes_nothing(void **state)
{
    static const struct said said[] = {
        {"a.test", 0}, {"b.test", 1}, {"c.test", -1}, {"liar.test", 999999}};
    struct clock_view view;

    (void)state;
    ask(said, 4, &view);
    assert_string_equal(view.state, "right");
}

static void what_was_said_long_ago_counts_no_more(void **state)
{
    struct clock_witness *w = clock_witness_new();
    struct clock_view view;

    (void)state;
    clock_witness_date(w, "a.test", NOW, NOW);
    clock_witness_date(w, "b.test", NOW, NOW);
    clock_witness_date(w, "c.test", NOW, NOW);
    clock_witness_read(w, NOW + 3601, &view);
    assert_string_equal(view.state, "unchecked");
    assert_false(view.has_offset);
    clock_witness_free(w);
}

static void failed_dates_are_counted_by_site_and_age(void **state)
{
    struct clock_witness *w = clock_witness_new();
    struct clock_view view;

    (void)state;
    clock_witness_date_failed(w, "a.test", NOW);
    clock_witness_date_failed(w, "a.test", NOW + 1);
    clock_witness_date_failed(w, "b.test", NOW + 300);
    clock_witness_read(w, NOW + 310, &view);
    assert_int_equal(view.date_failures, 2);
    clock_witness_read(w, NOW + 700, &view);
    assert_int_equal(view.date_failures, 1);
    clock_witness_free(w);
}

static void a_thousand_sites_stay_within_bounds(void **state)
{
    struct clock_witness *w = clock_witness_new();
    struct clock_view view;
    char site[] = "s000.test";

    (void)state;
    for (int i = 0; i < 1000; i++) {
        site[1] = (char)('0' + i / 100);
        site[2] = (char)('0' + i / 10 % 10);
        site[3] = (char)('0' + i % 10);
        clock_witness_date(w, site, NOW + i + 5, NOW + i);
    }
    clock_witness_read(w, NOW + 1000, &view);
    assert_string_equal(view.state, "right");
    assert_int_equal(view.offset_s, 5);
    clock_witness_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_sites_are_not_enough),
        cmocka_unit_test(three_that_agree_with_us_make_it_right),
        cmocka_unit_test(three_that_agree_against_us_make_it_wrong),
        cmocka_unit_test(sites_that_contradict_each_other_settle_nothing),
        cmocka_unit_test(a_scatter_around_us_is_no_agreement),
        cmocka_unit_test(one_liar_among_many_changes_nothing),
        cmocka_unit_test(what_was_said_long_ago_counts_no_more),
        cmocka_unit_test(failed_dates_are_counted_by_site_and_age),
        cmocka_unit_test(a_thousand_sites_stay_within_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
