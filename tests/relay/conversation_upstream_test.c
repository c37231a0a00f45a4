/* Another proxy stands between us and the sites: it is asked, and its answers are told apart from
 * those of a site. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "net/upstream.h"
#include "talk.h"

static const char get_page[] = "GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n";
static const char page[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

static struct upstreams *proxies(const char *text)
{
    struct upstreams *u = upstreams_new();
    struct err e = {0};

    if (!upstreams_add(u, text, &e))
        fail_msg("%s", e.text);
    return u;
}

/* A proxy with the site behind it: plain at first, then the site's own TLS. */
static void proxy_before(struct talk *t, const char *host)
{
    struct far_site_config both = *talk_good(t, host);

    both.manner = FAR_PLAIN;
    talk_site(t, "p.example", &both);
}

static const struct flow *only_flow(struct talk *t)
{
    talk_wait(t, 2500); /* who closes unused is waited for */
    assert_int_equal(talk_flows(t), 1);
    return talk_flow(t, 0);
}

static void says_n(struct talk *t, const void *bytes, size_t n)
{
    far_site_says_n(talk_far(t, 0), bytes, n);
    talk_run(t);
}

static void a_site_is_reached_through_an_http_proxy(void **state)
{
    static const char yes[] = "HTTP/1.1 200 Connection established\r\n\r\n";
    struct upstreams *u = proxies("http://p.example:3128");
    struct talk *t = talk_new_behind_proxies(u);
    struct caller *c = caller_new(t);

    (void)state;
    proxy_before(t, "shop.example");
    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    assert_string_equal(talk_dialled(t, 0), "p.example:3128");
    assert_string_equal(far_site_heard(talk_far(t, 0)),
        "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n");
    far_site_forget(talk_far(t, 0));
    far_site_says(talk_far(t, 0), yes);
    far_site_pump(talk_far(t, 0));
    far_site_upgrades(talk_far(t, 0));
    talk_run(t);
    assert_string_equal(far_site_sni(talk_far(t, 0)), "shop.example");
    caller_says(c, get_page);
    assert_string_equal(far_site_heard(talk_far(t, 0)), get_page);
    far_site_says(talk_far(t, 0), page);
    talk_run(t);
    assert_string_equal(caller_heard(c), page);
    caller_closes(c);
    const struct flow *f = only_flow(t);
    assert_string_equal(f->dial->via, "http://p.example:3128");
    assert_null(f->dial->error);
    assert_null(f->server_leg->address);
    assert_string_equal(f->server_leg->verdict->verdict, "accept");
    talk_free(t);
    upstreams_free(u);
}

