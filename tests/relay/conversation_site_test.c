/* Conversations: every way in which the leg to the site can fail, and what the client is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "relay/relay.h"
#include "support/talk.h"

static const char get[] = "GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n";

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* A client that asks over our leaf and reads the reason page. */
static void expect_page(struct talk *t, struct caller *c)
{
    assert_true(phone_is_open(caller_phone(c)));
    caller_says(c, get);
    const char *heard = caller_heard(c);
    assert_true(starts(heard, "HTTP/1.1 502 "));
    assert_non_null(strstr(heard, "</html>"));
    assert_true(caller_saw_end(c));
    caller_closes(c);
    assert_int_equal(relays_open(talk_relays(t)), 0);
}

static struct caller *begin(struct talk *t)
{
    struct caller *c = caller_new(t);

    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    return c;
}

static void a_site_that_cannot_be_reached_is_explained_over_our_leaf(void **state)
{
    static const enum dial_error errors[] = {DIAL_NXDOMAIN, DIAL_SERVFAIL, DIAL_DNS_TIMEOUT,
        DIAL_REFUSED, DIAL_TIMEOUT, DIAL_UNREACHABLE, DIAL_RESET, DIAL_FORBIDDEN};

    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        struct talk *t = talk_new();

        talk_site_fails(t, "shop.example", errors[i]);
        struct caller *c = begin(t);
        expect_page(t, c);
        assert_string_equal(talk_moments(t), "device_seen hello dial_failed finish");
        const struct flow *f = talk_flow(t, 0);
        assert_string_equal(f->dial->error, dial_error_name(errors[i]));
        assert_null(f->server_leg);
        assert_string_equal(f->decision->answer, "page");
        assert_int_equal(f->exchanges[0].status, 502);
        assert_int_equal(f->history->host->refused, 0);
        talk_free(t);
    }
}

static void a_network_that_says_nothing_is_a_timeout(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_holds_dials(t, true);
    struct caller *c = begin(t);
    talk_wait(t, 19900);
    assert_false(phone_is_open(caller_phone(c)));
    talk_wait(t, 200);
    expect_page(t, c);
    assert_string_equal(talk_flow(t, 0)->dial->error, "timeout");
    talk_free(t);
}

struct leg_row {
    const char *what;
    struct far_site_config how;
    const char *symptom, *ended;
    int alert; /* 0: none */
    const char *from, *phase;
    int64_t wait_ms;
    bool judged; /* its chain was seen before it failed */
    bool demands;
};

static const struct leg_row legs[] = {
    {"speaks HTTP on the TLS port", {.manner = FAR_PLAIN_TEXT_TO_TLS}, "not-tls", "fin", 0, NULL,
        NULL, 0, false, false},
    {"closes at once", {.manner = FAR_CLOSES}, "close-before-server-hello", "fin", 0, NULL, NULL, 0,
        false, false},
    {"resets at once", {.manner = FAR_RESETS}, "close-before-server-hello", "rst", 0, NULL, NULL, 0,
        false, false},
    {"stalls", {.manner = FAR_STALLS}, "stalled", "timeout", 0, NULL, NULL, 10100, false, false},
    {"garbage", {.manner = FAR_GARBAGE}, NULL, "alert", 50, "client", "before-server-hello", 0,
        false, false},
    {"does not know the name", {.manner = FAR_ALERT_NAME}, "alert-before-server-hello", "alert",
        112, "server", "before-server-hello", 0, false, false},
    {"resets in its first flight", {.manner = FAR_RESETS_HALFWAY, .min_version = 0x0304},
        "close-after-certificate", "rst", 0, NULL, NULL, 0, false, false},
    {"only TLS 1.1", {.max_version = 0x0302}, "alert-before-server-hello", "alert", 70, "server",
        "before-server-hello", 0, false, false},
    {"only a cipher that nobody has",
        {.max_version = 0x0303, .ciphers = "ECDHE-ECDSA-CAMELLIA128-SHA256"},
        "alert-before-server-hello", "alert", 40, "server", "before-server-hello", 0, false, false},
    {"wants a client certificate, TLS 1.2", {.max_version = 0x0303, .demands_certificate = true},
        "alert-after-certificate", "alert", 40, "server", "after-certificate", 0, true, true},
    {"wants a client certificate, TLS 1.3", {.min_version = 0x0304, .demands_certificate = true},
        "alert-after-finish", "alert", 116, "server", "after-finish", 0, true, true},
    {"closes in order after the handshake", {.manner = FAR_CLOSES_AFTER},
        "close-after-finish-unused", "clean", 0, NULL, NULL, 0, true, false},
    {"resets after the handshake", {.manner = FAR_RESETS_AFTER}, "close-after-finish-unused", "rst",
        0, NULL, NULL, 0, true, false},
    {"resets after the handshake, TLS 1.2", {.manner = FAR_RESETS_AFTER, .max_version = 0x0303},
        "close-after-finish-unused", "rst", 0, NULL, NULL, 0, true, false},
    {"an alert after the handshake", {.manner = FAR_RENOUNCES_AFTER}, "alert-after-finish", "alert",
        10, "server", "after-finish", 0, true, false},
};

