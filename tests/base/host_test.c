#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "host.h"

static void a_host_has_one_normal_form(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"Example.ORG", "example.org"},
        {"example.org.", "example.org"},
        {"localhost", "localhost"},
        {"_dmarc.example.org", "_dmarc.example.org"},
        {"xn--bcher-kva.example", "xn--bcher-kva.example"},
        {"b\xc3\xbc"
         "cher.example",
            "xn--bcher-kva.example"},
        {"B\xc3\x9c"
         "CHER.example",
            "xn--bcher-kva.example"},
        {"fa\xc3\x9f.de", "xn--fa-hia.de"}, /* IDNA2008: not fass.de */
        {"192.0.2.1", "192.0.2.1"},
        {"[2001:DB8:0:0::1]", "2001:db8::1"},
        {"2001:db8::0001", "2001:db8::1"},
        {"::FFFF:192.0.2.1", "::ffff:192.0.2.1"},
        {"1.2.3.4.example", "1.2.3.4.example"},
        {"a-b.c0", "a-b.c0"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[HOST_CAP];

        assert_true(host_normalise(cases[i].in, strlen(cases[i].in), out));
        assert_string_equal(out, cases[i].out);
    }
}

static void what_can_be_no_host_is_refused(void **state)
{
    static const char *const bad[] = {"", ".", "..", "a..b", ".a", "a b", "a/b", "a:b", "a@b",
        "a%b", "a\\b", "a\"b", "-a", "a-", "a.-b", "a-.b", "*.example.org", "1.2.3", "1.2.3.256",
        "0300.0.0.1", "1.2.3.4.5", "999", "[::1", "::1]", "[]", "[192.0.2.1]", "[:::]",
        "fe80::1%eth0", "a\nb", "\x80", "xn--\xff", "example.org..",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example"};
    char out[HOST_CAP], long_one[2 * HOST_CAP];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (host_normalise(bad[i], strlen(bad[i]), out))
            fail_msg("%s was taken for a host", bad[i]);
    assert_false(host_normalise("a\0b", 3, out));
    assert_false(host_normalise("[::1\0]", 6, out)); /* what follows a NUL is not hidden */
    assert_false(host_normalise("::1\0", 4, out));
    for (size_t i = 0; i < sizeof long_one; i++)
        long_one[i] = i % 2 ? '.' : 'a';
    assert_true(host_normalise(long_one, 253, out));
    assert_false(host_normalise(long_one, HOST_CAP, out));
    assert_false(host_normalise(long_one, sizeof long_one - 1, out));
}

static void a_port_is_read_behind_a_host(void **state)
{
    static const struct {
        const char *in, *host;
        uint16_t fallback, port;
    } cases[] = {
        {"example.org:8443", "example.org", 0, 8443},
        {"example.org", "example.org", 443, 443},
        {"example.org:1", "example.org", 443, 1},
        {"[::1]:65535", "::1", 443, 65535},
        {"[2001:db8::1]", "2001:db8::1", 443, 443},
        {"192.0.2.1:80", "192.0.2.1", 443, 80},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char host[HOST_CAP];
        uint16_t port = 0;

        assert_true(
            host_port_parse(cases[i].in, strlen(cases[i].in), cases[i].fallback, host, &port));
        assert_string_equal(host, cases[i].host);
        assert_int_equal(port, cases[i].port);
    }
}

static void a_bad_port_is_no_port(void **state)
{
    static const char *const bad[] = {"", ":443", "a:", "a:0", "a:65536", "a:99999", "a:443x",
        "a:-1", "a: 1", "a:0000443", "::1", "2001:db8::1", "[::1]443", "[::1]:", "[::1", "a:1:2"};
    char host[HOST_CAP];
    uint16_t port;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (host_port_parse(bad[i], strlen(bad[i]), 443, host, &port))
            fail_msg("%s was taken for host and port", bad[i]);
    assert_false(host_port_parse("example.org", 11, 0, host, &port));
}

static void addresses_are_told_from_names(void **state)
{
    (void)state;
    assert_true(host_is_ip("192.0.2.1") && host_is_ip("::1") && host_is_ip("2001:db8::1"));
    assert_false(
        host_is_ip("example.org") || host_is_ip("1.2.3") || host_is_ip("") || host_is_ip("[::1]"));
}

static void what_is_near_is_local(void **state)
{
    static const char *const local[] = {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "127.0.0.1", "127.255.0.1", "169.254.1.1", "100.64.0.1", "100.127.255.255", "0.0.0.0",
        "::1", "::", "fe80::1", "febf::1", "fc00::1", "fd12::1", "::ffff:192.168.1.1",
        "printer.local", "nas.lan", "x.internal", "x.home.arpa", "localhost", "a.localhost",
        "intranet"};
    static const char *const far[] = {"8.8.8.8", "172.15.0.1", "172.32.0.1", "192.167.1.1",
        "100.63.0.1", "100.128.0.1", "11.0.0.1", "169.253.0.1", "2001:db8::1", "fec0::1",
        "::ffff:8.8.8.8", "example.org", "local.example", "notlocal.example"};

    (void)state;
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++)
        if (!host_is_local(local[i]))
            fail_msg("%s is local", local[i]);
    for (size_t i = 0; i < sizeof far / sizeof far[0]; i++)
        if (host_is_local(far[i]))
            fail_msg("%s is not local", far[i]);
}

static void the_site_is_the_registrable_domain(void **state)
{
    (void)state;
    assert_string_equal(host_site("www.shop.example.co.uk"), "example.co.uk");
    assert_string_equal(host_site("example.org"), "example.org");
    assert_null(host_site("co.uk"));
    assert_null(host_site("192.0.2.1"));
    assert_null(host_site("2001:db8::1"));
}

static void a_public_suffix_is_one_of_icanns(void **state)
{
    (void)state;
    assert_true(host_is_public_suffix("com") && host_is_public_suffix("co.uk"));
    assert_true(host_is_any_suffix("github.io") && host_is_any_suffix("com") &&
                !host_is_any_suffix("example.com"));
    assert_false(host_is_public_suffix("example.com") || host_is_public_suffix("github.io") ||
                 host_is_public_suffix("test"));
}

static void an_address_of_ipv6_gets_brackets(void **state)
{
    char buf[HOST_CAP + 8];

    (void)state;
    assert_string_equal(host_port_text(buf, sizeof buf, "example.org", 443), "example.org:443");
    assert_string_equal(host_port_text(buf, sizeof buf, "::1", 8080), "[::1]:8080");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_has_one_normal_form),
        cmocka_unit_test(what_can_be_no_host_is_refused),
        cmocka_unit_test(a_port_is_read_behind_a_host),
        cmocka_unit_test(a_bad_port_is_no_port),
        cmocka_unit_test(addresses_are_told_from_names),
        cmocka_unit_test(what_is_near_is_local),
        cmocka_unit_test(the_site_is_the_registrable_domain),
        cmocka_unit_test(a_public_suffix_is_one_of_icanns),
        cmocka_unit_test(an_address_of_ipv6_gets_brackets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
