#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "arena.h"

static void every_piece_is_aligned_zeroed_and_its_own(void **state)
{
    struct arena a;
    unsigned char *before = NULL;
    size_t last = 0;

    (void)state;
    arena_init(&a);
    for (size_t n = 1; n < 300; n++) {
        unsigned char *p = arena_new(&a, n);

        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xaa, n);
        if (before)
            assert_int_equal(before[last - 1], 0xaa);
        before = p;
        last = n;
    }
    arena_fini(&a);
}

static void a_large_piece_leaves_room_for_small_ones(void **state)
{
    struct arena a;

    (void)state;
    arena_init(&a);
    char *first = arena_text(&a, "first");
    char *large = arena_new(&a, 1 << 20);
    large[(1 << 20) - 1] = 'x';
    char *second = arena_text(&a, "second");
    assert_string_equal(first, "first");
    assert_string_equal(second, "second");
    assert_true(
        second > first && second < first + 4096); /* the block of the first is still in use */
    assert_true(a.used >= (1 << 20));
    arena_fini(&a);
    assert_int_equal(a.used, 0);
}

static void texts_are_copied_whole_or_cut(void **state)
{
    struct arena a;

    (void)state;
    arena_init(&a);
    assert_null(arena_text(&a, NULL));
    assert_string_equal(arena_text(&a, ""), "");
    assert_string_equal(arena_text_n(&a, "certificate", 4), "cert");
    assert_string_equal(arena_printf(&a, "%s:%d", "host", 443), "host:443");
    assert_memory_equal(arena_dup(&a, "a\0b", 3), "a\0b", 3);
    assert_non_null(arena_dup(&a, NULL, 0));
    arena_fini(&a);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_piece_is_aligned_zeroed_and_its_own),
        cmocka_unit_test(a_large_piece_leaves_room_for_small_ones),
        cmocka_unit_test(texts_are_copied_whole_or_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
