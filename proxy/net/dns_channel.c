#include "dns_channel.h"

#include <event2/event.h>
#include <event2/util.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/time.h>

#include "base/mem.h"
#include "loop_priv.h"
#include "wire/dns_message.h"

enum {
    SOCKETS_MOST = 64, /* of c-ares at a time: one UDP and one TCP socket per server */
    TRY_MS = 1500,
    TRIES = 3,
    MESSAGE_MOST = 1232, /* of UDP: what passes unbroken nearly everywhere (DNS flag day 2020) */
};

struct watched {
    struct event *event;
    ares_socket_t fd;
};

struct dns_channel {
    struct loop *loop; /* borrowed */
    ares_channel ares;
    struct watched watched[SOCKETS_MOST];
    struct event *timer; /* c-ares's own timeouts */
};

ares_channel dns_channel_ares(struct dns_channel *c)
{
    return c->ares;
}

void dns_channel_arm(struct dns_channel *c)
{
    struct timeval space, *next = ares_timeout(c->ares, NULL, &space);

    if (next)
        event_add(c->timer, next);
    else
        event_del(c->timer);
}

static void socket_ready(evutil_socket_t fd, short what, void *arg)
{
    struct dns_channel *c = arg;

    ares_process_fd(
        c->ares, what & EV_READ ? fd : ARES_SOCKET_BAD, what & EV_WRITE ? fd : ARES_SOCKET_BAD);
    dns_channel_arm(c);
}

static bool holds_something(ares_socket_t fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll(&p, 1, 0) == 1;
}

/* What lies in a socket came in time: a loop that was held up does not take it for silence. Each
 * call of c-ares looks at one socket and then at the clock, so one answer is heard in a turn. */
static void time_is_up(evutil_socket_t fd, short what, void *arg)
{
    struct dns_channel *c = arg;
    ares_socket_t ready = ARES_SOCKET_BAD;

    (void)fd;
    (void)what;
    for (size_t i = 0; i < SOCKETS_MOST && ready == ARES_SOCKET_BAD; i++)
        if (c->watched[i].event && holds_something(c->watched[i].fd))
            ready = c->watched[i].fd;
    ares_process_fd(c->ares, ready, ARES_SOCKET_BAD);
    dns_channel_arm(c);
}

static struct watched *watched_of(struct dns_channel *c, ares_socket_t fd)
{
    for (size_t i = 0; i < SOCKETS_MOST; i++)
        if (c->watched[i].event && c->watched[i].fd == fd)
            return &c->watched[i];
    return NULL;
}

static struct watched *watched_free(struct dns_channel *c)
{
    for (size_t i = 0; i < SOCKETS_MOST; i++)
        if (!c->watched[i].event)
            return &c->watched[i];
    return NULL;
}

static void socket_state(void *arg, ares_socket_t fd, int readable, int writable)
{
    struct dns_channel *c = arg;
    struct watched *w = watched_of(c, fd);

    if (w) {
        event_free(w->event);
        w->event = NULL;
    }
    if (!readable && !writable)
        return;
    w = w ? w : watched_free(c);
    if (!w)
        return; /* the lookup ends by its deadline */
    short what = (short)(EV_PERSIST | (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));
    w->fd = fd;
    w->event = event_new(loop_base(c->loop), fd, what, socket_ready, c);
    if (w->event)
        event_add(w->event, NULL);
}

static int library_status;

/* c-ares counts its users without a lock; one process-wide use is enough and is never given back.
 */
static void start_library(void)
{
    library_status = ares_library_init(ARES_LIB_INIT_ALL);
}

static int open_channel(struct dns_channel *c, const struct resolver_config *config, bool raw)
{
    char lookups[] = "fb"; /* files, then DNS */
    struct ares_options options = {
        .flags = raw ? ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS : 0,
        .ednspsz = MESSAGE_MOST,
        .timeout = config->try_ms ? config->try_ms : TRY_MS,
        .tries = raw ? 1 : TRIES,
        .lookups = config->no_hosts ? lookups + 1 : lookups,
        .sock_state_cb = socket_state,
        .sock_state_cb_data = c,
    };
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, start_library);
    if (library_status != ARES_SUCCESS)
        return library_status;
    int status = ares_init_options(&c->ares, &options,
        (raw ? ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ : 0) | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
            ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB);
    if (status == ARES_SUCCESS && config->servers)
        status = ares_set_servers_ports_csv(c->ares, config->servers);
    return status;
}

struct dns_channel *dns_channel_new(
    struct loop *l, const struct resolver_config *config, bool raw, struct err *e)
{
    struct dns_channel *c = mem_new(sizeof *c);

    c->loop = l;
    c->timer = evtimer_new(loop_base(l), time_is_up, c);
    int status = c->timer ? open_channel(c, config, raw) : ARES_ENOMEM;
    if (status == ARES_SUCCESS)
        return c;
    dns_channel_free(c);
    err_set(e, ERR_SYSTEM, "cannot start the resolver: %s", ares_strerror(status));
    return NULL;
}

void dns_channel_free(struct dns_channel *c)
{
    if (!c)
        return;
    if (c->ares)
        ares_destroy(c->ares);
    for (size_t i = 0; i < SOCKETS_MOST; i++)
        if (c->watched[i].event)
            event_free(c->watched[i].event);
    if (c->timer)
        event_free(c->timer);
    mem_free(c);
}

void dns_channel_ask(struct dns_channel *c, const char *host, int type, unsigned flags,
    ares_callback done, void *arg)
{
    unsigned char *question = NULL;
    unsigned short id;
    int len = 0;

    evutil_secure_rng_get_bytes(&id, sizeof id);
    int status = ares_create_query(host, DNS_CLASS_IN, type, id, 1, &question, &len, MESSAGE_MOST);
    if (status != ARES_SUCCESS) {
        done(arg, status, 0, NULL, 0);
        return;
    }
    question[3] |= (unsigned char)flags;
    ares_send(c->ares, question, len, done, arg);
    ares_free_string(question);
    dns_channel_arm(c);
}
