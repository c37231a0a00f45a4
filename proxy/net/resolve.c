#include "resolve.h"

#include <ares.h>
#include <event2/event.h>
#include <pthread.h>
#include <string.h>
#include <sys/time.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "loop_priv.h"
#include "resolve_cache.h"

enum {
    SOCKETS_MOST = 64, /* of c-ares at a time: one UDP and one TCP socket per server */
    TRY_MS = 1500,
    TOTAL_MS = 5000,
    TRIES = 3,
    /* RFC 8305 §3: when A is there and AAAA is not, wait so long and go on without. */
    V6_GRACE_MS = 50,
    N_FAMILIES = 2,
};

struct lookup;

struct ares_wait { /* what c-ares calls back with */
    struct lookup *lookup;
    int family;
};

struct lookup {
    struct lookup *next, **link; /* all that c-ares still knows of */
    struct resolver *resolver;
    char *host; /* owned */
    struct ares_wait wait[N_FAMILIES];
    struct event *timer;           /* the deadline, or the grace of IPv6 */
    struct resolve *first, **last; /* who waits */
    struct resolve_answer answer;  /* texts owned */
    union addr v4[RESOLVE_ADDRESSES_MOST];
    size_t n_v4;
    int64_t ttl_s;
    int open;               /* queries that c-ares will call back for */
    int status[N_FAMILIES]; /* of c-ares; -1: none yet */
    bool done;              /* answered: late callbacks find nobody */
};

struct resolve {
    struct resolve *next, **link;
    struct lookup *lookup; /* NULL: the answer is there */
    struct resolver *resolver;
    struct resolve_answer *answer; /* owned; set when ready */
    void (*done)(void *arg, const struct resolve_answer *answer);
    void *arg;
};

struct watched {
    struct event *event;
    ares_socket_t fd;
};

struct resolver {
    struct loop *loop; /* borrowed */
    ares_channel channel;
    struct watched watched[SOCKETS_MOST];
    struct event *timer; /* c-ares's own timeouts */
    struct event *answering;
    struct resolve *ready, **ready_last; /* answered, to be called from the loop */
    struct lookup *lookups;
    struct map *by_host; /* lookups under way */
    struct resolve_cache *cache;
    int64_t total_ms;
};

static struct timeval in_ms(int64_t ms)
{
    return (struct timeval){
        .tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000)};
}

/* --- c-ares on the loop --- */

static void arm_timer(struct resolver *r)
{
    struct timeval space, *next = ares_timeout(r->channel, NULL, &space);

    if (next)
        event_add(r->timer, next);
    else
        event_del(r->timer);
}

static void socket_ready(evutil_socket_t fd, short what, void *arg)
{
    struct resolver *r = arg;

    ares_process_fd(
        r->channel, what & EV_READ ? fd : ARES_SOCKET_BAD, what & EV_WRITE ? fd : ARES_SOCKET_BAD);
    arm_timer(r);
}

static void time_is_up(evutil_socket_t fd, short what, void *arg)
{
    struct resolver *r = arg;

    (void)fd;
    (void)what;
    ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    arm_timer(r);
}

static struct watched *watched_of(struct resolver *r, ares_socket_t fd)
{
    for (size_t i = 0; i < SOCKETS_MOST; i++)
        if (r->watched[i].event && r->watched[i].fd == fd)
            return &r->watched[i];
    return NULL;
}

static struct watched *watched_free(struct resolver *r)
{
    for (size_t i = 0; i < SOCKETS_MOST; i++)
        if (!r->watched[i].event)
            return &r->watched[i];
    return NULL;
}

static void socket_state(void *arg, ares_socket_t fd, int readable, int writable)
{
    struct resolver *r = arg;
    struct watched *w = watched_of(r, fd);

    if (w) {
        event_free(w->event);
        w->event = NULL;
    }
    if (!readable && !writable)
        return;
    w = w ? w : watched_free(r);
    if (!w)
        return; /* the lookup ends by its deadline */
    short what = (short)(EV_PERSIST | (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));
    w->fd = fd;
    w->event = event_new(loop_base(r->loop), fd, what, socket_ready, r);
    if (w->event)
        event_add(w->event, NULL);
}

