#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flow_json_priv.h"
#include "json_of.h"

static json_t *parsed(const struct flow_identity *id)
{
    struct text out = {0};
    struct json_out j;

    json_init(&j, &out);
    identity_json(id, &j);
    return json_of(&out);
}

static struct flow_identity *identity_new(struct flow *f, const char *kind)
{
    f->identity = FLOW_MAKE(f, identity);
    f->identity->kind = kind;
    f->identity->result = "installs";
    return f->identity;
}

static void assert_text(const json_t *object, const char *key, const char *wanted)
{
    const json_t *value = json_object_get(object, key);

    if (!json_is_string(value))
        fail_msg("%s is no text", key);
    assert_string_equal(json_string_value(value), wanted);
}

static void what_is_absent_is_left_out(void **state)
{
    (void)state;
    static const char *const absent[] = {"state", "detail", "rounds", "keys", "certificates",
        "profile", "verdict", "leaf", "chain", "trust_switch", NULL};
    struct flow *f = flow_new("x", 0);
    json_t *doc = parsed(identity_new(f, "root"));

    assert_text(doc, "kind", "root");
    assert_text(doc, "result", "installs");
    for (size_t i = 0; absent[i]; i++)
        if (json_object_get(doc, absent[i]))
            fail_msg("%s is there", absent[i]);
    json_decref(doc);
    flow_free(f);
}

static void a_list_or_a_truth_that_is_needed_is_never_left_out(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);
    struct flow_identity *id = identity_new(f, "profile");

    id->profile = FLOW_MAKE(f, profile);
    id->profile->form = "xml";
    id->profile->signature = "none";
    json_t *doc = parsed(id);
    const json_t *profile = json_object_get(doc, "profile");

    assert_true(json_is_false(json_object_get(doc, "key_fits")));
    assert_int_equal(json_array_size(json_object_get(doc, "conditions")), 0);
    assert_true(json_is_array(json_object_get(doc, "conditions")));
    assert_true(json_is_array(json_object_get(doc, "checks")));
    assert_true(json_is_array(json_object_get(profile, "faults")));
    assert_true(json_is_array(json_object_get(profile, "payloads")));
    assert_true(json_is_array(json_object_get(profile, "missing")));
    assert_int_equal(json_integer_value(json_object_get(profile, "rejected")), 0);
    assert_true(json_is_integer(json_object_get(profile, "rejected")));
    assert_null(json_object_get(profile, "expires"));
    json_decref(doc);
    flow_free(f);
}

static void every_kind_of_value_is_written_as_its_own(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);
    struct flow_identity *id = identity_new(f, "pkcs12");

    id->state = "opened";
    id->rounds = 2048;
    id->keys = 0;
    id->key_fits = true;
    id->name = "a\"b\xff<\n";
    json_t *doc = parsed(id);

    assert_text(doc, "state", "opened");
    assert_text(doc, "name", "a\"b\xef\xbf\xbd<\n");
    assert_int_equal(json_integer_value(json_object_get(doc, "rounds")), 2048);
    assert_true(json_is_integer(json_object_get(doc, "keys")));
    assert_true(json_is_true(json_object_get(doc, "key_fits")));
    json_decref(doc);
    flow_free(f);
}

static void a_profile_is_written_with_its_payloads_and_their_faults(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);
    struct flow_identity *id = identity_new(f, "profile");
    struct flow_profile *p = id->profile = FLOW_MAKE(f, profile);

    p->expires = 0;
    p->rejected = 1;
    flow_texts_add(f, &p->missing, "CN=Root");
    flow_texts_add(f, &p->missing, "CN=Other");
    struct flow_payload *one = flow_list_add(f, &p->payloads, &p->n_payloads, flow_type_payload());
    one->number = 1;
    one->holds = "root";
    struct flow_fault *fault = flow_list_add(f, &one->faults, &one->n_faults, flow_type_fault());
    fault->code = "no-uuid";
    fault->blocks = true;
    struct flow_condition *condition =
        flow_list_add(f, &one->conditions, &one->n_conditions, flow_type_condition());
    condition->name = "ca";
    json_t *doc = parsed(id);
    const json_t *profile = json_object_get(doc, "profile");
    const json_t *payload = json_array_get(json_object_get(profile, "payloads"), 0);

    assert_text(profile, "expires", "1970-01-01T00:00:00Z");
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(profile, "missing"), 1)), "CN=Other");
    assert_int_equal(json_integer_value(json_object_get(payload, "number")), 1);
    const json_t *written = json_array_get(json_object_get(payload, "faults"), 0);
    assert_text(written, "code", "no-uuid");
    assert_true(json_is_true(json_object_get(written, "blocks")));
    written = json_array_get(json_object_get(payload, "conditions"), 0);
    assert_text(written, "name", "ca");
    assert_true(json_is_false(json_object_get(written, "holds")));
    json_decref(doc);
    flow_free(f);
}

static void a_certificate_is_its_fingerprint_and_a_verdict_as_everywhere(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);
    struct flow_identity *id = identity_new(f, "pkcs12");

    for (int i = 0; i < 2; i++) {
        struct flow_certificate *c =
            flow_list_add(f, &id->chain, &id->n_chain, flow_type_certificate());

        c->sha256 = i ? "bb" : "aa";
    }
    id->leaf = &id->chain[0];
    id->verdict = FLOW_MAKE(f, verdict);
    id->verdict->verdict = "reject";
    struct flow_check *check =
        flow_list_add(f, &id->verdict->checks, &id->verdict->n_checks, flow_type_check());
    check->check = "TemporalValidity";
    id->checks = id->verdict->checks;
    id->n_checks = 1;
    json_t *doc = parsed(id);

    assert_text(doc, "leaf", "aa");
    assert_int_equal(json_array_size(json_object_get(doc, "chain")), 2);
    assert_string_equal(json_string_value(json_array_get(json_object_get(doc, "chain"), 1)), "bb");
    assert_text(json_object_get(doc, "verdict"), "verdict", "reject");
    assert_true(json_is_object(json_object_get(json_object_get(doc, "verdict"), "openssl")));
    assert_text(json_array_get(json_object_get(doc, "checks"), 0), "check", "TemporalValidity");
    json_decref(doc);
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_absent_is_left_out),
        cmocka_unit_test(a_list_or_a_truth_that_is_needed_is_never_left_out),
        cmocka_unit_test(every_kind_of_value_is_written_as_its_own),
        cmocka_unit_test(a_profile_is_written_with_its_payloads_and_their_faults),
        cmocka_unit_test(a_certificate_is_its_fingerprint_and_a_verdict_as_everywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
