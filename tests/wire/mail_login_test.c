#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mail_login.h"

struct turn {
    const char *client, *server;
};

static struct mail_login after(enum mail_protocol protocol, const struct turn *turns, size_t n)
{
    struct mail_login m;

    mail_login_init(&m, protocol);
    for (size_t i = 0; i < n; i++) {
        const char *c = turns[i].client, *s = turns[i].server;

        for (; *c; c++)
            mail_login_client(&m, (const uint8_t *)c, 1);
        mail_login_server(&m, (const uint8_t *)s, strlen(s));
    }
    return m;
}

static void each_protocol_says_yes_and_no_in_its_own_way(void **state)
{
    static const struct {
        enum mail_protocol protocol;
        struct turn turns[4];
        enum mail_login_state state;
        const char *words;
    } cases[] = {
        {MAIL_IMAP,
            {{"", "* OK hello\r\n"}, {"a LOGIN me secret\r\n", "* CAPABILITY x\r\na OK in\r\n"}},
            LOGIN_TAKEN, ""},
        {MAIL_IMAP, {{"a1 login me secret\r\n", "a1 NO [AUTHENTICATIONFAILED] no\r\n"}},
            LOGIN_REFUSED, "a1 NO [AUTHENTICATIONFAILED] no"},
        {MAIL_IMAP, {{"a AUTHENTICATE PLAIN\r\n", "+ \r\n"}, {"AG1lAHg=\r\n", "a NO what\r\n"}},
            LOGIN_REFUSED, "a NO what"},
        {MAIL_IMAP, {{"a AUTHENTICATE X\r\n", "a BAD what\r\n"}}, LOGIN_NONE, ""},
        {MAIL_POP3, {{"AUTH PLAIN\r\n", "-ERR unknown\r\n"}}, LOGIN_NONE, ""},
        {MAIL_SMTP, {{"AUTH X\r\n", "504 what\r\n"}}, LOGIN_NONE, ""},
        {MAIL_IMAP, {{"a NOOP\r\n", "a NO not now\r\n"}}, LOGIN_NONE, ""},
        {MAIL_POP3, {{"USER me\r\n", "+OK\r\n"}, {"PASS x\r\n", "-ERR [AUTH] no\r\n"}},
            LOGIN_REFUSED, "-ERR [AUTH] no"},
        {MAIL_POP3, {{"USER me\r\n", "-ERR no\r\n"}}, LOGIN_NONE, ""},
        {MAIL_POP3, {{"AUTH PLAIN\r\n", "+ \r\n"}, {"AG1lAHg=\r\n", "+OK\r\n"}}, LOGIN_TAKEN, ""},
        {MAIL_SMTP,
            {{"EHLO me\r\n", "250-x\r\n250 AUTH PLAIN\r\n"},
                {"AUTH PLAIN AA==\r\n", "535-5.7.8 no\r\n535 5.7.8 really\r\n"}},
            LOGIN_REFUSED, "535 5.7.8 really"},
        {MAIL_SMTP,
            {{"AUTH LOGIN\r\n", "334 VXN\r\n"}, {"bWU=\r\n", "334 UGFz\r\n"},
                {"eA==\r\n", "235 in\r\n"}},
            LOGIN_TAKEN, ""},
        {MAIL_SMTP, {{"AUTH PLAIN AA==\r\n", "535 no\r\n"}, {"AUTH PLAIN AB==\r\n", "235 in\r\n"}},
            LOGIN_TAKEN, "535 no"},
        {MAIL_SMTP, {{"AUTHOR x\r\n", "500 what\r\n"}}, LOGIN_NONE, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n = 0;

        while (n < 4 && cases[i].turns[n].client)
            n++;
        struct mail_login m = after(cases[i].protocol, cases[i].turns, n);
        assert_int_equal(m.state, cases[i].state);
        assert_string_equal(m.words, cases[i].words);
    }
}

static void no_password_is_kept(void **state)
{
    static const struct turn turns[] = {{"a LOGIN me secret\r\n", "* wait\r\n"}};
    struct mail_login m = after(MAIL_IMAP, turns, 1);
    static const char secret[] = "secret";

    (void)state;
    assert_int_equal(m.state, LOGIN_ASKED);
    assert_null(memmem(&m, sizeof m, secret, sizeof secret - 1));
}

static void long_lines_are_bounded(void **state)
{
    struct mail_login m;
    uint8_t flood[4096];

    (void)state;
    mail_login_init(&m, MAIL_IMAP);
    memset(flood, 'a', sizeof flood);
    mail_login_client(&m, flood, sizeof flood);
    mail_login_server(&m, flood, sizeof flood);
    mail_login_client(&m, (const uint8_t *)" LOGIN\r\na LOGIN\r\n", 17);
    assert_int_equal(m.state, LOGIN_ASKED);
    mail_login_server(&m, (const uint8_t *)"\r\na NO\r\n", 8);
    assert_int_equal(m.state, LOGIN_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_protocol_says_yes_and_no_in_its_own_way),
        cmocka_unit_test(no_password_is_kept),
        cmocka_unit_test(long_lines_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
