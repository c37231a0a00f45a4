/* tests/relay/keep_test.c - what is kept of exchanges, as they crossed: heads always, bodies when
 * the owner or a rule wants them; over HTTP/1.1 and HTTP/2 alike. */
#include "h2_chat.h"

#include "flow/spoken.h"

#define GET "GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n"
#define POST "POST /a HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 3\r\n\r\nask"
#define ANSWER(status) "HTTP/1.1 " status "\r\nContent-Length: 5\r\n\r\nreply"

enum { PIECE = 1000, MUCH = 100 };

/* A phone and a site that speak HTTP/1.1 through us. */
static struct h2_chat plain_chat(struct talk *t)
{
    struct h2_chat chat = {.t = t};
    struct far_site_config how = *talk_good(t, "shop.example");

    how.alpn = "http/1.1";
    talk_site(t, "shop.example", &how);
    chat.c = caller_new(t);
    caller_asks(chat.c, "shop.example:443");
    caller_shakes(chat.c, talk_phone(t, "shop.example"));
    chat.site = talk_far(t, 0);
    return chat;
}

static void site_says(struct h2_chat *chat, const char *text)
{
    far_site_says(chat->site, text);
    talk_run(chat->t);
}

static struct h2_chat streams_chat(struct talk *t)
{
    struct h2_chat chat =
        chat_of(t, &(struct h2_peer_config){.site = false}, &(struct h2_peer_config){.site = true});

    chat_run(&chat);
    return chat;
}

static struct h2_chat chat_in(struct talk *t, bool h2)
{
    return h2 ? streams_chat(t) : plain_chat(t);
}

/* One exchange with a body each way, by either protocol. */
static void post(struct h2_chat *chat, bool h2, const char *status)
{
    char head[80];

    if (!h2) {
        caller_says(chat->c, POST);
        snprintf(head, sizeof head, ANSWER("%s Said"), status);
        site_says(chat, head);
        return;
    }
    int32_t id = h2_peer_asks(chat->phone_end,
        ":method: POST\n:scheme: https\n:authority: shop.example\n:path: /a\n", true);
    h2_peer_says(chat->phone_end, id, "ask");
    h2_peer_ends(chat->phone_end, id, NULL);
    chat_run(chat);
    snprintf(head, sizeof head, ":status: %s\n", status);
    h2_peer_answers(chat->site_end, id, head, true);
    h2_peer_says(chat->site_end, id, "reply");
    h2_peer_ends(chat->site_end, id, NULL);
    chat_run(chat);
}

/* "ask+reply", "+reply", "": the bodies of that exchange, as far as they are kept. */
static void expect_bodies(const struct flow *f, size_t n, const char *wanted)
{
    char got[64];

    assert_non_null(f->spoken);
    assert_true(n < f->spoken->n);
    const struct spoken_message *request = &f->spoken->at[n].said[SPOKEN_REQUEST];
    const struct spoken_message *response = &f->spoken->at[n].said[SPOKEN_RESPONSE];

    snprintf(got, sizeof got, "%s%s%s", request->body_kept ? text_str(&request->body) : "",
        request->body_kept || response->body_kept ? "+" : "",
        response->body_kept ? text_str(&response->body) : "");
    assert_string_equal(got, wanted);
}

static const char *head_of(const struct flow *f, size_t n, enum spoken_side side)
{
    return text_str(&f->spoken->at[n].said[side].head);
}

static void heads_are_kept_as_they_stood(void **state)
{
    struct h2_chat chat = plain_chat(talk_new_that_keeps(RELAY_KEEPS_HEADS));

    (void)state;
    caller_says(chat.c, "GET /a HTTP/1.1\r\nhOsT: shop.example\r\nX:   two \r\n\r\n");
    site_says(&chat, "HTTP/1.1 404 Gone Fishing\r\nContent-Length: 0\r\nA: b\r\na: c\r\n\r\n");
    const struct flow *f = chat_over(&chat);
    assert_string_equal(head_of(f, 0, SPOKEN_REQUEST),
        "GET /a HTTP/1.1\r\nhOsT: shop.example\r\nX:   two \r\n\r\n");
    assert_string_equal(head_of(f, 0, SPOKEN_RESPONSE),
        "HTTP/1.1 404 Gone Fishing\r\nContent-Length: 0\r\nA: b\r\na: c\r\n\r\n");
    expect_bodies(f, 0, "");
    chat_end(&chat);
}

