#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/addr.h"
#include "reach.h"

static struct sockaddr_storage address(const char *text)
{
    struct sockaddr_storage a;

    assert_true(addr_parse(text, 0, &a));
    return a;
}

static void listen_at(struct reach *r, const char *text)
{
    r->listeners[r->n_listeners++] = address(text);
}

static void a_listener_may_stand_behind_a_balancer(void **state)
{
    static const char *const wrong[] = {"", "8080", "0.0.0.0", "0.0.0.0:8080,",
        "0.0.0.0:8080,proxy", "0.0.0.0:8080,proxy-protocol,x", ",proxy-protocol",
        "proxy.example:8080",
        "[2001:0db8:0000:0000:0000:0000:0000:0007%eth0000000000000000000000000]:8080"};
    struct reach r = {0};
    struct err e = {0};
    char host[256];
    uint16_t port;

    (void)state;
    assert_true(reach_add_listener(&r, "127.0.0.1:8081,proxy-protocol", &e));
    assert_true(reach_add_listener(&r, "127.0.0.2:8080", &e));
    assert_true(reach_add_listener(&r, "[::1]:8082,proxy-protocol", &e));
    assert_true(r.behind_balancer[0] && !r.behind_balancer[1] && r.behind_balancer[2]);
    reach_find_own(&r, host, &port); /* what phones are told */
    assert_string_equal(host, "127.0.0.2");
    assert_int_equal(port, 8080);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(reach_add_listener(&r, wrong[i], &e));
    assert_int_equal(r.n_listeners, 3);
    for (int i = 3; i < REACH_LISTENERS_MOST; i++)
        assert_true(reach_add_listener(&r, "127.0.0.1:1", &e));
    assert_false(reach_add_listener(&r, "127.0.0.1:1", &e));
}

static void name_servers_are_collected(void **state)
{
    static const char *const wrong[] = {"", "dns.example", "0.0.0.0", "::", "192.0.2.53:0",
        "192.0.2.53:70000", "192.0.2.53,192.0.2.54", "[2001:db8::53"};
    struct reach r = {0};
    struct err e = {0};
    int n = 0;

    (void)state;
    assert_null(reach_name_servers(&r));
    assert_true(reach_add_resolver(&r, "192.0.2.53", &e));
    assert_true(reach_add_resolver(&r, "127.0.0.1:5353", &e));
    assert_true(reach_add_resolver(&r, "2001:db8::53", &e));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(reach_add_resolver(&r, wrong[i], &e));
    assert_string_equal(reach_name_servers(&r), "192.0.2.53:53,127.0.0.1:5353,[2001:db8::53]:53");
    while (n < REACH_NAME_SERVERS_CAP && reach_add_resolver(&r, "2001:db8::53", &e))
        n++;
    assert_true(n > 8 && n < REACH_NAME_SERVERS_CAP);
}

static void a_host_is_answered_for_as_resolve_says(void **state)
{
    (void)state;
    static const struct {
        const char *option, *host, *where;
    } cases[] = {
        {"example.org:192.0.2.7", "example.org", "192.0.2.7:443"},
        {"Example.ORG.:192.0.2.7", "example.org", "192.0.2.7:443"},
        {"example.org:[2001:db8::7]", "example.org", "[2001:db8::7]:443"},
        {"example.org:2001:db8::7", "example.org", "[2001:db8::7]:443"},
        {"bücher.example:192.0.2.7", "xn--bcher-kva.example", "192.0.2.7:443"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reach r = {0};
        struct err e = {0};
        struct sockaddr_storage to = {0};
        unsigned len = 0;
        enum dial_error error = DIAL_NXDOMAIN;
        char text[ADDR_TEXT_CAP];

        if (!reach_add_resolve(&r, cases[i].option, &e))
            fail_msg("%s: %s", cases[i].option, e.text);
        assert_true(reach_instead(&r, cases[i].host, 443, (struct sockaddr *)&to, &len, &error));
        assert_int_equal(error, DIAL_OK);
        assert_string_equal(addr_port_text(text, (struct sockaddr *)&to), cases[i].where);
        assert_int_equal(len, addr_len((struct sockaddr *)&to));
        assert_false(reach_instead(&r, "other.example", 443, (struct sockaddr *)&to, &len, &error));
    }
}

static void a_malformed_resolve_is_refused_with_the_mend(void **state)
{
    (void)state;
    static const char *const cases[] = {"", "example.org", "example.org:", ":192.0.2.7",
        "example.org:elsewhere.example", "example.org:192.0.2.256", "exa mple.org:192.0.2.7",
        "example.org:[2001:db8::7", "example..org:192.0.2.7"};
    struct reach r = {0};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};

        if (reach_add_resolve(&r, cases[i], &e))
            fail_msg("“%s” is taken", cases[i]);
        assert_int_equal(e.kind, ERR_USAGE);
        assert_non_null(strstr(e.text, "write HOST:ADDRESS"));
        assert_int_equal(r.n_resolves, 0);
    }
}

