#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "upstream.h"

static struct upstreams *table_of(const char *const *texts)
{
    struct upstreams *u = upstreams_new();
    struct err e = {0};

    for (; *texts; texts++)
        if (!upstreams_add(u, *texts, &e))
            fail_msg("%s: %s", *texts, e.text);
    return u;
}

static void a_url_says_which_proxy_and_with_which_login(void **state)
{
    static const struct {
        const char *text, *name, *user, *password, *pattern;
        enum upstream_kind kind;
    } cases[] = {
        {"http://proxy.corp.example:3128", "http://proxy.corp.example:3128", "", "", "",
            UPSTREAM_HTTP},
        {"HTTP://Proxy.Corp.Example/", "http://proxy.corp.example:80", "", "", "", UPSTREAM_HTTP},
        {"socks5://192.0.2.1", "socks5://192.0.2.1:1080", "", "", "", UPSTREAM_SOCKS5},
        {"socks5h://[2001:db8::1]:9=*.Shop.example", "socks5://[2001:db8::1]:9", "", "",
            "*.shop.example", UPSTREAM_SOCKS5},
        {"http://eva:s%3Ae%40c%3Dret@p.example:1=shop.example", "http://p.example:1", "eva",
            "s:e@c=ret", "shop.example", UPSTREAM_HTTP},
        {"http://eva:a@b@p.example:1=*", "http://p.example:1", "eva", "a@b", "", UPSTREAM_HTTP},
        {"https://p.example", "https://p.example:443", "", "", "", UPSTREAM_HTTPS},
        {"direct=*.lan", "direct", "", "", "*.lan", UPSTREAM_DIRECT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct upstreams *u = table_of((const char *const[]){cases[i].text, NULL});
        const struct upstream *one = upstreams_at(u, 0);

        assert_int_equal(upstreams_count(u), 1);
        assert_int_equal(one->kind, cases[i].kind);
        assert_true(upstreams_want_tls(u) == (one->kind == UPSTREAM_HTTPS));
        assert_string_equal(one->name, cases[i].name);
        assert_string_equal(one->user, cases[i].user);
        assert_string_equal(one->password, cases[i].password);
        assert_string_equal(one->pattern, cases[i].pattern);
        upstreams_free(u);
    }
}

static void what_is_no_proxy_is_refused_without_its_login_in_the_message(void **state)
{
    static const char *const cases[] = {
        "",
        "proxy.example:3128",
        "quic://proxy.example:3128",
        "ftp://proxy.example",
        "http://",
        "http://proxy.example:0",
        "http://proxy.example:70000",
        "http://proxy.example:1/path",
        "http://eva@proxy.example:1",
        "http://:hunter2@proxy.example:1",
        "http://eva:hunter2%zz@proxy.example:1",
        "http://eva:hunter2%00@proxy.example:1",
        "http://eva:hunter2%0d%0aX@proxy.example:1",
        "http://e%3Av:hunter2@proxy.example:1",
        "http://eva:hunter2@proxy.example:1=a*b",
        "http://eva:hunter2@proxy.example:1=",
        "direct=*.192.0.2.1",
        "@/no/such/file",
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct upstreams *u = upstreams_new();
        struct err e = {0};

        if (upstreams_add(u, cases[i], &e))
            fail_msg("taken: %s", cases[i]);
        assert_true(e.text[0]);
        assert_null(strstr(e.text, "hunter2"));
        assert_int_equal(upstreams_count(u), 0);
        upstreams_free(u);
    }
}

static const char *via(const struct upstreams *u, const char *host)
{
    const struct upstream *one = upstreams_for(u, host);

    return one ? one->name : "none";
}

static void a_pattern_goes_before_the_proxy_for_all(void **state)
{
    struct upstreams *u = table_of((const char *const[]){"http://all.example:1", "direct=*.lan",
        "socks5://one.example:2=shop.example", "http://below.example:3=*.shop.example",
        "http://late.example:4=shop.example", NULL});
    struct upstreams *some =
        table_of((const char *const[]){"http://p.example:1=shop.example", NULL});

    (void)state;
    assert_string_equal(via(u, "other.example"), "http://all.example:1");
    assert_string_equal(via(u, "shop.example"), "socks5://one.example:2");
    assert_string_equal(via(u, "www.shop.example"), "http://below.example:3");
    assert_string_equal(via(u, "myshop.example"), "http://all.example:1");
    assert_string_equal(via(u, "nas.lan"), "direct");
    assert_string_equal(via(some, "shop.example"), "http://p.example:1");
    assert_string_equal(via(some, "other.example"), "none");
    upstreams_free(u);
    upstreams_free(some);
}

static void a_file_holds_one_a_line(void **state)
{
    char path[] = "/tmp/whytls-upstream-XXXXXX", text[64];
    int fd = mkstemp(path);
    struct upstreams *u = upstreams_new();
    struct err e = {0};
    static const char lines[] = "# ours\r\nhttp://eva:x@p.example:1\r\n\ndirect=*.lan";

    (void)state;
    assert_int_equal(write(fd, lines, sizeof lines - 1), sizeof lines - 1);
    close(fd);
    snprintf(text, sizeof text, "@%s", path);
    assert_true(upstreams_add(u, text, &e));
    unlink(path);
    assert_int_equal(upstreams_count(u), 2);
    assert_string_equal(upstreams_at(u, 0)->user, "eva");
    assert_string_equal(via(u, "a.lan"), "direct");
    upstreams_free(u);
}

static void there_is_a_bound(void **state)
{
    struct upstreams *u = upstreams_new();
    struct err e = {0};

    (void)state;
    for (int i = 0; i < UPSTREAMS_MOST; i++)
        assert_true(upstreams_add(u, "direct=*.lan", &e));
    assert_false(upstreams_add(u, "direct=*.lan", &e));
    upstreams_free(u);
    upstreams_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_says_which_proxy_and_with_which_login),
        cmocka_unit_test(what_is_no_proxy_is_refused_without_its_login_in_the_message),
        cmocka_unit_test(a_pattern_goes_before_the_proxy_for_all),
        cmocka_unit_test(a_file_holds_one_a_line),
        cmocka_unit_test(there_is_a_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
