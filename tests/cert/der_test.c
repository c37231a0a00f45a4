#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#include "der.h"

static struct cert_span span(const char *bytes, size_t len)
{
    return (struct cert_span){(const uint8_t *)bytes, len};
}

#define SPAN(literal) span(literal, sizeof(literal) - 1)

static void an_item_is_read_with_its_body_and_what_follows(void **state)
{
    struct der d = der_of(SPAN("\x30\x03\x02\x01\x05\x05\x00"));
    struct der_item item;

    (void)state;
    assert_true(der_next(&d, &item));
    assert_int_equal(item.tag, DER_SEQUENCE);
    assert_int_equal(item.body.len, 3);
    assert_int_equal(item.whole.len, 5);
    assert_int_equal(d.left, 2);
    assert_false(der_take(&d, DER_INTEGER, &item));
    assert_int_equal(d.left, 2);
}

static void what_is_not_der_is_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } cases[] = {
        {"", 0},
        {"\x30", 1},                         /* no length */
        {"\x30\x05\x00", 3},                 /* longer than what is there */
        {"\x30\x80\x00\x00", 4},             /* indefinite */
        {"\x30\x81\x05xxxxx", 8},            /* long form for a short length */
        {"\x30\x82\x00\x85", 4},             /* a zero to spare */
        {"\x30\x85\x01\x00\x00\x00\x00", 7}, /* more than four bytes of length */
        {"\x3f\x01\x00", 3},                 /* a tag of several bytes */
        {"\x30\x84\xff\xff\xff\xff", 6},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct der d = {(const uint8_t *)cases[i].bytes, cases[i].len};
        struct der_item item;

        assert_false(der_next(&d, &item));
    }
}

static void object_identifiers_are_written_in_dots(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *text;
    } cases[] = {
        {"\x55\x1d\x11", 3, "2.5.29.17"},
        {"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", 9, "1.2.840.113549.1.1.11"},
        {"\x2b\x65\x70", 3, "1.3.101.112"}, {"\x88\x37\x01", 3, "2.999.1"}, {"\x00", 1, "0.0"},
        {"", 0, NULL}, {"\x55\x80\x01", 3, NULL}, /* a leading 80 */
        {"\x55\x9d", 2, NULL},                    /* cut short */
        {"\x55\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 12, "2.5.151115727451828646838271"},
        {"\x69\x83\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x01", 21,
            "2.25.340282366920938463463374607431768211455.1"}, /* the largest UUID */
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 11,
            NULL}, /* nobody's first arc is that long */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *text = der_oid_text(span(cases[i].bytes, cases[i].len));

        if (cases[i].text)
            assert_string_equal(text, cases[i].text);
        else
            assert_null(text);
        mem_free(text);
    }
}

