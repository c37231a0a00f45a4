#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <event2/buffer.h>

#include <cmocka.h>

#include "addr.h"
#include "dial.h"
#include "name_server.h"
#include "pipe.h"
#include "resolve.h"

struct caller {
    struct bench bench;
    struct name_server server;
    struct resolver *resolver;
    struct dialer *dialer;
    struct dial_config config;
    int listening; /* on 127.0.0.1 */
    uint16_t port;
    bool starting;
    int calls;
    struct dial_result result;
    const char *veto;    /* an address that may not be dialled; "*" for all */
    const char *instead; /* "ADDR:PORT", or "nxdomain" */
};

static bool may(void *arg, const struct sockaddr *to, bool from_loopback)
{
    const struct caller *c = arg;
    char text[ADDR_TEXT_CAP];

    (void)from_loopback;
    return !c->veto || (strcmp(c->veto, "*") != 0 && strcmp(c->veto, addr_text(text, to)) != 0);
}

static bool instead(void *arg, const char *host, uint16_t port, struct sockaddr *to,
    unsigned *to_len, enum dial_error *error)
{
    const struct caller *c = arg;
    struct sockaddr_storage at;

    assert_string_equal(host, "lab.test");
    assert_true(port > 0);
    if (!c->instead)
        return false;
    *error = strcmp(c->instead, "nxdomain") == 0 ? DIAL_NXDOMAIN : DIAL_OK;
    if (*error)
        return true;
    assert_true(addr_parse(c->instead, 0, &at));
    *to_len = addr_len((struct sockaddr *)&at);
    memcpy(to, &at, *to_len);
    return true;
}

static void caller_init(struct caller *c)
{
    struct err e;

    *c = (struct caller){.listening = loopback_bind(SOCK_STREAM, 0, 8)};
    c->port = loopback_port(c->listening);
    bench_init(&c->bench);
    name_server_start(&c->server, c->bench.loop);
    c->resolver = resolver_new(c->bench.loop,
        &(struct resolver_config){.servers = c->server.at,
            .no_hosts = true,
            .hints = true,
            .try_ms = 100,
            .total_ms = 300},
        &e);
    c->config = (struct dial_config){.may = may, .arg = c, .connect_ms = 400};
}

static void caller_fini(struct caller *c)
{
    pipe_close(c->result.pipe, true);
    dialer_sockets_free(c->dialer);
    resolver_free(c->resolver);
    name_server_stop(&c->server);
    if (c->listening >= 0)
        close(c->listening);
    bench_fini(&c->bench);
}

static void done(void *arg, struct dial_result *result)
{
    struct caller *c = arg;

    assert_false(c->starting);
    c->calls++;
    c->result = *result;
    loop_stop(c->bench.loop);
}

static struct dial *start(struct caller *c, const char *host, uint16_t port)
{
    if (!c->dialer)
        c->dialer = dialer_sockets_new(c->bench.loop, c->resolver, &c->config);
    c->starting = true;
    struct dial *one = c->dialer->start(c->dialer, host, port, true, done, c);
    c->starting = false;
    return one;
}

static void call(struct caller *c, const char *host, uint16_t port)
{
    start(c, host, port);
    bench_run(&c->bench);
    assert_int_equal(c->calls, 1);
    assert_true(c->result.ms >= 0);
    assert_true((c->result.error == DIAL_OK) == (c->result.pipe != NULL));
}

static void a_name_becomes_a_connected_pipe(void **state)
{
    (void)state;
    struct caller c;
    char got[4] = "";

    caller_init(&c);
    call(&c, "four.example.test", c.port);
    assert_int_equal(c.result.error, DIAL_OK);
    assert_string_equal(c.result.address, "127.0.0.1");
    assert_int_equal(c.result.n_tried, 1);
    int fd = accept(c.listening, NULL, NULL);
    evbuffer_add(c.result.pipe->out, "hi", 2);
    pipe_send(c.result.pipe);
    assert_int_equal(read(fd, got, sizeof got), 2);
    close(fd);
    caller_fini(&c);
}

