#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/text.h"
#include "cert/ca.h"
#include "device/history.h"
#include "device/memory.h"
#include "site.h"

#define SAFARI                                                                                     \
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "    \
    "Gecko) Version/26.1 Mobile/15E148 Safari/604.1"

enum { NOW = 1700000000 };

static const struct history_key phone = {.ip = "192.168.1.31", .family = "iPhone"};

struct scene {
    struct ca *ca;
    struct site *site;
    struct device_history *history;
    struct site_ask ask;
    struct text out;
};

static int set_up(void **state)
{
    static struct scene s;
    struct err e = {0};

    s.ca = ca_new_in_memory(NOW, &e);
    s.history = device_history_new();
    s.site = site_new(&(struct site_config){.ca = s.ca}, &e);
    s.ask = (struct site_ask){.method = "GET",
        .path = "/",
        .agent = SAFARI,
        .host = "192.168.1.20",
        .port = 8080,
        .now_ms = NOW * 1000LL,
        .history = s.history,
        .key = &phone};
    *state = &s;
    return s.ca && s.site ? 0 : -1;
}

static int tear_down(void **state)
{
    struct scene *s = *state;

    text_fini(&s->out);
    site_free(s->site);
    ca_free(s->ca);
    device_history_free(s->history);
    return 0;
}

static const char *answer(struct scene *s, const char *method, const char *path)
{
    s->ask.method = method;
    s->ask.path = path;
    text_clear(&s->out);
    site_answer(s->site, &s->ask, &s->out);
    return text_str(&s->out);
}

static bool was_fetched(const struct scene *s)
{
    struct device_setup setup;

    return device_setup_read(s->history, &phone, &setup) && setup.profile_fetched_ms > 0 &&
           !strcmp(setup.root_sha256_hex, ca_sha256(s->ca));
}

static void each_path_has_its_answer(void **state)
{
    static const struct {
        const char *method, *path, *status, *holds;
    } asks[] = {
        {"GET", "/", "HTTP/1.1 200 OK", "Certificate Trust Settings"},
        {"GET", "/?x=1", "HTTP/1.1 200 OK", "Certificate Trust Settings"},
        {"GET", "/page.css", "HTTP/1.1 200 OK", "text/css"},
        {"GET", "/page.js", "HTTP/1.1 200 OK", "text/javascript"},
        {"GET", "/state.json", "HTTP/1.1 200 OK", "\"v\":1"},
        {"GET", "/whytls.pem", "HTTP/1.1 200 OK", "BEGIN CERTIFICATE"},
        {"GET", "/whytls.cer", "HTTP/1.1 200 OK", "Content-Type: application/x-x509-ca-cert\r\n"},
        {"GET", "/whytls.mobileconfig", "HTTP/1.1 200 OK",
            "Content-Type: application/x-apple-aspen-config\r\n"},
        {"GET", "/proxy.pac", "HTTP/1.1 200 OK",
            "Content-Type: application/x-ns-proxy-autoconfig\r\n"},
        {"GET", "/probe", "HTTP/1.1 200 OK", "Only over https"},
        {"GET", "/whytls.pe", "HTTP/1.1 404 ", "/"},
        {"GET", "", "HTTP/1.1 404 ", "/"},
        {"GET", "*", "HTTP/1.1 404 ", "/"},
        {"GET", "/../etc/passwd", "HTTP/1.1 404 ", "/"},
        {"POST", "/", "HTTP/1.1 405 ", "Allow: GET, HEAD"},
    };
    struct scene *s = *state;

    for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++) {
        const char *got = answer(s, asks[i].method, asks[i].path);

        assert_true(text_starts(got, asks[i].status));
        assert_non_null(strstr(got, asks[i].holds));
        assert_non_null(
            strstr(got, "Content-Security-Policy: default-src 'none'; script-src 'self'"));
        assert_non_null(strstr(got, "X-Content-Type-Options: nosniff"));
        assert_null(strstr(got, "Set-Cookie"));
        assert_null(strstr(got, "Access-Control"));
    }
}

