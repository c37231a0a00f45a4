#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "term.h"

static const struct term wide_utf8 = {.utf8 = true, .width = 80};
static const struct term ascii = {.width = 80};

static void colour_follows_the_option_then_the_environment(void **state)
{
    (void)state;
    static const struct {
        enum term_colour choice;
        struct term_env env;
        bool colour, is_tty;
    } cases[] = {
        {TERM_COLOUR_AUTO, {.is_tty = true, .term = "xterm"}, true, true},
        {TERM_COLOUR_AUTO, {.is_tty = true, .no_color = "1"}, false, true},
        {TERM_COLOUR_AUTO, {.is_tty = true, .no_color = ""}, true, true},
        {TERM_COLOUR_AUTO, {.is_tty = true, .term = "dumb"}, false, false},
        {TERM_COLOUR_AUTO, {.is_tty = false}, false, false},
        {TERM_COLOUR_ALWAYS, {.no_color = "1"}, true, false},
        {TERM_COLOUR_NEVER, {.is_tty = true}, false, true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct term t;

        term_set(&t, cases[i].choice, &cases[i].env);
        assert_int_equal(t.colour, cases[i].colour);
        assert_int_equal(t.is_tty, cases[i].is_tty);
    }
}

static void shapes_follow_the_locale(void **state)
{
    (void)state;
    static const struct {
        struct term_env env;
        bool utf8;
    } cases[] = {
        {{.lang = "en_GB.UTF-8"}, true},
        {{.lang = "C.utf8"}, true},
        {{.lang = "en_GB.UTF-8@euro"}, true},
        {{.lc_all = "C", .lang = "en_GB.UTF-8"}, false},
        {{.lc_all = "", .lc_ctype = "de_DE.UTF-8", .lang = "C"}, true},
        {{.lc_ctype = "POSIX", .lang = "en_GB.UTF-8"}, false},
        {{.lang = "de_DE.ISO-8859-1"}, false},
        {{0}, false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct term t;

        term_set(&t, TERM_COLOUR_AUTO, &cases[i].env);
        assert_int_equal(t.utf8, cases[i].utf8);
    }
    assert_string_equal(term_shape(&wide_utf8, SHAPE_FAILING), "◆");
    assert_string_equal(term_shape(&ascii, SHAPE_FAILING), "!");
    for (int shape = 0; shape < N_TERM_SHAPES; shape++)
        assert_true(*term_shape(&ascii, (enum term_shape)shape) &&
                    *term_shape(&wide_utf8, (enum term_shape)shape));
}

static void the_window_decides_the_width_of_a_terminal_only(void **state)
{
    (void)state;
    struct term t;

    term_set(&t, TERM_COLOUR_AUTO, &(struct term_env){.is_tty = true, .columns = 132});
    assert_int_equal(t.width, 132);
    term_set(&t, TERM_COLOUR_AUTO, &(struct term_env){.is_tty = false, .columns = 132});
    assert_int_equal(t.width, TERM_USUAL);
    term_set(&t, TERM_COLOUR_AUTO, &(struct term_env){.is_tty = true, .columns = 3});
    assert_int_equal(t.width, 20);
}

static void who_says_columns_has_them_wherever_it_goes(void **state)
{
    static const struct {
        const char *said;
        int width;
    } cases[] = {{"40", 40}, {"200", 200}, {"3", 20}, {"", 132}, {"0", 132}, {"-1", 132},
        {"40 ", 132}, {"many", 132}, {"99999999999999999999", 132}};
    struct term t;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        term_set(&t, TERM_COLOUR_AUTO,
            &(struct term_env){.is_tty = true, .columns = 132, .columns_said = cases[i].said});
        assert_int_equal(t.width, cases[i].width);
    }
    term_set(&t, TERM_COLOUR_AUTO, &(struct term_env){.columns_said = "40"});
    assert_int_equal(t.width, 40);
}

static void an_unknown_colour_word_is_refused(void **state)
{
    (void)state;
    struct term t;
    struct err e = {0};

    assert_true(term_init(&t, NULL, &e));
    assert_true(term_init(&t, "never", &e));
    assert_false(t.colour);
    assert_true(term_init(&t, "always", &e));
    assert_true(t.colour);
    assert_false(term_init(&t, "sometimes", &e));
    assert_int_equal(e.kind, ERR_USAGE);
    assert_string_equal(e.text, "--color sometimes: write auto, always or never");
}

static void styles_write_nothing_without_colour(void **state)
{
    (void)state;
    struct text out = {0};

    term_style(&ascii, &out, TERM_FAULT);
    assert_int_equal(out.len, 0);
    term_style(&(struct term){.colour = true}, &out, TERM_FAULT);
    assert_string_equal(text_str(&out), "\033[1;31m");
    text_fini(&out);
}

static void text_from_outside_is_harmless(void **state)
{
    (void)state;
    struct text out = {0};

    term_text(&wide_utf8, &out, "a\033]0;x\a\xe2\x80\xae“b”");
    assert_string_equal(text_str(&out), "aU+001B]0;xU+0007U+202E“b”");
    text_clear(&out);
    term_text(&ascii, &out, "“b” · … 中");
    assert_string_equal(text_str(&out), "\"b\" - ... ?");
    text_clear(&out);
    term_text(&ascii, &out, NULL);
    assert_int_equal(out.len, 0);
    text_fini(&out);
}

static void text_is_cut_to_columns_not_bytes(void **state)
{
    (void)state;
    struct text out = {0};

    assert_int_equal(term_text_cut(&wide_utf8, &out, "äöüäöü", 6), 6);
    assert_string_equal(text_str(&out), "äöüäöü");
    text_clear(&out);
    assert_int_equal(term_text_cut(&wide_utf8, &out, "äöüäöüä", 6), 6);
    assert_string_equal(text_str(&out), "äöüäö…");
    text_clear(&out);
    assert_int_equal(term_text_cut(&wide_utf8, &out, "中文中文", 5), 5);
    assert_string_equal(text_str(&out), "中文…");
    text_clear(&out);
    assert_int_equal(term_name(&wide_utf8, &out, "a.very.long.name.example", 11), 11);
    assert_string_equal(text_str(&out), "a.ver…ample");
    text_clear(&out);
    assert_int_equal(term_name(&wide_utf8, &out, "short.example", 20), 13);
    text_fini(&out);
    assert_int_equal(term_columns("e\xcc\x81"), 1);
}

static void prose_is_broken_at_spaces_with_a_hanging_indent(void **state)
{
    (void)state;
    struct term t = {.utf8 = true, .width = 24};
    struct text out = {0};

    term_wrap(&t, &out, "The certificate ended 3\ndays ago.", 4, 4);
    assert_string_equal(text_str(&out), "The certificate\n    ended 3 days ago.\n");
    text_clear(&out);
    term_wrap(&t, &out, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b", 4, 4);
    assert_string_equal(text_str(&out), "aaaaaaaaaaaaaaaaaaaa\n    aaaaaaaaaaaaaaaaaaaa\n    b\n");
    text_clear(&out);
    term_wrap(&t, &out, "", 4, 4);
    assert_string_equal(text_str(&out), "\n");
    text_fini(&out);
}

static void numbers_have_commas(void **state)
{
    (void)state;
    static const struct {
        int64_t n;
        const char *text;
    } cases[] = {{0, "0"}, {999, "999"}, {1000, "1,000"}, {1234567, "1,234,567"}, {-123, "-123"},
        {-1234, "-1,234"}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text out = {0};

        term_number(&out, cases[i].n);
        assert_string_equal(text_str(&out), cases[i].text);
        text_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colour_follows_the_option_then_the_environment),
        cmocka_unit_test(shapes_follow_the_locale),
        cmocka_unit_test(the_window_decides_the_width_of_a_terminal_only),
        cmocka_unit_test(an_unknown_colour_word_is_refused),
        cmocka_unit_test(styles_write_nothing_without_colour),
        cmocka_unit_test(text_from_outside_is_harmless),
        cmocka_unit_test(who_says_columns_has_them_wherever_it_goes),
        cmocka_unit_test(text_is_cut_to_columns_not_bytes),
        cmocka_unit_test(prose_is_broken_at_spaces_with_a_hanging_indent),
        cmocka_unit_test(numbers_have_commas),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
