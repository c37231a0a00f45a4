/* Clients that come by SOCKS, from a load balancer, with TLS to the proxy itself, and those that
 * have to log in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "relay/guests.h"
#include "talk.h"

#define SAYS(c, bytes) caller_sends_n((c), (bytes), sizeof(bytes) - 1)

/* The answers hold zeros: compared as bytes. */
#define HEARS(c, bytes) assert_memory_equal(caller_gets(c), (bytes), sizeof(bytes) - 1)

#define GREETING "\5\1\0"
#define SHOP "\5\1\0\3\14shop.example\1\xbb"
#define DONE "\5\0\0\1\0\0\0\0\0\0"

static const char get_page[] = "GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n";
static const char page[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

static const struct flow *only_flow(struct talk *t)
{
    talk_run(t);
    assert_int_equal(talk_flows(t), 1);
    return talk_flow(t, 0);
}

static void talks_to_the_shop(struct talk *t, struct caller *c)
{
    caller_shakes(c, talk_phone(t, "shop.example"));
    caller_says(c, get_page);
    assert_string_equal(far_site_heard(talk_far(t, 0)), get_page);
    far_site_says(talk_far(t, 0), page);
    talk_run(t);
    assert_string_equal(caller_heard(c), page);
    caller_closes(c);
}

static void a_socks_client_is_intercepted_like_any_other(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = caller_new(t);

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    SAYS(c, GREETING);
    HEARS(c, "\5\0");
    SAYS(c, SHOP);
    HEARS(c, DONE);
    talks_to_the_shop(t, c);
    const struct flow *f = only_flow(t);
    assert_string_equal(f->entry, "socks");
    assert_string_equal(f->target->host, "shop.example");
    assert_string_equal(f->target->learnt, "socks");
    assert_int_equal(f->target->port, 443);
    assert_string_equal(talk_dialled(t, 0), "shop.example:443");
    talk_free(t);
}

static void what_a_socks_client_sends_in_one_piece_is_taken_apart(void **state)
{
    static const char all[] = GREETING SHOP;
    struct talk *t = talk_new();
    struct caller *c = caller_new(t);

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    for (size_t i = 0; i < sizeof all - 1; i++)
        caller_sends_n(c, all + i, 1);
    HEARS(c, "\5\0" DONE);
    talks_to_the_shop(t, c);
    c = caller_new(t);
    SAYS(c, GREETING SHOP);
    HEARS(c, "\5\0" DONE);
    caller_closes(c);
    talk_free(t);
}

static void plain_http_inside_socks_is_read(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = caller_new(t);

    (void)state;
    talk_site(t, "shop.example", &(struct far_site_config){.manner = FAR_PLAIN});
    SAYS(c, GREETING "\5\1\0\3\14shop.example\0\x50");
    caller_gets(c);
    caller_sends(c, get_page);
    assert_string_equal(far_site_heard(talk_far(t, 0)), get_page);
    far_site_says(talk_far(t, 0), page);
    talk_run(t);
    assert_string_equal(caller_gets(c), page);
    caller_closes(c);
    const struct flow *f = only_flow(t);
    assert_string_equal(f->decision->action, "intercept");
    assert_int_equal(f->n_exchanges, 1);
    assert_int_equal(f->exchanges[0].status, 200);
    talk_free(t);
}

static void whytls_itself_is_found_through_socks(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = caller_new(t);

    (void)state;
    SAYS(c, GREETING "\5\1\0\3\13whytls.test\0\x50");
    caller_gets(c);
    caller_sends(c, "GET /whytls.pem HTTP/1.1\r\nHost: whytls.test\r\n\r\n");
    assert_non_null(strstr(caller_gets(c), "-----BEGIN CERTIFICATE-----"));
    assert_int_equal(talk_dials(t), 0);
    assert_string_equal(only_flow(t)->entry, "self");
    talk_free(t);
}

static void what_socks_offers_and_we_do_not_is_refused_in_its_own_words(void **state)
{
    static const struct {
        const char *says, *hears;
        size_t n_says, n_hears;
    } cases[] = {
#define ROW(says, hears) {(says), (hears), sizeof(says) - 1, sizeof(hears) - 1}
        ROW("\5\1\1", "\5\xff"),                                  /* GSSAPI alone */
        ROW("\4\1\1\xbb\xc0\0\2\7user\0", "\0\x5b\0\0\0\0\0\0"),  /* version 4 */
        ROW(GREETING "\5\2\0\1\xc0\0\2\7\1\xbb", "\5\0\5\7\0\1"), /* BIND */
        ROW(GREETING "\5\3\0\1\xc0\0\2\7\1\xbb", "\5\0\5\7\0\1"), /* UDP */
        ROW(GREETING "\5\1\0\2\xc0\0\2\7\1\xbb", "\5\0\5\x08\0\1"),
        ROW(GREETING "\5\1\0\3\3a b\1\xbb", "\5\0\5\1\0\1"),
#undef ROW
    };
    struct talk *t = talk_new();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct caller *c = caller_new(t);

        caller_sends_n(c, cases[i].says, cases[i].n_says);
        assert_memory_equal(caller_gets(c), cases[i].hears, cases[i].n_hears);
        talk_run(t);
        assert_true(caller_saw_end(c));
        assert_true(flow_has_note(talk_flow(t, i), "relay/bad-socks"));
    }
    assert_int_equal(talk_dials(t), 0);
    talk_free(t);
}

