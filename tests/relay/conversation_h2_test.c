/* Conversations in HTTP/2: streams that cross, and how they and their connections end. */
#include "h2_chat.h"

#define POST(path) ":method: POST\n:scheme: https\n:authority: shop.example\n:path: " path "\n"
#define OK ":status: 200\n"

enum { STREAMS = 3, CONNECT = 8 }; /* RFC 9113 §6.5.2, RFC 8441 §3 */

static void a_request_and_its_response_cross_as_they_came(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    h2_peer_gets(chat.phone_end, "/a");
    assert_string_equal(
        site_log(&chat), "1 :method=GET :scheme=https :authority=shop.example :path=/a\n1 end\n");
    talk_wait(chat.t, 500);
    h2_peer_answers(chat.site_end, 1, OK "server: s\n", true);
    h2_peer_says(chat.site_end, 1, "hello");
    h2_peer_ends(chat.site_end, 1, NULL);
    assert_string_equal(phone_log(&chat), "1 :status=200 server=s\n1 data hello\n1 end\n");
    const struct flow *f = chat_over(&chat);
    assert_string_equal(f->client_leg->alpn, "h2");
    assert_string_equal(f->server_leg->alpn, "h2");
    assert_int_equal(f->n_exchanges, 1);
    assert_string_equal(f->exchanges[0].method, "GET");
    assert_string_equal(f->exchanges[0].url, "https://shop.example/a");
    assert_int_equal(f->exchanges[0].status, 200);
    assert_int_equal(f->exchanges[0].ms, 500);
    assert_int_equal(f->exchanges[0].response_bytes, 5);
    assert_int_equal(f->n_diagnosis, 0);
    assert_false(flow_has_note(f, "h2/reset"));
    chat_end(&chat);
}

static void streams_are_answered_in_any_order(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    h2_peer_gets(chat.phone_end, "/1");
    h2_peer_gets(chat.phone_end, "/2");
    h2_peer_gets(chat.phone_end, "/3");
    chat_run(&chat);
    h2_peer_answers(chat.site_end, 5, ":status: 203\n", false);
    h2_peer_answers(chat.site_end, 1, ":status: 201\n", false);
    assert_string_equal(phone_log(&chat), "5 :status=203\n5 end\n1 :status=201\n1 end\n");
    h2_peer_answers(chat.site_end, 3, ":status: 202\n", false);
    chat_run(&chat);
    const struct flow *f = chat_over(&chat);
    for (int i = 0; i < 3; i++)
        assert_int_equal(f->exchanges[i].status, 201 + i);
    chat_end(&chat);
}

/* Rules that listen to responses alone were shown the request of the first one. */
static void each_request_keeps_its_own_fields(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    talk_listens_only_to(chat.t, MOMENT_RESPONSE);
    h2_peer_asks(chat.phone_end, POST("/1") "x-first: one\n", false);
    assert_true(has(site_log(&chat), " x-first=one\n"));
    h2_peer_answers(chat.site_end, 1, OK, false);
    chat_run(&chat);
    h2_peer_asks(chat.phone_end, POST("/2") "accept: two\n", false);
    const char *heard = site_log(&chat);
    assert_true(has(heard, " accept=two\n"));
    assert_false(has(heard, "x-first"));
    chat_over(&chat);
    chat_end(&chat);
}

static void five_hundred_streams_share_a_connection(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    for (int i = 0; i < 500; i++)
        h2_peer_gets(chat.phone_end, "/");
    chat_run(&chat);
    for (int32_t id = 1; id < 1000; id += 2)
        h2_peer_answers(chat.site_end, id, OK, false);
    assert_true(has(phone_log(&chat), "999 :status=200\n999 end\n"));
    const struct flow *f = chat_over(&chat);
    assert_int_equal(f->n_exchanges + f->n_exchanges_cut, 500);
    chat_end(&chat);
}

