#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sightings.h"

enum { NOW_S = 1795165200 };

static int make(void **state)
{
    *state = sightings_new();
    return 0;
}

static int drop(void **state)
{
    sightings_free(*state);
    return 0;
}

static struct sighting_view see(struct sightings *s, const char *host, uint16_t port,
    const char *leaf, const char *issuer, bool refused, int64_t after_s)
{
    struct sighting_view view;
    const struct sighting now = {.host = host,
        .port = port,
        .site = host,
        .leaf = leaf,
        .issuer = issuer,
        .from_s = strcmp(leaf, "new") ? NOW_S - 86400 : NOW_S,
        .refused = refused,
        .at_s = NOW_S + after_s};

    sightings_note(s, &now, &view);
    return view;
}

static void another_certificate_of_the_same_place_is_told_with_its_time(void **state)
{
    assert_string_equal(see(*state, "a.test", 993, "one", "x", true, 0).former_leaf, "");
    assert_string_equal(see(*state, "a.test", 993, "one", "x", true, 5).former_leaf, "");
    assert_string_equal(see(*state, "a.test", 465, "two", "x", true, 6).former_leaf, "");
    struct sighting_view view = see(*state, "a.test", 993, "two", "x", true, 60);
    assert_string_equal(view.former_leaf, "one");
    assert_int_equal(view.former_s, NOW_S + 5);
    assert_string_equal(see(*state, "a.test", 993, "two", "x", true, 70).former_leaf, "one");
}

static void unrelated_sites_with_one_certificate_or_issuer_are_counted(void **state)
{
    see(*state, "a.test", 443, "portal", "box", true, 0);
    see(*state, "a.test", 443, "portal", "box", true, 1); /* the same site again */
    see(*state, "b.test", 443, "portal", "box", true, 2);
    see(*state, "c.test", 443, "own", "box", true, 3);
    see(*state, "d.test", 443, "portal", "box", false, 4); /* accepted */
    struct sighting_view view = see(*state, "e.test", 443, "portal", "box", true, 5);
    assert_int_equal(view.same_leaf, 2);
    assert_int_equal(view.same_issuer, 3);
    view = see(*state, "f.test", 443, "portal", "box", false, 6);
    assert_int_equal(view.same_leaf, 0);
    view = see(*state, "e.test", 443, "portal", "box", true, 2000);
    assert_int_equal(view.same_leaf, 0);
}

static void a_service_of_the_same_mail_host_that_was_accepted_is_told(void **state)
{
    see(*state, "mail.test", 993, "good", "x", false, 0);
    assert_int_equal(see(*state, "mail.test", 465, "old", "x", true, 1).other_port, 993);
    assert_int_equal(see(*state, "mail.test", 8443, "old", "x", true, 2).other_port, 0);
    assert_int_equal(see(*state, "other.test", 465, "old", "x", true, 3).other_port, 0);
    assert_int_equal(see(*state, "mail.test", 465, "old", "x", true, 90000).other_port, 0);
}

static void a_certificate_that_comes_back_is_told_from_one_that_was_renewed(void **state)
{
    see(*state, "a.test", 443, "one", "x", false, 0);
    struct sighting_view view = see(*state, "a.test", 443, "two", "x", true, 10);
    assert_int_equal(view.turns, 0);
    assert_false(view.former_refused);
    view = see(*state, "a.test", 443, "one", "x", false, 20);
    assert_int_equal(view.turns, 1);
    assert_true(view.former_refused);
    assert_int_equal(see(*state, "a.test", 443, "one", "x", false, 30).turns, 1);
    assert_int_equal(see(*state, "a.test", 443, "two", "x", true, 40).turns, 2);
    assert_int_equal(see(*state, "a.test", 443, "three", "x", true, 50).turns, 2);
    assert_int_equal(see(*state, "a.test", 443, "three", "x", true, 3700).turns, 0);
}

static void a_certificate_that_comes_back_after_hours_is_no_turn(void **state)
{
    see(*state, "a.test", 443, "one", "x", false, 0);
    see(*state, "a.test", 443, "two", "x", true, 10);
    assert_int_equal(see(*state, "a.test", 443, "one", "x", false, 4000).turns, 0);
}

static void a_newer_certificate_on_another_port_is_told(void **state)
{
    see(*state, "a.test", 443, "new", "x", false, 0);
    struct sighting_view view = see(*state, "a.test", 993, "old", "x", true, 10);
    assert_int_equal(view.newer_port, 443);
    assert_int_equal(view.newer_from_s, NOW_S);
    assert_int_equal(see(*state, "a.test", 465, "new", "x", false, 20).newer_port, 0);
    assert_int_equal(see(*state, "b.test", 993, "old", "x", true, 30).newer_port, 0);
    see(*state, "c.test", 443, "new", "x", true, 40); /* refused itself: nothing to reload */
    assert_int_equal(see(*state, "c.test", 993, "old", "x", true, 50).newer_port, 0);
    assert_int_equal(see(*state, "a.test", 995, "old", "x", true, 90000).newer_port, 0);
}

static void memory_is_bounded(void **state)
{
    for (int i = 0; i < 2 * SIGHTINGS_MOST; i++) {
        char host[32];

        snprintf(host, sizeof host, "h%d.test", i);
        see(*state, host, 443, "leaf", "x", true, i / 100);
    }
    assert_int_equal(
        see(*state, "n.test", 443, "leaf", "x", true, 60).same_leaf, SIGHTINGS_REFUSED_MOST);
    assert_string_equal(see(*state, "h0.test", 443, "other", "x", true, 60).former_leaf, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            another_certificate_of_the_same_place_is_told_with_its_time, make, drop),
        cmocka_unit_test_setup_teardown(
            unrelated_sites_with_one_certificate_or_issuer_are_counted, make, drop),
        cmocka_unit_test_setup_teardown(
            a_service_of_the_same_mail_host_that_was_accepted_is_told, make, drop),
        cmocka_unit_test_setup_teardown(
            a_certificate_that_comes_back_is_told_from_one_that_was_renewed, make, drop),
        cmocka_unit_test_setup_teardown(
            a_certificate_that_comes_back_after_hours_is_no_turn, make, drop),
        cmocka_unit_test_setup_teardown(a_newer_certificate_on_another_port_is_told, make, drop),
        cmocka_unit_test_setup_teardown(memory_is_bounded, make, drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
