/* tests/net/name_server.h - a DNS server on 127.0.0.1 and on the test's own loop. What it answers
 * hangs on the first label:
 *   good      A 127.0.0.1, AAAA ::1           four      A only         six      AAAA ::1 only
 *   gone      NXDOMAIN                        fail      SERVFAIL       empty    no address
 *   refuse    REFUSED                         bogus     SERVFAIL, but not to CD
 *   silent    no answer                       halfmute  A, and no answer to AAAA
 *   alias     CNAME edge.cdn.test, then A     many      twelve A
 *   two       A 127.0.0.2, A 127.0.0.1        both      A 127.0.0.1, AAAA 2001:db8::1
 *   hinted    A, and an HTTPS record          mutehints A, and no answer to HTTPS
 *   latehints as hinted, but the HTTPS record waits for name_server_send_late */
#ifndef WHYTLS_TEST_NET_NAME_SERVER_H
#define WHYTLS_TEST_NET_NAME_SERVER_H

#include <stdio.h>

#include "loopback.h"

struct reply {
    uint8_t bytes[512];
    size_t len;
};

struct name_server {
    struct loop_watch *watch;
    int fd, asked;
    struct sockaddr_in late_to;
    struct reply late; /* the answer to HTTPS that waits */
    char at[32];       /* for resolver_config.servers */
};

static inline void reply_add(struct reply *r, const void *bytes, size_t n)
{
    memcpy(r->bytes + r->len, bytes, n);
    r->len += n;
}

/* RFC 1035 §4.1.3; the name is a pointer to `name_at`. */
static inline void reply_record(
    struct reply *r, uint8_t name_at, uint8_t type, uint8_t ttl_s, const void *data, uint8_t n)
{
    const uint8_t head[] = {0xc0, name_at, 0, type, 0, 1, 0, 0, 0, ttl_s, 0, n};

    reply_add(r, head, sizeof head);
    reply_add(r, data, n);
    r->bytes[7]++; /* ANCOUNT */
}

static inline void reply_addresses(struct reply *r, const char *label, uint8_t type)
{
    static const uint8_t v4[] = {127, 0, 0, 1}, v4_two[] = {127, 0, 0, 2}, v6[16] = {[15] = 1},
                         v6_none[16] = {0x20, 1, 0x0d, 0xb8, [15] = 1};
    static const uint8_t edge[] = "\x04"
                                  "edge\x03"
                                  "cdn\x04"
                                  "test";
    static const uint8_t https[] = "\0\1\0"
                                   "\0\1\0\6\2h3\2h2"
                                   "\0\4\0\4\xc0\0\2\1"
                                   "\0\5\0\6\0\4keys"
                                   "\0\6\0\20\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1";
    uint8_t name_at = 12;

    if (strcmp(label, "empty") == 0)
        return;
    if (strcmp(label, "alias") == 0) {
        size_t at = r->len + 12;

        reply_record(r, 12, 5, 60, edge, sizeof edge);
        name_at = (uint8_t)at;
    }
    if (type == 28 && (strcmp(label, "good") == 0 || strcmp(label, "six") == 0))
        reply_record(r, name_at, 28, 60, v6, 16);
    if (type == 28 && strcmp(label, "both") == 0)
        reply_record(r, name_at, 28, 60, v6_none, 16);
    if (type == 65 && (strcmp(label, "hinted") == 0 || strcmp(label, "latehints") == 0))
        reply_record(r, name_at, 65, 60, https, sizeof https - 1);
    if (type != 1 || strcmp(label, "six") == 0)
        return;
    if (strcmp(label, "two") == 0)
        reply_record(r, name_at, 1, 60, v4_two, 4);
    for (int i = 0; i < (strcmp(label, "many") == 0 ? 12 : 1); i++)
        reply_record(r, name_at, 1, 60, v4, 4);
}

static inline void name_server_asked(void *arg)
{
    struct name_server *s = arg;
    struct sockaddr_in from;
    socklen_t from_len = sizeof from;
    struct reply r = {0};
    char label[64] = "";
    ssize_t n = recvfrom(s->fd, r.bytes, 300, 0, (struct sockaddr *)&from, &from_len);

    if (n < 17 || r.bytes[12] > 63 || 12 + r.bytes[12] > n)
        return;
    s->asked++;
    memcpy(label, r.bytes + 13, r.bytes[12]);
    size_t end = 12;
    while (end < (size_t)n && r.bytes[end])
        end += (size_t)r.bytes[end] + 1;
    uint8_t type = r.bytes[end + 2];
    bool unchecked = r.bytes[3] & 0x10;
    r.len = end + 5;
    r.bytes[2] = 0x81;
    r.bytes[3] = 0x80;
    memset(r.bytes + 6, 0, 6); /* no records yet, no EDNS */
    if (strcmp(label, "silent") == 0 || (strcmp(label, "halfmute") == 0 && type == 28) ||
        (strcmp(label, "mutehints") == 0 && type == 65))
        return;
    if (strcmp(label, "gone") == 0)
        r.bytes[3] |= 3;
    else if (strcmp(label, "refuse") == 0)
        r.bytes[3] |= 5;
    else if (strcmp(label, "fail") == 0 || (strcmp(label, "bogus") == 0 && !unchecked))
        r.bytes[3] |= 2;
    else
        reply_addresses(&r, label, type);
    if (strcmp(label, "latehints") == 0 && type == 65) {
        s->late = r;
        s->late_to = from;
        return;
    }
    sendto(s->fd, r.bytes, r.len, 0, (struct sockaddr *)&from, from_len);
}

static inline void name_server_send_late(struct name_server *s)
{
    sendto(s->fd, s->late.bytes, s->late.len, 0, (struct sockaddr *)&s->late_to, sizeof s->late_to);
}

static inline void name_server_start(struct name_server *s, struct loop *l)
{
    *s = (struct name_server){.fd = loopback_bind(SOCK_DGRAM, 0, 0)};
    snprintf(s->at, sizeof s->at, "127.0.0.1:%u", loopback_port(s->fd));
    s->watch = loop_watch_fd(l, s->fd, name_server_asked, s);
}

static inline void name_server_stop(struct name_server *s)
{
    loop_watch_free(s->watch);
    close(s->fd);
}

#endif
