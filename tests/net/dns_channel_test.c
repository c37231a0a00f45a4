#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dns_channel.h"
#include "name_server.h"

struct asker {
    struct bench bench;
    struct name_server server;
    struct dns_channel *channel;
    int calls, status;
    unsigned flags;
};

static void asker_init(struct asker *a)
{
    struct err e;

    *a = (struct asker){.status = -1};
    bench_init(&a->bench);
    name_server_start(&a->server, a->bench.loop);
    a->channel = dns_channel_new(
        a->bench.loop, &(struct resolver_config){.servers = a->server.at, .try_ms = 100}, true, &e);
    assert_non_null(a->channel);
}

static void asker_fini(struct asker *a)
{
    dns_channel_free(a->channel);
    name_server_stop(&a->server);
    bench_fini(&a->bench);
}

static void answered(void *arg, int status, int timeouts, unsigned char *bytes, int len)
{
    struct asker *a = arg;

    (void)timeouts;
    a->calls++;
    a->status = status;
    a->flags = len > 3 ? (unsigned)bytes[2] << 8 | bytes[3] : 0;
    loop_stop(a->bench.loop);
}

static void failures_are_handed_over_as_they_came(void **state)
{
    static const struct {
        const char *host;
        unsigned rcode;
    } cases[] = {{"good.example.test", 0}, {"fail.example.test", 2}, {"gone.example.test", 3},
        {"refuse.example.test", 5}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct asker a;

        asker_init(&a);
        dns_channel_ask(a.channel, cases[i].host, 1, 0, answered, &a);
        bench_run(&a.bench);
        assert_int_equal(a.calls, 1);
        assert_int_equal(a.status, ARES_SUCCESS);
        assert_int_equal(a.flags & 0xf, cases[i].rcode);
        assert_int_equal(a.server.asked, 1);
        asker_fini(&a);
    }
}

static void flags_go_out_with_the_question(void **state)
{
    struct asker a;

    (void)state;
    asker_init(&a);
    dns_channel_ask(a.channel, "bogus.example.test", 1, DNS_CHECKING_DISABLED, answered, &a);
    bench_run(&a.bench);
    assert_int_equal(a.flags & 0xf, 0);
    asker_fini(&a);
}

static void silence_ends(void **state)
{
    struct asker a;

    (void)state;
    asker_init(&a);
    dns_channel_ask(a.channel, "silent.example.test", 1, 0, answered, &a);
    bench_run(&a.bench);
    assert_int_equal(a.status, ARES_ETIMEOUT);
    asker_fini(&a);
}

static void what_is_no_name_is_answered_at_once(void **state)
{
    struct asker a;

    (void)state;
    asker_init(&a);
    dns_channel_ask(a.channel, "a..example.test", 1, 0, answered, &a);
    assert_int_equal(a.calls, 1);
    assert_int_not_equal(a.status, ARES_SUCCESS);
    assert_int_equal(a.server.asked, 0);
    asker_fini(&a);
}

static void open_questions_end_with_the_channel(void **state)
{
    struct asker a;

    (void)state;
    asker_init(&a);
    dns_channel_ask(a.channel, "silent.example.test", 1, 0, answered, &a);
    assert_int_equal(a.calls, 0);
    asker_fini(&a);
    assert_int_equal(a.calls, 1);
    dns_channel_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_are_handed_over_as_they_came),
        cmocka_unit_test(flags_go_out_with_the_question),
        cmocka_unit_test(silence_ends),
        cmocka_unit_test(what_is_no_name_is_answered_at_once),
        cmocka_unit_test(open_questions_end_with_the_channel),
    };

    return cmocka_run_group_tests_name("net/dns_channel", tests, NULL, NULL);
}
