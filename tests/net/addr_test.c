#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"

static struct sockaddr_storage at(const char *text)
{
    struct sockaddr_storage a;

    if (!addr_parse(text, 0, &a))
        fail_msg("%s is not parsed", text);
    return a;
}

static void texts_are_parsed_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        int port;
        const char *host, *both;
    } cases[] = {
        {"192.0.2.7:80", -1, "192.0.2.7", "192.0.2.7:80"},
        {"192.0.2.7", 8080, "192.0.2.7", "192.0.2.7:8080"},
        {"0.0.0.0:0", -1, "0.0.0.0", "0.0.0.0:0"},
        {"[2001:db8::7]:443", -1, "2001:db8::7", "[2001:db8::7]:443"},
        {"[::]", 8080, "::", "[::]:8080"},
        {"2001:DB8:0::7", 1, "2001:db8::7", "[2001:db8::7]:1"},
        {"[::ffff:192.0.2.7]:80", -1, "192.0.2.7", "192.0.2.7:80"},
        {"127.0.0.1:65535", -1, "127.0.0.1", "127.0.0.1:65535"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sockaddr_storage a;
        char buf[ADDR_TEXT_CAP];

        assert_true(addr_parse(cases[i].in, cases[i].port, &a));
        assert_string_equal(addr_text(buf, (struct sockaddr *)&a), cases[i].host);
        assert_string_equal(addr_port_text(buf, (struct sockaddr *)&a), cases[i].both);
    }
}

static void other_texts_are_turned_down(void **state)
{
    (void)state;
    static const char *const cases[] = {"", ":80", "192.0.2.7", "[::1]", "::1",
        "192.0.2.7:", "192.0.2.7:x", "192.0.2.7:65536", "192.0.2.7:123456", "192.0.2.7:-1",
        "192.0.2.7:+1", "192.0.2.7: 1", "192.0.2:80", "192.0.2.256:80", "[::1:80", "::1]:80",
        "[::1]80", "[192.0.2.7]:80", "[fe80::1%eth0]:80", "[]:80", "example.org:80", "0x7f.1:80",
        "192.0.2.7:80 "};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sockaddr_storage a;

        if (addr_parse(cases[i], -1, &a))
            fail_msg("%s is taken", cases[i]);
    }
}

static void kinds_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool any, loopback, link_local, private;
    } cases[] = {
        {"0.0.0.0", true, false, false, false},
        {"::", true, false, false, false},
        {"::ffff:0.0.0.0", true, false, false, false},
        {"127.0.0.1", false, true, false, true},
        {"127.255.0.9", false, true, false, true},
        {"::1", false, true, false, true},
        {"::ffff:127.0.0.1", false, true, false, true},
        {"169.254.1.1", false, false, true, true},
        {"fe80::1", false, false, true, true},
        {"10.0.0.1", false, false, false, true},
        {"172.16.0.1", false, false, false, true},
        {"172.31.255.255", false, false, false, true},
        {"172.32.0.1", false, false, false, false},
        {"172.15.0.1", false, false, false, false},
        {"192.168.9.9", false, false, false, true},
        {"192.169.0.1", false, false, false, false},
        {"100.64.0.1", false, false, false, true},
        {"100.128.0.1", false, false, false, false},
        {"100.63.0.1", false, false, false, false},
        {"fc00::1", false, false, false, true},
        {"fdff::1", false, false, false, true},
        {"fe00::1", false, false, false, false},
        {"8.8.8.8", false, false, false, false},
        {"2001:db8::1", false, false, false, false},
        {"::ffff:8.8.8.8", false, false, false, false},
        {"::ffff:10.1.1.1", false, false, false, true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sockaddr_storage a = at(cases[i].text);
        const struct sockaddr *s = (const struct sockaddr *)&a;

        if (addr_is_any(s) != cases[i].any || addr_is_loopback(s) != cases[i].loopback ||
            addr_is_link_local(s) != cases[i].link_local || addr_is_private(s) != cases[i].private)
            fail_msg("%s", cases[i].text);
    }
}

static void equality_looks_at_the_host_alone(void **state)
{
    (void)state;
    struct sockaddr_storage a = at("192.0.2.7:80"), b = at("[::ffff:192.0.2.7]:81"),
                            c = at("192.0.2.8"), d = at("::1"), e = at("::2");

    assert_true(addr_equal((struct sockaddr *)&a, (struct sockaddr *)&b));
    assert_true(addr_equal((struct sockaddr *)&b, (struct sockaddr *)&a));
    assert_true(addr_equal((struct sockaddr *)&d, (struct sockaddr *)&d));
    assert_false(addr_equal((struct sockaddr *)&a, (struct sockaddr *)&c));
    assert_false(addr_equal((struct sockaddr *)&d, (struct sockaddr *)&e));
    assert_false(addr_equal((struct sockaddr *)&a, (struct sockaddr *)&d));
}

static void other_families_are_harmless(void **state)
{
    (void)state;
    const struct sockaddr packet = {.sa_family = AF_UNIX};
    char buf[ADDR_TEXT_CAP];

    assert_string_equal(addr_text(buf, &packet), "?");
    assert_int_equal(addr_len(&packet), 0);
    assert_int_equal(addr_port(&packet), 0);
    assert_false(addr_equal(&packet, &packet));
    assert_false(addr_is_private(&packet));
    assert_false(addr_is_any(&packet));
}

static void ports_are_set_in_both_families(void **state)
{
    (void)state;
    static const char *const hosts[] = {"192.0.2.7", "2001:db8::7"};

    for (size_t i = 0; i < 2; i++) {
        struct sockaddr_storage a = at(hosts[i]);

        addr_set_port((struct sockaddr *)&a, 4433);
        assert_int_equal(addr_port((struct sockaddr *)&a), 4433);
        assert_int_equal(addr_len((struct sockaddr *)&a),
            i ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_parsed_and_written),
        cmocka_unit_test(other_texts_are_turned_down),
        cmocka_unit_test(kinds_are_told_apart),
        cmocka_unit_test(equality_looks_at_the_host_alone),
        cmocka_unit_test(other_families_are_harmless),
        cmocka_unit_test(ports_are_set_in_both_families),
    };

    return cmocka_run_group_tests_name("net/addr", tests, NULL, NULL);
}