static void bodies_trailers_and_interim_responses_cross(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    h2_peer_asks(chat.phone_end, POST("/grpc") "te: trailers\n", true);
    h2_peer_says(chat.phone_end, 1, "ask");
    assert_true(has(site_log(&chat), " te=trailers\n1 data ask\n"));
    h2_peer_answers(chat.site_end, 1, ":status: 103\nlink: </a.css>\n", false);
    h2_peer_answers(chat.site_end, 1, OK, true);
    h2_peer_says(chat.site_end, 1, "reply");
    assert_string_equal(
        phone_log(&chat), "1 :status=103 link=</a.css>\n1 :status=200\n1 data reply\n");
    h2_peer_ends(chat.phone_end, 1, "x-sum: 3\n");
    assert_string_equal(site_log(&chat), "1 x-sum=3\n1 end\n");
    h2_peer_ends(chat.site_end, 1, "grpc-status: 0\n");
    assert_string_equal(phone_log(&chat), "1 grpc-status=0\n1 end\n");
    const struct flow *f = chat_over(&chat);
    assert_int_equal(f->exchanges[0].request_bytes, 3);
    assert_int_equal(f->exchanges[0].response_bytes, 5);
    chat_end(&chat);
}

static void resets_cross_with_their_codes(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    h2_peer_gets(chat.phone_end, "/1");
    h2_peer_gets(chat.phone_end, "/2");
    chat_run(&chat);
    h2_peer_log(chat.site_end);
    h2_peer_resets(chat.phone_end, 1, 8);
    assert_string_equal(site_log(&chat), "1 reset CANCEL\n");
    h2_peer_resets(chat.site_end, 3, 13);
    assert_string_equal(phone_log(&chat), "3 reset HTTP_1_1_REQUIRED\n");
    const struct flow *f = chat_over(&chat);
    assert_true(flow_has_note(f, "h2/reset"));
    chat_end(&chat);
}

/* RFC 9113 §8.1 */
static void an_early_answer_ends_the_request_behind_it(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    h2_peer_asks(chat.phone_end, POST("/up"), true);
    h2_peer_says(chat.phone_end, 1, "much");
    chat_run(&chat);
    h2_peer_answers(chat.site_end, 1, ":status: 413\n", true);
    h2_peer_says(chat.site_end, 1, "no");
    h2_peer_ends(chat.site_end, 1, NULL);
    chat_run(&chat);
    h2_peer_resets(chat.site_end, 1, 0);
    assert_string_equal(phone_log(&chat), "1 :status=413\n1 data no\n1 end\n1 reset NO_ERROR\n");
    assert_int_equal(chat_over(&chat)->exchanges[0].status, 413);
    chat_end(&chat);
}

static void a_slow_reader_slows_the_site(void **state)
{
    struct h2_chat chat =
        chat_with(&(struct h2_peer_config){.slow = true}, &(struct h2_peer_config){.site = true});
    enum { MUCH = 8 * 1024 * 1024 };

    (void)state;
    h2_peer_gets(chat.phone_end, "/big");
    chat_run(&chat);
    h2_peer_answers(chat.site_end, 1, OK, true);
    h2_peer_says_much(chat.site_end, 1, MUCH);
    h2_peer_ends(chat.site_end, 1, NULL);
    chat_run(&chat);
    assert_int_equal(h2_peer_body(chat.phone_end), 65535);
    for (size_t seen = 0; seen < h2_peer_body(chat.phone_end);) {
        size_t n = h2_peer_body(chat.phone_end) - seen;

        seen += n;
        h2_peer_takes(chat.phone_end, 1, n);
        chat_run(&chat);
    }
    assert_int_equal(h2_peer_body(chat.phone_end), MUCH);
    assert_int_equal(chat_over(&chat)->exchanges[0].response_bytes, MUCH);
    chat_end(&chat);
}

static void what_waits_for_a_reader_that_stopped_is_bounded(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    for (int i = 0; i < 50; i++)
        h2_peer_gets(chat.phone_end, "/big");
    chat_run(&chat);
    caller_holds(chat.c, true);
    for (int32_t id = 1; id < 100; id += 2) {
        h2_peer_answers(chat.site_end, id, OK, true);
        h2_peer_says_much(chat.site_end, id, 1024 * 1024);
        h2_peer_ends(chat.site_end, id, NULL);
    }
    chat_run(&chat);
    assert_in_range(caller_backlog(chat.c), 1, 512 * 1024);
    caller_holds(chat.c, false);
    chat_run(&chat);
    assert_int_equal(h2_peer_body(chat.phone_end), 50 * 1024 * 1024);
    chat_over(&chat);
    chat_end(&chat);
}

