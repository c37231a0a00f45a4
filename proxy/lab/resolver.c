#include "resolver.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/host.h"
#include "base/mem.h"
#include "base/text.h"
#include "lab.h"

enum {
    HEAD_LEN = 12,
    TYPE_A = 1,
    TYPE_AAAA = 28,
    CLASS_IN = 1,
    TTL_S = 60,
    RCODE_NXDOMAIN = 3,
    RCODE_SERVFAIL = 2,
    RCODE_FORMERR = 1,
    FLAG_CHECKING_DISABLED = 0x10, /* RFC 4035 §3.2.2, in the second octet of flags */
    MESSAGES_AT_ONCE = 64,
};

static const uint32_t net_private = 0x0a420000, net_public = 0xc6120000, net_sinkhole = 0x7f420000;
static const uint8_t net_v6[6] = {0x20, 0x01, 0x0d, 0xb8, 0, 0x66};

struct lab_resolver {
    int fd;
    struct event *readable;
};

struct question {
    char host[HOST_CAP];
    unsigned type;
    size_t end; /* of its bytes in the message */
};

/* RFC 1035 §4.1.2; a question has no compression to follow. */
static bool question_read(const uint8_t *m, size_t len, struct question *q)
{
    size_t at = HEAD_LEN, n = 0;

    if (len < HEAD_LEN || (m[2] & 0x80) || m[4] != 0 || m[5] != 1)
        return false;
    while (at < len && m[at]) {
        size_t label = m[at++];

        if (label > 63 || label >= len - at || n + label + 1 >= sizeof q->host)
            return false;
        if (n)
            q->host[n++] = '.';
        memcpy(q->host + n, m + at, label);
        n += label;
        at += label;
    }
    q->host[n] = '\0';
    if (len - at < 5 || m[at + 3] != 0 || m[at + 4] != CLASS_IN)
        return false;
    q->type = (unsigned)(m[at + 1] << 8 | m[at + 2]);
    q->end = at + 5;
    return q->end <= RESOLVER_MESSAGE_MOST / 2;
}

static size_t find(const char *host)
{
    size_t n;
    const struct lab_entry *entries = lab_entries(&n);

    for (size_t i = 0; i < n; i++)
        if (entries[i].dns && text_equal_caseless(entries[i].host, host))
            return i;
    return SIZE_MAX;
}

enum resolver_net resolver_net_of(const struct sockaddr *address)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    if (address->sa_family == AF_INET6) {
        memcpy(&in6, address, sizeof in6);
        bool ours = memcmp(&in6.sin6_addr, net_v6, sizeof net_v6) == 0;
        return ours ? RESOLVER_DEAD : RESOLVER_ELSEWHERE;
    }
    if (address->sa_family != AF_INET)
        return RESOLVER_ELSEWHERE;
    memcpy(&in, address, sizeof in);
    uint32_t net = ntohl(in.sin_addr.s_addr) & ~(uint32_t)RESOLVER_ENTRY_MASK;
    if (net == net_sinkhole)
        return RESOLVER_DEAD;
    return net == net_private || net == net_public ? RESOLVER_ENTRY : RESOLVER_ELSEWHERE;
}

/* The IPv4 address that it says the entry has; 0: none. */
static uint32_t address_of(enum lab_dns dns, size_t entry)
{
    switch (dns) {
    case LAB_DNS_PRIVATE:
        return net_private | (uint32_t)entry;
    case LAB_DNS_BOGUS:
    case LAB_DNS_DEAD_V6:
        return net_public | (uint32_t)entry;
    case LAB_DNS_SINKHOLE:
        return net_sinkhole | (uint32_t)entry;
    case LAB_DNS_MAPPED:
    case LAB_DNS_SERVFAIL:
    case LAB_DNS_SILENT:
        break;
    }
    return 0;
}

static void put(uint8_t *out, size_t *len, const void *bytes, size_t n)
{
    memcpy(out + *len, bytes, n);
    *len += n;
}