static void the_first_resolve_of_a_host_wins_and_there_is_a_most(void **state)
{
    (void)state;
    static struct reach r;
    struct err e = {0};
    struct sockaddr_storage to = {0};
    unsigned len;
    enum dial_error error;
    char text[ADDR_TEXT_CAP];

    for (int i = 0; i < REACH_RESOLVES_MOST; i++) {
        snprintf(text, sizeof text, "example.org:192.0.2.%d", i + 1);
        assert_true(reach_add_resolve(&r, text, &e));
    }
    assert_false(reach_add_resolve(&r, "example.org:192.0.2.1", &e));
    assert_int_equal(e.kind, ERR_USAGE);
    assert_true(reach_instead(&r, "example.org", 80, (struct sockaddr *)&to, &len, &error));
    assert_string_equal(addr_port_text(text, (struct sockaddr *)&to), "192.0.2.1:80");
}

static void without_a_lab_its_names_are_asked_of_the_network(void **state)
{
    (void)state;
    struct reach r = {0};
    struct sockaddr_storage to = {0};
    unsigned len;
    enum dial_error error = DIAL_NXDOMAIN;

    assert_false(reach_instead(&r, "good.lab.test", 443, (struct sockaddr *)&to, &len, &error));
    assert_null(reach_name_servers_of(&r, "dns-servfail.lab.test"));
    struct sockaddr_storage at = address("10.66.0.1:443"), turned = {.ss_family = AF_UNSPEC};
    reach_turn(&r, (struct sockaddr *)&at, &turned);
    assert_int_equal(turned.ss_family, AF_UNSPEC);
    assert_int_equal(error, DIAL_OK);
}

static void only_private_clients_are_served_unless_any_may(void **state)
{
    (void)state;
    static const struct {
        const char *client;
        bool may;
    } cases[] = {
        {"127.0.0.1:5", true},
        {"192.168.1.7:5", true},
        {"10.1.2.3:5", true},
        {"172.31.0.1:5", true},
        {"100.64.0.1:5", true},
        {"169.254.3.4:5", true},
        {"[::1]:5", true},
        {"[fe80::1]:5", true},
        {"[fd00::1]:5", true},
        {"[::ffff:10.0.0.1]:5", true},
        {"8.8.8.8:5", false},
        {"172.32.0.1:5", false},
        {"[2001:db8::1]:5", false},
        {"[::ffff:8.8.8.8]:5", false},
    };
    struct reach own = {0}, any = {.any_client = true};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sockaddr_storage client = address(cases[i].client);

        if (reach_client_may(&own, (struct sockaddr *)&client) != cases[i].may)
            fail_msg("%s", cases[i].client);
        assert_true(reach_client_may(&any, (struct sockaddr *)&client));
    }
}

