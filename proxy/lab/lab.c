#include "lab.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/listener.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/thread.h"
#include "ct_log.h"
#include "hole.h"
#include "pki.h"
#include "quirk.h"
#include "resolver.h"
#include "site.h"
#include "staple.h"
#include "visit.h"

#define AIA_HOST "aia.lab.test"

enum { BACKLOG = 4096, PAUSE_MS = 100, HTTP_PORT = 80, ADDRESS_CAP = 32 };

#define NO_SITE SIZE_MAX

/* A listening port and how it behaves. */
struct door {
    struct lab *lab;
    struct manner manner;
    size_t site;  /* by entry: what it shows; NO_SITE: no TLS */
    size_t next;  /* what it shows on the next visit; NO_SITE: the same */
    bool in_turn; /* and then this one again */
    struct evconnlistener *listener;
    struct sockaddr_in at;
};

struct lab {
    struct house house;
    struct pki *pki;
    struct sites sites;
    struct event_base *base;
    struct event *stop, *resume;
    int stop_pipe[2];
    struct door
        *doors; /* the shared TLS port, plain HTTP, then those of entries with a way of their own */
    size_t n_doors;
    struct sockaddr_in *where; /* by entry; family 0: nowhere */
    struct hole refusing, silent;
    struct lab_resolver *resolver;
    char name_server[ADDRESS_CAP];
    pthread_t thread;
    bool running;
};

enum { DOOR_TLS = 0, DOOR_HTTP, N_SHARED_DOORS };

static void on_accept(
    struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from, int len, void *arg)
{
    struct door *d = arg;
    struct err e = {0};

    (void)listener;
    (void)from;
    (void)len;
    d->manner.ctx = d->site == NO_SITE ? NULL : sites_at(&d->lab->sites, d->site, &e);
    if (d->site != NO_SITE && !d->manner.ctx) {
        log_warn("the lab: %s", e.text);
        close(fd);
        return;
    }
    visit_take(&d->lab->house, &d->manner, fd);
    if (d->next == NO_SITE)
        return;
    size_t shown = d->site;
    d->site = d->next;
    d->next = d->in_turn ? shown : NO_SITE;
}

/* Out of descriptors, most likely: a listener that stays on would spin until one is free. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
    const struct timeval pause = {.tv_usec = PAUSE_MS * 1000};
    struct door *d = arg;

    (void)listener;
    log_warn("cannot accept a connection: %s", strerror(errno));
    for (size_t i = 0; i < d->lab->n_doors; i++)
        evconnlistener_disable(d->lab->doors[i].listener);
    event_add(d->lab->resume, &pause);
}

static void on_resume(evutil_socket_t fd, short what, void *arg)
{
    struct lab *lab = arg;

    (void)fd;
    (void)what;
    for (size_t i = 0; i < lab->n_doors; i++)
        evconnlistener_enable(lab->doors[i].listener);
}

static void on_stop(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    event_base_loopbreak(arg);
}

static void *run(void *arg)
{
    struct lab *lab = arg;

    event_base_dispatch(lab->base);
    return NULL;
}

static bool door_open(
    struct lab *lab, struct door *d, const struct manner *manner, size_t site, struct err *e)
{
    socklen_t len = sizeof d->at;

    d->lab = lab;
    d->manner = *manner;
    d->site = site;
    d->next = NO_SITE;
    d->at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    d->listener = evconnlistener_new_bind(lab->base, on_accept, d,
        LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, BACKLOG, (struct sockaddr *)&d->at,
        sizeof d->at);
    if (!d->listener ||
        getsockname(evconnlistener_get_fd(d->listener), (struct sockaddr *)&d->at, &len) != 0)
        return err_sys(e, "listening on 127.0.0.1");
    evconnlistener_set_error_cb(d->listener, on_accept_error);
    return true;
}

/* What the entry PREFIX HOST shows. */
static size_t shown_by(const char *prefix, const char *host)
{
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    for (size_t i = 0; i < n; i++)
        if (text_starts(entries[i].host, prefix) &&
            strcmp(entries[i].host + strlen(prefix), host) == 0)
            return i;
    return NO_SITE;
}