static void times_are_read_as_rfc_5280_writes_them(void **state)
{
    static const struct {
        uint8_t tag;
        const char *text;
        int64_t at; /* -1: refused */
    } cases[] = {
        {DER_UTC_TIME, "261121090000Z", 1795251600},
        {DER_UTC_TIME, "491231235959Z", 2524607999},
        {DER_UTC_TIME, "500101000000Z", -631152000},
        {DER_GENERALIZED_TIME, "20500101000000Z", 2524608000},
        {DER_GENERALIZED_TIME, "20240229120000Z", 1709208000},
        {DER_GENERALIZED_TIME, "99991231235959Z", 253402300799},
        {DER_UTC_TIME, "2611210900Z", -1},
        {DER_UTC_TIME, "261121090000+0100", -1},
        {DER_GENERALIZED_TIME, "20261121090000.5Z", -1},
        {DER_GENERALIZED_TIME, "20250229120000Z", -1},
        {DER_UTC_TIME, "261321090000Z", -1},
        {DER_UTC_TIME, "261121240000Z", -1},
        {DER_UTC_TIME, "2611210900a0Z", -1},
        {DER_OCTET_STRING, "261121090000Z", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct der_item item = {
            .tag = cases[i].tag, .body = span(cases[i].text, strlen(cases[i].text))};
        int64_t at = -1;
        bool ok = der_time(&item, &at);

        assert_int_equal(ok, cases[i].at != -1);
        if (ok)
            assert_int_equal(at, cases[i].at);
    }
}

static void ios_reads_more_times_than_that(void **state)
{
    static const struct {
        uint8_t tag;
        const char *text;
        int64_t at; /* -1: refused */
    } cases[] = {
        {DER_UTC_TIME, "261121090000Z", 1795251600},
        {DER_UTC_TIME, "2611210900Z", 1795251600},
        {DER_UTC_TIME, "261121090000+0100", 1795248000},
        {DER_GENERALIZED_TIME, "20261121090000-0030", 1795253400},
        {DER_UTC_TIME, "261121085960Z", 1795251600}, /* a leap second */
        {DER_UTC_TIME, "261121090061Z", -1},
        {DER_GENERALIZED_TIME, "202611210900Z", -1},
        {DER_GENERALIZED_TIME, "20261121090000.5Z", -1},
        {DER_UTC_TIME, "261121090000 0100", -1},
        {DER_UTC_TIME, "261121090000+01Z0", -1},
        {DER_UTC_TIME, "2611210900", -1},
        {DER_UTC_TIME, "", -1},
        {DER_OCTET_STRING, "2611210900Z", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct der_item item = {
            .tag = cases[i].tag, .body = span(cases[i].text, strlen(cases[i].text))};
        int64_t at = -1;
        bool ok = der_time_loose(&item, &at);

        if (ok != (cases[i].at != -1) || (ok && at != cases[i].at))
            fail_msg("%s: %lld", cases[i].text, (long long)at);
    }
}

static void text_keeps_what_is_odd_visible(void **state)
{
    static const struct {
        uint8_t tag;
        const char *bytes;
        size_t len;
        const char *text;
    } cases[] = {
        {DER_UTF8_STRING, "a\0b", 3, "a\\x00b"},
        {DER_IA5_STRING, "a\xff", 2, "a\\xFF"},
        {DER_T61_STRING, "\xe9", 1, "\xc3\xa9"},
        {DER_BMP_STRING, "\x00\x41\x20\xac", 4, "A\xe2\x82\xac"},
        {DER_BMP_STRING, "\x00\x41\x20", 3, "A\\x20"},
        {DER_BMP_STRING, "\xd8\x00", 2, "\xef\xbf\xbd"}, /* half of a surrogate pair */
        {DER_UNIVERSAL_STRING, "\x00\x01\xf6\x00", 4, "\xf0\x9f\x98\x80"},
        {DER_OCTET_STRING, "a", 1, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct der_item item = {.tag = cases[i].tag, .body = span(cases[i].bytes, cases[i].len)};
        char *text = der_text(&item);

        if (cases[i].text)
            assert_string_equal(text, cases[i].text);
        else
            assert_null(text);
        mem_free(text);
    }
}

static void bits_count_from_the_left(void **state)
{
    unsigned bits = 0;

    (void)state;
    assert_true(der_bits(SPAN("\x07\x80"), &bits));
    assert_int_equal(bits, 1);
    assert_true(der_bits(SPAN("\x01\x06"), &bits));
    assert_int_equal(bits, 1 << 5 | 1 << 6);
    assert_true(der_bits(SPAN("\x07\x00\x80"), &bits));
    assert_int_equal(bits, 1 << 8);
    assert_false(der_bits(SPAN("\x00"), &bits));
    assert_false(der_bits(SPAN("\x08\x80"), &bits));
    assert_false(der_bits(SPAN("\x00\x01\x02\x03"), &bits));
}

static void small_numbers_are_not_negative_and_have_no_zero_to_spare(void **state)
{
    int n = 0;
    bool b = false;

    (void)state;
    assert_true(der_small(SPAN("\x7f"), &n));
    assert_int_equal(n, 127);
    assert_true(der_small(span("\x00\x80", 2), &n));
    assert_int_equal(n, 128);
    assert_false(der_small(SPAN("\x80"), &n));
    assert_false(der_small(span("\x00\x05", 2), &n));
    assert_false(der_small(SPAN(""), &n));
    assert_true(der_boolean(SPAN("\xff"), &b));
    assert_true(b);
    assert_false(der_boolean(SPAN("\x01"), &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_is_read_with_its_body_and_what_follows),
        cmocka_unit_test(what_is_not_der_is_refused),
        cmocka_unit_test(object_identifiers_are_written_in_dots),
        cmocka_unit_test(times_are_read_as_rfc_5280_writes_them),
        cmocka_unit_test(ios_reads_more_times_than_that),
        cmocka_unit_test(text_keeps_what_is_odd_visible),
        cmocka_unit_test(bits_count_from_the_left),
        cmocka_unit_test(small_numbers_are_not_negative_and_have_no_zero_to_spare),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
