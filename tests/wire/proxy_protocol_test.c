#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "proxy_protocol.h"
#include "wire/limits.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

struct header {
    const char *bytes;
    size_t len;
};

#define HEADER(text)                                                                               \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

static enum proxy_read read_exact(struct header h, struct proxy_header *out, size_t *used)
{
    const char *why = NULL;
    uint8_t *bytes = mem_dup(h.bytes, h.len ? h.len : 1);
    enum proxy_read is = proxy_protocol_read(bytes, h.len, out, used, &why);

    assert_true((is == PROXY_BAD) == (why != NULL));
    mem_free(bytes);
    return is;
}

static void a_line_names_the_client(void **state)
{
    static const struct {
        struct header header;
        const char *from, *to;
        uint16_t from_port, to_port;
    } cases[] = {
        {HEADER("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n"), "192.0.2.7", "198.51.100.1",
            56324, 443},
        {HEADER("PROXY TCP6 2001:db8::7 2001:db8::1 1 65535\r\n"), "2001:db8::7", "2001:db8::1", 1,
            65535},
        {HEADER("PROXY TCP6 2001:DB8:0:0:0:0:0:7 2001:db8::1 1 0\r\n"), "2001:db8::7",
            "2001:db8::1", 1, 0},
    };
    struct proxy_header header;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t used = 0;

        for (size_t n = 0; n < cases[i].header.len; n++)
            assert_int_equal(read_exact((struct header){cases[i].header.bytes, n}, &header, &used),
                PROXY_NEED_MORE);
        assert_int_equal(read_exact(cases[i].header, &header, &used), PROXY_READY);
        assert_int_equal(header.version, 1);
        assert_true(header.named);
        assert_string_equal(header.from, cases[i].from);
        assert_string_equal(header.to, cases[i].to);
        assert_int_equal(header.from_port, cases[i].from_port);
        assert_int_equal(header.to_port, cases[i].to_port);
        assert_int_equal(used, cases[i].header.len);
    }
}

static void what_follows_the_header_is_left(void **state)
{
    struct proxy_header header;
    size_t used = 0;

    (void)state;
    assert_int_equal(
        read_exact((struct header)HEADER("PROXY UNKNOWN\r\nCONNECT a"), &header, &used),
        PROXY_READY);
    assert_int_equal(used, 15);
    assert_false(header.named);
    assert_int_equal(read_exact((struct header)HEADER(SIGNATURE "\x20\0\0\0GET /"), &header, &used),
        PROXY_READY);
    assert_int_equal(used, 16);
    assert_false(header.named);
}

static void a_line_that_is_not_exactly_so_is_refused(void **state)
{
    static const struct header cases[] = {
        HEADER("G"),
        HEADER("PROXX"),
        HEADER("proxy TCP4"),
        HEADER("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\n"), /* a bare LF */
        HEADER("PROXY \r\n"),
        HEADER("PROXY\r\n"),
        HEADER("PROXY TCP5 192.0.2.7 198.51.100.1 1 2\r\n"),
        HEADER("PROXY TCP4  192.0.2.7 198.51.100.1 1 2\r\n"),
        HEADER("PROXY TCP4 192.0.2.7 198.51.100.1 1 2 \r\n"),
        HEADER("PROXY TCP4 192.0.2.7 198.51.100.1 1 2 3\r\n"),
        HEADER("PROXY TCP4 192.0.2.7 198.51.100.1 1\r\n"),
        HEADER("PROXY TCP4 192.0.2.7 198.51.100.1 01 2\r\n"),
        HEADER("PROXY TCP4 192.0.2.7 198.51.100.1 1 65536\r\n"),
        HEADER("PROXY TCP4 192.0.2.7 198.51.100.1 -1 2\r\n"),
        HEADER("PROXY TCP4 192.0.2.777 198.51.100.1 1 2\r\n"),
        HEADER("PROXY TCP4 2001:db8::7 2001:db8::1 1 2\r\n"),
        HEADER("PROXY TCP6 192.0.2.7 198.51.100.1 1 2\r\n"),
        HEADER("PROXY TCP4 192.0.2.7\0 198.51.100.1 1 2\r\n"),
    };
    struct proxy_header header;
    size_t used;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(read_exact(cases[i], &header, &used), PROXY_BAD);
}

static void a_line_without_an_end_is_not_waited_for_for_ever(void **state)
{
    char line[200] = "PROXY UNKNOWN ";
    struct proxy_header header;
    size_t used;

    (void)state;
    memset(line + 14, 'x', sizeof line - 14);
    assert_int_equal(read_exact((struct header){line, 106}, &header, &used), PROXY_NEED_MORE);
    assert_int_equal(read_exact((struct header){line, 107}, &header, &used), PROXY_BAD);
    memcpy(line + 105, "\r\n", 2);
    assert_int_equal(read_exact((struct header){line, 107}, &header, &used), PROXY_READY);
}

