/* tests/relay/conversation_h2_rules_test.c - HTTP/2 against its rules, section by section of RFC
 * 9113: what is refused, with which code, and that nobody else on the connection is harmed by it.
 */
#include "h2_chat.h"

#define POST(path) ":method: POST\n:scheme: https\n:authority: shop.example\n:path: " path "\n"
#define GET(path) ":method: GET\n:scheme: https\n:authority: shop.example\n:path: " path "\n"
#define OK ":status: 200\n"
#define BYTES(s) s, sizeof s - 1
#define NOTHING "", 0

/* RFC 7541: GET https://shop.example/, in a form that leaves the tables as they are. */
#define HEAD "\x82\x87\x84\x01\x0cshop.example"

enum {
    DATA = 0,
    HEADERS = 1,
    PRIORITY = 2,
    RST_STREAM = 3,
    SETTINGS = 4,
    PUSH_PROMISE = 5,
    PING = 6,
    GOAWAY = 7,
    WINDOW_UPDATE = 8,
    CONTINUATION = 9,
    UNKNOWN = 0x42
};
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4, PADDED = 8, PRIORITISED = 0x20 };
enum { FRAME_MOST = 16384 };

struct frame {
    uint8_t type, flags;
    int32_t stream;
    const char *payload;
    size_t n;
};

/* How stream 3 stands when the frames come. Stream 1 is the neighbour: asked, and not answered. */
enum stands { IDLE = 0, OPEN /* a body follows */, ENDED /* nothing follows */, RESET, ANSWERED };

struct broken_rule {
    const char *what;
    enum stands stream;
    struct frame frames[3];
    const char *code; /* of GOAWAY, or of the reset of stream 3; NULL: the frames are passed over */
};

static char large[FRAME_MOST + 1];

static void stand(struct h2_chat *chat, enum stands how)
{
    if (how == IDLE)
        return;
    h2_peer_asks(chat->phone_end, POST("/"), how != ENDED && how != ANSWERED);
    chat_run(chat);
    if (how == RESET)
        h2_peer_resets(chat->phone_end, 3, 8);
    if (how == ANSWERED)
        h2_peer_answers(chat->site_end, 3, OK, false);
    chat_run(chat);
}

static void send_frames(struct h2_peer *end, const struct broken_rule *rule)
{
    for (size_t i = 0; i < 3 && rule->frames[i].payload; i++) {
        const struct frame *f = &rule->frames[i];

        h2_peer_sends_frame(end, f->type, f->flags, f->stream, f->payload, f->n);
    }
}

static struct h2_chat chat_beside_a_neighbour(enum stands how)
{
    struct h2_chat chat = chat_begin();

    h2_peer_gets(chat.phone_end, "/neighbour");
    chat_run(&chat);
    stand(&chat, how);
    h2_peer_log(chat.phone_end);
    h2_peer_log(chat.site_end);
    return chat;
}

static void the_neighbour_is_answered(struct h2_chat *chat, const char *what)
{
    h2_peer_answers(chat->site_end, 1, OK, true);
    h2_peer_says(chat->site_end, 1, "unharmed");
    h2_peer_ends(chat->site_end, 1, NULL);
    if (!has(phone_log(chat), "1 :status=200\n1 data unharmed\n1 end\n"))
        fail_msg("the neighbour was harmed: %s", what);
}

