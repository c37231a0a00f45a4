#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "json_of.h"

static void empty_legs_have_every_key_of_the_contract(void **state)
{
    static const char *const client_leg[] = {"sni", "version", "cipher", "group", "alpn", "resumed",
        "leaf", "alert", "ended", "bytes_in", "bytes_out", NULL};
    static const char *const alert[] = {"from", "number", "name", "phase", NULL};
    static const char *const server_leg[] = {
        "address", "version", "cipher", "alpn", "chain", "staple", "verdict", "trusted_by", NULL};
    struct flow *f = flow_new("x", 0);

    (void)state;
    f->client_leg = FLOW_MAKE(f, client_leg);
    f->client_leg->alert = FLOW_MAKE(f, alert);
    f->server_leg = FLOW_MAKE(f, server_leg);
    json_t *doc = json_of_flow(f), *leg = json_object_get(doc, "client_leg");

    assert_keys(leg, client_leg);
    assert_keys(json_object_get(leg, "alert"), alert);
    leg = json_object_get(doc, "server_leg");
    assert_keys(leg, server_leg);
    assert_true(json_is_null(json_object_get(leg, "verdict")));
    assert_null(json_object_get(leg, "certificates"));
    json_decref(doc);
    flow_free(f);
}

static void certificates_are_told_of_where_something_is_wrong(void **state)
{
    struct flow *f = flow_new("x", 0);

    (void)state;
    f->server_leg = FLOW_MAKE(f, server_leg);
    struct flow_certificate *c =
        flow_list_add(f, &f->server_leg->chain, &f->server_leg->n_chain, flow_type_certificate());
    c->sha256 = "aa";
    c->not_after = 0;
    flow_texts_add(f, &c->names, "a.example");
    flow_note_add(f, "a/b", "low", "text", "rule:a/x");
    json_t *doc = json_of_flow(f), *leg = json_object_get(doc, "server_leg");
    json_t *told = json_array_get(json_object_get(leg, "certificates"), 0);

    assert_string_equal(json_string_value(json_array_get(json_object_get(leg, "chain"), 0)), "aa");
    assert_string_equal(
        json_string_value(json_object_get(told, "not_after")), "1970-01-01T00:00:00Z");
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(told, "names"), 0)), "a.example");
    json_decref(doc);
    flow_free(f);
}

static void a_request_for_a_certificate_is_written_with_its_answer(void **state)
{
    static const char *const request[] = {
        "asked", "accepts", "n_accepts", "answer", "certificate", NULL};
    struct flow *f = flow_new("x", 0);
    struct flow_certificate_request *r = FLOW_MAKE(f, certificate_request);

    (void)state;
    f->server_leg = FLOW_MAKE(f, server_leg);
    f->server_leg->certificate_request = r;
    r->asked = "post-handshake";
    r->answer = "sent";
    r->n_accepts = 40;
    flow_texts_add(f, &r->accepts, "CN=<b>");
    r->certificate = FLOW_MAKE(f, certificate);
    r->certificate->sha256 = "aa";
    json_t *doc = json_of_flow(f);
    json_t *told = json_object_get(json_object_get(doc, "server_leg"), "certificate_request");
    assert_keys(told, request);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(told, "certificate"), "sha256")), "aa");
    assert_int_equal(json_integer_value(json_object_get(told, "n_accepts")), 40);
    json_decref(doc);
    flow_free(f);
}

static void what_went_wrong_with_http2_is_written_where_it_did(void **state)
{
    struct flow *f = flow_new("01JD6Q7T4E", 0);

    (void)state;
    f->client_leg = FLOW_MAKE(f, client_leg);
    f->server_leg = FLOW_MAKE(f, server_leg);
    f->client_leg->misdirected = "bank.example";
    f->server_leg->h2 = FLOW_MAKE(f, h2);
    f->server_leg->h2->fault = "broken";
    f->server_leg->h2->code = "PROTOCOL_ERROR";
    json_t *doc = json_of_flow(f);
    json_t *client = json_object_get(doc, "client_leg"),
           *server = json_object_get(doc, "server_leg");
    json_t *h2 = json_object_get(server, "h2");
    assert_string_equal(json_string_value(json_object_get(h2, "fault")), "broken");
    assert_string_equal(json_string_value(json_object_get(h2, "code")), "PROTOCOL_ERROR");
    assert_true(json_is_null(json_object_get(h2, "why")));
    assert_null(json_object_get(client, "h2"));
    assert_string_equal(json_string_value(json_object_get(client, "misdirected")), "bank.example");
    json_decref(doc);
    flow_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_legs_have_every_key_of_the_contract),
        cmocka_unit_test(certificates_are_told_of_where_something_is_wrong),
        cmocka_unit_test(a_request_for_a_certificate_is_written_with_its_answer),
        cmocka_unit_test(what_went_wrong_with_http2_is_written_where_it_did),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
