#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "text.h"

static void an_empty_text_reads_as_empty(void **state)
{
    struct text t = {0};

    (void)state;
    assert_string_equal(text_str(&t), "");
    char *given = text_give(&t);
    assert_string_equal(given, "");
    mem_free(given);
    text_clear(&t);
    text_fini(&t);
}

static void a_text_grows_and_can_be_given_away(void **state)
{
    struct text t = {0};

    (void)state;
    for (int i = 0; i < 1000; i++)
        text_printf(&t, "%03d,", i);
    assert_int_equal(t.len, 4000);
    assert_memory_equal(text_str(&t) + 3996, "999,", 5);
    text_clear(&t);
    text_add(&t, "a");
    text_add_n(&t, "b\0c", 3);
    text_add_char(&t, 'd');
    assert_int_equal(t.len, 5);
    char *given = text_give(&t);
    assert_memory_equal(given, "ab\0cd", 6);
    assert_int_equal(t.len, 0);
    assert_string_equal(text_str(&t), "");
    mem_free(given);
}

static void room_is_made_for_a_caller_who_writes_and_given_back(void **state)
{
    struct text t = {0};

    (void)state;
    memcpy(text_more(&t, 5), "hello", 5);
    memset(text_more(&t, 1000), 'x', 1000);
    assert_int_equal(t.len, 1005);
    assert_int_equal(t.at[1005], '\0');
    text_cut(&t, 5);
    assert_string_equal(text_str(&t), "hello");
    text_fini(&t);
    text_cut(&t, 0);
    assert_string_equal(text_str(&t), "");
}

static void utf8_is_known_from_what_is_not(void **state)
{
    static const struct {
        const char *bytes;
        size_t n, len;
    } cases[] = {
        {"", 0, 0},
        {"a", 1, 1},
        {"\0", 1, 1},
        {"\xc3\xa9", 2, 2},
        {"\xe2\x82\xac", 3, 3},
        {"\xf0\x9f\x94\x92", 4, 4},
        {"\xf4\x8f\xbf\xbf", 4, 4},
        {"\xc3", 1, 0}, /* cut */
        {"\xf0\x9f\x94", 3, 0},
        {"\x80", 1, 0},     /* a tail alone */
        {"\xc0\xaf", 2, 0}, /* overlong */
        {"\xe0\x80\xaf", 3, 0},
        {"\xf0\x80\x80\xaf", 4, 0},
        {"\xed\xa0\x80", 3, 0},     /* a surrogate */
        {"\xf4\x90\x80\x80", 4, 0}, /* above U+10FFFF */
        {"\xff", 1, 0},
        {"\xc3(", 2, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(text_utf8_len(cases[i].bytes, cases[i].n), cases[i].len);
}

static void what_would_fool_a_reader_is_shown(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"www.example.org", "www.example.org"},
        {"caf\xc3\xa9 \xf0\x9f\x94\x92", "caf\xc3\xa9 \xf0\x9f\x94\x92"},
        {"a\nb\tc\x7f", "aU+000AbU+0009cU+007F"},
        {"\x1b[2J", "U+001B[2J"},
        {"\xc2\x9b", "U+009B"},
        {"\xe2\x80\xae"
         "gro.elpmaxe",
            "U+202Egro.elpmaxe"},
        {"exam\xe2\x80\x8bple", "examU+200Bple"},
        {"exam\xc2\xadple", "examU+00ADple"},
        {"\xef\xbb\xbf", "U+FEFF"},
        {"\xf3\xa0\x81\xa1", "U+E0061"},
        {"\xff\xc3(", "\\xFF\\xC3("},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text t = {0};

        text_add_safe(&t, cases[i].in, strlen(cases[i].in), 1000);
        assert_string_equal(text_str(&t), cases[i].out);
        text_fini(&t);
    }
}

static void a_long_text_is_cut_in_its_middle_between_characters(void **state)
{
    struct text t = {0};

    (void)state;
    text_add_safe(&t, "abcdefghij", 10, 4);
    assert_string_equal(text_str(&t), "ab\xe2\x80\xa6ij");
    text_clear(&t);
    text_add_safe(&t, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 8,
        6); /* 3 bytes would be one character and a half */
    assert_string_equal(text_str(&t), "\xc3\xa9\xe2\x80\xa6\xc3\xa9");
    text_clear(&t);
    text_add_safe(&t, "\x80\x80\x80\x80", 4, 2);
    assert_string_equal(text_str(&t), "\xe2\x80\xa6");
    text_fini(&t);
}

