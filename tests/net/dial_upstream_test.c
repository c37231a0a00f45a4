#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <event2/buffer.h>

#include "base/clock.h"
#include "base/host.h"
#include "dial.h"
#include "dial_upstream.h"
#include "pipe.h"
#include "pipe_memory.h"
#include "upstream.h"

/* The dialer beneath: it notes whom it is asked for, and answers when the test says so. */
struct beneath {
    struct dialer door; /* first: the dialer's functions find the rest by it */
    char asked[HOST_CAP + 8];
    bool from_loopback, cancelled, answers;
    void (*done)(void *arg, struct dial_result *result);
    void *arg;
};

struct scene {
    struct beneath beneath, secure;
    struct upstreams *table;
    struct clock clock;
    struct dialer *dialer;
    struct dial *dial;
    struct memory_pipe *proxy;
    struct dial_result result;
    int told;
};

static struct dial *begin(struct dialer *d, const char *host, uint16_t port, bool from_loopback,
    void (*done)(void *arg, struct dial_result *result), void *arg)
{
    struct beneath *b = (struct beneath *)d;

    host_port_text(b->asked, sizeof b->asked, host, port);
    b->from_loopback = from_loopback;
    b->done = done;
    b->arg = arg;
    return (struct dial *)b;
}

static void cancel(struct dialer *d, struct dial *one)
{
    (void)one;
    ((struct beneath *)d)->cancelled = true;
}

static bool answers(struct dialer *d, const char *host, uint16_t port)
{
    (void)host;
    (void)port;
    return ((struct beneath *)d)->answers;
}

static void done(void *arg, struct dial_result *result)
{
    struct scene *s = arg;

    s->told++;
    s->result = *result;
    s->dial = NULL;
}

static struct scene *scene_of(const char *upstream, const char *host)
{
    static struct scene s;
    struct err e = {0};

    s = (struct scene){.table = upstreams_new()};
    s.beneath.door = (struct dialer){.start = begin, .cancel = cancel, .answers = answers};
    s.secure.door = (struct dialer){.start = begin, .cancel = cancel};
    clock_fake_init(&s.clock, 1000);
    if (!upstreams_add(s.table, upstream, &e))
        fail_msg("%s", e.text);
    s.dialer = dialer_upstream_new(&s.beneath.door, &s.secure.door, s.table, &s.clock);
    s.dial = s.dialer->start(s.dialer, host, 443, false, done, &s);
    s.proxy = memory_pipe_new();
    return &s;
}

static void connects(struct scene *s)
{
    struct dial_result result = {.pipe = memory_pipe_end(s->proxy), .address = "192.0.2.9:3128"};

    s->beneath.done(s->beneath.arg, &result);
}

static void proxy_says(struct scene *s, const void *bytes, size_t n)
{
    memory_pipe_feed(s->proxy, bytes, n);
    while (memory_pipe_turn(s->proxy))
        ;
}

static void proxy_says_text(struct scene *s, const char *text)
{
    proxy_says(s, text, strlen(text));
}

static const char *proxy_heard(struct scene *s)
{
    return memory_pipe_take_text(s->proxy);
}

static void proxy_heard_bytes(struct scene *s, const char *bytes, size_t n)
{
    struct evbuffer *sent = memory_pipe_sent(s->proxy);

    assert_int_equal(evbuffer_get_length(sent), n);
    assert_memory_equal(evbuffer_pullup(sent, -1), bytes, n);
    evbuffer_drain(sent, n);
}

static void ends(struct scene *s)
{
    pipe_close(s->result.pipe, false);
    dialer_upstream_free(s->dialer);
    upstreams_free(s->table);
    memory_pipe_free(s->proxy);
}

static void fails_with(struct scene *s, enum dial_error error, int status, const char *says)
{
    assert_int_equal(s->told, 1);
    assert_int_equal(s->result.error, error);
    assert_int_equal(s->result.via_status, status);
    assert_string_equal(s->result.via_says, says);
    assert_null(s->result.pipe);
    assert_true(memory_pipe_is_closed(s->proxy));
    ends(s);
}

