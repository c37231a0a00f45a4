/* tests/relay/record_test.c - every way in which a site fails: what the record says of its leg, and
 * what the client gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "device/history.h"
#include "flow/flow.h"
#include "net/dial.h"
#include "support/far_site.h"
#include "support/phone.h"
#include "support/talk.h"

struct failing {
    enum far_manner manner;
    const char *symptom, *ended, *cause;
};

static const struct failing sites[] = {
    {FAR_PLAIN_TEXT_TO_TLS, "not-tls", NULL, "plaintext-on-tls-port"},
    {FAR_CLOSES, "close-before-server-hello", "fin", "server-abort-silent"},
    {FAR_RESETS, "close-before-server-hello", "rst", "tcp-reset"},
    {FAR_ALERT_NAME, "alert-before-server-hello", "alert", NULL},
    {FAR_RESETS_HALFWAY, NULL, "rst", NULL},
};

static struct caller *ask(struct talk *t)
{
    struct caller *c = caller_new(t);

    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    return c;
}

/* The page is what the client reads; the record says who failed. */
static const struct flow *read_page(struct talk *t, struct caller *c)
{
    assert_true(phone_is_open(caller_phone(c)));
    caller_says(c, "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    talk_run(t);
    assert_memory_equal(caller_heard(c), "HTTP/1.1 502 ", 13);
    caller_closes(c);
    assert_int_equal(talk_flows(t), 1);
    const struct flow *f = talk_flow(t, 0);
    assert_string_equal(f->decision->answer, "page");
    assert_int_equal(f->exchanges[0].status, 502);
    return f;
}

static void each_failing_site_has_its_symptom_and_its_page(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sites / sizeof sites[0]; i++) {
        struct talk *t = talk_new_with_rules();
        struct far_site_config how = *talk_good(t, "shop.example");

        how.manner = sites[i].manner;
        talk_site(t, "shop.example", &how);
        const struct flow *f = read_page(t, ask(t));
        if (sites[i].symptom)
            assert_string_equal(f->server_leg->symptom, sites[i].symptom);
        if (sites[i].ended)
            assert_string_equal(f->server_leg->ended, sites[i].ended);
        if (sites[i].cause) {
            assert_true(f->n_diagnosis > 0);
            assert_string_equal(f->diagnosis[0].cause, sites[i].cause);
        }
        talk_free(t);
    }
}

