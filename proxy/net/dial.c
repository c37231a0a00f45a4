#include "dial.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "addr.h"
#include "base/mem.h"
#include "loop_priv.h"
#include "pipe_socket.h"
#include "resolve.h"

enum {
    CONNECT_MS = 10000,
    STAGGER_MS = 250, /* RFC 8305 §5: Connection Attempt Delay */
};

enum { HTTPS_PORT = 443 };

struct attempt {
    struct dial *dial;
    struct event event;    /* writable: connected, or failed */
    int fd;                /* -1: over */
    size_t at;             /* into candidates */
    enum dial_error error; /* DIAL_OK: none yet */
};

struct dial {
    struct dial *next, **link;
    struct sockets_dialer *dialer;
    struct resolve *lookup; /* while names are asked for */
    struct event stagger, deadline, failing;
    union addr candidates[DIAL_ADDRESSES_MOST];
    size_t n_candidates, n_begun, n_open;
    struct attempt attempts[DIAL_ADDRESSES_MOST];
    char *host; /* owned */
    uint16_t port;
    bool from_loopback, vetoed;
    int64_t began_ms;
    struct dial_result result;
    void (*done)(void *arg, struct dial_result *result);
    void *arg;
};

struct sockets_dialer {
    struct dialer base;
    struct loop *loop;         /* borrowed */
    struct resolver *resolver; /* borrowed */
    struct resolver *other;    /* owned: of config.name_servers_of; NULL: nobody wanted it yet */
    struct dial_config config;
    struct dial *dials;
};

static void note_error(struct dial *d, struct attempt *a, enum dial_error error)
{
    a->error = error;
    if (dial_error_weight(error) > dial_error_weight(d->result.error))
        d->result.error = error;
}

static void attempt_close(struct attempt *a)
{
    if (a->fd < 0)
        return;
    event_del(&a->event);
    close(a->fd);
    a->fd = -1;
    a->dial->n_open--;
}

/* Everything is let go but the result. */
static void dial_free(struct dial *d)
{
    *d->link = d->next;
    if (d->next)
        d->next->link = d->link;
    if (d->lookup)
        resolve_cancel(d->lookup);
    event_del(&d->stagger);
    event_del(&d->deadline);
    event_del(&d->failing);
    for (size_t i = 0; i < d->n_begun; i++)
        attempt_close(&d->attempts[i]);
    mem_free(d->host);
    mem_free(d);
}

/* Hosts that the configuration answers for were not looked up, and records stand for the usual port
 * (RFC 9460 §9.1). */
static void add_hints(struct dial *d, struct dial_result *result)
{
    const struct site_hints *hints =
        d->port == HTTPS_PORT ? resolver_hints(d->dialer->resolver, d->host) : NULL;

    result->has_hints = hints != NULL;
    if (hints)
        result->hints = *hints;
}

/* `d` is gone afterwards; called from the loop only. */
static void dial_end(struct dial *d, enum dial_error error, struct pipe *pipe)
{
    struct dial_result result = d->result;
    void (*done)(void *arg, struct dial_result *result) = d->done;
    void *arg = d->arg;

    result.error = error;
    result.pipe = pipe;
    add_hints(d, &result);
    result.ms = loop_now_ms(d->dialer->loop) - d->began_ms;
    dial_free(d);
    done(arg, &result);
}

/* Ends from the loop, with the error noted so far: we may be inside the caller's start(). */
static void dial_fail_soon(struct dial *d, enum dial_error error)
{
    d->result.error = error;
    event_active(&d->failing, EV_TIMEOUT, 1);
}

static void failed(evutil_socket_t fd, short what, void *arg)
{
    struct dial *d = arg;

    (void)fd;
    (void)what;
    dial_end(d, d->result.error, NULL);
}

static void attempt_done(evutil_socket_t fd, short what, void *arg);

static void tell_begun(const struct dial *d, int fd)
{
    const struct dial_config *config = &d->dialer->config;
    union addr from = {0};
    socklen_t len = sizeof from;

    if (config->begun && getsockname(fd, &from.any, &len) == 0)
        config->begun(config->arg, &from.any);
}

static void turn(const struct dial *d, union addr *address)
{
    const struct dial_config *config = &d->dialer->config;
    struct sockaddr_storage to = {.ss_family = AF_UNSPEC};

    if (config->turn)
        config->turn(config->arg, &address->any, &to);
    if (to.ss_family != AF_UNSPEC)
        memcpy(address, &to, sizeof *address);
}

