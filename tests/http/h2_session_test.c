#include "h2_rig.h"

enum { STREAMS = 3, WINDOW = 4, HEAD_LIST = 6, CONNECT = 8 }; /* RFC 9113 §6.5.2, RFC 8441 §3 */

static void a_client_is_told_what_the_site_offers(void **state)
{
    const struct h2_offer offer = {.streams = 7, .connect = true};
    struct rig r = {.s = h2_session_new(H2_SERVER, &offer),
        .peer = h2_peer_new(&(struct h2_peer_config){.site = false})};

    (void)state;
    assert_string_equal(rig_said(&r), "settings\n");
    assert_int_equal(h2_peer_offered(r.peer, STREAMS), 7);
    assert_int_equal(h2_peer_offered(r.peer, CONNECT), 1);
    assert_int_equal(h2_peer_offered(r.peer, HEAD_LIST), H2_HEAD_MOST);
    h2_offer_again(r.s, &(struct h2_offer){.streams = UINT32_MAX, .connect = true});
    rig_run(&r);
    assert_int_equal(h2_peer_offered(r.peer, STREAMS), H2_STREAMS_MOST);
    rig_end(&r);
}

static void extended_connect_is_not_offered_unasked(void **state)
{
    struct rig r = rig_of_client();

    (void)state;
    assert_int_equal(h2_peer_offered(r.peer, CONNECT), 0);
    rig_end(&r);
}

static void a_site_tells_what_it_offers(void **state)
{
    struct rig r =
        rig_with(H2_CLIENT, &(struct h2_peer_config){.site = true, .connect = true, .streams = 9});

    (void)state;
    assert_int_equal(h2_offer_of(r.s).streams, 9);
    assert_true(h2_offer_of(r.s).connect);
    assert_int_equal(h2_peer_offered(r.peer, 2), 0); /* ENABLE_PUSH */
    rig_end(&r);
}

static void events_come_in_order(void **state)
{
    struct rig r = rig_of_client();

    (void)state;
    h2_peer_asks(r.peer,
        ":method: POST\n:scheme: https\n:authority: shop.example\n:path: /p\nte: trailers\n", true);
    h2_peer_says(r.peer, 1, "hello");
    h2_peer_ends(r.peer, 1, "x-sum: 5\n");
    assert_string_equal(
        rig_said(&r), "1 head POST /p te=trailers\n1 data 5\n1 trailers x-sum=5\n1 end\n");
    rig_end(&r);
}

static void a_sender_gets_no_more_window_than_what_was_taken(void **state)
{
    struct rig r = rig_of_client();

    (void)state;
    r.forwards = false;
    h2_peer_asks(
        r.peer, ":method: POST\n:scheme: https\n:authority: shop.example\n:path: /\n", true);
    h2_peer_says_much(r.peer, 1, 4 * H2_WINDOW);
    rig_run(&r);
    assert_int_equal(evbuffer_get_length(h2_body(r.s, 1)), H2_STREAM_WINDOW);
    evbuffer_drain(h2_body(r.s, 1), H2_STREAM_WINDOW);
    h2_took(r.s, 1, H2_STREAM_WINDOW);
    rig_run(&r);
    assert_int_equal(evbuffer_get_length(h2_body(r.s, 1)), H2_STREAM_WINDOW);
    rig_end(&r);
}

static void many_slow_streams_share_one_bound(void **state)
{
    struct rig r = rig_of_client();
    size_t kept = 0;

    (void)state;
    r.forwards = false;
    for (int32_t id = 1; id < 40; id += 2) {
        h2_peer_asks(
            r.peer, ":method: POST\n:scheme: https\n:authority: shop.example\n:path: /\n", true);
        h2_peer_says_much(r.peer, id, H2_WINDOW);
    }
    rig_run(&r);
    for (int32_t id = 1; id < 40; id += 2)
        kept += evbuffer_get_length(h2_body(r.s, id));
    assert_int_equal(kept, H2_WINDOW);
    rig_end(&r);
}

static void a_goodbye_of_the_site_leaves_later_requests_unlooked_at(void **state)
{
    struct rig r = rig_of_site();
    const struct h2_head get = {
        .method = "GET", .scheme = "https", .authority = "shop.example", .path = "/"};

    (void)state;
    h2_ask(r.s, &get, true);
    h2_ask(r.s, &get, true);
    rig_run(&r);
    h2_peer_goes(r.peer, 1, H2_NO_ERROR, "");
    assert_string_equal(rig_said(&r), "goaway 1 NO_ERROR\n3 closed REFUSED_STREAM\n");
    assert_int_equal(h2_ask(r.s, &get, true), -1);
    assert_false(h2_accused(r.s)->seen);
    h2_peer_answers(r.peer, 1, ":status: 200\n", false);
    assert_string_equal(rig_said(&r), "1 head 200\n1 end\n1 closed NO_ERROR\n");
    rig_end(&r);
}

