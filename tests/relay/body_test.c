/* tests/relay/body_test.c - what rules see of bodies: the beginning, framing and content coding
 * left out, while what goes on is what came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "support/talk.h"

#define GET "GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n"

struct chat {
    struct talk *t;
    struct caller *c;
    struct far_site *site;
};

static struct chat begin(void)
{
    struct chat chat = {.t = talk_new()};
    struct far_site_config how = *talk_good(chat.t, "shop.example");

    how.alpn = "http/1.1";
    talk_site(chat.t, "shop.example", &how);
    chat.c = caller_new(chat.t);
    caller_asks(chat.c, "shop.example:443");
    caller_shakes(chat.c, talk_phone(chat.t, "shop.example"));
    chat.site = talk_far(chat.t, 0);
    return chat;
}

static void site_sends(struct chat *chat, const void *bytes, size_t n)
{
    far_site_says_n(chat->site, bytes, n);
    talk_run(chat->t);
}

static void end(struct chat *chat)
{
    caller_closes(chat->c);
    talk_wait(chat->t, 100);
    talk_free(chat->t);
}

static void bodies_of_every_framing_are_shown_without_it(void **state)
{
    static const char *const responses[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nX: "
        "y\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nhello",
    };

    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (int whole = 0; whole < 2; whole++) {
            struct chat chat = begin();
            size_t n = strlen(responses[i]);

            caller_says(chat.c, GET);
            for (size_t at = 0; at < n; at += whole ? n : 1)
                site_sends(&chat, responses[i] + at, whole ? n : 1);
            far_site_closes(chat.site);
            talk_wait(chat.t, 100);
            assert_string_equal(talk_seen(chat.t), "response_body:hello;");
            assert_string_equal(caller_heard(chat.c), responses[i]);
            end(&chat);
        }
}

static void a_request_has_a_body_too(void **state)
{
    struct chat chat = begin();

    (void)state;
    caller_says(
        chat.c, "POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 3\r\n\r\na=b" GET);
    assert_string_equal(talk_seen(chat.t), "request_body:a=b;");
    assert_non_null(strstr(far_site_heard(chat.site), "\r\n\r\na=b" GET));
    end(&chat);
}

static size_t gzipped(const void *in, size_t n, uint8_t *out, size_t cap)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)in, .avail_in = (uInt)n, .next_out = out};

    z.avail_out = (uInt)cap;
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return z.total_out;
}

static void a_coding_is_undone_in_the_view_alone(void **state)
{
    struct chat chat = begin();
    char head[128];
    uint8_t body[200];
    size_t n = gzipped("plain words", 11, body, sizeof body);

    (void)state;
    caller_says(chat.c, GET);
    int len = snprintf(head, sizeof head,
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", n);
    site_sends(&chat, head, (size_t)len);
    site_sends(&chat, body, n);
    assert_string_equal(talk_seen(chat.t), "response_body:plain words;");
    assert_memory_equal(caller_heard(chat.c) + len, body, n);
    end(&chat);
}

static void a_long_body_is_shown_as_soon_as_the_view_is_full(void **state)
{
    enum { MANY = 100000 };
    struct chat chat = begin();
    char *much = malloc(MANY);

    (void)state;
    memset(much, 'x', MANY);
    caller_says(chat.c, GET);
    far_site_says(chat.site, "HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n");
    site_sends(&chat, much, MANY);
    assert_int_equal(strlen(talk_seen(chat.t)), strlen("response_body:;") + 65536);
    site_sends(&chat, much, MANY);
    assert_int_equal(strlen(talk_seen(chat.t)), strlen("response_body:;") + 65536);
    free(much);
    end(&chat);
}

static void what_has_no_body_shows_none(void **state)
{
    struct chat chat = begin();

    (void)state;
    caller_says(chat.c, GET "HEAD / HTTP/1.1\r\nHost: shop.example\r\n\r\n" GET);
    far_site_says(chat.site,
        "HTTP/1.1 304 Same\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 "
        "OK\r\nContent-Length: 0\r\n\r\n");
    talk_run(chat.t);
    assert_string_equal(talk_seen(chat.t), "");
    end(&chat);
}

/* The next request takes the place of the record in which the body would have been shown. */
static void a_client_that_does_not_wait_loses_the_view_and_nothing_else(void **state)
{
    struct chat chat = begin();

    (void)state;
    caller_says(chat.c, GET);
    far_site_says(chat.site, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
    talk_run(chat.t);
    caller_says(chat.c, GET);
    site_sends(&chat, "llo", 3);
    assert_string_equal(talk_seen(chat.t), "");
    assert_non_null(strstr(caller_heard(chat.c), "\r\n\r\nhello"));
    end(&chat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_of_every_framing_are_shown_without_it),
        cmocka_unit_test(a_request_has_a_body_too),
        cmocka_unit_test(a_coding_is_undone_in_the_view_alone),
        cmocka_unit_test(a_long_body_is_shown_as_soon_as_the_view_is_full),
        cmocka_unit_test(what_has_no_body_shows_none),
        cmocka_unit_test(a_client_that_does_not_wait_loses_the_view_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
