/* Conversations: phones that refuse our certificate, in every style, and those that only look as if
 * they did. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/buffer.h>

#include "device/history.h"
#include "relay/relay.h"
#include "support/talk.h"

static const char get[] = "GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n";
static const char safari[] = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) "
                             "AppleWebKit/605.1.15 (KHTML, like Gecko) "
                             "Version/17.5 Mobile/15E148 Safari/604.1";

/* --- every style of refusal, in both versions, for each reason --- */

enum dislike { DISTRUSTS = 0, PINS, SKEWED, N_DISLIKES };

struct style {
    enum phone_refusal refusal;
    const char *symptom, *ended, *phase; /* phase NULL: no alert */
    bool finished, held;
};

static const struct style styles[] = {
    {REFUSE_BY_ALERT_BEFORE, "alert-after-certificate", "alert", "after-certificate", false, false},
    {REFUSE_BY_FIN_BEFORE, "close-after-certificate", "fin", NULL, false, false},
    {REFUSE_BY_RST_BEFORE, "close-after-certificate", "rst", NULL, false, false},
    {REFUSE_BY_ALERT_AFTER, "alert-after-finish", "alert", "after-finish", true, false},
    {REFUSE_BY_FIN_AFTER, "close-after-finish-unused", "fin", NULL, true, true},
    {REFUSE_BY_RST_AFTER, "close-after-finish-unused", "rst", NULL, true, true},
    {REFUSE_BY_CLOSE_NOTIFY_AFTER, "close-after-finish-unused", "clean", NULL, true, true},
};

static const int alerts[N_DISLIKES] = {[DISTRUSTS] = 48, [PINS] = 46, [SKEWED] = 45};

static struct phone_config unhappy(struct talk *t, const char *host, enum dislike why)
{
    static const uint8_t other_key[32] = {1};
    struct phone_config p = *talk_phone(t, host);

    p.alert = alerts[why];
    if (why == DISTRUSTS)
        p.root_pem = NULL;
    else if (why == PINS)
        p.pin = other_key;
    else
        p.clock_s += 400 * INT64_C(86400);
    return p;
}

static struct caller *call(
    struct talk *t, const char *host, const char *agent, const struct phone_config *p)
{
    struct caller *c = caller_new(t);
    char authority[300];

    snprintf(authority, sizeof authority, "%s:443", host);
    caller_asks_as(c, authority, agent);
    caller_shakes(c, p);
    return c;
}

static void check_refusal(
    const struct talk *t, const struct style *style, const char *version, enum dislike why)
{
    const struct flow *f = talk_flow(t, talk_flows(t) - 1);
    const struct flow_client_leg *leg = f->client_leg;

    if (!leg->symptom || strcmp(leg->symptom, style->symptom) != 0)
        fail_msg("style %d, TLS %s: %s", (int)style->refusal, version,
            leg->symptom ? leg->symptom : "no symptom");
    assert_string_equal(leg->ended, style->ended);
    assert_string_equal(leg->version + strlen("TLSv"), version);
    assert_int_equal(leg->finished, style->finished);
    assert_int_equal(leg->bytes_in, 0);
    assert_string_equal(f->failed_leg, "client");
    assert_non_null(leg->leaf);
    assert_int_equal(f->history->host->refused, 1);
    assert_int_equal(f->history->host->streak, 1);
    assert_int_equal(f->history->host->accepted, 0);
    if (!style->phase) {
        assert_null(leg->alert);
        return;
    }
    assert_int_equal(leg->alert->number, alerts[why]);
    assert_string_equal(leg->alert->from, "client");
    assert_string_equal(leg->alert->phase, style->phase);
}

static void every_style_of_refusal_is_told_apart(void **state)
{
    static const char *const versions[] = {"1.2", "1.3"};

    (void)state;
    for (size_t s = 0; s < sizeof styles / sizeof styles[0]; s++)
        for (size_t v = 0; v < 2; v++)
            for (enum dislike why = DISTRUSTS; why < N_DISLIKES; why++) {
                struct talk *t = talk_new();

                talk_site(t, "shop.example", talk_good(t, "shop.example"));
                struct phone_config p = unhappy(t, "shop.example", why);
                p.refusal = styles[s].refusal;
                p.versions = versions[v];
                struct caller *c = call(t, "shop.example", "Acme/1.0", &p);
                assert_true(phone_refused(caller_phone(c)));
                assert_int_equal(talk_flows(t), styles[s].held ? 0 : 1);
                if (styles[s].held)
                    talk_wait(t, 2100);
                assert_int_equal(relays_open(talk_relays(t)), 0);
                assert_string_equal(talk_moments(t), "device_seen hello judged tls_failed finish");
                check_refusal(t, &styles[s], versions[v], why);
                talk_free(t);
            }
}

