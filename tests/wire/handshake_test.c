#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "handshake_priv.h"

static const struct handshake_wanted one_alone = {.type = 1, .most = 100, .alone = true};
static const struct handshake_wanted any_company = {.type = 1, .most = 100, .alone = false};

struct expected {
    const char *bytes;
    size_t len;
    enum handshake_answer answer;
    const char *says; /* part of *why */
};

#define CASE(bytes, answer, says)                                                                  \
    {                                                                                              \
        (bytes), sizeof(bytes) - 1, (answer), (says)                                               \
    }

static void check(const struct handshake_wanted *wanted, const struct expected *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct handshake out;
        const char *why = "";
        uint8_t *exact = mem_dup(cases[i].bytes, cases[i].len);

        assert_int_equal(handshake_read(exact, cases[i].len, wanted, &out, &why), cases[i].answer);
        assert_true(cases[i].says ? why && strstr(why, cases[i].says) : !why);
        assert_true((cases[i].answer == HANDSHAKE_READY) == (out.bytes != NULL));
        mem_free(out.bytes);
        mem_free(exact);
    }
}

static void a_message_alone_is_read_to_its_last_byte(void **state)
{
    static const struct expected cases[] = {
        CASE("", HANDSHAKE_NEED_MORE, NULL),
        CASE("\x16", HANDSHAKE_NEED_MORE, NULL),
        CASE("\x16\3\1\0", HANDSHAKE_NEED_MORE, NULL),
        CASE("\x16\3\1\0\6", HANDSHAKE_NEED_MORE, NULL),
        CASE("\x16\3\1\0\6\1\0\0\2a", HANDSHAKE_NEED_MORE, NULL),
        CASE("\x16\3\1\0\6\1\0\0\2ab", HANDSHAKE_READY, NULL),
        CASE("\x16\3\1\0\6\1\0\0\2ab\x17\3\3", HANDSHAKE_READY, NULL),
        CASE("\x16\3\1\0\4\1\0\0\0", HANDSHAKE_READY, NULL),
        CASE("\x16\3\1\0\2\1\0\x16\3\1\0\3\0\2a\x16\3\1\0\1b", HANDSHAKE_READY, NULL),
        CASE("\x16\3\1\0\2\1\0\x16\3\1\0\3\0\2a", HANDSHAKE_NEED_MORE, NULL),
        CASE("\x15\3\1\0\2\2\50", HANDSHAKE_BAD, "another type"),
        CASE("\x16\3\1\0\2\1\0\x15\3\1\0\2\1\0", HANDSHAKE_BAD, "another type"),
        CASE("\x16\2\1\0\6\1\0\0\2ab", HANDSHAKE_BAD, "no TLS version"),
        CASE("\x16\3\1\0\0", HANDSHAKE_BAD, "empty"),
        CASE("\x16\3\1\x40\1", HANDSHAKE_BAD, "2^14"),
        CASE("\x16\3\1\0\6\2", HANDSHAKE_BAD, "another one"),
        CASE("\x16\3\1\0\x60\1\0\0\x61", HANDSHAKE_BAD, "longer"),
        CASE("\x16\3\1\0\7\1\0\0\2", HANDSHAKE_BAD, "bytes follow"),
        CASE("\x16\3\1\0\4\1\0\0\2\x16\3\1\0\3", HANDSHAKE_BAD, "bytes follow"),
    };

    (void)state;
    check(&one_alone, cases, sizeof cases / sizeof cases[0]);
}

static void a_message_may_have_company_where_that_is_allowed(void **state)
{
    static const struct expected cases[] = {
        CASE("\x16\3\1\0\7\1\0\0\2ab", HANDSHAKE_NEED_MORE, NULL),
        CASE("\x16\3\1\0\7\1\0\0\2ab\13", HANDSHAKE_READY, NULL),
    };

    (void)state;
    check(&any_company, cases, sizeof cases / sizeof cases[0]);
}

static void the_pieces_are_put_together_and_counted(void **state)
{
    static const uint8_t bytes[] = "\x16\3\1\0\2\1\0\x16\3\3\0\3\0\2a\x16\3\3\0\2bc-and more";
    struct handshake out;
    const char *why;

    (void)state;
    assert_int_equal(
        handshake_read(bytes, sizeof bytes - 1, &any_company, &out, &why), HANDSHAKE_READY);
    assert_int_equal(out.size, 6);
    assert_memory_equal(out.bytes, "\1\0\0\2ab", 6);
    assert_int_equal(out.consumed, 7 + 8 + 7);
    assert_int_equal(out.record_version, 0x0301);
    mem_free(out.bytes);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_alone_is_read_to_its_last_byte),
        cmocka_unit_test(a_message_may_have_company_where_that_is_allowed),
        cmocka_unit_test(the_pieces_are_put_together_and_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
