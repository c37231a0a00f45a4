#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "squeeze.h"

/* More than any dictionary must be. */
static const char common[] =
    "What stands in every record, word for word, and takes no room in any.";

static void what_was_packed_comes_back(void **state)
{
    struct squeeze *s = squeeze_new(common, strlen(common));
    struct text small = {0}, whole = {0};

    (void)state;
    assert_true(squeeze_pack(s, common, strlen(common), &small, NULL));
    assert_true(small.len < 30);
    assert_true(squeeze_unpack(s, small.at, small.len, &whole, NULL));
    assert_string_equal(text_str(&whole), common);
    text_clear(&small);
    text_clear(&whole);
    assert_true(squeeze_pack(s, "", 0, &small, NULL));
    assert_true(squeeze_unpack(s, small.at, small.len, &whole, NULL));
    assert_int_equal(whole.len, 0);
    text_fini(&small);
    text_fini(&whole);
    squeeze_free(s);
}

static void broken_bytes_are_an_error(void **state)
{
    struct squeeze *s = squeeze_new(common, strlen(common));
    /* A frame that promises 1 TiB. */
    static const unsigned char bomb[] = {
        0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0};
    struct text small = {0}, whole = {0};
    struct err e = {0};

    (void)state;
    assert_false(squeeze_unpack(s, "not zstd", 8, &whole, &e));
    assert_string_equal(e.text, "a record in the store is broken");
    assert_false(squeeze_unpack(s, bomb, sizeof bomb, &whole, &e));
    assert_true(squeeze_pack(s, "hello hello hello", 17, &small, NULL));
    for (size_t n = 0; n < small.len; n++)
        assert_false(squeeze_unpack(s, small.at, n, &whole, &e));
    assert_int_equal(whole.len, 0);
    text_fini(&small);
    text_fini(&whole);
    squeeze_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_packed_comes_back),
        cmocka_unit_test(broken_bytes_are_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