/* --- those who wait --- */

static void ready_add(struct resolve *one)
{
    struct resolver *r = one->resolver;

    one->next = NULL;
    one->link = r->ready_last;
    *r->ready_last = one;
    r->ready_last = &one->next;
    event_active(r->answering, EV_TIMEOUT, 1);
}

static void unlink_waiter(struct resolve *one)
{
    struct resolve ***last = one->lookup ? &one->lookup->last : &one->resolver->ready_last;

    *one->link = one->next;
    if (one->next)
        one->next->link = one->link;
    else
        *last = one->link;
}

static void resolve_free(struct resolve *one)
{
    resolve_answer_free(one->answer);
    mem_free(one);
}

static void call_ready(evutil_socket_t fd, short what, void *arg)
{
    struct resolver *r = arg;

    (void)fd;
    (void)what;
    while (r->ready) {
        struct resolve *one = r->ready;

        unlink_waiter(one);
        one->done(one->arg, one->answer);
        resolve_free(one);
    }
}

/* --- a lookup --- */

static void lookup_free(struct lookup *k)
{
    *k->link = k->next;
    if (k->next)
        k->next->link = k->link;
    if (k->timer)
        event_free(k->timer);
    for (size_t i = 0; i < k->answer.n_aliases; i++)
        mem_free(k->answer.aliases[i]);
    mem_free(k->host);
    mem_free(k);
}

static enum resolve_error error_of(int status)
{
    switch (status) {
    case ARES_SUCCESS:
        return RESOLVE_OK;
    case ARES_ENOTFOUND:
    case ARES_ENODATA:
    case ARES_EBADNAME:
    case ARES_ENONAME:
        return RESOLVE_NXDOMAIN;
    case ARES_ETIMEOUT:
    case -1:
        return RESOLVE_TIMEOUT;
    default:
        return RESOLVE_SERVFAIL;
    }
}

/* A name that does not exist is missing in both families; a server that fails one of them leaves
 * the other in doubt. */
static enum resolve_error error_of_both(const struct lookup *k)
{
    enum resolve_error a = error_of(k->status[0]), b = error_of(k->status[1]);

    if (a == RESOLVE_TIMEOUT || b == RESOLVE_TIMEOUT)
        return RESOLVE_TIMEOUT;
    return a == RESOLVE_SERVFAIL || b == RESOLVE_SERVFAIL ? RESOLVE_SERVFAIL : RESOLVE_NXDOMAIN;
}

static void lookup_answer(struct lookup *k)
{
    struct resolver *r = k->resolver;

    for (size_t i = 0; i < k->n_v4 && k->answer.n < RESOLVE_ADDRESSES_MOST; i++)
        k->answer.addresses[k->answer.n++] = k->v4[i];
    k->answer.error = k->answer.n ? RESOLVE_OK : error_of_both(k);
    k->done = true;
    event_del(k->timer);
    map_take(r->by_host, k->host);
    resolve_cache_put(r->cache, k->host, &k->answer, k->ttl_s, loop_now_ms(r->loop));
    while (k->first) {
        struct resolve *one = k->first;

        unlink_waiter(one);
        one->lookup = NULL;
        one->answer = resolve_answer_dup(&k->answer);
        ready_add(one);
    }
}

static void add_aliases(struct lookup *k, const struct ares_addrinfo *info)
{
    for (const struct ares_addrinfo_cname *c = info->cnames;
         c && k->answer.n_aliases < RESOLVE_ALIASES_MOST; c = c->next) {
        bool known = !c->name || strlen(c->name) > 253;

        for (size_t i = 0; i < k->answer.n_aliases; i++)
            known = known || strcmp(k->answer.aliases[i], c->name) == 0;
        if (!known)
            k->answer.aliases[k->answer.n_aliases++] = mem_text(c->name);
        if (c->ttl < k->ttl_s)
            k->ttl_s = c->ttl;
    }
}

