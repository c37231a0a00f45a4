#include "review.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "review_priv.h"

#define CLIENT                                                                                     \
    "\"client\":{\"ip\":\"192.0.2.7\",\"device\":\"d-1\",\"device_name\":\"Anna\",\"app\":"        \
    "\"Grocer\"}"
#define OF(host) "{\"v\":1," CLIENT ",\"target\":{\"host\":\"" host "\"},"
#define SHOWN(fault, met)                                                                          \
    "\"decision\":{\"action\":\"mirror\",\"fault\":\"" fault "\",\"fault_met\":" met "},"
#define USUAL "\"decision\":{\"action\":\"intercept\"},"
#define LEG(what) "\"client_leg\":{" what "}}"

static void take(struct review *r, const char *line)
{
    struct err e = {0};

    if (!review_take(r, line, strlen(line), &e))
        fail_msg("%s: %s", line, e.text);
}

static void an_accepted_fault_is_a_finding(void **state)
{
    static const struct {
        const char *line;
        size_t findings;
    } cases[] = {
        {OF("a.example") SHOWN("eku-missing", "\"accepted\"")
                LEG("\"verdict\":{\"verdict\":\"reject\"}"),
            1},
        {OF("a.example") SHOWN("eku-missing", "\"accepted\"")
                LEG("\"verdict\":{\"verdict\":\"accept\"}"),
            0},
        {OF("a.example") SHOWN("eku-missing", "\"refused\"") LEG(""), 0},
        {OF("a.example") SHOWN("eku-missing", "\"unused\"") LEG(""), 0},
        {OF("a.example") SHOWN("eku-missing", "null") LEG(""), 0},
        {OF("a.example") USUAL LEG("\"bytes_in\":9"), 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct review *r = review_new(NULL);

        take(r, cases[i].line);
        assert_int_equal(review_findings(r), cases[i].findings);
        assert_int_equal(review_records(r), 1);
        review_free(r);
    }
    review_free(NULL);
}

static void a_host_that_refuses_us_on_a_phone_that_trusts_us_pins(void **state)
{
    struct review *r = review_new(NULL);

    (void)state;
    take(r, OF("bank.example") USUAL LEG("\"symptom\":\"alert-after-certificate\",\"alert\":{"
                                         "\"number\":46,\"name\":\"certificate_unknown\"}"));
    assert_int_equal(r->n, 1);
    assert_false(review_is_pinning(r, r->rows[0])); /* perhaps nobody trusts us there */
    take(r, OF("shop.example") USUAL LEG("\"bytes_in\":9"));
    assert_true(review_is_pinning(r, r->rows[0]));
    assert_string_equal(r->rows[0]->how, "alert 46 certificate_unknown");
    assert_false(review_is_pinning(r, r->rows[1]));
    take(r, OF("bank.example") USUAL LEG("\"bytes_in\":9"));
    assert_false(review_is_pinning(r, r->rows[0])); /* it took us after all */
    review_free(r);
}

static void what_says_nothing_of_trust_makes_no_row(void **state)
{
    static const char *const lines[] = {
        OF("a.example") USUAL LEG("\"resumed\":true,\"bytes_in\":9"),
        OF("a.example") USUAL LEG("\"symptom\":\"nothing-in-common\""),
        OF("a.example") USUAL LEG("\"symptom\":null"),
        OF("a.example") USUAL "\"client_leg\":null}",
        OF("a.example") "\"decision\":{\"action\":\"tunnel\"},\"client_leg\":{\"bytes_in\":9}}",
    };
    struct review *r = review_new(NULL);

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        take(r, lines[i]);
    assert_int_equal(r->n, 0);
    assert_int_equal(review_records(r), sizeof lines / sizeof *lines);
    review_free(r);
}

static void only_the_wanted_app_and_device_count(void **state)
{
    static const struct {
        struct review_filter only;
        size_t n;
    } cases[] = {
        {{.app = "grocer"}, 1},
        {{.app = "Other"}, 0},
        {{.device = "192.0.2.7"}, 1},
        {{.device = "anna"}, 1},
        {{.device = "d-1"}, 1},
        {{.device = "D-1"}, 0},
        {{.app = "Grocer", .device = "192.0.2.8"}, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct review *r = review_new(&cases[i].only);

        take(r, OF("a.example") SHOWN("eku-missing", "\"accepted\"") LEG(""));
        assert_int_equal(review_findings(r), cases[i].n);
        review_free(r);
    }
}

static void equal_connections_are_one_row(void **state)
{
    struct review *r = review_new(NULL);

    (void)state;
    for (int i = 0; i < 3; i++)
        take(r, OF("a.example") SHOWN("eku-missing", "\"refused\"")
                    LEG("\"symptom\":\"close-after-certificate\""));
    take(r, OF("a.example") SHOWN("name-mismatch", "\"refused\"") LEG(""));
    assert_int_equal(r->n, 2);
    assert_int_equal(r->rows[0]->times[MET_REFUSED], 3);
    assert_string_equal(r->rows[0]->how, "close-after-certificate");
    review_free(r);
}

static void what_is_no_record_is_counted_and_told(void **state)
{
    static const struct {
        const char *line, *why;
    } cases[] = {
        {"", "no JSON at byte"},
        {"{", "no JSON at byte"},
        {"[]", "no record of a connection"},
        {"{\"v\":2}", "no record of a connection"},
        {"{\"v\":1,\"client\":{},\"target\":{}}", "no record of a connection"},
        {"{\"v\":1,\"v\":1}", "no JSON at byte"},
        {"{\"v\":1,\"client\":{\"app\":7},\"target\":{},\"decision\":{}}", "\"app\" is no text"},
        {"{\"v\":1,\"client\":{\"app\":\"\\u0000\"},\"target\":{},\"decision\":{}}",
            "no JSON at byte"},
        {OF("a.example") USUAL LEG("\"symptom\":[]"), "\"symptom\" is no text"},
    };
    struct review *r = review_new(NULL);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};

        assert_false(review_take(r, cases[i].line, strlen(cases[i].line), &e));
        assert_int_equal(e.kind, ERR_INPUT);
        if (!strstr(e.text, cases[i].why))
            fail_msg("%s: %s", cases[i].line, e.text);
    }
    assert_int_equal(review_records(r), 0);
    assert_int_equal(r->broken, sizeof cases / sizeof *cases);
    review_free(r);
}

