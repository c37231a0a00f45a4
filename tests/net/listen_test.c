#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "addr.h"
#include "base/log.h"
#include "listen.h"
#include "loopback.h"

struct host {
    struct bench bench;
    struct listener *listener;
    int accepted, wanted;
    uint16_t peer_port;
    bool blocks;
};

static void accepted(void *arg, int fd, const struct sockaddr *peer, unsigned peer_len)
{
    struct host *h = arg;

    assert_int_equal(peer_len, sizeof(struct sockaddr_in));
    h->peer_port = addr_port(peer);
    h->blocks = !(fcntl(fd, F_GETFL) & O_NONBLOCK);
    close(fd);
    if (++h->accepted == h->wanted)
        loop_stop(h->bench.loop);
}

static struct listener *start(struct host *h, uint16_t port, bool reuse, struct err *e)
{
    struct sockaddr_in at = loopback_at(port);

    return listen_start(h->bench.loop, (struct sockaddr *)&at, sizeof at, reuse, accepted, h, e);
}

static uint16_t port_of(const struct listener *l)
{
    struct sockaddr_storage at;

    listen_address(l, &at);
    return addr_port((struct sockaddr *)&at);
}

static void connections_come_with_their_peer(void **state)
{
    (void)state;
    struct host h = {.wanted = 1};
    struct err e;

    bench_init(&h.bench);
    h.listener = start(&h, 0, true, &e);
    assert_non_null(h.listener);
    int fd = loopback_connect(port_of(h.listener));
    bench_run(&h.bench);
    assert_int_equal(h.peer_port, loopback_port(fd));
    assert_false(h.blocks);
    close(fd);
    listen_stop(h.listener);
    bench_fini(&h.bench);
}

static void loops_of_one_process_share_a_port(void **state)
{
    (void)state;
    struct host a = {.wanted = 1}, b = {.wanted = 1};
    struct err e;

    bench_init(&a.bench);
    bench_init(&b.bench);
    a.listener = start(&a, 0, true, &e);
    b.listener = start(&b, port_of(a.listener), true, &e);
    assert_non_null(b.listener);
    assert_int_equal(port_of(a.listener), port_of(b.listener));
    listen_stop(a.listener);
    listen_stop(b.listener);
    bench_fini(&a.bench);
    bench_fini(&b.bench);
}

static void a_port_that_is_taken_is_named(void **state)
{
    (void)state;
    struct host h = {0};
    struct err e;
    char wanted[64];
    int taken = loopback_bind(SOCK_STREAM, 0, 1);

    bench_init(&h.bench);
    assert_null(start(&h, loopback_port(taken), false, &e));
    snprintf(wanted, sizeof wanted, "cannot listen on 127.0.0.1:%u: in use", loopback_port(taken));
    assert_memory_equal(e.text, wanted, strlen(wanted));
    close(taken);
    bench_fini(&h.bench);
}

/* SO_REUSEPORT would share it silently. */
static void a_port_of_another_process_is_not_shared(void **state)
{
    (void)state;
    struct host h = {0};
    struct err e;
    int told[2], until[2], on = 1;
    uint16_t port = 0;

    assert_int_equal(pipe(told), 0);
    assert_int_equal(pipe(until), 0);
    pid_t child = fork();
    if (child == 0) {
        struct sockaddr_in at = loopback_at(0);
        int fd = socket(AF_INET, SOCK_STREAM, 0);

        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
        if (bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 1) == 0) {
            socklen_t len = sizeof at;

            getsockname(fd, (struct sockaddr *)&at, &len);
            port = ntohs(at.sin_port);
        }
        close(until[1]);
        if (write(told[1], &port, sizeof port) == sizeof port)
            (void)!read(until[0], &on, 1); /* until the test ends */
        _exit(0);
    }
    assert_int_equal(read(told[0], &port, sizeof port), sizeof port);
    bench_init(&h.bench);
    assert_null(start(&h, port, true, &e));
    char wanted[64];
    snprintf(wanted, sizeof wanted, "(process %d)", child);
    assert_non_null(strstr(e.text, wanted));
    close(until[1]);
    waitpid(child, NULL, 0);
    for (int i = 0; i < 2; i++)
        close(told[i]);
    close(until[0]);
    bench_fini(&h.bench);
}