static void add_addresses(struct lookup *k, const struct ares_addrinfo *info)
{
    /* Half of the room for IPv6, so that many of them cannot push IPv4 out. */
    const size_t v6_most = RESOLVE_ADDRESSES_MOST / 2;

    for (const struct ares_addrinfo_node *one = info->nodes; one; one = one->ai_next) {
        union addr *to = NULL;

        if (one->ai_family == AF_INET6 && k->answer.n < v6_most)
            to = &k->answer.addresses[k->answer.n++];
        else if (one->ai_family == AF_INET && k->n_v4 < RESOLVE_ADDRESSES_MOST - v6_most)
            to = &k->v4[k->n_v4++];
        if (!to)
            continue;
        memcpy(to, one->ai_addr, addr_len(one->ai_addr));
        if (one->ai_ttl < k->ttl_s)
            k->ttl_s = one->ai_ttl;
    }
}

static void family_answered(void *arg, int status, int timeouts, struct ares_addrinfo *info)
{
    struct ares_wait *wait = arg;
    struct lookup *k = wait->lookup;

    (void)timeouts;
    k->open--;
    if (!k->done) {
        k->status[wait->family] = status;
        if (status == ARES_SUCCESS && info) {
            add_aliases(k, info);
            add_addresses(k, info);
        }
        if (k->open == 0) {
            lookup_answer(k);
        } else if (k->n_v4 > 0) {
            struct timeval grace = in_ms(V6_GRACE_MS);

            event_add(k->timer, &grace);
        }
    }
    if (info)
        ares_freeaddrinfo(info);
    if (k->done && k->open == 0)
        lookup_free(k);
}

static void lookup_late(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    lookup_answer(arg); /* freed when c-ares has called back for both families */
}

static struct lookup *lookup_new(struct resolver *r, const char *host)
{
    struct lookup *k = mem_new(sizeof *k);

    k->resolver = r;
    k->host = mem_text(host);
    k->last = &k->first;
    k->ttl_s = RESOLVE_TTL_MOST_S;
    k->next = r->lookups;
    k->link = &r->lookups;
    if (k->next)
        k->next->link = &k->next;
    r->lookups = k;
    k->timer = evtimer_new(loop_base(r->loop), lookup_late, k);
    for (int i = 0; i < N_FAMILIES; i++) {
        k->wait[i] = (struct ares_wait){.lookup = k, .family = i};
        k->status[i] = -1;
    }
    map_put(r->by_host, host, k);
    return k;
}

static void lookup_begin(struct lookup *k)
{
    static const int families[N_FAMILIES] = {AF_INET6, AF_INET};
    struct resolver *r = k->resolver;
    struct timeval most = in_ms(r->total_ms);

    event_add(k->timer, &most);
    k->open = N_FAMILIES;
    /* c-ares may call back at once (/etc/hosts); the lookup goes with its last call. */
    for (int i = 0; i < N_FAMILIES; i++) {
        const struct ares_addrinfo_hints hints = {.ai_family = families[i],
            .ai_socktype = SOCK_STREAM,
            .ai_flags = ARES_AI_NOSORT | ARES_AI_CANONNAME};

        ares_getaddrinfo(r->channel, k->host, NULL, &hints, family_answered, &k->wait[i]);
    }
    arm_timer(r);
}

/* An address as text, or a name that is this machine by definition (RFC 6761 §6.3): nobody is
 * asked. */
static bool is_known_without_asking(const char *host, struct resolve_answer *answer)
{
    static const char *const loopback[] = {"::1", "127.0.0.1"};
    struct sockaddr_storage literal;
    bool local = strcmp(host, "localhost") == 0 || text_ends(host, ".localhost");

    for (size_t i = 0; i < (local ? N_FAMILIES : 1); i++) {
        if (!addr_parse(local ? loopback[i] : host, 0, &literal))
            return false;
        memcpy(&answer->addresses[answer->n++], &literal, addr_len((struct sockaddr *)&literal));
    }
    return true;
}