/* The reason page is of no use to who does not trust us; the refusal is recorded all the same,
 * beside the site's fault. */
static void a_phone_may_refuse_the_leaf_that_would_carry_a_page(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    struct phone_config p = unhappy(t, "shop.example", DISTRUSTS);
    call(t, "shop.example", "Acme/1.0", &p);
    assert_string_equal(talk_moments(t), "device_seen hello dial_failed tls_failed finish");
    assert_string_equal(talk_flow(t, 0)->client_leg->symptom, "alert-after-certificate");
    assert_string_equal(talk_flow(t, 0)->dial->error, "nxdomain");
    talk_free(t);
}

/* --- unused: a refusal, or a spare connection? --- */

static struct phone_config spare(struct talk *t)
{
    struct phone_config p = *talk_phone(t, "shop.example");

    p.spare = true;
    return p;
}

static void use(struct talk *t, const char *agent)
{
    struct caller *c = call(t, "shop.example", agent, talk_phone(t, "shop.example"));

    caller_says(c, get);
    caller_closes(c);
}

static struct tally tally_of(struct talk *t)
{
    const struct flow *f = talk_flow(t, 0);
    struct history_view view;

    history_read(talk_history(t),
        &(struct history_key){.ip = "10.0.0.7",
            .family = f->client->device->family,
            .app = f->client->app->name,
            .host = "shop.example"},
        talk_now_ms(t), &view);
    return view.host;
}

struct unused_row {
    const char *what;
    int64_t before_ms, after_ms; /* when a success was beside it; 0: none */
    const char *agent;           /* of that success */
    int64_t refused;
    bool at_once; /* the hold ends before its time */
};