static void a_socks_client_that_goes_silent_is_let_go(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = caller_new(t);

    (void)state;
    SAYS(c, "\5\2\0");
    talk_wait(t, 10500);
    assert_true(caller_saw_end(c));
    assert_true(flow_has_note(only_flow(t), "relay/slow-client"));
    talk_free(t);
}

static struct guests *eva(void)
{
    struct guests *g = guests_new();
    struct err e = {0};

    assert_true(guests_add(g, "eva:pass", &e));
    return g;
}

static void a_socks_client_logs_in(void **state)
{
    struct guests *guests = eva();
    struct talk *t = talk_new_for_guests(guests);
    struct caller *c = caller_new(t);

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    SAYS(c, "\5\2\0\2");
    HEARS(c, "\5\2");
    SAYS(c, "\1\3eva\4pass");
    HEARS(c, "\1\0");
    SAYS(c, SHOP);
    HEARS(c, DONE);
    talks_to_the_shop(t, c);
    assert_null(only_flow(t)->client->login);
    assert_int_equal(only_flow(t)->n_diagnosis, 0);
    talk_free(t);
    guests_free(guests);
}

static void a_socks_client_without_the_right_login_is_told_why(void **state)
{
    struct guests *guests = eva();
    struct talk *t = talk_new_for_guests(guests);
    struct caller *c = caller_new(t);

    (void)state;
    SAYS(c, GREETING);
    HEARS(c, "\5\xff");
    talk_run(t);
    assert_string_equal(talk_flow(t, 0)->client->login, "asked");
    assert_string_equal(talk_flow(t, 0)->diagnosis[0].cause, "proxy-auth-required");
    c = caller_new(t);
    SAYS(c, "\5\1\2\1\3eva\4nope" SHOP);
    HEARS(c, "\5\2\1\1");
    talk_run(t);
    assert_true(caller_saw_end(c));
    const struct flow *f = talk_flow(t, 1);
    assert_string_equal(f->client->login, "wrong");
    assert_string_equal(f->diagnosis[0].cause, "proxy-auth-required");
    assert_string_equal(f->diagnosis[0].confidence, "certain");
    assert_int_equal(talk_dials(t), 0);
    talk_free(t);
    guests_free(guests);
}

