/* Conversations: sites that refuse us before they show anything, and are asked a second time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "relay/relay.h"
#include "support/talk.h"

static struct caller *begin(struct talk *t)
{
    struct caller *c = caller_new(t);

    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    return c;
}

static void end(struct talk *t, struct caller *c)
{
    assert_true(phone_is_open(caller_phone(c)));
    caller_says(c, "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    assert_true(strncmp(caller_heard(c), "HTTP/1.1 502 ", 13) == 0);
    caller_closes(c);
    assert_int_equal(relays_open(talk_relays(t)), 0);
}

static void what_the_site_takes_then_is_a_fact(void **state)
{
    static const struct {
        struct far_site_config how;
        const char *retry, *found; /* NULL: none was made; nothing was found */
        size_t dials;
    } cases[] = {
        {{.max_version = 0x0303, .ciphers = "ECDHE-ECDSA-CAMELLIA128-SHA256"}, "cipher",
            "TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256", 2},
        {{.manner = FAR_CLOSES}, "nothing", NULL, 3},
        {{.manner = FAR_RESETS}, "nothing", NULL, 3},
        {{.manner = FAR_PLAIN_TEXT_TO_TLS}, NULL, NULL, 1},
        {{.manner = FAR_GARBAGE}, NULL, NULL, 1},
        {{.manner = FAR_ALERT_NAME}, NULL, NULL, 1},
        {{.demands_certificate = true, .max_version = 0x0303}, NULL, NULL, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct talk *t = talk_new_that_retries();
        struct far_site_config how = cases[i].how;

        print_message("case %zu\n", i);
        how.chain[0] = talk_good(t, "shop.example")->chain[0];
        talk_site(t, "shop.example", &how);
        struct caller *c = begin(t);
        end(t, c);
        const struct flow_server_leg *leg = talk_flow(t, 0)->server_leg;
        assert_int_equal(talk_dials(t), cases[i].dials);
        assert_true(!leg->retry == !cases[i].retry);
        if (cases[i].retry)
            assert_string_equal(leg->retry, cases[i].retry);
        assert_true(!leg->retry_found == !cases[i].found);
        if (cases[i].found)
            assert_string_equal(leg->retry_found, cases[i].found);
        talk_free(t);
    }
}

static void a_certificate_for_other_names_is_compared_with_what_others_get(void **state)
{
    struct talk *t = talk_new_that_retries();

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "hosting.test"));
    struct caller *c = begin(t);
    end(t, c);
    const struct flow *f = talk_flow(t, 0);
    assert_int_equal(talk_dials(t), 2);
    assert_string_equal(f->server_leg->other_name, "same");
    assert_string_equal(f->diagnosis[0].cause, "sni-default-cert");
    talk_free(t);
}

static void a_site_that_stays_silent_is_told_as_before(void **state)
{
    struct talk *t = talk_new_that_retries();

    (void)state;
    talk_site(t, "shop.example", &(struct far_site_config){.manner = FAR_CLOSES});
    struct caller *c = caller_new(t);
    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    end(t, c);
    assert_string_equal(talk_flow(t, 0)->diagnosis[0].cause, "server-abort-silent");
    talk_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_site_takes_then_is_a_fact),
        cmocka_unit_test(a_certificate_for_other_names_is_compared_with_what_others_get),
        cmocka_unit_test(a_site_that_stays_silent_is_told_as_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