static void a_buffer_gets_what_fits_it_and_no_half_character(void **state)
{
    char buf[8];

    (void)state;
    assert_string_equal(text_safe(buf, sizeof buf, "abc"), "abc");
    for (size_t cap = 1; cap <= sizeof buf; cap++) {
        text_safe(buf, cap, "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\n\n\n");
        size_t n = strlen(buf);
        assert_true(n < cap);
        for (size_t i = 0; i < n;) {
            size_t len = text_utf8_len(buf + i, n - i);
            assert_true(len > 0);
            i += len;
        }
    }
}

static void case_is_that_of_ascii(void **state)
{
    char name[] = "WWW.EXAMPLE.ORG@[`{\xc3\x89";

    (void)state;
    text_lower(name);
    assert_string_equal(name, "www.example.org@[`{\xc3\x89");
    assert_true(text_equal_caseless("Content-Type", "content-TYPE"));
    assert_true(text_equal_caseless("", ""));
    assert_false(text_equal_caseless("a", "ab"));
    assert_false(text_equal_caseless("ab", "a"));
    assert_false(text_equal_caseless("[", "{"));
    assert_false(text_equal_caseless("\xc3\x89", "\xc3\xa9"));
}

static void beginnings_and_ends_are_compared(void **state)
{
    (void)state;
    assert_true(text_starts("https://x", "https://") && text_starts("x", ""));
    assert_false(text_starts("http", "https"));
    assert_true(text_ends("a.local", ".local") && text_ends("x", ""));
    assert_false(text_ends("local", ".local"));
}

static void hex_is_lower_case(void **state)
{
    static const uint8_t bytes[] = {0x00, 0x1a, 0xff};
    char out[7];

    (void)state;
    text_hex(out, bytes, sizeof bytes);
    assert_string_equal(out, "001aff");
}

/* RFC 4648 §10 */
static void base64_goes_there_and_back(void **state)
{
    static const struct {
        const char *plain, *coded;
    } cases[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}, {"\xff\xfe\xfd", "//79"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text t = {0};
        uint8_t *back = NULL;
        size_t len = 99;

        text_add_base64(&t, (const uint8_t *)cases[i].plain, strlen(cases[i].plain));
        assert_string_equal(text_str(&t), cases[i].coded);
        assert_true(text_from_base64(cases[i].coded, strlen(cases[i].coded), &back, &len));
        assert_int_equal(len, strlen(cases[i].plain));
        assert_memory_equal(back, cases[i].plain, len);
        mem_free(back);
        text_fini(&t);
    }
}

static void base64_may_be_broken_into_lines_but_not_otherwise(void **state)
{
    static const char *const bad[] = {
        "Z", "Zg", "Zg=", "Z===", "Zg===", "====", "Zg==Zg==", "Zm9v!", "Zm=v", "Zm9v\x80"};
    uint8_t *back = NULL;
    size_t len = 0;

    (void)state;
    assert_true(text_from_base64(" Zm9v\r\nYm\tFy\n", 13, &back, &len));
    assert_int_equal(len, 6);
    assert_memory_equal(back, "foobar", 6);
    mem_free(back);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(text_from_base64(bad[i], strlen(bad[i]), &back, &len));
}

static void the_nearest_word_is_offered_and_none_that_is_far(void **state)
{
    static const char *const names[] = {"run", "explain", "compare", "judge", "doctor", NULL};
    char endless[400];

    (void)state;
    memset(endless, 'r', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_null(text_nearest(endless, names));
    assert_null(text_nearest("zz", names));
    assert_string_equal(text_nearest("explian", names), "explain");
    assert_string_equal(text_nearest("jugde", names), "judge");
    assert_string_equal(text_nearest("runn", names), "run");
    assert_null(text_nearest("certificate", names));
    assert_null(text_nearest(
        "a-word-that-is-so-long-that-it-is-longer-than-any-name-that-there-could-be", names));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_text_reads_as_empty),
        cmocka_unit_test(a_text_grows_and_can_be_given_away),
        cmocka_unit_test(room_is_made_for_a_caller_who_writes_and_given_back),
        cmocka_unit_test(utf8_is_known_from_what_is_not),
        cmocka_unit_test(what_would_fool_a_reader_is_shown),
        cmocka_unit_test(a_long_text_is_cut_in_its_middle_between_characters),
        cmocka_unit_test(a_buffer_gets_what_fits_it_and_no_half_character),
        cmocka_unit_test(case_is_that_of_ascii),
        cmocka_unit_test(beginnings_and_ends_are_compared),
        cmocka_unit_test(hex_is_lower_case),
        cmocka_unit_test(base64_goes_there_and_back),
        cmocka_unit_test(base64_may_be_broken_into_lines_but_not_otherwise),
        cmocka_unit_test(the_nearest_word_is_offered_and_none_that_is_far),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
