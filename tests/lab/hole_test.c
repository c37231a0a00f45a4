#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hole.h"

static int knock(const struct hole *h)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (connect(fd, (const struct sockaddr *)&h->at, sizeof h->at) == 0)
        errno = 0;
    int failed = errno;
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    if (failed == EINPROGRESS && poll(&p, 1, 0) == 1) {
        socklen_t len = sizeof failed;
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &len);
    }
    close(fd);
    return failed;
}

static void a_refusing_hole_refuses(void **state)
{
    struct hole h;
    struct err e = {0};

    (void)state;
    hole_init(&h);
    assert_true(hole_open_refusing(&h, &e));
    for (int i = 0; i < 3; i++)
        assert_int_equal(knock(&h), ECONNREFUSED);
    hole_close(&h);
}

static void a_silent_hole_answers_no_syn(void **state)
{
    struct hole h;
    struct err e = {0};

    (void)state;
    hole_init(&h);
    assert_true(hole_open_silent(&h, &e));
    assert_true(h.n_fill < HOLE_FILL_MOST);
    for (int i = 0; i < 20; i++)
        assert_int_equal(knock(&h), EINPROGRESS);
    hole_close(&h);
    assert_int_equal(knock(&h), ECONNREFUSED);
}

static void a_hole_that_was_never_open_can_be_closed(void **state)
{
    struct hole h;

    (void)state;
    hole_init(&h);
    hole_close(&h);
    hole_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusing_hole_refuses),
        cmocka_unit_test(a_silent_hole_answers_no_syn),
        cmocka_unit_test(a_hole_that_was_never_open_can_be_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
