/* What needs no firewall; tests/e2e/test_transparent.py has one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "loopback.h"
#include "transparent.h"

static void a_client_that_came_straight_to_us_was_going_to_us(void **state)
{
    static const enum transparent ways[] = {TRANSPARENT_REDIRECT, TRANSPARENT_TPROXY};

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        int listening = loopback_bind(SOCK_STREAM, 0, 1);
        uint16_t port = loopback_port(listening);
        int client = loopback_connect(port), accepted = accept(listening, NULL, NULL);
        union addr to;
        struct err e = {0};
        char text[ADDR_TEXT_CAP];

        assert_true(accepted >= 0);
        if (!transparent_destination(accepted, ways[i], &to, &e))
            fail_msg("%s", e.text);
        assert_string_equal(addr_text(text, &to.any), "127.0.0.1");
        assert_int_equal(addr_port(&to.any), port);
        close(accepted);
        close(client);
        close(listening);
    }
}

static void what_is_no_connection_has_no_destination(void **state)
{
    union addr to;
    struct err e = {0};

    (void)state;
    assert_false(transparent_destination(-1, TRANSPARENT_REDIRECT, &to, &e));
    assert_true(e.text[0] != '\0');
    int socket_of_unix = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_false(transparent_destination(socket_of_unix, TRANSPARENT_REDIRECT, &to, &e));
    close(socket_of_unix);
}

static void redirect_asks_nothing_of_the_listening_socket(void **state)
{
    int listening = loopback_bind(SOCK_STREAM, 0, 1);
    struct err e = {0};

    (void)state;
    assert_true(transparent_arm(listening, TRANSPARENT_REDIRECT, &e));
    assert_true(transparent_arm(listening, TRANSPARENT_NONE, &e));
    close(listening);
}

/* As root it works, else it says what is missing. */
static void tproxy_wants_the_right_for_it(void **state)
{
    int listening = loopback_bind(SOCK_STREAM, 0, 1), is = 0;
    socklen_t len = sizeof is;
    struct err e = {0};

    (void)state;
    bool armed = transparent_arm(listening, TRANSPARENT_TPROXY, &e);
    assert_int_equal(getsockopt(listening, IPPROTO_IP, IP_TRANSPARENT, &is, &len), 0);
    assert_int_equal(is, armed);
    if (!armed)
        assert_non_null(strstr(e.text, "CAP_NET_ADMIN"));
    close(listening);
    assert_false(transparent_arm(-1, TRANSPARENT_TPROXY, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_that_came_straight_to_us_was_going_to_us),
        cmocka_unit_test(what_is_no_connection_has_no_destination),
        cmocka_unit_test(redirect_asks_nothing_of_the_listening_socket),
        cmocka_unit_test(tproxy_wants_the_right_for_it),
    };

    return cmocka_run_group_tests_name("net/transparent_linux", tests, NULL, NULL);
}
