#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "message.h"

static void heads_are_complete(void **state)
{
    (void)state;
    struct text t = {0};

    http_response_head(&t, 200, NULL, "text/html; charset=utf-8", 12, "Connection: close\r\n");
    assert_string_equal(text_str(&t),
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; "
        "charset=utf-8\r\nContent-Length: 12\r\nConnection: close\r\n\r\n");
    text_clear(&t);
    http_response_head(&t, 502, "Expired", NULL, 0, NULL);
    assert_string_equal(text_str(&t), "HTTP/1.1 502 Expired\r\nContent-Length: 0\r\n\r\n");
    text_fini(&t);
}

static void unknown_statuses_have_an_empty_phrase(void **state)
{
    (void)state;
    assert_string_equal(http_reason(502), "Bad Gateway");
    assert_string_equal(http_reason(799), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_are_complete),
        cmocka_unit_test(unknown_statuses_have_an_empty_phrase),
    };

    return cmocka_run_group_tests_name("http/message", tests, NULL, NULL);
}