static void what_breaks_the_connection_ends_it_with_its_code(void **state)
{
    static const struct broken_rule rules[] = {
        {"§4.2 a frame of DATA that is too large", OPEN, {{DATA, 0, 3, large, FRAME_MOST + 1}},
            "FRAME_SIZE_ERROR"},
        {"§4.2 a frame of HEADERS that is too large", IDLE,
            {{HEADERS, END_HEADERS, 3, large, FRAME_MOST + 1}}, "FRAME_SIZE_ERROR"},
        {"§4.2 an unknown frame that is too large", IDLE, {{UNKNOWN, 0, 0, large, FRAME_MOST + 1}},
            "FRAME_SIZE_ERROR"},
        {"§4.3 a block that cannot be unpacked", IDLE,
            {{HEADERS, END_HEADERS, 3, BYTES("\xff\xff\xff\xff\xff\xff")}}, "COMPRESSION_ERROR"},
        {"§4.3 a table that grows beyond what was allowed", IDLE,
            {{HEADERS, END_HEADERS, 3, BYTES("\x3f\xe2\x1f" HEAD)}}, "COMPRESSION_ERROR"},
        {"§4.3 an index that names nothing", IDLE, {{HEADERS, END_HEADERS, 3, BYTES(HEAD "\xfe")}},
            "COMPRESSION_ERROR"},
        {"§4.3 another frame inside a block", IDLE,
            {{HEADERS, 0, 3, BYTES(HEAD)}, {PRIORITY, 0, 3, BYTES("\0\0\0\0\1")}},
            "PROTOCOL_ERROR"},
        {"§4.3 another stream inside a block", IDLE,
            {{HEADERS, 0, 3, BYTES(HEAD)}, {HEADERS, END_HEADERS, 5, BYTES(HEAD)}},
            "PROTOCOL_ERROR"},
        {"§5.1 DATA on an idle stream", IDLE, {{DATA, 0, 3, BYTES("x")}}, "PROTOCOL_ERROR"},
        {"§5.1 RST_STREAM on an idle stream", IDLE, {{RST_STREAM, 0, 3, BYTES("\0\0\0\x8")}},
            "PROTOCOL_ERROR"},
        {"§5.1 WINDOW_UPDATE on an idle stream", IDLE, {{WINDOW_UPDATE, 0, 3, BYTES("\0\0\0\1")}},
            "PROTOCOL_ERROR"},
        {"§5.1 DATA behind the end", ENDED, {{DATA, 0, 3, BYTES("x")}}, "STREAM_CLOSED"},
        {"§5.1 HEADERS behind the end", ENDED,
            {{HEADERS, END_HEADERS | END_STREAM, 3, BYTES(HEAD)}}, "STREAM_CLOSED"},
        {"§5.1.1 a stream with an even number", IDLE,
            {{HEADERS, END_HEADERS | END_STREAM, 4, BYTES(HEAD)}}, "PROTOCOL_ERROR"},
        {"§5.5 an unknown frame inside a block", IDLE,
            {{HEADERS, 0, 3, BYTES(HEAD)}, {UNKNOWN, 0, 3, BYTES("x")}}, "PROTOCOL_ERROR"},
        {"§6.1 DATA on stream 0", IDLE, {{DATA, 0, 0, BYTES("x")}}, "PROTOCOL_ERROR"},
        {"§6.1 more padding than frame", OPEN, {{DATA, PADDED, 3, BYTES("\x6Hello")}},
            "PROTOCOL_ERROR"},
        {"§6.2 HEADERS on stream 0", IDLE, {{HEADERS, END_HEADERS, 0, BYTES(HEAD)}},
            "PROTOCOL_ERROR"},
        {"§6.2 more padding than block", IDLE,
            {{HEADERS, END_HEADERS | PADDED, 3, BYTES("\xff" HEAD)}}, "PROTOCOL_ERROR"},
        {"§6.2 a priority that is cut off", IDLE,
            {{HEADERS, END_HEADERS | PRIORITISED, 3, BYTES("\0\0\0")}}, "FRAME_SIZE_ERROR"},
        {"§6.3 PRIORITY on stream 0", IDLE, {{PRIORITY, 0, 0, BYTES("\0\0\0\0\1")}},
            "PROTOCOL_ERROR"},
        {"§6.3 PRIORITY of four bytes", OPEN, {{PRIORITY, 0, 3, BYTES("\0\0\0\1")}},
            "FRAME_SIZE_ERROR"},
        {"§6.4 RST_STREAM on stream 0", IDLE, {{RST_STREAM, 0, 0, BYTES("\0\0\0\x8")}},
            "PROTOCOL_ERROR"},
        {"§6.4 RST_STREAM of three bytes", OPEN, {{RST_STREAM, 0, 3, BYTES("\0\0\x8")}},
            "FRAME_SIZE_ERROR"},
        {"§6.5 an acknowledgement that says something", IDLE,
            {{SETTINGS, ACK, 0, BYTES("\0\3\0\0\0\1")}}, "FRAME_SIZE_ERROR"},
        {"§6.5 SETTINGS on a stream", OPEN, {{SETTINGS, 0, 3, BYTES("\0\3\0\0\0\1")}},
            "PROTOCOL_ERROR"},
        {"§6.5 SETTINGS of five bytes", IDLE, {{SETTINGS, 0, 0, BYTES("\0\3\0\0\0")}},
            "FRAME_SIZE_ERROR"},
        {"§6.5.2 ENABLE_PUSH that is neither 0 nor 1", IDLE,
            {{SETTINGS, 0, 0, BYTES("\0\2\0\0\0\2")}}, "PROTOCOL_ERROR"},
        {"§6.5.2 a window above 2^31-1", IDLE, {{SETTINGS, 0, 0, BYTES("\0\4\x80\0\0\0")}},
            "FLOW_CONTROL_ERROR"},
        {"§6.5.2 a frame size below 16384", IDLE, {{SETTINGS, 0, 0, BYTES("\0\5\0\0\x3f\xff")}},
            "PROTOCOL_ERROR"},
        {"§6.5.2 a frame size above 2^24-1", IDLE, {{SETTINGS, 0, 0, BYTES("\0\5\1\0\0\0")}},
            "PROTOCOL_ERROR"},
        {"§6.5.3 an acknowledgement of nothing", IDLE, {{SETTINGS, ACK, 0, NOTHING}},
            "PROTOCOL_ERROR"},
        {"§6.6 a promise of the client", OPEN,
            {{PUSH_PROMISE, END_HEADERS, 3, BYTES("\0\0\0\2" HEAD)}}, "PROTOCOL_ERROR"},
        {"§6.7 PING of seven bytes", IDLE, {{PING, 0, 0, BYTES("1234567")}}, "FRAME_SIZE_ERROR"},
        {"§6.7 PING on a stream", OPEN, {{PING, 0, 3, BYTES("12345678")}}, "PROTOCOL_ERROR"},
        {"§6.8 GOAWAY on a stream", OPEN, {{GOAWAY, 0, 3, BYTES("\0\0\0\0\0\0\0\0")}},
            "PROTOCOL_ERROR"},
        {"§6.8 GOAWAY of seven bytes", IDLE, {{GOAWAY, 0, 0, BYTES("\0\0\0\0\0\0\0")}},
            "FRAME_SIZE_ERROR"},
        {"§6.9 the connection's window by nothing", IDLE,
            {{WINDOW_UPDATE, 0, 0, BYTES("\0\0\0\0")}}, "PROTOCOL_ERROR"},
        {"§6.9 a stream's window by nothing", OPEN, {{WINDOW_UPDATE, 0, 3, BYTES("\0\0\0\0")}},
            "PROTOCOL_ERROR"},
        {"§6.9 WINDOW_UPDATE of three bytes", IDLE, {{WINDOW_UPDATE, 0, 0, BYTES("\0\0\1")}},
            "FRAME_SIZE_ERROR"},
        {"§6.9.1 the connection's window above 2^31-1", IDLE,
            {{WINDOW_UPDATE, 0, 0, BYTES("\x7f\xff\xff\xff")}}, "FLOW_CONTROL_ERROR"},
        {"§6.10 CONTINUATION without HEADERS", OPEN,
            {{CONTINUATION, END_HEADERS, 3, BYTES("\x82")}}, "PROTOCOL_ERROR"},
        {"§6.10 CONTINUATION on stream 0", IDLE,
            {{HEADERS, 0, 3, BYTES(HEAD)}, {CONTINUATION, END_HEADERS, 0, BYTES("\x82")}},
            "PROTOCOL_ERROR"},
        {"§6.10 CONTINUATION behind a block that ended", IDLE,
            {{HEADERS, END_HEADERS, 3, BYTES(HEAD)}, {CONTINUATION, END_HEADERS, 3, BYTES("\x82")}},
            "PROTOCOL_ERROR"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct h2_chat chat = chat_beside_a_neighbour(rules[i].stream);
        char wanted[64];

        snprintf(wanted, sizeof wanted, " %s ", rules[i].code);
        send_frames(chat.phone_end, &rules[i]);
        const char *log = phone_log(&chat);
        if (!has(log, "goaway ") || !has(log, wanted))
            fail_msg("%s: %s", rules[i].what, log);
        const struct flow *f = chat_flow(&chat);
        assert_string_equal(f->client_leg->h2->fault, "broken");
        assert_string_equal(f->client_leg->h2->code, rules[i].code);
        assert_null(f->server_leg->h2);
        assert_string_equal(f->diagnosis[0].cause, "h2-protocol-error");
        assert_string_equal(f->diagnosis[0].leg, "client");
        chat_end(&chat);
    }
}

static void what_breaks_a_stream_ends_that_alone(void **state)
{
    static const struct broken_rule rules[] = {
        {"§6.9.1 a stream's window above 2^31-1", OPEN,
            {{WINDOW_UPDATE, 0, 3, BYTES("\x7f\xff\xff\xff")}}, "FLOW_CONTROL_ERROR"},
        {"§8.1 a second head that ends nothing", OPEN,
            {{HEADERS, END_HEADERS, 3, BYTES("\x10\x01x\x01v")}}, "PROTOCOL_ERROR"},
        {"§8.1 a pseudo field in a trailer section", OPEN,
            {{HEADERS, END_HEADERS | END_STREAM, 3, BYTES("\x82")}}, "PROTOCOL_ERROR"},
        {"§8.2.1 capitals in a trailer section", OPEN,
            {{HEADERS, END_HEADERS | END_STREAM, 3, BYTES("\x10\x01X\x01v")}}, "PROTOCOL_ERROR"},
        {"§8.2.2 a field of the connection in a trailer section", OPEN,
            {{HEADERS, END_HEADERS | END_STREAM, 3,
                BYTES("\x10\x0a"
                      "connection\x05"
                      "close")}},
            "PROTOCOL_ERROR"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct h2_chat chat = chat_beside_a_neighbour(rules[i].stream);
        char wanted[64];

        snprintf(wanted, sizeof wanted, "3 reset %s\n", rules[i].code);
        send_frames(chat.phone_end, &rules[i]);
        const char *log = phone_log(&chat);
        if (!has(log, wanted) || has(log, "goaway"))
            fail_msg("%s: %s", rules[i].what, log);
        assert_true(has(site_log(&chat), "3 reset "));
        the_neighbour_is_answered(&chat, rules[i].what);
        const struct flow *f = chat_over(&chat);
        assert_string_equal(f->client_leg->h2->fault, "stream-broken");
        assert_string_equal(f->client_leg->h2->code, rules[i].code);
        chat_end(&chat);
    }
}

static void what_the_rules_let_pass_is_passed_over(void **state)
{
    static const struct broken_rule rules[] = {
        {"§4.1 an unknown frame", IDLE, {{UNKNOWN, 0xff, 0, BYTES("x")}}, NULL},
        {"§4.1 an unknown frame on a stream", OPEN, {{UNKNOWN, 0, 3, BYTES("x")}}, NULL},
        {"§4.1 flags that mean nothing", IDLE, {{PING, 0xfe, 0, BYTES("12345678")}}, NULL},
        {"§5.1 DATA behind a reset", RESET, {{DATA, 0, 3, BYTES("x")}}, NULL},
        {"§5.1 WINDOW_UPDATE behind a reset", RESET, {{WINDOW_UPDATE, 0, 3, BYTES("\0\0\0\1")}},
            NULL},
        {"§5.1 RST_STREAM twice", RESET, {{RST_STREAM, 0, 3, BYTES("\0\0\0\x8")}}, NULL},
        {"§5.1 WINDOW_UPDATE behind the answer", ANSWERED,
            {{WINDOW_UPDATE, 0, 3, BYTES("\0\0\0\1")}}, NULL},
        {"§5.3 PRIORITY of a stream that is not there", IDLE,
            {{PRIORITY, 0, 99, BYTES("\0\0\0\0\1")}}, NULL},
        {"§6.1 padding", OPEN, {{DATA, PADDED, 3, BYTES("\x3hi\0\0\0")}}, NULL},
        {"§6.7 an answer that was not asked for", IDLE, {{PING, ACK, 0, BYTES("12345678")}}, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct h2_chat chat = chat_beside_a_neighbour(rules[i].stream);

        send_frames(chat.phone_end, &rules[i]);
        const char *log = phone_log(&chat);
        if (has(log, "goaway") || has(log, "reset"))
            fail_msg("%s: %s", rules[i].what, log);
        the_neighbour_is_answered(&chat, rules[i].what);
        const struct flow *f = chat_over(&chat);
        assert_null(f->client_leg->h2);
        chat_end(&chat);
    }
}

static void a_site_that_breaks_a_rule_ends_with_its_code(void **state)
{
    static const struct broken_rule rules[] = {
        {"§4.2 a frame that is too large", OPEN, {{DATA, 0, 3, large, FRAME_MOST + 1}},
            "FRAME_SIZE_ERROR"},
        {"§4.3 a block that cannot be unpacked", OPEN,
            {{HEADERS, END_HEADERS, 3, BYTES("\xff\xff\xff\xff\xff\xff")}}, "COMPRESSION_ERROR"},
        {"§5.1 an answer to a stream that nobody began", OPEN,
            {{HEADERS, END_HEADERS, 5, BYTES("\x88")}}, "PROTOCOL_ERROR"},
        {"§5.1 DATA on a stream that nobody began", OPEN, {{DATA, 0, 5, BYTES("x")}},
            "PROTOCOL_ERROR"},
        {"§5.1.1 a stream of its own", OPEN, {{HEADERS, END_HEADERS, 2, BYTES("\x88")}},
            "PROTOCOL_ERROR"},
        {"§6.1 more padding than frame", OPEN,
            {{HEADERS, END_HEADERS, 3, BYTES("\x88")}, {DATA, PADDED, 3, BYTES("\x6Hello")}},
            "PROTOCOL_ERROR"},
        {"§8.1 DATA before any head", ENDED, {{DATA, 0, 3, BYTES("x")}}, "PROTOCOL_ERROR"},
        {"§6.5.2 ENABLE_PUSH by a server", OPEN, {{SETTINGS, 0, 0, BYTES("\0\2\0\0\0\1")}},
            "PROTOCOL_ERROR"},
        {"§6.5.2 a window above 2^31-1", OPEN, {{SETTINGS, 0, 0, BYTES("\0\4\x80\0\0\0")}},
            "FLOW_CONTROL_ERROR"},
        {"§6.6 a promise that was not allowed", OPEN,
            {{PUSH_PROMISE, END_HEADERS, 3, BYTES("\0\0\0\2" HEAD)}}, "PROTOCOL_ERROR"},
        {"§6.9 the connection's window by nothing", OPEN,
            {{WINDOW_UPDATE, 0, 0, BYTES("\0\0\0\0")}}, "PROTOCOL_ERROR"},
        {"§6.9.1 the connection's window above 2^31-1", OPEN,
            {{WINDOW_UPDATE, 0, 0, BYTES("\x7f\xff\xff\xff")}}, "FLOW_CONTROL_ERROR"},
        {"§6.10 CONTINUATION without HEADERS", OPEN,
            {{CONTINUATION, END_HEADERS, 3, BYTES("\x88")}}, "PROTOCOL_ERROR"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct h2_chat chat = chat_beside_a_neighbour(rules[i].stream);

        send_frames(chat.site_end, &rules[i]);
        if (!has(phone_log(&chat), "1 :status=502"))
            fail_msg("%s: no page", rules[i].what);
        const struct flow *f = chat_over(&chat);
        if (strcmp(f->server_leg->h2->code, rules[i].code) != 0)
            fail_msg("%s: %s", rules[i].what, f->server_leg->h2->code);
        assert_string_equal(f->server_leg->h2->fault, "broken");
        assert_null(f->client_leg->h2);
        assert_string_equal(f->diagnosis[0].cause, "h2-protocol-error");
        assert_string_equal(f->diagnosis[0].leg, "server");
        chat_end(&chat);
    }
}

static void a_malformed_response_ends_its_stream_alone(void **state)
{
    static const struct broken_rule rules[] = {
        {"§8.1 an interim head that ends the stream", ENDED,
            {{HEADERS, END_HEADERS | END_STREAM, 3,
                BYTES("\x08\x03"
                      "103")}},
            NULL},
        {"§8.1 trailers that do not end", ENDED,
            {{HEADERS, END_HEADERS, 3, BYTES("\x88")},
                {HEADERS, END_HEADERS, 3, BYTES("\x10\x01x\x01v")}},
            NULL},
        {"§8.1.1 more bytes than were announced", ENDED,
            {{HEADERS, END_HEADERS, 3,
                 BYTES("\x88\x0f\x0d\x01"
                       "1")},
                {DATA, END_STREAM, 3, BYTES("xx")}},
            NULL},
        {"§8.1.1 fewer bytes than were announced", ENDED,
            {{HEADERS, END_HEADERS, 3,
                 BYTES("\x88\x0f\x0d\x01"
                       "3")},
                {DATA, END_STREAM, 3, BYTES("xx")}},
            NULL},
        {"§8.1.1 lengths that differ", ENDED,
            {{HEADERS, END_HEADERS, 3,
                BYTES("\x88\x0f\x0d\x01"
                      "1\x0f\x0d\x01"
                      "2")}},
            NULL},
        {"§8.2.1 capitals", ENDED, {{HEADERS, END_HEADERS, 3, BYTES("\x88\x10\x01X\x01v")}}, NULL},
        {"§8.2.2 a field of the connection", ENDED,
            {{HEADERS, END_HEADERS, 3,
                BYTES("\x88\x10\x0a"
                      "connection\x05"
                      "close")}},
            NULL},
        {"§8.3.2 no status", ENDED, {{HEADERS, END_HEADERS, 3, BYTES("\x10\x01x\x01v")}}, NULL},
        {"§8.3.2 two of them", ENDED, {{HEADERS, END_HEADERS, 3, BYTES("\x88\x89")}}, NULL},
        {"§8.3.2 one that is no number", ENDED, {{HEADERS, END_HEADERS, 3, BYTES("\x08\x02ok")}},
            NULL},
        {"§8.3 one behind the fields", ENDED,
            {{HEADERS, END_HEADERS, 3, BYTES("\x10\x01x\x01v\x88")}}, NULL},
        {"§8.3 one of requests", ENDED, {{HEADERS, END_HEADERS, 3, BYTES("\x88\x82")}}, NULL},
        {"§8.6 101, which HTTP/2 does not have", ENDED,
            {{HEADERS, END_HEADERS, 3,
                BYTES("\x08\x03"
                      "101")}},
            NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct h2_chat chat = chat_beside_a_neighbour(rules[i].stream);

        send_frames(chat.site_end, &rules[i]);
        const char *log = phone_log(&chat);
        if (!has(log, "3 reset PROTOCOL_ERROR\n") || has(log, "goaway"))
            fail_msg("%s: %s", rules[i].what, log);
        the_neighbour_is_answered(&chat, rules[i].what);
        const struct flow *f = chat_over(&chat);
        if (!f->server_leg->h2)
            fail_msg("%s: not told", rules[i].what);
        assert_string_equal(f->server_leg->h2->fault, "stream-broken");
        assert_false(flow_has_note(f, "h2/reset"));
        chat_end(&chat);
    }
}

/* §6.9.1: the window that was given is all that may come. */
static void more_than_the_window_allows_ends_the_connection(void **state)
{
    struct h2_chat chat = chat_beside_a_neighbour(OPEN);

    (void)state;
    talk_far_holds(chat.t, 0, true);
    for (int i = 0; i < 2 * H2_WINDOW / FRAME_MOST; i++)
        h2_peer_sends_frame(chat.phone_end, DATA, 0, 3, large, FRAME_MOST);
    assert_true(has(phone_log(&chat), " FLOW_CONTROL_ERROR "));
    talk_far_holds(chat.t, 0, false);
    chat_run(&chat);
    assert_string_equal(chat_flow(&chat)->client_leg->h2->code, "FLOW_CONTROL_ERROR");
    chat_end(&chat);
}

/* §5.1: frames on their way when a stream is reset belong to the window of the connection still. */
static void bytes_behind_a_reset_take_no_window_for_good(void **state)
{
    struct h2_chat chat = chat_beside_a_neighbour(RESET);

    (void)state;
    for (int i = 0; i < 4 * H2_WINDOW / FRAME_MOST; i++) {
        h2_peer_sends_frame(chat.phone_end, DATA, 0, 3, large, FRAME_MOST);
        chat_run(&chat);
    }
    int32_t id = h2_peer_asks(chat.phone_end, POST("/up"), true);
    h2_peer_says_much(chat.phone_end, id, 3 * H2_WINDOW);
    h2_peer_ends(chat.phone_end, id, NULL);
    chat_run(&chat);
    assert_int_equal(h2_peer_body(chat.site_end), 3 * H2_WINDOW);
    the_neighbour_is_answered(&chat, "bytes behind a reset");
    chat_over(&chat);
    chat_end(&chat);
}

/* §5.1.1. That it is over is not remembered: frames of it may still have been on their way. */
static void a_stream_number_begins_nothing_twice(void **state)
{
    struct h2_chat chat = chat_beside_a_neighbour(ANSWERED);

    (void)state;
    h2_peer_sends_frame(chat.phone_end, HEADERS, END_HEADERS | END_STREAM, 3, BYTES(HEAD));
    assert_string_equal(phone_log(&chat), "");
    assert_string_equal(site_log(&chat), "");
    the_neighbour_is_answered(&chat, "a number that was used");
    assert_int_equal(chat_over(&chat)->n_exchanges, 2);
    chat_end(&chat);
}

static void floods_end_the_connection_that_they_come_by(void **state)
{
    static const struct frame floods[] = {
        {PING, 0, 0, BYTES("12345678")},
        {SETTINGS, 0, 0, NOTHING},
        {PRIORITY, 0, 99, BYTES("\0\0\0\0\1")},
        {DATA, 0, 3, NOTHING},
    };

    (void)state;
    for (size_t i = 0; i < sizeof floods / sizeof floods[0]; i++)
        for (int by_site = 0; by_site < 2; by_site++) {
            struct h2_chat chat = chat_beside_a_neighbour(OPEN);
            struct h2_peer *end = by_site ? chat.site_end : chat.phone_end;

            if (by_site)
                h2_peer_answers(chat.site_end, 3, OK, true);
            chat_run(&chat);
            for (int n = 0; n < H2_IDLE_FRAMES_BURST + 10; n++) {
                h2_peer_sends_frame(
                    end, floods[i].type, 0, floods[i].stream, floods[i].payload, floods[i].n);
                if (n % 1000 == 0)
                    chat_run(&chat);
            }
            chat_run(&chat);
            const struct flow *f = chat_over(&chat);
            const struct flow_h2 *told = by_site ? f->server_leg->h2 : f->client_leg->h2;
            assert_string_equal(told->code, "ENHANCE_YOUR_CALM");
            assert_null(by_site ? f->client_leg->h2 : f->server_leg->h2);
            chat_end(&chat);
        }
}

/* CVE-2024-28182 */
static void a_head_in_endless_parts_ends_the_connection(void **state)
{
    struct h2_chat chat = chat_beside_a_neighbour(IDLE);

    (void)state;
    h2_peer_sends_frame(chat.phone_end, HEADERS, 0, 3, BYTES(HEAD));
    for (int i = 0; i < 2 * H2_CONTINUATIONS_MOST; i++)
        h2_peer_sends_frame(chat.phone_end, CONTINUATION, 0, 3, BYTES("\x10\x01x\x01v"));
    assert_true(has(phone_log(&chat), " ENHANCE_YOUR_CALM "));
    assert_string_equal(chat_flow(&chat)->client_leg->h2->fault, "broken");
    chat_end(&chat);
}

/* §6.8: what was begun before goes on; what comes after is refused and may be asked elsewhere. */
static void a_goodbye_with_work_in_flight_lets_it_end(void **state)
{
    struct h2_chat chat = chat_beside_a_neighbour(OPEN);

    (void)state;
    h2_peer_answers(chat.site_end, 3, OK, true);
    chat_run(&chat);
    h2_peer_goes(chat.site_end, 3, 0, "");
    assert_true(has(phone_log(&chat), "goaway 3 NO_ERROR"));
    h2_peer_says(chat.phone_end, 3, "more");
    h2_peer_ends(chat.phone_end, 3, NULL);
    assert_true(has(site_log(&chat), "3 data more\n3 end\n"));
    h2_peer_says(chat.site_end, 3, "and back");
    h2_peer_ends(chat.site_end, 3, "x: y\n");
    assert_true(has(phone_log(&chat), "3 data and back\n3 x=y\n3 end\n"));
    the_neighbour_is_answered(&chat, "goodbye");
    const struct flow *f = chat_flow(&chat);
    assert_int_equal(f->n_diagnosis, 0);
    chat_end(&chat);
}

/* §3.4: the client hears of the site's limits with our first frame, so it waits for the site's. */
static void a_site_that_never_sends_settings_is_given_ten_seconds(void **state)
{
    struct h2_chat chat =
        chat_of(talk_new_with_rules(), &(struct h2_peer_config){.site = false}, NULL);

    (void)state;
    h2_peer_gets(chat.phone_end, "/");
    chat_run(&chat);
    talk_wait(chat.t, 9800);
    assert_string_equal(phone_log(&chat), "");
    talk_wait(chat.t, 400);
    const char *log = phone_log(&chat);
    assert_true(has(log, "1 :status=502"));
    assert_true(has(log, "whytls-cause=h2-protocol-error"));
    const struct flow *f = chat_flow(&chat);
    assert_string_equal(f->server_leg->h2->fault, "broken");
    assert_string_equal(f->server_leg->h2->code, "SETTINGS_TIMEOUT");
    assert_true(has(f->server_leg->h2->why, "RFC 9113 §3.4"));
    assert_string_equal(f->diagnosis[0].cause, "h2-protocol-error");
    assert_string_equal(f->diagnosis[0].leg, "server");
    assert_int_equal(f->exchanges[0].status, 502);
    chat_end(&chat);
}

/* §6.7: whether this connection lives is asked of who stands at its end. */
static void a_ping_is_answered_on_its_own_leg(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    for (int i = 0; i < 5; i++) {
        h2_peer_pings(chat.phone_end);
        talk_wait(chat.t, 250000); /* each moves bytes: the connection is not idle */
        assert_string_equal(phone_log(&chat), "");
    }
    assert_string_equal(site_log(&chat), "");
    h2_peer_gets(chat.phone_end, "/");
    assert_true(has(site_log(&chat), ":path=/\n"));
    chat_over(&chat);
    chat_end(&chat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_breaks_the_connection_ends_it_with_its_code),
        cmocka_unit_test(what_breaks_a_stream_ends_that_alone),
        cmocka_unit_test(what_the_rules_let_pass_is_passed_over),
        cmocka_unit_test(a_site_that_breaks_a_rule_ends_with_its_code),
        cmocka_unit_test(a_malformed_response_ends_its_stream_alone),
        cmocka_unit_test(more_than_the_window_allows_ends_the_connection),
        cmocka_unit_test(bytes_behind_a_reset_take_no_window_for_good),
        cmocka_unit_test(a_stream_number_begins_nothing_twice),
        cmocka_unit_test(floods_end_the_connection_that_they_come_by),
        cmocka_unit_test(a_head_in_endless_parts_ends_the_connection),
        cmocka_unit_test(a_goodbye_with_work_in_flight_lets_it_end),
        cmocka_unit_test(a_site_that_never_sends_settings_is_given_ten_seconds),
        cmocka_unit_test(a_ping_is_answered_on_its_own_leg),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
