#include "explain/file_kind.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#define ROW(bytes, kind)                                                                           \
    {                                                                                              \
        (bytes), sizeof(bytes) - 1, (kind)                                                         \
    }

static void a_file_is_known_by_its_bytes(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        enum file_kind kind;
    } rows[] = {
        ROW("", FILE_KIND_CERTIFICATES),
        ROW("0", FILE_KIND_CERTIFICATES),
        ROW("0\x84", FILE_KIND_CERTIFICATES),
        ROW("-----BEGIN CERTIFICATE-----", FILE_KIND_CERTIFICATES),
        ROW("Bag Attributes\n-----BEGIN", FILE_KIND_CERTIFICATES),
        ROW("0\x82\x03\x00\x30\x82", FILE_KIND_CERTIFICATES),
        ROW("0\x82\x03\x00\x02\x01\x03", FILE_KIND_IDENTITY),
        ROW("0\x80\x02\x01\x03", FILE_KIND_IDENTITY),
        ROW("0\x05\x02\x01\x03", FILE_KIND_IDENTITY),
        ROW("0\xff\x02\x01\x03",
            FILE_KIND_CERTIFICATES), /* a length of 127 octets, which are not there */
        ROW("0\x80\x06\x09*\x86H\x86\xf7\r\x01\x07\x02", FILE_KIND_MESSAGE),
        ROW("0\x82\x10\x00\x06\x09*\x86H\x86\xf7\r\x01\x07\x02 <plist version", FILE_KIND_PROFILE),
        ROW("0\x82\x10\x00\x06\x09*\x86H\x86\xf7\r\x01\x07\x02 bplist00", FILE_KIND_PROFILE),
        ROW("bplist00\xd1", FILE_KIND_PROFILE),
        ROW("<?xml version='1.0'?>", FILE_KIND_PROFILE),
        ROW("\xef\xbb\xbf\n<?xml", FILE_KIND_PROFILE),
        ROW(" \n<plist>", FILE_KIND_PROFILE),
        ROW("<!DOCTYPE plist PUBLIC", FILE_KIND_PROFILE),
        ROW("<html>", FILE_KIND_CERTIFICATES),
        ROW("\0\0\0", FILE_KIND_CERTIFICATES),
        ROW("   ", FILE_KIND_CERTIFICATES),
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t *exact =
            mem_dup(rows[i].bytes, rows[i].len); /* so that a read past the end is seen */
        enum file_kind kind = file_kind(exact, rows[i].len);

        if (kind != rows[i].kind)
            fail_msg("row %zu: %d", i, (int)kind);
        mem_free(exact);
    }
}

static void a_name_says_what_a_file_is_meant_to_be(void **state)
{
    static const uint8_t pem[] = "-----BEGIN CERTIFICATE-----";

    (void)state;
    assert_int_equal(file_kind_of("anna.p12", pem, sizeof pem), FILE_KIND_IDENTITY);
    assert_int_equal(file_kind_of("anna.PFX", pem, sizeof pem), FILE_KIND_IDENTITY);
    assert_int_equal(file_kind_of("wifi.mobileconfig", pem, sizeof pem), FILE_KIND_PROFILE);
    assert_int_equal(file_kind_of("anna.p12.pem", pem, sizeof pem), FILE_KIND_CERTIFICATES);
    assert_int_equal(file_kind_of(".p12", pem, sizeof pem), FILE_KIND_CERTIFICATES);
    assert_int_equal(file_kind_of("-", (const uint8_t *)"bplist00", 8), FILE_KIND_PROFILE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_known_by_its_bytes),
        cmocka_unit_test(a_name_says_what_a_file_is_meant_to_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