static void the_page_needs_nothing_from_elsewhere(void **state)
{
    struct scene *s = *state;
    const char *page = strstr(answer(s, "GET", "/"), "\r\n\r\n");

    assert_null(strstr(page, "{{"));
    assert_null(strstr(page, " style=\""));
    assert_null(strstr(page, " onclick"));
    assert_null(strstr(page, "<script>"));
    for (const char *at = strstr(page, "//"); at; at = strstr(at + 2, "//"))
        if (strncmp(at, "//192.168.1.20:8080/", 20) != 0 && !strstr(at, ".whytls.test/probe"))
            fail_msg("%.60s", at);
    assert_non_null(strstr(page, ca_name(s->ca)));
    assert_true(strlen(page) < 30 * 1024);
}

static void a_download_is_remembered_and_a_look_at_its_head_is_not(void **state)
{
    static const char *const paths[] = {"/whytls.mobileconfig", "/whytls.cer", "/whytls.pem"};
    struct scene *s = *state;

    for (size_t i = 0; i < 3; i++) {
        answer(s, "HEAD", paths[i]);
        assert_false(was_fetched(s));
        assert_string_equal(strstr(text_str(&s->out), "\r\n\r\n"), "\r\n\r\n");
        answer(s, "GET", paths[i]);
        assert_true(was_fetched(s));
        device_history_free(s->history);
        s->ask.history = s->history = device_history_new();
    }
}

static void the_page_tells_the_address_by_which_it_was_reached(void **state)
{
    static const char *const rows[][2] = {
        {NULL, "http://192.168.1.20:8080/"},
        {"", "http://192.168.1.20:8080/"},
        {"whytls.test", "http://192.168.1.20:8080/"},
        {"10.0.0.7:3128", "http://10.0.0.7:3128/"},
        {"[2001:DB8::7]:8080", "http://[2001:db8::7]:8080/"},
        {"anna.local:8080", "http://anna.local:8080/"},
        {"evil.example:8080", NULL}, /* DNS rebinding: not told anything */
        {"\"><script>", NULL},
    };
    struct scene *s = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        s->ask.authority = rows[i][0];
        const char *got = answer(s, "GET", "/state.json");
        if (rows[i][1])
            assert_non_null(strstr(got, rows[i][1]));
        else
            assert_true(text_starts(got, "HTTP/1.1 421 "));
    }
}

static void only_our_own_page_may_read_across(void **state)
{
    struct scene *s = *state;

    s->ask.origin = "http://192.168.1.20:8080";
    assert_null(strstr(answer(s, "GET", "/state.json"), "Access-Control"));
    s->ask.own_origin = true;
    assert_non_null(strstr(answer(s, "GET", "/state.json"),
        "\r\nAccess-Control-Allow-Origin: http://192.168.1.20:8080\r\n"));
}

static void a_test_page_is_one_label_below_ours(void **state)
{
    static const struct {
        const char *host;
        bool host_is, probe;
    } rows[] = {
        {"whytls.test", true, true},
        {"x.whytls.test", false, true},
        {"y.x.whytls.test", false, false},
        {".whytls.test", false, false},
        {"xwhytls.test", false, false},
        {"whytls.test.example", false, false},
        {"test", false, false},
        {"", false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(site_is_host(rows[i].host), rows[i].host_is);
        assert_int_equal(site_is_probe(rows[i].host), rows[i].probe);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_path_has_its_answer),
        TEST(the_page_needs_nothing_from_elsewhere),
        TEST(a_download_is_remembered_and_a_look_at_its_head_is_not),
        TEST(the_page_tells_the_address_by_which_it_was_reached),
        TEST(only_our_own_page_may_read_across),
        TEST(a_test_page_is_one_label_below_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