/* False: it failed at once. */
static bool attempt_begin(struct dial *d, size_t at)
{
    const union addr *to = &d->candidates[at];
    struct attempt *a = &d->attempts[d->n_begun++];

    *a = (struct attempt){.dial = d, .fd = -1, .at = at};
    addr_text(d->result.tried[d->result.n_tried++], &to->any);
    union addr turned = *to;
    turn(d, &turned);
    int fd = socket(turned.any.sa_family, SOCK_STREAM, 0);
    if (fd < 0) {
        note_error(d, a, dial_error_of_errno(errno));
        return false;
    }
    evutil_make_socket_nonblocking(fd);
    evutil_make_socket_closeonexec(fd);
    if (connect(fd, &turned.any, addr_len(&turned.any)) != 0 && errno != EINPROGRESS) {
        note_error(d, a, dial_error_of_errno(errno));
        close(fd);
        return false;
    }
    tell_begun(d, fd);
    a->fd = fd;
    d->n_open++;
    event_assign(&a->event, loop_base(d->dialer->loop), fd, EV_WRITE, attempt_done, a);
    event_add(&a->event, NULL);
    return true;
}

static void next_attempt(struct dial *d)
{
    const struct timeval stagger = {.tv_usec = STAGGER_MS * 1000};

    while (d->n_begun < d->n_candidates) {
        if (!attempt_begin(d, d->n_begun))
            continue;
        if (d->n_begun < d->n_candidates)
            event_add(&d->stagger, &stagger);
        return;
    }
    if (d->n_open == 0)
        dial_fail_soon(d, d->result.error);
}

/* A machine without IPv6 is told at once that there is no way: that is not worth a word. */
static void note_dead_family(struct dial *d, int alive)
{
    enum dial_error worst = DIAL_OK;

    for (size_t i = 0; i < d->n_begun; i++) {
        const struct attempt *a = &d->attempts[i];
        enum dial_error error = a->error ? a->error : DIAL_TIMEOUT;

        if (d->candidates[a->at].any.sa_family != alive &&
            dial_error_weight(error) > dial_error_weight(worst))
            worst = error;
    }
    if (worst == DIAL_OK || worst == DIAL_UNREACHABLE)
        return;
    d->result.dead_family = alive == AF_INET ? "IPv6" : "IPv4";
    d->result.dead_family_error = worst;
}

static void attempt_done(evutil_socket_t fd, short what, void *arg)
{
    struct attempt *a = arg;
    struct dial *d = a->dial;
    int error = 0;
    socklen_t len = sizeof error;

    (void)what;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
        error = errno;
    if (error) {
        note_error(d, a, dial_error_of_errno(error));
        attempt_close(a);
        event_del(&d->stagger); /* RFC 8305 §5: no reason to wait any longer */
        next_attempt(d);
        return;
    }
    addr_text(d->result.address, &d->candidates[a->at].any);
    note_dead_family(d, d->candidates[a->at].any.sa_family);
    struct pipe *pipe = pipe_socket_new(d->dialer->loop, fd);
    a->fd = -1; /* the pipe's now */
    d->n_open--;
    dial_end(d, DIAL_OK, pipe);
}

static void stagger_over(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    next_attempt(arg);
}

static void too_late(evutil_socket_t fd, short what, void *arg)
{
    struct dial *d = arg;

    (void)fd;
    (void)what;
    if (dial_error_weight(DIAL_TIMEOUT) > dial_error_weight(d->result.error))
        d->result.error = DIAL_TIMEOUT;
    dial_end(d, d->result.error, NULL);
}

static void add_candidate(struct dial *d, const union addr *address, uint16_t port)
{
    const struct dial_config *config = &d->dialer->config;
    union addr to = *address;

    if (d->n_candidates == DIAL_ADDRESSES_MOST)
        return;
    if (port)
        addr_set_port(&to.any, port);
    if (config->may && !config->may(config->arg, &to.any, d->from_loopback))
        d->vetoed = true;
    else
        d->candidates[d->n_candidates++] = to;
}

static void begin(struct dial *d)
{
    const struct timeval most = {.tv_sec = (time_t)(d->dialer->config.connect_ms / 1000),
        .tv_usec = (suseconds_t)(d->dialer->config.connect_ms % 1000 * 1000)};

    if (d->n_candidates == 0) {
        dial_fail_soon(d, d->vetoed ? DIAL_FORBIDDEN : DIAL_NXDOMAIN);
        return;
    }
    event_add(&d->deadline, &most);
    next_attempt(d);
}

/* RFC 8305 §4: families take turns, IPv6 first. The answer has all of IPv6 before all of IPv4. */
static void add_in_turn(struct dial *d, const struct resolve_answer *answer)
{
    size_t v6 = 0, n_v6 = 0;

    while (n_v6 < answer->n && answer->addresses[n_v6].any.sa_family == AF_INET6)
        n_v6++;
    for (size_t v4 = n_v6; v6 < n_v6 || v4 < answer->n; v6++, v4++) {
        if (v6 < n_v6)
            add_candidate(d, &answer->addresses[v6], d->port);
        if (v4 < answer->n)
            add_candidate(d, &answer->addresses[v4], d->port);
    }
}