static void heads_of_http2_are_kept_in_the_form_of_http1(void **state)
{
    struct h2_chat chat = streams_chat(talk_new_that_keeps(RELAY_KEEPS_HEADS));

    (void)state;
    int32_t id = h2_peer_asks(chat.phone_end,
        ":method: GET\n:scheme: https\n:authority: shop.example\n:path: /a?b\nx-two: 2\n", false);
    chat_run(&chat);
    h2_peer_answers(chat.site_end, id, ":status: 204\nserver: s\n", false);
    chat_run(&chat);
    const struct flow *f = chat_over(&chat);
    assert_string_equal(
        head_of(f, 0, SPOKEN_REQUEST), "GET /a?b HTTP/2\r\nhost: shop.example\r\nx-two: 2\r\n\r\n");
    assert_string_equal(head_of(f, 0, SPOKEN_RESPONSE), "HTTP/2 204\r\nserver: s\r\n\r\n");
    chat_end(&chat);
}

/* Two exchanges, of which the second is an error. */
static void the_owner_says_whose_bodies_are_kept(void **state)
{
    static const struct {
        enum relay_keeps keeps;
        const char *fine, *error;
    } cases[] = {
        {RELAY_KEEPS_HEADS, "", ""},
        {RELAY_KEEPS_FAILED, "", "ask+reply"},
        {RELAY_KEEPS_ALL, "ask+reply", "ask+reply"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int h2 = 0; h2 < 2; h2++) {
            struct h2_chat chat = chat_in(talk_new_that_keeps(cases[i].keeps), h2);

            post(&chat, h2, "200");
            post(&chat, h2, "500");
            const struct flow *f = chat_over(&chat);
            expect_bodies(f, 0, cases[i].fine);
            expect_bodies(f, 1, cases[i].error);
            chat_end(&chat);
        }
}

static void who_keeps_nothing_keeps_nothing_whatever_rules_ask(void **state)
{
    (void)state;
    for (int h2 = 0; h2 < 2; h2++) {
        struct talk *t = talk_new_that_keeps(RELAY_KEEPS_NOTHING);

        talk_asks_for_bodies(t, MOMENT_HELLO, true);
        talk_asks_for_bodies(t, MOMENT_REQUEST, true);
        talk_asks_for_bodies(t, MOMENT_RESPONSE, true);
        struct h2_chat chat = chat_in(t, h2);
        post(&chat, h2, "500");
        const struct flow *f = chat_over(&chat);
        assert_null(f->spoken);
        assert_null(f->decision->bodies_by);
        chat_end(&chat);
    }
}

static void of_what_passes_unread_nothing_is_kept(void **state)
{
    struct talk *t = talk_new_that_keeps(RELAY_KEEPS_HEADS);
    struct caller *c = caller_new(t);

    (void)state;
    talk_asks_for_bodies(t, MOMENT_HELLO, true);
    talk_decides(t, MOMENT_HELLO, ACTION_TUNNEL);
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    caller_asks(c, "shop.example:443");
    caller_shakes(c, talk_phone(t, "shop.example"));
    caller_closes(c);
    far_site_closes(talk_far(t, 0));
    talk_run(t);
    assert_string_equal(talk_flow(t, 0)->decision->action, "tunnel");
    assert_null(talk_flow(t, 0)->decision->bodies_by);
    talk_free(t);
}

/* Three exchanges; the rule asks at the second. */
static void a_rule_asks_for_the_bodies_of_one_exchange(void **state)
{
    static const struct {
        enum moment at;
        const char *kept;
    } cases[] = {{MOMENT_REQUEST, "ask+reply"}, {MOMENT_RESPONSE, "+reply"}};

    (void)state;
    for (size_t i = 0; i < 2; i++)
        for (int h2 = 0; h2 < 2; h2++) {
            struct h2_chat chat = chat_in(talk_new_that_keeps(RELAY_KEEPS_HEADS), h2);

            post(&chat, h2, "200");
            talk_asks_for_bodies(chat.t, cases[i].at, true);
            post(&chat, h2, "200");
            talk_asks_for_bodies(chat.t, cases[i].at, false);
            post(&chat, h2, "200");
            const struct flow *f = chat_over(&chat);
            expect_bodies(f, 0, "");
            expect_bodies(f, 1, cases[i].kept);
            expect_bodies(f, 2, "");
            assert_string_equal(f->decision->bodies_by, "rule:test/ear");
            chat_end(&chat);
        }
}

static void a_rule_asks_for_all_bodies_of_a_connection(void **state)
{
    static const enum moment moments[] = {MOMENT_HELLO, MOMENT_JUDGED};

    (void)state;
    for (size_t i = 0; i < 2; i++)
        for (int h2 = 0; h2 < 2; h2++) {
            struct talk *t = talk_new_that_keeps(RELAY_KEEPS_HEADS);

            talk_asks_for_bodies(t, moments[i], true);
            struct h2_chat chat = chat_in(t, h2);
            post(&chat, h2, "200");
            post(&chat, h2, "404");
            const struct flow *f = chat_over(&chat);
            expect_bodies(f, 0, "ask+reply");
            expect_bodies(f, 1, "ask+reply");
            chat_end(&chat);
        }
}

static void what_a_rule_asked_for_stays_where_only_failures_are_kept(void **state)
{
    (void)state;
    for (int h2 = 0; h2 < 2; h2++) {
        struct h2_chat chat = chat_in(talk_new_that_keeps(RELAY_KEEPS_FAILED), h2);

        talk_asks_for_bodies(chat.t, MOMENT_REQUEST, true);
        post(&chat, h2, "200");
        talk_asks_for_bodies(chat.t, MOMENT_REQUEST, false);
        post(&chat, h2, "200");
        const struct flow *f = chat_over(&chat);
        expect_bodies(f, 0, "ask+reply");
        expect_bodies(f, 1, "");
        chat_end(&chat);
    }
}

/* The site answers a GET with more than is kept of one body. */
static void answer_much(struct h2_chat *chat, bool h2)
{
    char piece[PIECE + 1];

    if (h2) {
        h2_peer_gets(chat->phone_end, "/a");
        chat_run(chat);
        h2_peer_answers(chat->site_end, 1, ":status: 200\n", true);
        h2_peer_says_much(chat->site_end, 1, MUCH * PIECE);
        h2_peer_ends(chat->site_end, 1, NULL);
        chat_run(chat);
        return;
    }
    memset(piece, 'x', PIECE);
    piece[PIECE] = '\0';
    caller_says(chat->c, GET);
    site_says(chat, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    for (int i = 0; i < MUCH; i++)
        site_says(chat, piece);
}

static void a_body_is_kept_to_its_bound_and_the_cut_is_counted(void **state)
{
    (void)state;
    for (int h2 = 0; h2 < 2; h2++) {
        struct h2_chat chat = chat_in(talk_new_that_keeps(RELAY_KEEPS_ALL), h2);

        answer_much(&chat, h2);
        const struct flow *f = chat_over(&chat);
        const struct spoken_message *m = &f->spoken->at[0].said[SPOKEN_RESPONSE];
        assert_true(m->body_kept && m->body_cut);
        assert_int_equal(m->body.len, SPOKEN_BODY_MOST);
        assert_int_equal(f->spoken->n_bodies_cut, 1);
        assert_int_equal(f->exchanges[0].response_bytes, MUCH * PIECE);
        chat_end(&chat);
    }
}

static void heads_are_kept_to_their_bound_and_counted_past_it(void **state)
{
    struct h2_chat chat = plain_chat(talk_new_that_keeps(RELAY_KEEPS_HEADS));
    struct text request = {0};

    (void)state;
    text_add(&request, "GET /a HTTP/1.1\r\nHost: shop.example\r\nX: ");
    for (int i = 0; i < SPOKEN_HEADS_MOST / 8; i++)
        text_add_char(&request, 'x');
    text_add(&request, "\r\n\r\n");
    for (int i = 0; i < 8; i++) {
        caller_says(chat.c, text_str(&request));
        site_says(&chat, ANSWER("200 OK"));
    }
    text_fini(&request);
    const struct flow *f = chat_over(&chat);
    assert_int_equal(f->n_exchanges, 8);
    assert_int_equal(f->spoken->n_heads_cut, 1);
    assert_true(f->spoken->heads_len <= SPOKEN_HEADS_MOST);
    assert_true(f->spoken->at[7].said[SPOKEN_REQUEST].head_cut);
    assert_false(f->spoken->at[7].said[SPOKEN_RESPONSE].head_cut);
    chat_end(&chat);
}

static void streams_that_cross_keep_their_own_bodies(void **state)
{
    struct h2_chat chat = streams_chat(talk_new_that_keeps(RELAY_KEEPS_ALL));

    (void)state;
    h2_peer_gets(chat.phone_end, "/a");
    h2_peer_gets(chat.phone_end, "/b");
    chat_run(&chat);
    h2_peer_answers(chat.site_end, 3, ":status: 200\n", true);
    h2_peer_answers(chat.site_end, 1, ":status: 200\n", true);
    chat_run(&chat);
    h2_peer_says(chat.site_end, 1, "of ");
    h2_peer_says(chat.site_end, 3, "on ");
    chat_run(&chat);
    h2_peer_says(chat.site_end, 3, "b");
    h2_peer_says(chat.site_end, 1, "a");
    h2_peer_ends(chat.site_end, 3, NULL);
    h2_peer_ends(chat.site_end, 1, NULL);
    chat_run(&chat);
    const struct flow *f = chat_over(&chat);
    expect_bodies(f, 0, "+of a");
    expect_bodies(f, 1, "+on b");
    chat_end(&chat);
}

static void a_body_that_breaks_off_is_kept_as_far_as_it_came(void **state)
{
    struct h2_chat chat = plain_chat(talk_new_that_keeps(RELAY_KEEPS_ALL));

    (void)state;
    caller_says(chat.c, GET);
    site_says(&chat, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nbegun");
    far_site_closes(chat.site);
    talk_wait(chat.t, 100);
    expect_bodies(chat_over(&chat), 0, "+begun");
    chat_end(&chat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_are_kept_as_they_stood),
        cmocka_unit_test(heads_of_http2_are_kept_in_the_form_of_http1),
        cmocka_unit_test(the_owner_says_whose_bodies_are_kept),
        cmocka_unit_test(who_keeps_nothing_keeps_nothing_whatever_rules_ask),
        cmocka_unit_test(of_what_passes_unread_nothing_is_kept),
        cmocka_unit_test(a_rule_asks_for_the_bodies_of_one_exchange),
        cmocka_unit_test(a_rule_asks_for_all_bodies_of_a_connection),
        cmocka_unit_test(what_a_rule_asked_for_stays_where_only_failures_are_kept),
        cmocka_unit_test(a_body_is_kept_to_its_bound_and_the_cut_is_counted),
        cmocka_unit_test(heads_are_kept_to_their_bound_and_counted_past_it),
        cmocka_unit_test(streams_that_cross_keep_their_own_bodies),
        cmocka_unit_test(a_body_that_breaks_off_is_kept_as_far_as_it_came),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
