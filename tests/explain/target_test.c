#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "explain/target.h"

static void a_scheme_or_a_port_tells_how_to_speak(void **state)
{
    static const struct {
        const char *text, *host;
        uint16_t port;
        enum mail_protocol mail;
        bool starttls;
    } rows[] = {
        {"shop.example", "shop.example", 443, MAIL_NONE, false},
        {"Shop.Example.:8443", "shop.example", 8443, MAIL_NONE, false},
        {"https://shop.example/a?b", "shop.example", 443, MAIL_NONE, false},
        {"HTTPS://[2001:db8::1]:8443/", "2001:db8::1", 8443, MAIL_NONE, false},
        {"imap://mail.example", "mail.example", 143, MAIL_IMAP, true},
        {"imaps://mail.example", "mail.example", 993, MAIL_IMAP, false},
        {"imaps://mail.example:1993", "mail.example", 1993, MAIL_IMAP, false},
        {"smtp://mx.example", "mx.example", 25, MAIL_SMTP, true},
        {"smtp://mx.example:587", "mx.example", 587, MAIL_SMTP, true},
        {"submission://mx.example", "mx.example", 587, MAIL_SMTP, true},
        {"smtps://mx.example", "mx.example", 465, MAIL_SMTP, false},
        {"pop3://mail.example", "mail.example", 110, MAIL_POP3, true},
        {"sieve://mail.example", "mail.example", 4190, MAIL_SIEVE, true},
        {"pop3s://mail.example", "mail.example", 995, MAIL_POP3, false},
        {"mail.example:993", "mail.example", 993, MAIL_IMAP, false},
        {"mail.example:587", "mail.example", 587, MAIL_SMTP, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct target t;
        struct err e = {0};

        if (!target_parse(rows[i].text, &t, &e))
            fail_msg("%s: %s", rows[i].text, e.text);
        assert_string_equal(t.host, rows[i].host);
        assert_int_equal(t.port, rows[i].port);
        assert_int_equal(t.mail, rows[i].mail);
        assert_int_equal(t.starttls, rows[i].starttls);
    }
}

static void what_is_no_target_is_refused_with_what_would_do(void **state)
{
    static const char *const rows[][2] = {
        {"ftp://shop.example", "no such scheme; there are https"},
        {"://shop.example", "no such scheme"},
        {"imap://", "there is no host in this address"},
        {"imap://mail.example:0", "the port 0 is not from 1 to 65535"},
        {"shop.example:99999", "the port 99999 is not from 1 to 65535"},
        {"nowhere.pem", "there is no such file (of a host of this name, ask https://nowhere.pem)"},
        {"folder/nowhere", "there is no such file"},
        {"", "neither a file"},
        {"a b", "neither a file"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct target t;
        struct err e = {0};

        assert_false(target_parse(rows[i][0], &t, &e));
        if (!strstr(e.text, rows[i][1]))
            fail_msg("%s: “%s”", rows[i][0], e.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scheme_or_a_port_tells_how_to_speak),
        cmocka_unit_test(what_is_no_target_is_refused_with_what_would_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
