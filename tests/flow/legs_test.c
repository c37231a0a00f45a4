#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flow/flow.h"
#include "flow/legs.h"

static const struct leg_facts done = {.server_hello = true, .certificate = true, .finished = true};

struct symptom_case {
    const char *name; /* of the case, for the reader of a failure */
    enum leg_side side;
    bool late;
    enum symptom is;
    struct leg_facts facts;
};

/* Who sent it: on the client leg the far end is the TLS client, on the server leg the TLS server.
 */
#define FROM_CLIENT(n, at)                                                                         \
    {                                                                                              \
        .seen = true, .fatal = true, .from_client = true, .number = (n), .phase = (at)             \
    }
#define FROM_SERVER(n, at)                                                                         \
    {                                                                                              \
        .seen = true, .fatal = true, .from_client = false, .number = (n), .phase = (at)            \
    }

static const struct symptom_case symptoms[] = {
    {"no TLS, whatever else", LEG_CLIENT, true, SYMPTOM_NOT_TLS, {.not_tls = true, .eof = true}},
    {"a phone that does not know our root", LEG_CLIENT, false, SYMPTOM_ALERT_AFTER_CERTIFICATE,
        {.server_hello = true, .alert = FROM_CLIENT(48, PHASE_AFTER_CERTIFICATE)}},
    {"a phone that pins", LEG_CLIENT, false, SYMPTOM_ALERT_AFTER_FINISH,
        {.server_hello = true, .finished = true, .alert = FROM_CLIENT(46, PHASE_AFTER_FINISH)}},
    {"an alert after data speaks of the data", LEG_CLIENT, false, SYMPTOM_NONE,
        {.server_hello = true,
            .finished = true,
            .plain_in = 9,
            .alert = FROM_CLIENT(80, PHASE_AFTER_FINISH)}},
    {"a phone that gives up early", LEG_CLIENT, false, SYMPTOM_ALERT_BEFORE_SERVER_HELLO,
        {.alert = FROM_CLIENT(40, PHASE_BEFORE_SERVER_HELLO)}},
    {"a site that shares nothing with us", LEG_SERVER, false, SYMPTOM_ALERT_BEFORE_SERVER_HELLO,
        {.alert = FROM_SERVER(40, PHASE_BEFORE_SERVER_HELLO)}},
    {"a site that does not know the name", LEG_SERVER, false, SYMPTOM_ALERT_BEFORE_SERVER_HELLO,
        {.alert = FROM_SERVER(112, PHASE_BEFORE_SERVER_HELLO)}},
    {"a site that wants a client certificate", LEG_SERVER, false, SYMPTOM_ALERT_AFTER_FINISH,
        {.server_hello = true, .finished = true, .alert = FROM_SERVER(116, PHASE_AFTER_FINISH)}},
    {"we share no cipher with the phone", LEG_CLIENT, false, SYMPTOM_NOTHING_IN_COMMON,
        {.alert = FROM_SERVER(40, PHASE_BEFORE_SERVER_HELLO)}},
    {"we share no version with the phone", LEG_CLIENT, false, SYMPTOM_NOTHING_IN_COMMON,
        {.alert = FROM_SERVER(70, PHASE_BEFORE_SERVER_HELLO)}},
    {"we share no protocol with the phone", LEG_CLIENT, false, SYMPTOM_NOTHING_IN_COMMON,
        {.alert = FROM_SERVER(120, PHASE_BEFORE_SERVER_HELLO)}},
    {"the site speaks a version that we do not", LEG_SERVER, false, SYMPTOM_NOTHING_IN_COMMON,
        {.server_hello = true, .alert = FROM_CLIENT(70, PHASE_BEFORE_SERVER_HELLO)}},
    {"the key of the site is too weak for us", LEG_SERVER, false, SYMPTOM_NOTHING_IN_COMMON,
        {.server_hello = true, .alert = FROM_CLIENT(71, PHASE_AFTER_CERTIFICATE)}},
    {"an alert of our own is no refusal by the phone", LEG_CLIENT, false, SYMPTOM_NONE,
        {.server_hello = true, .eof = true, .alert = FROM_SERVER(51, PHASE_AFTER_CERTIFICATE)}},
    {"nor is one after its Finished", LEG_CLIENT, false, SYMPTOM_NONE,
        {.server_hello = true,
            .finished = true,
            .eof = true,
            .alert = FROM_SERVER(20, PHASE_AFTER_FINISH)}},
    {"nor does it speak of the site", LEG_SERVER, false, SYMPTOM_NONE,
        {.eof = true, .alert = FROM_CLIENT(50, PHASE_BEFORE_SERVER_HELLO)}},
    {"a warning is no end", LEG_CLIENT, false, SYMPTOM_CLOSE_AFTER_CERTIFICATE,
        {.server_hello = true,
            .eof = true,
            .alert = {.seen = true, .from_client = true, .number = 90}}},
    {"nothing came in time", LEG_SERVER, true, SYMPTOM_STALLED, {.server_hello = false}},
    {"it fell silent in the middle", LEG_CLIENT, true, SYMPTOM_STALLED,
        {.server_hello = true, .certificate = true}},
    {"an alert says more than silence", LEG_CLIENT, true, SYMPTOM_ALERT_AFTER_CERTIFICATE,
        {.server_hello = true, .alert = FROM_CLIENT(42, PHASE_AFTER_CERTIFICATE)}},
    {"closed before our answer", LEG_CLIENT, false, SYMPTOM_CLOSE_BEFORE_SERVER_HELLO,
        {.eof = true}},
    {"the site hangs up on our hello", LEG_SERVER, false, SYMPTOM_CLOSE_BEFORE_SERVER_HELLO,
        {.eof = true}},
    {"closed while it held our certificate", LEG_CLIENT, false, SYMPTOM_CLOSE_AFTER_CERTIFICATE,
        {.server_hello = true, .certificate = true, .eof = true}},
    {"done, closed, not one byte", LEG_CLIENT, false, SYMPTOM_CLOSE_AFTER_FINISH_UNUSED,
        {.server_hello = true, .finished = true, .eof = true}},
    {"done, goodbye, not one byte", LEG_CLIENT, false, SYMPTOM_CLOSE_AFTER_FINISH_UNUSED,
        {.server_hello = true, .finished = true, .close_notify_in = true}},
    {"done and used", LEG_CLIENT, false, SYMPTOM_NONE,
        {.server_hello = true, .finished = true, .eof = true, .plain_in = 1}},
};

