#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "name_server.h"
#include "second_look.h"

struct looker {
    struct bench bench;
    int calls;
    enum resolve_error why;
};

static void looked(void *arg, enum resolve_error why)
{
    struct looker *l = arg;

    l->calls++;
    l->why = why;
    loop_stop(l->bench.loop);
}

static void failures_have_reasons(void **state)
{
    static const struct {
        const char *host;
        enum resolve_error why;
    } cases[] = {
        {"fail.example.test", RESOLVE_SERVFAIL},
        {"silent.example.test", RESOLVE_SERVFAIL}, /* it had answered before */
        {"refuse.example.test", RESOLVE_REFUSED},
        {"bogus.example.test", RESOLVE_BOGUS},
        {"gone.example.test", RESOLVE_BOGUS}, /* a denial that did not check out */
        {"a..example.test", RESOLVE_SERVFAIL},
    };
    struct name_server server;
    struct err e;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct looker l = {0};

        bench_init(&l.bench);
        name_server_start(&server, l.bench.loop);
        struct dns_channel *raw = dns_channel_new(
            l.bench.loop, &(struct resolver_config){.servers = server.at, .try_ms = 100}, true, &e);
        assert_non_null(raw);
        second_look(raw, cases[i].host, looked, &l);
        if (!l.calls)
            bench_run(&l.bench);
        assert_int_equal(l.calls, 1);
        if (l.why != cases[i].why)
            fail_msg("%s: %d", cases[i].host, l.why);
        dns_channel_free(raw);
        name_server_stop(&server);
        bench_fini(&l.bench);
    }
}

static void a_port_without_a_server_is_told(void **state)
{
    struct looker l = {0};
    struct name_server server;
    struct err e;

    (void)state;
    bench_init(&l.bench);
    name_server_start(&server, l.bench.loop);
    name_server_stop(&server);
    struct dns_channel *raw = dns_channel_new(
        l.bench.loop, &(struct resolver_config){.servers = server.at, .try_ms = 100}, true, &e);
    second_look(raw, "good.example.test", looked, &l);
    bench_run(&l.bench);
    assert_int_equal(l.why, RESOLVE_UNREACHABLE);
    second_look(raw, "good.example.test", looked, &l);
    dns_channel_free(raw); /* who still waits is told */
    assert_int_equal(l.calls, 2);
    bench_fini(&l.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_have_reasons),
        cmocka_unit_test(a_port_without_a_server_is_told),
    };

    return cmocka_run_group_tests_name("net/second_look", tests, NULL, NULL);
}