static void check_leg(const struct leg_row *row, const struct flow *f)
{
    const struct flow_server_leg *leg = f->server_leg;

    if (!same(leg->symptom, row->symptom) || !same(leg->ended, row->ended))
        fail_msg("%s: %s, %s", row->what, leg->symptom, leg->ended);
    if ((leg->alert ? leg->alert->number : 0) != row->alert)
        fail_msg("%s: alert %d", row->what, leg->alert ? (int)leg->alert->number : 0);
    if (row->alert) {
        assert_string_equal(leg->alert->from, row->from);
        assert_string_equal(leg->alert->phase, row->phase);
    }
    if ((leg->verdict != NULL) != row->judged)
        fail_msg("%s: judged %d", row->what, leg->verdict != NULL);
    assert_int_equal(leg->wants_client_certificate, row->demands);
    assert_string_equal(f->failed_leg, "server");
    assert_string_equal(f->decision->answer, "page");
    assert_int_equal(f->history->host->refused, 0);
}

static void every_failure_of_the_server_leg_has_its_symptom_and_gets_a_page(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof legs / sizeof legs[0]; i++) {
        const struct leg_row *row = &legs[i];
        struct talk *t = talk_new();
        struct far_site_config how = row->how;

        how.chain[0] =
            talk_mint(t, &(struct mint_spec){.cn = "shop.example", .dns = {"shop.example"}});
        talk_site(t, "shop.example", &how);
        struct caller *c = begin(t);
        talk_wait(t, row->wait_ms);
        if (!phone_is_open(caller_phone(c)))
            fail_msg("%s: the phone's handshake did not end", row->what);
        expect_page(t, c);
        assert_string_equal(talk_moments(t), row->judged
                                                 ? "device_seen hello judged tls_failed finish"
                                                 : "device_seen hello tls_failed finish");
        assert_int_equal(talk_dials(t), 1);
        check_leg(row, talk_flow(t, 0));
        talk_free(t);
    }
}

/* --- the rules' word on it --- */

static void expect_cause(const struct flow *f, const char *what, const char *cause)
{
    for (size_t i = 0; i < f->n_diagnosis && i < 2; i++)
        if (strcmp(f->diagnosis[i].cause, cause) == 0 && strcmp(f->diagnosis[i].leg, "server") == 0)
            return;
    for (size_t i = 0; i < f->n_diagnosis; i++)
        print_message("  %s\n", f->diagnosis[i].cause);
    fail_msg("%s: %s is not among the first two", what, cause);
}

struct cause_row {
    const char *what;
    struct far_site_config how;
    const char *cause;
};

