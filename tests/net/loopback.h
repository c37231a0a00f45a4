/* tests/net/loopback.h - a loop with a guard, and sockets on 127.0.0.1. Nothing here waits by
 * sleeping: the loop runs until a callback stops it; the guard only turns a hang into a failure. */
#ifndef WHYTLS_TEST_NET_LOOPBACK_H
#define WHYTLS_TEST_NET_LOOPBACK_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "loop.h"

struct bench {
    struct loop *loop;
    struct loop_timer *guard;
    bool hung;
};

static inline void bench_hung(void *arg)
{
    struct bench *b = arg;

    b->hung = true;
    loop_stop(b->loop);
}

static inline void bench_init_clock(struct bench *b, const struct clock *clock)
{
    struct err e;

    *b = (struct bench){.loop = loop_new(clock, &e)};
    assert_non_null(b->loop);
    b->guard = loop_every(b->loop, 20000, bench_hung, b);
}

static inline void bench_init(struct bench *b)
{
    bench_init_clock(b, clock_system());
}

static inline void bench_fini(struct bench *b)
{
    loop_timer_free(b->guard);
    loop_free(b->loop);
}

/* A loop ends for good when it was stopped: one run a bench. */
static inline void bench_run(struct bench *b)
{
    loop_run(b->loop);
    assert_false(b->hung);
}

static inline struct sockaddr_in loopback_at(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static inline uint16_t loopback_port(int fd)
{
    struct sockaddr_in at;
    socklen_t len = sizeof at;

    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    return ntohs(at.sin_port);
}

/* A bound socket; it listens when backlog is above 0. */
static inline int loopback_bind(int type, uint16_t port, int backlog)
{
    struct sockaddr_in at = loopback_at(port);
    int fd = socket(AF_INET, type, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    if (backlog > 0)
        assert_int_equal(listen(fd, backlog), 0);
    return fd;
}

static inline int loopback_connect(uint16_t port)
{
    struct sockaddr_in at = loopback_at(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

/* Two ends of one TCP connection; ours does not block. */
static inline void loopback_pair(int *ours, int *theirs)
{
    int listening = loopback_bind(SOCK_STREAM, 0, 1);

    *theirs = loopback_connect(loopback_port(listening));
    *ours = accept(listening, NULL, NULL);
    assert_true(*ours >= 0);
    assert_int_equal(fcntl(*ours, F_SETFL, O_NONBLOCK), 0);
    close(listening);
}

static inline void loopback_reset(int fd)
{
    struct linger none = {.l_onoff = 1};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    close(fd);
}

#endif
