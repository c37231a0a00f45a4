#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "name_server.h"
#include "resolve.h"
#include "site_hints.h"

struct asker {
    struct bench bench;
    struct clock clock;
    struct name_server server;
    struct resolver *resolver;
    struct resolve *other; /* cancelled from within an answer */
    int answers, wanted;
    bool starting;
    struct resolve_answer last;
    char alias[256];
};

/* Longer than any machine pauses: no question goes out twice. HASTY: for who never answers. */
enum { PATIENT_MS = 30000, HASTY_MS = 100 };

static void asker_init_as(struct asker *a, bool hints, int try_ms)
{
    struct err e;

    *a = (struct asker){.wanted = 1};
    clock_fake_init(&a->clock, 0);
    bench_init_clock(&a->bench, &a->clock);
    name_server_start(&a->server, a->bench.loop);
    a->resolver = resolver_new(a->bench.loop,
        &(struct resolver_config){.servers = a->server.at,
            .no_hosts = true,
            .hints = hints,
            .try_ms = try_ms,
            .total_ms = 3 * try_ms},
        &e);
    assert_non_null(a->resolver);
}

static void asker_init(struct asker *a)
{
    asker_init_as(a, false, PATIENT_MS);
}

static void asker_init_hints(struct asker *a)
{
    asker_init_as(a, true, PATIENT_MS);
}

static void asker_fini(struct asker *a)
{
    resolver_free(a->resolver);
    name_server_stop(&a->server);
    bench_fini(&a->bench);
}

static void answered(void *arg, const struct resolve_answer *answer)
{
    struct asker *a = arg;

    assert_false(a->starting);
    a->last = *answer;
    if (answer->n_aliases)
        snprintf(a->alias, sizeof a->alias, "%s", answer->aliases[0]);
    if (a->other) {
        resolve_cancel(a->other);
        a->other = NULL;
    }
    if (++a->answers == a->wanted)
        loop_stop(a->bench.loop);
}

static struct resolve *ask(struct asker *a, const char *host)
{
    a->starting = true;
    struct resolve *one = resolve_start(a->resolver, host, answered, a);
    a->starting = false;
    return one;
}

static void answers_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        enum resolve_error error;
        size_t n;
        int first_family;
    } cases[] = {
        {"good.example.test", RESOLVE_OK, 2, AF_INET6},
        {"four.example.test", RESOLVE_OK, 1, AF_INET},
        {"six.example.test", RESOLVE_OK, 1, AF_INET6},
        {"many.example.test", RESOLVE_OK, 8, AF_INET},
        {"gone.example.test", RESOLVE_NXDOMAIN, 0, 0},
        {"empty.example.test", RESOLVE_NO_ADDRESS, 0, 0},
        {"refuse.example.test", RESOLVE_REFUSED, 0, 0},
        {"bogus.example.test", RESOLVE_BOGUS, 0, 0},
        {"fail.example.test", RESOLVE_SERVFAIL, 0, 0},
        {"silent.example.test", RESOLVE_TIMEOUT, 0, 0},
        {"halfmute.example.test", RESOLVE_OK, 1, AF_INET},
        {"127.0.0.9", RESOLVE_OK, 1, AF_INET},
        {"::1", RESOLVE_OK, 1, AF_INET6},
        {"localhost", RESOLVE_OK, 2, AF_INET6},
        {"a.localhost", RESOLVE_OK, 2, AF_INET6},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool is_mute = strstr(cases[i].host, "silent") || strstr(cases[i].host, "mute");
        struct asker a;

        asker_init_as(&a, false, is_mute ? HASTY_MS : PATIENT_MS);
        (void)!ask(&a, cases[i].host);
        bench_run(&a.bench);
        if (a.last.error != cases[i].error || a.last.n != cases[i].n ||
            (a.last.n && a.last.addresses[0].any.sa_family != cases[i].first_family))
            fail_msg("%s: error %d, %zu addresses", cases[i].host, a.last.error, a.last.n);
        asker_fini(&a);
    }
}

static void aliases_are_told(void **state)
{
    (void)state;
    struct asker a;

    asker_init(&a);
    (void)!ask(&a, "alias.example.test");
    bench_run(&a.bench);
    assert_int_equal(a.last.error, RESOLVE_OK);
    assert_int_equal(a.last.n_aliases, 1);
    assert_string_equal(a.alias, "edge.cdn.test");
    asker_fini(&a);
}

static void many_askers_are_one_question(void **state)
{
    (void)state;
    struct asker a;

    asker_init(&a);
    a.wanted = 20;
    for (int i = 0; i < 20; i++)
        (void)!ask(&a, "good.example.test");
    bench_run(&a.bench);
    assert_int_equal(a.answers, 20);
    assert_int_equal(a.server.asked, 2); /* A and AAAA */
    asker_fini(&a);
}

static void ask_again(void *arg)
{
    struct asker *a = arg;

    (void)!ask(a, "good.example.test");
}

static void answers_are_kept(void **state)
{
    (void)state;
    struct asker a;

    asker_init(&a);
    a.wanted = 2;
    (void)!ask(&a, "good.example.test");
    struct loop_timer *again = loop_every(a.bench.loop, 5, ask_again, &a);
    bench_run(&a.bench);
    loop_timer_free(again);
    assert_true(a.answers >= 2);
    assert_int_equal(a.server.asked, 2);
    asker_fini(&a);
}

static void ask_later(void *arg)
{
    struct asker *a = arg;

    clock_advance(&a->clock, 61000); /* the TTL is 60 s */
    (void)!ask(a, "good.example.test");
}