static void the_rules_name_what_is_wrong_with_the_site(void **state)
{
    static const struct cause_row rows[] = {
        {"speaks HTTP on the TLS port", {.manner = FAR_PLAIN_TEXT_TO_TLS}, "plaintext-on-tls-port"},
        {"closes at once", {.manner = FAR_CLOSES}, "server-abort-silent"},
        {"resets at once", {.manner = FAR_RESETS}, "tcp-reset"},
        {"stalls", {.manner = FAR_STALLS}, "handshake-stall-mtu"},
        {"only TLS 1.1", {.max_version = 0x0302}, "tls-version-too-low"},
        {"no cipher", {.max_version = 0x0303, .ciphers = "ECDHE-ECDSA-CAMELLIA128-SHA256"},
            "no-shared-cipher"},
        {"a client certificate, TLS 1.2", {.max_version = 0x0303, .demands_certificate = true},
            "mtls-required"},
        {"a client certificate, TLS 1.3", {.min_version = 0x0304, .demands_certificate = true},
            "mtls-required"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct talk *t = talk_new_with_rules();
        struct far_site_config how = rows[i].how;

        how.chain[0] =
            talk_mint(t, &(struct mint_spec){.cn = "shop.example", .dns = {"shop.example"}});
        talk_site(t, "shop.example", &how);
        struct caller *c = begin(t);
        talk_wait(t, 10100);
        expect_page(t, c);
        expect_cause(talk_flow(t, 0), rows[i].what, rows[i].cause);
        talk_free(t);
    }
}

static void the_rules_name_what_is_wrong_with_the_way_to_it(void **state)
{
    static const struct {
        enum dial_error error;
        const char *cause;
    } rows[] = {{DIAL_NXDOMAIN, "dns-nxdomain"}, {DIAL_SERVFAIL, "dns-servfail"},
        {DIAL_REFUSED, "tcp-refused"}, {DIAL_UNREACHABLE, "tcp-unreachable"},
        {DIAL_RESET, "tcp-reset"}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct talk *t = talk_new_with_rules();

        talk_site_fails(t, "shop.example", rows[i].error);
        expect_page(t, begin(t));
        expect_cause(talk_flow(t, 0), dial_error_name(rows[i].error), rows[i].cause);
        talk_free(t);
    }
}

static void the_alert_of_a_site_that_wants_a_certificate_may_come_behind_the_request(void **state)
{
    struct talk *t = talk_new();
    struct far_site_config how = *talk_good(t, "shop.example");

    (void)state;
    how.demands_certificate = true;
    how.min_version = 0x0304;
    talk_site(t, "shop.example", &how);
    struct caller *c = caller_new(t);
    caller_asks(c, "shop.example:443");
    talk_far_lags(t, true); /* all that the site says after its Finished stays in the network */
    caller_shakes(c, talk_phone(t, "shop.example"));
    caller_says(c, get);
    assert_string_equal(caller_heard(c), "");
    talk_far_lags(t, false);
    assert_true(starts(caller_heard(c), "HTTP/1.1 502 "));
    caller_closes(c);
    const struct flow *f = talk_flow(t, 0);
    assert_int_equal(f->server_leg->alert->number, 116);
    assert_string_equal(f->server_leg->symptom, "alert-after-finish");
    assert_string_equal(f->failed_leg, "server");
    assert_int_equal(f->n_exchanges, 1);
    assert_int_equal(f->exchanges[0].status, 502);
    talk_free(t);
}

struct chain_row {
    const char *what;
    struct mint_spec leaf;
    const char *cause;
    bool self_signed;
};

static const struct chain_row chains[] = {
    {"expired", {.not_after = MINT_AT - MINT_DAY, .dns = {"shop.example"}}, "cert-expired-leaf",
        false},
    {"not valid yet", {.not_before = MINT_AT + MINT_DAY, .dns = {"shop.example"}},
        "cert-not-yet-valid", false},
    {"for another host", {.dns = {"other.example"}}, "name-mismatch", false},
    {"for clients only", {.dns = {"shop.example"}, .eku = "clientAuth"}, "eku-not-server", false},
    {"weak", {.dns = {"shop.example"}, .key = MINT_RSA1024}, "weak-key-rsa", false},
};

static void a_chain_that_ios_would_refuse_gets_a_page(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++) {
        struct talk *t = talk_new();

        talk_site(
            t, "shop.example", &(struct far_site_config){.chain = {talk_mint(t, &chains[i].leaf)}});
        struct caller *c = begin(t);
        assert_true(
            far_site_saw_close_notify(talk_far(t, 0))); /* it need not wait for the client to ask */
        expect_page(t, c);
        assert_string_equal(talk_moments(t), "device_seen hello judged finish");
        const struct flow *f = talk_flow(t, 0);
        assert_string_equal(f->server_leg->verdict->verdict, "reject");
        assert_non_null(f->server_leg->verdict_user);
        bool found = false;
        for (size_t j = 0; j < f->server_leg->verdict->causes.n; j++)
            found = found || strcmp(f->server_leg->verdict->causes.at[j], chains[i].cause) == 0;
        if (!found)
            fail_msg("%s: no %s", chains[i].what, chains[i].cause);
        assert_string_equal(f->decision->answer, "page");
        assert_int_equal(f->server_leg->n_chain, 1);
        assert_int_equal(far_site_heard_len(talk_far(t, 0)), 0);
        talk_free(t);
    }
}

