#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The reader has three names that our writer has as well; neither is called here. */
#define json_object jansson_object
#define json_array jansson_array
#define json_null jansson_null
#include <jansson.h>
#undef json_object
#undef json_array
#undef json_null

#include "flow/flow.h"
#include "flow/flow_json.h"

static json_t *parsed(const struct flow *f)
{
    struct text out = {0};
    struct json_out j;
    json_error_t e;

    json_init(&j, &out);
    flow_json(f, &j);
    assert_null(strchr(text_str(&out), '\n'));
    json_t *doc = json_loads(text_str(&out), JSON_REJECT_DUPLICATES, &e);
    if (!doc)
        fail_msg("%s in %s", e.text, text_str(&out));
    text_fini(&out);
    return doc;
}

static void assert_keys(const json_t *object, const char *const *keys)
{
    for (size_t i = 0; keys[i]; i++)
        if (!json_object_get(object, keys[i]))
            fail_msg("no key %s", keys[i]);
}

static void an_empty_flow_has_every_key_of_the_contract(void **state)
{
    (void)state;
    static const char *const top[] = {"v", "id", "at", "ms", "proxy", "entry", "client", "target",
        "decision", "client_leg", "server_leg", "diagnosis", "notes", "facts", "exchanges",
        "timeline", NULL};
    static const char *const client[] = {"ip", "port", "device", "agent", "app", "ja4", NULL};
    static const char *const decision[] = {"action", "by", "answer", NULL};
    struct flow *f = flow_new("01JD6Q7T4E", 1795251600123);
    json_t *doc = parsed(f);

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

static void empty_legs_and_verdicts_have_every_key_of_the_contract(void **state)
{
    (void)state;
    static const char *const client_leg[] = {"sni", "version", "cipher", "group", "alpn", "resumed",
        "leaf", "alert", "ended", "bytes_in", "bytes_out", NULL};
    static const char *const alert[] = {"from", "number", "name", "phase", NULL};
    static const char *const server_leg[] = {
        "address", "version", "cipher", "alpn", "chain", "staple", "verdict", "trusted_by", NULL};
    static const char *const verdict[] = {"v", "verdict", "anchors_are", "class", "text",
        "osstatus", "osstatus_name", "nsurlerror", "overridable", "checks", "path", "causes",
        "openssl", NULL};
    struct flow *f = flow_new("x", 0);

    f->client_leg = FLOW_MAKE(f, client_leg);
    f->client_leg->alert = FLOW_MAKE(f, alert);
    f->server_leg = FLOW_MAKE(f, server_leg);
    f->server_leg->verdict = FLOW_MAKE(f, verdict);
    flow_list_add(
        f, &f->server_leg->verdict->checks, &f->server_leg->verdict->n_checks, flow_type_check());
    json_t *doc = parsed(f);
    json_t *leg = json_object_get(doc, "server_leg");

    assert_keys(json_object_get(doc, "client_leg"), client_leg);
    assert_keys(json_object_get(json_object_get(doc, "client_leg"), "alert"), alert);
    assert_keys(leg, server_leg);
    assert_keys(json_object_get(leg, "verdict"), verdict);
    assert_true(json_is_null(json_object_get(json_object_get(leg, "verdict"), "osstatus")));
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
    json_t *doc = parsed(f);
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
    json_t *doc = parsed(f);
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
    json_t *doc = parsed(f);
    json_t *d = json_array_get(json_object_get(doc, "diagnosis"), 0);

    assert_keys(d, keys);
    assert_keys(json_object_get(d, "ios"), ios);
    assert_string_equal(json_string_value(json_object_get(json_object_get(d, "ios"), "text")),
        "“<script>” certificate is expired");
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
    json_t *doc = parsed(f);
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

static void notes_exchanges_and_timeline_are_written(void **state)
{
    (void)state;
    struct flow *f = flow_new("x", 0);

    flow_note_add(f, "tls/old", "low", "old version", "rule:tls/old");
    struct flow_exchange *x = flow_exchange_add(f);
    x->method = "GET";
    x->status = 200;
    flow_tick(f, 3, "hello");
    json_t *doc = parsed(f);
    json_t *note = json_array_get(json_object_get(doc, "notes"), 0);

    assert_true(json_is_null(json_object_get(note, "leg")));
    assert_true(json_is_object(json_object_get(note, "data")));
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
        cmocka_unit_test(empty_legs_and_verdicts_have_every_key_of_the_contract),
        cmocka_unit_test(a_request_for_a_certificate_is_written_with_its_answer),
        cmocka_unit_test(what_went_wrong_with_http2_is_written_where_it_did),
        cmocka_unit_test(a_diagnosis_has_every_key_of_the_contract),
        cmocka_unit_test(facts_keep_their_type),
        cmocka_unit_test(notes_exchanges_and_timeline_are_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
