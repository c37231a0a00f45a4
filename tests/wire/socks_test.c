#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "socks.h"

struct bytes {
    const char *at;
    size_t len;
};

#define BYTES(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

/* Of exactly this size, so that a read past the end is seen. */
static uint8_t *exact(struct bytes b)
{
    return mem_dup(b.at, b.len ? b.len : 1);
}

static enum socks_read greet(struct bytes b, struct socks_greeting *out, size_t *used)
{
    const char *why = NULL;
    uint8_t *bytes = exact(b);
    enum socks_read is = socks_read_greeting(bytes, b.len, out, used, &why);

    assert_true((is == SOCKS_BAD) == (why != NULL));
    mem_free(bytes);
    return is;
}

static void a_greeting_tells_which_logins_a_client_can_do(void **state)
{
    static const struct {
        struct bytes bytes;
        bool no_login, password;
        size_t used;
    } cases[] = {
        {BYTES("\5\1\0"), true, false, 3}, {BYTES("\5\1\2"), false, true, 3},
        {BYTES("\5\2\0\2"), true, true, 4}, {BYTES("\5\3\0\1\2more"), true, true, 5},
        {BYTES("\5\1\1"), false, false, 3}, /* GSSAPI only */
    };
    struct socks_greeting greeting;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t used = 0;

        assert_int_equal(greet(cases[i].bytes, &greeting, &used), SOCKS_READY);
        assert_int_equal(greeting.no_login, cases[i].no_login);
        assert_int_equal(greeting.password, cases[i].password);
        assert_int_equal(used, cases[i].used);
    }
}

static void a_greeting_is_waited_for_or_refused(void **state)
{
    struct socks_greeting greeting;
    size_t used;

    (void)state;
    assert_int_equal(greet((struct bytes)BYTES(""), &greeting, &used), SOCKS_NEED_MORE);
    assert_int_equal(greet((struct bytes)BYTES("\5"), &greeting, &used), SOCKS_NEED_MORE);
    assert_int_equal(greet((struct bytes)BYTES("\5\2\0"), &greeting, &used), SOCKS_NEED_MORE);
    assert_int_equal(greet((struct bytes)BYTES("\4"), &greeting, &used), SOCKS_BAD);
    assert_int_equal(greet((struct bytes)BYTES("\5\0"), &greeting, &used), SOCKS_BAD);
}

static enum socks_read log_in(struct bytes b, struct socks_login *out, size_t *used)
{
    const char *why = NULL;
    uint8_t *bytes = exact(b);
    enum socks_read is = socks_read_login(bytes, b.len, out, used, &why);

    assert_true((is == SOCKS_BAD) == (why != NULL));
    mem_free(bytes);
    return is;
}

static void a_login_has_a_user_and_a_password(void **state)
{
    struct socks_login login;
    size_t used = 0;

    (void)state;
    assert_int_equal(log_in((struct bytes)BYTES("\1\3eva\4pass\5"), &login, &used), SOCKS_READY);
    assert_string_equal(login.user, "eva");
    assert_string_equal(login.password, "pass");
    assert_int_equal(used, 10);
    assert_int_equal(log_in((struct bytes)BYTES("\1\1a\0"), &login, &used), SOCKS_READY);
    assert_string_equal(login.password, "");
    assert_int_equal(log_in((struct bytes)BYTES("\1\3ev"), &login, &used), SOCKS_NEED_MORE);
    assert_int_equal(log_in((struct bytes)BYTES("\1\3eva\4pas"), &login, &used), SOCKS_NEED_MORE);
    assert_int_equal(log_in((struct bytes)BYTES("\5\3eva\1x"), &login, &used), SOCKS_BAD);
    assert_int_equal(log_in((struct bytes)BYTES("\1\0\1x"), &login, &used), SOCKS_BAD);
    assert_int_equal(log_in((struct bytes)BYTES("\1\3e\0a\1x"), &login, &used), SOCKS_BAD);
}

