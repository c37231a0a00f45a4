/* Conversations with whytls itself: its pages straight and through the proxy, and the test page
 * that proves a phone's trust. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "cert/ca.h"
#include "device/history.h"
#include "device/memory.h"
#include "support/talk.h"

#define SAFARI                                                                                     \
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "    \
    "Gecko) Version/26.1 Mobile/15E148 Safari/604.1"
#define IP "192.168.1.31"

static const struct history_key phone = {.ip = IP, .family = "iPhone"};

/* One request in clear; what came back. Valid until talk_free. */
static const char *ask(struct talk *t, const char *target, const char *host, const char *more)
{
    struct caller *c = caller_new_from(t, IP);
    char request[1024];

    snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: " SAFARI "\r\n%s\r\n", target, host, more);
    caller_sends(c, request);
    talk_run(t);
    assert_true(caller_saw_end(c));
    return caller_gets(c);
}

static const struct flow *last(const struct talk *t)
{
    return talk_flow(t, talk_flows(t) - 1);
}

static struct device_setup setup_of(struct talk *t)
{
    struct device_setup setup;

    if (!device_setup_read(talk_history(t), &phone, &setup))
        fail_msg("the phone is not known");
    return setup;
}

static struct caller *probe(struct talk *t, const char *name, const struct phone_config *config)
{
    struct caller *c = caller_new_from(t, IP);
    char authority[300];

    snprintf(authority, sizeof authority, "%s:443", name);
    caller_asks_as(c, authority, SAFARI);
    caller_shakes(c, config);
    return c;
}

static void the_page_is_there_straight_and_through(void **state)
{
    static const struct {
        const char *target, *host;
        const char *through;
    } rows[] = {
        {"/state.json", "192.168.1.20:8080", "\"through\":false"},
        {"http://whytls.test/state.json", "whytls.test", "\"through\":true"},
        {"HTTP://WHYTLS.TEST/state.json", "whytls.test", "\"through\":"},
        {"http://192.168.1.20:8080/state.json", "192.168.1.20:8080", "\"through\":true"},
    };
    struct talk *t = talk_new();

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *got = ask(t, rows[i].target, rows[i].host, "");

        assert_true(text_starts(got, "HTTP/1.1 200 OK"));
        if (!strstr(got, rows[i].through))
            fail_msg("%s: %s", rows[i].target, got);
        assert_string_equal(last(t)->entry, "self");
        assert_int_equal(last(t)->n_diagnosis, 0);
    }
    assert_int_equal(talk_dials(t), 0);
    talk_free(t);
}

static void a_page_at_our_address_may_ask_whytls_test(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    assert_non_null(strstr(ask(t, "http://whytls.test/state.json", "whytls.test",
                               "Origin: http://192.168.1.20:8080\r\n"),
        "Access-Control-Allow-Origin: http://192.168.1.20:8080\r\n"));
    assert_null(strstr(
        ask(t, "http://whytls.test/state.json", "whytls.test", "Origin: http://192.168.1.20\r\n"),
        "Access-Control"));
    assert_null(strstr(
        ask(t, "http://whytls.test/state.json", "whytls.test", "Origin: https://evil.example\r\n"),
        "Access-Control"));
    talk_free(t);
}

static void a_download_and_a_clock_are_remembered_of_the_phone(void **state)
{
    struct talk *t = talk_new();
    char path[100];

    (void)state;
    ask(t, "http://whytls.test/whytls.mobileconfig", "whytls.test", "");
    snprintf(path, sizeof path, "http://whytls.test/state.json?t=%lld",
        (long long)talk_now_ms(t) + 400 * 86400000LL);
    assert_non_null(strstr(ask(t, path, "whytls.test", ""), "\"skew_s\":34560000"));
    struct device_setup setup = setup_of(t);
    assert_int_equal(setup.profile_fetched_ms, talk_now_ms(t));
    assert_string_equal(setup.root_sha256_hex, ca_sha256(talk_ca(t)));
    assert_int_equal(setup.clock_offset_ms, 400 * 86400000LL);
    assert_string_equal(device_clock_state(&setup, talk_now_ms(t)), "wrong");
    talk_free(t);
}