static void what_was_beside_it_tells_a_spare_connection_from_a_refusal(void **state)
{
    static const struct unused_row rows[] = {
        {"alone", 0, 0, safari, 1, false},
        {"a success just before", 100, 0, safari, 0, true},
        {"a success 9 s before", 9000, 0, safari, 0, true},
        {"a success long before", 15000, 0, safari, 1, false},
        {"a success a second after", 0, 1000, safari, 0, true},
        {"a success of another app", 100, 0, "Acme/1.0 CFNetwork/1490 Darwin/23.6.0", 1, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct talk *t = talk_new();

        talk_site(t, "shop.example", talk_good(t, "shop.example"));
        struct phone_config unused = spare(t);
        if (rows[i].before_ms) {
            use(t, rows[i].agent);
            talk_wait(t, rows[i].before_ms);
        }
        size_t before = talk_flows(t);
        call(t, "shop.example", safari, &unused);
        if (rows[i].after_ms) {
            talk_wait(t, rows[i].after_ms);
            use(t, rows[i].agent);
            before++;
        }
        talk_wait(t, 100);
        if ((talk_flows(t) > before) != rows[i].at_once)
            fail_msg("%s: held %d", rows[i].what, talk_flows(t) == before);
        talk_wait(t, 2000);
        assert_int_equal(talk_flows(t), before + 1);
        const struct flow *f = talk_flow(t, talk_flows(t) - 1);
        assert_string_equal(f->client_leg->symptom, "close-after-finish-unused");
        if (f->history->host->refused != rows[i].refused)
            fail_msg("%s: refused %d", rows[i].what, (int)f->history->host->refused);
        talk_free(t);
    }
}

static void a_resumed_connection_that_is_not_used_says_nothing_of_trust(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    struct caller *first = call(t, "shop.example", safari, talk_phone(t, "shop.example"));
    caller_says(first, get);
    caller_closes(first);
    talk_wait(t, 60000);
    struct phone_config again = spare(t);
    again.resumes = caller_phone(first);
    struct caller *second = call(t, "shop.example", safari, &again);
    assert_true(phone_resumed(caller_phone(second)));
    assert_int_equal(talk_flows(t), 2);
    const struct flow *f = talk_flow(t, 1);
    assert_true(f->client_leg->resumed);
    assert_null(f->client_leg->symptom);
    assert_int_equal(tally_of(t).refused, 0);
    talk_free(t);
}

static void a_resumed_connection_that_is_used_says_nothing_of_trust_either(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    struct caller *first = call(t, "shop.example", safari, talk_phone(t, "shop.example"));
    caller_says(first, get);
    caller_says(first, get);
    struct phone_config again = *talk_phone(t, "shop.example");
    again.resumes = caller_phone(first);
    struct caller *second = call(t, "shop.example", safari, &again);
    caller_says(second, get);
    assert_true(phone_resumed(caller_phone(second)));
    caller_closes(first);
    caller_closes(second);
    assert_int_equal(tally_of(t).accepted, 1);
    talk_free(t);
}

static void a_ticket_of_one_host_opens_no_other(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    talk_site(t, "bank.example", talk_good(t, "bank.example"));
    struct caller *first = call(t, "shop.example", safari, talk_phone(t, "shop.example"));
    caller_says(first, get);
    struct phone_config other = *talk_phone(t, "bank.example");
    other.resumes = caller_phone(first);
    struct caller *second = call(t, "bank.example", safari, &other);
    assert_true(phone_is_open(caller_phone(second)));
    assert_false(phone_resumed(caller_phone(second)));
    talk_free(t);
}

static struct evbuffer *hello_of(const char *host)
{
    struct phone *p = phone_new(&(struct phone_config){.host = host});

    phone_pump(p);
    struct evbuffer *hello = evbuffer_new();
    evbuffer_add_buffer(hello, phone_out(p));
    phone_free(p);
    return hello;
}

static void a_client_that_stalls_in_the_handshake_is_no_refusal(void **state)
{
    struct talk *t = talk_new();
    struct evbuffer *hello = hello_of("shop.example");

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    struct caller *c = caller_new(t);
    caller_asks(c, "shop.example:443");
    caller_sends_n(c, evbuffer_pullup(hello, -1), evbuffer_get_length(hello));
    talk_wait(t, 14900);
    assert_int_equal(relays_open(talk_relays(t)), 1);
    talk_wait(t, 200);
    assert_int_equal(relays_open(talk_relays(t)), 0);
    const struct flow *f = talk_flow(t, 0);
    assert_string_equal(f->client_leg->symptom, "stalled");
    assert_string_equal(f->client_leg->ended, "timeout");
    assert_int_equal(f->history->host->refused, 0);
    evbuffer_free(hello);
    talk_free(t);
}

static void garbage_in_the_handshake_is_our_own_alert_and_no_refusal(void **state)
{
    struct talk *t = talk_new();
    struct evbuffer *hello = hello_of("shop.example");

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    struct caller *c = caller_new(t);
    caller_asks(c, "shop.example:443");
    caller_sends_n(c, evbuffer_pullup(hello, -1), evbuffer_get_length(hello));
    caller_sends_n(c, "\x16\x03\x03\x00\x05hello", 10);
    assert_int_equal(relays_open(talk_relays(t)), 0);
    const struct flow *f = talk_flow(t, 0);
    assert_null(f->client_leg->symptom);
    assert_string_equal(f->client_leg->alert->from, "server");
    assert_int_equal(f->history->host->refused, 0);
    evbuffer_free(hello);
    talk_free(t);
}

/* --- the rules' word on it --- */

static bool among_the_first_two(const struct flow *f, const char *cause)
{
    for (size_t i = 0; i < f->n_diagnosis && i < 2; i++)
        if (strcmp(f->diagnosis[i].cause, cause) == 0)
            return true;
    return false;
}

static void say_all(const struct flow *f)
{
    for (size_t i = 0; i < f->n_diagnosis; i++)
        print_message("  %s %d %s\n", f->diagnosis[i].cause, (int)f->diagnosis[i].score,
            f->diagnosis[i].confidence);
}

static void expect_cause(const struct talk *t, const char *cause)
{
    const struct flow *f = talk_flow(t, talk_flows(t) - 1);

    if (among_the_first_two(f, cause))
        return;
    say_all(f);
    fail_msg("%s is not among the first two (symptom %s)", cause, f->client_leg->symptom);
}

static void a_phone_without_our_root_is_diagnosed_whatever_its_style(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof styles / sizeof styles[0]; s++)
        for (int v = 0; v < 2; v++) {
            struct talk *t = talk_new_with_rules();

            for (int i = 0; i < 3; i++) {
                char host[64];

                snprintf(host, sizeof host, "shop%d.example", i);
                talk_site(t, host, talk_good(t, host));
                struct phone_config p = unhappy(t, host, DISTRUSTS);
                p.refusal = styles[s].refusal;
                p.versions = v ? "1.3" : "1.2";
                p.alert = 46;
                call(t, host, i ? safari : "Acme/1.0 CFNetwork/1490 Darwin/23.6.0", &p);
                talk_wait(t, 2100);
            }
            expect_cause(t, "root-not-installed");
            expect_cause(t, "root-not-fully-trusted");
            talk_free(t);
        }
}

