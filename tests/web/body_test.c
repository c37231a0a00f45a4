#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "answer.h"
#include "asked.h"
#include "body.h"

static bool reads(const char *text, size_t len, struct body *body, struct request *r)
{
    char fault[160];

    assert_true(asked(r, "POST", "/", NULL));
    text_add_n(&r->body, text, len);
    return body_read(body, r, fault, sizeof fault);
}

static void an_object_is_read(void **state)
{
    static const char text[] = "{\"token\":\"abc\",\"on\":true,\"n\":1,\"no\":null}";
    struct request r;
    struct body body;
    bool on;

    (void)state;
    assert_true(reads(text, sizeof text - 1, &body, &r));
    assert_string_equal(body_text(&body, "token"), "abc");
    assert_null(body_text(&body, "n"));
    assert_null(body_text(&body, "none"));
    assert_true(body_has(&body, "token") && body_has(&body, "n"));
    assert_false(body_has(&body, "no") || body_has(&body, "none"));
    assert_true(body_bool(&body, "on", &on) && on);
    assert_false(body_bool(&body, "token", &on));
    body_fini(&body);
    request_fini(&r);
}

static void anything_else_is_refused_with_its_place(void **state)
{
    static const char *const texts[] = {
        "", "[]", "\"x\"", "{", "{\"a\":1,\"a\":2}", "{\"a\":\"\\u0000\"}", "{} {}", "\xff"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct request r;
        struct body body;
        struct answer out = {0};

        if (reads(texts[i], strlen(texts[i]), &body, &r))
            fail_msg("%s was read", texts[i]);
        assert_false(body_take(&body, &r, &out));
        assert_int_equal(out.status, 400);
        assert_non_null(strstr(text_str(&out.body), "line 1"));
        answer_fini(&out);
        request_fini(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_is_read),
        cmocka_unit_test(anything_else_is_refused_with_its_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
