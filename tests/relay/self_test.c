#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/text.h"
#include "cert/ca.h"
#include "self.h"

static struct ca *ca;

static int set_up(void **state)
{
    struct err e = {0};

    (void)state;
    ca = ca_new_in_memory(1700000000, &e);
    return ca ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    ca_free(ca);
    return 0;
}

static void each_path_has_its_answer(void **state)
{
    static const struct {
        const char *method, *path, *status, *holds;
    } asks[] = {
        {"GET", "/", "HTTP/1.1 200 OK", "Certificate Trust Settings"},
        {"GET", "/?x=1", "HTTP/1.1 200 OK", "Certificate Trust Settings"},
        {"GET", "/whytls.pem", "HTTP/1.1 200 OK", "BEGIN CERTIFICATE"},
        {"GET", "/whytls.cer", "HTTP/1.1 200 OK", "application/x-x509-ca-cert"},
        {"GET", "/whytls.mobileconfig", "HTTP/1.1 200 OK", "application/x-apple-aspen-config"},
        {"GET", "/whytls.pe", "HTTP/1.1 404 ", "/"},
        {"GET", "/../etc/passwd", "HTTP/1.1 404 ", "/"},
        {"POST", "/", "HTTP/1.1 405 ", "Allow: GET, HEAD"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++) {
        struct text out = {0};

        self_answer(ca, asks[i].method, asks[i].path, &out);
        assert_memory_equal(text_str(&out), asks[i].status, strlen(asks[i].status));
        assert_non_null(strstr(text_str(&out), asks[i].holds));
        assert_non_null(strstr(text_str(&out), "Content-Security-Policy: default-src 'none'"));
        text_fini(&out);
    }
}

static void only_its_own_name_is_it(void **state)
{
    (void)state;
    assert_true(self_is_host("whytls.test"));
    assert_false(self_is_host("www.whytls.test"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_path_has_its_answer), cmocka_unit_test(only_its_own_name_is_it)};

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
