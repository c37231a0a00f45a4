#include "loop.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/mem.h"
#include "loop_priv.h"

struct letter {
    struct letter *next;
    void (*call)(void *arg);
    void *arg;
};

struct loop {
    struct event_base *base;
    const struct clock *clock; /* borrowed */
    struct event *woken;
    int wake[2]; /* a pipe, so that kqueue serves as well as epoll */
    struct loop_orphan *orphans;
    pthread_mutex_t lock; /* of the three below */
    struct letter *first, **last;
    bool stopped;
    uint8_t scratch[LOOP_SCRATCH];
};

struct loop_timer {
    struct event *event;
    void (*call)(void *arg);
    void *arg;
};

struct loop_watch {
    struct event *event;
    void (*call)(void *arg);
    void *arg;
};

static void run_letters(evutil_socket_t fd, short what, void *arg)
{
    struct loop *l = arg;
    char bytes[64];

    (void)what;
    while (read(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes) {
    }
    pthread_mutex_lock(&l->lock);
    struct letter *one = l->first;
    bool stopped = l->stopped;
    l->first = NULL;
    l->last = &l->first;
    pthread_mutex_unlock(&l->lock);
    while (one) {
        struct letter *next = one->next;

        one->call(one->arg);
        mem_free(one);
        one = next;
    }
    if (stopped)
        event_base_loopbreak(l->base);
}

static bool open_wake(struct loop *l, struct err *e)
{
    if (pipe(l->wake) != 0)
        return err_sys(e, "cannot make a pipe");
    for (int i = 0; i < 2; i++) {
        evutil_make_socket_nonblocking(l->wake[i]);
        evutil_make_socket_closeonexec(l->wake[i]);
    }
    return true;
}

struct loop *loop_new(const struct clock *clock, struct err *e)
{
    struct loop *l = mem_new(sizeof *l);
    struct event_config *config = event_config_new();

    signal(SIGPIPE,
        SIG_IGN); /* libevent#1057: writing to a peer that left must be an error, not the end */
    l->clock = clock;
    l->wake[0] = l->wake[1] = -1;
    l->last = &l->first;
    pthread_mutex_init(&l->lock, NULL);
    if (config) {
        event_config_set_flag(
            config, EVENT_BASE_FLAG_NOLOCK); /* one thread; others only write to the wake pipe */
        l->base = event_base_new_with_config(config);
        event_config_free(config);
    }
    if (!l->base) {
        err_set(e, ERR_SYSTEM, "cannot make an event loop");
        loop_free(l);
        return NULL;
    }
    if (!open_wake(l, e)) {
        loop_free(l);
        return NULL;
    }
    l->woken = event_new(l->base, l->wake[0], EV_READ | EV_PERSIST, run_letters, l);
    if (!l->woken || event_add(l->woken, NULL) != 0) {
        err_set(e, ERR_SYSTEM, "cannot watch a pipe");
        loop_free(l);
        return NULL;
    }
    return l;
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    while (l->orphans)
        l->orphans->drop(l->orphans);
    while (l->first) {
        struct letter *next = l->first->next;

        mem_free(l->first);
        l->first = next;
    }
    if (l->woken)
        event_free(l->woken);
    for (int i = 0; i < 2; i++)
        if (l->wake[i] >= 0)
            close(l->wake[i]);
    if (l->base)
        event_base_free(l->base);
    pthread_mutex_destroy(&l->lock);
    mem_free(l);
}

void loop_run(struct loop *l)
{
    event_base_loop(l->base, EVLOOP_NO_EXIT_ON_EMPTY);
}

static void wake(struct loop *l)
{
    ssize_t n;

    do /* a full pipe wakes as well */
        n = write(l->wake[1], "", 1);
    while (n < 0 && errno == EINTR);
}

void loop_stop(struct loop *l)
{
    pthread_mutex_lock(&l->lock);
    l->stopped = true;
    pthread_mutex_unlock(&l->lock);
    wake(l);
}

const struct clock *loop_clock(const struct loop *l)
{
    return l->clock;
}

bool loop_post(struct loop *l, void (*call)(void *arg), void *arg)
{
    struct letter *one = mem_new(sizeof *one);

    one->call = call;
    one->arg = arg;
    pthread_mutex_lock(&l->lock);
    bool stopped = l->stopped, first = !l->first;
    if (!stopped) {
        *l->last = one;
        l->last = &one->next;
    }
    pthread_mutex_unlock(&l->lock);
    if (stopped) {
        mem_free(one);
        return false;
    }
    if (first)
        wake(l);
    return true;
}

static void timer_fired(evutil_socket_t fd, short what, void *arg)
{
    struct loop_timer *t = arg;

    (void)fd;
    (void)what;
    t->call(t->arg);
}

struct loop_timer *loop_every(struct loop *l, int64_t ms, void (*call)(void *arg), void *arg)
{
    struct loop_timer *t = mem_new(sizeof *t);
    struct timeval every = {
        .tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000)};

    t->call = call;
    t->arg = arg;
    t->event = event_new(l->base, -1, EV_PERSIST, timer_fired, t);
    if (t->event)
        event_add(t->event, &every);
    return t;
}

void loop_timer_free(struct loop_timer *t)
{
    if (!t)
        return;
    if (t->event)
        event_free(t->event);
    mem_free(t);
}

static void watch_fired(evutil_socket_t fd, short what, void *arg)
{
    struct loop_watch *w = arg;

    (void)fd;
    (void)what;
    w->call(w->arg);
}

struct loop_watch *loop_watch_fd(struct loop *l, int fd, void (*call)(void *arg), void *arg)
{
    struct loop_watch *w = mem_new(sizeof *w);

    w->call = call;
    w->arg = arg;
    w->event = event_new(l->base, fd, EV_READ | EV_PERSIST, watch_fired, w);
    if (w->event)
        event_add(w->event, NULL);
    return w;
}

void loop_watch_free(struct loop_watch *w)
{
    if (!w)
        return;
    if (w->event)
        event_free(w->event);
    mem_free(w);
}

struct event_base *loop_base(const struct loop *l)
{
    return l->base;
}

uint8_t *loop_scratch(struct loop *l)
{
    return l->scratch;
}

void loop_orphan_add(struct loop *l, struct loop_orphan *orphan)
{
    orphan->next = l->orphans;
    orphan->link = &l->orphans;
    if (orphan->next)
        orphan->next->link = &orphan->next;
    l->orphans = orphan;
}

void loop_orphan_remove(struct loop_orphan *orphan)
{
    *orphan->link = orphan->next;
    if (orphan->next)
        orphan->next->link = orphan->link;
}

int64_t loop_now_ms(const struct loop *l)
{
    return clock_steady_ms(l->clock);
}