/* Where an entry listens: on a shared port, in a hole, or on a port of its own, which is opened. */
static bool entry_open(struct lab *lab, size_t i, const struct lab_entry *entry, struct err *e)
{
    const struct manner manner = {
        .way = entry->way, .protocol = entry->protocol, .quirk = quirk_of(entry->host)};
    struct door *d = &lab->doors[lab->n_doors];

    switch (entry->way) {
    case WAY_NXDOMAIN:
        return true;
    case WAY_TLS:
        lab->where[i] = lab->doors[DOOR_TLS].at;
        return true;
    case WAY_HTTP:
        lab->where[i] = lab->doors[DOOR_HTTP].at;
        return true;
    case WAY_REFUSED:
        lab->where[i] = lab->refusing.at;
        return true;
    case WAY_TIMEOUT:
        lab->where[i] = lab->silent.at;
        return true;
    case WAY_TLS12:
    case WAY_TLS_OLD:
    case WAY_TLS_NULL:
    case WAY_MTLS:
    case WAY_MTLS12:
    case WAY_MTLS_403:
    case WAY_PLAIN:
    case WAY_RESET:
    case WAY_SILENT:
    case WAY_STALL:
    case WAY_QUIRK:
    case WAY_SSH:
    case WAY_MAIL:
    case WAY_MAIL_REFUSES:
    case WAY_MAIL_OLD:
    case WAY_MAIL_CUT:
    case WAY_MAIL_INJECTED:
    case WAY_MAIL_PLAIN:
    case WAY_MAIL_LOGIN:
    case N_LAB_WAYS:
        break;
    }
    if (!door_open(lab, d, &manner, sites_has(&lab->sites, i) ? i : NO_SITE, e))
        return err_wrap(e, "%s", entry->host);
    d->next = shown_by("other.", entry->host);
    d->in_turn = d->next != NO_SITE;
    if (!d->in_turn)
        d->next = shown_by("renewed.", entry->host);
    lab->n_doors++;
    lab->where[i] = d->at;
    return true;
}

static bool lab_open_doors(struct lab *lab, struct err *e)
{
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);
    const struct manner tls = {.way = WAY_TLS}, http = {.http = true};

    lab->where = mem_array(n, sizeof *lab->where);
    lab->doors = mem_array(n + N_SHARED_DOORS, sizeof *lab->doors);
    lab->n_doors = N_SHARED_DOORS;
    if (!door_open(lab, &lab->doors[DOOR_TLS], &tls, 0, e) ||
        !door_open(lab, &lab->doors[DOOR_HTTP], &http, NO_SITE, e) ||
        !hole_open_refusing(&lab->refusing, e) || !hole_open_silent(&lab->silent, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!entry_open(lab, i, &entries[i], e))
            return false;
    return true;
}

static bool lab_open_resolver(struct lab *lab, struct err *e)
{
    struct sockaddr_in at;

    lab->resolver = lab_resolver_open(lab->base, &at, e);
    snprintf(
        lab->name_server, sizeof lab->name_server, "127.0.0.1:%u", (unsigned)ntohs(at.sin_port));
    return lab->resolver != NULL;
}

/* The lab's thread alone touches the base once it runs; the pipe is what reaches it from outside.
 */
