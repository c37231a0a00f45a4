#include "resolve.h"

#include <event2/event.h>
#include <string.h>
#include <sys/time.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "dns_channel.h"
#include "loop_priv.h"
#include "resolve_cache.h"
#include "second_look.h"
#include "site_hints.h"
#include "wire/dns_message.h"

enum {
    TOTAL_MS = 5000,
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
    int open;               /* families that are not answered */
    int pending;            /* callbacks that c-ares owes us, for whatever was asked */
    int status[N_FAMILIES]; /* of c-ares; -1: none yet */
    enum resolve_error why; /* after a second look; RESOLVE_OK: none yet */
    bool looking;           /* that is under way */
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

struct resolver {
    struct loop *loop;           /* borrowed */
    struct dns_channel *channel; /* for addresses */
    struct dns_channel *raw;     /* for what has to be read by us */
    bool asks_hints;
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
    mem_free(k->answer.hints);
    mem_free(k->host);
    mem_free(k);
}

const char *resolve_error_name(enum resolve_error e)
{
    static const char *const names[] = {[RESOLVE_OK] = NULL,
        [RESOLVE_NXDOMAIN] = "no-name",
        [RESOLVE_NO_ADDRESS] = "no-address",
        [RESOLVE_SERVFAIL] = "servfail",
        [RESOLVE_REFUSED] = "refused",
        [RESOLVE_BOGUS] = "bogus",
        [RESOLVE_UNREACHABLE] = "unreachable",
        [RESOLVE_TIMEOUT] = "silent"};

    return names[e];
}

static enum resolve_error error_of(int status)
{
    switch (status) {
    case ARES_SUCCESS:
        return RESOLVE_OK;
    case ARES_ENODATA:
        return RESOLVE_NO_ADDRESS;
    case ARES_ENOTFOUND:
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
 * the other in doubt. Of two that failed differently, silence says least: c-ares lets a question
 * time out whose server refused the other. */
static enum resolve_error error_of_both(const struct lookup *k)
{
    static const enum resolve_error ranking[] = {
        RESOLVE_SERVFAIL, RESOLVE_TIMEOUT, RESOLVE_NO_ADDRESS};
    enum resolve_error a = error_of(k->status[0]), b = error_of(k->status[1]);

    if (k->why)
        return k->why;
    for (size_t i = 0; i < sizeof ranking / sizeof *ranking; i++)
        if (a == ranking[i] || b == ranking[i])
            return ranking[i];
    return RESOLVE_NXDOMAIN;
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

/* The last callback takes the lookup along. */
static void lookup_release(struct lookup *k)
{
    if (--k->pending == 0)
        lookup_free(k);
}

static void looked(void *arg, enum resolve_error why)
{
    struct lookup *k = arg;

    k->looking = false;
    if (!k->done) {
        k->why = why;
        if (k->open == 0 || why == RESOLVE_UNREACHABLE)
            lookup_answer(k);
    }
    lookup_release(k);
}

/* With the first failure, since c-ares may let the other family's question to a server that is not
 * there time out. */
static void look_again(struct lookup *k)
{
    if (k->looking || k->why)
        return;
    k->looking = true;
    k->pending++;
    second_look(k->resolver->raw, k->host, looked, k);
}

static void lookup_conclude(struct lookup *k)
{
    if (k->done)
        return;
    if (!k->looking || k->answer.n || k->n_v4 || error_of_both(k) != RESOLVE_SERVFAIL)
        lookup_answer(k);
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
        if (error_of(status) == RESOLVE_SERVFAIL)
            look_again(k);
        if (k->open == 0) {
            lookup_conclude(k);
        } else if (k->n_v4 > 0) {
            struct timeval grace = in_ms(V6_GRACE_MS);

            event_add(k->timer, &grace);
        }
    }
    if (info)
        ares_freeaddrinfo(info);
    lookup_release(k);
}

static void hints_answered(void *arg, int status, int timeouts, unsigned char *bytes, int len)
{
    struct lookup *k = arg;
    struct site_hints hints;

    (void)timeouts;
    if (status == ARES_SUCCESS && site_hints_read(bytes, (size_t)len, &hints, &k->ttl_s)) {
        if (k->done)
            resolve_cache_put_hints(k->resolver->cache, k->host, &hints);
        else
            k->answer.hints = mem_dup(&hints, sizeof hints);
    }
    lookup_release(k);
}

static void lookup_late(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    lookup_answer(arg); /* freed when c-ares has called back for all that was asked */
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
    k->pending = N_FAMILIES + r->asks_hints;
    /* c-ares may call back at once (/etc/hosts); the lookup goes with its last call. Hints first:
     * so they are there when the addresses are. */
    if (r->asks_hints)
        dns_channel_ask(r->raw, k->host, DNS_TYPE_HTTPS, 0, hints_answered, k);
    for (int i = 0; i < N_FAMILIES; i++) {
        const struct ares_addrinfo_hints hints = {.ai_family = families[i],
            .ai_socktype = SOCK_STREAM,
            .ai_flags = ARES_AI_NOSORT | ARES_AI_CANONNAME};

        ares_getaddrinfo(
            dns_channel_ares(r->channel), k->host, NULL, &hints, family_answered, &k->wait[i]);
    }
    dns_channel_arm(r->channel);
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

const struct site_hints *resolver_hints(struct resolver *r, const char *host)
{
    const struct resolve_answer *known = resolve_cache_get(r->cache, host, loop_now_ms(r->loop));

    return known ? known->hints : NULL;
}

struct resolver *resolver_new(struct loop *l, const struct resolver_config *config, struct err *e)
{
    struct resolver *r = mem_new(sizeof *r);

    r->loop = l;
    r->total_ms = config->total_ms ? config->total_ms : TOTAL_MS;
    r->asks_hints = config->hints;
    r->ready_last = &r->ready;
    r->by_host = map_new();
    r->cache = resolve_cache_new(RESOLVE_CACHE_MOST);
    r->answering = evtimer_new(loop_base(l), call_ready, r);
    r->channel = dns_channel_new(l, config, false, e);
    r->raw = r->channel ? dns_channel_new(l, config, true, e) : NULL;
    if (r->answering && r->raw)
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
    dns_channel_free(r->channel); /* calls back for every question, which frees the lookups */
    dns_channel_free(r->raw);
    map_free(r->by_host, NULL);
    resolve_cache_free(r->cache);
    if (r->answering)
        event_free(r->answering);
    mem_free(r);
}
