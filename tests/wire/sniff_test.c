#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "sniff.h"
#include "wire/limits.h"

struct sniffed {
    const char *bytes;
    size_t len;
    enum sniff is;
};

#define CASE(bytes, is)                                                                            \
    {                                                                                              \
        (bytes), sizeof(bytes) - 1, (is)                                                           \
    }

static enum sniff sniff_exact(const void *bytes, size_t len)
{
    uint8_t *exact = mem_dup(bytes, len); /* so that a read past the end is seen */
    enum sniff is = sniff_bytes(exact, len);

    mem_free(exact);
    return is;
}

static void first_bytes_are_named(void **state)
{
    static const struct sniffed cases[] = {
        CASE("", SNIFF_NEED_MORE),
        CASE("\x16", SNIFF_NEED_MORE),
        CASE("\x16\3\1\2\0", SNIFF_NEED_MORE),
        CASE("\x16\3\1\2\0\1", SNIFF_TLS),
        CASE("\x16\3\3\x40\0\1", SNIFF_TLS),
        CASE("\x16\3\3\x40\1", SNIFF_UNKNOWN), /* longer than a record may be */
        CASE("\x16\3\3\0\0", SNIFF_UNKNOWN),
        CASE("\x16\3\3\2\0\2", SNIFF_UNKNOWN), /* a ServerHello */
        CASE("\x16\2", SNIFF_UNKNOWN),
        CASE("\x15\3\3\0\2", SNIFF_UNKNOWN),
        CASE("GET / HTTP/1.1\r\n", SNIFF_HTTP),
        CASE("GET ", SNIFF_NEED_MORE),
        CASE("GE", SNIFF_NEED_MORE),
        CASE("OPTIONS * HTTP/1.1", SNIFF_HTTP),
        CASE("GET http://example.org/", SNIFF_HTTP),
        CASE("GET http:", SNIFF_NEED_MORE),
        CASE("GET http:x", SNIFF_UNKNOWN),
        CASE("M-SEARCH * HTTP/1.1", SNIFF_HTTP),
        CASE("UPDATEREDIRECTREF /x", SNIFF_HTTP),
        CASE("UPDATEREDIRECTREF https://", SNIFF_HTTP),
        CASE("CONNECT ", SNIFF_NEED_MORE),
        CASE("CONNECT e", SNIFF_HTTP),
        CASE("CONNECT [::1]:443 HTTP/1.1", SNIFF_HTTP),
        CASE("CONNECT 192.0.2.1:443 HTTP/1.1", SNIFF_HTTP),
        CASE("CONNECT \r\n", SNIFF_UNKNOWN),
        CASE("CONNECTX a:1 H", SNIFF_UNKNOWN),
        CASE("get / HTTP/1.1\r\n", SNIFF_UNKNOWN),
        CASE("GET\t/", SNIFF_UNKNOWN),
        CASE("PRI * HTTP/2.0\r\n", SNIFF_HTTP2_PREFACE),
        CASE("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", SNIFF_HTTP2_PREFACE),
        CASE("PRI * HTTP/2.0", SNIFF_NEED_MORE),
        CASE("PRI * HTTP/1.1\r\n", SNIFF_HTTP),
        CASE("P", SNIFF_NEED_MORE),
        CASE("EHLO mail.example.org\r\n", SNIFF_UNKNOWN),
        CASE("HELO localhost\r\n", SNIFF_UNKNOWN),
        CASE("MAIL FROM:<a@example.org>\r\n", SNIFF_UNKNOWN),
        CASE("USER me\r\n", SNIFF_UNKNOWN),
        CASE("CAPA\r\n", SNIFF_UNKNOWN),
        CASE("a1 LOGIN me secret\r\n", SNIFF_UNKNOWN),
        CASE("SSH-2.0-OpenSSH_9.2\r\n", SNIFF_UNKNOWN),
        CASE("\5", SNIFF_NEED_MORE),
        CASE("\5\1\0", SNIFF_SOCKS),
        CASE("\5\0", SNIFF_UNKNOWN),
        CASE("\4\1\0\x50", SNIFF_SOCKS),
        CASE("\4\3", SNIFF_UNKNOWN),
        CASE("\x80", SNIFF_NEED_MORE),
        CASE("\x80\x2e\1\0\2", SNIFF_SSL2),
        CASE("\x80\x2e\1\3\1", SNIFF_SSL2),
        CASE("\x80\x2e\1\4\1", SNIFF_UNKNOWN),
        CASE("\x80\x2e\4", SNIFF_UNKNOWN),
        CASE("\0", SNIFF_UNKNOWN),
        CASE("\r\n", SNIFF_UNKNOWN),
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (sniff_exact(cases[i].bytes, cases[i].len) != cases[i].is)
            fail_msg("case %zu (%s) is %s", i, cases[i].bytes,
                sniff_name(sniff_exact(cases[i].bytes, cases[i].len)));
}

static void an_answer_once_given_is_not_taken_back(void **state)
{
    static const char *const wholes[] = {"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "CONNECT example.org:443 HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "EHLO mail.example.org\r\n\r\n", "\x16\3\1\2\x0a\1\2\x0a\3\3", "\x80\x2e\1\3\1\1\1",
        "\5\1\1"};

    (void)state;
    for (size_t i = 0; i < sizeof wholes / sizeof wholes[0]; i++) {
        enum sniff is = SNIFF_NEED_MORE;

        for (size_t n = 0; n <= strlen(wholes[i]); n++) {
            enum sniff now = sniff_exact(wholes[i], n);

            assert_true(is == SNIFF_NEED_MORE || now == is);
            is = now;
        }
        assert_int_not_equal(is, SNIFF_NEED_MORE);
    }
}

static void enough_bytes_always_give_an_answer(void **state)
{
    char bytes[SNIFF_MOST];

    (void)state;
    for (int first = 0; first < 256; first++) {
        memset(bytes, first, sizeof bytes);
        assert_int_not_equal(sniff_exact(bytes, sizeof bytes), SNIFF_NEED_MORE);
    }
    memset(bytes, 'a', sizeof bytes);
    memcpy(bytes, "GET ", 4); /* a scheme that does not end */
    assert_int_equal(sniff_exact(bytes, sizeof bytes - 1), SNIFF_NEED_MORE);
    assert_int_equal(sniff_exact(bytes, sizeof bytes), SNIFF_UNKNOWN);
}

static void every_kind_has_a_name(void **state)
{
    (void)state;
    for (int s = SNIFF_NEED_MORE; s <= SNIFF_UNKNOWN; s++)
        assert_non_null(sniff_name((enum sniff)s));
    assert_string_equal(sniff_name(SNIFF_TLS), "tls");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_bytes_are_named),
        cmocka_unit_test(an_answer_once_given_is_not_taken_back),
        cmocka_unit_test(enough_bytes_always_give_an_answer),
        cmocka_unit_test(every_kind_has_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