/* A site that has said all on a stream still waits for the window of what the client has not read.
 */
static void the_window_of_a_stream_that_ended_comes_back(void **state)
{
    struct h2_chat chat = chat_begin();
    enum { ROUNDS = 8, STREAMS_EACH = 10, EACH = 60000 };

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        caller_holds(chat.c, true);
        for (int i = 0; i < STREAMS_EACH; i++) {
            int32_t id = h2_peer_gets(chat.phone_end, "/");

            chat_run(&chat);
            h2_peer_answers(chat.site_end, id, OK, true);
            h2_peer_says_much(chat.site_end, id, EACH);
            h2_peer_ends(chat.site_end, id, NULL);
        }
        chat_run(&chat);
        caller_holds(chat.c, false);
        chat_run(&chat);
    }
    assert_int_equal(h2_peer_body(chat.phone_end), ROUNDS * STREAMS_EACH * EACH);
    chat_over(&chat);
    chat_end(&chat);
}

static void the_client_is_offered_what_the_site_offers(void **state)
{
    struct h2_chat chat = chat_with(&(struct h2_peer_config){.site = false},
        &(struct h2_peer_config){.site = true, .streams = 7, .connect = true});

    (void)state;
    assert_int_equal(h2_peer_offered(chat.phone_end, STREAMS), 7);
    assert_int_equal(h2_peer_offered(chat.phone_end, CONNECT), 1);
    h2_peer_asks(chat.phone_end,
        ":method: CONNECT\n:protocol: websocket\n:scheme: https\n:authority: shop.example\n:path: "
        "/ws\n",
        true);
    chat_run(&chat);
    h2_peer_answers(chat.site_end, 1, OK, true);
    h2_peer_says(chat.phone_end, 1, "ping");
    h2_peer_says(chat.site_end, 1, "pong");
    assert_true(has(site_log(&chat), ":protocol=websocket\n1 data ping\n"));
    assert_string_equal(phone_log(&chat), "1 :status=200\n1 data pong\n");
    chat_over(&chat);
    chat_end(&chat);
}

static void extended_connect_is_not_offered_where_the_site_does_not(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    assert_int_equal(h2_peer_offered(chat.phone_end, CONNECT), 0);
    chat_over(&chat);
    chat_end(&chat);
}

static void the_client_waits_for_the_settings_of_the_site(void **state)
{
    struct h2_chat chat = chat_of(talk_new(), &(struct h2_peer_config){.site = false}, NULL);

    (void)state;
    h2_peer_gets(chat.phone_end, "/");
    assert_string_equal(phone_log(&chat), "");
    chat.site_end = h2_peer_new(&(struct h2_peer_config){.site = true, .streams = 5});
    assert_string_equal(phone_log(&chat), "settings\n");
    assert_int_equal(h2_peer_offered(chat.phone_end, STREAMS), 5);
    h2_peer_settings(chat.site_end, 6);
    assert_string_equal(phone_log(&chat), "settings\n");
    assert_int_equal(h2_peer_offered(chat.phone_end, STREAMS), 6);
    chat_over(&chat);
    chat_end(&chat);
}

static void a_goodbye_of_the_site_reaches_the_client(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    h2_peer_gets(chat.phone_end, "/1");
    h2_peer_gets(chat.phone_end, "/2");
    chat_run(&chat);
    h2_peer_goes(chat.site_end, 1, 0, "");
    const char *log = phone_log(&chat);
    assert_true(has(log, "goaway 1 NO_ERROR"));
    assert_true(has(log, "3 reset REFUSED_STREAM")); /* it may be asked again elsewhere */
    h2_peer_answers(chat.site_end, 1, OK, false);
    assert_true(has(phone_log(&chat), "1 :status=200\n1 end\n"));
    const struct flow *f = chat_flow(&chat); /* nothing is open: the connection ends */
    assert_int_equal(f->n_diagnosis, 0);
    chat_end(&chat);
}

