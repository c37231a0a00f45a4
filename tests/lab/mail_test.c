#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <event2/buffer.h>

#include "mail.h"

struct talk {
    struct evbuffer *in, *out;
    struct lab_mail mail;
};

static int talk_make(void **state)
{
    static struct talk t;

    t = (struct talk){.in = evbuffer_new(), .out = evbuffer_new()};
    *state = &t;
    return 0;
}

static int talk_free(void **state)
{
    struct talk *t = *state;

    evbuffer_free(t->in);
    evbuffer_free(t->out);
    return 0;
}

/* What it answers to these lines. */
static enum lab_mail_state hear(struct talk *t, const char *lines, char answer[static 512])
{
    evbuffer_add(t->in, lines, strlen(lines));
    enum lab_mail_state state = lab_mail_answer(&t->mail, t->in, t->out);
    int n = evbuffer_remove(t->out, answer, 511);
    answer[n > 0 ? n : 0] = '\0';
    return state;
}

static void each_server_greets_lists_and_comes_to_tls_in_its_own_words(void **state)
{
    static const struct {
        const char *protocol, *greets, *asks, *list, *upgrade, *go;
    } cases[] = {
        {"imap+starttls", "* OK", "a1 CAPABILITY\r\n", " STARTTLS", "a2 starttls\r\n", "a2 OK"},
        {"pop3+starttls", "+OK", "CAPA\r\n", "\r\nSTLS\r\n", "STLS\r\n", "+OK"},
        {"smtp+starttls", "220 ", "EHLO me\r\n", "250-STARTTLS\r\n", "STARTTLS\r\n", "220 "},
    };
    struct talk *t = *state;
    char answer[512];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lab_mail_init(&t->mail, cases[i].protocol, WAY_MAIL);
        lab_mail_greet(&t->mail, t->out);
        assert_int_equal(hear(t, cases[i].asks, answer), LAB_MAIL_HUNGRY);
        assert_memory_equal(answer, cases[i].greets, strlen(cases[i].greets));
        assert_non_null(strstr(answer, cases[i].list));
        assert_int_equal(hear(t, cases[i].upgrade, answer), LAB_MAIL_UPGRADE);
        assert_memory_equal(answer, cases[i].go, strlen(cases[i].go));
        t->mail.secure = true;
        hear(t, cases[i].asks, answer);
        assert_null(strstr(answer, cases[i].list));
        assert_int_equal(hear(t, cases[i].upgrade, answer), LAB_MAIL_HUNGRY);
    }
}

static void each_fault_has_its_own_words(void **state)
{
    static const struct {
        enum lab_way way;
        const char *list, *answer;
        enum lab_mail_state state;
    } cases[] = {
        {WAY_MAIL_REFUSES, "250-STARTTLS\r\n", "454 ", LAB_MAIL_HUNGRY},
        {WAY_MAIL_OLD, "250 8BITMIME\r\n", "454 ", LAB_MAIL_HUNGRY},
        {WAY_MAIL_CUT, "250-XXXXXXXX\r\n", "220 ", LAB_MAIL_UPGRADE},
        {WAY_MAIL_INJECTED, "250-STARTTLS\r\n", "220 2.0.0 begin TLS\r\n220 ", LAB_MAIL_UPGRADE},
    };
    struct talk *t = *state;
    char answer[512];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lab_mail_init(&t->mail, "smtp+starttls", cases[i].way);
        hear(t, "EHLO me\r\n", answer);
        assert_non_null(strstr(answer, cases[i].list));
        assert_int_equal(hear(t, "STARTTLS\r\n", answer), cases[i].state);
        assert_memory_equal(answer, cases[i].answer, strlen(cases[i].answer));
    }
}

static void logins_are_taken_in_tls_alone_and_refused_where_that_is_the_fault(void **state)
{
    static const struct {
        const char *protocol, *lines, *good, *bad;
    } cases[] = {
        {"imap", "a1 LOGIN anna secret\r\n", "a1 OK", "a1 NO"},
        {"imap", "a1 AUTHENTICATE PLAIN\r\nAGFubmEAc2VjcmV0\r\n", "+ \r\na1 OK", "+ \r\na1 NO"},
        {"pop3", "AUTH PLAIN AGFubmEAc2VjcmV0\r\n", "+OK", "-ERR [AUTH]"},
        {"pop3", "USER anna\r\nPASS secret\r\n", "+OK\r\n+OK", "+OK\r\n-ERR"},
        {"smtp", "AUTH PLAIN AGFubmEAc2VjcmV0\r\n", "235 ", "535 "},
        {"smtp", "AUTH PLAIN\r\nAGFubmEAc2VjcmV0\r\n", "334 \r\n235 ", "334 \r\n535 "},
        {"smtp", "AUTH LOGIN\r\nYW5uYQ==\r\nc2VjcmV0\r\n", "334 \r\n334 \r\n235 ",
            "334 \r\n334 \r\n535 "},
    };
    struct talk *t = *state;
    char answer[512];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lab_mail_init(&t->mail, cases[i].protocol, WAY_MAIL);
        t->mail.secure = true;
        hear(t, cases[i].lines, answer);
        assert_memory_equal(answer, cases[i].good, strlen(cases[i].good));
        lab_mail_init(&t->mail, cases[i].protocol, WAY_MAIL_LOGIN);
        t->mail.secure = true;
        hear(t, cases[i].lines, answer);
        assert_memory_equal(answer, cases[i].bad, strlen(cases[i].bad));
    }
    lab_mail_init(&t->mail, "smtp+starttls", WAY_MAIL);
    hear(t, "AUTH PLAIN AGFubmEAc2VjcmV0\r\n", answer);
    assert_memory_equal(answer, "538 ", 4);
}

static void what_is_no_line_ends_it_and_half_a_line_waits(void **state)
{
    struct talk *t = *state;
    char answer[512], flood[LAB_MAIL_LINE_MOST + 2];

    lab_mail_init(&t->mail, "imap", WAY_MAIL);
    assert_int_equal(hear(t, "a1 NO", answer), LAB_MAIL_HUNGRY);
    assert_string_equal(answer, "");
    hear(t, "OP\r\nnonsense\r\n", answer);
    assert_string_equal(answer, "a1 OK done\r\n* BAD no tag\r\n");
    memset(flood, 'x', sizeof flood - 1);
    flood[sizeof flood - 1] = '\0';
    assert_int_equal(hear(t, flood, answer), LAB_MAIL_END);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            each_server_greets_lists_and_comes_to_tls_in_its_own_words, talk_make, talk_free),
        cmocka_unit_test_setup_teardown(each_fault_has_its_own_words, talk_make, talk_free),
        cmocka_unit_test_setup_teardown(
            logins_are_taken_in_tls_alone_and_refused_where_that_is_the_fault, talk_make,
            talk_free),
        cmocka_unit_test_setup_teardown(
            what_is_no_line_ends_it_and_half_a_line_waits, talk_make, talk_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