static void an_app_that_pins_is_diagnosed_whatever_its_style(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof styles / sizeof styles[0]; s++)
        for (int v = 0; v < 2; v++) {
            struct talk *t = talk_new_with_rules();

            talk_site(t, "cdn.example", talk_good(t, "cdn.example"));
            struct caller *c = call(t, "cdn.example", "Acme/1.0 CFNetwork/1490 Darwin/23.6.0",
                talk_phone(t, "cdn.example"));
            caller_says(c, get);
            talk_site(t, "api.example", talk_good(t, "api.example"));
            for (int i = 0; i < 3; i++) {
                struct phone_config p = unhappy(t, "api.example", PINS);
                p.refusal = styles[s].refusal;
                p.versions = v ? "1.3" : "1.2";
                call(t, "api.example", "Acme/1.0 CFNetwork/1490 Darwin/23.6.0", &p);
                talk_wait(t, 2100);
            }
            expect_cause(t, "app-pinning");
            talk_free(t);
        }
}

static void a_phone_whose_clock_is_wrong_is_diagnosed_when_it_says_expired(void **state)
{
    (void)state;
    for (int v = 0; v < 2; v++) {
        struct talk *t = talk_new_with_rules();

        talk_site(t, "shop.example", talk_good(t, "shop.example"));
        struct phone_config p = unhappy(t, "shop.example", SKEWED);
        p.versions = v ? "1.3" : "1.2";
        call(t, "shop.example", "Acme/1.0 CFNetwork/1490 Darwin/23.6.0", &p);
        expect_cause(t, "device-clock-wrong");
        talk_free(t);
    }
}

static void a_spare_connection_is_no_fault_in_the_diagnosis(void **state)
{
    struct talk *t = talk_new_with_rules();

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    use(t, safari);
    struct phone_config unused = spare(t);
    call(t, "shop.example", safari, &unused);
    talk_wait(t, 2100);
    const struct flow *f = talk_flow(t, 1);
    for (size_t i = 0; i < f->n_diagnosis; i++)
        assert_string_equal(f->diagnosis[i].cause, "preconnect-unused");
    assert_int_equal(talk_flow(t, 0)->n_diagnosis, 0);
    talk_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_style_of_refusal_is_told_apart),
        cmocka_unit_test(a_phone_may_refuse_the_leaf_that_would_carry_a_page),
        cmocka_unit_test(what_was_beside_it_tells_a_spare_connection_from_a_refusal),
        cmocka_unit_test(a_resumed_connection_that_is_not_used_says_nothing_of_trust),
        cmocka_unit_test(a_resumed_connection_that_is_used_says_nothing_of_trust_either),
        cmocka_unit_test(a_ticket_of_one_host_opens_no_other),
        cmocka_unit_test(a_client_that_stalls_in_the_handshake_is_no_refusal),
        cmocka_unit_test(garbage_in_the_handshake_is_our_own_alert_and_no_refusal),
        cmocka_unit_test(a_phone_without_our_root_is_diagnosed_whatever_its_style),
        cmocka_unit_test(an_app_that_pins_is_diagnosed_whatever_its_style),
        cmocka_unit_test(a_phone_whose_clock_is_wrong_is_diagnosed_when_it_says_expired),
        cmocka_unit_test(a_spare_connection_is_no_fault_in_the_diagnosis),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