static void names_and_kinds_are_bounded(void **state)
{
    struct review *r = review_new(NULL);
    struct text line = {0};
    struct err e = {0};

    (void)state;
    text_printf(&line, "{\"v\":1,\"client\":{\"app\":\"%0*d\"},\"target\":{},\"decision\":{}}",
        REVIEW_TEXT_MOST + 1, 0);
    assert_false(review_take(r, text_str(&line), line.len, &e));
    for (int i = 0; i < REVIEW_ROWS_MOST + 5; i++) {
        text_clear(&line);
        text_printf(&line,
            "{\"v\":1,\"client\":{\"app\":\"a%d\"},\"target\":{},\"decision\":{\"action\":"
            "\"mirror\","
            "\"fault\":\"eku-missing\",\"fault_met\":\"refused\"}}",
            i);
        take(r, text_str(&line));
    }
    assert_int_equal(r->n, REVIEW_ROWS_MOST);
    assert_int_equal(r->cut, 5);
    text_fini(&line);
    review_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_accepted_fault_is_a_finding),
        cmocka_unit_test(a_host_that_refuses_us_on_a_phone_that_trusts_us_pins),
        cmocka_unit_test(what_says_nothing_of_trust_makes_no_row),
        cmocka_unit_test(only_the_wanted_app_and_device_count),
        cmocka_unit_test(equal_connections_are_one_row),
        cmocka_unit_test(what_is_no_record_is_counted_and_told),
        cmocka_unit_test(names_and_kinds_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
