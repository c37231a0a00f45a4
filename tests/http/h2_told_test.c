/* What peers may do, and what they do in malice. */
#include "h2_rig.h"

enum {
    DATA = 0,
    HEADERS = 1,
    PRIORITY = 2,
    RST_STREAM = 3,
    SETTINGS = 4,
    PUSH_PROMISE = 5,
    PING = 6,
    WINDOW_UPDATE = 8,
    CONTINUATION = 9
};
enum { END_STREAM = 1, END_HEADERS = 4 };

#define BYTES(s) s, sizeof s - 1
#define POST ":method: POST\n:scheme: https\n:authority: shop.example\n:path: /\n"
#define GET ":method: GET\n:scheme: https\n:authority: shop.example\n:path: /\n"

/* Each is refused on its own stream (RFC 9113 §8.1.1); the neighbour is answered. */
static void a_malformed_request_is_refused_alone(void **state)
{
    static const char *const cases[] = {
        GET "connection: keep-alive\n",
        GET "transfer-encoding: chunked\n",
        GET "upgrade: websocket\n",
        GET "keep-alive: 5\n",
        GET "proxy-connection: close\n",
        GET "te: gzip\n",
        GET "a b: c\n",
        GET ":path: /twice\n",
        GET ":unknown: x\n",
        GET "content-length: x\n",
        GET "content-length: 5\n", /* and no body */
        GET "content-length: 0\ncontent-length: 1\n",
        GET "a: b\n:path: /late\n",
        ":method: GET\n:scheme: https\n:path: /\n:status: 200\n",
        ":method: GET\n:scheme: https\n:authority: shop.example\n",
        ":method: GET\n:authority: shop.example\n:path: /\n",
        ":scheme: https\n:authority: shop.example\n:path: /\n",
        ":method: GET\n:scheme: https\n:authority: shop.example\n:path: \n",
        ":method: CONNECT\n:protocol: websocket\n:scheme: https\n:authority: shop.example\n:path: "
        "/\n", /* not offered */
        GET "a: b\x01\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rig r = rig_of_client();

        h2_peer_gets(r.peer, "/neighbour");
        h2_peer_asks(r.peer, cases[i], false);
        const char *said = rig_said(&r);
        assert_non_null(strstr(said, "1 head GET /neighbour\n1 end\n"));
        if (!strstr(said, "3 closed PROTOCOL_ERROR\n"))
            fail_msg("case %zu: %s", i, said);
        assert_true(h2_stream_broken(r.s)->seen);
        assert_false(h2_broken(r.s)->seen);
        h2_answer(r.s, 1, &(struct h2_head){.status = 204}, true);
        rig_run(&r);
        assert_non_null(strstr(h2_peer_log(r.peer), "1 :status=204\n1 end\n"));
        rig_end(&r);
    }
}

/* RFC 9113 §8.2.1; nghttp2 as a peer would make it small. */
static void a_name_in_capitals_is_refused(void **state)
{
    struct rig r = rig_of_client();

    (void)state;
    h2_peer_sends_frame(
        r.peer, HEADERS, END_HEADERS | END_STREAM, 1, BYTES("\x82\x87\x84\x41\x01x\x40\x01X\x01v"));
    assert_true(text_starts(rig_said(&r), "1 closed PROTOCOL_ERROR\n"));
    assert_non_null(strstr(h2_stream_broken(r.s)->why, "X"));
    rig_end(&r);
}

static void the_fault_names_the_frame_but_no_value(void **state)
{
    struct rig r = rig_of_client();

    (void)state;
    h2_peer_asks(r.peer, GET "connection: hush-hush\n", false);
    rig_run(&r);
    assert_non_null(strstr(h2_stream_broken(r.s)->why, "HEADERS on stream 1"));
    assert_non_null(strstr(h2_stream_broken(r.s)->why, "connection"));
    assert_null(strstr(h2_stream_broken(r.s)->why, "hush"));
    rig_end(&r);
}

struct hostile {
    const char *what;
    uint8_t type, flags;
    int32_t stream;
    const char *payload;
    size_t n;
};