static void a_login_may_be_as_long_as_its_octet_of_length_lets_it(void **state)
{
    uint8_t bytes[SOCKS_MESSAGE_MOST];
    struct socks_login login;
    const char *why = NULL;
    char text[256];
    size_t used = 0;

    (void)state;
    memset(text, 'x', 255);
    text[255] = 0;
    size_t n = socks_write_login(bytes, text, text);
    assert_int_equal(n, SOCKS_MESSAGE_MOST);
    assert_int_equal(socks_read_login(bytes, n, &login, &used, &why), SOCKS_READY);
    assert_string_equal(login.user, text);
    assert_string_equal(login.password, text);
    assert_int_equal(used, n);
    assert_int_equal(socks_write_login(bytes, "", "x"), 0);
    assert_int_equal(socks_write_login(bytes, "x", ""), 0);
}

static enum socks_read ask(
    struct bytes b, struct socks_request *out, size_t *used, enum socks_answer *answer)
{
    const char *why = NULL;
    uint8_t *bytes = exact(b);
    enum socks_read is = socks_read_request(bytes, b.len, out, used, answer, &why);

    assert_true((is == SOCKS_BAD) == (why != NULL));
    mem_free(bytes);
    return is;
}

static void a_request_names_a_host_in_three_ways(void **state)
{
    static const struct {
        struct bytes bytes;
        const char *host;
        uint16_t port;
    } cases[] = {
        {BYTES("\5\1\0\1\xc0\0\2\7\1\xbb"), "192.0.2.7", 443},
        {BYTES("\5\1\0\3\14Shop.Example\1\xbb"), "shop.example", 443},
        {BYTES("\5\1\0\3\11"
               "192.0.2.7\0\x50"),
            "192.0.2.7", 80}, /* an address where a name belongs */
        {BYTES("\5\1\0\4\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1\0\x50"), "2001:db8::1", 80},
    };
    struct socks_request request;
    enum socks_answer answer;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t used = 0;

        for (size_t n = 0; n < cases[i].bytes.len; n++)
            assert_int_equal(ask((struct bytes){cases[i].bytes.at, n}, &request, &used, &answer),
                SOCKS_NEED_MORE);
        assert_int_equal(ask(cases[i].bytes, &request, &used, &answer), SOCKS_READY);
        assert_int_equal(request.command, SOCKS_CONNECT);
        assert_string_equal(request.host, cases[i].host);
        assert_int_equal(request.port, cases[i].port);
        assert_int_equal(used, cases[i].bytes.len);
    }
}

static void a_request_for_no_host_is_refused(void **state)
{
    static const struct {
        struct bytes bytes;
        enum socks_answer answer;
    } cases[] = {
        {BYTES("\4\1\0\1\xc0\0\2\7\1\xbb"), SOCKS_FAILED},
        {BYTES("\5\1\0\2\xc0\0\2\7\1\xbb"), SOCKS_BAD_ADDRESS},
        {BYTES("\5\1\0\3\0\1\xbb"), SOCKS_FAILED}, {BYTES("\5\1\0\3\5a\0b.c\1\xbb"), SOCKS_FAILED},
        {BYTES("\5\1\0\3\5a b.c\1\xbb"), SOCKS_FAILED},
        {BYTES("\5\1\0\3\6a.b\r\nc\1\xbb"), SOCKS_FAILED},
        {BYTES("\5\1\0\1\xc0\0\2\7\0\0"), SOCKS_FAILED}, /* port 0 */
    };
    struct socks_request request;
    enum socks_answer answer;
    size_t used;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(ask(cases[i].bytes, &request, &used, &answer), SOCKS_BAD);
        assert_int_equal(answer, cases[i].answer);
    }
}

static void what_we_ask_of_a_proxy_is_what_a_proxy_reads(void **state)
{
    static const char *const hosts[] = {"shop.example", "192.0.2.7", "2001:db8::1"};
    uint8_t bytes[SOCKS_MESSAGE_MOST];
    struct socks_greeting greeting;
    struct socks_request request;
    enum socks_answer answer;
    const char *why = NULL;
    size_t used = 0, n;

    (void)state;
    n = socks_write_greeting(bytes, false);
    assert_int_equal(socks_read_greeting(bytes, n, &greeting, &used, &why), SOCKS_READY);
    assert_true(greeting.no_login && !greeting.password);
    n = socks_write_greeting(bytes, true);
    assert_int_equal(socks_read_greeting(bytes, n, &greeting, &used, &why), SOCKS_READY);
    assert_true(greeting.no_login && greeting.password);
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        n = socks_write_request(bytes, hosts[i], 8443);
        assert_int_equal(socks_read_request(bytes, n, &request, &used, &answer, &why), SOCKS_READY);
        assert_string_equal(request.host, hosts[i]);
        assert_int_equal(request.port, 8443);
        assert_int_equal(used, n);
    }
    assert_int_equal(socks_write_request(bytes, "", 1), 0);
}