static void old_answers_are_asked_for_again(void **state)
{
    (void)state;
    struct asker a;

    asker_init(&a);
    a.wanted = 2;
    (void)!ask(&a, "good.example.test");
    struct loop_timer *later = loop_every(a.bench.loop, 5, ask_later, &a);
    bench_run(&a.bench);
    loop_timer_free(later);
    assert_true(a.server.asked >= 4);
    asker_fini(&a);
}

/* Its socket keeps the port, so that nobody else gets it, but hears only one far end. */
static void stop_hearing(const struct name_server *server)
{
    const struct sockaddr_in nobody = {
        .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    assert_int_equal(connect(server->fd, (const struct sockaddr *)&nobody, sizeof nobody), 0);
}

static void a_server_that_is_not_there_is_told(void **state)
{
    (void)state;
    struct asker a;

    asker_init(&a);
    stop_hearing(&a.server);
    (void)!ask(&a, "good.example.test");
    bench_run(&a.bench);
    assert_int_equal(a.last.error, RESOLVE_UNREACHABLE);
    asker_fini(&a);
}

static void hints_come_with_the_addresses(void **state)
{
    (void)state;
    struct asker a;

    asker_init_hints(&a);
    (void)!ask(&a, "hinted.example.test");
    bench_run(&a.bench);
    const struct site_hints *hints = resolver_hints(a.resolver, "hinted.example.test");
    assert_non_null(hints);
    assert_true(hints->ech);
    assert_int_equal(hints->n_alpns, 2);
    assert_int_equal(a.server.asked, 3);
    assert_null(resolver_hints(a.resolver, "other.example.test"));
    asker_fini(&a);
}

static void nobody_waits_for_hints(void **state)
{
    (void)state;
    struct asker a;

    asker_init_hints(&a);
    (void)!ask(&a, "mutehints.example.test");
    bench_run(&a.bench);
    assert_int_equal(a.last.error, RESOLVE_OK);
    assert_null(resolver_hints(a.resolver, "mutehints.example.test"));
    asker_fini(&a);
}

static void look_for_hints(void *arg)
{
    struct asker *a = arg;

    if (resolver_hints(a->resolver, "latehints.example.test"))
        loop_stop(a->bench.loop);
}

static void hints_that_come_late_are_known_from_then_on(void **state)
{
    (void)state;
    struct asker a;

    asker_init_hints(&a);
    (void)!ask(&a, "latehints.example.test");
    bench_run(&a.bench);
    assert_int_equal(a.last.error, RESOLVE_OK);
    assert_null(resolver_hints(a.resolver, "latehints.example.test"));
    name_server_send_late(&a.server);
    struct loop_timer *look = loop_every(a.bench.loop, 1, look_for_hints, &a);
    bench_run(&a.bench);
    loop_timer_free(look);
    assert_non_null(resolver_hints(a.resolver, "latehints.example.test"));
    asker_fini(&a);
}

static void errors_have_names(void **state)
{
    static const char *const names[] = {
        "no-name", "no-address", "servfail", "refused", "bogus", "unreachable", "silent"};

    (void)state;
    assert_null(resolve_error_name(RESOLVE_OK));
    for (int i = 0; i < 7; i++)
        assert_string_equal(resolve_error_name((enum resolve_error)(i + 1)), names[i]);
}

static void a_cancelled_one_hears_nothing(void **state)
{
    (void)state;
    static const char *const hosts[] = {"good.example.test", "silent.example.test", "127.0.0.1"};
    struct asker a;

    asker_init(&a);
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
        resolve_cancel(ask(&a, hosts[i]));
    (void)!ask(&a, "four.example.test");
    bench_run(&a.bench);
    assert_int_equal(a.answers, 1);
    asker_fini(&a);
}

static void one_that_waits_for_the_same_may_be_cancelled_by_the_answer(void **state)
{
    (void)state;
    struct asker a;

    asker_init(&a);
    (void)!ask(&a, "good.example.test");
    a.other = ask(&a, "good.example.test");
    bench_run(&a.bench);
    assert_int_equal(a.answers, 1);
    asker_fini(&a);
}

static void a_resolver_may_go_while_it_is_asked(void **state)
{
    (void)state;
    struct asker a;

    asker_init(&a);
    (void)!ask(&a, "silent.example.test");
    (void)!ask(&a, "silent.example.test");
    (void)!ask(&a, "127.0.0.1");
    (void)!ask(&a, "gone.example.test");
    (void)!ask(&a, "fail.example.test");
    asker_fini(&a);
    asker_init_hints(&a);
    (void)!ask(&a, "silent.example.test");
    asker_fini(&a);
    resolver_free(NULL);
}

static void bad_servers_are_an_error(void **state)
{
    (void)state;
    struct bench b;
    struct err e;

    bench_init(&b);
    assert_null(resolver_new(b.loop, &(struct resolver_config){.servers = "not an address"}, &e));
    assert_memory_equal(e.text, "cannot start the resolver", 25);
    bench_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_told_apart),
        cmocka_unit_test(aliases_are_told),
        cmocka_unit_test(many_askers_are_one_question),
        cmocka_unit_test(answers_are_kept),
        cmocka_unit_test(old_answers_are_asked_for_again),
        cmocka_unit_test(a_server_that_is_not_there_is_told),
        cmocka_unit_test(hints_come_with_the_addresses),
        cmocka_unit_test(nobody_waits_for_hints),
        cmocka_unit_test(hints_that_come_late_are_known_from_then_on),
        cmocka_unit_test(errors_have_names),
        cmocka_unit_test(a_cancelled_one_hears_nothing),
        cmocka_unit_test(one_that_waits_for_the_same_may_be_cancelled_by_the_answer),
        cmocka_unit_test(a_resolver_may_go_while_it_is_asked),
        cmocka_unit_test(bad_servers_are_an_error),
    };

    return cmocka_run_group_tests_name("net/resolve", tests, NULL, NULL);
}
