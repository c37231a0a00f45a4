/* tests/relay/h2_view_test.c - what rules see of the streams of HTTP/2 besides their heads, while
 * all of it goes on at once. */
#include "h2_chat.h"

#define POST(path) ":method: POST\n:scheme: https\n:authority: shop.example\n:path: " path "\n"
#define CONNECT(path)                                                                              \
    ":method: CONNECT\n:protocol: websocket\n:scheme: https\n:authority: "                         \
    "shop.example\n:path: " path "\nsec-websocket-version: 13\n"
#define OK ":status: 200\n"

#define MASKED_HELLO "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
#define HELLO "\x81\x05Hello"

/* Without the shipped rules: the ear of the talk is the only one who looks. */
static struct h2_chat begin(void)
{
    struct h2_chat chat = chat_of(talk_new(), &(struct h2_peer_config){.site = false},
        &(struct h2_peer_config){.site = true, .connect = true});

    chat_run(&chat);
    h2_peer_log(chat.phone_end);
    h2_peer_log(chat.site_end);
    return chat;
}

static void the_bodies_of_a_stream_are_shown_with_its_heads(void **state)
{
    struct h2_chat chat = begin();

    (void)state;
    h2_peer_asks(chat.phone_end, POST("/a"), true);
    h2_peer_says(chat.phone_end, 1, "a=");
    chat_run(&chat);
    assert_string_equal(talk_seen(chat.t), "");
    h2_peer_says(chat.phone_end, 1, "b");
    h2_peer_ends(chat.phone_end, 1, NULL);
    chat_run(&chat);
    assert_string_equal(talk_seen(chat.t), "request_body:a=b;");
    h2_peer_answers(chat.site_end, 1, OK, true);
    h2_peer_says(chat.site_end, 1, "yes");
    h2_peer_ends(chat.site_end, 1, "grpc-status: 0\n");
    assert_true(has(phone_log(&chat), "1 grpc-status=0\n1 end\n"));
    assert_string_equal(talk_seen(chat.t), "request_body:a=b;response_body:yes;");
    chat_over(&chat);
    chat_end(&chat);
}

static void streams_that_cross_are_each_shown_as_their_own(void **state)
{
    struct h2_chat chat = begin();

    (void)state;
    h2_peer_gets(chat.phone_end, "/1");
    h2_peer_gets(chat.phone_end, "/3");
    chat_run(&chat);
    h2_peer_answers(chat.site_end, 1, OK, true);
    h2_peer_says(chat.site_end, 1, "one ");
    chat_run(&chat);
    h2_peer_answers(chat.site_end, 3, OK, true);
    h2_peer_says(chat.site_end, 3, "three");
    chat_run(&chat);
    h2_peer_says(chat.site_end, 1, "again");
    h2_peer_ends(chat.site_end, 1, NULL);
    chat_run(&chat);
    h2_peer_ends(chat.site_end, 3, NULL);
    chat_run(&chat);
    assert_string_equal(talk_seen(chat.t), "response_body:one again;response_body:three;");
    assert_string_equal(talk_seen_of(chat.t), "https://shop.example/1 https://shop.example/3");
    chat_over(&chat);
    chat_end(&chat);
}

static void a_stream_that_is_reset_shows_nothing(void **state)
{
    struct h2_chat chat = begin();

    (void)state;
    h2_peer_asks(chat.phone_end, POST("/a"), true);
    h2_peer_says(chat.phone_end, 1, "half");
    chat_run(&chat);
    h2_peer_resets(chat.phone_end, 1, 8);
    chat_run(&chat);
    assert_string_equal(talk_seen(chat.t), "");
    chat_over(&chat);
    chat_end(&chat);
}

static void a_long_body_is_shown_while_it_goes_on(void **state)
{
    struct h2_chat chat = begin();

    (void)state;
    h2_peer_gets(chat.phone_end, "/big");
    chat_run(&chat);
    h2_peer_answers(chat.site_end, 1, OK, true);
    h2_peer_says_much(chat.site_end, 1, 1024 * 1024);
    chat_run(&chat);
    assert_int_equal(strlen(talk_seen(chat.t)), strlen("response_body:;") + 65536);
    assert_int_equal(h2_peer_body(chat.phone_end), 1024 * 1024);
    h2_peer_ends(chat.site_end, 1, NULL);
    chat_run(&chat);
    assert_int_equal(strlen(talk_seen(chat.t)), strlen("response_body:;") + 65536);
    chat_over(&chat);
    chat_end(&chat);
}