static void what_we_answer_is_what_a_client_reads(void **state)
{
    uint8_t bytes[SOCKS_MESSAGE_MOST], byte = 9;
    const char *why = NULL;
    bool welcome = false;
    size_t used = 0, n;

    (void)state;
    n = socks_write_method(bytes, SOCKS_PASSWORD);
    assert_int_equal(socks_read_method(bytes, 1, &byte, &used, &why), SOCKS_NEED_MORE);
    assert_int_equal(socks_read_method(bytes, n, &byte, &used, &why), SOCKS_READY);
    assert_int_equal(byte, SOCKS_PASSWORD);
    n = socks_write_login_answer(bytes, true);
    assert_int_equal(socks_read_login_answer(bytes, n, &welcome, &used, &why), SOCKS_READY);
    assert_true(welcome);
    n = socks_write_login_answer(bytes, false);
    assert_int_equal(socks_read_login_answer(bytes, n, &welcome, &used, &why), SOCKS_READY);
    assert_false(welcome);
    n = socks_write_answer(bytes, SOCKS_DONE);
    for (size_t cut = 0; cut < n; cut++)
        assert_int_equal(socks_read_answer(bytes, cut, &byte, &used, &why), SOCKS_NEED_MORE);
    assert_int_equal(socks_read_answer(bytes, n, &byte, &used, &why), SOCKS_READY);
    assert_int_equal(byte, SOCKS_DONE);
    assert_int_equal(used, n);
}

static void a_proxy_that_speaks_otherwise_is_not_believed(void **state)
{
    const uint8_t http[] = "HTTP/1.1 400 Bad Request", odd[] = {5, 0, 0, 2, 0, 0, 0, 0, 0, 0};
    const char *why = NULL;
    uint8_t byte;
    bool welcome;
    size_t used;

    (void)state;
    assert_int_equal(socks_read_method(http, 1, &byte, &used, &why), SOCKS_BAD);
    assert_int_equal(socks_read_login_answer(http, 1, &welcome, &used, &why), SOCKS_BAD);
    assert_int_equal(socks_read_answer(http, 1, &byte, &used, &why), SOCKS_BAD);
    assert_int_equal(socks_read_answer(odd, sizeof odd, &byte, &used, &why), SOCKS_BAD);
}

static void a_refusal_needs_no_more_than_its_code(void **state)
{
    const uint8_t refused[] = {5, 5};
    const char *why = NULL;
    uint8_t code = 0;
    size_t used = 0;

    (void)state;
    assert_int_equal(socks_read_answer(refused, 2, &code, &used, &why), SOCKS_READY);
    assert_int_equal(code, SOCKS_REFUSED);
    assert_string_equal(socks_answer_text(code), "the connection was refused");
    assert_string_equal(socks_answer_text(200), "an unknown code");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_greeting_tells_which_logins_a_client_can_do),
        cmocka_unit_test(a_greeting_is_waited_for_or_refused),
        cmocka_unit_test(a_login_has_a_user_and_a_password),
        cmocka_unit_test(a_login_may_be_as_long_as_its_octet_of_length_lets_it),
        cmocka_unit_test(a_request_names_a_host_in_three_ways),
        cmocka_unit_test(a_request_for_no_host_is_refused),
        cmocka_unit_test(what_we_ask_of_a_proxy_is_what_a_proxy_reads),
        cmocka_unit_test(what_we_answer_is_what_a_client_reads),
        cmocka_unit_test(a_proxy_that_speaks_otherwise_is_not_believed),
        cmocka_unit_test(a_refusal_needs_no_more_than_its_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