static void failures_have_their_names(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        enum dial_error error;
        const char *name;
    } cases[] = {
        {"gone.example.test", DIAL_NXDOMAIN, "nxdomain"},
        {"fail.example.test", DIAL_SERVFAIL, "servfail"},
        {"silent.example.test", DIAL_DNS_TIMEOUT, "timeout"},
        {"four.example.test", DIAL_REFUSED, "refused"},
        {"255.255.255.255", DIAL_UNREACHABLE, "unreachable"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct caller c;

        caller_init(&c);
        close(c.listening); /* nobody is at the port */
        c.listening = -1;
        call(&c, cases[i].host, c.port);
        if (c.result.error != cases[i].error)
            fail_msg("%s: %s", cases[i].host, dial_error_name(c.result.error));
        assert_string_equal(dial_error_name(c.result.error), cases[i].name);
        caller_fini(&c);
    }
    assert_null(dial_error_name(DIAL_OK));
    assert_string_equal(dial_error_name(DIAL_FORBIDDEN), "forbidden");
    assert_string_equal(dial_error_name(DIAL_TIMEOUT), "timeout");
    assert_string_equal(dial_error_name(DIAL_RESET), "reset");
}

/* A listener whose queue is full leaves a SYN without an answer. */
static void fill_queue(uint16_t port, int fds[static 8])
{
    struct sockaddr_in at = loopback_at(port);

    for (int i = 0; i < 8; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM, 0);
        fcntl(fds[i], F_SETFL, O_NONBLOCK);
        (void)!connect(fds[i], (struct sockaddr *)&at, sizeof at);
    }
}

static void no_answer_is_a_timeout(void **state)
{
    (void)state;
    struct caller c;
    int fds[8], full = loopback_bind(SOCK_STREAM, 0, 1);

    caller_init(&c);
    fill_queue(loopback_port(full), fds);
    call(&c, "127.0.0.1", loopback_port(full));
    assert_int_equal(c.result.error, DIAL_TIMEOUT);
    assert_true(c.result.ms >= 300);
    for (int i = 0; i < 8; i++)
        close(fds[i]);
    close(full);
    caller_fini(&c);
}

static void the_next_address_is_tried_at_once_after_a_refusal(void **state)
{
    (void)state;
    struct caller c;

    caller_init(&c);
    call(&c, "two.example.test", c.port); /* nobody listens at 127.0.0.2 */
    assert_int_equal(c.result.error, DIAL_OK);
    assert_int_equal(c.result.n_tried, 2);
    assert_string_equal(c.result.tried[0], "127.0.0.2");
    assert_string_equal(c.result.address, "127.0.0.1");
    assert_true(c.result.ms < 200); /* no stagger was waited for */
    caller_fini(&c);
}

static void a_silent_address_does_not_hold_up_the_next(void **state)
{
    (void)state;
    struct sockaddr_in at = loopback_at(0);
    struct caller c;
    int fds[8];

    caller_init(&c);
    c.config.connect_ms = 10000;
    at.sin_port = htons(c.port);
    at.sin_addr.s_addr = htonl(0x7f000002);
    int full = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(full, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(full, 1), 0);
    for (int i = 0; i < 8; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM, 0);
        fcntl(fds[i], F_SETFL, O_NONBLOCK);
        (void)!connect(fds[i], (struct sockaddr *)&at, sizeof at);
    }
    call(&c, "two.example.test", c.port);
    assert_int_equal(c.result.error, DIAL_OK);
    assert_string_equal(c.result.address, "127.0.0.1");
    assert_int_equal(c.result.n_tried, 2);
    assert_true(c.result.ms < 5000);
    for (int i = 0; i < 8; i++)
        close(fds[i]);
    close(full);
    caller_fini(&c);
}

