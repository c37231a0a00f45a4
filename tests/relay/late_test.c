/* tests/relay/late_test.c - a caller that does too little is let go at the deadline of its stage,
 * with a record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow/flow.h"
#include "support/far_site.h"
#include "support/phone.h"
#include "support/talk.h"

static void a_caller_that_sends_too_little_is_let_go(void **state)
{
    static const char *const beginnings[] = {
        "G", "GET http://shop.example/ HTTP/1.1\r\nX-", "\x16\x03\x01"};

    (void)state;
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        struct talk *t = talk_new();
        struct caller *c = caller_new(t);

        caller_sends(c, beginnings[i]);
        talk_wait(t, 9000);
        assert_int_equal(talk_flows(t), 0);
        talk_wait(t, 2500);
        assert_int_equal(talk_flows(t), 1);
        assert_true(flow_has_note(talk_flow(t, 0), "relay/slow-client"));
        talk_free(t);
    }
}

static void half_a_client_hello_is_waited_for_in_vain(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = caller_new(t);

    (void)state;
    caller_asks(c, "shop.example:443");
    caller_sends_n(c, "\x16\x03\x01\x02\x00\x01\x00\x01", 8);
    talk_wait(t, 10500);
    assert_int_equal(talk_flows(t), 1);
    assert_int_equal(talk_dials(t), 0);
    talk_free(t);
}

static void a_caller_that_says_nothing_after_connect_is_tunnelled(void **state)
{
    struct talk *t = talk_new();
    struct far_site_config plain = {.manner = FAR_PLAIN};
    struct caller *c = caller_new(t);

    (void)state;
    talk_site(t, "ssh.example", &plain);
    caller_asks(c, "ssh.example:22");
    assert_int_equal(talk_dials(t), 0);
    talk_wait(t, 2000);
    assert_int_equal(talk_dials(t), 1);
    far_site_says(talk_far(t, 0), "SSH-2.0-x\r\n");
    talk_run(t);
    assert_string_equal(caller_gets(c), "SSH-2.0-x\r\n");
    caller_closes(c);
    far_site_cuts(talk_far(t, 0));
    talk_wait(t, 6000);
    assert_string_equal(talk_flow(t, 0)->decision->action, "tunnel");
    talk_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_caller_that_sends_too_little_is_let_go),
        cmocka_unit_test(half_a_client_hello_is_waited_for_in_vain),
        cmocka_unit_test(a_caller_that_says_nothing_after_connect_is_tunnelled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
