#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "file.h"

enum { MOST = 1 << 20 };

static char dir[64];

static int make_dir(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/whytls-file-test-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command);
}

static unsigned mode_of(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 0777;
}

static void what_was_written_is_read(void **state)
{
    char *path = file_join(dir, "a.bin");
    uint8_t *bytes = NULL;
    size_t len = 0;
    struct err e = {0};

    (void)state;
    assert_false(file_exists(path));
    assert_true(file_write(path, "a\0b", 3, 0600, &e));
    assert_true(file_exists(path));
    assert_int_equal(mode_of(path), 0600);
    assert_true(file_read(path, MOST, &bytes, &len, &e));
    assert_int_equal(len, 3);
    assert_memory_equal(bytes, "a\0b", 4); /* NUL follows */
    mem_free(bytes);
    assert_true(file_write(path, "", 0, 0600, &e)); /* over what is there */
    assert_true(file_read(path, MOST, &bytes, &len, &e));
    assert_int_equal(len, 0);
    mem_free(bytes);
    mem_free(path);
}

static void nothing_is_left_beside_the_file(void **state)
{
    char *folder = file_join(dir, "alone"), *path = file_join(folder, "x");
    struct err e = {0};

    (void)state;
    assert_true(file_mkdirs(folder, 0700, &e));
    assert_true(file_write(path, "x", 1, 0644, &e));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0); /* would fail were it not empty */
    mem_free(path);
    mem_free(folder);
}

static void a_file_that_is_too_large_is_not_read(void **state)
{
    static const char big[100000];
    char *path = file_join(dir, "big");
    uint8_t *bytes = NULL;
    size_t len = 0;
    struct err e = {0};

    (void)state;
    assert_true(file_write(path, big, sizeof big, 0644, &e));
    assert_false(file_read(path, sizeof big - 1, &bytes, &len, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "larger than 99999 bytes"));
    assert_true(file_read(path, sizeof big, &bytes, &len, &e));
    assert_int_equal(len, sizeof big);
    mem_free(bytes);
    mem_free(path);
}

static void what_cannot_be_read_is_named(void **state)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    struct err e = {0};
    char *path = file_join(dir, "missing");

    (void)state;
    assert_false(file_read(path, MOST, &bytes, &len, &e));
    assert_int_equal(e.kind, ERR_SYSTEM);
    assert_non_null(strstr(e.text, "missing: No such file"));
    assert_false(file_read(dir, MOST, &bytes, &len, &e));
    assert_int_equal(e.kind, ERR_INPUT);
    char *under = file_join(path, "x");
    assert_false(file_write(under, "x", 1, 0600, &e));
    assert_int_equal(e.kind, ERR_SYSTEM);
    mem_free(under);
    mem_free(path);
}

static void folders_are_made_with_their_parents_and_only_the_last_is_private(void **state)
{
    char *parent = file_join(dir, "p"), *last = file_join(parent, "q"),
         *slashed = file_join(dir, "r/s//");
    char *s = file_join(dir, "r/s");
    struct err e = {0};

    (void)state;
    umask(022);
    assert_true(file_mkdirs(last, 0700, &e));
    assert_int_equal(mode_of(parent), 0755);
    assert_int_equal(mode_of(last), 0700);
    assert_true(file_mkdirs(last, 0700, &e)); /* there already */
    assert_true(file_mkdirs(slashed, 0700, &e));
    assert_int_equal(mode_of(s), 0700);
    mem_free(parent);
    mem_free(last);
    mem_free(slashed);
    mem_free(s);
}

static void a_folder_cannot_be_made_where_a_file_is(void **state)
{
    char *path = file_join(dir, "f"), *under = file_join(path, "g");
    struct err e = {0};

    (void)state;
    assert_true(file_write(path, "x", 1, 0644, &e));
    assert_false(file_mkdirs(path, 0700, &e));
    assert_non_null(strstr(e.text, "not a folder"));
    assert_false(file_mkdirs(under, 0700, &e));
    assert_false(file_mkdirs("", 0700, &e));
    mem_free(path);
    mem_free(under);
}

static void one_slash_joins(void **state)
{
    static const struct {
        const char *folder, *name, *out;
    } cases[] = {{"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"/", "b", "/b"}, {"a", "b/c", "a/b/c"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *out = file_join(cases[i].folder, cases[i].name);

        assert_string_equal(out, cases[i].out);
        mem_free(out);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(nothing_is_left_beside_the_file),
        cmocka_unit_test(a_file_that_is_too_large_is_not_read),
        cmocka_unit_test(what_cannot_be_read_is_named),
        cmocka_unit_test(folders_are_made_with_their_parents_and_only_the_last_is_private),
        cmocka_unit_test(a_folder_cannot_be_made_where_a_file_is),
        cmocka_unit_test(one_slash_joins),
    };

    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
