/* tests/relay/fail_test.c - every way in which a phone refuses our leaf, in both versions: the
 * symptom, the end, the history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "flow/flow.h"
#include "support/far_site.h"
#include "support/phone.h"
#include "support/talk.h"

struct refusal {
    enum phone_refusal how;
    const char *symptom, *ended;
    int alert; /* as recorded; 0: none */
};

static const struct refusal refusals[] = {
    {REFUSE_BY_ALERT_BEFORE, "alert-after-certificate", "alert", 46},
    {REFUSE_BY_FIN_BEFORE, "close-after-certificate", "fin", 0},
    {REFUSE_BY_RST_BEFORE, "close-after-certificate", "rst", 0},
    {REFUSE_BY_ALERT_AFTER, "alert-after-finish", "alert", 46},
    {REFUSE_BY_FIN_AFTER, "close-after-finish-unused", "fin", 0},
    {REFUSE_BY_RST_AFTER, "close-after-finish-unused", "rst", 0},
    {REFUSE_BY_CLOSE_NOTIFY_AFTER, "close-after-finish-unused", "clean", 0},
};

static const struct flow *refuse(struct talk *t, const struct refusal *by, const char *version)
{
    struct phone_config phone = *talk_phone(t, "shop.example");

    phone.root_pem = NULL;
    phone.refusal = by->how;
    phone.versions = version;
    struct caller *c = caller_new(t);
    caller_asks(c, "shop.example:443");
    caller_shakes(c, &phone);
    talk_wait(t, 2500); /* one that closed unused is held for 2 s */
    assert_true(talk_flows(t) > 0);
    return talk_flow(t, talk_flows(t) - 1);
}

static void assert_refusal(const struct flow *f, const struct refusal *by)
{
    assert_string_equal(f->client_leg->symptom, by->symptom);
    assert_string_equal(f->client_leg->ended, by->ended);
    assert_string_equal(f->server_leg->verdict->verdict, "accept");
    assert_string_equal(
        f->client_leg->verdict->verdict, "accept"); /* our own leaf is beyond reproach */
    if (!by->alert) {
        assert_null(f->client_leg->alert);
        return;
    }
    assert_int_equal(f->client_leg->alert->number, by->alert);
    assert_string_equal(f->client_leg->alert->from, "client");
}

static void each_refusal_has_its_symptom_and_counts(void **state)
{
    static const char *const versions[] = {"1.2", "1.3"};

    (void)state;
    for (size_t v = 0; v < 2; v++) {
        for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
            struct talk *t = talk_new();

            talk_site(t, "shop.example", talk_good(t, "shop.example"));
            const struct flow *f = refuse(t, &refusals[i], versions[v]);
            assert_refusal(f, &refusals[i]);
            assert_int_equal(f->history->device->refused, 1);
            assert_int_equal(f->history->host->streak, 1);
            assert_string_equal(talk_moments(t), "device_seen hello judged tls_failed finish");
            talk_free(t);
        }
    }
}

static bool names(const struct flow *f, const char *cause)
{
    for (size_t i = 0; i < f->n_diagnosis && i < 2; i++)
        if (strcmp(f->diagnosis[i].cause, cause) == 0)
            return true;
    return false;
}

static void a_phone_without_our_root_is_told_so_whatever_way_it_refuses(void **state)
{
    static const char *const versions[] = {"1.2", "1.3"};

    (void)state;
    for (size_t v = 0; v < 2; v++) {
        for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
            struct talk *t = talk_new_with_rules();

            talk_site(t, "shop.example", talk_good(t, "shop.example"));
            const struct flow *f = refuse(t, &refusals[i], versions[v]);
            assert_true(names(f, "root-not-installed") || names(f, "root-not-fully-trusted"));
            for (size_t k = 0; k < f->n_diagnosis; k++)
                assert_string_not_equal(f->diagnosis[k].confidence, "certain");
            talk_free(t);
        }
    }
}

static void use(struct talk *t, const char *host)
{
    char authority[80], request[120];
    struct caller *c = caller_new(t);
    size_t before = talk_dials(t);

    talk_site(t, host, talk_good(t, host));
    snprintf(authority, sizeof authority, "%s:443", host);
    snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", host);
    caller_asks(c, authority);
    caller_shakes(c, talk_phone(t, host));
    caller_says(c, request);
    far_site_says(talk_far(t, before), "HTTP/1.1 204 No Content\r\n\r\n");
    talk_run(t);
    caller_closes(c);
}

static void one_that_refuses_a_single_host_seems_to_pin(void **state)
{
    struct talk *t = talk_new_with_rules();

    (void)state;
    use(t, "one.example");
    use(t, "two.example");
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    const struct flow *f = refuse(t, &refusals[0], "1.3");
    assert_true(f->n_diagnosis > 0);
    assert_string_equal(f->diagnosis[0].cause, "app-pinning");
    assert_string_not_equal(f->diagnosis[0].confidence, "certain");
    talk_free(t);
}

static void a_pinned_key_is_a_refusal_for_a_phone_that_trusts_the_root(void **state)
{
    static const uint8_t other[32] = {1};
    struct talk *t = talk_new();
    struct phone_config phone = *talk_phone(t, "shop.example");

    (void)state;
    phone.pin = other;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    struct caller *c = caller_new(t);
    caller_asks(c, "shop.example:443");
    caller_shakes(c, &phone);
    talk_run(t);
    assert_string_equal(talk_flow(t, 0)->client_leg->symptom, "alert-after-certificate");
    talk_free(t);
}

static void a_clock_that_is_far_ahead_is_a_refusal_too(void **state)
{
    struct talk *t = talk_new_with_rules();
    struct phone_config phone = *talk_phone(t, "shop.example");

    (void)state;
    phone.clock_s += 400 * 86400;
    phone.alert = 45;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    struct caller *c = caller_new(t);
    caller_asks(c, "shop.example:443");
    caller_shakes(c, &phone);
    talk_run(t);
    assert_true(names(talk_flow(t, 0), "device-clock-wrong"));
    talk_free(t);
}

static void a_spare_connection_beside_a_success_is_no_fault(void **state)
{
    struct talk *t = talk_new_with_rules();
    struct phone_config phone;

    (void)state;
    use(t, "shop.example");
    phone = *talk_phone(t, "shop.example");
    phone.spare = true;
    struct caller *c = caller_new(t);
    caller_asks(c, "shop.example:443");
    caller_shakes(c, &phone);
    talk_wait(t, 300);
    const struct flow *f = talk_flow(t, 1);
    assert_string_equal(f->client_leg->symptom, "close-after-finish-unused");
    assert_int_equal(f->history->host->refused, 0);
    for (size_t i = 0; i < f->n_diagnosis; i++)
        assert_string_equal(f->diagnosis[i].cause, "preconnect-unused");
    talk_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_refusal_has_its_symptom_and_counts),
        cmocka_unit_test(a_phone_without_our_root_is_told_so_whatever_way_it_refuses),
        cmocka_unit_test(one_that_refuses_a_single_host_seems_to_pin),
        cmocka_unit_test(a_pinned_key_is_a_refusal_for_a_phone_that_trusts_the_root),
        cmocka_unit_test(a_clock_that_is_far_ahead_is_a_refusal_too),
        cmocka_unit_test(a_spare_connection_beside_a_success_is_no_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
