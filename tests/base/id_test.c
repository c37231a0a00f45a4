#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "id.h"

static void an_id_is_26_letters_of_crockfords_base_32(void **state)
{
    char id[ID_CAP];

    (void)state;
    assert_string_equal(id_make(id, 1469918176385) + 26, "");
    assert_memory_equal(id, "01ARYZ6S41", 10); /* the ULID paper's own example of a time */
    assert_int_equal(strspn(id, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), 26);
}

static void ids_sort_by_time(void **state)
{
    char before[ID_CAP], after[ID_CAP];

    (void)state;
    id_make(before, 1795165200000);
    for (int64_t ms = 1; ms < 1000000000; ms *= 7) {
        id_make(after, 1795165200000 + ms);
        assert_true(strcmp(before, after) < 0);
        memcpy(before, after, sizeof before);
    }
}

static void two_ids_of_one_moment_differ(void **state)
{
    char a[ID_CAP], b[ID_CAP];

    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_string_not_equal(id_make(a, 0), id_make(b, 0));
    assert_memory_equal(a, "0000000000", 10);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_26_letters_of_crockfords_base_32),
        cmocka_unit_test(ids_sort_by_time),
        cmocka_unit_test(two_ids_of_one_moment_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