static void a_test_page_that_is_read_proves_trust(void **state)
{
    static const char *const versions[] = {"1.2", "1.3"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct talk *t = talk_new();
        struct phone_config p = *talk_phone(t, "a1.whytls.test");

        p.versions = versions[i];
        struct caller *c = probe(t, "a1.whytls.test", &p);
        assert_true(phone_is_open(caller_phone(c)));
        caller_says(
            c, "GET /probe HTTP/1.1\r\nHost: a1.whytls.test\r\nUser-Agent: " SAFARI "\r\n\r\n");
        talk_run(t);
        assert_non_null(strstr(caller_heard(c), "This page was opened with a certificate"));
        caller_closes(c);
        talk_run(t);
        assert_int_equal(setup_of(t).probe, DEVICE_PROBE_TRUSTED);
        assert_int_equal(talk_dials(t), 0);
        assert_string_equal(last(t)->entry, "self");
        assert_string_equal(last(t)->target->host, "whytls.test"); /* one host, whatever its name */
        assert_string_equal(last(t)->decision->answer, "page");
        talk_free(t);
    }
}

static void a_test_page_that_is_refused_is_evidence_and_no_visit(void **state)
{
    static const char *const versions[] = {"1.2", "1.3"};

    (void)state;
    for (size_t i = 0; i < 2 * N_REFUSALS; i++) {
        struct talk *t = talk_new_with_rules();
        struct phone_config p = *talk_phone(t, "a1.whytls.test");

        p.root_pem = NULL;
        p.versions = versions[i % 2];
        p.refusal = (enum phone_refusal)(i / 2);
        probe(t, "a1.whytls.test", &p);
        talk_wait(t, 3000);
        assert_int_equal(setup_of(t).probe, DEVICE_PROBE_REFUSED);
        assert_string_equal(last(t)->failed_leg, "client");
        assert_true(last(t)->n_diagnosis > 0);
        assert_true(text_starts(last(t)->diagnosis[0].cause, "root-not-"));
        assert_string_not_equal(last(t)->diagnosis[0].confidence, "certain");
        assert_int_equal(last(t)->history->device->refused, 0);
        talk_free(t);
    }
}

/* A name below ours that is asked for without TLS, or deeper, is a host like any other. */
static void only_a_test_page_in_tls_is_answered(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = caller_new_from(t, IP);

    (void)state;
    caller_asks_as(c, "a.b.whytls.test:443", SAFARI);
    caller_shakes(c, talk_phone(t, "a.b.whytls.test"));
    assert_int_equal(talk_dials(t), 1);
    c = caller_new_from(t, IP);
    caller_asks_as(c, "a1.whytls.test:80", SAFARI);
    caller_sends(c, "GET / HTTP/1.1\r\n\r\n");
    talk_run(t);
    assert_int_equal(talk_dials(t), 2);
    talk_free(t);
}

static void a_phone_that_only_opens_a_connection_has_not_refused(void **state)
{
    struct talk *t = talk_new();
    struct device_setup setup;

    (void)state;
    struct caller *c = probe(t, "a1.whytls.test", talk_phone(t, "a1.whytls.test"));
    talk_wait(t, 31000); /* it never asks */
    assert_true(caller_saw_end(c));
    if (device_setup_read(talk_history(t), &phone, &setup))
        assert_int_equal(setup.probe, DEVICE_PROBE_UNKNOWN);
    talk_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_is_there_straight_and_through),
        cmocka_unit_test(a_page_at_our_address_may_ask_whytls_test),
        cmocka_unit_test(a_download_and_a_clock_are_remembered_of_the_phone),
        cmocka_unit_test(a_test_page_that_is_read_proves_trust),
        cmocka_unit_test(a_test_page_that_is_refused_is_evidence_and_no_visit),
        cmocka_unit_test(only_a_test_page_in_tls_is_answered),
        cmocka_unit_test(a_phone_that_only_opens_a_connection_has_not_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
