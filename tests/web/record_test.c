#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record.h"

static void certificates_are_told_once_with_where_they_are_from(void **state)
{
    static const char json[] =
        "{\"client_leg\":{\"leaf\":\"made\"},\"server_leg\":{\"chain\":[\"leaf\",\"ca\"],"
        "\"fetched\":[\"issuer\"],\"verdict\":{\"path\":[\"leaf\",\"issuer\",\"root\"]}},"
        "\"exchanges\":[{\"method\":\"GET\",\"url\":\"https://x/\",\"status\":200,\"ms\":3},{}]}";
    static const char *const wanted[][2] = {{"leaf", "sent"}, {"ca", "sent"}, {"issuer", "fetched"},
        {"root", "store"}, {"made", "made"}};
    struct record record;

    (void)state;
    assert_true(record_read(&record, json, sizeof json - 1, NULL));
    assert_int_equal(record.n_certificates, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(record.certificates[i].sha256, wanted[i][0]);
        assert_string_equal(record.certificates[i].source, wanted[i][1]);
    }
    assert_int_equal(record.n_exchanges, 2);
    assert_string_equal(record_exchange(&record, 0).method, "GET");
    assert_int_equal(record_exchange(&record, 0).status, 200);
    assert_true(record_exchange(&record, 1).status == RECORD_NONE);
    assert_null(record_exchange(&record, 1).url);
    record_fini(&record);
}

static void the_next_step_is_the_first_remedy(void **state)
{
    static const char *const cases[][2] = {
        {"{\"diagnosis\":[{\"device_fix\":[\"phone\"],\"server_fix\":[\"server\"]}]}", "phone"},
        {"{\"diagnosis\":[{\"device_fix\":[],\"server_fix\":[\"server\"]}]}", "server"},
        {"{\"diagnosis\":[{\"device_fix\":[],\"next_test\":\"test\"}]}", "test"},
        {"{\"diagnosis\":[]}", NULL},
        {"{\"diagnosis\":[{\"device_fix\":[7]}]}", NULL},
        {"{}", NULL},
    };
    struct record record;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(record_read(&record, cases[i][0], strlen(cases[i][0]), NULL));
        const char *next = record_next_step(&record);
        if (!next != !cases[i][1] || (next && strcmp(next, cases[i][1])))
            fail_msg("%s", cases[i][0]);
        record_fini(&record);
    }
    assert_false(record_read(&record, "{", 1, NULL));
}

static void the_root_is_the_end_of_a_path_that_is_accepted(void **state)
{
#define LEG(verdict) "{\"server_leg\":{\"verdict\":" verdict "}}"
    static const char *const cases[][2] = {
        {LEG("{\"verdict\":\"accept\",\"path\":[\"leaf\",\"root\"]}"), "root"},
        {LEG("{\"verdict\":\"reject\",\"path\":[\"leaf\",\"root\"]}"), NULL},
        {LEG("{\"verdict\":\"accept\",\"path\":[]}"), NULL},
        {LEG("{\"verdict\":\"accept\",\"path\":[7]}"), NULL},
        {LEG("null"), NULL},
        {"{}", NULL},
    };
#undef LEG
    struct record record;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(record_read(&record, cases[i][0], strlen(cases[i][0]), NULL));
        const char *root = record_root(&record);
        if (!root != !cases[i][1] || (root && strcmp(root, cases[i][1])))
            fail_msg("%s", cases[i][0]);
        record_fini(&record);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificates_are_told_once_with_where_they_are_from),
        cmocka_unit_test(the_next_step_is_the_first_remedy),
        cmocka_unit_test(the_root_is_the_end_of_a_path_that_is_accepted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
