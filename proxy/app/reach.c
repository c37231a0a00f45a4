#include "reach.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/host.h"
#include "lab/lab.h"
#include "loop_guard.h"
#include "net/addr.h"

enum { DNS_PORT = 53 };

bool reach_add_listener(struct reach *r, const char *text, struct err *e)
{
    static const char suffix[] = ",proxy-protocol";
    const char *comma = strchr(text, ',');
    size_t n = comma ? (size_t)(comma - text) : strlen(text);
    char address[ADDR_TEXT_CAP];

    if (r->n_listeners == REACH_LISTENERS_MOST)
        return err_set(e, ERR_USAGE, "more than %d --listen", REACH_LISTENERS_MOST);
    snprintf(address, sizeof address, "%.*s", (int)(n < sizeof address ? n : 0), text);
    if ((comma && strcmp(comma, suffix) != 0) ||
        !addr_parse(address, -1, &r->listeners[r->n_listeners]))
        return err_set(e, ERR_USAGE,
            "--listen %s: write ADDRESS:PORT, as in 0.0.0.0:8080 or [::]:8080; behind a load "
            "balancer ADDRESS:PORT,proxy-protocol",
            text);
    r->behind_balancer[r->n_listeners++] = comma != NULL;
    return true;
}

bool reach_add_resolve(struct reach *r, const char *text, struct err *e)
{
    const char *colon = strchr(text, ':');

    if (r->n_resolves == REACH_RESOLVES_MOST)
        return err_set(e, ERR_USAGE, "more than %d --resolve", REACH_RESOLVES_MOST);
    struct reach_resolve *one = &r->resolves[r->n_resolves];
    if (!colon || !host_normalise(text, (size_t)(colon - text), one->host) ||
        !addr_parse(colon + 1, 0, &one->to))
        return err_set(e, ERR_USAGE,
            "--resolve %s: write HOST:ADDRESS, as in example.org:192.0.2.7 or "
            "example.org:[2001:db8::7]",
            text);
    r->n_resolves++;
    return true;
}

bool reach_add_resolver(struct reach *r, const char *text, struct err *e)
{
    struct sockaddr_storage at;
    const struct sockaddr *server = (struct sockaddr *)&at;
    size_t len = strlen(r->name_servers);
    char where[ADDR_TEXT_CAP];

    if (!addr_parse(text, DNS_PORT, &at) || addr_port(server) == 0 || addr_is_any(server))
        return err_set(e, ERR_USAGE,
            "--resolver %s: write ADDRESS or ADDRESS:PORT, as in 9.9.9.9 or [2620:fe::fe]:53",
            text);
    addr_port_text(where, server);
    if (len + strlen(where) + 2 > sizeof r->name_servers)
        return err_set(e, ERR_USAGE, "too many --resolver");
    snprintf(r->name_servers + len, sizeof r->name_servers - len, "%s%s", len ? "," : "", where);
    return true;
}

const char *reach_name_servers(const struct reach *r)
{
    return *r->name_servers ? r->name_servers : NULL;
}

bool reach_add_gate(struct reach *r, enum transparent how, const char *text, struct err *e)
{
    const char *option = how == TRANSPARENT_TPROXY ? "tproxy" : "transparent";
    struct reach_gate *one = &r->gates[r->n_gates];

    if (r->n_gates == REACH_GATES_MOST)
        return err_set(e, ERR_USAGE, "more than %d --transparent and --tproxy", REACH_GATES_MOST);
    if (!addr_parse(text, -1, &one->at))
        return err_set(e, ERR_USAGE, "--%s %s: write ADDRESS:PORT, as in 0.0.0.0:8443 or [::]:8443",
            option, text);
    one->how = how;
    r->n_gates++;
    return true;
}

bool reach_client_may(const struct reach *r, const struct sockaddr *client)
{
    return r->any_client || addr_is_private(client);
}

static bool is_own_address(const struct sockaddr *to)
{
    struct ifaddrs *all = NULL;
    bool own = false;

    if (getifaddrs(&all) != 0)
        return false;
    for (const struct ifaddrs *one = all; one && !own; one = one->ifa_next)
        own = one->ifa_addr && addr_equal(one->ifa_addr, to);
    freeifaddrs(all);
    return own;
}

static bool is_reached_at(const struct sockaddr_storage *listener, const struct sockaddr *to)
{
    const struct sockaddr *at = (const struct sockaddr *)listener;

    if (addr_port(at) != addr_port(to))
        return false;
    return addr_equal(at, to) || (addr_is_any(at) && (addr_is_loopback(to) || is_own_address(to)));
}

static bool is_own_listener(const struct reach *r, const struct sockaddr *to)
{
    for (size_t i = 0; i < r->n_listeners; i++)
        if (is_reached_at(&r->listeners[i], to))
            return true;
    for (size_t i = 0; i < r->n_gates; i++)
        if (is_reached_at(&r->gates[i].at, to))
            return true;
    return false;
}

bool reach_is_own(const void *arg, const char *host, uint16_t port)
{
    struct sockaddr_storage at;

    if (!host_is_ip(host) || !addr_parse(host, port, &at))
        return false;
    return !addr_is_any((struct sockaddr *)&at) && is_own_listener(arg, (struct sockaddr *)&at);
}