struct resolve *resolve_start(struct resolver *r, const char *host,
    void (*done)(void *arg, const struct resolve_answer *answer), void *arg)
{
    struct resolve *one = mem_new(sizeof *one);
    struct resolve_answer answer = {0};

    one->resolver = r;
    one->done = done;
    one->arg = arg;
    if (is_known_without_asking(host, &answer)) {
        one->answer = resolve_answer_dup(&answer);
        ready_add(one);
        return one;
    }
    const struct resolve_answer *known = resolve_cache_get(r->cache, host, loop_now_ms(r->loop));
    if (known) {
        one->answer = resolve_answer_dup(known);
        ready_add(one);
        return one;
    }
    struct lookup *k = map_get(r->by_host, host);
    bool first = !k;
    if (first)
        k = lookup_new(r, host);
    one->lookup = k;
    one->link = k->last;
    *k->last = one;
    k->last = &one->next;
    if (first)
        lookup_begin(k);
    return one;
}

void resolve_cancel(struct resolve *one)
{
    unlink_waiter(one);
    resolve_free(one);
}

static int library_status;

/* c-ares counts its users without a lock; one process-wide use is enough and is never given back.
 */
static void start_library(void)
{
    library_status = ares_library_init(ARES_LIB_INIT_ALL);
}

static bool open_channel(struct resolver *r, const struct resolver_config *config, struct err *e)
{
    char lookups[] = "fb"; /* files, then DNS */
    struct ares_options options = {
        .timeout = config->try_ms ? config->try_ms : TRY_MS,
        .tries = TRIES,
        .lookups = config->no_hosts ? lookups + 1 : lookups,
        .sock_state_cb = socket_state,
        .sock_state_cb_data = r,
    };
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, start_library);
    int status = library_status;
    if (status == ARES_SUCCESS)
        status = ares_init_options(&r->channel, &options,
            ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB);
    if (status == ARES_SUCCESS && config->servers)
        status = ares_set_servers_ports_csv(r->channel, config->servers);
    if (status == ARES_SUCCESS)
        return true;
    return err_set(e, ERR_SYSTEM, "cannot start the resolver: %s", ares_strerror(status));
}

struct resolver *resolver_new(struct loop *l, const struct resolver_config *config, struct err *e)
{
    struct resolver *r = mem_new(sizeof *r);

    r->loop = l;
    r->total_ms = config->total_ms ? config->total_ms : TOTAL_MS;
    r->ready_last = &r->ready;
    r->by_host = map_new();
    r->cache = resolve_cache_new(RESOLVE_CACHE_MOST);
    r->timer = evtimer_new(loop_base(l), time_is_up, r);
    r->answering = evtimer_new(loop_base(l), call_ready, r);
    if (r->timer && r->answering && open_channel(r, config, e))
        return r;
    resolver_free(r);
    return NULL;
}

void resolver_free(struct resolver *r)
{
    if (!r)
        return;
    for (struct lookup *k = r->lookups; k; k = k->next) {
        k->done = true; /* the callbacks of ares_destroy shall find nobody */
        event_del(k->timer);
        while (k->first)
            resolve_cancel(k->first);
    }
    while (r->ready)
        resolve_cancel(r->ready);
    if (r->channel)
        ares_destroy(r->channel); /* calls back for every query, which frees the lookups */
    for (size_t i = 0; i < SOCKETS_MOST; i++)
        if (r->watched[i].event)
            event_free(r->watched[i].event);
    map_free(r->by_host, NULL);
    resolve_cache_free(r->cache);
    if (r->timer)
        event_free(r->timer);
    if (r->answering)
        event_free(r->answering);
    mem_free(r);
}