static void requests_wait_for_the_streams_that_the_site_allows(void **state)
{
    struct rig r = rig_with(H2_CLIENT, &(struct h2_peer_config){.site = true, .streams = 1});
    const struct h2_head get = {
        .method = "GET", .scheme = "https", .authority = "shop.example", .path = "/"};

    (void)state;
    h2_ask(r.s, &get, true);
    h2_ask(r.s, &get, true);
    rig_run(&r);
    assert_null(strstr(h2_peer_log(r.peer), "3 :method"));
    h2_peer_answers(r.peer, 1, ":status: 200\n", false);
    rig_run(&r);
    assert_non_null(strstr(h2_peer_log(r.peer), "3 :method"));
    rig_end(&r);
}

static void a_goodbye_of_ours_is_said_once(void **state)
{
    struct rig r = rig_of_client();

    (void)state;
    h2_peer_gets(r.peer, "/");
    rig_run(&r);
    h2_close(r.s);
    h2_close(r.s);
    rig_run(&r);
    assert_string_equal(h2_peer_log(r.peer), "goaway 1 NO_ERROR \n");
    assert_false(h2_broken(r.s)->seen);
    rig_end(&r);
}

static void an_accusation_is_kept_with_its_words(void **state)
{
    struct rig r = rig_of_site();

    (void)state;
    h2_peer_goes(r.peer, 0, H2_ENHANCE_YOUR_CALM, "too_many_pings\x1b[2J");
    assert_string_equal(rig_said(&r), "goaway 0 ENHANCE_YOUR_CALM\n");
    assert_true(h2_accused(r.s)->seen);
    assert_int_equal(h2_accused(r.s)->code, H2_ENHANCE_YOUR_CALM);
    assert_non_null(strstr(h2_accused(r.s)->why, "too_many_pings"));
    assert_null(strchr(h2_accused(r.s)->why, '\x1b'));
    rig_end(&r);
}

static void codes_have_names(void **state)
{
    (void)state;
    assert_string_equal(h2_code_name(0), "NO_ERROR");
    assert_string_equal(h2_code_name(13), "HTTP_1_1_REQUIRED");
    assert_string_equal(h2_code_name(14), "code");
}

static void a_rule_that_only_a_clock_knows_ends_the_connection(void **state)
{
    struct rig r = rig_of_site();

    (void)state;
    h2_break(r.s, H2_SETTINGS_TIMEOUT, "too late");
    rig_run(&r);
    assert_int_equal(h2_broken(r.s)->code, H2_SETTINGS_TIMEOUT);
    assert_string_equal(h2_broken(r.s)->why, "too late");
    assert_non_null(strstr(h2_peer_log(r.peer), "goaway 0 SETTINGS_TIMEOUT"));
    rig_end(&r);
}

/* What a peer makes us say while it reads nothing can be counted. */
static void frames_that_nobody_fetches_are_counted(void **state)
{
    struct rig r = rig_of_client();

    (void)state;
    assert_int_equal(h2_frames_waiting(r.s), 0);
    for (int i = 0; i < 10; i++)
        h2_peer_pings(r.peer);
    struct evbuffer *in = h2_peer_out(r.peer);
    while (h2_read(r.s, in, r.now_ms))
        ;
    assert_int_equal(h2_frames_waiting(r.s), 10);
    rig_run(&r);
    assert_int_equal(h2_frames_waiting(r.s), 0);
    rig_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_is_told_what_the_site_offers),
        cmocka_unit_test(extended_connect_is_not_offered_unasked),
        cmocka_unit_test(a_site_tells_what_it_offers),
        cmocka_unit_test(events_come_in_order),
        cmocka_unit_test(a_sender_gets_no_more_window_than_what_was_taken),
        cmocka_unit_test(many_slow_streams_share_one_bound),
        cmocka_unit_test(a_goodbye_of_the_site_leaves_later_requests_unlooked_at),
        cmocka_unit_test(requests_wait_for_the_streams_that_the_site_allows),
        cmocka_unit_test(a_goodbye_of_ours_is_said_once),
        cmocka_unit_test(an_accusation_is_kept_with_its_words),
        cmocka_unit_test(codes_have_names),
        cmocka_unit_test(a_rule_that_only_a_clock_knows_ends_the_connection),
        cmocka_unit_test(frames_that_nobody_fetches_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
