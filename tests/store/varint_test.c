#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "varint.h"

static void numbers_come_back(void **state)
{
    static const uint64_t numbers[] = {0, 1, 127, 128, 300, UINT32_MAX, INT64_MAX};
    struct text out = {0};

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        varint_add(&out, numbers[i]);
    const uint8_t *at = (const uint8_t *)out.at, *end = at + out.len;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        uint64_t n;

        assert_true(varint_next(&at, end, &n));
        assert_true(n == numbers[i]);
    }
    assert_true(at == end);
    text_fini(&out);
}

static void what_ends_too_early_or_never_is_no_number(void **state)
{
    static const uint8_t cut[] = {0x80, 0x80};
    static const uint8_t endless[] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    const uint8_t *at = cut;
    uint64_t n;

    (void)state;
    assert_false(varint_next(&at, cut + sizeof cut, &n));
    at = endless;
    assert_false(varint_next(&at, endless + sizeof endless, &n));
    assert_false(varint_next(&at, at, &n));
}

static void numbers_and_bytes_are_read_in_turn(void **state)
{
    struct text out = {0};
    const uint8_t *bytes;
    uint64_t n;

    (void)state;
    varint_add(&out, 300);
    text_add(&out, "abc");
    struct packed p = {(const uint8_t *)out.at, (const uint8_t *)out.at + out.len};
    assert_true(packed_number(&p, &n));
    assert_true(n == 300);
    assert_false(packed_bytes(&p, 4, &bytes));
    assert_false(packed_bytes(&p, UINT64_MAX, &bytes));
    assert_true(packed_bytes(&p, 3, &bytes));
    assert_memory_equal(bytes, "abc", 3);
    assert_true(packed_bytes(&p, 0, &bytes));
    assert_false(packed_number(&p, &n));
    text_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_back),
        cmocka_unit_test(numbers_and_bytes_are_read_in_turn),
        cmocka_unit_test(what_ends_too_early_or_never_is_no_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
