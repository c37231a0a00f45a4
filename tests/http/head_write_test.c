#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <event2/buffer.h>

#include <cmocka.h>

#include "h1.h"
#include "head_write.h"

static void requests_leave_as_the_site_expects_them(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"GET http://x.test/a?b=c HTTP/1.1\r\nUser-Agent: y\r\nHost: x.test\r\naCCept:*/*\r\n\r\n",
            "GET /a?b=c HTTP/1.1\r\nUser-Agent: y\r\nHost: x.test\r\naCCept:*/*\r\n\r\n"},
        {"GET http://x.test HTTP/1.1\r\nHost: x.test\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x.test\r\n\r\n"},
        {"GET http://x.test?q HTTP/1.1\r\nHost: x.test\r\n\r\n",
            "GET /?q HTTP/1.1\r\nHost: x.test\r\n\r\n"},
        {"GET http://x.test/a#f HTTP/1.1\r\nHost: x.test\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: x.test\r\n\r\n"},
        {"OPTIONS http://x.test:81 HTTP/1.1\r\nHost: y\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nHost: x.test:81\r\n\r\n"},
        {"OPTIONS http://x.test/ HTTP/1.1\r\nHost: y\r\n\r\n",
            "OPTIONS / HTTP/1.1\r\nHost: x.test\r\n\r\n"},
        /* the target decides, not what Host pretends */
        {"GET HTTP://x.test/ HTTP/1.1\r\nHost: evil\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x.test\r\n\r\n"},
        {"GET http://u:p@x.test/ HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x.test\r\n\r\n"},
        {"GET http://x.test/ HTTP/1.0\r\nA: b\r\n\r\n",
            "GET / HTTP/1.0\r\nHost: x.test\r\nA: b\r\n\r\n"},
        /* hop by hop */
        {"GET http://x.test/ HTTP/1.1\r\nHost: x.test\r\nProxy-Connection: "
         "keep-alive\r\nProxy-Authorization: Basic eA==\r\n"
         "Keep-Alive: 5\r\nTE: trailers\r\nA: b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x.test\r\nA: b\r\n\r\n"},
        {"GET http://x.test/ HTTP/1.1\r\nHost: x.test\r\nConnection: close, X-Hop\r\nX-Hop: "
         "1\r\nX-Stay: 2\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x.test\r\nX-Stay: 2\r\nConnection: close\r\n\r\n"},
        {"GET http://x.test/ HTTP/1.1\r\nHost: x.test\r\nUpgrade: websocket\r\nConnection: "
         "Upgrade\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x.test\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"},
        {"GET http://x.test/ HTTP/1.1\r\nHost: x.test\r\nUpgrade: websocket\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x.test\r\n\r\n"},
        /* what frames the message stays */
        {"POST http://x.test/ HTTP/1.1\r\nHost: x.test\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x.test\r\nTransfer-Encoding: chunked\r\n\r\n"},
        {"GET http://x.test/ HTTP/1.0\r\nHost: x.test\r\nConnection: Keep-Alive\r\n\r\n",
            "GET / HTTP/1.0\r\nHost: x.test\r\nConnection: keep-alive\r\n\r\n"},
        {"GET /a HTTP/1.1\r\nHost: y\r\nProxy-Connection: x\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: y\r\n\r\n"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct h1 *h = h1_new(H1_REQUESTS);
        struct evbuffer *in = evbuffer_new(), *out = evbuffer_new();

        evbuffer_add(in, cases[i].in, strlen(cases[i].in));
        assert_int_equal(h1_next(h, in, NULL), H1_HEAD);
        head_forward_request(h1_head(h), out);
        evbuffer_add(out, "", 1);
        assert_string_equal(evbuffer_pullup(out, -1), cases[i].out);
        evbuffer_free(in);
        evbuffer_free(out);
        h1_free(h);
    }
}

static void responses_leave_as_they_came_unless_that_is_forbidden(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\nA:b\r\nc:  D \r\n\r\n", NULL},
        {"HTTP/1.1 200 \r\n(odd): b\r\n\r\n", NULL},
        {"HTTP/1.1 200 OK\r\nA: b\r\n c\r\nD:e\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: b   c\r\nD: e\r\n\r\n"},
        {"HTTP/1.1 200 OK\r\nA : b\r\nSet-Cookie\t: c\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: b\r\nSet-Cookie: c\r\n\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct h1 *h = h1_new(H1_RESPONSES);
        struct evbuffer *in = evbuffer_new(), *out = evbuffer_new();

        evbuffer_add(in, cases[i].in, strlen(cases[i].in));
        assert_int_equal(h1_next(h, in, NULL), H1_HEAD);
        head_write_response(h1_head(h), out);
        evbuffer_add(out, "", 1);
        assert_string_equal(evbuffer_pullup(out, -1), cases[i].out ? cases[i].out : cases[i].in);
        evbuffer_free(in);
        evbuffer_free(out);
        h1_free(h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_leave_as_the_site_expects_them),
        cmocka_unit_test(responses_leave_as_they_came_unless_that_is_forbidden),
    };

    return cmocka_run_group_tests_name("http/head_write", tests, NULL, NULL);
}
