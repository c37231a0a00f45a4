#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>

#include <cmocka.h>

#include "map.h"

static int values[2000];
static int dropped;

static void drop(void *value)
{
    (void)value;
    dropped++;
}

static void what_is_put_is_found_replaced_and_taken(void **state)
{
    struct map *m = map_new();
    char key[] = "a.example";

    (void)state;
    assert_null(map_get(m, "a.example"));
    assert_null(map_put(m, key, &values[0]));
    key[0] = 'x'; /* the map has its own copy */
    assert_ptr_equal(map_get(m, "a.example"), &values[0]);
    assert_null(map_get(m, "A.example"));
    assert_ptr_equal(map_put(m, "a.example", &values[1]), &values[0]);
    assert_int_equal(map_len(m), 1);
    assert_ptr_equal(map_take(m, "a.example"), &values[1]);
    assert_null(map_take(m, "a.example"));
    assert_int_equal(map_len(m), 0);
    assert_null(map_put(m, "", &values[0])); /* the empty key is a key */
    assert_ptr_equal(map_get(m, ""), &values[0]);
    map_free(m, NULL);
}

static bool mark(void *arg, const char *key, void *value)
{
    int *seen = value;

    (void)key;
    (*seen)++;
    (*(int *)arg)++;
    return true;
}

static bool stop(void *arg, const char *key, void *value)
{
    (void)key;
    (void)value;
    return ++*(int *)arg < 3;
}

static void many_are_kept_and_each_is_met_once(void **state)
{
    struct map *m = map_new();
    char key[32];
    int n = 0;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        snprintf(key, sizeof key, "host-%d.example", i);
        assert_null(map_put(m, key, &values[i]));
    }
    for (int i = 0; i < 2000; i += 2) {
        snprintf(key, sizeof key, "host-%d.example", i);
        assert_ptr_equal(map_take(m, key), &values[i]);
    }
    assert_int_equal(map_len(m), 1000);
    map_each(m, mark, &n);
    assert_int_equal(n, 1000);
    for (int i = 0; i < 2000; i++)
        assert_int_equal(values[i], i % 2);
    n = 0;
    map_each(m, stop, &n);
    assert_int_equal(n, 3);
    dropped = 0;
    map_free(m, drop);
    assert_int_equal(dropped, 1000);
    map_free(NULL, drop);
}

static void keys_of_every_length_stand_apart(void **state)
{
    struct map *m = map_new();
    char key[64] = {0};

    (void)state;
    for (int i = 0; i < 60; i++) {
        assert_null(map_put(m, key, &values[i]));
        key[i] = 'k';
    }
    for (int i = 59; i >= 0; i--) {
        key[i] = '\0';
        assert_ptr_equal(map_get(m, key), &values[i]);
    }
    map_free(m, NULL);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_is_found_replaced_and_taken),
        cmocka_unit_test(many_are_kept_and_each_is_met_once),
        cmocka_unit_test(keys_of_every_length_stand_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