static void an_address_that_is_not_ours_is_an_error(void **state)
{
    (void)state;
    struct host h = {0};
    struct sockaddr_storage at;
    struct err e;

    bench_init(&h.bench);
    assert_true(addr_parse("192.0.2.7:0", -1, &at));
    assert_null(listen_start(h.bench.loop, (struct sockaddr *)&at, addr_len((struct sockaddr *)&at),
        true, accepted, &h, &e));
    assert_memory_equal(e.text, "cannot listen on 192.0.2.7:0: ", 30);
    bench_fini(&h.bench);
}

static void resume(void *arg)
{
    struct host *h = arg;

    assert_int_equal(h->accepted, 0);
    listen_resume(h->listener);
}

static void count_turns(void *arg)
{
    struct host *h = arg;

    h->wanted++; /* not counted down while paused */
    if (h->wanted < 50) {
        loop_post(h->bench.loop, count_turns, h);
        return;
    }
    h->wanted = 1;
    resume(h);
}

static void a_paused_listener_leaves_them_waiting(void **state)
{
    (void)state;
    struct host h = {.wanted = 1};
    struct err e;

    bench_init(&h.bench);
    h.listener = start(&h, 0, false, &e);
    listen_pause(h.listener);
    int fd = loopback_connect(port_of(h.listener));
    loop_post(h.bench.loop, count_turns, &h);
    bench_run(&h.bench);
    assert_int_equal(h.accepted, 1);
    close(fd);
    listen_stop(h.listener);
    bench_fini(&h.bench);
}

struct shortage {
    struct host host;
    struct rlimit before;
    int warnings;
};

static void warned(void *arg, enum log_level level, const char *line)
{
    struct shortage *s = arg;

    assert_int_equal(level, LOG_LEVEL_WARN);
    assert_non_null(strstr(line, "cannot accept"));
    /* Warned once, while it lasts; now let it get better. */
    if (++s->warnings == 1)
        setrlimit(RLIMIT_NOFILE, &s->before);
}

static void when_descriptors_run_out_accepting_starts_again(void **state)
{
    (void)state;
    struct shortage s = {.host = {.wanted = 1}};
    struct err e;

    bench_init(&s.host.bench);
    s.host.listener = start(&s.host, 0, false, &e);
    int fd = loopback_connect(port_of(s.host.listener));
    log_set_sink(warned, &s);
    getrlimit(RLIMIT_NOFILE, &s.before);
    setrlimit(
        RLIMIT_NOFILE, &(struct rlimit){.rlim_cur = (rlim_t)fd, .rlim_max = s.before.rlim_max});
    loop_run(s.host.bench.loop);
    setrlimit(RLIMIT_NOFILE, &s.before);
    log_set_sink(NULL, NULL);
    assert_false(s.host.bench.hung);
    assert_int_equal(s.warnings, 1);
    assert_int_equal(s.host.accepted, 1);
    close(fd);
    listen_stop(s.host.listener);
    bench_fini(&s.host.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections_come_with_their_peer),
        cmocka_unit_test(loops_of_one_process_share_a_port),
        cmocka_unit_test(a_port_that_is_taken_is_named),
        cmocka_unit_test(a_port_of_another_process_is_not_shared),
        cmocka_unit_test(an_address_that_is_not_ours_is_an_error),
        cmocka_unit_test(a_paused_listener_leaves_them_waiting),
        cmocka_unit_test(when_descriptors_run_out_accepting_starts_again),
    };

    return cmocka_run_group_tests_name("net/listen", tests, NULL, NULL);
}