static void resolved(void *arg, const struct resolve_answer *answer)
{
    struct dial *d = arg;

    d->lookup = NULL;
    for (size_t i = 0; i < answer->n_aliases && i < DIAL_ALIASES_MOST; i++)
        snprintf(d->result.aliases[d->result.n_aliases++], sizeof d->result.aliases[0], "%s",
            answer->aliases[i]);
    d->result.dns = resolve_error_name(answer->error);
    if (answer->error != RESOLVE_OK) {
        dial_end(d, dial_error_of_lookup(answer->error), NULL);
        return;
    }
    add_in_turn(d, answer);
    begin(d);
}

/* True: the host was answered for, or forbidden, by the configuration. */
static bool begin_instead(struct dial *d, const char *host)
{
    const struct dial_config *config = &d->dialer->config;
    struct sockaddr_storage to = {0};
    unsigned to_len = 0;
    enum dial_error error = DIAL_OK;

    if (!config->instead ||
        !config->instead(config->arg, host, d->port, (struct sockaddr *)&to, &to_len, &error))
        return false;
    if (error != DIAL_OK) {
        dial_fail_soon(d, error);
        return true;
    }
    union addr address = {0};
    memcpy(&address, &to, to_len < sizeof address ? to_len : sizeof address);
    /* Whoever set this up may point at the loopback; only our own listeners stay out of reach. */
    d->from_loopback = true;
    add_candidate(d, &address, addr_port(&address.any) ? 0 : d->port);
    begin(d);
    return true;
}

/* The other resolver is made when the first name wants it; most dialers never have one. */
static void begin_lookup(struct dial *d, const char *host)
{
    struct sockets_dialer *dialer = d->dialer;
    const struct dial_config *config = &dialer->config;
    const char *servers =
        config->name_servers_of ? config->name_servers_of(config->arg, host) : NULL;
    struct resolver *resolver = dialer->resolver;

    if (servers) {
        const struct resolver_config names = {.servers = servers, .no_hosts = true};
        struct err e = {0};

        if (!dialer->other)
            dialer->other = resolver_new(dialer->loop, &names, &e);
        resolver = dialer->other;
    }
    if (resolver)
        d->lookup = resolve_start(resolver, host, resolved, d);
    else
        dial_fail_soon(d, DIAL_SERVFAIL);
}

static struct dial *sockets_start(struct dialer *base, const char *host, uint16_t port,
    bool from_loopback, void (*done)(void *arg, struct dial_result *result), void *arg)
{
    struct sockets_dialer *dialer = (struct sockets_dialer *)base;
    struct dial *d = mem_new(sizeof *d);

    *d = (struct dial){.dialer = dialer,
        .host = mem_text(host),
        .port = port,
        .from_loopback = from_loopback,
        .done = done,
        .arg = arg,
        .began_ms = loop_now_ms(dialer->loop),
        .next = dialer->dials,
        .link = &dialer->dials};
    if (d->next)
        d->next->link = &d->next;
    dialer->dials = d;
    evtimer_assign(&d->stagger, loop_base(dialer->loop), stagger_over, d);
    evtimer_assign(&d->deadline, loop_base(dialer->loop), too_late, d);
    evtimer_assign(&d->failing, loop_base(dialer->loop), failed, d);
    if (!begin_instead(d, host))
        begin_lookup(d, host);
    return d;
}

static bool sockets_answers(struct dialer *base, const char *host, uint16_t port)
{
    const struct dial_config *config = &((struct sockets_dialer *)base)->config;
    struct sockaddr_storage to = {0};
    unsigned to_len = 0;
    enum dial_error error = DIAL_OK;

    return config->instead &&
           config->instead(config->arg, host, port, (struct sockaddr *)&to, &to_len, &error);
}

static void sockets_cancel(struct dialer *base, struct dial *one)
{
    (void)base;
    dial_free(one);
}

struct dialer *dialer_sockets_new(
    struct loop *l, struct resolver *r, const struct dial_config *config)
{
    struct sockets_dialer *dialer = mem_new(sizeof *dialer);

    dialer->base = (struct dialer){
        .start = sockets_start, .cancel = sockets_cancel, .answers = sockets_answers};
    dialer->loop = l;
    dialer->resolver = r;
    if (config)
        dialer->config = *config;
    if (dialer->config.connect_ms <= 0)
        dialer->config.connect_ms = CONNECT_MS;
    return &dialer->base;
}

void dialer_sockets_free(struct dialer *base)
{
    struct sockets_dialer *dialer = (struct sockets_dialer *)base;

    if (!dialer)
        return;
    while (dialer->dials)
        dial_free(dialer->dials);
    resolver_free(dialer->other);
    mem_free(dialer);
}