static void what_a_leg_showed_amounts_to_a_symptom(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof symptoms / sizeof symptoms[0]; i++) {
        const struct symptom_case *c = &symptoms[i];
        enum symptom is = leg_symptom(&c->facts, c->side, c->late);

        if (is != c->is)
            fail_msg("%s: %s", c->name, is == SYMPTOM_NONE ? "none" : symptom_name(is));
    }
    assert_int_equal(leg_symptom(&done, LEG_SERVER, false), SYMPTOM_NONE); /* it is open still */
}

static void a_transport_ends_in_one_of_five_ways(void **state)
{
    static const struct leg_facts fatal = {
        .eof = true, .alert = {.seen = true, .fatal = true, .number = 48}};
    static const struct leg_facts warned = {
        .eof = true, .alert = {.seen = true, .fatal = false, .number = 90}};
    static const struct leg_facts they_said_goodbye = {.close_notify_in = true, .eof = true};
    static const struct leg_facts we_said_goodbye = {.close_notify_out = true};
    static const struct {
        const struct leg_facts *facts;
        struct leg_end end;
        const char *is;
    } cases[] = {
        {NULL, {.eof = false}, NULL},
        {NULL, {.eof = true}, "fin"},
        {NULL, {.reset = true}, "rst"},
        {NULL, {.eof = true, .reset = true}, "rst"},
        {NULL, {.late = true}, "timeout"},
        {&done, {.eof = false}, NULL},
        {&done, {.eof = true}, "fin"},
        {&fatal, {.eof = true}, "alert"},
        {&fatal, {.reset = true}, "alert"},
        {&warned, {.eof = true}, "fin"},
        {&they_said_goodbye, {.eof = true}, "clean"},
        {&we_said_goodbye, {.eof = false}, "clean"},
        {&we_said_goodbye, {.eof = true}, "fin"},
        {&we_said_goodbye, {.reset = true}, "rst"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *is = leg_ended(cases[i].facts, cases[i].end);

        if (!cases[i].is)
            assert_null(is);
        else
            assert_string_equal(is, cases[i].is);
    }
}

static const struct leg_facts seen = {
    .version = "TLSv1.3",
    .cipher = "TLS_AES_128_GCM_SHA256",
    .group = "x25519",
    .alpn = "h2",
    .resumed = true,
    .server_hello = true,
    .certificate_requested = true,
    .renegotiation_wanted = true,
    .finished = true,
    .plain_in = 3000000000,
    .plain_out = 7,
    .alert = FROM_CLIENT(46, PHASE_AFTER_FINISH),
};

static void a_server_leg_is_written_down_and_outlives_its_facts(void **state)
{
    struct leg_facts facts = seen;
    struct flow *f = flow_new("x", 0);

    (void)state;
    f->server_leg = FLOW_MAKE(f, server_leg);
    flow_fill_server_leg(f, &facts);
    memset(&facts, 'x', sizeof facts);
    assert_string_equal(f->server_leg->version, "TLSv1.3");
    assert_string_equal(f->server_leg->cipher, "TLS_AES_128_GCM_SHA256");
    assert_string_equal(f->server_leg->group, "x25519");
    assert_string_equal(f->server_leg->alpn, "h2");
    assert_true(f->server_leg->wants_client_certificate);
    assert_true(f->server_leg->wants_renegotiation);
    assert_int_equal(f->server_leg->bytes_in, 3000000000);
    assert_int_equal(f->server_leg->bytes_out, 7);
    assert_string_equal(f->server_leg->alert->from, "client");
    assert_int_equal(f->server_leg->alert->number, 46);
    assert_string_equal(f->server_leg->alert->name, "certificate_unknown");
    assert_string_equal(f->server_leg->alert->phase, "after-finish");
    const struct flow_alert *first = f->server_leg->alert;
    flow_fill_server_leg(f, &seen);
    assert_ptr_equal(f->server_leg->alert, first); /* told once */
    flow_free(f);
}

static void a_client_leg_is_written_down_again_as_it_goes_on(void **state)
{
    struct leg_facts facts = {.version = "TLSv1.2"};
    struct flow *f = flow_new("x", 0);

    (void)state;
    f->client_leg = FLOW_MAKE(f, client_leg);
    flow_fill_client_leg(f, &facts);
    assert_string_equal(f->client_leg->version, "TLSv1.2");
    assert_null(f->client_leg->cipher); /* unknown so far: nothing, not an empty text */
    assert_null(f->client_leg->group);
    assert_null(f->client_leg->alpn);
    assert_null(f->client_leg->alert);
    assert_false(f->client_leg->finished || f->client_leg->resumed);
    flow_fill_client_leg(f, &seen);
    assert_string_equal(f->client_leg->version, "TLSv1.3");
    assert_true(f->client_leg->finished && f->client_leg->resumed);
    assert_int_equal(f->client_leg->bytes_in, 3000000000);
    const struct flow_alert *first = f->client_leg->alert;
    assert_non_null(first);
    flow_fill_client_leg(f, &seen);
    assert_ptr_equal(f->client_leg->alert, first); /* told once */
    flow_free(f);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_leg_showed_amounts_to_a_symptom),
        cmocka_unit_test(a_transport_ends_in_one_of_five_ways),
        cmocka_unit_test(a_server_leg_is_written_down_and_outlives_its_facts),
        cmocka_unit_test(a_client_leg_is_written_down_again_as_it_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
