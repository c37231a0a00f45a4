/* Conversations: messages that cross, and connections that end among them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "relay/relay.h"
#include "support/talk.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: shop.example\r\n\r\n"
#define OK(body, len) "HTTP/1.1 200 OK\r\nContent-Length: " len "\r\n\r\n" body

enum { MUCH = 4 * 1024 * 1024, MEMORY_MOST = 1024 * 1024 };

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* A phone that speaks with a good site, through us. */
struct chat {
    struct talk *t;
    struct caller *c;
    struct far_site *site;
};

static struct chat chat_with(const struct phone_config *p, const char *alpn)
{
    struct chat chat = {.t = talk_new()};
    struct far_site_config how = *talk_good(chat.t, "shop.example");
    struct phone_config phone = *talk_phone(chat.t, "shop.example");

    how.alpn = alpn;
    phone.no_alpn = p && p->no_alpn;
    phone.alpn = p ? p->alpn : NULL;
    talk_site(chat.t, "shop.example", &how);
    chat.c = caller_new(chat.t);
    caller_asks(chat.c, "shop.example:443");
    caller_shakes(chat.c, &phone);
    assert_true(phone_is_open(caller_phone(chat.c)));
    chat.site = talk_far(chat.t, 0);
    return chat;
}

static struct chat chat_begin(void)
{
    return chat_with(NULL, "http/1.1");
}

static void site_says(struct chat *chat, const char *text)
{
    far_site_says(chat->site, text);
    talk_run(chat->t);
}

static const struct flow *the_flow(const struct chat *chat)
{
    assert_int_equal(relays_open(talk_relays(chat->t)), 0);
    assert_int_equal(talk_flows(chat->t), 1);
    return talk_flow(chat->t, 0);
}

static const struct flow *chat_over(struct chat *chat)
{
    caller_closes(chat->c);
    return the_flow(chat);
}