static void families_take_turns(void **state)
{
    (void)state;
    struct caller c;

    caller_init(&c);
    call(&c, "good.example.test", c.port); /* the listener is IPv4 only */
    assert_int_equal(c.result.error, DIAL_OK);
    assert_string_equal(c.result.tried[0], "::1");
    assert_string_equal(c.result.address, "127.0.0.1");
    assert_string_equal(c.result.dead_family, "IPv6");
    assert_int_equal(c.result.dead_family_error, DIAL_REFUSED);
    caller_fini(&c);
}

/* 2001:db8::/32 is nobody's (RFC 3849): without IPv6 there is no way, with it no answer. */
static void a_machine_without_ipv6_is_not_worth_a_word(void **state)
{
    (void)state;
    struct caller c;

    caller_init(&c);
    call(&c, "both.example.test", c.port);
    assert_int_equal(c.result.error, DIAL_OK);
    assert_string_equal(c.result.tried[0], "2001:db8::1");
    if (c.result.dead_family)
        assert_int_equal(c.result.dead_family_error, DIAL_TIMEOUT);
    caller_fini(&c);
}

static void how_dns_failed_comes_along(void **state)
{
    (void)state;
    static const struct {
        const char *host, *dns;
        enum dial_error error;
    } cases[] = {
        {"gone.example.test", "no-name", DIAL_NXDOMAIN},
        {"empty.example.test", "no-address", DIAL_NXDOMAIN},
        {"fail.example.test", "servfail", DIAL_SERVFAIL},
        {"refuse.example.test", "refused", DIAL_SERVFAIL},
        {"bogus.example.test", "bogus", DIAL_SERVFAIL},
        {"silent.example.test", "silent", DIAL_DNS_TIMEOUT},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct caller c;

        caller_init(&c);
        call(&c, cases[i].host, 443);
        assert_string_equal(c.result.dns, cases[i].dns);
        assert_int_equal(c.result.error, cases[i].error);
        caller_fini(&c);
    }
}

static void hints_come_along_for_the_usual_port(void **state)
{
    (void)state;
    struct caller c;

    for (int i = 0; i < 2; i++) {
        caller_init(&c);
        c.veto = "*"; /* whether anybody listens there is not asked */
        call(&c, "hinted.example.test", i ? 443 : c.port);
        assert_int_equal(c.result.error, DIAL_FORBIDDEN);
        assert_null(c.result.dns);
        assert_true(c.result.has_hints == (i == 1));
        if (i) {
            assert_true(c.result.hints.ech);
            assert_string_equal(c.result.hints.alpns[0], "h3");
        }
        caller_fini(&c);
    }
}

static void aliases_come_along(void **state)
{
    (void)state;
    struct caller c;

    caller_init(&c);
    call(&c, "alias.example.test", c.port);
    assert_int_equal(c.result.error, DIAL_OK);
    assert_int_equal(c.result.n_aliases, 1);
    assert_string_equal(c.result.aliases[0], "edge.cdn.test");
    caller_fini(&c);
}

static void forbidden_addresses_are_left_out(void **state)
{
    (void)state;
    struct caller c;

    caller_init(&c);
    c.veto = "127.0.0.2";
    call(&c, "two.example.test", c.port);
    assert_int_equal(c.result.error, DIAL_OK);
    assert_int_equal(c.result.n_tried, 1);
    caller_fini(&c);

    caller_init(&c);
    c.veto = "*";
    call(&c, "two.example.test", c.port);
    assert_int_equal(c.result.error, DIAL_FORBIDDEN);
    assert_int_equal(c.result.n_tried, 0);
    caller_fini(&c);
}

static void a_host_may_be_answered_for(void **state)
{
    (void)state;
    struct caller c;
    char at[ADDR_TEXT_CAP];

    caller_init(&c);
    c.config.instead = instead;
    snprintf(at, sizeof at, "127.0.0.1:%u", c.port);
    c.instead = at;
    call(&c, "lab.test", 443);
    assert_int_equal(c.result.error, DIAL_OK);
    assert_int_equal(c.server.asked, 0);
    caller_fini(&c);

    caller_init(&c);
    c.config.instead = instead;
    c.instead = "127.0.0.1"; /* the asked port */
    call(&c, "lab.test", c.port);
    assert_int_equal(c.result.error, DIAL_OK);
    caller_fini(&c);

    caller_init(&c);
    c.config.instead = instead;
    c.instead = "nxdomain";
    call(&c, "lab.test", 443);
    assert_int_equal(c.result.error, DIAL_NXDOMAIN);
    caller_fini(&c);
}