static void a_plain_site_is_reached_through_socks(void **state)
{
    struct upstreams *u = proxies("socks5://p.example");
    struct talk *t = talk_new_behind_proxies(u);
    struct caller *c = caller_new(t);

    (void)state;
    talk_site(t, "p.example", &(struct far_site_config){.manner = FAR_PLAIN});
    caller_sends(c, "GET http://shop.example/a HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    says_n(t, "\5\0", 2);
    says_n(t, "\5\0\0\1\0\0\0\0\0\0", 10);
    const char *heard = far_site_heard(talk_far(t, 0));
    assert_int_equal(far_site_heard_len(talk_far(t, 0)), 3 + 19 + strlen(get_page));
    assert_memory_equal(heard, "\5\1\0\5\1\0\3\14shop.example\0\x50", 22);
    assert_memory_equal(heard + 22, get_page, strlen(get_page));
    far_site_says(talk_far(t, 0), page);
    talk_run(t);
    assert_string_equal(caller_gets(c), page);
    caller_closes(c);
    talk_free(t);
    upstreams_free(u);
}

static void a_proxy_that_wants_a_login_is_blamed_and_not_the_site(void **state)
{
    struct upstreams *u = proxies("http://p.example:3128");
    struct talk *t = talk_new_behind_proxies(u);
    struct caller *c = caller_new(t);

    (void)state;
    talk_site(t, "p.example", &(struct far_site_config){.manner = FAR_PLAIN});
    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    far_site_says(talk_far(t, 0),
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"corp\"\r\n"
        "Content-Length: 3\r\n\r\nno\n");
    talk_run(t);
    caller_says(c, get_page);
    assert_non_null(strstr(caller_heard(c), "502 Bad Gateway"));
    assert_non_null(strstr(caller_heard(c), "http://p.example:3128"));
    caller_closes(c);
    const struct flow *f = only_flow(t);
    assert_string_equal(f->dial->error, "proxy-login");
    assert_int_equal(f->dial->via_status, 407);
    assert_string_equal(f->dial->via_asks, "Basic");
    assert_int_equal(f->n_diagnosis, 1);
    assert_string_equal(f->diagnosis[0].cause, "upstream-proxy-407");
    assert_string_equal(f->diagnosis[0].confidence, "certain");
    talk_free(t);
    upstreams_free(u);
}

static void a_proxy_that_refuses_a_host_is_told_by_its_code(void **state)
{
    struct upstreams *u = proxies("socks5://p.example");
    struct talk *t = talk_new_behind_proxies(u);
    struct caller *c = caller_new(t);

    (void)state;
    talk_site(t, "p.example", &(struct far_site_config){.manner = FAR_PLAIN});
    caller_sends(c, "GET http://shop.example/a HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    says_n(t, "\5\0\5\2\0\1\0\0\0\0\0\0", 12);
    assert_non_null(strstr(caller_gets(c), "502 Bad Gateway"));
    const struct flow *f = only_flow(t);
    assert_string_equal(f->dial->error, "proxy-refused");
    assert_int_equal(f->dial->via_status, 2);
    assert_string_equal(f->diagnosis[0].cause, "upstream-proxy-407");
    talk_free(t);
    upstreams_free(u);
}

static void a_proxy_that_is_not_there_is_no_dead_site(void **state)
{
    struct upstreams *u = proxies("http://p.example:3128");
    struct talk *t = talk_new_behind_proxies(u);
    struct caller *c = caller_new(t);

    (void)state;
    talk_site_fails(t, "p.example", DIAL_REFUSED);
    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    caller_closes(c);
    const struct flow *f = only_flow(t);
    assert_string_equal(f->dial->error, "proxy-unreachable");
    assert_string_equal(f->dial->via_says, "It could not be reached: refused.");
    assert_string_equal(f->diagnosis[0].cause, "upstream-proxy-failed");
    talk_free(t);
    upstreams_free(u);
}

static void a_proxy_that_says_nothing_is_given_up(void **state)
{
    struct upstreams *u = proxies("http://p.example:3128");
    struct talk *t = talk_new_behind_proxies(u);
    struct caller *c = caller_new(t);

    (void)state;
    talk_site(t, "p.example", &(struct far_site_config){.manner = FAR_STALLS});
    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    talk_wait(t, 20500);
    caller_closes(c);
    const struct flow *f = only_flow(t);
    assert_string_equal(f->dial->error, "proxy-failed");
    assert_string_equal(f->dial->via_says, "It did not answer in time.");
    talk_free(t);
    upstreams_free(u);
}

static void a_client_that_leaves_takes_the_question_with_it(void **state)
{
    struct upstreams *u = proxies("http://p.example:3128");
    struct talk *t = talk_new_behind_proxies(u);
    struct caller *c = caller_new(t);

    (void)state;
    talk_site(t, "p.example", &(struct far_site_config){.manner = FAR_STALLS});
    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    caller_resets(c);
    assert_int_equal(talk_flows(t), 1);
    talk_free(t); /* the connection to the proxy was closed */
    upstreams_free(u);
}

static void a_host_goes_past_the_proxy(void **state)
{
    struct upstreams *u = proxies("http://p.example:3128=other.example");
    struct talk *t = talk_new_behind_proxies(u);
    struct caller *c = caller_new(t);

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    assert_string_equal(talk_dialled(t, 0), "shop.example:443");
    caller_closes(c);
    assert_null(only_flow(t)->dial->via);
    talk_free(t);
    upstreams_free(u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_site_is_reached_through_an_http_proxy),
        cmocka_unit_test(a_plain_site_is_reached_through_socks),
        cmocka_unit_test(a_proxy_that_wants_a_login_is_blamed_and_not_the_site),
        cmocka_unit_test(a_proxy_that_refuses_a_host_is_told_by_its_code),
        cmocka_unit_test(a_proxy_that_is_not_there_is_no_dead_site),
        cmocka_unit_test(a_proxy_that_says_nothing_is_given_up),
        cmocka_unit_test(a_client_that_leaves_takes_the_question_with_it),
        cmocka_unit_test(a_host_goes_past_the_proxy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