/* A record under the name of the question (a pointer to it, RFC 1035 §4.1.4). */
static void put_record(uint8_t *out, size_t *len, unsigned type, const void *data, uint8_t n)
{
    const uint8_t head[] = {0xc0, HEAD_LEN, 0, (uint8_t)type, 0, CLASS_IN, 0, 0, 0, TTL_S, 0, n};

    put(out, len, head, sizeof head);
    put(out, len, data, n);
    out[7]++;
}

static void put_addresses(
    uint8_t *out, size_t *len, const struct question *q, enum lab_dns dns, size_t entry)
{
    uint32_t v4 = htonl(address_of(dns, entry));
    uint8_t v6[16] = {[15] = (uint8_t)(1 + entry % 255)};

    memcpy(v6, net_v6, sizeof net_v6);
    if (q->type == TYPE_A && v4)
        put_record(out, len, TYPE_A, &v4, sizeof v4);
    else if (q->type == TYPE_AAAA && dns == LAB_DNS_DEAD_V6)
        put_record(out, len, TYPE_AAAA, v6, sizeof v6);
}

size_t resolver_answer(const uint8_t *query, size_t len, uint8_t out[static RESOLVER_MESSAGE_MOST])
{
    size_t n, used = 0;
    const struct lab_entry *entries = lab_entries(&n);
    struct question q;

    if (!question_read(query, len, &q))
        return 0;
    size_t i = find(q.host);
    enum lab_dns dns = i == SIZE_MAX ? LAB_DNS_MAPPED : entries[i].dns;
    bool unchecked = query[3] & FLAG_CHECKING_DISABLED;
    uint8_t rcode = 0;

    if (dns == LAB_DNS_SILENT)
        return 0;
    if (dns == LAB_DNS_MAPPED)
        rcode = RCODE_NXDOMAIN;
    else if (dns == LAB_DNS_SERVFAIL || (dns == LAB_DNS_BOGUS && !unchecked))
        rcode = RCODE_SERVFAIL;
    put(out, &used, query, q.end);
    out[2] = (uint8_t)(0x80 | (query[2] & 0x01)); /* an answer, to a question that may recurse */
    out[3] = (uint8_t)(0x80 | (unchecked ? FLAG_CHECKING_DISABLED : 0) | rcode);
    memset(out + 6, 0, 6);
    if (!rcode)
        put_addresses(out, &used, &q, dns, i);
    return used;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    (void)arg;
    for (int i = 0; i < MESSAGES_AT_ONCE; i++) {
        uint8_t query[RESOLVER_MESSAGE_MOST], answer[RESOLVER_MESSAGE_MOST];
        struct sockaddr_storage from;
        socklen_t from_len = sizeof from;
        ssize_t n = recvfrom(fd, query, sizeof query, 0, (struct sockaddr *)&from, &from_len);

        if (n < 0)
            return;
        size_t len = resolver_answer(query, (size_t)n, answer);
        if (len)
            (void)sendto(fd, answer, len, MSG_NOSIGNAL, (struct sockaddr *)&from, from_len);
    }
}

struct lab_resolver *lab_resolver_open(
    struct event_base *base, struct sockaddr_in *at, struct err *e)
{
    struct lab_resolver *r = mem_new(sizeof *r);
    socklen_t len = sizeof *at;

    *at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    r->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (r->fd < 0 || bind(r->fd, (struct sockaddr *)at, len) != 0 ||
        getsockname(r->fd, (struct sockaddr *)at, &len) != 0) {
        err_sys(e, "the lab's name server on 127.0.0.1");
        lab_resolver_close(r);
        return NULL;
    }
    r->readable = event_new(base, r->fd, EV_READ | EV_PERSIST, on_readable, r);
    event_add(r->readable, NULL);
    return r;
}

void lab_resolver_close(struct lab_resolver *r)
{
    if (!r)
        return;
    if (r->readable)
        event_free(r->readable);
    if (r->fd >= 0)
        close(r->fd);
    mem_free(r);
}
