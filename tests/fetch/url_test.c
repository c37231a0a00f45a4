#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/addr.h"

#include "url_priv.h"

static void only_plain_http_is_read(void **state)
{
    static const struct {
        const char *url, *host; /* NULL: refused */
        uint16_t port;
    } rows[] = {
        {"http://ca.example/e2.cer", "ca.example", 80},
        {"http://CA.Example:8080/a?b", "ca.example", 8080},
        {"http://[2001:db8::7]/x", "2001:db8::7", 80},
        {"http://192.0.2.7/", "192.0.2.7", 80},
        {"https://ca.example/", NULL, 0},
        {"file:///etc/passwd", NULL, 0},
        {"ldap://ca.example/cn=x", NULL, 0},
        {"ftp://ca.example/x", NULL, 0},
        {"gopher://ca.example/x", NULL, 0},
        {"http://user@ca.example/", NULL, 0},
        {"http://user:pass@ca.example/", NULL, 0},
        {"http://ca.example/a b", NULL, 0},
        {"http://ca.example/\r\nHost: x", NULL, 0},
        {"http://ca.example\\@evil.example/", NULL, 0},
        {"http://ca.example:0/", NULL, 0},
        {"http://ca.example:99999/", NULL, 0},
        {"ca.example/e2.cer", NULL, 0},
        {"", NULL, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fetch_url u = {.port = 0};
        bool good = url_read(rows[i].url, &u);

        if (good != (rows[i].host != NULL) ||
            (good && (strcmp(u.host, rows[i].host) != 0 || u.port != rows[i].port)))
            fail_msg("%s: %d %s %d", rows[i].url, good, u.host, u.port);
    }
}

static void a_long_one_is_refused(void **state)
{
    char url[FETCH_URL_MOST + 2];
    struct fetch_url u;

    (void)state;
    memset(url, 'a', sizeof url);
    memcpy(url, "http://ca.example/", 18);
    url[FETCH_URL_MOST] = '\0';
    assert_true(url_read(url, &u));
    url[FETCH_URL_MOST] = 'a';
    url[FETCH_URL_MOST + 1] = '\0';
    assert_false(url_read(url, &u));
}

static void the_owners_network_is_reached_only_from_within(void **state)
{
    static const struct {
        const char *address;
        bool from_public, from_private, from_loopback;
    } rows[] = {
        {"192.0.2.7", true, true, true},
        {"2001:db8::7", true, true, true},
        {"10.0.0.1", false, true, true},
        {"192.168.1.1", false, true, true},
        {"100.64.0.1", false, true, true},
        {"fd00::1", false, true, true},
        {"::ffff:10.0.0.1", false, true, true},
        {"127.0.0.1", false, false, true},
        {"::1", false, false, true},
        {"169.254.169.254", false, false, false},
        {"fe80::1", false, false, false},
        {"0.0.0.0", false, false, false},
        {"::", false, false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sockaddr_storage to;

        assert_true(addr_parse(rows[i].address, 80, &to));
        if (url_may(FETCH_PUBLIC, (struct sockaddr *)&to) != rows[i].from_public ||
            url_may(FETCH_PRIVATE, (struct sockaddr *)&to) != rows[i].from_private ||
            url_may(FETCH_LOOPBACK, (struct sockaddr *)&to) != rows[i].from_loopback)
            fail_msg("%s", rows[i].address);
    }
}

static void the_site_itself_says_how_far(void **state)
{
    (void)state;
    assert_int_equal(url_reach_of(NULL), FETCH_PUBLIC);
    assert_int_equal(url_reach_of("192.0.2.7:443"), FETCH_PUBLIC);
    assert_int_equal(url_reach_of("10.1.2.3:443"), FETCH_PRIVATE);
    assert_int_equal(url_reach_of("127.0.0.1:443"), FETCH_LOOPBACK);
    assert_int_equal(url_reach_of("[::1]:443"), FETCH_LOOPBACK);
    assert_int_equal(url_reach_of("nonsense"), FETCH_PUBLIC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_plain_http_is_read),
        cmocka_unit_test(a_long_one_is_refused),
        cmocka_unit_test(the_owners_network_is_reached_only_from_within),
        cmocka_unit_test(the_site_itself_says_how_far),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
