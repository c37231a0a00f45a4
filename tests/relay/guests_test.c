#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "guests.h"

static struct guests *of(const char *text)
{
    struct guests *g = guests_new();
    struct err e = {0};

    if (!guests_add(g, text, &e))
        fail_msg("%s", e.text);
    return g;
}

static void only_the_right_pair_is_known(void **state)
{
    static const struct {
        const char *user, *password;
        bool known;
    } cases[] = {
        {"eva", "pa:ss", true}, {"eva", "pa:s", false}, {"eva", "pa:sss", false},
        {"eva", "", false}, {"ev", "pa:ss", false}, {"Eva", "pa:ss", false}, {"", "", false},
        {"bob", "x", true}, {"eva", "x", false}, /* somebody else's */
    };
    struct guests *g = of("eva:pa:ss");
    struct err e = {0};
    char longer[400];

    (void)state;
    assert_true(guests_add(g, "bob:x", &e));
    assert_int_equal(guests_count(g), 2);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(guests_know(g, cases[i].user, cases[i].password), cases[i].known);
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = 0;
    assert_false(guests_know(g, longer, longer));
    guests_free(g);
}

static void a_login_of_255_bytes_is_not_a_longer_one(void **state)
{
    char pair[2 * GUEST_TEXT_MOST + 2], longer[GUEST_TEXT_MOST + 2];
    struct guests *g;

    (void)state;
    memset(pair, 'x', sizeof pair);
    pair[GUEST_TEXT_MOST] = ':';
    pair[sizeof pair - 1] = 0;
    g = of(pair);
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = 0;
    assert_false(guests_know(g, longer, longer));
    longer[GUEST_TEXT_MOST] = 0;
    assert_true(guests_know(g, longer, longer));
    guests_free(g);
}

static void basic_is_read_as_rfc_7617_writes_it(void **state)
{
    static const struct {
        const char *value;
        bool known;
    } cases[] = {
        {"Basic ZXZhOnBhOnNz", true}, /* eva:pa:ss */
        {"basic ZXZhOnBhOnNz", true},
        {"Basic ZXZhOnBhOnN6", false}, /* eva:pa:sz */
        {"Basic ZXZh", false},         /* no colon */
        {"Basic !!!", false},
        {"Basic", false},
        {"Basic ", false},
        {"", false},
        {"Bearer ZXZhOnBhOnNz", false},
        {"Basic ZXZhAGI6cGE6c3M=", false}, /* a NUL in the user */
        {NULL, false},
    };
    struct guests *g = of("eva:pa:ss");

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(guests_know_basic(g, cases[i].value), cases[i].known);
    guests_free(g);
}

static void what_is_no_pair_is_refused_and_not_repeated(void **state)
{
    static const char *const cases[] = {"", "eva", ":hunter2", "eva:", "@/no/such/file", "@"};
    struct err e = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct guests *g = guests_new();

        assert_false(guests_add(g, cases[i], &e));
        assert_null(strstr(e.text, "hunter2"));
        guests_free(g);
    }
    guests_free(NULL);
}

static void a_file_names_one_a_line(void **state)
{
    static const char lines[] = "# ours\neva:pass\r\n\nbob:x";
    static const char bad[] = "eva:pass\nhunter2\n";
    char path[] = "/tmp/whytls-guests-XXXXXX", text[64];
    struct guests *g = guests_new();
    struct err e = {0};
    int fd = mkstemp(path);

    (void)state;
    snprintf(text, sizeof text, "@%s", path);
    assert_int_equal(write(fd, lines, sizeof lines - 1), sizeof lines - 1);
    assert_true(guests_add(g, text, &e));
    assert_int_equal(guests_count(g), 2);
    assert_true(guests_know(g, "eva", "pass"));
    assert_int_equal(pwrite(fd, bad, sizeof bad - 1, 0), sizeof bad - 1);
    assert_int_equal(ftruncate(fd, sizeof bad - 1), 0);
    close(fd);
    assert_false(guests_add(g, text, &e));
    assert_non_null(strstr(e.text, ":2:"));
    assert_null(strstr(e.text, "hunter2"));
    unlink(path);
    guests_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_right_pair_is_known),
        cmocka_unit_test(a_login_of_255_bytes_is_not_a_longer_one),
        cmocka_unit_test(basic_is_read_as_rfc_7617_writes_it),
        cmocka_unit_test(what_is_no_pair_is_refused_and_not_repeated),
        cmocka_unit_test(a_file_names_one_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