/* The source address of a packet to the world, which is not sent: a datagram socket that is
 * connected only looks for its way. 192.0.2.1 is nobody (RFC 5737). */
static bool find_way_out(char ip[static ADDR_TEXT_CAP])
{
    struct sockaddr_storage nobody, from = {0};
    socklen_t len = sizeof from;
    bool found = false;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return false;
    if (addr_parse("192.0.2.1", 9, &nobody) &&
        connect(fd, (struct sockaddr *)&nobody, addr_len((struct sockaddr *)&nobody)) == 0 &&
        getsockname(fd, (struct sockaddr *)&from, &len) == 0) {
        found = !addr_is_any((struct sockaddr *)&from);
        addr_text(ip, (struct sockaddr *)&from);
    }
    close(fd);
    return found;
}

/* Without a way out: the first that is not loopback, else loopback. */
static void find_first(char ip[static ADDR_TEXT_CAP])
{
    struct ifaddrs *all = NULL;

    snprintf(ip, ADDR_TEXT_CAP, "127.0.0.1");
    if (getifaddrs(&all) != 0)
        return;
    for (const struct ifaddrs *one = all; one; one = one->ifa_next) {
        if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET ||
            addr_is_loopback(one->ifa_addr))
            continue;
        addr_text(ip, one->ifa_addr);
        break;
    }
    freeifaddrs(all);
}

void reach_find_own(const void *arg, char host[static HOST_CAP], uint16_t *port)
{
    const struct reach *r = arg;
    size_t i = 0;

    /* Phones come to the first that expects no load balancer before them. */
    while (i < r->n_listeners && r->behind_balancer[i])
        i++;
    const struct sockaddr *at = (const struct sockaddr *)&r->listeners[i < r->n_listeners ? i : 0];
    char ip[ADDR_TEXT_CAP];

    if (!addr_is_any(at))
        addr_text(ip, at);
    else if (!find_way_out(ip))
        find_first(ip);
    snprintf(host, HOST_CAP, "%s", ip);
    *port = addr_port(at);
}

bool reach_may(void *arg, const struct sockaddr *to, bool from_loopback)
{
    const struct reach *r = arg;

    if (addr_is_any(to) || addr_port(to) == 0)
        return false; /* 0.0.0.0 reaches this machine's loopback */
    if (addr_is_loopback(to) && !from_loopback)
        return false;
    return !is_own_listener(r, to) && (r->ui.ss_family == AF_UNSPEC || !is_reached_at(&r->ui, to));
}

void reach_begun(void *arg, const struct sockaddr *from)
{
    const struct reach *r = arg;

    if (r->guard)
        loop_guard_begun(r->guard, addr_port(from));
}

static bool from_lab(const struct reach *r, const char *host, uint16_t port,
    struct sockaddr_storage *to, enum dial_error *error)
{
    socklen_t len;

    *error = DIAL_OK;
    switch (lab_where(r->lab, host, port, to, &len)) {
    case LAB_NOT_OURS:
        return false;
    case LAB_ADDRESS:
        return true;
    case LAB_NXDOMAIN:
        *error = DIAL_NXDOMAIN;
        return true;
    case LAB_ASK:
        return false;
    }
    return false;
}

bool reach_instead(void *arg, const char *host, uint16_t port, struct sockaddr *to,
    unsigned *to_len, enum dial_error *error)
{
    const struct reach *r = arg;
    struct sockaddr_storage where = {0};

    *error = DIAL_OK;
    for (size_t i = 0; i < r->n_resolves; i++) {
        if (strcmp(r->resolves[i].host, host) != 0)
            continue;
        where = r->resolves[i].to;
        addr_set_port((struct sockaddr *)&where, port);
        memcpy(to, &where, sizeof where);
        *to_len = addr_len((struct sockaddr *)&where);
        return true;
    }
    if (!r->lab || !from_lab(r, host, port, &where, error))
        return false;
    if (*error == DIAL_OK) {
        memcpy(to, &where, sizeof where);
        *to_len = addr_len((struct sockaddr *)&where);
    }
    return true;
}

const char *reach_name_servers_of(void *arg, const char *host)
{
    const struct reach *r = arg;
    struct sockaddr_storage at;
    socklen_t len;

    return r->lab && lab_where(r->lab, host, 0, &at, &len) == LAB_ASK ? lab_name_server(r->lab)
                                                                      : NULL;
}

void reach_turn(void *arg, const struct sockaddr *address, struct sockaddr_storage *to)
{
    const struct reach *r = arg;
    struct sockaddr_storage at;
    socklen_t len;

    if (r->lab && lab_turn(r->lab, address, &at, &len))
        memcpy(to, &at, sizeof at);
}

bool reach_read_fetch(const char *text, bool *off, struct err *e)
{
    *off = strcmp(text, "off") == 0;
    return *off || strcmp(text, "on") == 0 ||
           err_set(e, ERR_USAGE, "--fetch %s: write on or off", text);
}
