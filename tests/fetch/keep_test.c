#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#include "keep_priv.h"

static struct fetch_got got_of(const char *text)
{
    return (struct fetch_got){.bytes = (const uint8_t *)text, .len = strlen(text)};
}

static void an_answer_is_kept_until_its_time(void **state)
{
    struct keep *k = keep_new();
    struct fetch_got got = got_of("hello"), out;

    (void)state;
    keep_put(k, "a", &got, 1000, 3000);
    assert_true(keep_get(k, "a", 2999, &out));
    assert_int_equal(out.len, 5);
    assert_memory_equal(out.bytes, "hello", 5);
    assert_false(keep_get(k, "b", 2999, &out));
    assert_false(keep_get(k, "a", 3000, &out));
    assert_int_equal(keep_bytes(k), 0);
    keep_put(k, "a", &got, 1000, 1000); /* no time at all */
    assert_false(keep_get(k, "a", 1000, &out));
    keep_free(k);
}

static void a_failure_is_kept_as_well(void **state)
{
    struct keep *k = keep_new();
    struct fetch_got got = {.result = FETCH_REFUSED}, out = {.result = FETCH_OK};

    (void)state;
    keep_put(k, "a", &got, 0, 10);
    assert_true(keep_get(k, "a", 5, &out));
    assert_int_equal(out.result, FETCH_REFUSED);
    keep_free(k);
}

static void the_newest_replaces_what_was_there(void **state)
{
    struct keep *k = keep_new();
    struct fetch_got one = got_of("one"), three = got_of("three"), out;

    (void)state;
    keep_put(k, "a", &one, 0, 10);
    keep_put(k, "a", &three, 0, 20);
    assert_true(keep_get(k, "a", 15, &out));
    assert_int_equal(out.len, 5);
    assert_int_equal(keep_bytes(k), 5);
    keep_free(k);
}

static void what_ends_first_makes_room(void **state)
{
    struct keep *k = keep_new();
    struct fetch_got got = got_of("x"), out;
    char key[16];

    (void)state;
    for (int i = 0; i < KEEP_ENTRIES_MOST + 10; i++) {
        snprintf(key, sizeof key, "%d", i);
        keep_put(k, key, &got, 0, 1000 + i);
    }
    assert_int_equal(keep_bytes(k), KEEP_ENTRIES_MOST);
    assert_false(keep_get(k, "9", 1, &out));
    assert_true(keep_get(k, "10", 1, &out));
    keep_free(k);
}

static void bytes_are_bounded(void **state)
{
    enum { BIG = KEEP_BYTES_MOST / 4 };
    struct keep *k = keep_new();
    uint8_t *bytes = mem_new((size_t)BIG * 3);
    struct fetch_got big = {.bytes = bytes, .len = BIG},
                     huge = {.bytes = bytes, .len = (size_t)BIG * 3}, out;
    char key[16];

    (void)state;
    for (int i = 0; i < 6; i++) {
        snprintf(key, sizeof key, "%d", i);
        keep_put(k, key, &big, 0, 1000 + i);
    }
    assert_int_equal(keep_bytes(k), KEEP_BYTES_MOST);
    keep_put(k, "huge", &huge, 0, 9000);
    assert_false(keep_get(k, "huge", 1, &out));
    assert_int_equal(keep_bytes(k), KEEP_BYTES_MOST);
    mem_free(bytes);
    keep_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_kept_until_its_time),
        cmocka_unit_test(a_failure_is_kept_as_well),
        cmocka_unit_test(the_newest_replaces_what_was_there),
        cmocka_unit_test(what_ends_first_makes_room),
        cmocka_unit_test(bytes_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
