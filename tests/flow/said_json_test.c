#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "json_of.h"

static void diagnosis_fill(struct flow *f)
{
    struct flow_diagnosis *d =
        flow_list_add(f, &f->diagnosis, &f->n_diagnosis, flow_type_diagnosis());
    struct flow_evidence *e = flow_list_add(f, &d->evidence, &d->n_evidence, flow_type_evidence());

    d->cause = "cert-expired-leaf";
    d->leg = "server";
    d->confidence = "certain";
    d->title = "The server's certificate has expired";
    d->ios->text = "“<script>” certificate is expired";
    e->fact = "checks.TemporalValidity@0";
    e->value = "fails at certificate 0";
    flow_texts_add(f, &d->server_fix, "Renew it.");
    flow_texts_add(f, &d->by, "rule:dates/expired");
}

static void a_diagnosis_has_every_key_of_the_contract(void **state)
{
    (void)state;
    static const char *const keys[] = {"cause", "leg", "confidence", "title", "why", "evidence",
        "against", "ios", "device_fix", "server_fix", "next_test", "by", NULL};
    static const char *const ios[] = {"safari", "app", "text", "grade", NULL};
    struct flow *f = flow_new("x", 0);

    diagnosis_fill(f);
    f->server_leg = FLOW_MAKE(f, server_leg);
    flow_list_add(f, &f->server_leg->chain, &f->server_leg->n_chain, flow_type_certificate());
    json_t *doc = json_of_flow(f);
    json_t *d = json_array_get(json_object_get(doc, "diagnosis"), 0);

    assert_keys(d, keys);
    assert_keys(json_object_get(d, "ios"), ios);
    assert_string_equal(json_string_value(json_object_get(json_object_get(d, "ios"), "text")),
        "“<script>” certificate is expired");
    json_decref(doc);
    flow_free(f);
}

static void notes_are_written_with_their_author(void **state)
{
    struct flow *f = flow_new("x", 0);

    (void)state;
    flow_note_add(f, "tls/old", "low", "old version", "rule:tls/old");
    json_t *doc = json_of_flow(f);
    json_t *note = json_array_get(json_object_get(doc, "notes"), 0);

    assert_true(json_is_null(json_object_get(note, "leg")));
    assert_true(json_is_object(json_object_get(note, "data")));
    assert_string_equal(json_string_value(json_object_get(note, "by")), "rule:tls/old");
    json_decref(doc);
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_diagnosis_has_every_key_of_the_contract),
        cmocka_unit_test(notes_are_written_with_their_author),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
