#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "packet.h"

static uint32_t at16(const struct text *t, size_t at)
{
    return (uint32_t)(uint8_t)t->at[at] << 8 | (uint8_t)t->at[at + 1];
}

static uint32_t at32(const struct text *t, size_t at)
{
    return at16(t, at) << 16 | at16(t, at + 2);
}

static void numbers_count_what_is_sent(void **state)
{
    struct packet_talk talk;
    struct text out = {0};

    (void)state;
    packet_talk_begin(&talk, "10.0.0.7", 50000, "192.0.2.9:443", 80);
    assert_false(talk.is_v6);
    packet_write(&talk, 0, PACKET_SYN, "", 0, &out);
    assert_int_equal(out.len, 40);
    assert_int_equal((uint8_t)out.at[0], 0x45);
    assert_int_equal(at16(&out, 2), 40);
    assert_memory_equal(out.at + 12, "\x0a\x00\x00\x07\xc0\x00\x02\x09", 8);
    assert_int_equal(at16(&out, 20), 50000);
    assert_int_equal(at16(&out, 22), 80);
    uint32_t first = at32(&out, 24);
    text_clear(&out);
    packet_write(&talk, 0, PACKET_ACK | PACKET_PSH, "hello", 5, &out);
    assert_int_equal(at32(&out, 24), first + 1);
    assert_memory_equal(out.at + 40, "hello", 5);
    text_clear(&out);
    packet_write(&talk, 1, PACKET_ACK, "", 0, &out);
    assert_int_equal(at32(&out, 28), first + 6);
    text_fini(&out);
}

/* RFC 1071 §1: over a right header the sum is all ones. */
static void the_header_sums_up(void **state)
{
    struct packet_talk talk;
    struct text out = {0};
    uint32_t sum = 0;

    (void)state;
    packet_talk_begin(&talk, "10.0.0.7", 50000, "192.0.2.9", 80);
    packet_write(&talk, 0, PACKET_SYN, "odd", 3, &out);
    for (size_t i = 0; i < 20; i += 2)
        sum += at16(&out, i);
    assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff);
    text_fini(&out);
}

static void families_are_made_one(void **state)
{
    struct packet_talk talk;
    struct text out = {0};

    (void)state;
    packet_talk_begin(&talk, "10.0.0.7", 1, "[2001:db8::1]:443", 80);
    assert_true(talk.is_v6);
    packet_write(&talk, 1, PACKET_ACK, "ab", 2, &out);
    assert_int_equal(out.len, 62);
    assert_int_equal(at16(&out, 4), 22);
    assert_memory_equal(out.at + 24, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\x00\x00\x07", 16);
    text_fini(&out);
}

static void what_is_no_address_becomes_an_example(void **state)
{
    static const char *const none[] = {NULL, "", "unix:/run/x", "[", "999.1.1.1",
        "a.very.long.name.that.is.no.address.at.all.but.goes.on.and.on.example"};

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct packet_talk talk;

        packet_talk_begin(&talk, none[i], 1, none[i], 80);
        assert_false(talk.is_v6);
        assert_memory_equal(talk.end[0].address, "\xc0\x00\x02\x01", 4);
        assert_memory_equal(talk.end[1].address, "\xc0\x00\x02\x02", 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_count_what_is_sent),
        cmocka_unit_test(the_header_sums_up),
        cmocka_unit_test(families_are_made_one),
        cmocka_unit_test(what_is_no_address_becomes_an_example),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
