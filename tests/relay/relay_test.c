/* tests/relay/relay_test.c - many at once, each ended once: at a stop, by a vanishing caller, in
 * the middle of anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow/flow.h"
#include "relay.h"
#include "support/far_site.h"
#include "support/phone.h"
#include "support/talk.h"

static void a_caller_may_vanish_at_any_point(void **state)
{
    enum { POINTS = 5 };

    (void)state;
    for (int point = 0; point < POINTS; point++) {
        struct talk *t = talk_new();
        struct caller *c = caller_new(t);

        talk_site(t, "shop.example", talk_good(t, "shop.example"));
        talk_holds_dials(t, point == 2);
        if (point > 0)
            caller_asks(c, "shop.example:443");
        if (point > 1)
            caller_shakes(c, talk_phone(t, "shop.example"));
        if (point > 3)
            caller_says(c, "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
        caller_resets(c);
        talk_holds_dials(t, false);
        talk_wait(t, 16000);
        assert_int_equal(talk_flows(t), 1);
        assert_int_equal(relays_open(talk_relays(t)), 0);
        talk_free(t);
    }
}

static void a_stop_lets_the_current_exchange_finish(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = caller_new(t), *idle = caller_new(t);

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    caller_says(c, "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    (void)idle;
    relays_drain(talk_relays(t));
    talk_run(t);
    assert_int_equal(talk_flows(t), 1); /* the idle one is gone */
    far_site_says(talk_far(t, 0), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    talk_run(t);
    assert_string_equal(caller_heard(c), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    caller_closes(c);
    talk_wait(t, 6000);
    assert_int_equal(relays_open(talk_relays(t)), 0);
    talk_free(t);
}

static void a_stop_waits_no_longer_than_its_bound(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = caller_new(t);

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    caller_says(c, "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    relays_drain(talk_relays(t));
    talk_wait(t, 5500);
    assert_int_equal(relays_open(talk_relays(t)), 0);
    assert_int_equal(talk_flows(t), 1);
    talk_free(t);
}

static void as_many_records_as_callers(void **state)
{
    enum { CALLERS = 20 };
    struct talk *t = talk_new();
    struct caller *callers[CALLERS];

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = caller_new(t);
        caller_asks(callers[i], "shop.example:443");
        caller_shakes(callers[i], talk_phone(t, "shop.example"));
    }
    assert_int_equal(relays_open(talk_relays(t)), CALLERS);
    for (int i = 0; i < CALLERS; i++)
        caller_resets(callers[i]);
    talk_wait(t, 8000);
    assert_int_equal(talk_flows(t), CALLERS);
    talk_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_caller_may_vanish_at_any_point),
        cmocka_unit_test(a_stop_lets_the_current_exchange_finish),
        cmocka_unit_test(a_stop_waits_no_longer_than_its_bound),
        cmocka_unit_test(as_many_records_as_callers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
