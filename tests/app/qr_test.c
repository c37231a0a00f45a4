#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <qrencode.h>

#include "base/text.h"
#include "qr.h"

static const char url[] = "http://192.168.1.20:8080/";

enum { SIDE_MOST = 128 };

/* The modules as a camera sees them: true is dark. */
struct square {
    bool dark[SIDE_MOST][SIDE_MOST];
    size_t width, height;
};

/* Takes the half blocks apart; `ink_is_dark` tells what the ground of the terminal is. Fails on
 * anything but them. */
static void square_read(struct square *s, const char *at, bool ink_is_dark)
{
    static const struct {
        const char *block;
        bool upper, lower;
    } blocks[] = {{" ", false, false}, {"▀", true, false}, {"▄", false, true}, {"█", true, true}};

    *s = (struct square){0};
    for (size_t x = 0; *at;) {
        if (*at == '\n') {
            assert_true(s->height == 0 || x == s->width);
            s->width = x;
            s->height += 2;
            x = 0;
            at++;
            continue;
        }
        size_t i = 0;
        while (i < 4 && !text_starts(at, blocks[i].block))
            i++;
        assert_true(i < 4 && x < SIDE_MOST && s->height + 1 < SIDE_MOST);
        s->dark[s->height][x] = blocks[i].upper == ink_is_dark;
        s->dark[s->height + 1][x++] = blocks[i].lower == ink_is_dark;
        at += strlen(blocks[i].block);
    }
}

static void without_escapes(const char *from, struct text *out)
{
    while (*from)
        if (*from == '\033')
            from += strcspn(from, "m") + 1;
        else
            text_add_char(out, *from++);
}

static void read_back(const char *what, bool colour, struct square *s)
{
    struct text out = {0}, plain = {0};
    size_t columns = 0;

    assert_true(qr_write(what, colour, &out, &columns));
    without_escapes(text_str(&out), &plain);
    square_read(s, text_str(&plain), colour);
    assert_int_equal(s->width, columns);
    text_fini(&out);
    text_fini(&plain);
}

static void the_modules_are_those_of_the_encoder(void **state)
{
    (void)state;
    struct square s;
    QRcode *code = QRcode_encodeString(url, 0, QR_ECLEVEL_L, QR_MODE_8, 1);

    read_back(url, true, &s);
    size_t quiet = (s.width - (size_t)code->width) / 2;
    for (size_t y = 0; y < (size_t)code->width; y++)
        for (size_t x = 0; x < (size_t)code->width; x++)
            assert_int_equal(
                s.dark[y + quiet][x + quiet], code->data[y * (size_t)code->width + x] & 1);
    QRcode_free(code);
}

/* ISO/IEC 18004 §6.3.3: a dark ring of 7 modules, a light one, a dark core of 3, in three corners.
 */
static void the_finder_patterns_stand_inside_a_light_border(void **state)
{
    (void)state;
    struct square s;

    read_back(url, true, &s);
    size_t far = s.width - 2 - 7, corners[3][2] = {{2, 2}, {far, 2}, {2, far}};
    for (size_t c = 0; c < 3; c++)
        for (size_t y = 0; y < 7; y++)
            for (size_t x = 0; x < 7; x++) {
                bool ring = x == 0 || y == 0 || x == 6 || y == 6,
                     core = x > 1 && x < 5 && y > 1 && y < 5;

                assert_int_equal(s.dark[corners[c][1] + y][corners[c][0] + x], ring || core);
            }
    for (size_t i = 0; i < s.width; i++)
        for (size_t k = 0; k < 2; k++)
            assert_false(s.dark[k][i] || s.dark[i][k] || s.dark[s.width - 1 - k][i] ||
                         s.dark[i][s.width - 1 - k]);
}

static void colour_changes_the_ink_and_not_the_modules(void **state)
{
    (void)state;
    struct square with, without;

    read_back(url, true, &with);
    read_back(url, false, &without);
    assert_int_equal(with.width, without.width);
    for (size_t y = 0; y < with.width; y++)
        assert_memory_equal(with.dark[y], without.dark[y], with.width * sizeof(bool));
}

static void every_coloured_line_sets_and_ends_its_colours(void **state)
{
    (void)state;
    struct text out = {0};
    size_t columns;

    assert_true(qr_write(url, true, &out, &columns));
    for (const char *line = text_str(&out); *line; line = strchr(line, '\n') + 1) {
        const char *end = strchr(line, '\n');

        assert_true(text_starts(line, "\033[30;47m"));
        assert_memory_equal(end - 4, "\033[0m", 4);
    }
    text_clear(&out);
    assert_true(qr_write(url, false, &out, &columns));
    assert_null(strchr(text_str(&out), '\033'));
    text_fini(&out);
}

static void the_same_text_gives_the_same_square(void **state)
{
    (void)state;
    struct text one = {0}, two = {0}, other = {0};
    size_t columns;

    assert_true(qr_write(url, false, &one, &columns) && qr_write(url, false, &two, &columns));
    assert_true(qr_write("http://192.168.1.21:8080/", false, &other, &columns));
    assert_string_equal(text_str(&one), text_str(&two));
    assert_string_not_equal(text_str(&one), text_str(&other));
    text_fini(&one);
    text_fini(&two);
    text_fini(&other);
}

static void a_text_that_is_too_long_is_told(void **state)
{
    (void)state;
    static char long_one[4000]; /* version 40 at level L holds 2953 bytes */
    struct text out = {0};
    size_t columns = 7;

    memset(long_one, 'a', sizeof long_one - 1);
    assert_false(qr_write(long_one, false, &out, &columns));
    assert_false(qr_write("", false, &out, &columns));
    assert_int_equal(out.len, 0);
    assert_int_equal(columns, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_modules_are_those_of_the_encoder),
        cmocka_unit_test(the_finder_patterns_stand_inside_a_light_border),
        cmocka_unit_test(colour_changes_the_ink_and_not_the_modules),
        cmocka_unit_test(every_coloured_line_sets_and_ends_its_colours),
        cmocka_unit_test(the_same_text_gives_the_same_square),
        cmocka_unit_test(a_text_that_is_too_long_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