static void one_connection_carries_many_exchanges(void **state)
{
    struct chat chat = chat_begin();

    (void)state;
    for (int i = 0; i < 3; i++) {
        caller_says(chat.c, GET("/a"));
        talk_wait(chat.t, 500);
        site_says(&chat, OK("hi", "2"));
    }
    assert_string_equal(caller_heard(chat.c), OK("hi", "2") OK("hi", "2") OK("hi", "2"));
    assert_int_equal(talk_dials(chat.t), 1);
    const struct flow *f = chat_over(&chat);
    assert_int_equal(f->n_exchanges, 3);
    assert_int_equal(f->exchanges[2].ms, 500);
    assert_int_equal(f->exchanges[2].response_bytes, 2);
    assert_int_equal(f->n_notes, 0);
    talk_free(chat.t);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    struct chat chat = chat_begin();

    (void)state;
    caller_says(chat.c, GET("/1") GET("/2"));
    assert_string_equal(far_site_heard(chat.site), GET("/1") GET("/2"));
    site_says(&chat, OK("a", "1") "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    const struct flow *f = chat_over(&chat);
    assert_int_equal(f->exchanges[0].status, 200);
    assert_int_equal(f->exchanges[1].status, 404);
    talk_free(chat.t);
}

static void more_pipelined_requests_than_are_kept_wait_their_turn(void **state)
{
    struct chat chat = chat_begin();
    char all[40 * 64] = "";

    (void)state;
    for (int i = 0; i < 40; i++)
        strcat(all, GET("/"));
    caller_says(chat.c, all);
    for (int i = 0; i < 40; i++)
        site_says(&chat, OK("", "0"));
    assert_string_equal(far_site_heard(chat.site), all);
    assert_int_equal(chat_over(&chat)->n_exchanges, 40);
    talk_free(chat.t);
}

static void more_exchanges_than_are_recorded_still_cross(void **state)
{
    struct chat chat = chat_begin();

    (void)state;
    for (int i = 0; i < FLOW_EXCHANGES_MOST + 5; i++) {
        caller_says(chat.c, GET("/"));
        site_says(&chat, OK("", "0"));
    }
    const struct flow *f = chat_over(&chat);
    assert_int_equal(f->n_exchanges, FLOW_EXCHANGES_MOST);
    assert_int_equal(f->n_exchanges_cut, 5);
    talk_free(chat.t);
}

static void an_answer_to_head_has_no_body(void **state)
{
    struct chat chat = chat_begin();

    (void)state;
    caller_says(chat.c, "HEAD /a HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    site_says(&chat, "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n");
    caller_says(chat.c, GET("/b"));
    site_says(&chat, OK("hi", "2"));
    assert_int_equal(chat_over(&chat)->n_exchanges, 2);
    talk_free(chat.t);
}

static void an_interim_answer_lets_the_body_go(void **state)
{
    struct chat chat = chat_begin();

    (void)state;
    caller_says(chat.c, "PUT /a HTTP/1.1\r\nHost: shop.example\r\nExpect: "
                        "100-continue\r\nContent-Length: 3\r\n\r\n");
    site_says(&chat, "HTTP/1.1 100 Continue\r\n\r\n");
    assert_string_equal(caller_heard(chat.c), "HTTP/1.1 100 Continue\r\n\r\n");
    caller_says(chat.c, "abc");
    assert_true(strstr(far_site_heard(chat.site), "\r\n\r\nabc") != NULL);
    site_says(&chat, OK("", "0"));
    const struct flow *f = chat_over(&chat);
    assert_int_equal(f->n_exchanges, 1);
    assert_int_equal(f->exchanges[0].status, 200);
    assert_int_equal(f->exchanges[0].request_bytes, 3);
    talk_free(chat.t);
}

static const char upgrade[] =
    "GET /ws HTTP/1.1\r\nHost: shop.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
static const char switched[] =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

static void after_an_upgrade_bytes_cross_as_they_are(void **state)
{
    struct chat chat = chat_begin();

    (void)state;
    caller_says(chat.c, upgrade);
    site_says(&chat, switched);
    caller_says(chat.c, "\x81\x02hi");
    assert_non_null(strstr(far_site_heard(chat.site), "\r\n\r\n\x81\x02hi"));
    site_says(&chat, "\x81\x02yo");
    assert_non_null(strstr(caller_heard(chat.c), "\r\n\r\n\x81\x02yo"));
    far_site_closes(chat.site);
    talk_run(chat.t);
    const struct flow *f = chat_over(&chat);
    assert_int_equal(f->exchanges[0].status, 101);
    assert_int_equal(f->n_notes, 0);
    talk_free(chat.t);
}

static void a_declined_upgrade_leaves_http(void **state)
{
    struct chat chat = chat_begin();

    (void)state;
    caller_says(chat.c, GET("/1"));
    caller_says(chat.c, upgrade);
    caller_says(chat.c, GET("/2"));
    site_says(&chat, OK("a", "1"));
    assert_null(strstr(far_site_heard(chat.site),
        "/2")); /* it may be no HTTP: the answer to the upgrade decides */
    site_says(&chat, OK("b", "1"));
    assert_non_null(strstr(far_site_heard(chat.site), "/2"));
    site_says(&chat, OK("c", "1"));
    assert_int_equal(chat_over(&chat)->n_exchanges, 3);
    talk_free(chat.t);
}

static void an_upgrade_that_nobody_asked_for_is_refused(void **state)
{
    struct chat chat = chat_begin();

    (void)state;
    caller_says(chat.c, GET("/1"));
    site_says(&chat, switched);
    assert_true(starts(caller_heard(chat.c), "HTTP/1.1 502 "));
    assert_true(flow_has_note(chat_over(&chat), "http/unasked-upgrade"));
    talk_free(chat.t);
}

static void chunks_cross_byte_for_byte(void **state)
{
    static const char body[] =
        "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nTrailer: t\r\n\r\n";
    struct chat chat = chat_begin();
    char text[400];

    (void)state;
    snprintf(text, sizeof text, "POST / HTTP/1.1\r\nHost: shop.example\r\n%s", body);
    for (const char *c = text; *c; c++)
        caller_says(chat.c, (char[]){*c, '\0'});
    assert_string_equal(far_site_heard(chat.site), text);
    snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\n%s", body);
    for (const char *c = text; *c; c++)
        site_says(&chat, (char[]){*c, '\0'});
    assert_string_equal(caller_heard(chat.c), text);
    const struct flow *f = chat_over(&chat);
    assert_int_equal(f->exchanges[0].request_bytes, 3);
    assert_int_equal(f->exchanges[0].response_bytes, 3);
    talk_free(chat.t);
}

static void a_body_may_run_to_the_end_of_the_connection(void **state)
{
    struct chat chat = chat_begin();

    (void)state;
    caller_says(chat.c, GET("/"));
    site_says(&chat, "HTTP/1.1 200 OK\r\n\r\nall of");
    site_says(&chat, " it");
    far_site_closes(chat.site);
    talk_run(chat.t);
    assert_string_equal(caller_heard(chat.c), "HTTP/1.1 200 OK\r\n\r\nall of it");
    assert_true(caller_saw_end(chat.c));
    const struct flow *f = chat_over(&chat);
    assert_int_equal(f->exchanges[0].response_bytes, 9);
    assert_int_equal(f->n_notes, 0);
    talk_free(chat.t);
}

struct cut_row {
    const char *what, *said, *note;
    bool page;
};

static void an_answer_that_is_cut_off_ends_the_connection(void **state)
{
    static const struct cut_row rows[] = {
        {"by length", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "http/truncated", false},
        {"in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf",
            "http/truncated", false},
        {"in the head", "HTTP/1.1 200 OK\r\nContent-Le", "http/no-response", true},
        {"not HTTP", "SSH-2.0-x\r\n\r\n", "http/bad-response", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct chat chat = chat_begin();

        caller_says(chat.c, GET("/"));
        site_says(&chat, rows[i].said);
        far_site_cuts(chat.site);
        talk_run(chat.t);
        if (starts(caller_heard(chat.c), "HTTP/1.1 502 ") != rows[i].page)
            fail_msg("%s: %s", rows[i].what, caller_heard(chat.c));
        assert_true(caller_saw_end(chat.c));
        const struct flow *f = chat_over(&chat);
        if (!flow_has_note(f, rows[i].note))
            fail_msg("%s: no %s", rows[i].what, rows[i].note);
        talk_free(chat.t);
    }
}

static void a_site_that_ends_an_idle_connection_ends_it_for_the_client(void **state)
{
    (void)state;
    for (int asked = 0; asked < 2; asked++) {
        struct chat chat = chat_begin();

        caller_says(chat.c, GET("/"));
        site_says(&chat, OK("hi", "2"));
        if (asked)
            caller_says(chat.c, GET("/again"));
        far_site_cuts(chat.site);
        talk_run(chat.t);
        assert_string_equal(
            caller_heard(chat.c), OK("hi", "2")); /* no page: the client asks again by itself */
        assert_true(caller_saw_end(chat.c));
        const struct flow *f = chat_over(&chat);
        assert_int_equal(flow_has_note(f, "http/no-response"), asked);
        assert_null(f->failed_leg);
        talk_free(chat.t);
    }
}

static void what_nobody_asked_for_is_not_passed_on(void **state)
{
    struct chat chat = chat_begin();

    (void)state;
    caller_says(chat.c, GET("/"));
    site_says(&chat, OK("hi", "2") "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
    assert_string_equal(caller_heard(chat.c), OK("hi", "2"));
    assert_true(caller_saw_end(chat.c));
    assert_true(flow_has_note(chat_over(&chat), "http/unasked-response"));
    talk_free(chat.t);
}

static void a_bad_request_goes_nowhere(void **state)
{
    struct chat chat = chat_begin();

    (void)state;
    caller_says(chat.c,
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_int_equal(far_site_heard_len(chat.site), 0);
    assert_true(starts(caller_heard(chat.c), "HTTP/1.1 400 "));
    assert_true(flow_has_note(chat_over(&chat), "http/bad-request"));
    talk_free(chat.t);
}

static void a_bad_request_behind_a_good_one_does_not_take_its_answer(void **state)
{
    struct chat chat = chat_begin();

    (void)state;
    caller_says(chat.c, GET("/1") "GET / HTTP/9.9\r\n\r\n");
    assert_string_equal(caller_heard(chat.c), "");
    site_says(&chat, OK("a", "1"));
    assert_string_equal(caller_heard(chat.c), OK("a", "1"));
    assert_true(caller_saw_end(chat.c));
    chat_over(&chat);
    talk_free(chat.t);
}

static void a_body_that_breaks_ends_its_request(void **state)
{
    struct chat chat = chat_begin();

    (void)state;
    caller_says(
        chat.c, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    caller_says(chat.c, "zz\r\n");
    assert_true(starts(caller_heard(chat.c), "HTTP/1.1 400 "));
    chat_over(&chat);
    talk_free(chat.t);
}

static void a_rule_may_refuse_a_request(void **state)
{
    struct chat chat = chat_begin();

    (void)state;
    caller_says(chat.c, GET("/1"));
    site_says(&chat, OK("a", "1"));
    talk_decides(chat.t, MOMENT_REQUEST, ACTION_REFUSE);
    far_site_forget(chat.site);
    caller_says(chat.c, GET("/2"));
    assert_int_equal(far_site_heard_len(chat.site), 0);
    assert_true(starts(caller_heard(chat.c), OK("a", "1") "HTTP/1.1 403 "));
    const struct flow *f = chat_over(&chat);
    assert_int_equal(f->exchanges[1].status, 403);
    talk_free(chat.t);
}

static void a_site_may_answer_before_it_has_heard_everything(void **state)
{
    struct chat chat = chat_begin();

    (void)state;
    caller_says(chat.c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc");
    site_says(
        &chat, "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    assert_true(starts(caller_heard(chat.c), "HTTP/1.1 413 "));
    assert_true(caller_saw_end(chat.c));
    assert_int_equal(chat_over(&chat)->exchanges[0].status, 413);
    talk_free(chat.t);
}

static void without_a_named_protocol_the_bytes_tell(void **state)
{
    const struct phone_config plain = {.no_alpn = true};
    struct chat chat = chat_with(&plain, NULL);

    (void)state;
    caller_says(chat.c, GET("/"));
    site_says(&chat, OK("hi", "2"));
    assert_int_equal(chat_over(&chat)->n_exchanges, 1);
    talk_free(chat.t);

    chat = chat_with(&plain, NULL);
    caller_says(chat.c, "\x10\x0cMQTT");
    assert_string_equal(far_site_heard(chat.site), "\x10\x0cMQTT");
    site_says(&chat, "\x20\x02");
    assert_string_equal(caller_heard(chat.c), "\x20\x02");
    assert_int_equal(chat_over(&chat)->n_exchanges, 0);
    talk_free(chat.t);

    chat = chat_with(&plain, NULL);
    site_says(&chat, "* OK\r\n");
    assert_string_equal(caller_heard(chat.c), "* OK\r\n");
    caller_says(chat.c, "a LOGOUT\r\n");
    far_site_closes(chat.site);
    talk_run(chat.t);
    assert_true(caller_saw_end(chat.c));
    assert_int_equal(chat_over(&chat)->client_leg->bytes_in, 10);
    talk_free(chat.t);
}

static void a_client_that_says_a_word_and_waits_is_heard(void **state)
{
    const struct phone_config plain = {.no_alpn = true};
    struct chat chat = chat_with(&plain, NULL);

    (void)state;
    caller_says(chat.c, "HELLO"); /* might become a request */
    assert_string_equal(far_site_heard(chat.site), "");
    talk_wait(chat.t, 1200);
    assert_string_equal(far_site_heard(chat.site), "HELLO");
    site_says(&chat, "WELCOME\n");
    assert_string_equal(caller_heard(chat.c), "WELCOME\n");
    talk_free(chat.t);
}

/* RFC 9113 §3.4: each end of a connection opens with this, and a SETTINGS frame. */
static void the_old_name_of_grpc_is_http_2(void **state)
{
    static const char opening[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    const struct phone_config grpc = {.alpn = "grpc-exp"};
    struct chat chat = chat_with(&grpc, "grpc-exp");

    (void)state;
    caller_says(chat.c, opening);
    assert_true(starts(far_site_heard(chat.site), opening));
    far_site_says_n(chat.site, "\0\0\0\4\0\0\0\0", 9); /* empty SETTINGS; ours are longer */
    talk_run(chat.t);
    assert_true(phone_heard_len(caller_phone(chat.c)) > 9);
    assert_int_equal(phone_heard(caller_phone(chat.c))[3], 4);
    caller_closes(chat.c);
    assert_string_equal(the_flow(&chat)->client_leg->alpn, "grpc-exp");
    talk_free(chat.t);
}

static void a_client_that_vanishes_ends_the_relay_wherever_it_was(void **state)
{
    static const char *const said[] = {
        "", "GET / HT", GET("/"), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"};

    (void)state;
    for (size_t i = 0; i < 4; i++)
        for (int reset = 0; reset < 2; reset++) {
            struct chat chat = chat_begin();

            caller_says(chat.c, GET("/"));
            site_says(&chat, OK("hi", "2"));
            if (said[i][0])
                caller_says(chat.c, said[i]);
            if (reset)
                caller_resets(chat.c);
            else
                caller_closes(chat.c);
            const struct flow *f = the_flow(&chat);
            assert_string_equal(f->client_leg->ended, reset ? "rst" : "fin");
            assert_null(f->client_leg->symptom);
            assert_true(far_site_saw_close_notify(chat.site));
            talk_free(chat.t);
        }
}

static void a_client_that_vanishes_in_the_middle_of_an_answer_ends_the_relay(void **state)
{
    struct chat chat = chat_begin();

    (void)state;
    caller_says(chat.c, GET("/"));
    site_says(&chat, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf");
    caller_closes(chat.c);
    the_flow(&chat);
    talk_free(chat.t);
}

static void each_host_on_a_plain_connection_is_a_flow_of_its_own(void **state)
{
    struct talk *t = talk_new();

    (void)state;
    talk_expects_more_flows(t, 3);
    talk_site(t, "a.example", &(struct far_site_config){.manner = FAR_PLAIN});
    talk_site(t, "b.example", &(struct far_site_config){.manner = FAR_PLAIN});
    talk_site(t, "c.example", talk_good(t, "c.example"));
    struct caller *c = caller_new(t);
    caller_sends(c,
        "GET http://a.example/1 HTTP/1.1\r\nHost: a.example\r\n\r\n"
        "POST http://b.example/2 HTTP/1.1\r\nHost: b.example\r\nContent-Length: 3\r\n\r\nabc"
        "GET http://b.example/3 HTTP/1.1\r\nHost: b.example\r\n\r\n");
    assert_int_equal(talk_dials(t), 1);
    far_site_says(talk_far(t, 0), OK("a", "1"));
    talk_run(t);
    assert_int_equal(talk_dials(t), 2);
    assert_int_equal(talk_flows(t), 1);
    far_site_says(talk_far(t, 1), OK("b", "1") OK("c", "1"));
    talk_run(t);
    assert_string_equal(caller_gets(c), OK("a", "1") OK("b", "1") OK("c", "1"));
    assert_non_null(strstr(far_site_heard(talk_far(t, 1)), "abcGET /3 "));
    caller_asks(c, "c.example:443"); /* the same connection, for TLS now */
    caller_shakes(c, talk_phone(t, "c.example"));
    assert_true(phone_is_open(caller_phone(c)));
    caller_says(c, GET("/4"));
    caller_closes(c);
    assert_int_equal(talk_flows(t), 3);
    assert_string_equal(talk_flow(t, 0)->target->host, "a.example");
    assert_string_equal(talk_flow(t, 1)->target->host, "b.example");
    assert_int_equal(talk_flow(t, 1)->n_exchanges, 2);
    assert_string_equal(talk_flow(t, 2)->target->host, "c.example");
    talk_expects_more_flows(t, (size_t)-1);
    talk_free(t);
}

static void the_dates_of_unrelated_sites_vouch_for_our_clock(void **state)
{
    static const char *const hosts[] = {"a.example", "b.test", "c.invalid", "d.example"};
    struct talk *t = talk_new();

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        talk_site(t, hosts[i], talk_good(t, hosts[i]));
        struct caller *c = caller_new(t);
        char authority[64];

        snprintf(authority, sizeof authority, "%s:443", hosts[i]);
        caller_asks(c, authority);
        caller_shakes(c, talk_phone(t, hosts[i]));
        caller_says(c, GET("/"));
        far_site_says(talk_far(t, i),
            "HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 09:00:00 GMT\r\nContent-Length: 0\r\n\r\n");
        talk_run(t);
        caller_closes(c);
    }
    assert_string_equal(talk_flow(t, 0)->proxy->clock->state, "unchecked");
    assert_string_equal(talk_flow(t, 3)->proxy->clock->state, "right");
    talk_free(t);
}

static void a_slow_client_bounds_what_we_keep(void **state)
{
    struct chat chat = chat_begin();
    char *block = mem_new(65536);
    size_t fed = 0;

    (void)state;
    memset(block, 'x', 65536);
    caller_says(chat.c, GET("/"));
    site_says(&chat, "HTTP/1.1 200 OK\r\nContent-Length: 4194304\r\n\r\n");
    caller_holds(chat.c, true);
    for (; fed < MUCH && talk_far_is_reading(chat.t, 0); fed += 65536) {
        far_site_says_n(chat.site, block, 65536);
        talk_run(chat.t);
    }
    assert_true(fed < MEMORY_MOST);
    assert_true(caller_backlog(chat.c) < MEMORY_MOST);
    for (; fed < MUCH; fed += 65536)
        far_site_says_n(chat.site, block, 65536);
    caller_holds(chat.c, false);
    assert_int_equal(strlen(strstr(caller_heard(chat.c), "\r\n\r\n") + 4), MUCH);
    assert_int_equal(chat_over(&chat)->exchanges[0].response_bytes, MUCH);
    mem_free(block);
    talk_free(chat.t);
}

static void a_slow_site_bounds_what_we_keep(void **state)
{
    struct chat chat = chat_begin();
    char *block = mem_new(65537);
    size_t fed = 0;

    (void)state;
    memset(block, 'x', 65536);
    caller_says(chat.c, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4194304\r\n\r\n");
    far_site_forget(chat.site);
    talk_far_holds(chat.t, 0, true);
    for (; fed < MUCH && caller_is_reading(chat.c); fed += 65536)
        caller_says(chat.c, block);
    assert_true(fed < MEMORY_MOST);
    for (; fed < MUCH; fed += 65536)
        caller_says(chat.c, block);
    talk_far_holds(chat.t, 0, false);
    assert_int_equal(far_site_heard_len(chat.site), MUCH);
    site_says(&chat, OK("hi", "2"));
    assert_int_equal(chat_over(&chat)->exchanges[0].request_bytes, MUCH);
    mem_free(block);
    talk_free(chat.t);
}

static void a_slow_client_gets_all_of_an_answer_that_ended_with_the_connection(void **state)
{
    struct chat chat = chat_begin();
    char *block = mem_new(200001);

    (void)state;
    memset(block, 'x', 200000);
    caller_says(chat.c, GET("/"));
    caller_holds(chat.c, true);
    site_says(&chat, "HTTP/1.1 200 OK\r\n\r\n");
    site_says(&chat, block);
    far_site_closes(chat.site);
    talk_wait(chat.t, 4000);
    caller_holds(chat.c, false);
    assert_int_equal(strlen(strstr(caller_heard(chat.c), "\r\n\r\n") + 4), 200000);
    the_flow(&chat);
    mem_free(block);
    talk_free(chat.t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_connection_carries_many_exchanges),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(more_pipelined_requests_than_are_kept_wait_their_turn),
        cmocka_unit_test(more_exchanges_than_are_recorded_still_cross),
        cmocka_unit_test(an_answer_to_head_has_no_body),
        cmocka_unit_test(an_interim_answer_lets_the_body_go),
        cmocka_unit_test(after_an_upgrade_bytes_cross_as_they_are),
        cmocka_unit_test(a_declined_upgrade_leaves_http),
        cmocka_unit_test(an_upgrade_that_nobody_asked_for_is_refused),
        cmocka_unit_test(chunks_cross_byte_for_byte),
        cmocka_unit_test(a_body_may_run_to_the_end_of_the_connection),
        cmocka_unit_test(an_answer_that_is_cut_off_ends_the_connection),
        cmocka_unit_test(a_site_that_ends_an_idle_connection_ends_it_for_the_client),
        cmocka_unit_test(what_nobody_asked_for_is_not_passed_on),
        cmocka_unit_test(a_bad_request_goes_nowhere),
        cmocka_unit_test(a_bad_request_behind_a_good_one_does_not_take_its_answer),
        cmocka_unit_test(a_body_that_breaks_ends_its_request),
        cmocka_unit_test(a_rule_may_refuse_a_request),
        cmocka_unit_test(a_site_may_answer_before_it_has_heard_everything),
        cmocka_unit_test(without_a_named_protocol_the_bytes_tell),
        cmocka_unit_test(a_client_that_says_a_word_and_waits_is_heard),
        cmocka_unit_test(the_old_name_of_grpc_is_http_2),
        cmocka_unit_test(a_client_that_vanishes_ends_the_relay_wherever_it_was),
        cmocka_unit_test(a_client_that_vanishes_in_the_middle_of_an_answer_ends_the_relay),
        cmocka_unit_test(each_host_on_a_plain_connection_is_a_flow_of_its_own),
        cmocka_unit_test(the_dates_of_unrelated_sites_vouch_for_our_clock),
        cmocka_unit_test(a_slow_client_bounds_what_we_keep),
        cmocka_unit_test(a_slow_site_bounds_what_we_keep),
        cmocka_unit_test(a_slow_client_gets_all_of_an_answer_that_ended_with_the_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