static bool lab_open_base(struct lab *lab, struct err *e)
{
    struct event_config *config = event_config_new();

    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
    lab->base = event_base_new_with_config(config);
    event_config_free(config);
    if (!lab->base)
        return err_set(e, ERR_SYSTEM, "libevent gives no event base");
    if (pipe2(lab->stop_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return err_sys(e, "a pipe");
    lab->stop = event_new(lab->base, lab->stop_pipe[0], EV_READ, on_stop, lab->base);
    lab->resume = evtimer_new(lab->base, on_resume, lab);
    event_add(lab->stop, NULL);
    return true;
}

struct lab *lab_start(const struct lab_config *config, struct err *e)
{
    struct lab *lab = mem_new(sizeof *lab);

    lab->stop_pipe[0] = lab->stop_pipe[1] = -1;
    hole_init(&lab->refusing);
    hole_init(&lab->silent);
    lab->pki = pki_open(config->data_dir, clock_wall_ms(config->clock) / 1000, e);
    if (lab->pki && sites_init(&lab->sites, lab->pki, e) && lab_open_base(lab, e)) {
        lab->house = (struct house){.base = lab->base, .clock = config->clock, .pki = lab->pki};
        if (lab_open_doors(lab, e) && lab_open_resolver(lab, e) &&
            (lab->running = thread_start(&lab->thread, "lab", run, lab, e)))
            return lab;
    }
    err_wrap(e, "starting the lab");
    lab_stop(lab);
    return NULL;
}

static void lab_join(struct lab *lab)
{
    ssize_t written;

    do
        written = write(lab->stop_pipe[1], "", 1);
    while (written < 0 && errno == EINTR);
    pthread_join(lab->thread, NULL);
}

void lab_stop(struct lab *lab)
{
    if (!lab)
        return;
    if (lab->running)
        lab_join(lab);
    visits_close(&lab->house);
    for (size_t i = 0; i < lab->n_doors; i++)
        if (lab->doors[i].listener)
            evconnlistener_free(lab->doors[i].listener);
    lab_resolver_close(lab->resolver);
    if (lab->stop)
        event_free(lab->stop);
    if (lab->resume)
        event_free(lab->resume);
    if (lab->base)
        event_base_free(lab->base);
    for (int i = 0; i < 2; i++)
        if (lab->stop_pipe[i] >= 0)
            close(lab->stop_pipe[i]);
    hole_close(&lab->refusing);
    hole_close(&lab->silent);
    sites_fini(&lab->sites);
    pki_free(lab->pki);
    mem_free(lab->doors);
    mem_free(lab->where);
    mem_free(lab);
}

static bool name_is_ours(const char *host)
{
    static const char *const zones[] = {"lab.test", "lab-two.test", "lab-three.test",
        "lab-four.test", "lab.lan", "wildcard-public-suffix.test", "lab.example.com"};
    size_t len = strlen(host);

    if (text_starts(host, "192.0.2.")) /* RFC 5737: for examples */
        return true;
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        size_t n = strlen(zones[i]);

        if (len < n || !text_equal_caseless(host + len - n, zones[i]))
            continue;
        if (len == n || host[len - n - 1] == '.')
            return true;
    }
    return false;
}

/* Of a name of the table: its port; plain HTTP where it is healthy; else a port on which nobody
 * listens. */
static const struct sockaddr_in *port_where(const struct lab *lab, const struct lab_entry *entries,
    size_t n, const char *host, uint16_t port)
{
    const struct sockaddr_in *at = NULL;

    for (size_t i = 0; i < n; i++) {
        if (entries[i].way == WAY_NXDOMAIN || !text_equal_caseless(host, entries[i].host))
            continue;
        if (port == entries[i].port)
            return &lab->where[i];
        if (!at)
            at = port == HTTP_PORT && !entries[i].cause ? &lab->doors[DOOR_HTTP].at
                                                        : &lab->refusing.at;
    }
    return at;
}

static const struct sockaddr_in *name_where(const struct lab *lab, const char *host, uint16_t port)
{
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    if (text_equal_caseless(host, AIA_HOST) || text_equal_caseless(host, STAPLE_HOST))
        return port == HTTP_PORT ? &lab->doors[DOOR_HTTP].at : &lab->refusing.at;
    return port_where(lab, entries, n, host, port);
}

/* Does the lab's name server answer for it? */
static bool name_is_asked(const char *host)
{
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    for (size_t i = 0; i < n; i++)
        if (entries[i].dns && text_equal_caseless(host, entries[i].host))
            return true;
    return false;
}

enum lab_answer lab_where(const struct lab *lab, const char *host, uint16_t port,
    struct sockaddr_storage *out, socklen_t *len)
{
    if (!name_is_ours(host))
        return LAB_NOT_OURS;
    if (name_is_asked(host))
        return LAB_ASK;
    const struct sockaddr_in *at = name_where(lab, host, port);
    if (!at)
        return LAB_NXDOMAIN;
    memset(out, 0, sizeof *out);
    memcpy(out, at, sizeof *at);
    *len = sizeof *at;
    return LAB_ADDRESS;
}

const char *lab_name_server(const struct lab *lab)
{
    return lab->name_server;
}

bool lab_turn(const struct lab *lab, const struct sockaddr *address, struct sockaddr_storage *out,
    socklen_t *len)
{
    enum resolver_net net = resolver_net_of(address);
    struct sockaddr_in in;
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    if (net == RESOLVER_ELSEWHERE)
        return false;
    memset(out, 0, sizeof *out);
    *len = sizeof lab->refusing.at;
    memcpy(out, &lab->refusing.at, sizeof lab->refusing.at);
    if (net == RESOLVER_DEAD)
        return true;
    memcpy(&in, address, sizeof in);
    size_t i = ntohl(in.sin_addr.s_addr) & RESOLVER_ENTRY_MASK;
    if (i < n && ntohs(in.sin_port) == entries[i].port && lab->where[i].sin_family)
        memcpy(out, &lab->where[i], sizeof lab->where[i]);
    return true;
}

const char *lab_root_pem_path(const struct lab *lab)
{
    return lab->pki->root_path;
}

size_t lab_n_ct_logs(const struct lab *lab)
{
    (void)lab;
    return N_LAB_LOGS;
}

bool lab_ct_log(const struct lab *lab, size_t i, struct lab_ct_log *out, struct err *e)
{
    return pki_ct_log(lab->pki, i, out, e);
}