static void an_unknown_root_gets_a_page(void **state)
{
    struct talk *t = talk_new();
    struct mint *own =
        mint_make(&(struct mint_spec){.cn = "shop.example", .dns = {"shop.example"}}, NULL);

    (void)state;
    talk_site(t, "shop.example", &(struct far_site_config){.chain = {own}});
    expect_page(t, begin(t));
    assert_string_equal(talk_flow(t, 0)->server_leg->trusted_by, "neither");
    mint_free(own);
    talk_free(t);
}

static void a_rule_may_allow_a_bad_chain(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_decides(t, MOMENT_JUDGED, ACTION_ALLOW);
    talk_site(
        t, "shop.example", &(struct far_site_config){.chain = {talk_mint(t, &chains[0].leaf)}});
    struct caller *c = begin(t);
    caller_says(c, get);
    assert_string_equal(far_site_heard(talk_far(t, 0)), get);
    caller_closes(c);
    assert_string_equal(talk_flow(t, 0)->decision->answer, "allow");
    assert_string_equal(talk_flow(t, 0)->decision->by, "rule:test/ear");
    talk_free(t);
}

static void a_rule_may_refuse_or_page_a_good_chain(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    talk_decides(t, MOMENT_JUDGED, ACTION_PAGE);
    expect_page(t, begin(t));
    assert_string_equal(talk_flow(t, 0)->decision->answer, "page");
    talk_decides(t, MOMENT_JUDGED, ACTION_REFUSE);
    struct caller *c = begin(t);
    assert_int_equal(phone_alerted(caller_phone(c)), 49);
    assert_int_equal(relays_open(talk_relays(t)), 0);
    const struct flow *f = talk_flow(t, 1);
    assert_string_equal(f->decision->answer, "alert");
    assert_int_equal(f->client_leg->alert->number, 49);
    assert_null(f->client_leg->symptom);
    assert_null(f->failed_leg);
    talk_free(t);
}

static void a_client_that_reads_no_page_gets_an_alert(void **state)
{
    struct talk *t = talk_new();
    struct phone_config mail = *talk_phone(t, "mail.example");

    (void)state;
    mail.no_alpn = true;
    talk_site_fails(t, "mail.example", DIAL_REFUSED);
    struct caller *c = caller_new(t);
    caller_asks(c, "mail.example:993");
    caller_shakes(c, &mail);
    assert_int_equal(phone_alerted(caller_phone(c)), 49);
    assert_string_equal(talk_flow(t, 0)->decision->answer, "alert");
    talk_free(t);
}

static void a_client_that_leaves_while_the_site_is_asked_is_no_refusal(void **state)
{
    (void)state;
    for (int how = 0; how < 4; how++) { /* dialling or shaking hands; FIN or RST */
        struct talk *t = talk_new();
        struct far_site_config stalls = *talk_good(t, "shop.example");

        stalls.manner = FAR_STALLS;
        talk_site(t, "shop.example", &stalls);
        talk_holds_dials(t, how < 2);
        struct caller *c = begin(t);
        talk_wait(t, 3000);
        if (how % 2)
            caller_resets(c);
        else
            caller_closes(c);
        assert_int_equal(relays_open(talk_relays(t)), 0);
        const struct flow *f = talk_flow(t, 0);
        assert_string_equal(f->client_leg->symptom, "close-before-server-hello");
        assert_string_equal(f->client_leg->ended, how % 2 ? "rst" : "fin");
        assert_string_equal(f->failed_leg, "client");
        assert_true(flow_has_note(f, "relay/client-left"));
        assert_int_equal(f->history->host->refused, 0);
        talk_free(t);
    }
}

