#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "connect_reply.h"
#include "wire/limits.h"

static enum connect_read read_n(const char *text, size_t n, struct connect_reply *out, size_t *used)
{
    const char *why = NULL;
    uint8_t *bytes = mem_dup(text, n ? n : 1); /* so that a read past the end is seen */
    enum connect_read is = connect_reply_read(bytes, n, out, used, &why);

    assert_true((is == CONNECT_BAD) == (why != NULL));
    mem_free(bytes);
    return is;
}

static void a_status_is_read_when_its_head_is_whole(void **state)
{
    static const struct {
        const char *text;
        int status;
        const char *schemes;
    } cases[] = {
        {"HTTP/1.1 200 Connection established\r\n\r\n", 200, ""},
        {"HTTP/1.0 200 OK\r\nProxy-Agent: x\r\n\r\n", 200, ""},
        {"HTTP/1.1 200\r\n\r\n", 200, ""},
        {"HTTP/1.1 200 OK\n\n", 200, ""},
        {"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n", 407, "Basic"},
        {"HTTP/1.1 407 No\r\nproxy-authenticate:NTLM\r\nProxy-Authenticate: \tNegotiate "
         "abc\r\n\r\n",
            407, "NTLM, Negotiate"},
        {"HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\n", 403, ""},
        {"HTTP/1.1 103 Early\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 200, ""},
    };
    struct connect_reply reply;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t len = strlen(cases[i].text), used = 0;

        for (size_t n = 0; n < len; n++)
            assert_int_equal(read_n(cases[i].text, n, &reply, &used), CONNECT_NEED_MORE);
        assert_int_equal(read_n(cases[i].text, len, &reply, &used), CONNECT_READY);
        assert_int_equal(reply.status, cases[i].status);
        assert_string_equal(reply.schemes, cases[i].schemes);
        assert_int_equal(used, len);
    }
}

static void what_the_site_said_first_is_left(void **state)
{
    static const char text[] = "HTTP/1.1 200 OK\r\n\r\n220 mail.example ESMTP\r\n";
    struct connect_reply reply;
    size_t used = 0;

    (void)state;
    assert_int_equal(read_n(text, sizeof text - 1, &reply, &used), CONNECT_READY);
    assert_string_equal(text + used, "220 mail.example ESMTP\r\n");
}

static void what_is_no_such_answer_is_refused(void **state)
{
    static const char *const cases[] = {
        "S",
        "HTTP/2 200\r\n\r\n",
        "SSH-2.0-x\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1  200 OK\r\n\r\n",
        "HTTP/1.x 200 OK\r\n\r\n",
        "HTTP/1.1 600 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: no name\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
    };
    struct connect_reply reply;
    size_t used;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(read_n(cases[i], strlen(cases[i]), &reply, &used), CONNECT_BAD);
}

static void a_head_without_an_end_is_not_waited_for_for_ever(void **state)
{
    static const char begin[] = "HTTP/1.1 200 OK\r\nX: ";
    char *long_head = mem_new(CONNECT_REPLY_MOST);
    struct connect_reply reply;
    size_t used;

    (void)state;
    memset(long_head, 'x', CONNECT_REPLY_MOST);
    memcpy(long_head, begin, sizeof begin - 1);
    assert_int_equal(read_n(long_head, CONNECT_REPLY_MOST - 1, &reply, &used), CONNECT_NEED_MORE);
    assert_int_equal(read_n(long_head, CONNECT_REPLY_MOST, &reply, &used), CONNECT_BAD);
    mem_free(long_head);
}

static void more_schemes_than_there_is_room_for_are_left_out(void **state)
{
    static const char text[] = "HTTP/1.1 407 No\r\n"
                               "Proxy-Authenticate: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"
                               "Proxy-Authenticate: BBBBBBBBBBBBBBBBBBBBBBBBBBBBBB\r\n"
                               "Proxy-Authenticate: CCCCCCCCCCCCCCCCCCCCCCCCCCCCCC\r\n"
                               "Proxy-Authenticate: \r\n\r\n";
    struct connect_reply reply;
    size_t used;

    (void)state;
    assert_int_equal(read_n(text, sizeof text - 1, &reply, &used), CONNECT_READY);
    assert_string_equal(
        reply.schemes, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA, BBBBBBBBBBBBBBBBBBBBBBBBBBBBBB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_status_is_read_when_its_head_is_whole),
        cmocka_unit_test(what_the_site_said_first_is_left),
        cmocka_unit_test(what_is_no_such_answer_is_refused),
        cmocka_unit_test(a_head_without_an_end_is_not_waited_for_for_ever),
        cmocka_unit_test(more_schemes_than_there_is_room_for_are_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