static void http_is_asked_with_connect(void **state)
{
    struct scene *s = scene_of("http://eva:se%3Acret@p.example:3128", "shop.example");

    (void)state;
    assert_string_equal(s->beneath.asked, "p.example:3128");
    assert_true(s->beneath.from_loopback);
    connects(s);
    assert_string_equal(proxy_heard(s),
        "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n"
        "Proxy-Authorization: Basic ZXZhOnNlOmNyZXQ=\r\n\r\n");
    clock_advance(&s->clock, 70);
    proxy_says_text(s, "HTTP/1.1 200 Connection est");
    assert_int_equal(s->told, 0);
    proxy_says_text(s, "ablished\r\n\r\nthe site's own");
    assert_int_equal(s->told, 1);
    assert_int_equal(s->result.error, DIAL_OK);
    assert_string_equal(s->result.via, "http://p.example:3128");
    assert_string_equal(s->result.address, "");
    assert_int_equal(s->result.ms, 70);
    assert_int_equal(evbuffer_get_length(s->result.pipe->in), strlen("the site's own"));
    ends(s);
}

static void without_a_login_none_is_sent(void **state)
{
    struct scene *s = scene_of("http://p.example:3128", "2001:db8::1");

    (void)state;
    connects(s);
    assert_string_equal(
        proxy_heard(s), "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n");
    proxy_says_text(s, "HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM\r\nProxy-Authenticate: Basic "
                       "realm=\"x\"\r\n\r\n");
    assert_string_equal(s->result.via_asks, "NTLM, Basic");
    fails_with(s, DIAL_PROXY_LOGIN, 407, "It asks for a login, and none is set for it.");
}

