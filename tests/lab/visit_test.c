#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/clock.h"
#include "base/mem.h"
#include "visit.h"

/* A house of one room; the visitor sits at the other end of a socket pair. */
struct world {
    struct clock clock;
    struct house house;
    int fd;
    char heard[8192];
    size_t n;
    bool over; /* the house has ended its direction */
};

static int world_make(void **state)
{
    struct world *w = mem_new(sizeof *w);

    clock_fake_init(&w->clock, 1795165200000);
    w->house = (struct house){.base = event_base_new(), .clock = &w->clock};
    w->fd = -1;
    *state = w;
    return w->house.base ? 0 : -1;
}

static int world_free(void **state)
{
    struct world *w = *state;

    visits_close(&w->house);
    event_base_free(w->house.base);
    if (w->fd >= 0)
        close(w->fd);
    mem_free(w);
    return 0;
}

static void arrive(struct world *w, const struct manner *m)
{
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
    w->fd = pair[1];
    visit_take(&w->house, m, pair[0]);
}

static void turn(struct world *w)
{
    for (int i = 0; i < 20; i++) {
        event_base_loop(w->house.base, EVLOOP_NONBLOCK);
        ssize_t n = recv(w->fd, w->heard + w->n, sizeof w->heard - 1 - w->n, 0);
        if (n > 0)
            w->n += (size_t)n;
        w->over |= n == 0;
    }
    w->heard[w->n] = '\0';
}

static void say(struct world *w, const void *bytes, size_t n)
{
    assert_int_equal(send(w->fd, bytes, n, MSG_NOSIGNAL), n);
    turn(w);
}

static const struct manner http = {.http = true};
static const char request[] = "GET / HTTP/1.1\r\nHost: good.lab.test\r\n\r\n";
static const char last_request[] =
    "GET / HTTP/1.1\r\nHost: good.lab.test\r\nConnection: close\r\n\r\n";

static void a_talk_goes_on_until_one_side_ends_it(void **state)
{
    struct world *w = *state;

    arrive(w, &http);
    say(w, request, sizeof request - 1);
    say(w, request, sizeof request - 1);
    assert_false(w->over);
    say(w, last_request, sizeof last_request - 1);
    assert_true(w->over);
    assert_int_equal(w->house.n_visits, 1); /* until we close, too */
    shutdown(w->fd, SHUT_WR);
    turn(w);
    assert_int_equal(w->house.n_visits, 0);
}

static void a_client_that_ends_first_still_gets_its_answer(void **state)
{
    struct world *w = *state;

    arrive(w, &http);
    assert_int_equal(send(w->fd, request, sizeof request - 1, 0), sizeof request - 1);
    shutdown(w->fd, SHUT_WR);
    turn(w);
    assert_non_null(strstr(w->heard, "200 OK"));
    assert_true(w->over);
    assert_int_equal(w->house.n_visits, 0);
}

static void faults_wait_for_the_hello_and_then_do_their_worst(void **state)
{
    static const uint8_t hello[] = {22, 3, 1, 0, 4, 1, 0, 0, 0};
    static const struct {
        enum lab_way way;
        bool over, gone, speaks;
    } cases[] = {
        {WAY_RESET, true, true, false},
        {WAY_SILENT, true, false, false},
        {WAY_STALL, false, false, false},
        {WAY_PLAIN, true, false, true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(world_make(state), 0);
        struct world *w = *state;
        const struct manner m = {.way = cases[i].way};
        arrive(w, &m);
        if (cases[i].way != WAY_PLAIN) {
            say(w, hello, 5);
            assert_false(w->over);
            say(w, hello + 5, 4);
        } else {
            say(w, hello, sizeof hello);
        }
        assert_int_equal(w->over, cases[i].over);
        assert_int_equal(w->house.n_visits, cases[i].gone ? 0 : 1);
        assert_int_equal(w->n > 0, cases[i].speaks);
        shutdown(w->fd, SHUT_WR);
        turn(w);
        assert_int_equal(w->house.n_visits, 0);
        world_free(state);
    }
}

static void closing_the_house_ends_every_visit(void **state)
{
    struct world *w = *state;

    for (int i = 0; i < 3; i++) {
        if (w->fd >= 0)
            close(w->fd);
        arrive(w, &http);
    }
    assert_int_equal(w->house.n_visits, 3);
    visits_close(&w->house);
    assert_int_equal(w->house.n_visits, 0);
    turn(w);
    assert_true(w->over);
}

#define WORLD(name) cmocka_unit_test_setup_teardown(name, world_make, world_free)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD(a_talk_goes_on_until_one_side_ends_it),
        WORLD(a_client_that_ends_first_still_gets_its_answer),
        cmocka_unit_test(faults_wait_for_the_hello_and_then_do_their_worst),
        WORLD(closing_the_house_ends_every_visit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