/* Each view costs memory: beyond so many at once, bodies go by unseen, and whole. */
static void only_so_many_bodies_are_looked_at_at_once(void **state)
{
    enum { MANY = 40, SEEN = 16 };
    struct h2_chat chat = begin();

    (void)state;
    for (int i = 0; i < MANY; i++)
        h2_peer_gets(chat.phone_end, "/");
    chat_run(&chat);
    for (int32_t id = 1; id < 2 * MANY; id += 2) {
        h2_peer_answers(chat.site_end, id, OK, true);
        h2_peer_says(chat.site_end, id, "x");
    }
    chat_run(&chat);
    for (int32_t id = 1; id < 2 * MANY; id += 2)
        h2_peer_ends(chat.site_end, id, NULL);
    chat_run(&chat);
    assert_int_equal(strlen(talk_seen(chat.t)), SEEN * strlen("response_body:x;"));
    assert_int_equal(h2_peer_body(chat.phone_end), MANY);
    h2_peer_gets(chat.phone_end, "/");
    chat_run(&chat);
    h2_peer_answers(chat.site_end, 2 * MANY + 1, OK, true);
    h2_peer_says(chat.site_end, 2 * MANY + 1, "y");
    h2_peer_ends(chat.site_end, 2 * MANY + 1, NULL);
    chat_run(&chat);
    assert_non_null(strstr(talk_seen(chat.t), "response_body:y;"));
    chat_over(&chat);
    chat_end(&chat);
}

static void what_has_no_body_shows_none(void **state)
{
    struct h2_chat chat = begin();

    (void)state;
    h2_peer_asks(chat.phone_end,
        ":method: HEAD\n:scheme: https\n:authority: shop.example\n:path: /\n", false);
    h2_peer_gets(chat.phone_end, "/");
    chat_run(&chat);
    h2_peer_answers(chat.site_end, 1, OK "content-length: 5\n", false);
    h2_peer_answers(chat.site_end, 3, ":status: 304\n", false);
    chat_run(&chat);
    assert_string_equal(talk_seen(chat.t), "");
    chat_over(&chat);
    chat_end(&chat);
}

/* RFC 8441 §5.1 */
static void a_websocket_on_a_stream_is_seen_through(void **state)
{
    struct h2_chat chat = begin();

    (void)state;
    h2_peer_asks(chat.phone_end,
        CONNECT("/live") "origin: https://shop.example\nsec-websocket-protocol: chat, talk\n",
        true);
    h2_peer_gets(chat.phone_end, "/");
    chat_run(&chat);
    h2_peer_answers(chat.site_end, 1, OK "sec-websocket-protocol: chat\n", true);
    chat_run(&chat);
    h2_peer_says(chat.phone_end, 1, MASKED_HELLO);
    h2_peer_says(chat.site_end, 1, HELLO);
    assert_true(has(site_log(&chat), "1 data " MASKED_HELLO "\n"));
    assert_true(has(phone_log(&chat), "1 data " HELLO "\n"));
    assert_string_equal(talk_seen(chat.t), "ws_message:Hello;ws_message:Hello;");
    assert_string_equal(
        talk_seen_of(chat.t), "https://shop.example/live https://shop.example/live");
    const struct flow *f = chat_over(&chat);
    const struct flow_websocket *ws = f->websocket;
    assert_string_equal(ws->url, "https://shop.example/live");
    assert_string_equal(ws->origin, "https://shop.example");
    assert_string_equal(ws->protocol, "chat");
    assert_null(ws->failed);
    assert_int_equal(ws->status, 200);
    assert_int_equal(ws->client->messages, 1);
    assert_int_equal(ws->server->messages, 1);
    assert_null(ws->client->fault);
    assert_null(f->protocol); /* the connection carries more than that */
    chat_end(&chat);
}

static void two_websockets_on_a_connection_are_told_apart(void **state)
{
    struct h2_chat chat = begin();

    (void)state;
    for (int i = 0; i < 2; i++)
        h2_peer_asks(chat.phone_end, i ? CONNECT("/b") : CONNECT("/a"), true);
    chat_run(&chat);
    h2_peer_answers(chat.site_end, 3, OK, true);
    h2_peer_answers(chat.site_end, 1, OK, true);
    chat_run(&chat);
    h2_peer_says(chat.site_end, 1, HELLO);
    chat_run(&chat);
    h2_peer_says(chat.phone_end, 3, MASKED_HELLO);
    chat_run(&chat);
    assert_string_equal(talk_seen_of(chat.t), "https://shop.example/a https://shop.example/b");
    chat_over(&chat);
    chat_end(&chat);
}

