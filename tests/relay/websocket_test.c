/* tests/relay/websocket_test.c - WebSockets go by untouched, and the record says what became of
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/talk.h"

/* RFC 6455 §1.3 */
#define ASK_WITH(fields)                                                                           \
    "GET /live HTTP/1.1\r\nHost: shop.example\r\nUpgrade: websocket\r\nConnection: keep-alive, "   \
    "Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: "            \
    "13\r\n" fields "\r\n"
#define OPEN_WITH(fields)                                                                          \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n" fields     \
    "\r\n"
#define ACCEPT "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
#define MASKED_HELLO "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"

struct chat {
    struct talk *t;
    struct caller *c;
    struct far_site *site;
};

static struct chat chat_new(struct talk *t)
{
    struct chat chat = {.t = t};
    struct far_site_config how = *talk_good(t, "shop.example");

    how.alpn = "http/1.1";
    talk_site(t, "shop.example", &how);
    chat.c = caller_new(t);
    caller_asks(chat.c, "shop.example:443");
    caller_shakes(chat.c, talk_phone(t, "shop.example"));
    assert_true(phone_is_open(caller_phone(chat.c)));
    chat.site = talk_far(t, 0);
    return chat;
}

static void site_says(struct chat *chat, const char *text)
{
    far_site_says(chat->site, text);
    talk_run(chat->t);
}

static void phone_sends(struct chat *chat, const char *bytes, size_t n)
{
    phone_says_n(caller_phone(chat->c), bytes, n);
    talk_run(chat->t);
}

static void site_sends(struct chat *chat, const char *bytes, size_t n)
{
    far_site_says_n(chat->site, bytes, n);
    talk_run(chat->t);
}

static const struct flow *hang_up(struct chat *chat)
{
    caller_closes(chat->c);
    talk_wait(chat->t, 100);
    return talk_flow(chat->t, talk_flows(chat->t) - 1);
}

static void frames_go_by_untouched_and_are_counted(void **state)
{
    static const char open[] = OPEN_WITH(ACCEPT);
    struct chat chat = chat_new(talk_new());

    (void)state;
    caller_says(chat.c, ASK_WITH("Origin: https://shop.example\r\n"));
    site_sends(&chat, OPEN_WITH(ACCEPT) "\x81\x02hi", sizeof open - 1 + 4);
    assert_string_equal(caller_heard(chat.c), OPEN_WITH(ACCEPT) "\x81\x02hi");
    far_site_forget(chat.site);
    phone_sends(&chat, MASKED_HELLO, 11);
    phone_sends(&chat, "\x8a\x80\x01\x02\x03\x04", 6);
    phone_sends(&chat, "\x88\x82\x01\x02\x03\x04\x02\xea", 8);
    assert_string_equal(far_site_heard(chat.site),
        MASKED_HELLO "\x8a\x80\x01\x02\x03\x04\x88\x82\x01\x02\x03\x04\x02\xea");
    site_sends(&chat,
        "\x88\x05\x03\xe8"
        "bye",
        7);
    const struct flow *f = hang_up(&chat);
    const struct flow_websocket *ws = f->websocket;
    assert_null(ws->failed);
    assert_int_equal(ws->status, 101);
    assert_string_equal(ws->url, "https://shop.example/live");
    assert_string_equal(ws->origin, "https://shop.example");
    assert_string_equal(ws->version, "13");
    assert_int_equal(ws->client->frames, 3);
    assert_int_equal(ws->client->messages, 1);
    assert_int_equal(ws->client->bytes, 7);
    assert_int_equal(ws->client->close, 1000);
    assert_null(ws->client->fault);
    assert_int_equal(ws->server->frames, 2);
    assert_int_equal(ws->server->messages, 1);
    assert_int_equal(ws->server->close, 1000);
    assert_string_equal(ws->server->reason, "bye");
    assert_string_equal(f->protocol, "websocket");
    assert_int_equal(f->exchanges[0].status, 101);
    talk_free(chat.t);
}

static void what_breaks_the_rules_goes_by_as_well_and_is_named(void **state)
{
    struct chat chat = chat_new(talk_new());

    (void)state;
    caller_says(chat.c, ASK_WITH(""));
    site_says(&chat, OPEN_WITH(ACCEPT));
    far_site_forget(chat.site);
    phone_sends(&chat, "\x81\x02hi", 4);
    phone_sends(&chat, "\x81\x02ho", 4);
    assert_string_equal(far_site_heard(chat.site), "\x81\x02hi\x81\x02ho");
    const struct flow *f = hang_up(&chat);
    assert_non_null(strstr(f->websocket->client->fault, "not masked"));
    assert_int_equal(f->websocket->client->frames, 0);
    assert_int_equal(f->websocket->client->close, FLOW_NONE);
    talk_free(chat.t);
}