/* RFC 9113 §5.4.1: each ends the connection. */
static void a_frame_against_the_rules_ends_the_connection(void **state)
{
    static const struct hostile cases[] = {
        {"DATA on stream 0", DATA, 0, 0, BYTES("x")},
        {"DATA on an idle stream", DATA, 0, 5, BYTES("x")},
        {"HEADERS on stream 0", HEADERS, END_HEADERS, 0, BYTES("\x82")},
        {"HEADERS on a stream of the server", HEADERS, END_HEADERS, 2, BYTES("\x82")},
        {"a broken field block", HEADERS, END_HEADERS, 1, BYTES("\xff\xff\xff\xff\xff\xff")},
        {"CONTINUATION without HEADERS", CONTINUATION, END_HEADERS, 1, BYTES("\x82")},
        {"RST_STREAM on an idle stream", RST_STREAM, 0, 9, BYTES("\0\0\0\0")},
        {"RST_STREAM of three bytes", RST_STREAM, 0, 1, BYTES("\0\0\0")},
        {"SETTINGS of five bytes", SETTINGS, 0, 0, BYTES("\0\1\0\0\0")},
        {"SETTINGS on a stream", SETTINGS, 0, 1, BYTES("\0\3\0\0\0\1")},
        {"SETTINGS with a window too large", SETTINGS, 0, 0, BYTES("\0\4\x80\0\0\0")},
        {"SETTINGS with a frame size too small", SETTINGS, 0, 0, BYTES("\0\5\0\0\0\1")},
        {"PING of seven bytes", PING, 0, 0, BYTES("1234567")},
        {"PING on a stream", PING, 0, 1, BYTES("12345678")},
        {"PUSH_PROMISE by a client", PUSH_PROMISE, END_HEADERS, 1, BYTES("\0\0\0\2\x82")},
        {"WINDOW_UPDATE of the connection by nothing", WINDOW_UPDATE, 0, 0, BYTES("\0\0\0\0")},
        {"WINDOW_UPDATE beyond 2^31-1", WINDOW_UPDATE, 0, 0, BYTES("\x7f\xff\xff\xff")},
        {"an acknowledgement with a payload", SETTINGS, 1, 0, BYTES("\0\3\0\0\0\1")},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rig r = rig_of_client();

        h2_peer_sends_frame(
            r.peer, cases[i].type, cases[i].flags, cases[i].stream, cases[i].payload, cases[i].n);
        rig_run(&r);
        if (!h2_broken(r.s)->seen)
            fail_msg("not seen: %s", cases[i].what);
        assert_non_null(strstr(h2_peer_log(r.peer), "goaway "));
        assert_int_not_equal(h2_broken(r.s)->code, H2_NO_ERROR);
        assert_true(h2_broken(r.s)->why[0]);
        rig_end(&r);
    }
}