static void visit(struct talk *t)
{
    struct caller *c = ask(t);

    caller_says(c, "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    talk_run(t);
    caller_closes(c);
    talk_run(t);
}

/* What the set-up page saw, what the owner called it, and the agents: rules see it with the first
 * byte of TLS. */
static void the_record_has_what_is_remembered_of_the_device(void **state)
{
    struct talk *t = talk_new();
    struct far_site_config how = *talk_good(t, "shop.example");

    (void)state;
    how.manner = FAR_CLOSES;
    talk_site(t, "shop.example", &how);
    visit(t);
    assert_int_equal(talk_flows(t), 1);
    const struct flow_device *first = talk_flow(t, 0)->client->device;
    struct history_key key = {.ip = talk_flow(t, 0)->client->ip};
    assert_string_equal(first->clock_state, "unchecked");
    assert_true(first->profile_fetched == FLOW_NONE && first->probe_at == FLOW_NONE &&
                first->clock_offset == FLOW_NONE);
    assert_null(first->probe);
    assert_null(first->name);

    int64_t now = talk_flow(t, 0)->now * 1000;
    device_profile_fetched(talk_history(t), &key, "7f3a", now - 60000);
    device_probe(talk_history(t), &key, false, now - 30000);
    device_clock(talk_history(t), &key, -400 * INT64_C(86400000), now - 20000);
    assert_true(device_name(talk_history(t), first->id, "Anna’s iPhone"));
    visit(t);
    assert_int_equal(talk_flows(t), 2);
    const struct flow_device *then = talk_flow(t, 1)->client->device;
    assert_string_equal(then->id, first->id);
    assert_string_equal(then->name, "Anna’s iPhone");
    assert_int_equal(then->profile_fetched, now / 1000 - 60);
    assert_string_equal(then->root_fetched, "7f3a");
    assert_string_equal(then->probe, "refused");
    assert_int_equal(then->probe_at, now / 1000 - 30);
    assert_string_equal(then->clock_state, "wrong");
    assert_int_equal(then->clock_offset, -400 * 86400);
    talk_free(t);
}

static void asking_for_private_relay_is_counted_by_device(void **state)
{
    static const struct {
        const char *host;
        int asked;
    } cases[] = {{"mask.icloud.com", 1}, {"mask-h2.icloud.com", 1}, {"masks.icloud.com", 0},
        {"mask.icloud.com.example", 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct talk *t = talk_new();
        struct far_site_config how = *talk_good(t, cases[i].host);
        char asked[64];
        struct history_view view;

        how.manner = FAR_CLOSES;
        talk_site(t, cases[i].host, &how);
        struct caller *c = caller_new(t);
        snprintf(asked, sizeof asked, "%s:443", cases[i].host);
        caller_asks(c, asked);
        caller_shakes(c, talk_phone(t, cases[i].host));
        caller_says(c, "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
        talk_run(t);
        caller_closes(c);
        talk_run(t);
        struct history_key key = {.ip = talk_flow(t, 0)->client->ip};
        history_read(talk_history(t), &key, talk_flow(t, 0)->now * 1000, &view);
        assert_int_equal(view.relay_asked, cases[i].asked);
        assert_int_equal(view.apple_passed, 0);
        talk_free(t);
    }
}

static void a_site_that_never_answers_is_given_up_at_the_deadline(void **state)
{
    struct talk *t = talk_new_with_rules();
    struct far_site_config how = *talk_good(t, "shop.example");

    (void)state;
    how.manner = FAR_STALLS;
    talk_site(t, "shop.example", &how);
    struct caller *c = ask(t);
    assert_false(phone_is_open(caller_phone(c)));
    talk_wait(t, 11000);
    const struct flow *f = read_page(t, c);
    assert_string_equal(f->server_leg->symptom, "stalled");
    assert_string_equal(f->server_leg->ended, "timeout");
    talk_free(t);
}

static void a_wanted_client_certificate_is_seen_in_both_versions(void **state)
{
    static const int versions[] = {0x0303, 0x0304};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct talk *t = talk_new_with_rules();
        struct far_site_config how = *talk_good(t, "shop.example");

        how.demands_certificate = true;
        how.min_version = how.max_version = versions[i];
        talk_site(t, "shop.example", &how);
        const struct flow *f = read_page(t, ask(t));
        assert_true(f->server_leg->wants_client_certificate);
        assert_string_equal(f->diagnosis[0].cause, "mtls-required");
        talk_free(t);
    }
}

static void each_way_of_not_getting_there_is_told_apart(void **state)
{
    static const struct {
        enum dial_error why;
        const char *word, *cause;
    } ways[] = {
        {DIAL_NXDOMAIN, "nxdomain", "dns-nxdomain"},
        {DIAL_REFUSED, "refused", "tcp-refused"},
        {DIAL_UNREACHABLE, "unreachable", "tcp-unreachable"},
        {DIAL_SERVFAIL, "servfail", "dns-servfail"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct talk *t = talk_new_with_rules();

        talk_site_fails(t, "shop.example", ways[i].why);
        const struct flow *f = read_page(t, ask(t));
        assert_string_equal(f->dial->error, ways[i].word);
        assert_null(f->server_leg);
        assert_string_equal(f->diagnosis[0].cause, ways[i].cause);
        talk_free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_failing_site_has_its_symptom_and_its_page),
        cmocka_unit_test(the_record_has_what_is_remembered_of_the_device),
        cmocka_unit_test(asking_for_private_relay_is_counted_by_device),
        cmocka_unit_test(a_site_that_never_answers_is_given_up_at_the_deadline),
        cmocka_unit_test(a_wanted_client_certificate_is_seen_in_both_versions),
        cmocka_unit_test(each_way_of_not_getting_there_is_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
