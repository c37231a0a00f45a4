/* tests/relay/talk_http_test.c - messages cross: several on a connection, with and without bodies,
 * whole and cut off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/flow.h"
#include "support/far_site.h"
#include "support/phone.h"
#include "support/talk.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: shop.example\r\n\r\n"

struct call {
    struct talk *t;
    struct caller *c;
    struct far_site *site;
};

static struct call begin(void)
{
    struct call call = {.t = talk_new()};

    talk_site(call.t, "shop.example", talk_good(call.t, "shop.example"));
    call.c = caller_new(call.t);
    caller_asks(call.c, "shop.example:443");
    caller_shakes(call.c, talk_phone(call.t, "shop.example"));
    call.site = talk_far(call.t, 0);
    return call;
}

static void site_says(struct call *call, const char *text)
{
    far_site_says(call->site, text);
    talk_run(call->t);
}

static const struct flow *hang_up(struct call *call)
{
    caller_closes(call->c);
    talk_wait(call->t, 100);
    return talk_flow(call->t, 0);
}

static void several_requests_share_a_connection(void **state)
{
    struct call call = begin();

    (void)state;
    for (int i = 0; i < 3; i++) {
        caller_says(call.c, GET("/a"));
        site_says(&call, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
    const struct flow *f = hang_up(&call);
    assert_int_equal(f->n_exchanges, 3);
    assert_int_equal(f->exchanges[2].status, 200);
    assert_int_equal(f->exchanges[2].response_bytes, 2);
    talk_free(call.t);
}

static void pipelined_requests_keep_their_order(void **state)
{
    struct call call = begin();

    (void)state;
    caller_says(call.c, GET("/1") "HEAD /2 HTTP/1.1\r\nHost: shop.example\r\n\r\n" GET("/3"));
    site_says(&call, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1HTTP/1.1 204 No "
                     "Content\r\nContent-Length: 9\r\n\r\n"
                     "HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\n3");
    const struct flow *f = hang_up(&call);
    assert_int_equal(f->n_exchanges, 3);
    assert_int_equal(f->exchanges[0].status, 200);
    assert_int_equal(f->exchanges[1].status, 204);
    assert_int_equal(f->exchanges[2].status, 404);
    talk_free(call.t);
}

static void bodies_of_every_form_go_on_unchanged(void **state)
{
    static const char *const responses[] = {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nTrailer: "
        "t\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 304 Not "
        "Modified\r\nContent-Length: 3\r\n\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof responses / sizeof responses[0]; i++) {
        struct call call = begin();

        caller_says(call.c, GET("/a"));
        site_says(&call, responses[i]);
        assert_string_equal(caller_heard(call.c), responses[i]);
        hang_up(&call);
        talk_free(call.t);
    }
}

static void a_body_may_run_to_the_end_of_the_connection(void **state)
{
    struct call call = begin();

    (void)state;
    caller_says(call.c, GET("/a"));
    site_says(&call, "HTTP/1.1 200 OK\r\n\r\nabc");
    far_site_closes(call.site);
    talk_wait(call.t, 100);
    assert_string_equal(caller_heard(call.c), "HTTP/1.1 200 OK\r\n\r\nabc");
    assert_true(caller_saw_end(call.c));
    const struct flow *f = hang_up(&call);
    assert_int_equal(f->exchanges[0].response_bytes, 3);
    assert_false(flow_has_note(f, "http/truncated"));
    talk_free(call.t);
}

static void a_body_that_is_cut_off_is_noted(void **state)
{
    struct call call = begin();

    (void)state;
    caller_says(call.c, GET("/a"));
    site_says(&call, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    far_site_cuts(call.site);
    talk_wait(call.t, 100);
    const struct flow *f = hang_up(&call);
    assert_true(flow_has_note(f, "http/truncated"));
    talk_free(call.t);
}

static void what_follows_an_upgrade_crosses_unread(void **state)
{
    struct call call = begin();

    (void)state;
    caller_says(call.c, "GET /chat HTTP/1.1\r\nHost: shop.example\r\nConnection: "
                        "Upgrade\r\nUpgrade: websocket\r\n\r\n");
    site_says(&call, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "
                     "websocket\r\n\r\n\x81\x02hi");
    assert_non_null(strstr(caller_heard(call.c), "\x81\x02hi"));
    far_site_forget(call.site);
    caller_says(call.c, "\x81\x82mask..");
    assert_string_equal(far_site_heard(call.site), "\x81\x82mask..");
    assert_int_equal(hang_up(&call)->exchanges[0].status, 101);
    talk_free(call.t);
}

static void a_refused_upgrade_leaves_http(void **state)
{
    struct call call = begin();

    (void)state;
    caller_says(call.c, "GET /chat HTTP/1.1\r\nHost: shop.example\r\nConnection: "
                        "Upgrade\r\nUpgrade: websocket\r\n\r\n");
    site_says(&call, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    caller_says(call.c, GET("/a"));
    site_says(&call, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_int_equal(hang_up(&call)->n_exchanges, 2);
    talk_free(call.t);
}

static void a_response_that_nobody_asked_for_ends_it(void **state)
{
    struct call call = begin();

    (void)state;
    caller_says(call.c, GET("/a"));
    site_says(&call,
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    talk_wait(call.t, 100);
    assert_true(flow_has_note(hang_up(&call), "http/unasked-response"));
    talk_free(call.t);
}

static void a_request_that_smuggles_is_refused(void **state)
{
    struct call call = begin();

    (void)state;
    caller_says(call.c, "POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: "
                        "4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    talk_wait(call.t, 100);
    assert_memory_equal(caller_heard(call.c), "HTTP/1.1 400 ", 13);
    assert_string_equal(far_site_heard(call.site), "");
    assert_true(flow_has_note(hang_up(&call), "http/bad-request"));
    talk_free(call.t);
}

static void a_slow_reader_bounds_what_we_hold(void **state)
{
    enum { MIB = 1024 * 1024 };
    struct call call = begin();
    char *body = calloc(1, 8 * MIB);

    (void)state;
    caller_says(call.c, GET("/big"));
    caller_holds(call.c, true);
    far_site_says(call.site, "HTTP/1.1 200 OK\r\nContent-Length: 8388608\r\n\r\n");
    far_site_says_n(call.site, body, 8 * MIB);
    talk_run(call.t);
    assert_true(caller_backlog(call.c) < 2 * MIB);
    assert_false(talk_far_is_reading(call.t, 0));
    caller_holds(call.c, false);
    talk_run(call.t);
    for (int i = 0; i < 5; i++) {
        print_message("heard %zu reading far %d backlog %zu open %d\n",
            strlen(caller_heard(call.c)), talk_far_is_reading(call.t, 0), caller_backlog(call.c),
            phone_is_open(caller_phone(call.c)));
        talk_wait(call.t, 200);
    }
    assert_int_equal(hang_up(&call)->exchanges[0].response_bytes, 8 * MIB);
    free(body);
    talk_free(call.t);
}

static void another_host_on_a_plain_connection_is_another_flow(void **state)
{
    struct talk *t = talk_new();
    struct far_site_config plain = {.manner = FAR_PLAIN};
    struct caller *c = caller_new(t);

    (void)state;
    talk_expects_more_flows(t, 1);
    talk_site(t, "one.example", &plain);
    talk_site(t, "two.example", &plain);
    caller_sends(c, "GET http://one.example/a HTTP/1.1\r\nHost: one.example\r\n\r\n");
    talk_run(t);
    far_site_says(talk_far(t, 0), "HTTP/1.1 204 No Content\r\n\r\n");
    talk_run(t);
    caller_sends(c, "GET http://two.example/b HTTP/1.1\r\nHost: two.example\r\n\r\n");
    talk_run(t);
    assert_int_equal(talk_dials(t), 2);
    assert_non_null(strstr(far_site_heard(talk_far(t, 1)), "GET /b HTTP/1.1\r\n"));
    far_site_says(talk_far(t, 1), "HTTP/1.1 204 No Content\r\n\r\n");
    talk_run(t);
    caller_closes(c);
    talk_wait(t, 100);
    assert_int_equal(talk_flows(t), 2);
    talk_free(t);
}

/* RFC 9112 §9.3, §9.6: whichever end says that it is over, and however. */
static void the_last_answer_ends_the_connection(void **state)
{
    static const struct {
        const char *request, *response;
        bool ends;
    } cases[] = {
        {"GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true},
        {GET("/"), "HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nok", true},
        {"GET / HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", false},
        {GET("/"), "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", true},
        {GET("/"), "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nContent-Length: 2\r\n\r\nok",
            false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct call call = begin();

        caller_says(call.c, cases[i].request);
        site_says(&call, cases[i].response);
        assert_string_equal(caller_heard(call.c), cases[i].response);
        if (caller_saw_end(call.c) != cases[i].ends)
            fail_msg("%s%s", cases[i].request, cases[i].response);
        hang_up(&call);
        talk_free(call.t);
    }
}

static void what_follows_the_last_request_goes_nowhere(void **state)
{
    struct call call = begin();

    (void)state;
    caller_says(call.c,
        "GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n" GET("/smuggled"));
    assert_null(strstr(far_site_heard(call.site), "smuggled"));
    site_says(&call, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    assert_true(caller_saw_end(call.c));
    assert_int_equal(hang_up(&call)->n_exchanges, 1);
    talk_free(call.t);
}

static void a_connect_inside_is_a_tunnel_once_it_is_answered(void **state)
{
    struct call call = begin();

    (void)state;
    caller_says(call.c, "CONNECT inner.example:443 HTTP/1.1\r\nHost: inner.example:443\r\n\r\n!");
    assert_null(strchr(far_site_heard(call.site), '!')); /* not before the site says yes */
    site_says(&call, "HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno");
    caller_says(call.c, ""); /* what followed is no request */
    talk_wait(call.t, 6000);
    assert_null(strchr(far_site_heard(call.site), '!'));
    hang_up(&call);
    talk_free(call.t);

    call = begin();
    caller_says(call.c, "CONNECT inner.example:443 HTTP/1.1\r\nHost: inner.example:443\r\n\r\n!");
    site_says(&call, "HTTP/1.1 200 Yes\r\n\r\n?");
    assert_non_null(strchr(far_site_heard(call.site), '!'));
    assert_non_null(strstr(caller_heard(call.c), "\r\n\r\n?"));
    hang_up(&call);
    talk_free(call.t);
}

static void an_oddity_that_is_let_through_is_noted_once(void **state)
{
    struct call call = begin();

    (void)state;
    for (int i = 0; i < 2; i++) {
        caller_says(call.c, GET("/a"));
        site_says(&call, "HTTP/1.1 200 OK\r\n(X): y\r\nContent-Length: 0\r\n\r\n");
    }
    const struct flow *f = hang_up(&call);
    size_t n = 0;
    for (size_t i = 0; i < f->n_notes; i++)
        n += strcmp(f->notes[i].code, "http/odd-response") == 0;
    assert_int_equal(n, 1);
    talk_free(call.t);
}

/* RFC 9112 §2.2: as some clients end a POST; it may come apart from what follows. */
static void an_empty_line_between_two_requests_is_noted(void **state)
{
    (void)state;
    for (int answered = 0; answered < 2; answered++) {
        struct call call = begin();

        caller_says(
            call.c, "POST /a HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 3\r\n\r\nask");
        if (!answered)
            caller_says(call.c, "\r\n");
        site_says(&call, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        if (answered)
            caller_says(call.c, "\r\n");
        caller_says(call.c, GET("/b"));
        site_says(&call, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        const struct flow *f = hang_up(&call);
        assert_int_equal(f->n_exchanges, 2);
        assert_true(flow_has_note(f, "http/odd-request"));
        talk_free(call.t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_requests_share_a_connection),
        cmocka_unit_test(pipelined_requests_keep_their_order),
        cmocka_unit_test(bodies_of_every_form_go_on_unchanged),
        cmocka_unit_test(a_body_may_run_to_the_end_of_the_connection),
        cmocka_unit_test(a_body_that_is_cut_off_is_noted),
        cmocka_unit_test(what_follows_an_upgrade_crosses_unread),
        cmocka_unit_test(a_refused_upgrade_leaves_http),
        cmocka_unit_test(a_response_that_nobody_asked_for_ends_it),
        cmocka_unit_test(a_request_that_smuggles_is_refused),
        cmocka_unit_test(a_slow_reader_bounds_what_we_hold),
        cmocka_unit_test(another_host_on_a_plain_connection_is_another_flow),
        cmocka_unit_test(the_last_answer_ends_the_connection),
        cmocka_unit_test(what_follows_the_last_request_goes_nowhere),
        cmocka_unit_test(a_connect_inside_is_a_tunnel_once_it_is_answered),
        cmocka_unit_test(an_oddity_that_is_let_through_is_noted_once),
        cmocka_unit_test(an_empty_line_between_two_requests_is_noted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
