#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "lab.h"
#include "resolver.h"

enum { A = 1, AAAA = 28, HTTPS = 65, NOERROR = 0, SERVFAIL = 2, NXDOMAIN = 3 };

struct answer {
    uint8_t bytes[RESOLVER_MESSAGE_MOST];
    size_t len;
    int rcode, n_records;
};

static size_t ask(const char *host, int type, bool unchecked, uint8_t out[static 300])
{
    static const uint8_t head[12] = {0x12, 0x34, 1, 0, 0, 1};
    size_t at = sizeof head;

    memcpy(out, head, sizeof head);
    out[3] = unchecked ? 0x10 : 0;
    while (*host) {
        size_t n = strcspn(host, ".");

        out[at++] = (uint8_t)n;
        memcpy(out + at, host, n);
        at += n;
        host += n + (host[n] == '.');
    }
    memcpy(out + at, (uint8_t[]){0, 0, (uint8_t)type, 0, 1}, 5);
    return at + 5;
}

static struct answer answer_to(const char *host, int type, bool unchecked)
{
    uint8_t query[300];
    struct answer a = {0};

    a.len = resolver_answer(query, ask(host, type, unchecked, query), a.bytes);
    if (a.len) {
        assert_memory_equal(a.bytes, query, 2);
        assert_int_equal(a.bytes[2] & 0x81, 0x81);
        a.rcode = a.bytes[3] & 15;
        a.n_records = a.bytes[7];
    }
    return a;
}

static void each_name_fails_in_its_own_way(void **state)
{
    static const struct {
        const char *host;
        int type;
        bool unchecked;
        int rcode, n;
    } cases[] = {
        {"dns-servfail.lab.test", A, false, SERVFAIL, 0},
        {"dns-servfail.lab.test", A, true, SERVFAIL, 0},
        {"dnssec-bogus.lab.test", A, false, SERVFAIL, 0},
        {"dnssec-bogus.lab.test", A, true, NOERROR, 1},
        {"DNS-Hijack.lab.example.com", A, false, NOERROR, 1},
        {"dns-hijack.lab.example.com", AAAA, false, NOERROR, 0},
        {"no-ip-family.lab.test", AAAA, false, NOERROR, 1},
        {"no-ip-family.lab.test", A, false, NOERROR, 1},
        {"no-ip-family.lab.test", HTTPS, false, NOERROR, 0},
        {"good.lab.test", A, false, NXDOMAIN, 0},
        {"elsewhere.example", A, false, NXDOMAIN, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct answer a = answer_to(cases[i].host, cases[i].type, cases[i].unchecked);

        assert_true(a.len > 0);
        assert_int_equal(a.rcode, cases[i].rcode);
        assert_int_equal(a.n_records, cases[i].n);
    }
    assert_int_equal(answer_to("dns-timeout.lab.test", A, false).len, 0);
}

static void what_is_no_question_is_met_with_silence(void **state)
{
    uint8_t query[300], out[RESOLVER_MESSAGE_MOST];
    size_t len = ask("no-ip-family.lab.test", A, false, query);

    (void)state;
    for (size_t n = 0; n < len; n++)
        assert_int_equal(resolver_answer(query, n, out), 0);
    query[12] = 0xc0; /* a pointer, in a question */
    assert_int_equal(resolver_answer(query, len, out), 0);
    len = ask("no-ip-family.lab.test", A, false, query);
    query[2] |= 0x80; /* an answer */
    assert_int_equal(resolver_answer(query, len, out), 0);
}

static enum resolver_net net_of(const char *ip)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

    if (inet_pton(AF_INET, ip, &in.sin_addr) == 1)
        return resolver_net_of((struct sockaddr *)&in);
    assert_int_equal(inet_pton(AF_INET6, ip, &in6.sin6_addr), 1);
    return resolver_net_of((struct sockaddr *)&in6);
}

static void its_addresses_are_told_from_those_of_the_world(void **state)
{
    (void)state;
    assert_int_equal(net_of("10.66.0.7"), RESOLVER_ENTRY);
    assert_int_equal(net_of("198.18.1.7"), RESOLVER_ENTRY);
    assert_int_equal(net_of("127.66.0.7"), RESOLVER_DEAD);
    assert_int_equal(net_of("2001:db8:66::7"), RESOLVER_DEAD);
    assert_int_equal(net_of("10.67.0.7"), RESOLVER_ELSEWHERE);
    assert_int_equal(net_of("127.0.0.1"), RESOLVER_ELSEWHERE);
    assert_int_equal(net_of("2001:db8:67::7"), RESOLVER_ELSEWHERE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_name_fails_in_its_own_way),
        cmocka_unit_test(what_is_no_question_is_met_with_silence),
        cmocka_unit_test(its_addresses_are_told_from_those_of_the_world),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