static const char *name_servers_of(void *arg, const char *host)
{
    struct caller *c = arg;

    return strcmp(host, "four.example.test") == 0 ? c->server.at : NULL;
}

static void turn(void *arg, const struct sockaddr *address, struct sockaddr_storage *to)
{
    struct caller *c = arg;
    union addr here = {.v4 = {.sin_family = AF_INET,
                           .sin_port = htons(c->port),
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};

    if (address->sa_family == AF_INET && addr_port(address) == 443)
        memcpy(to, &here, sizeof here);
}

/* As the lab does: its names, its addresses, and where they really are. */
static void a_name_may_have_its_own_server_and_an_address_another_place(void **state)
{
    (void)state;
    struct caller c;
    struct err e;

    caller_init(&c);
    resolver_free(c.resolver); /* the usual one knows nothing: nobody is there */
    c.resolver = resolver_new(c.bench.loop,
        &(struct resolver_config){.servers = "127.0.0.1:1", .no_hosts = true, .total_ms = 300}, &e);
    c.config.name_servers_of = name_servers_of;
    c.config.turn = turn;
    call(&c, "four.example.test", 443);
    assert_int_equal(c.result.error, DIAL_OK);
    assert_true(c.server.asked > 0);
    assert_string_equal(c.result.address, c.result.tried[0]);
    assert_true(strncmp(c.result.address, "127.0.0.1", 9) == 0);
    caller_fini(&c);
}

static void stop(void *arg)
{
    loop_stop(((struct caller *)arg)->bench.loop);
}

static void a_cancelled_dial_calls_nobody(void **state)
{
    (void)state;
    static const char *const hosts[] = {
        "four.example.test", "silent.example.test", "127.0.0.1", "255.255.255.255"};

    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        struct caller c;

        caller_init(&c);
        struct dial *one = start(&c, hosts[i], c.port);
        c.dialer->cancel(c.dialer, one);
        loop_post(c.bench.loop, stop, &c);
        bench_run(&c.bench);
        assert_int_equal(c.calls, 0);
        caller_fini(&c);
    }
}

static void a_dialer_may_go_while_it_dials(void **state)
{
    (void)state;
    struct caller c;

    caller_init(&c);
    start(&c, "silent.example.test", c.port);
    start(&c, "127.0.0.1", c.port);
    start(&c, "255.255.255.255", c.port);
    caller_fini(&c);
    dialer_sockets_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_becomes_a_connected_pipe),
        cmocka_unit_test(failures_have_their_names),
        cmocka_unit_test(no_answer_is_a_timeout),
        cmocka_unit_test(the_next_address_is_tried_at_once_after_a_refusal),
        cmocka_unit_test(a_silent_address_does_not_hold_up_the_next),
        cmocka_unit_test(families_take_turns),
        cmocka_unit_test(a_machine_without_ipv6_is_not_worth_a_word),
        cmocka_unit_test(how_dns_failed_comes_along),
        cmocka_unit_test(hints_come_along_for_the_usual_port),
        cmocka_unit_test(aliases_come_along),
        cmocka_unit_test(forbidden_addresses_are_left_out),
        cmocka_unit_test(a_host_may_be_answered_for),
        cmocka_unit_test(a_name_may_have_its_own_server_and_an_address_another_place),
        cmocka_unit_test(a_cancelled_dial_calls_nobody),
        cmocka_unit_test(a_dialer_may_go_while_it_dials),
    };

    return cmocka_run_group_tests_name("net/dial", tests, NULL, NULL);
}
