#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "svcb.h"

struct data {
    const char *bytes;
    size_t len;
};

#define DATA(text)                                                                                 \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

static bool read_one(struct data d, struct svcb *out)
{
    uint8_t *exact = malloc(d.len ? d.len : 1);

    assert_non_null(exact);
    memcpy(exact, d.bytes, d.len);
    bool good = svcb_read(cursor_of(exact, d.len), out);
    free(exact);
    return good;
}

static void a_record_says_what_the_site_offers(void **state)
{
    static const struct data record = DATA("\0\1\0"
                                           "\0\1\0\6\2h3\2h2"
                                           "\0\3\0\2\x20\xfb"
                                           "\0\4\0\10\xc0\0\2\1\xc0\0\2\2"
                                           "\0\5\0\6\0\4keys"
                                           "\0\6\0\20\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1");
    struct svcb one;

    (void)state;
    assert_true(read_one(record, &one));
    assert_int_equal(one.priority, 1);
    assert_string_equal(one.target, "");
    assert_int_equal(one.n_alpns, 2);
    assert_string_equal(one.alpns[0], "h3");
    assert_string_equal(one.alpns[1], "h2");
    assert_int_equal(one.port, 8443);
    assert_true(one.ech);
    assert_false(one.needs_more);
    assert_int_equal(one.n_v4, 2);
    assert_int_equal(one.v4[1][3], 2);
    assert_int_equal(one.n_v6, 1);
    assert_int_equal(one.v6[0][15], 1);
    for (size_t n = 0; n < record.len; n++) { /* whole parameters apart, a part of it is broken */
        bool whole = n == 3 || n == 13 || n == 19 || n == 31 || n == 41;

        if (read_one((struct data){record.bytes, n}, &one) != whole)
            fail_msg("%zu bytes", n);
    }
}

static void an_alias_names_another_and_says_no_more(void **state)
{
    static const struct data record = DATA("\0\0\4Edge\3cdn\4test\0"
                                           "\0\5\0\6\0\4keys");
    struct svcb one;

    (void)state;
    assert_true(read_one(record, &one));
    assert_int_equal(one.priority, 0);
    assert_string_equal(one.target, "edge.cdn.test");
    assert_false(one.ech);
}

static void what_must_be_understood_is_told(void **state)
{
    static const struct {
        struct data data;
        bool good, needs_more;
    } cases[] = {
        {DATA("\0\1\0\0\0\0\2\0\1\0\1\0\3\2h2"), true, false},
        {DATA("\0\1\0\0\0\0\2\1\2\1\2\0\1x"), true, true},          /* a key of tomorrow */
        {DATA("\0\1\0\0\0\0\2\0\1"), false, false},                 /* not there */
        {DATA("\0\1\0\0\0\0\2\0\0"), false, false},                 /* itself */
        {DATA("\0\1\0\0\0\0\4\0\1\0\1\0\1\0\3\2h2"), false, false}, /* twice */
        {DATA("\0\1\0\0\0\0\1\0"), false, false},
        {DATA("\0\1\0\0\0\0\0"), false, false},
    };
    struct svcb one;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(read_one(cases[i].data, &one) == cases[i].good);
        if (cases[i].good)
            assert_true(one.needs_more == cases[i].needs_more);
    }
}

static void a_broken_record_is_none(void **state)
{
    static const struct data cases[] = {
        DATA(""),
        DATA("\0"),
        DATA("\0\1"),
        DATA("\0\1\3ab"),                           /* a name that ends too early */
        DATA("\0\1\xc0\x0c"),                       /* a pointer */
        DATA("\0\1\3a b\0"),                        /* no host has such a name */
        DATA("\0\1\3a\0b\0"),                       /* nor such a one */
        DATA("\0\1\0\0\3\0\2\1\xbb\0\1\0\3\2h2"),   /* keys out of order */
        DATA("\0\1\0\0\3\0\2\1\xbb\0\3\0\2\1\xbb"), /* twice */
        DATA("\0\1\0\0\1\0\0"),                     /* no protocol */
        DATA("\0\1\0\0\1\0\1\0"),
        DATA("\0\1\0\0\1\0\3\3h2"),
        DATA("\0\1\0\0\2\0\0"), /* not even the default */
        DATA("\0\1\0\0\2\0\1x"),
        DATA("\0\1\0\0\3\0\1\1"), /* half a port */
        DATA("\0\1\0\0\4\0\0"),
        DATA("\0\1\0\0\4\0\5abcde"),
        DATA("\0\1\0\0\6\0\4abcd"),
        DATA("\0\1\0\0\5\0\0"),
        DATA("\0\1\0\0\5\0\2\0\0"), /* no keys */
        DATA("\0\1\0\0\5\0\4\0\3ab"),
        DATA("\0\1\0\0\5\0\4\0\1ab"),
    };
    struct svcb one;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (read_one(cases[i], &one))
            fail_msg("case %zu was taken", i);
}

static void what_is_too_much_is_left_out(void **state)
{
    char record[3 + 4 + 40 * 4 + 4 + 20 * 4] = "\0\1\0\0\1\0\xa0";
    struct svcb one;
    size_t at = 7;

    (void)state;
    for (int i = 0; i < 20; i++, at += 3)
        memcpy(record + at, "\2h2", 3);
    record[at++] = 99; /* one that is longer than any name we know */
    memset(record + at, 'x', 99);
    at += 99;
    assert_int_equal(at, 7 + 160);
    memcpy(record + at, "\0\4\0\x50", 4);
    at += 4 + 80;
    assert_true(read_one((struct data){record, at}, &one));
    assert_int_equal(one.n_alpns, SVCB_ALPNS_MOST);
    assert_int_equal(one.n_v4, SVCB_HINTS_MOST);
}

static void a_name_has_at_most_253_characters(void **state)
{
    static const struct {
        size_t labels, last;
        bool good;
    } cases[] = {{3, 61, true}, {3, 62, false}, {4, 63, false}};
    struct svcb one;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char record[400] = "\0\1";
        size_t at = 2;

        for (size_t n = 0; n <= cases[i].labels; n++) {
            size_t len = n == cases[i].labels ? cases[i].last : 63;

            record[at++] = (char)len;
            memset(record + at, 'a', len);
            at += len;
        }
        assert_true(read_one((struct data){record, at + 1}, &one) == cases[i].good);
        if (cases[i].good)
            assert_int_equal(strlen(one.target), 253);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_says_what_the_site_offers),
        cmocka_unit_test(an_alias_names_another_and_says_no_more),
        cmocka_unit_test(what_must_be_understood_is_told),
        cmocka_unit_test(a_broken_record_is_none),
        cmocka_unit_test(what_is_too_much_is_left_out),
        cmocka_unit_test(a_name_has_at_most_253_characters),
    };

    return cmocka_run_group_tests_name("wire/svcb", tests, NULL, NULL);
}
