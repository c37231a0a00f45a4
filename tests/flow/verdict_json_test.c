#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "json_of.h"

static json_t *told(const struct flow_verdict *v)
{
    struct text out = {0};
    struct json_out j;

    json_init(&j, &out);
    flow_verdict_json(v, &j);
    return json_of(&out);
}

static void an_empty_verdict_has_every_key_of_the_contract(void **state)
{
    static const char *const keys[] = {"v", "verdict", "anchors_are", "class", "text", "osstatus",
        "osstatus_name", "nsurlerror", "overridable", "checks", "path", "causes", "openssl", NULL};
    struct flow *f = flow_new("x", 0);
    json_t *doc = told(FLOW_MAKE(f, verdict));

    (void)state;
    assert_keys(doc, keys);
    assert_true(json_is_null(json_object_get(doc, "osstatus")));
    assert_null(json_object_get(doc, "detours"));
    json_decref(doc);
    doc = told(NULL);
    assert_true(json_is_null(doc));
    flow_free(f);
}

static void checks_and_detours_are_written_with_what_they_say(void **state)
{
    struct flow *f = flow_new("x", 0);
    struct flow_verdict *v = FLOW_MAKE(f, verdict);
    struct flow_check *check = flow_list_add(f, &v->checks, &v->n_checks, flow_type_check());
    struct flow_detour *detour = flow_list_add(f, &v->detours, &v->n_detours, flow_type_detour());

    (void)state;
    check->check = "TemporalValidity";
    check->osstatus = -67818;
    detour->why = "that root has ended";
    flow_texts_add(f, &detour->path, "aa");
    json_t *doc = told(v), *first = json_array_get(json_object_get(doc, "checks"), 0);
    assert_int_equal(json_integer_value(json_object_get(first, "osstatus")), -67818);
    first = json_array_get(json_object_get(doc, "detours"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "why")), "that root has ended");
    assert_int_equal(json_array_size(json_object_get(first, "path")), 1);
    json_decref(doc);
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_verdict_has_every_key_of_the_contract),
        cmocka_unit_test(checks_and_detours_are_written_with_what_they_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