static void why_it_did_not_open_is_told(void **state)
{
    static const struct {
        const char *answer, *failed, *knows;
        int status;
    } cases[] = {
        {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "status", NULL, 403},
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "status", NULL, 200},
        {"HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 8, 7\r\nContent-Length: "
         "0\r\n\r\n",
            "status", "8, 7", 426},
        {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n" ACCEPT
         "\r\n",
            "upgrade", NULL, 101},
        {OPEN_WITH("Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n"), "accept", NULL, 101},
        {OPEN_WITH(""), "accept", NULL, 101},
        {OPEN_WITH(ACCEPT "Sec-WebSocket-Protocol: soap\r\n"), "protocol", NULL, 101},
        {OPEN_WITH(ACCEPT "Sec-WebSocket-Protocol: chat\r\n"), NULL, NULL, 101},
        {OPEN_WITH(ACCEPT), NULL, NULL, 101},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct chat chat = chat_new(talk_new());

        caller_says(chat.c, ASK_WITH("Sec-WebSocket-Protocol: chat, superchat\r\n"));
        site_says(&chat, cases[i].answer);
        assert_string_equal(caller_heard(chat.c), cases[i].answer);
        const struct flow_websocket *ws = hang_up(&chat)->websocket;
        assert_int_equal(ws->asked.n, 2);
        assert_int_equal(ws->status, cases[i].status);
        if (!ws->failed != !cases[i].failed ||
            (ws->failed && strcmp(ws->failed, cases[i].failed) != 0))
            fail_msg("%s: %s", cases[i].answer, ws->failed ? ws->failed : "open");
        if (cases[i].knows)
            assert_string_equal(ws->knows, cases[i].knows);
        talk_free(chat.t);
    }
}

static void a_question_without_an_answer_is_told(void **state)
{
    struct chat chat = chat_new(talk_new());

    (void)state;
    caller_says(chat.c, ASK_WITH(""));
    far_site_closes(chat.site);
    talk_wait(chat.t, 100);
    const struct flow *f = hang_up(&chat);
    assert_string_equal(f->websocket->failed, "unanswered");
    assert_int_equal(f->websocket->status, FLOW_NONE);
    talk_free(chat.t);
}

static void who_is_declined_may_ask_again_and_the_last_is_told(void **state)
{
    struct chat chat = chat_new(talk_new());

    (void)state;
    for (int i = 0; i < 20; i++) { /* more than are told of */
        caller_says(chat.c, ASK_WITH(""));
        site_says(&chat, "HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n");
    }
    const struct flow *f = hang_up(&chat);
    assert_int_equal(f->n_exchanges, 20);
    assert_int_equal(f->websocket->status, 503);
    talk_free(chat.t);
}

static void another_request_is_no_websocket(void **state)
{
    struct chat chat = chat_new(talk_new());

    (void)state;
    caller_says(chat.c, "GET / HTTP/1.1\r\nHost: shop.example\r\nUpgrade: h2c\r\nConnection: "
                        "Upgrade\r\n\r\n");
    site_says(&chat, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_null(hang_up(&chat)->websocket);
    talk_free(chat.t);
}

/* On a connection without TLS as well. */
static void a_plain_websocket_is_one_too(void **state)
{
    struct talk *t = talk_new();
    struct far_site_config plain = {.manner = FAR_PLAIN};
    struct caller *c = caller_new(t);

    (void)state;
    talk_site(t, "shop.example", &plain);
    caller_sends(c, "GET http://shop.example/live HTTP/1.1\r\nHost: shop.example\r\nUpgrade: "
                    "websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
                    "dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    talk_run(t);
    far_site_says(talk_far(t, 0), OPEN_WITH(ACCEPT) "\x81\x02hi");
    talk_run(t);
    caller_sends_n(c, MASKED_HELLO, 11);
    talk_run(t);
    caller_closes(c);
    far_site_closes(talk_far(t, 0));
    talk_wait(t, 6000);
    const struct flow_websocket *ws = talk_flow(t, 0)->websocket;
    assert_null(ws->failed);
    assert_string_equal(ws->url, "http://shop.example/live");
    assert_int_equal(ws->client->messages, 1);
    assert_int_equal(ws->server->messages, 1);
    talk_free(t);
}

/* The listener of the talk hears every moment. */
static void each_message_is_a_moment(void **state)
{
    struct chat chat = chat_new(talk_new());

    (void)state;
    caller_says(chat.c, ASK_WITH("Sec-WebSocket-Extensions: permessage-deflate\r\n"));
    site_says(&chat, OPEN_WITH(ACCEPT "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
    talk_moments(chat.t);
    phone_sends(&chat, MASKED_HELLO, 11);
    site_sends(&chat, "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\x89\x00", 11);
    assert_string_equal(talk_moments(chat.t), "ws_message ws_message");
    assert_string_equal(talk_seen(chat.t), "ws_message:Hello;ws_message:Hello;");
    const struct flow *f = hang_up(&chat);
    assert_true(f->websocket->deflate);
    assert_null(f->message);
    talk_free(chat.t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_go_by_untouched_and_are_counted),
        cmocka_unit_test(what_breaks_the_rules_goes_by_as_well_and_is_named),
        cmocka_unit_test(why_it_did_not_open_is_told),
        cmocka_unit_test(a_question_without_an_answer_is_told),
        cmocka_unit_test(who_is_declined_may_ask_again_and_the_last_is_told),
        cmocka_unit_test(another_request_is_no_websocket),
        cmocka_unit_test(a_plain_websocket_is_one_too),
        cmocka_unit_test(each_message_is_a_moment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