static void a_goodbye_of_the_client_reaches_the_site(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    h2_peer_gets(chat.phone_end, "/1");
    chat_run(&chat);
    h2_peer_log(chat.site_end);
    h2_peer_goes(chat.phone_end, 0, 0, "");
    assert_true(has(site_log(&chat), "goaway 0 NO_ERROR"));
    h2_peer_answers(chat.site_end, 1, OK, false);
    assert_true(has(phone_log(&chat), "1 :status=200\n1 end\n"));
    chat_flow(&chat);
    chat_end(&chat);
}

static void a_proxy_that_stops_says_goodbye_and_lets_streams_end(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    h2_peer_gets(chat.phone_end, "/1");
    chat_run(&chat);
    relays_drain(talk_relays(chat.t));
    assert_true(has(phone_log(&chat), "goaway 1 NO_ERROR"));
    h2_peer_answers(chat.site_end, 1, OK, false);
    assert_true(has(phone_log(&chat), "1 :status=200\n1 end\n"));
    chat_flow(&chat);
    chat_end(&chat);
}

static void a_request_for_another_host_is_sent_back(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    h2_peer_asks(chat.phone_end,
        ":method: GET\n:scheme: https\n:authority: bank.example\n:path: /\n", false);
    assert_string_equal(phone_log(&chat), "1 :status=421 content-length=0\n1 end\n");
    assert_string_equal(site_log(&chat), "");
    h2_peer_asks(chat.phone_end,
        ":method: GET\n:scheme: https\n:authority: SHOP.example:443\n:path: /\n", false);
    chat_run(&chat);
    assert_true(has(site_log(&chat), "SHOP.example:443"));
    const struct flow *f = chat_over(&chat);
    assert_int_equal(f->exchanges[0].status, 421);
    assert_string_equal(f->client_leg->misdirected, "bank.example");
    assert_string_equal(f->diagnosis[0].cause, "misdirected-421");
    chat_end(&chat);
}

static void a_site_that_sends_a_request_back_is_explained(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    h2_peer_gets(chat.phone_end, "/");
    chat_run(&chat);
    h2_peer_answers(chat.site_end, 1, ":status: 421\n", false);
    chat_run(&chat);
    const struct flow *f = chat_over(&chat);
    assert_string_equal(f->diagnosis[0].cause, "misdirected-421");
    chat_end(&chat);
}

static void a_head_that_is_too_large_is_refused_with_its_number(void **state)
{
    struct h2_chat chat = chat_begin();
    char fields[16384] = POST("/");

    (void)state;
    for (int i = 0; i < 220; i++)
        sprintf(fields + strlen(fields), "x-%d: v\n", i);
    h2_peer_asks(chat.phone_end, fields, false);
    assert_string_equal(phone_log(&chat), "1 :status=431 content-length=0\n1 end\n");
    assert_string_equal(site_log(&chat), "");
    chat_over(&chat);
    chat_end(&chat);
}

static void a_client_that_breaks_a_rule_is_named(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    h2_peer_sends_frame(chat.phone_end, 0, 0, 0, "x", 1); /* DATA on stream 0 */
    assert_true(has(phone_log(&chat), "goaway 0 PROTOCOL_ERROR"));
    const struct flow *f = chat_flow(&chat);
    assert_string_equal(f->client_leg->h2->fault, "broken");
    assert_string_equal(f->client_leg->h2->code, "PROTOCOL_ERROR");
    assert_null(f->server_leg->h2);
    assert_string_equal(f->diagnosis[0].cause, "h2-protocol-error");
    assert_string_equal(f->diagnosis[0].leg, "client");
    chat_end(&chat);
}

static void a_site_that_breaks_a_rule_is_named_on_the_page(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    h2_peer_gets(chat.phone_end, "/");
    chat_run(&chat);
    h2_peer_sends_frame(chat.site_end, 0, 0, 0, "x", 1);
    const char *log = phone_log(&chat);
    assert_true(has(log, "1 :status=502 content-type=text/html"));
    assert_true(has(log, "whytls-cause=h2-protocol-error"));
    const struct flow *f = chat_flow(&chat);
    assert_string_equal(f->server_leg->h2->fault, "broken");
    assert_null(f->client_leg->h2);
    assert_string_equal(f->diagnosis[0].cause, "h2-protocol-error");
    assert_string_equal(f->diagnosis[0].leg, "server");
    assert_int_equal(f->exchanges[0].status, 502);
    chat_end(&chat);
}

