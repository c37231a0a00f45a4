/* tests/relay/record_test.c - every way in which a site fails: what the record says of its leg, and
 * what the client gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

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
        cmocka_unit_test(a_site_that_never_answers_is_given_up_at_the_deadline),
        cmocka_unit_test(a_wanted_client_certificate_is_seen_in_both_versions),
        cmocka_unit_test(each_way_of_not_getting_there_is_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
