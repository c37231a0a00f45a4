#include "h2_rig.h"

static const struct h2_head get = {
    .method = "GET", .scheme = "https", .authority = "shop.example", .path = "/a"};

static void send_text(struct rig *r, int32_t stream, const char *text)
{
    struct evbuffer *b = evbuffer_new();

    evbuffer_add(b, text, strlen(text));
    h2_send(r->s, stream, b);
    evbuffer_free(b);
}

static void send_much(struct rig *r, int32_t stream, size_t n)
{
    struct evbuffer *b = evbuffer_new();
    struct evbuffer_iovec room;

    evbuffer_reserve_space(b, (ev_ssize_t)n, &room, 1);
    memset(room.iov_base, 'x', n);
    room.iov_len = n;
    evbuffer_commit_space(b, &room, 1);
    h2_send(r->s, stream, b);
    evbuffer_free(b);
}

static void a_request_without_a_body_ends_with_its_head(void **state)
{
    struct rig r = rig_of_site();

    (void)state;
    assert_int_equal(h2_ask(r.s, &get, true), 1);
    rig_run(&r);
    assert_string_equal(h2_peer_log(r.peer),
        "1 :method=GET :scheme=https :authority=shop.example :path=/a\n1 end\n");
    rig_end(&r);
}

static void a_secret_field_stays_out_of_every_table(void **state)
{
    struct rig r = rig_of_site();
    const struct h2_field fields[] = {
        {"authorization", "Bearer x", true}, {"accept", "*/*", false}};
    struct h2_head head = get;

    (void)state;
    head.fields = fields;
    head.n_fields = 2;
    h2_ask(r.s, &head, true);
    rig_run(&r);
    assert_non_null(strstr(h2_peer_log(r.peer), " authorization=Bearer x! accept=*/*\n"));
    rig_end(&r);
}

static void a_body_goes_as_it_comes_and_ends_with_its_trailers(void **state)
{
    struct rig r = rig_of_site();
    const struct h2_field field = {"grpc-status", "0", false};
    const struct h2_head trailers = {.fields = &field, .n_fields = 1};

    (void)state;
    h2_ask(r.s, &get, false);
    rig_run(&r);
    send_text(&r, 1, "one");
    assert_string_equal(rig_said(&r), "1 taken 3\n");
    send_text(&r, 1, "two");
    h2_finish(r.s, 1, &trailers);
    rig_run(&r);
    assert_string_equal(h2_peer_log(r.peer),
        "1 :method=GET :scheme=https :authority=shop.example :path=/a\n1 data one\n1 data "
        "two\n1 grpc-status=0\n1 end\n");
    rig_end(&r);
}

static void interim_responses_come_before_the_final_one(void **state)
{
    struct rig r = rig_of_client();

    (void)state;
    h2_peer_gets(r.peer, "/");
    rig_run(&r);
    h2_answer(r.s, 1, &(struct h2_head){.status = 103}, false);
    h2_answer(r.s, 1, &(struct h2_head){.status = 204}, true);
    rig_run(&r);
    assert_string_equal(h2_peer_log(r.peer), "1 :status=103\n1 :status=204\n1 end\n");
    rig_end(&r);
}

static void no_more_is_sent_than_the_window_takes(void **state)
{
    struct rig r = rig_with(H2_SERVER, &(struct h2_peer_config){.slow = true});

    (void)state;
    h2_peer_gets(r.peer, "/");
    rig_run(&r);
    h2_answer(r.s, 1, &(struct h2_head){.status = 200}, false);
    send_much(&r, 1, 200000);
    h2_finish(r.s, 1, NULL);
    rig_run(&r);
    assert_int_equal(h2_peer_body(r.peer), 65535); /* RFC 9113 §6.9.2 */
    h2_peer_takes(r.peer, 1, 65535);
    rig_run(&r);
    assert_int_equal(h2_peer_body(r.peer), 131070);
    h2_peer_takes(r.peer, 1, 65535);
    rig_run(&r);
    h2_peer_takes(r.peer, 1, 65535);
    rig_run(&r);
    assert_int_equal(h2_peer_body(r.peer), 200000);
    rig_end(&r);
}

static void no_more_is_written_than_there_is_room_for(void **state)
{
    struct rig r = rig_of_client();
    struct evbuffer *out = evbuffer_new();

    (void)state;
    h2_peer_gets(r.peer, "/");
    rig_run(&r);
    h2_answer(r.s, 1, &(struct h2_head){.status = 200}, false);
    send_much(&r, 1, 60000);
    h2_write(r.s, out, 20000);
    assert_in_range(evbuffer_get_length(out), 20000, 20000 + 16384 + 9);
    h2_peer_feed(r.peer, evbuffer_pullup(out, -1), evbuffer_get_length(out));
    evbuffer_free(out);
    h2_finish(r.s, 1, NULL);
    rig_run(&r);
    assert_int_equal(h2_peer_body(r.peer), 60000);
    rig_end(&r);
}

static void a_reset_behind_the_answer_lets_the_answer_go_first(void **state)
{
    struct rig r = rig_of_client();

    (void)state;
    h2_peer_asks(
        r.peer, ":method: POST\n:scheme: https\n:authority: shop.example\n:path: /\n", true);
    rig_run(&r);
    h2_answer(r.s, 1, &(struct h2_head){.status = 413}, false);
    send_text(&r, 1, "no");
    h2_reset_after(r.s, 1, H2_NO_ERROR);
    h2_finish(r.s, 1, NULL);
    rig_run(&r);
    assert_string_equal(h2_peer_log(r.peer), "1 :status=413\n1 data no\n1 end\n1 reset NO_ERROR\n");
    rig_end(&r);
}

static void what_is_said_on_a_stream_that_is_over_is_dropped(void **state)
{
    struct rig r = rig_of_client();

    (void)state;
    h2_peer_gets(r.peer, "/");
    rig_run(&r);
    h2_peer_resets(r.peer, 1, H2_CANCEL);
    assert_string_equal(rig_said(&r), "1 closed CANCEL\n");
    h2_answer(r.s, 1, &(struct h2_head){.status = 200}, true);
    h2_reset(r.s, 1, H2_CANCEL);
    h2_finish(r.s, 7, NULL);
    h2_took(r.s, 1, 10);
    assert_string_equal(rig_said(&r), "");
    assert_int_equal(h2_heads_waiting(r.s), 0);
    rig_end(&r);
}

static void heads_that_nobody_fetches_are_counted(void **state)
{
    struct rig r = rig_of_site();

    (void)state;
    h2_ask(r.s, &get, true);
    h2_ask(r.s, &get, true);
    assert_in_range(h2_heads_waiting(r.s), 300, 600);
    rig_run(&r);
    assert_int_equal(h2_heads_waiting(r.s), 0);
    rig_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_without_a_body_ends_with_its_head),
        cmocka_unit_test(a_secret_field_stays_out_of_every_table),
        cmocka_unit_test(a_body_goes_as_it_comes_and_ends_with_its_trailers),
        cmocka_unit_test(interim_responses_come_before_the_final_one),
        cmocka_unit_test(no_more_is_sent_than_the_window_takes),
        cmocka_unit_test(no_more_is_written_than_there_is_room_for),
        cmocka_unit_test(a_reset_behind_the_answer_lets_the_answer_go_first),
        cmocka_unit_test(what_is_said_on_a_stream_that_is_over_is_dropped),
        cmocka_unit_test(heads_that_nobody_fetches_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
