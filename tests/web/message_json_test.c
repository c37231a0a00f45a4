#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_out.h"
#include "flow/spoken.h"
#include "message_json.h"

static char told[4096];

static const char *tell(const char *head, const char *body, size_t len, bool raw)
{
    struct spoken_message m = {.body_kept = body != NULL};
    struct text out = {0};
    struct json_out j;

    text_add(&m.head, head);
    if (body)
        text_add_n(&m.body, body, len);
    json_init(&j, &out);
    message_json(&m, raw, &j);
    snprintf(told, sizeof told, "%s", text_str(&out));
    text_fini(&out);
    text_fini(&m.head);
    text_fini(&m.body);
    return told;
}

static void what_was_said_is_told(void **state)
{
    (void)state;
    assert_string_equal(
        tell("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX: <y>\r\n\r\n", "hello", 5, false),
        "{\"headers\":[[\"Content-Type\",\"text/plain\"],[\"X\",\"\\u003cy\\u003e\"]],"
        "\"body\":{\"text\":\"hello\",\"type\":\"text/plain\",\"size\":5,\"cut\":false}}");
    assert_string_equal(tell("", NULL, 0, false), "null");
}

static void bytes_are_told_as_base64(void **state)
{
    (void)state;
    assert_non_null(
        strstr(tell("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n", "\x89PNG\0\1", 6, false),
            "\"base64\":\"iVBORwAB\""));
}

static void credentials_are_left_out_unless_asked_for(void **state)
{
    static const char head[] = "GET / HTTP/1.1\r\nCookie: sid=verysecret\r\n"
                               "Authorization: Bearer verysecret\r\n\r\n";

    (void)state;
    assert_null(strstr(tell(head, NULL, 0, false), "verysecret"));
    assert_non_null(strstr(tell(head, NULL, 0, true), "verysecret"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_said_is_told),
        cmocka_unit_test(bytes_are_told_as_base64),
        cmocka_unit_test(credentials_are_left_out_unless_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
