#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "loopback.h"
#include "port_owner_priv.h"

static void our_own_port_is_ours(void **state)
{
    (void)state;
    char name[PORT_OWNER_CAP];
    int fd = loopback_bind(SOCK_STREAM, 0, 1);
    uint16_t port = loopback_port(fd);

    assert_int_equal(port_owner(port, name), getpid());
    assert_memory_equal(name, "net_port_owner", 14); /* the kernel keeps 15 characters */
    close(fd);
    assert_int_equal(port_owner(port, name), 0);
}

static void a_port_that_only_is_bound_has_no_listener(void **state)
{
    (void)state;
    char name[PORT_OWNER_CAP];
    int fd = loopback_bind(SOCK_STREAM, 0, 0);

    assert_int_equal(port_owner(loopback_port(fd), name), 0);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_own_port_is_ours),
        cmocka_unit_test(a_port_that_only_is_bound_has_no_listener),
    };

    return cmocka_run_group_tests_name("net/port_owner", tests, NULL, NULL);
}