static void a_preface_that_is_none_is_named(void **state)
{
    struct rig r = {.s = h2_session_new(H2_SERVER, &(struct h2_offer){.streams = 1})};
    struct evbuffer *in = evbuffer_new();

    (void)state;
    evbuffer_add_printf(in, "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    while (h2_read(r.s, in, 1))
        ;
    assert_true(h2_broken(r.s)->seen);
    assert_non_null(strstr(h2_broken(r.s)->why, "RFC 9113 §3.4"));
    evbuffer_free(in);
    rig_end(&r);
}

static void a_site_may_push_nothing(void **state)
{
    struct rig r = rig_of_site();
    const struct h2_head get = {
        .method = "GET", .scheme = "https", .authority = "shop.example", .path = "/"};

    (void)state;
    h2_ask(r.s, &get, true);
    rig_run(&r);
    h2_peer_sends_frame(r.peer, PUSH_PROMISE, END_HEADERS, 1, BYTES("\0\0\0\2\x82\x84\x87"));
    rig_run(&r);
    assert_true(h2_broken(r.s)->seen);
    rig_end(&r);
}

static void streams_begun_and_dropped_too_fast_end_the_connection(void **state)
{
    struct rig r = rig_of_client();
    int n = 0;

    (void)state;
    for (; n < 2 * H2_RESETS_BURST && !h2_broken(r.s)->seen; n++) {
        int32_t id = h2_peer_gets(r.peer, "/");
        rig_run(&r);
        h2_peer_resets(r.peer, id, H2_CANCEL);
        rig_run(&r);
    }
    assert_in_range(n, H2_RESETS_BURST, H2_RESETS_BURST + 1);
    assert_int_equal(h2_broken(r.s)->code, H2_ENHANCE_YOUR_CALM);
    assert_non_null(strstr(h2_peer_log(r.peer), "ENHANCE_YOUR_CALM"));
    rig_end(&r);
}

static void a_client_that_drops_streams_over_time_is_let_be(void **state)
{
    struct rig r = rig_of_client();

    (void)state;
    for (int n = 0; n < 2 * H2_RESETS_BURST; n++) {
        int32_t id = h2_peer_gets(r.peer, "/");
        rig_run(&r);
        h2_peer_resets(r.peer, id, H2_CANCEL);
        rig_run(&r);
        r.now_ms += 1000 / H2_RESETS_PER_S;
    }
    assert_false(h2_broken(r.s)->seen);
    rig_end(&r);
}

/* CVE-2025-8671: the client makes us do the dropping. */
static void streams_that_we_are_made_to_refuse_count_as_well(void **state)
{
    (void)state;
    for (int by_length = 0; by_length < 2; by_length++) {
        struct rig r = rig_of_client();
        int n = 0;

        for (; n < 2 * H2_RESETS_BURST && !h2_broken(r.s)->seen; n++) {
            int32_t id = h2_peer_asks(
                r.peer, by_length ? POST "content-length: 9\n" : GET "connection: x\n", by_length);
            if (by_length)
                h2_peer_ends(r.peer, id, NULL);
            rig_run(&r);
        }
        assert_in_range(n, H2_RESETS_BURST, H2_RESETS_BURST + 1);
        assert_int_equal(h2_broken(r.s)->code, H2_ENHANCE_YOUR_CALM);
        rig_end(&r);
    }
}

static void a_body_that_is_not_as_long_as_announced_is_a_fault(void **state)
{
    struct rig r = rig_of_client();

    (void)state;
    int32_t id = h2_peer_asks(r.peer, POST "content-length: 9\n", true);
    h2_peer_says(r.peer, id, "short");
    h2_peer_ends(r.peer, id, NULL);
    assert_non_null(strstr(rig_said(&r), "1 closed PROTOCOL_ERROR\n"));
    assert_int_equal(h2_stream_broken(r.s)->code, H2_PROTOCOL_ERROR);
    assert_non_null(strstr(h2_stream_broken(r.s)->why, "RFC 9113 §8.1.1"));
    rig_end(&r);
}

static void a_reset_of_our_own_is_no_fault(void **state)
{
    struct rig r = rig_of_client();

    (void)state;
    int32_t id = h2_peer_asks(r.peer, POST, true);
    rig_run(&r);
    h2_reset(r.s, id, H2_PROTOCOL_ERROR);
    rig_run(&r);
    assert_false(h2_stream_broken(r.s)->seen);
    rig_end(&r);
}

static void frames_that_say_nothing_end_the_connection_in_the_end(void **state)
{
    static const struct hostile cases[] = {
        {"PING", PING, 0, 0, BYTES("12345678")},
        {"SETTINGS", SETTINGS, 0, 0, BYTES("")},
        {"PRIORITY", PRIORITY, 0, 99, BYTES("\0\0\0\0\1")},
        {"empty DATA", DATA, 0, 1, BYTES("")},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rig r = rig_of_client();

        h2_peer_asks(r.peer, POST, true);
        rig_run(&r);
        for (int n = 0; n < H2_IDLE_FRAMES_BURST + 10; n++) {
            h2_peer_sends_frame(r.peer, cases[i].type, cases[i].flags, cases[i].stream,
                cases[i].payload, cases[i].n);
            if (n % 100 == 0)
                rig_run(&r);
        }
        rig_run(&r);
        if (h2_broken(r.s)->code != H2_ENHANCE_YOUR_CALM)
            fail_msg("%s: %s", cases[i].what, h2_broken(r.s)->why);
        rig_end(&r);
    }
}

static void continuation_without_end_ends_the_connection(void **state)
{
    struct rig r = rig_of_client();

    (void)state;
    h2_peer_sends_frame(r.peer, HEADERS, 0, 1, BYTES("\x82"));
    for (int n = 0; n < H2_CONTINUATIONS_MOST + 2; n++)
        h2_peer_sends_frame(r.peer, CONTINUATION, 0, 1, BYTES(""));
    rig_run(&r);
    assert_true(h2_broken(r.s)->seen);
    rig_end(&r);
}

static void ask_with_fields(struct rig *r, size_t n, size_t len)
{
    struct text fields = {0};

    text_add(&fields, GET);
    for (size_t i = 0; i < n; i++) {
        text_printf(&fields, "x-%zu: ", i);
        for (size_t k = 0; k < len; k++)
            text_add_char(&fields, 'v');
        text_add_char(&fields, '\n');
    }
    h2_peer_asks(r->peer, text_str(&fields), false);
    text_fini(&fields);
}

static void a_head_too_large_is_cut_and_told(void **state)
{
    struct rig r = rig_of_client();

    (void)state;
    ask_with_fields(&r, H2_FIELDS_MOST + 1, 1);
    assert_non_null(strstr(rig_said(&r), " cut\n"));
    ask_with_fields(&r, 20, 3000);
    assert_null(strstr(rig_said(&r), " cut\n"));
    ask_with_fields(&r, 17, 3900);
    assert_non_null(strstr(rig_said(&r), " cut\n"));
    assert_false(h2_broken(r.s)->seen);
    rig_end(&r);
}

/* A table entry of 4 KiB, named again and again by one byte each (CVE-2016-6581). */
static void a_head_that_unfolds_without_end_ends_the_connection(void **state)
{
    struct rig r = rig_of_client();
    struct evbuffer *block = evbuffer_new();
    char value[3900], again[200];

    (void)state;
    memset(value, 'v', sizeof value);
    memset(again, 0xbe, sizeof again);
    evbuffer_add(block, BYTES("\x82\x87\x84\x40\x01x\x7f\xbd\x1d")); /* 127 + 61 + 29 * 128 */
    evbuffer_add(block, value, sizeof value);
    evbuffer_add(block, again, sizeof again);
    h2_peer_sends_frame(r.peer, HEADERS, END_HEADERS | END_STREAM, 1, evbuffer_pullup(block, -1),
        evbuffer_get_length(block));
    evbuffer_free(block);
    rig_run(&r);
    assert_int_equal(h2_broken(r.s)->code, H2_ENHANCE_YOUR_CALM);
    rig_end(&r);
}

static void too_many_streams_at_once_are_refused(void **state)
{
    struct rig r = rig_of_client();

    (void)state;
    for (int i = 0; i < 120; i++) /* 100 were offered */
        h2_peer_gets(r.peer, "/");
    rig_run(&r);
    h2_peer_sends_frame(
        r.peer, HEADERS, END_HEADERS | END_STREAM, 401, BYTES("\x82\x87\x84\x41\x01x"));
    rig_run(&r);
    assert_null(strstr(text_str(&r.said), "401 head"));
    rig_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_malformed_request_is_refused_alone),
        cmocka_unit_test(a_name_in_capitals_is_refused),
        cmocka_unit_test(the_fault_names_the_frame_but_no_value),
        cmocka_unit_test(a_frame_against_the_rules_ends_the_connection),
        cmocka_unit_test(a_preface_that_is_none_is_named),
        cmocka_unit_test(a_site_may_push_nothing),
        cmocka_unit_test(streams_begun_and_dropped_too_fast_end_the_connection),
        cmocka_unit_test(a_client_that_drops_streams_over_time_is_let_be),
        cmocka_unit_test(streams_that_we_are_made_to_refuse_count_as_well),
        cmocka_unit_test(a_body_that_is_not_as_long_as_announced_is_a_fault),
        cmocka_unit_test(a_reset_of_our_own_is_no_fault),
        cmocka_unit_test(frames_that_say_nothing_end_the_connection_in_the_end),
        cmocka_unit_test(continuation_without_end_ends_the_connection),
        cmocka_unit_test(a_head_too_large_is_cut_and_told),
        cmocka_unit_test(a_head_that_unfolds_without_end_ends_the_connection),
        cmocka_unit_test(too_many_streams_at_once_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
