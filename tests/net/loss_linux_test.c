/* On the loopback nothing goes missing; tests/e2e/test_mtu.py has a way on which it does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "loopback.h"
#include "loss_priv.h"

static void a_site_that_keeps_silent_has_lost_nothing(void **state)
{
    int listening = loopback_bind(SOCK_STREAM, 0, 1);
    int client = loopback_connect(loopback_port(listening));

    (void)state;
    assert_int_equal(send(client, "hello", 5, 0), 5);
    assert_int_equal(socket_loss(client), PIPE_LOSS_NONE);
    close(client);
    close(listening);
}

static void what_is_no_connection_loses_nothing(void **state)
{
    int other = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)state;
    assert_int_equal(socket_loss(-1), PIPE_LOSS_NONE);
    assert_int_equal(socket_loss(other), PIPE_LOSS_NONE);
    close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_site_that_keeps_silent_has_lost_nothing),
        cmocka_unit_test(what_is_no_connection_loses_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