static void http_refuses_in_many_ways(void **state)
{
    static const struct {
        const char *answer, *says;
        enum dial_error error;
        int status;
    } cases[] = {
        {"HTTP/1.1 407 No\r\n\r\n", "It did not take the login that is set for it.",
            DIAL_PROXY_LOGIN, 407},
        {"HTTP/1.1 401 No\r\n\r\n", "It did not take the login that is set for it.",
            DIAL_PROXY_LOGIN, 401},
        {"HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM\r\nProxy-Authenticate: Negotiate\r\n\r\n",
            "It takes no login that whytls speaks, which is Basic alone.", DIAL_PROXY_LOGIN, 407},
        {"HTTP/1.1 403 No\r\n\r\n", "It answered CONNECT with status 403.", DIAL_PROXY_REFUSED,
            403},
        {"HTTP/1.1 405 No\r\n\r\n", "It answered CONNECT with status 405.", DIAL_PROXY_REFUSED,
            405},
        {"HTTP/1.1 302 No\r\n\r\n", "It answered CONNECT with status 302.", DIAL_PROXY_FAILED, 302},
        {"HTTP/1.1 504 No\r\n\r\n", "It answered CONNECT with status 504.", DIAL_PROXY_FAILED, 504},
        {"SSH-2.0-x", "What came is no HTTP.", DIAL_PROXY_FAILED, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene *s = scene_of("http://eva:x@p.example:3128", "shop.example");

        connects(s);
        proxy_says_text(s, cases[i].answer);
        fails_with(s, cases[i].error, cases[i].status, cases[i].says);
    }
}

static void a_proxy_that_wants_tls_is_reached_by_the_other_dialer(void **state)
{
    struct scene *s = scene_of("https://p.example", "shop.example");
    struct dial_result result = {.pipe = memory_pipe_end(s->proxy)};

    (void)state;
    assert_string_equal(s->beneath.asked, "");
    assert_string_equal(s->secure.asked, "p.example:443");
    s->secure.done(s->secure.arg, &result);
    assert_string_equal(
        proxy_heard(s), "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n");
    proxy_says_text(s, "HTTP/1.1 200 OK\r\n\r\n");
    assert_int_equal(s->result.error, DIAL_OK);
    assert_string_equal(s->result.via, "https://p.example:443");
    ends(s);

    s = scene_of("https://p.example", "shop.example");
    result = (struct dial_result){.error = DIAL_PROXY_FAILED, .via_says = "It speaks no TLS."};
    pipe_close(memory_pipe_end(s->proxy), true);
    s->secure.done(s->secure.arg, &result);
    fails_with(s, DIAL_PROXY_FAILED, 0, "It speaks no TLS.");

    s = scene_of("https://p.example", "shop.example");
    s->dialer->cancel(s->dialer, s->dial);
    assert_true(s->secure.cancelled && !s->beneath.cancelled);
    ends(s);
}

static void socks_is_asked_by_name(void **state)
{
    struct scene *s = scene_of("socks5://p.example", "shop.example");

    (void)state;
    assert_string_equal(s->beneath.asked, "p.example:1080");
    connects(s);
    proxy_heard_bytes(s, "\5\1\0", 3);
    proxy_says(s, "\5\0", 2);
    proxy_heard_bytes(s, "\5\1\0\3\14shop.example\1\xbb", 19);
    proxy_says(s, "\5\0\0\1\0\0\0\0\0", 9);
    assert_int_equal(s->told, 0);
    proxy_says(s, "\0site", 5);
    assert_int_equal(s->result.error, DIAL_OK);
    assert_string_equal(s->result.via, "socks5://p.example:1080");
    assert_int_equal(evbuffer_get_length(s->result.pipe->in), 4);
    ends(s);
}

static void socks_takes_a_login(void **state)
{
    struct scene *s = scene_of("socks5://eva:pass@p.example", "192.0.2.7");

    (void)state;
    connects(s);
    proxy_heard_bytes(s, "\5\2\0\2", 4);
    proxy_says(s, "\5\2", 2);
    proxy_heard_bytes(s, "\1\3eva\4pass", 10);
    /* both answers in one segment, to a request that is not out yet: each is read in its turn */
    proxy_says(s, "\1\0\5\0\0\1\0\0\0\0\0\0", 12);
    proxy_heard_bytes(s, "\5\1\0\1\xc0\0\2\7\1\xbb", 10);
    assert_int_equal(s->result.error, DIAL_OK);
    ends(s);
}

static void socks_refuses_in_many_ways(void **state)
{
    static const struct {
        const char *upstream, *answers;
        size_t n;
        const char *says;
        enum dial_error error;
        int status;
    } cases[] = {
        {"socks5://p.example", "\5\xff", 2,
            "It does not let in a client without a login, and none is set for it.",
            DIAL_PROXY_LOGIN, 0},
        {"socks5://eva:x@p.example", "\5\xff", 2,
            "It takes neither a user with a password nor a client without.", DIAL_PROXY_LOGIN, 0},
        {"socks5://eva:x@p.example", "\5\2\1\1", 4, "It did not take the login that is set for it.",
            DIAL_PROXY_LOGIN, 0},
        {"socks5://p.example", "\5\2", 2, "It chose a method that was not offered.",
            DIAL_PROXY_FAILED, 0},
        {"socks5://p.example", "\5\0\5\2", 4,
            "It answered with code 2: its rules do not allow this connection.", DIAL_PROXY_REFUSED,
            2},
        {"socks5://p.example", "\5\0\5\5\0\1", 6,
            "It answered with code 5: the connection was refused.", DIAL_PROXY_FAILED, 5},
        {"socks5://p.example", "HTTP/1.1 400", 12,
            "The answer is not SOCKS version 5 (RFC 1928 3).", DIAL_PROXY_FAILED, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene *s = scene_of(cases[i].upstream, "shop.example");

        connects(s);
        proxy_says(s, cases[i].answers, cases[i].n);
        fails_with(s, cases[i].error, cases[i].status, cases[i].says);
    }
}

static void a_proxy_that_is_not_there_is_not_the_sites_fault(void **state)
{
    struct scene *s = scene_of("http://p.example:3128", "shop.example");
    struct dial_result result = {.error = DIAL_REFUSED, .tried = {"192.0.2.9:3128"}, .n_tried = 1};

    (void)state;
    s->beneath.done(s->beneath.arg, &result);
    assert_int_equal(s->result.n_tried, 1);
    pipe_close(memory_pipe_end(s->proxy), true);
    fails_with(s, DIAL_PROXY_UNREACHABLE, 0, "It could not be reached: refused.");
}

static void a_proxy_that_leaves_is_told_of(void **state)
{
    struct scene *s = scene_of("http://p.example:3128", "shop.example");

    (void)state;
    connects(s);
    memory_pipe_eof(s->proxy);
    while (memory_pipe_turn(s->proxy))
        ;
    fails_with(s, DIAL_PROXY_FAILED, 0, "It closed the connection without an answer.");
    s = scene_of("socks5://p.example", "shop.example");
    connects(s);
    memory_pipe_reset(s->proxy);
    while (memory_pipe_turn(s->proxy))
        ;
    fails_with(s, DIAL_PROXY_FAILED, 0, "It reset the connection without an answer.");
}

static void other_hosts_are_dialled_directly(void **state)
{
    struct scene *s = scene_of("http://p.example:3128=shop.example", "other.example");

    (void)state;
    assert_string_equal(s->beneath.asked, "other.example:443");
    assert_false(s->beneath.from_loopback);
    connects(s);
    assert_int_equal(s->result.error, DIAL_OK);
    assert_string_equal(s->result.via, "");
    assert_string_equal(s->result.address, "192.0.2.9:3128");
    ends(s);
}

static void hosts_that_the_configuration_answers_for_are_dialled_directly(void **state)
{
    struct scene *s = scene_of("http://p.example:3128", "shop.example");

    (void)state;
    s->dialer->cancel(s->dialer, s->dial);
    assert_true(s->beneath.cancelled);
    s->beneath.answers = true;
    assert_true(s->dialer->answers(s->dialer, "shop.example", 443));
    s->dial = s->dialer->start(s->dialer, "shop.example", 443, false, done, s);
    assert_string_equal(s->beneath.asked, "shop.example:443");
    pipe_close(memory_pipe_end(s->proxy), true);
    ends(s); /* with a dial under way */
}

static void a_dial_that_takes_too_long_says_how_far_it_came(void **state)
{
    struct scene *s = scene_of("http://p.example:3128", "shop.example");
    struct dial_result known = {.error = DIAL_TIMEOUT};

    (void)state;
    s->dialer->give_up(s->dialer, s->dial, &known);
    assert_int_equal(known.error, DIAL_PROXY_UNREACHABLE);
    connects(s);
    s->dialer->give_up(s->dialer, s->dial, &known);
    assert_int_equal(known.error, DIAL_PROXY_FAILED);
    assert_string_equal(known.via, "http://p.example:3128");
    assert_string_equal(known.via_says, "It did not answer in time.");
    s->dialer->cancel(s->dialer, s->dial);
    assert_true(memory_pipe_is_closed(s->proxy));
    assert_int_equal(s->told, 0);
    ends(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(http_is_asked_with_connect),
        cmocka_unit_test(without_a_login_none_is_sent),
        cmocka_unit_test(http_refuses_in_many_ways),
        cmocka_unit_test(a_proxy_that_wants_tls_is_reached_by_the_other_dialer),
        cmocka_unit_test(socks_is_asked_by_name),
        cmocka_unit_test(socks_takes_a_login),
        cmocka_unit_test(socks_refuses_in_many_ways),
        cmocka_unit_test(a_proxy_that_is_not_there_is_not_the_sites_fault),
        cmocka_unit_test(a_proxy_that_leaves_is_told_of),
        cmocka_unit_test(other_hosts_are_dialled_directly),
        cmocka_unit_test(hosts_that_the_configuration_answers_for_are_dialled_directly),
        cmocka_unit_test(a_dial_that_takes_too_long_says_how_far_it_came),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