static void the_proxy_reaches_neither_itself_nor_its_machine_for_others(void **state)
{
    (void)state;
    static const struct {
        const char *listener, *to;
        bool from_loopback, may;
    } cases[] = {
        {"0.0.0.0:8080", "192.0.2.7:443", false, true},
        {"0.0.0.0:8080", "192.0.2.7:8080", false, true},
        {"0.0.0.0:8080", "[2001:db8::7]:443", false, true},
        /* loopback, for one who sits there and for one who does not */
        {"0.0.0.0:8080", "127.0.0.1:5432", false, false},
        {"0.0.0.0:8080", "127.0.0.1:5432", true, true},
        {"0.0.0.0:8080", "127.9.9.9:5432", false, false},
        {"0.0.0.0:8080", "[::1]:5432", false, false},
        {"0.0.0.0:8080", "[::1]:5432", true, true},
        {"0.0.0.0:8080", "[::ffff:127.0.0.1]:5432", false, false},
        {"0.0.0.0:8080", "[::ffff:127.0.0.1]:5432", true, true},
        /* the wildcard is the loopback to connect() */
        {"192.0.2.1:8080", "0.0.0.0:5432", true, false},
        {"192.0.2.1:8080", "[::]:5432", true, false},
        {"192.0.2.1:8080", "[::ffff:0.0.0.0]:5432", true, false},
        {"192.0.2.1:8080", "192.0.2.7:0", true, false},
        /* our own listener, under each of its names */
        {"0.0.0.0:8080", "127.0.0.1:8080", true, false},
        {"0.0.0.0:8080", "127.0.0.2:8080", true, false},
        {"0.0.0.0:8080", "[::ffff:127.0.0.1]:8080", true, false},
        {"[::]:8080", "[::1]:8080", true, false},
        {"[::]:8080", "127.0.0.1:8080", true, false},
        {"192.0.2.1:8080", "192.0.2.1:8080", false, false},
        {"192.0.2.1:8080", "[::ffff:192.0.2.1]:8080", false, false},
        {"192.0.2.1:8080", "192.0.2.1:8081", false, true},
        {"192.0.2.1:8080", "127.0.0.1:8080", true, true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reach r = {0};
        struct sockaddr_storage to = address(cases[i].to);

        listen_at(&r, "198.51.100.1:9");
        listen_at(&r, cases[i].listener);
        if (reach_may(&r, (struct sockaddr *)&to, cases[i].from_loopback) != cases[i].may)
            fail_msg("%s to %s%s", cases[i].listener, cases[i].to,
                cases[i].from_loopback ? " from loopback" : "");
    }
}

static void the_proxy_knows_its_own_addresses(void **state)
{
    static const struct {
        const char *listener, *host;
        uint16_t port;
        bool own;
    } rows[] = {
        {"0.0.0.0:8080", "127.0.0.1", 8080, true},
        {"0.0.0.0:8080", "127.0.0.1", 8081, false},
        {"0.0.0.0:8080", "0.0.0.0", 8080, false},
        {"0.0.0.0:8080", "whytls.test", 8080, false},
        {"0.0.0.0:8080", "203.0.113.9", 8080, false},
        {"[::]:8080", "::1", 8080, true},
        {"192.0.2.1:8080", "192.0.2.1", 8080, true},
        {"192.0.2.1:8080", "127.0.0.1", 8080, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reach r = {0};

        listen_at(&r, rows[i].listener);
        if (reach_is_own(&r, rows[i].host, rows[i].port) != rows[i].own)
            fail_msg("%s: %s:%u", rows[i].listener, rows[i].host, (unsigned)rows[i].port);
    }
}

static void phones_are_told_an_address_that_leads_here(void **state)
{
    struct reach r = {0}, any = {0};
    char host[HOST_CAP];
    uint16_t port;

    (void)state;
    listen_at(&r, "192.0.2.1:8080");
    reach_find_own(&r, host, &port);
    assert_string_equal(host, "192.0.2.1");
    assert_int_equal(port, 8080);
    listen_at(&any, "0.0.0.0:3128");
    reach_find_own(&any, host, &port);
    assert_int_equal(port, 3128);
    assert_true(reach_is_own(&any, host, port)); /* whichever interface this machine has */
}

static void gates_are_read_and_are_out_of_reach(void **state)
{
    static const char *const bad[] = {"", "8443", "0.0.0.0", "gateway:8443", "[::]:x"};
    struct reach r = {0};
    struct err e = {0};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(reach_add_gate(&r, TRANSPARENT_TPROXY, bad[i], &e));
        assert_non_null(strstr(e.text, "--tproxy"));
    }
    assert_true(reach_add_gate(&r, TRANSPARENT_REDIRECT, "0.0.0.0:8443", &e));
    assert_true(reach_add_gate(&r, TRANSPARENT_TPROXY, "[::]:8444", &e));
    assert_int_equal(r.gates[1].how, TRANSPARENT_TPROXY);
    struct sockaddr_storage own = address("127.0.0.1:8443"), site = address("192.0.2.1:8443");
    assert_false(reach_may(&r, (struct sockaddr *)&own, true));
    assert_true(reach_may(&r, (struct sockaddr *)&site, true));
    while (r.n_gates < REACH_GATES_MOST)
        assert_true(reach_add_gate(&r, TRANSPARENT_REDIRECT, "0.0.0.0:8443", &e));
    assert_false(reach_add_gate(&r, TRANSPARENT_REDIRECT, "0.0.0.0:8443", &e));
    reach_begun(&r, (struct sockaddr *)&site); /* nobody guards: nothing happens */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gates_are_read_and_are_out_of_reach),
        cmocka_unit_test(a_listener_may_stand_behind_a_balancer),
        cmocka_unit_test(name_servers_are_collected),
        cmocka_unit_test(a_host_is_answered_for_as_resolve_says),
        cmocka_unit_test(a_malformed_resolve_is_refused_with_the_mend),
        cmocka_unit_test(the_first_resolve_of_a_host_wins_and_there_is_a_most),
        cmocka_unit_test(without_a_lab_its_names_are_asked_of_the_network),
        cmocka_unit_test(only_private_clients_are_served_unless_any_may),
        cmocka_unit_test(the_proxy_knows_its_own_addresses),
        cmocka_unit_test(phones_are_told_an_address_that_leads_here),
        cmocka_unit_test(the_proxy_reaches_neither_itself_nor_its_machine_for_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