static void a_websocket_that_is_refused_is_told(void **state)
{
    struct h2_chat chat = begin();

    (void)state;
    h2_peer_asks(chat.phone_end, CONNECT("/live"), true);
    chat_run(&chat);
    h2_peer_answers(chat.site_end, 1, ":status: 403\nsec-websocket-version: 13\n", true);
    h2_peer_says(chat.site_end, 1, "no");
    h2_peer_ends(chat.site_end, 1, NULL);
    assert_true(
        has(phone_log(&chat), "1 :status=403 sec-websocket-version=13\n1 data no\n1 end\n"));
    const struct flow *f = chat_over(&chat);
    assert_string_equal(f->websocket->failed, "status");
    assert_int_equal(f->websocket->status, 403);
    assert_string_equal(f->websocket->knows, "13");
    chat_end(&chat);
}

/* What came before the answer was not read: the rest would be misread. */
static void frames_before_the_answer_are_not_guessed_at(void **state)
{
    struct h2_chat chat = begin();

    (void)state;
    h2_peer_asks(chat.phone_end, CONNECT("/live"), true);
    h2_peer_says(chat.phone_end, 1, "\x81");
    chat_run(&chat);
    h2_peer_answers(chat.site_end, 1, OK, true);
    h2_peer_says(chat.phone_end, 1, &MASKED_HELLO[1]);
    assert_true(has(site_log(&chat), "1 data \x85\x37"));
    assert_string_equal(talk_seen(chat.t), "");
    const struct flow *f = chat_over(&chat);
    assert_null(f->websocket->failed);
    assert_null(f->websocket->client);
    chat_end(&chat);
}

static void each_event_and_each_message_crosses_at_once(void **state)
{
    struct h2_chat chat = begin();
    char wanted[64];

    (void)state;
    h2_peer_asks(chat.phone_end, POST("/grpc") "te: trailers\n", true);
    h2_peer_gets(chat.phone_end, "/events");
    chat_run(&chat);
    h2_peer_answers(chat.site_end, 1, OK "content-type: application/grpc\n", true);
    h2_peer_answers(chat.site_end, 3, OK "content-type: text/event-stream\n", true);
    chat_run(&chat);
    for (int i = 0; i < 5; i++) { /* the answer to each needs the one before */
        snprintf(wanted, sizeof wanted, "ask %d", i);
        h2_peer_says(chat.phone_end, 1, wanted);
        snprintf(wanted, sizeof wanted, "1 data ask %d\n", i);
        assert_true(has(site_log(&chat), wanted));
        snprintf(wanted, sizeof wanted, "reply %d", i);
        h2_peer_says(chat.site_end, 1, wanted);
        h2_peer_says(chat.site_end, 3, "data: x\n\n");
        snprintf(wanted, sizeof wanted, "1 data reply %d\n", i);
        const char *log = phone_log(&chat);
        assert_true(has(log, wanted));
        assert_true(has(log, "3 data data: x\n\n"));
    }
    h2_peer_ends(chat.phone_end, 1, NULL);
    h2_peer_ends(chat.site_end, 1, "grpc-status: 5\ngrpc-message: gone\n");
    assert_string_equal(phone_log(&chat), "1 grpc-status=5 grpc-message=gone\n1 end\n");
    chat_over(&chat);
    chat_end(&chat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bodies_of_a_stream_are_shown_with_its_heads),
        cmocka_unit_test(streams_that_cross_are_each_shown_as_their_own),
        cmocka_unit_test(a_stream_that_is_reset_shows_nothing),
        cmocka_unit_test(a_long_body_is_shown_while_it_goes_on),
        cmocka_unit_test(only_so_many_bodies_are_looked_at_at_once),
        cmocka_unit_test(what_has_no_body_shows_none),
        cmocka_unit_test(a_websocket_on_a_stream_is_seen_through),
        cmocka_unit_test(two_websockets_on_a_connection_are_told_apart),
        cmocka_unit_test(a_websocket_that_is_refused_is_told),
        cmocka_unit_test(frames_before_the_answer_are_not_guessed_at),
        cmocka_unit_test(each_event_and_each_message_crosses_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
