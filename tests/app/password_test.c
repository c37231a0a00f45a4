#include "password.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"

static void the_first_line_is_the_password(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *password; /* NULL: refused */
    } rows[] = {
        {"geheim\n", 7, "geheim"},
        {"geheim", 6, "geheim"},
        {"geheim\r\nzweite\n", 15, "geheim"},
        {"mit Blank \n", 11, "mit Blank "},
        {"\n", 1, ""},
        {"", 0, ""},
        {"schl\xc3\xbcssel\n", 11, "schl\xc3\xbcssel"},
        {"ge\0heim\n", 8, NULL},
        {"geheim\nmit\0null", 15, "geheim"},
    };
    char dir[] = "/tmp/whytls-password-XXXXXX", path[64];
    struct err e = {0};

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/pw", dir);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *password = NULL;

        assert_true(file_write(path, rows[i].bytes, rows[i].len, 0600, &e));
        bool good = password_read(path, &password, &e);
        assert_int_equal(good, rows[i].password != NULL);
        if (good)
            assert_string_equal(password, rows[i].password);
        password_forget(password);
    }
    unlink(path);
    rmdir(dir);
}

static void no_file_is_no_password_and_a_missing_one_an_error(void **state)
{
    char *password = NULL;
    struct err e = {0};

    (void)state;
    assert_true(password_read(NULL, &password, &e));
    assert_null(password);
    password_forget(password);
    assert_false(password_read("/nonexistent/password", &password, &e));
    assert_non_null(strstr(e.text, "/nonexistent/password"));
    assert_null(password);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_line_is_the_password),
        cmocka_unit_test(no_file_is_no_password_and_a_missing_one_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
