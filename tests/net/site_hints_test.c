#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "site_hints.h"

/* RFC 1035 §4.1: one question, then the answers, whose names point at it. */
struct message {
    uint8_t bytes[512];
    size_t len;
};

static void add(struct message *m, const void *bytes, size_t n)
{
    assert_true(m->len + n <= sizeof m->bytes);
    memcpy(m->bytes + m->len, bytes, n);
    m->len += n;
}

static void begin(struct message *m, uint8_t rcode)
{
    const uint8_t head[] = {0, 7, 0x81, (uint8_t)(0x80 | rcode), 0, 1, 0, 0, 0, 0, 0, 0};
    static const char question[] = "\4shop\7example\0\0\x41\0\1";

    m->len = 0;
    add(m, head, sizeof head);
    add(m, question, sizeof question - 1);
}

static void record(struct message *m, uint8_t ttl_s, const char *data, size_t n)
{
    const uint8_t head[] = {0xc0, 12, 0, 65, 0, 1, 0, 0, 0, ttl_s, 0, (uint8_t)n};

    add(m, head, sizeof head);
    add(m, data, n);
    m->bytes[7]++;
}

#define RECORD(m, ttl_s, data) record(m, ttl_s, data, sizeof(data) - 1)

static bool read_all(const struct message *m, struct site_hints *out, int64_t *ttl_s)
{
    *ttl_s = 3600;
    return site_hints_read(m->bytes, m->len, out, ttl_s);
}

static void records_are_one_picture(void **state)
{
    struct message m;
    struct site_hints hints;
    int64_t ttl_s;

    (void)state;
    begin(&m, 0);
    RECORD(&m, 120, "\0\2\1b\4test\0\0\1\0\6\2h2\2h3");
    RECORD(&m, 60, "\0\1\1a\4test\0\0\1\0\3\2h2\0\3\0\2\x20\xfb\0\5\0\6\0\4keys");
    RECORD(&m, 30, "\0\3\0\0\4\0\4\xc0\0\2\1\0\6\0\20\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1");
    RECORD(&m, 1, "\0\1\1c\0\0\0\0\2\1\2\1\2\0\0"); /* for clients of tomorrow */
    RECORD(&m, 1, "\0\1\0\0\5");                    /* broken */
    assert_true(read_all(&m, &hints, &ttl_s));
    assert_int_equal(ttl_s, 30);
    assert_true(hints.ech);
    assert_string_equal(hints.target, "a.test"); /* the smallest priority goes first */
    assert_int_equal(hints.port, 8443);
    assert_int_equal(hints.n_alpns, 2);
    assert_string_equal(hints.alpns[0], "h2");
    assert_string_equal(hints.alpns[1], "h3");
    assert_int_equal(hints.n_addresses, 2);
    assert_int_equal(hints.addresses[0].any.sa_family, AF_INET6);
    assert_int_equal(hints.addresses[1].any.sa_family, AF_INET);
}

static void many_of_them_are_cut_off(void **state)
{
    struct message m;
    struct site_hints hints;
    int64_t ttl_s;

    (void)state;
    begin(&m, 0);
    for (int i = 0; i < 18; i++)
        RECORD(&m, 60, "\0\1\0\0\4\0\4\xc0\0\2\1");
    assert_true(read_all(&m, &hints, &ttl_s));
    assert_int_equal(hints.n_addresses, SITE_HINTS_ADDRESSES_MOST);
}

static void where_nothing_is_advertised_there_are_none(void **state)
{
    struct message m;
    struct site_hints hints;
    int64_t ttl_s;

    (void)state;
    begin(&m, 3);
    assert_false(read_all(&m, &hints, &ttl_s));
    begin(&m, 0);
    assert_false(read_all(&m, &hints, &ttl_s));
    RECORD(&m, 1, "\0\1\0\0\5");
    assert_false(read_all(&m, &hints, &ttl_s));
    assert_int_equal(ttl_s, 3600);
    m.len = 0;
    assert_false(read_all(&m, &hints, &ttl_s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_one_picture),
        cmocka_unit_test(many_of_them_are_cut_off),
        cmocka_unit_test(where_nothing_is_advertised_there_are_none),
    };

    return cmocka_run_group_tests_name("net/site_hints", tests, NULL, NULL);
}
