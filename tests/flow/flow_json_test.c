#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "json_of.h"

static void an_empty_flow_has_every_key_of_the_contract(void **state)
{
    (void)state;
    static const char *const top[] = {"v", "id", "at", "ms", "proxy", "entry", "client", "target",
        "decision", "client_leg", "server_leg", "diagnosis", "notes", "facts", "exchanges",
        "timeline", NULL};
    static const char *const client[] = {"ip", "port", "device", "agent", "app", "ja4", NULL};
    static const char *const decision[] = {"action", "by", "answer", NULL};
    struct flow *f = flow_new("01JD6Q7T4E", 1795251600123);
    json_t *doc = json_of_flow(f);

    assert_keys(doc, top);
    assert_keys(json_object_get(doc, "client"), client);
    assert_keys(json_object_get(doc, "decision"), decision);
    assert_string_equal(json_string_value(json_object_get(doc, "at")), "2026-11-21T09:00:00.123Z");
    assert_true(json_is_null(json_object_get(doc, "client_leg")));
    assert_true(json_is_null(json_object_get(doc, "server_leg")));
    assert_true(json_is_null(json_object_get(json_object_get(doc, "client"), "ja4")));
    assert_int_equal(json_array_size(json_object_get(doc, "diagnosis")), 0);
    json_decref(doc);
    flow_free(f);
}

static void facts_keep_their_type(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);

    flow_fact_set(
        f, &(struct flow_fact){.name = "geo.country", .kind = FACT_TEXT, .text = "D\xff\"\n"});
    flow_fact_set(f, &(struct flow_fact){.name = "geo.asn", .kind = FACT_INTEGER, .integer = 3320});
    flow_fact_set(f, &(struct flow_fact){.name = "a.share", .kind = FACT_NUMBER, .number = 0.5});
    flow_fact_set(f, &(struct flow_fact){.name = "a.nan", .kind = FACT_NUMBER, .number = NAN});
    flow_fact_set(f, &(struct flow_fact){.name = "a.big", .kind = FACT_NUMBER, .number = 1e300});
    flow_fact_set(f, &(struct flow_fact){.name = "a.on", .kind = FACT_BOOLEAN, .integer = 1});
    flow_fact_set(f, &(struct flow_fact){.name = "a.since", .kind = FACT_TIME, .integer = 0});
    json_t *doc = json_of_flow(f);
    json_t *facts = json_object_get(doc, "facts");

    assert_string_equal(
        json_string_value(json_object_get(facts, "geo.country")), "D\xef\xbf\xbd\"\n");
    assert_int_equal(json_integer_value(json_object_get(facts, "geo.asn")), 3320);
    assert_true(json_real_value(json_object_get(facts, "a.share")) > 0.49);
    assert_true(json_is_null(json_object_get(facts, "a.nan")));
    assert_true(json_is_number(json_object_get(facts, "a.big")));
    assert_true(json_is_true(json_object_get(facts, "a.on")));
    assert_string_equal(
        json_string_value(json_object_get(facts, "a.since")), "1970-01-01T00:00:00Z");
    json_decref(doc);
    flow_free(f);
}

static void exchanges_and_timeline_are_written(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);
    struct flow_exchange *x = flow_exchange_add(f);

    x->method = "GET";
    x->status = 200;
    flow_tick(f, 3, "hello");
    json_t *doc = json_of_flow(f);
    assert_int_equal(json_integer_value(json_object_get(
                         json_array_get(json_object_get(doc, "exchanges"), 0), "status")),
        200);
    assert_string_equal(json_string_value(json_object_get(
                            json_array_get(json_object_get(doc, "timeline"), 0), "moment")),
        "hello");
    json_decref(doc);
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_flow_has_every_key_of_the_contract),
        cmocka_unit_test(facts_keep_their_type),
        cmocka_unit_test(exchanges_and_timeline_are_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
