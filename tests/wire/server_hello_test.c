#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "server_hello.h"

#define RANDOM "0123456789abcdef0123456789abcdef"
#define RETRY                                                                                      \
    "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91\xc2\xa2\x11\x16\x7a\xbb\x8c" \
    "\x5e\x07\x9e\x09\xe2\xc8\xa8"                                                                 \
    "\x33\x9c"

struct said {
    const char *bytes;
    size_t len;
    enum server_hello_answer answer;
    const char *says; /* part of *why */
    struct server_hello hello;
};

#define CASE(bytes, answer, says, ...)                                                             \
    {                                                                                              \
        (bytes), sizeof(bytes) - 1, (answer), (says),                                              \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

static void check(const struct said *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct server_hello *want = &cases[i].hello;
        struct server_hello got;
        const char *why = "";
        uint8_t *exact = mem_dup(cases[i].bytes, cases[i].len);
        enum server_hello_answer answer = server_hello_read(exact, cases[i].len, &got, &why);

        mem_free(exact);
        if (answer != cases[i].answer ||
            (cases[i].says ? !why || !strstr(why, cases[i].says) : why != NULL))
            fail_msg("case %zu: answer %d, %s", i, answer, why ? why : "no reason");
        assert_int_equal(got.version, want->version);
        assert_int_equal(got.cipher, want->cipher);
        assert_int_equal(got.group, want->group);
        assert_int_equal(got.retry, want->retry);
        assert_int_equal(got.alert, want->alert);
        assert_int_equal(got.alert_level, want->alert_level);
    }
}

static void what_the_site_chose_is_read(void **state)
{
    static const struct said cases[] = {
        /* TLS 1.0, no extensions, and a Certificate in the same record */
        CASE("\x16\3\1\0\x2e\2\0\0\x26\3\1" RANDOM "\0\xc0\x13\0\x0b\0\0\0", SERVER_HELLO_READY,
            NULL, .version = 0x0301, .cipher = 0xc013),
        /* TLS 1.3 says 1.2 and means its extension */
        CASE("\x16\3\3\0\x3b\2\0\0\x37\3\3" RANDOM
             "\0\x13\1\0\0\x0f\0\x2b\0\2\3\4\0\x33\0\5\0\x1d\0\1x",
            SERVER_HELLO_READY, NULL, .version = 0x0304, .cipher = 0x1301, .group = 0x001d),
        CASE("\x16\3\3\0\x38\2\0\0\x34\3\3" RETRY "\0\x13\2\0\0\x0c\0\x2b\0\2\3\4\0\x33\0\2\0\x17",
            SERVER_HELLO_READY, NULL, .version = 0x0304, .cipher = 0x1302, .group = 0x0017,
            .retry = true),
        /* over two records */
        CASE("\x16\3\3\0\3\2\0\0\x16\3\3\0\x27\x26\3\3" RANDOM "\0\0\x2f\0", SERVER_HELLO_READY,
            NULL, .version = 0x0303, .cipher = 0x002f),
        CASE("\x16\3\0\0\x2a\2\0\0\x26\3\0" RANDOM "\0\0\x05\0", SERVER_HELLO_READY, NULL,
            .version = 0x0300, .cipher = 5),
    };

    (void)state;
    check(cases, sizeof cases / sizeof cases[0]);
}

static void an_alert_instead_is_told(void **state)
{
    static const struct said cases[] = {
        CASE("\x15\3\1\0\2\2\x28", SERVER_HELLO_ALERT, NULL, .alert = 40, .alert_level = 2),
        CASE("\x15\3\3\0\2\1\x70rest", SERVER_HELLO_ALERT, NULL, .alert = 112, .alert_level = 1),
        CASE("\x15\3\1\0\2\2", SERVER_HELLO_NEED_MORE, NULL, 0),
        CASE("\x15\3", SERVER_HELLO_NEED_MORE, NULL, 0),
        CASE("\x15\3\1\0\3\2\x28\0", SERVER_HELLO_BAD, "two bytes", 0),
        CASE("\x15\2\1\0\2\2\x28", SERVER_HELLO_BAD, "two bytes", 0),
    };

    (void)state;
    check(cases, sizeof cases / sizeof cases[0]);
}

static void what_is_neither_is_refused(void **state)
{
    static const struct said cases[] = {
        CASE("", SERVER_HELLO_NEED_MORE, NULL, 0),
        CASE("\x16\3\1\0\x2a\2\0\0\x26\3\1", SERVER_HELLO_NEED_MORE, NULL, 0),
        CASE("HTTP/1.1 400 Bad Request\r\n", SERVER_HELLO_BAD, "another type", 0),
        CASE("220 mail.example.org ESMTP\r\n", SERVER_HELLO_BAD, "another type", 0),
        CASE("\x16\3\1\0\4\1\0\0\0", SERVER_HELLO_BAD, "another one", 0),
        CASE("\x16\3\1\0\4\2\1\0\0", SERVER_HELLO_BAD, "longer", 0),
        CASE("\x16\3\1\0\4\2\0\0\0", SERVER_HELLO_BAD, "too early", 0),
        CASE("\x16\3\1\0\x2a\2\0\0\x26\2\0" RANDOM "\0\0\x05\0", SERVER_HELLO_BAD, "no TLS version",
            0),
        CASE("\x16\3\1\0\x4b\2\0\0\x47\3\1" RANDOM "\x21" RANDOM "x\0\x05\0", SERVER_HELLO_BAD,
            "longer than 32", 0),
        CASE("\x16\3\1\0\x2b\2\0\0\x27\3\1" RANDOM "\0\0\x05\0x", SERVER_HELLO_BAD, "do not fill",
            0),
        CASE("\x16\3\1\0\x2e\2\0\0\x2a\3\1" RANDOM "\0\0\x05\0\0\2\0\x2b", SERVER_HELLO_BAD,
            "longer than the block", 0),
        CASE("\x16\3\1\0\x31\2\0\0\x2d\3\1" RANDOM "\0\0\x05\0\0\5\0\x2b\0\1\3", SERVER_HELLO_BAD,
            "supported_versions", 0),
        CASE("\x16\3\1\0\x32\2\0\0\x2e\3\3" RANDOM "\0\0\x05\0\0\6\0\x2b\0\2\0\0", SERVER_HELLO_BAD,
            "supported_versions", 0),
        CASE("\x16\3\1\0\x31\2\0\0\x2d\3\1" RANDOM "\0\0\x05\0\0\5\0\x33\0\1\0", SERVER_HELLO_BAD,
            "key_share", 0),
    };

    (void)state;
    check(cases, sizeof cases / sizeof cases[0]);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_site_chose_is_read),
        cmocka_unit_test(an_alert_instead_is_told),
        cmocka_unit_test(what_is_neither_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
