/* Conversations: what is spoken inside TLS and is not HTTP crosses as bytes, both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "relay/relay.h"
#include "support/talk.h"

#define HOST "push.example"

enum { MUCH = 3 * 1024 * 1024 };

struct chat {
    struct talk *t;
    struct caller *c;
    struct far_site *site;
};

/* A phone that offers this protocol, and a site that may choose one. */
static struct chat chat_with(const char *offered, const char *chosen, const char *versions)
{
    struct chat chat = {.t = talk_new_with_rules()};
    struct far_site_config how = *talk_good(chat.t, HOST);
    struct phone_config p = *talk_phone(chat.t, HOST);

    how.alpn = chosen;
    p.alpn = offered;
    p.no_alpn = !offered;
    p.versions = versions;
    talk_site(chat.t, HOST, &how);
    chat.c = caller_new(chat.t);
    caller_asks(chat.c, HOST ":443");
    caller_shakes(chat.c, &p);
    assert_true(phone_is_open(caller_phone(chat.c)));
    chat.site = talk_far(chat.t, 0);
    return chat;
}

static void site_says(struct chat *chat, const char *text)
{
    far_site_says(chat->site, text);
    talk_run(chat->t);
}

static const struct flow *over(struct chat *chat)
{
    caller_closes(chat->c);
    far_site_closes(chat->site);
    talk_wait(chat->t, 200);
    assert_int_equal(relays_open(talk_relays(chat->t)), 0);
    return talk_flow(chat->t, 0);
}

static void expect_relayed(const struct flow *f, const char *protocol)
{
    assert_string_equal(f->decision->action, "intercept");
    assert_string_equal(f->protocol, protocol);
    assert_int_equal(f->n_exchanges, 0);
    assert_int_equal(f->n_diagnosis, 0);
    assert_null(f->mail);
    assert_true(f->client_leg->bytes_in > 0 && f->server_leg->bytes_in > 0);
}

static void a_name_of_alpn_is_agreed_on_with_both(void **state)
{
    static const char *const names[] = {"apns-security-v3", "mqtt", "x-amzn-mqtt-ca"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct chat chat = chat_with(names[i], names[i], NULL);

        caller_says(chat.c, "GET / HTTP/1.1\r\n"); /* as it looks, this is none of ours */
        assert_string_equal(far_site_heard(chat.site), "GET / HTTP/1.1\r\n");
        site_says(&chat, "answer");
        assert_string_equal(caller_heard(chat.c), "answer");
        const struct flow *f = over(&chat);
        expect_relayed(f, names[i]);
        assert_string_equal(f->client_leg->alpn, names[i]);
        assert_string_equal(f->server_leg->alpn, names[i]);
        talk_free(chat.t);
    }
}

static void a_name_that_the_site_does_not_choose_is_not_answered(void **state)
{
    struct chat chat = chat_with("mqtt", NULL, NULL);

    (void)state;
    far_site_forget(chat.site);
    phone_says(caller_phone(chat.c), "x");
    talk_run(chat.t);
    site_says(&chat, "y");
    const struct flow *f = over(&chat);
    assert_null(f->client_leg->alpn);
    expect_relayed(f, "unknown");
    talk_free(chat.t);
}

static void without_a_name_the_first_bytes_tell(void **state)
{
    static const char *const rows[][2] = {{"<?xml version='1.0'?><stream:stream>", "xmpp"},
        {"AMQP\1\1\1\11", "amqp"}, {"\1\2\3", "unknown"}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct chat chat = chat_with(NULL, NULL, NULL);

        caller_says(chat.c, rows[i][0]);
        assert_string_equal(far_site_heard(chat.site), rows[i][0]);
        site_says(&chat, "\x20\x02");
        assert_string_equal(caller_heard(chat.c), "\x20\x02");
        expect_relayed(over(&chat), rows[i][1]);
        talk_free(chat.t);
    }
}

static void a_server_that_speaks_first_is_heard(void **state)
{
    struct chat chat = chat_with(NULL, NULL, NULL);

    (void)state;
    site_says(&chat, "RFB 003.008\n");
    assert_string_equal(caller_heard(chat.c), "RFB 003.008\n");
    caller_says(chat.c, "RFB 003.008\n");
    assert_string_equal(far_site_heard(chat.site), "RFB 003.008\n");
    expect_relayed(over(&chat), "unknown");
    talk_free(chat.t);
}

static void a_mail_server_on_any_port_is_known_by_its_greeting(void **state)
{
    struct chat chat = chat_with(NULL, NULL, NULL);

    (void)state;
    site_says(&chat, "* OK IMAP4rev1 ready\r\n");
    caller_says(chat.c, "1 LOGOUT\r\n");
    const struct flow *f = over(&chat);
    assert_string_equal(f->protocol, "imap");
    assert_string_equal(f->mail->protocol, "imap");
    assert_string_equal(f->mail->starttls, "implicit");
    talk_free(chat.t);
}

/* Each may end its direction and still be answered: RFC 8446 §6.1. */
static void the_last_words_of_a_site_that_ends_cross(void **state)
{
    struct chat chat = chat_with("mqtt", "mqtt", "1.3");

    (void)state;
    caller_says(chat.c, "one");
    site_says(&chat, "last words");
    far_site_ends(chat.site);
    talk_run(chat.t);
    assert_string_equal(caller_heard(chat.c), "last words");
    const struct flow *f = over(&chat);
    assert_true(far_site_saw_close_notify(chat.site));
    assert_string_equal(f->server_leg->ended, "clean");
    expect_relayed(f, "mqtt");
    talk_free(chat.t);
}

static void the_phone_may_end_first_and_still_listen(void **state)
{
    struct chat chat = chat_with("mqtt", "mqtt", "1.3");

    (void)state;
    caller_says(chat.c, "all that I have");
    phone_ends(caller_phone(chat.c));
    talk_run(chat.t);
    assert_true(far_site_saw_close_notify(chat.site));
    site_says(&chat, "and the answer");
    assert_string_equal(caller_heard(chat.c), "and the answer");
    expect_relayed(over(&chat), "mqtt");
    talk_free(chat.t);
}

static void much_crosses_both_ways_in_bounded_memory(void **state)
{
    struct chat chat = chat_with("mqtt", "mqtt", NULL);
    char *much = mem_new(MUCH + 1);

    (void)state;
    memset(much, 'm', MUCH);
    caller_says(chat.c, "begin");
    caller_holds(chat.c, true);
    far_site_says(chat.site, much);
    talk_run(chat.t);
    assert_true(caller_backlog(chat.c) < 1024 * 1024);
    assert_false(talk_far_is_reading(chat.t, 0));
    caller_holds(chat.c, false);
    talk_run(chat.t);
    assert_int_equal(strlen(caller_heard(chat.c)), MUCH);
    caller_says(chat.c, much);
    assert_int_equal(far_site_heard_len(chat.site), MUCH + 5);
    expect_relayed(over(&chat), "mqtt");
    mem_free(much);
    talk_free(chat.t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_of_alpn_is_agreed_on_with_both),
        cmocka_unit_test(a_name_that_the_site_does_not_choose_is_not_answered),
        cmocka_unit_test(without_a_name_the_first_bytes_tell),
        cmocka_unit_test(a_server_that_speaks_first_is_heard),
        cmocka_unit_test(a_mail_server_on_any_port_is_known_by_its_greeting),
        cmocka_unit_test(the_last_words_of_a_site_that_ends_cross),
        cmocka_unit_test(the_phone_may_end_first_and_still_listen),
        cmocka_unit_test(much_crosses_both_ways_in_bounded_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