static void a_login_is_asked_for_once_and_kept_out_of_sight(void **state)
{
    static const char without[] = "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n";
    struct guests *guests = eva();
    struct talk *t = talk_new_for_guests(guests);
    struct caller *c = caller_new(t);
    char request[300];

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    snprintf(request, sizeof request, "%s\r\n", without);
    caller_sends(c, request);
    assert_string_equal(caller_gets(c),
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"whytls\", "
        "charset=\"UTF-8\"\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
    snprintf(request, sizeof request, "%sProxy-Authorization: Basic ZXZhOnBhc3M=\r\n\r\n", without);
    caller_sends(c, request);
    assert_string_equal(caller_gets(c), "HTTP/1.1 200 Connection Established\r\n\r\n");
    talks_to_the_shop(t, c);
    const struct flow *f = only_flow(t);
    assert_null(f->client->login);
    assert_int_equal(f->n_diagnosis, 0);
    talk_free(t);
    guests_free(guests);
}

static void who_goes_away_without_a_login_is_explained(void **state)
{
    struct guests *guests = eva();
    struct talk *t = talk_new_for_guests(guests);
    struct caller *c = caller_new(t);

    (void)state;
    caller_sends(c, "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n");
    caller_closes(c);
    talk_run(t);
    const struct flow *f = talk_flow(t, 0);
    assert_string_equal(f->target->host, "shop.example");
    assert_string_equal(f->client->login, "asked");
    assert_string_equal(f->diagnosis[0].cause, "proxy-auth-required");
    c = caller_new(t);
    caller_sends(c, "GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n"
                    "Proxy-Authorization: Basic ZXZhOm5vcGU=\r\nContent-Length: 4\r\n\r\nbody");
    assert_non_null(strstr(caller_gets(c), "Connection: close"));
    talk_run(t);
    assert_true(caller_saw_end(c)); /* behind a body that nobody read there is no next request */
    assert_string_equal(talk_flow(t, 1)->client->login, "wrong");
    assert_int_equal(talk_dials(t), 0);
    talk_free(t);
    guests_free(guests);
}

static void passwords_are_not_guessed_on_one_connection(void **state)
{
    struct guests *guests = eva();
    struct talk *t = talk_new_for_guests(guests);
    struct caller *c = caller_new(t);

    (void)state;
    for (int i = 0; i < 20; i++)
        caller_sends(c, "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n"
                        "Proxy-Authorization: Basic ZXZhOm5vcGU=\r\n\r\n");
    assert_true(caller_saw_end(c));
    talk_free(t);
    guests_free(guests);
}

static void the_root_is_there_for_everybody(void **state)
{
    struct guests *guests = eva();
    struct talk *t = talk_new_for_guests(guests);
    struct caller *c = caller_new(t);

    (void)state;
    caller_sends(c, "GET http://whytls.test/whytls.pem HTTP/1.1\r\nHost: whytls.test\r\n\r\n");
    assert_non_null(strstr(caller_gets(c), "-----BEGIN CERTIFICATE-----"));
    talk_free(t);
    guests_free(guests);
}

static void a_balancer_says_whose_connection_it_is(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = caller_new_balanced(t, "10.0.0.2");

    (void)state;
    talk_site(t, "shop.example", talk_good(t, "shop.example"));
    caller_sends(c, "PROXY TCP4 10.9.8.7 10.0.0.1 56324 8081\r\n");
    caller_asks(c, "shop.example:443");
    talks_to_the_shop(t, c);
    const struct flow *f = only_flow(t);
    assert_string_equal(f->client->ip, "10.9.8.7");
    assert_int_equal(f->client->port, 56324);
    assert_string_equal(f->client->balancer, "10.0.0.2");
    talk_free(t);
}

static void a_balancer_may_speak_for_itself(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = caller_new_balanced(t, "10.0.0.2");

    (void)state;
    SAYS(c, "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0");
    caller_closes(c);
    const struct flow *f = only_flow(t);
    assert_string_equal(f->client->ip, "10.0.0.2");
    assert_null(f->client->balancer);
    assert_int_equal(f->n_notes, 0);
    talk_free(t);
}

static void behind_a_balancer_nobody_comes_in_unnamed_or_from_outside(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = caller_new_balanced(t, "10.0.0.2");

    (void)state;
    caller_sends(c, "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n");
    assert_string_equal(caller_gets(c), "");
    assert_true(caller_saw_end(c));
    assert_true(flow_has_note(talk_flow(t, 0), "relay/bad-proxy-header"));
    c = caller_new_balanced(t, "10.0.0.2");
    caller_sends(c, "PROXY TCP4 192.0.2.66 10.0.0.1 1 2\r\nGET / HTTP/1.1\r\n\r\n");
    assert_string_equal(caller_gets(c), "");
    assert_true(caller_saw_end(c));
    assert_string_equal(talk_flow(t, 1)->client->ip, "192.0.2.66");
    c = caller_new_balanced(t, "10.0.0.2");
    caller_sends(c, "PROXY TCP4");
    talk_wait(t, 5500);
    assert_true(caller_saw_end(c));
    talk_free(t);
}

static void tls_to_the_proxy_is_opened_and_looked_into(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = caller_new(t);

    (void)state;
    talk_site(t, "shop.example", &(struct far_site_config){.manner = FAR_PLAIN});
    caller_shakes(c, talk_phone(t, "proxy.example"));
    caller_says(c, "GET http://shop.example/a HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    assert_string_equal(far_site_heard(talk_far(t, 0)), get_page);
    far_site_says(talk_far(t, 0), page);
    talk_run(t);
    assert_string_equal(caller_heard(c), page);
    caller_closes(c);
    const struct flow *f = only_flow(t);
    assert_true(f->client->secure);
    assert_string_equal(f->entry, "absolute");
    assert_string_equal(f->target->host, "shop.example");
    assert_true(flow_went_through(f, "secure"));
    talk_free(t);
}

static void whytls_itself_is_found_inside_tls(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = caller_new(t);

    (void)state;
    caller_shakes(c, talk_phone(t, "proxy.example"));
    caller_says(c, "GET http://whytls.test/whytls.pem HTTP/1.1\r\nHost: whytls.test\r\n\r\n");
    assert_non_null(strstr(caller_heard(c), "-----BEGIN CERTIFICATE-----"));
    talk_free(t);
}

static void much_through_tls_to_the_proxy_waits_for_a_slow_reader(void **state)
{
    enum { BODY = 3 * 1024 * 1024, BOUND = 2 * 1024 * 1024 };
    static char body[BODY];
    struct talk *t = talk_new();
    struct caller *c = caller_new(t);
    char head[80];

    (void)state;
    memset(body, 'x', sizeof body);
    talk_site(t, "shop.example", &(struct far_site_config){.manner = FAR_PLAIN});
    caller_shakes(c, talk_phone(t, "proxy.example"));
    caller_says(c, "GET http://shop.example/a HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    caller_holds(c, true);
    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", BODY);
    far_site_says(talk_far(t, 0), head);
    far_site_says_n(talk_far(t, 0), body, sizeof body);
    talk_run(t);
    assert_false(talk_far_is_reading(t, 0));
    assert_true(caller_backlog(c) < BOUND);
    caller_holds(c, false);
    assert_true(talk_far_is_reading(t, 0));
    assert_int_equal(strlen(caller_heard(c)), strlen(head) + BODY);
    caller_closes(c);
    talk_free(t);
}

static void who_does_not_trust_our_root_is_explained_at_the_proxy_itself(void **state)
{
    struct talk *t = talk_new_with_rules();
    struct caller *c = caller_new(t);
    struct phone_config *stranger = talk_phone(t, "proxy.example");

    (void)state;
    stranger->root_pem = NULL;
    caller_shakes(c, stranger);
    const struct flow *f = only_flow(t);
    assert_string_equal(f->entry, "secure-proxy");
    assert_string_equal(f->target->host, "proxy.example");
    assert_non_null(f->client_leg->alert);
    assert_true(f->n_diagnosis > 0);
    assert_int_equal(talk_dials(t), 0);
    talk_free(t);
}

static void who_only_shakes_hands_with_the_proxy_is_not_waited_for(void **state)
{
    static const enum phone_refusal ways[] = {
        REFUSE_BY_CLOSE_NOTIFY_AFTER, REFUSE_BY_FIN_AFTER, REFUSE_BY_RST_AFTER};
    struct talk *t = talk_new();

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct caller *c = caller_new(t);
        struct phone_config *phone = talk_phone(t, "proxy.example");

        phone->spare = true;
        phone->refusal = ways[i];
        caller_shakes(c, phone);
        talk_run(t);
        assert_int_equal(talk_flows(t), i + 1);
    }
    talk_free(t);
}

static void tls_inside_tls_to_the_proxy_needs_a_connect(void **state)
{
    struct talk *t = talk_new();
    struct caller *c = caller_new(t);

    (void)state;
    caller_shakes(c, talk_phone(t, "proxy.example"));
    caller_says(c, "\x16\3\1\2"); /* the text ends at a zero: enough to wait for more */
    caller_closes(c);
    assert_true(flow_has_note(only_flow(t), "relay/not-http"));
    talk_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_socks_client_is_intercepted_like_any_other),
        cmocka_unit_test(what_a_socks_client_sends_in_one_piece_is_taken_apart),
        cmocka_unit_test(plain_http_inside_socks_is_read),
        cmocka_unit_test(whytls_itself_is_found_through_socks),
        cmocka_unit_test(what_socks_offers_and_we_do_not_is_refused_in_its_own_words),
        cmocka_unit_test(a_socks_client_that_goes_silent_is_let_go),
        cmocka_unit_test(a_socks_client_logs_in),
        cmocka_unit_test(a_socks_client_without_the_right_login_is_told_why),
        cmocka_unit_test(a_login_is_asked_for_once_and_kept_out_of_sight),
        cmocka_unit_test(who_goes_away_without_a_login_is_explained),
        cmocka_unit_test(passwords_are_not_guessed_on_one_connection),
        cmocka_unit_test(the_root_is_there_for_everybody),
        cmocka_unit_test(a_balancer_says_whose_connection_it_is),
        cmocka_unit_test(a_balancer_may_speak_for_itself),
        cmocka_unit_test(behind_a_balancer_nobody_comes_in_unnamed_or_from_outside),
        cmocka_unit_test(tls_to_the_proxy_is_opened_and_looked_into),
        cmocka_unit_test(whytls_itself_is_found_inside_tls),
        cmocka_unit_test(much_through_tls_to_the_proxy_waits_for_a_slow_reader),
        cmocka_unit_test(who_does_not_trust_our_root_is_explained_at_the_proxy_itself),
        cmocka_unit_test(who_only_shakes_hands_with_the_proxy_is_not_waited_for),
        cmocka_unit_test(tls_inside_tls_to_the_proxy_needs_a_connect),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