static void requests_that_a_broken_site_never_saw_are_answered_too(void **state)
{
    struct h2_chat chat = chat_with(&(struct h2_peer_config){.site = false},
        &(struct h2_peer_config){.site = true, .streams = 1});

    (void)state;
    for (int i = 0; i < 3; i++) /* against its word: two wait with us */
        h2_peer_gets(chat.phone_end, "/");
    chat_run(&chat);
    h2_peer_resets(chat.phone_end, 3, 8);
    h2_peer_sends_frame(chat.site_end, 0, 0, 0, "x", 1);
    assert_true(has(phone_log(&chat), "1 :status=502"));
    chat_flow(&chat);
    chat_end(&chat);
}

static void a_response_against_the_rules_ends_its_stream_alone(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    h2_peer_gets(chat.phone_end, "/bad");
    h2_peer_gets(chat.phone_end, "/good");
    chat_run(&chat);
    h2_peer_answers(chat.site_end, 1, OK "connection: keep-alive\n", false);
    h2_peer_answers(chat.site_end, 3, OK, false);
    const char *log = phone_log(&chat);
    assert_true(has(log, "1 reset PROTOCOL_ERROR\n"));
    assert_true(has(log, "3 :status=200\n3 end\n"));
    const struct flow *f = chat_over(&chat);
    assert_string_equal(f->server_leg->h2->fault, "stream-broken");
    assert_string_equal(f->diagnosis[0].cause, "h2-protocol-error");
    chat_end(&chat);
}

static void an_accusation_of_the_site_is_told(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    h2_peer_gets(chat.phone_end, "/");
    chat_run(&chat);
    h2_peer_goes(chat.site_end, 0, 1, "bad frame");
    chat_run(&chat);
    assert_true(has(h2_peer_log(chat.phone_end), "goaway 0 PROTOCOL_ERROR"));
    far_site_closes(chat.site);
    chat_run(&chat);
    const struct flow *f = chat_flow(&chat);
    assert_string_equal(f->server_leg->h2->fault, "accused");
    assert_string_equal(f->server_leg->h2->why, "bad frame");
    assert_string_equal(f->diagnosis[0].cause, "h2-protocol-error");
    chat_end(&chat);
}

static void a_site_that_closes_without_an_answer_gets_the_page(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    h2_peer_gets(chat.phone_end, "/");
    chat_run(&chat);
    far_site_closes(chat.site);
    assert_true(has(phone_log(&chat), "1 :status=502"));
    chat_flow(&chat);
    chat_end(&chat);
}

static void a_site_that_closes_in_the_middle_is_noted(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    h2_peer_gets(chat.phone_end, "/1");
    h2_peer_gets(chat.phone_end, "/2");
    chat_run(&chat);
    h2_peer_answers(chat.site_end, 1, OK, true);
    h2_peer_says(chat.site_end, 1, "half");
    h2_peer_answers(chat.site_end, 3, ":status: 204\n", false);
    chat_run(&chat);
    far_site_closes(chat.site);
    const char *log = phone_log(&chat);
    assert_true(has(log, "3 :status=204\n3 end\n"));
    assert_true(has(log, "1 data half\n"));
    assert_false(has(log, "1 end\n"));
    const struct flow *f = chat_flow(&chat);
    assert_true(flow_has_note(f, "http/truncated"));
    chat_end(&chat);
}

static void a_refused_site_is_explained_to_a_client_that_speaks_nothing_else(void **state)
{
    struct h2_chat chat = {.t = talk_new_with_rules()};
    struct phone_config phone = *talk_phone(chat.t, "shop.example");

    (void)state;
    phone.h2_only = true;
    talk_site(chat.t, "shop.example", &(struct far_site_config){.manner = FAR_CLOSES});
    chat.c = caller_new(chat.t);
    caller_asks(chat.c, "shop.example:443");
    caller_shakes(chat.c, &phone);
    chat.phone_end = h2_peer_new(&(struct h2_peer_config){.site = false});
    h2_peer_gets(chat.phone_end, "/");
    const char *log = phone_log(&chat);
    assert_true(has(log, "1 :status=502"));
    assert_true(has(log, "whytls-cause=server-abort-silent"));
    assert_true(has(log, "1 end\n"));
    const struct flow *f = chat_flow(&chat);
    assert_string_equal(f->client_leg->alpn, "h2");
    assert_int_equal(f->exchanges[0].status, 502);
    chat_end(&chat);
}

