/* Conversations: how a connection begins, up to the decision. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "relay/relay.h"
#include "support/talk.h"

static const char get[] = "GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n";
static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

static void a_request_crosses_and_is_recorded(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    struct caller *c = caller_new(t);
    caller_asks(c, "shop.example:443");
    assert_int_equal(talk_dials(t), 0);
    caller_shakes(c, talk_phone(t, "shop.example"));
    assert_int_equal(talk_dials(t), 1);
    assert_string_equal(talk_dialled(t, 0), "shop.example:443");
    assert_true(phone_is_open(caller_phone(c)));
    caller_says(c, get);
    assert_string_equal(far_site_heard(talk_far(t, 0)), get);
    assert_string_equal(far_site_sni(talk_far(t, 0)), "shop.example");
    far_site_says(talk_far(t, 0), ok);
    talk_run(t);
    assert_string_equal(caller_heard(c), ok);
    assert_string_equal(talk_moments(t), "hello judged request response");
    caller_closes(c);
    assert_int_equal(talk_flows(t), 1);
    assert_string_equal(talk_moments(t), "finish");
    const struct flow *f = talk_flow(t, 0);
    assert_string_equal(f->target->host, "shop.example");
    assert_string_equal(f->server_leg->verdict->verdict, "accept");
    assert_string_equal(f->decision->answer, "relay");
    assert_int_equal(f->n_exchanges, 1);
    assert_int_equal(f->exchanges[0].status, 200);
    assert_string_equal(f->exchanges[0].url, "https://shop.example/a");
    assert_string_equal(f->client_leg->ended, "fin");
    assert_null(f->client_leg->symptom);
    talk_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_crosses_and_is_recorded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