static void the_page_has_no_body_for_head_and_no_secret_for_post(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    struct caller *c = begin(t);
    caller_says(c, "HEAD / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    assert_true(starts(caller_heard(c), "HTTP/1.1 502 "));
    assert_string_equal(strstr(caller_heard(c), "\r\n\r\n"), "\r\n\r\n");
    caller_closes(c);
    c = begin(t);
    caller_says(
        c, "POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 100000\r\n\r\npassword=x");
    assert_true(starts(caller_heard(c), "HTTP/1.1 502 "));
    assert_null(strstr(caller_heard(c), "password"));
    assert_true(caller_saw_end(c));
    caller_closes(c);
    assert_int_equal(relays_open(talk_relays(t)), 0);
    talk_free(t);
}

static void a_page_that_nobody_asks_for_is_not_kept_for_ever(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    struct caller *c = begin(t);
    assert_true(phone_is_open(caller_phone(c)));
    talk_wait(t, 29000);
    assert_int_equal(relays_open(talk_relays(t)), 1);
    talk_wait(t, 1200);
    assert_int_equal(relays_open(talk_relays(t)), 0);
    assert_null(talk_flow(t, 0)->client_leg->symptom);
    talk_free(t);
}

static void half_a_request_for_the_page_and_an_end_is_the_end(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    struct caller *c = begin(t);
    caller_says(c, "GET / HT");
    caller_closes(c);
    assert_int_equal(relays_open(talk_relays(t)), 0);
    talk_free(t);
}

static void a_plain_request_to_a_site_that_fails_gets_the_page_as_well(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    struct caller *c = caller_new(t);
    caller_sends(c, "GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    assert_true(starts(caller_gets(c), "HTTP/1.1 502 "));
    assert_true(caller_saw_end(c));
    talk_site(t, "shop.example", &(struct far_site_config){.manner = FAR_PLAIN});
    c = caller_new(t);
    caller_sends(c, "GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    far_site_cuts(talk_far(t, 1));
    talk_run(t);
    assert_true(starts(caller_gets(c), "HTTP/1.1 502 "));
    assert_true(flow_has_note(talk_flow(t, 1), "http/no-response"));
    talk_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_site_that_cannot_be_reached_is_explained_over_our_leaf),
        cmocka_unit_test(a_network_that_says_nothing_is_a_timeout),
        cmocka_unit_test(every_failure_of_the_server_leg_has_its_symptom_and_gets_a_page),
        cmocka_unit_test(the_rules_name_what_is_wrong_with_the_site),
        cmocka_unit_test(the_rules_name_what_is_wrong_with_the_way_to_it),
        cmocka_unit_test(the_alert_of_a_site_that_wants_a_certificate_may_come_behind_the_request),
        cmocka_unit_test(a_chain_that_ios_would_refuse_gets_a_page),
        cmocka_unit_test(an_unknown_root_gets_a_page),
        cmocka_unit_test(a_rule_may_allow_a_bad_chain),
        cmocka_unit_test(a_rule_may_refuse_or_page_a_good_chain),
        cmocka_unit_test(a_client_that_reads_no_page_gets_an_alert),
        cmocka_unit_test(a_client_that_leaves_while_the_site_is_asked_is_no_refusal),
        cmocka_unit_test(the_page_has_no_body_for_head_and_no_secret_for_post),
        cmocka_unit_test(a_page_that_nobody_asks_for_is_not_kept_for_ever),
        cmocka_unit_test(half_a_request_for_the_page_and_an_end_is_the_end),
        cmocka_unit_test(a_plain_request_to_a_site_that_fails_gets_the_page_as_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