static void a_binary_header_names_the_client(void **state)
{
    static const struct header v4 =
        HEADER(SIGNATURE "\x21\x11\0\x0c\xc0\0\2\7\xc6\x33\x64\1\xdc\4\1\xbb");
    static const struct header v6 = HEADER(
        SIGNATURE "\x21\x21\0\x28\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7\x20\1\x0d\xb8\0\0\0\0\0\0\0"
                  "\0\0\0\0\1\0\1\1\xbb\4\0\1x"); /* with a TLV behind */
    struct proxy_header header;
    size_t used = 0;

    (void)state;
    for (size_t n = 0; n < v4.len; n++)
        assert_int_equal(read_exact((struct header){v4.bytes, n}, &header, &used), PROXY_NEED_MORE);
    assert_int_equal(read_exact(v4, &header, &used), PROXY_READY);
    assert_int_equal(header.version, 2);
    assert_true(header.named);
    assert_string_equal(header.from, "192.0.2.7");
    assert_int_equal(header.from_port, 56324);
    assert_string_equal(header.to, "198.51.100.1");
    assert_int_equal(header.to_port, 443);
    assert_int_equal(used, v4.len);
    assert_int_equal(read_exact(v6, &header, &used), PROXY_READY);
    assert_string_equal(header.from, "2001:db8::7");
    assert_string_equal(header.to, "2001:db8::1");
    assert_int_equal(used, v6.len);
}

/* The sum was made by another program; behind it stands one more field. */
static void a_checksum_has_to_fit(void **state)
{
    static const struct header good = HEADER(SIGNATURE
        "\x21\x11\0\x17\xc0\0\2\7\xc6\x33\x64\1\xdc\4\1\xbb\3\0\4\x51\xf0\x01\x77\4\0\1x");
    struct proxy_header header;
    size_t used = 0;

    (void)state;
    assert_int_equal(read_exact(good, &header, &used), PROXY_READY);
    assert_int_equal(used, good.len);
    for (size_t i = 16; i < good.len; i++) { /* whatever was changed on the way */
        char *bytes = mem_dup(good.bytes, good.len);

        bytes[i] = (char)(bytes[i] ^ 1);
        /* A sum that calls itself something else is none. */
        assert_int_equal(read_exact((struct header){bytes, good.len}, &header, &used),
            i == 28 ? PROXY_READY : PROXY_BAD);
        mem_free(bytes);
    }
}

static void a_health_check_and_a_local_socket_name_nobody(void **state)
{
    static const struct header cases[] = {
        HEADER(SIGNATURE "\x20\x11\0\x0c\xc0\0\2\7\xc6\x33\x64\1\xdc\4\1\xbb"), /* LOCAL */
        HEADER(SIGNATURE "\x21\0\0\0"),
        HEADER(SIGNATURE "\x21\0\0\3abc"),
        HEADER(SIGNATURE "\x21\x31\0\2ab"),
    };
    struct proxy_header header;
    size_t used = 0;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(read_exact(cases[i], &header, &used), PROXY_READY);
        assert_false(header.named);
        assert_int_equal(used, cases[i].len);
    }
}

static void a_binary_header_that_is_not_exactly_so_is_refused(void **state)
{
    static const struct header cases[] = {
        HEADER(SIGNATURE "\x11"), /* version 1 in the form of 2 */
        HEADER(SIGNATURE "\x22"), /* an unknown command */
        HEADER(SIGNATURE "\x21\x11\0\x0b\xc0\0\2\7\xc6\x33\x64\1\xdc\4\1"), /* too short */
        HEADER(SIGNATURE "\x21\x21\0\x0c\xc0\0\2\7\xc6\x33\x64\1\xdc\4\1\xbb"),
        HEADER(SIGNATURE "\x21\x12\0\x0c\xc0\0\2\7\xc6\x33\x64\1\xdc\4\1\xbb"), /* UDP */
        HEADER(SIGNATURE "\x21\x41\0\0"),
        HEADER(SIGNATURE "\x21\x11\xff\xff"), /* longer than we take */
        HEADER(SIGNATURE "\x21\x11\0\x10\xc0\0\2\7\xc6\x33\x64\1\xdc\4\1\xbb\1\0\2x"),
        HEADER(SIGNATURE "\x21\x11\0\x12\xc0\0\2\7\xc6\x33\x64\1\xdc\4\1\xbb\3\0\3abc"),
        HEADER("\r\n\r\n\1"),
    };
    struct proxy_header header;
    size_t used;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(read_exact(cases[i], &header, &used), PROXY_BAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_names_the_client),
        cmocka_unit_test(what_follows_the_header_is_left),
        cmocka_unit_test(a_line_that_is_not_exactly_so_is_refused),
        cmocka_unit_test(a_line_without_an_end_is_not_waited_for_for_ever),
        cmocka_unit_test(a_binary_header_names_the_client),
        cmocka_unit_test(a_checksum_has_to_fit),
        cmocka_unit_test(a_health_check_and_a_local_socket_name_nobody),
        cmocka_unit_test(a_binary_header_that_is_not_exactly_so_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