static void a_rule_may_refuse_a_stream(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    talk_decides(chat.t, MOMENT_REQUEST, ACTION_REFUSE);
    h2_peer_gets(chat.phone_end, "/");
    assert_string_equal(phone_log(&chat), "1 :status=403 content-length=0\n1 end\n");
    assert_string_equal(site_log(&chat), "");
    chat_over(&chat);
    chat_end(&chat);
}

static void rapid_resets_end_the_connection_of_that_client_only(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    for (int i = 0; i < H2_RESETS_BURST + 100 && relays_open(talk_relays(chat.t)) > 0; i++) {
        int32_t id = h2_peer_gets(chat.phone_end, "/");
        h2_peer_out(chat.phone_end);
        h2_peer_resets(chat.phone_end, id, 8);
        chat_run(&chat);
    }
    const struct flow *f = chat_flow(&chat);
    assert_string_equal(f->client_leg->h2->code, "ENHANCE_YOUR_CALM");
    assert_string_equal(f->diagnosis[0].leg, "client");
    chat_end(&chat);
}

static void an_idle_connection_says_goodbye(void **state)
{
    struct h2_chat chat = chat_begin();

    (void)state;
    talk_wait(chat.t, 301000);
    assert_true(has(phone_log(&chat), "goaway 0 NO_ERROR"));
    chat_flow(&chat);
    chat_end(&chat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_and_its_response_cross_as_they_came),
        cmocka_unit_test(streams_are_answered_in_any_order),
        cmocka_unit_test(each_request_keeps_its_own_fields),
        cmocka_unit_test(five_hundred_streams_share_a_connection),
        cmocka_unit_test(bodies_trailers_and_interim_responses_cross),
        cmocka_unit_test(resets_cross_with_their_codes),
        cmocka_unit_test(an_early_answer_ends_the_request_behind_it),
        cmocka_unit_test(a_slow_reader_slows_the_site),
        cmocka_unit_test(what_waits_for_a_reader_that_stopped_is_bounded),
        cmocka_unit_test(the_window_of_a_stream_that_ended_comes_back),
        cmocka_unit_test(the_client_is_offered_what_the_site_offers),
        cmocka_unit_test(extended_connect_is_not_offered_where_the_site_does_not),
        cmocka_unit_test(the_client_waits_for_the_settings_of_the_site),
        cmocka_unit_test(a_goodbye_of_the_site_reaches_the_client),
        cmocka_unit_test(a_goodbye_of_the_client_reaches_the_site),
        cmocka_unit_test(a_proxy_that_stops_says_goodbye_and_lets_streams_end),
        cmocka_unit_test(a_request_for_another_host_is_sent_back),
        cmocka_unit_test(a_site_that_sends_a_request_back_is_explained),
        cmocka_unit_test(a_head_that_is_too_large_is_refused_with_its_number),
        cmocka_unit_test(a_client_that_breaks_a_rule_is_named),
        cmocka_unit_test(a_site_that_breaks_a_rule_is_named_on_the_page),
        cmocka_unit_test(requests_that_a_broken_site_never_saw_are_answered_too),
        cmocka_unit_test(a_response_against_the_rules_ends_its_stream_alone),
        cmocka_unit_test(an_accusation_of_the_site_is_told),
        cmocka_unit_test(a_site_that_closes_without_an_answer_gets_the_page),
        cmocka_unit_test(a_site_that_closes_in_the_middle_is_noted),
        cmocka_unit_test(a_refused_site_is_explained_to_a_client_that_speaks_nothing_else),
        cmocka_unit_test(a_rule_may_refuse_a_stream),
        cmocka_unit_test(rapid_resets_end_the_connection_of_that_client_only),
        cmocka_unit_test(an_idle_connection_says_goodbye),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
