#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <zlib.h>

#include <cmocka.h>

#include "flow/spoken.h"
#include "said.h"

static void says(const char *coding, const void *body, size_t len, const char *wanted, bool whole)
{
    struct spoken *s = spoken_new();
    struct text head = {0}, out = {0};

    text_printf(
        &head, "HTTP/1.1 200 OK\r\n%s%s\r\n\r\n", *coding ? "Content-Encoding: " : "X: ", coding);
    spoken_head(s, 0, SPOKEN_RESPONSE, text_str(&head), head.len);
    spoken_body(s, 0, SPOKEN_RESPONSE, body, len);
    assert_int_equal(said_body(&s->at[0].said[SPOKEN_RESPONSE], &out), whole);
    assert_string_equal(text_str(&out), wanted);
    text_fini(&head);
    text_fini(&out);
    spoken_free(s);
}

static void codings_are_undone(void **state)
{
    uint8_t packed[100];
    uLongf len = sizeof packed;

    (void)state;
    assert_int_equal(compress(packed, &len, (const Bytef *)"hello hello hello", 17), Z_OK);
    says("", "plain", 5, "plain", true);
    says("deflate", packed, len, "hello hello hello", true);
    says("unheard-of", "plain", 5, "", false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(codings_are_undone)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
