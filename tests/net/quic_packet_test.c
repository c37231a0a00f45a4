#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "quic_packet.h"

/* 10.0.0.7:50000 to 192.0.2.80:443, the first bytes of an Initial */
static const uint8_t v4[] = {0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 7, 192, 0, 2,
    80, 0xc3, 0x50, 1, 0xbb, 0, 20, 0, 0, 0xc3, 0, 0, 0, 1};
/* the same between fd77::7 and 2001:db8::80 */
static const uint8_t v6[] = {0x60, 0, 0, 0, 0, 20, 17, 64, 0xfd, 0x77, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 7, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0xc3, 0x50, 1, 0xbb,
    0, 20, 0, 0, 0xc3};

static void an_attempt_is_told_with_both_ends(void **state)
{
    static const struct {
        const uint8_t *packet;
        size_t len;
        const char *from, *to;
    } cases[] = {
        {v4, sizeof v4, "10.0.0.7:50000", "192.0.2.80:443"},
        {v6, sizeof v6, "[fd77::7]:50000", "[2001:db8::80]:443"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        union addr from, to;
        char text[ADDR_TEXT_CAP];

        assert_true(quic_packet_read(cases[i].packet, cases[i].len, &from, &to));
        assert_string_equal(addr_port_text(text, &from.any), cases[i].from);
        assert_string_equal(addr_port_text(text, &to.any), cases[i].to);
    }
}

static void a_header_with_options_is_stepped_over(void **state)
{
    uint8_t packet[sizeof v4 + 4];
    union addr from, to;

    (void)state;
    memcpy(packet, v4, 20);
    memset(packet + 20, 1, 4); /* no operation, RFC 791 §3.1 */
    memcpy(packet + 24, v4 + 20, sizeof v4 - 20);
    packet[0] = 0x46;
    assert_true(quic_packet_read(packet, sizeof packet, &from, &to));
    assert_int_equal(addr_port(&from.any), 50000);
}

static void what_is_no_attempt_is_not_told(void **state)
{
    static const struct {
        size_t at;
        uint8_t is;
    } cases[] = {
        {0, 0x55},  /* no version of IP */
        {0, 0x44},  /* a header shorter than a header */
        {0, 0x4f},  /* … longer than the packet */
        {9, 6},     /* TCP */
        {7, 1},     /* a later fragment */
        {23, 0xbc}, /* another port */
        {28, 0x43}, /* a short header: a connection that goes on */
    };
    union addr from, to;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t packet[sizeof v4];

        memcpy(packet, v4, sizeof packet);
        packet[cases[i].at] = cases[i].is;
        assert_false(quic_packet_read(packet, sizeof packet, &from, &to));
    }
}

static void a_packet_that_is_cut_off_is_not_read_past_its_end(void **state)
{
    union addr from, to;

    (void)state;
    for (size_t n = 0; n <= 28; n++)
        assert_false(quic_packet_read(v4, n, &from, &to));
    for (size_t n = 0; n <= 48; n++)
        assert_false(quic_packet_read(v6, n, &from, &to));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_attempt_is_told_with_both_ends),
        cmocka_unit_test(a_header_with_options_is_stepped_over),
        cmocka_unit_test(what_is_no_attempt_is_not_told),
        cmocka_unit_test(a_packet_that_is_cut_off_is_not_read_past_its_end),
    };

    return cmocka_run_group_tests_name("net/quic_packet", tests, NULL, NULL);
}
