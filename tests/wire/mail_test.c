#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mail.h"

/* What the server says, in turns, and what we say after each. */
struct row {
    const char *name;
    enum mail_protocol protocol;
    const char *server[4], *client[4];
    enum mail_state ends;
    const char *words;
};

static const struct row rows[] = {
    {"IMAP", MAIL_IMAP,
        {"* OK ready\r\n", "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK done\r\n",
            "a2 OK go on\r\n"},
        {"a1 CAPABILITY\r\n", "a2 STARTTLS\r\n", ""}, MAIL_READY, ""},
    {"IMAP in lower case, with news between", MAIL_IMAP,
        {"* ok hi\n", "* 3 EXISTS\n* capability imap4rev1 starttls\na1 ok\n", "a2 ok\n"},
        {"a1 CAPABILITY\r\n", "a2 STARTTLS\r\n", ""}, MAIL_READY, ""},
    {"IMAP that does not offer it", MAIL_IMAP,
        {"* OK ready\r\n", "* CAPABILITY IMAP4rev1 XSTARTTLS\r\na1 OK done\r\n"},
        {"a1 CAPABILITY\r\n", "a2 STARTTLS\r\n"}, MAIL_TALKING, ""},
    {"IMAP that does not offer it, and refuses", MAIL_IMAP,
        {"* OK ready\r\n", "* CAPABILITY IMAP4rev1\r\na1 OK done\r\n", "a2 BAD what\r\n"},
        {"a1 CAPABILITY\r\n", "a2 STARTTLS\r\n", ""}, MAIL_NOT_OFFERED, "a2 BAD what"},
    {"IMAP whose list was cut", MAIL_IMAP,
        {"* OK ready\r\n", "* CAPABILITY IMAP4rev1\r\na1 OK done\r\n", "a2 OK go\r\n"},
        {"a1 CAPABILITY\r\n", "a2 STARTTLS\r\n", ""}, MAIL_READY, ""},
    {"IMAP that refuses", MAIL_IMAP,
        {"* OK ready\r\n", "* CAPABILITY STARTTLS\r\na1 OK\r\n", "a2 NO not now\r\n"},
        {"a1 CAPABILITY\r\n", "a2 STARTTLS\r\n", ""}, MAIL_REFUSED, "a2 NO not now"},
    {"IMAP that says goodbye", MAIL_IMAP, {"* OK ready\r\n", "* BYE too many\r\n"},
        {"a1 CAPABILITY\r\n", ""}, MAIL_REFUSED, "* BYE too many"},
    {"IMAP with a line slipped in", MAIL_IMAP,
        {"* OK ready\r\n", "* CAPABILITY STARTTLS\r\na1 OK\r\n", "a2 OK\r\n* OK [ALERT] hello\r\n"},
        {"a1 CAPABILITY\r\n", "a2 STARTTLS\r\n", ""}, MAIL_INJECTED,
        "bytes followed the go-ahead for TLS"},
    {"SMTP", MAIL_SMTP,
        {"220-mx\r\n220 ready\r\n", "250-mx hello\r\n250-SIZE 1\r\n250 STARTTLS\r\n", "220 go\r\n"},
        {"EHLO whytls.invalid\r\n", "STARTTLS\r\n", ""}, MAIL_READY, ""},
    {"SMTP that does not offer it", MAIL_SMTP,
        {"220 ready\r\n", "250-mx\r\n250 SIZE\r\n", "502 no such command\r\n"},
        {"EHLO whytls.invalid\r\n", "STARTTLS\r\n", ""}, MAIL_NOT_OFFERED, "502 no such command"},
    {"SMTP behind a firewall", MAIL_SMTP,
        {"220 ready\r\n", "250-mx\r\n250 XXXXXXXA\r\n", "500 XXXXXXXX\r\n"},
        {"EHLO whytls.invalid\r\n", "STARTTLS\r\n", ""}, MAIL_NOT_OFFERED, "500 XXXXXXXX"},
    {"SMTP with blanks at the end", MAIL_SMTP,
        {"220 ready\r\n", "250-mx\r\n250-STARTTLS \r\n250 SIZE\r\n", "220 \r\n"},
        {"EHLO whytls.invalid\r\n", "STARTTLS\r\n", ""}, MAIL_READY, ""},
    {"SMTP that is busy", MAIL_SMTP, {"421 later\r\n"}, {""}, MAIL_REFUSED, "421 later"},
    {"SMTP that refuses", MAIL_SMTP, {"220 a\r\n", "250 STARTTLS\r\n", "454 no TLS now\r\n"},
        {"EHLO whytls.invalid\r\n", "STARTTLS\r\n", ""}, MAIL_REFUSED, "454 no TLS now"},
    {"POP3", MAIL_POP3, {"+OK hi\r\n", "+OK list\r\nTOP\r\nSTLS\r\n.\r\n", "+OK go\r\n"},
        {"CAPA\r\n", "STLS\r\n", ""}, MAIL_READY, ""},
    {"POP3 without CAPA", MAIL_POP3, {"+OK hi\r\n", "-ERR what\r\n", "+OK go\r\n"},
        {"CAPA\r\n", "STLS\r\n", ""}, MAIL_READY, ""},
    {"POP3 that does not offer it", MAIL_POP3,
        {"+OK hi\r\n", "+OK list\r\nTOP\r\n.\r\n", "-ERR what\r\n"}, {"CAPA\r\n", "STLS\r\n", ""},
        MAIL_NOT_OFFERED, "-ERR what"},
    {"POP3 that refuses", MAIL_POP3, {"+OK hi\r\n", "-ERR what\r\n", "-ERR no\r\n"},
        {"CAPA\r\n", "STLS\r\n", ""}, MAIL_REFUSED, "-ERR no"},
    {"ManageSieve", MAIL_SIEVE,
        {"\"IMPLEMENTATION\" \"x\"\r\n\"STARTTLS\"\r\nOK\r\n", "OK \"go\"\r\n"},
        {"STARTTLS\r\n", ""}, MAIL_READY, ""},
    {"ManageSieve that does not offer it", MAIL_SIEVE,
        {"\"SIEVE\" \"x\"\r\nOK\r\n", "NO \"what\"\r\n"}, {"STARTTLS\r\n", ""}, MAIL_NOT_OFFERED,
        "NO \"what\""},
    {"ManageSieve that refuses", MAIL_SIEVE, {"\"STARTTLS\"\r\nOK\r\n", "NO later\r\n"},
        {"STARTTLS\r\n", ""}, MAIL_REFUSED, "NO later"},
    {"ManageSieve that is busy", MAIL_SIEVE, {"BYE\r\n"}, {""}, MAIL_REFUSED, "BYE"},
    {"ManageSieve with words behind the go-ahead", MAIL_SIEVE,
        {"\"STARTTLS\"\r\nOK\r\n", "OK\r\nOK\r\n"}, {"STARTTLS\r\n", ""}, MAIL_INJECTED,
        "bytes followed the go-ahead for TLS"},
    {"XMPP, where the client begins", MAIL_XMPP, {"<stream>\n"}, {""}, MAIL_GARBAGE, "<stream>"},
    {"a web server", MAIL_IMAP, {"HTTP/1.1 400 Bad Request\r\n"}, {""}, MAIL_GARBAGE,
        "HTTP/1.1 400 Bad Request"},
    {"the wrong mail server", MAIL_SMTP, {"+OK POP3\r\n"}, {""}, MAIL_GARBAGE, "+OK POP3"},
};

/* Feeds a turn whole, or byte by byte: it must come to the same. */
static void talk(const struct row *r, bool in_bytes)
{
    struct mail_talk m;
    enum mail_state state = MAIL_TALKING;

    mail_talk_init(&m, r->protocol);
    for (size_t i = 0; i < 4 && r->server[i]; i++) {
        size_t n = strlen(r->server[i]), step = in_bytes ? 1 : n;
        struct text out = {0};

        for (size_t at = 0; at < n; at += step)
            state = mail_talk_take(&m, (const uint8_t *)r->server[i] + at, step, &out);
        if (strcmp(text_str(&out), r->client[i]) != 0)
            fail_msg("%s, turn %zu: we say “%s”", r->name, i, text_str(&out));
        text_fini(&out);
    }
    /* Byte by byte nobody can see what comes behind: there the transport must be looked at. */
    if (!(in_bytes && r->ends == MAIL_INJECTED) &&
        (state != r->ends || strcmp(m.words, r->words) != 0))
        fail_msg("%s: ends as %d with “%s”", r->name, (int)state, m.words);
    mail_talk_fini(&m);
}

static void each_protocol_comes_to_tls_or_says_why_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        talk(&rows[i], false);
        talk(&rows[i], true);
    }
}

static void an_offer_that_somebody_took_out_is_seen(void **state)
{
    static const struct {
        enum mail_protocol protocol;
        const char *server;
        bool cut;
    } cases[] = {
        {MAIL_SMTP, "220 a\r\n250-a\r\n250 STARTTLS\r\n220 go\r\n", false},
        {MAIL_SMTP, "220 a\r\n250-a\r\n250 SIZE\r\n220 go\r\n", true},
        {MAIL_SMTP, "220 a\r\n250-a\r\n250 SIZE\r\n502 what\r\n", false},
        {MAIL_SMTP, "220 a\r\n250-a\r\n250 XXXXXXXX\r\n502 what\r\n", true},
        {MAIL_SMTP, "220 a\r\n250-a\r\n250 XXXXXXXA\r\n502 what\r\n", true},
        {MAIL_SMTP, "220 a\r\n250-a\r\n250 XEXCH50\r\n502 what\r\n", false},
        {MAIL_SMTP, "220 a\r\n250-a\r\n250 XXX\r\n502 what\r\n", false},
        {MAIL_POP3, "+OK\r\n-ERR\r\n+OK\r\n", false}, /* there was no list to cut */
        {MAIL_POP3, "+OK\r\n+OK\r\nTOP\r\n.\r\n+OK\r\n", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mail_talk m;
        struct text out = {0};

        mail_talk_init(&m, cases[i].protocol);
        (void)mail_talk_take(&m, (const uint8_t *)cases[i].server, strlen(cases[i].server), &out);
        if (m.state == MAIL_TALKING || mail_talk_was_cut(&m) != cases[i].cut)
            fail_msg("case %zu: %d", i, (int)m.state);
        mail_talk_fini(&m);
        text_fini(&out);
    }
}

static void a_server_that_never_ends_is_cut_off(void **state)
{
    static const char capability[] = "* 1 EXISTS\r\n";
    struct mail_talk m;
    struct text out = {0};

    (void)state;
    mail_talk_init(&m, MAIL_IMAP);
    for (size_t i = 0; i < MAIL_LINE_MOST + 10; i++)
        (void)mail_talk_take(&m, (const uint8_t *)"x", 1, &out);
    assert_int_equal(m.state, MAIL_GARBAGE);
    mail_talk_fini(&m);
    mail_talk_init(&m, MAIL_IMAP);
    (void)mail_talk_take(&m, (const uint8_t *)"* OK\r\n", 6, &out);
    for (size_t i = 0; i < MAIL_TALK_MOST; i += sizeof capability - 1)
        (void)mail_talk_take(&m, (const uint8_t *)capability, sizeof capability - 1, &out);
    assert_int_equal(m.state, MAIL_GARBAGE);
    mail_talk_fini(&m);
    text_fini(&out);
}

static void a_nul_is_no_text(void **state)
{
    struct mail_talk m;
    struct text out = {0};

    (void)state;
    mail_talk_init(&m, MAIL_SMTP);
    assert_int_equal(mail_talk_take(&m, (const uint8_t *)"220 a\0b\r\n", 9, &out), MAIL_GARBAGE);
    mail_talk_fini(&m);
    text_fini(&out);
}

static void a_port_tells_what_it_speaks(void **state)
{
    static const struct {
        uint16_t port;
        const char *service;
        bool implicit;
    } ports[] = {
        {25, "smtp", false},
        {587, "submission", false},
        {2525, "submission", false},
        {465, "submission", true},
        {143, "imap", false},
        {993, "imap", true},
        {110, "pop3", false},
        {995, "pop3", true},
        {4190, "sieve", false},
        {5222, "xmpp", false},
        {5269, "xmpp", false},
        {5223, "none", false},
        {443, "none", false},
        {0, "none", false},
    };
    bool implicit;

    (void)state;
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
        enum mail_protocol p = mail_protocol_of_port(ports[i].port, &implicit);

        assert_string_equal(mail_service_name(p, ports[i].port), ports[i].service);
        assert_int_equal(implicit, ports[i].implicit);
    }
}

static void a_greeting_tells_what_speaks(void **state)
{
    static const struct {
        const char *said;
        bool told;
        enum mail_protocol protocol;
    } cases[] = {
        {"", false, MAIL_NONE},
        {"* OK", false, MAIL_NONE},
        {"* OK hi\r\n", true, MAIL_IMAP},
        {"* PREAUTH hi\n* more", true, MAIL_IMAP},
        {"* BYE\r\n", true, MAIL_IMAP},
        {"* what\r\n", true, MAIL_NONE},
        {"\"IMPLEMENTATION\" \"x\"\r\n", true, MAIL_SIEVE},
        {"+OK <1@x>\r\n", true, MAIL_POP3},
        {"+ERR\r\n", true, MAIL_NONE},
        {"220 mx ESMTP\r\n", true, MAIL_SMTP},
        {"220-mx.smtp.example\r\n220 x\r\n", true, MAIL_SMTP},
        {"220-mx\r\n", false, MAIL_NONE},
        {"220-mx\r\n220 ESMTP", false, MAIL_NONE},
        {"220-mx\r\n220 ESMTP\r\n", true, MAIL_SMTP},
        {"220-\n2", false, MAIL_NONE},
        {"220 (vsFTPd 3.0.3)\r\n220 ESMTP\r\n", true, MAIL_NONE},
        {"SSH-2.0-OpenSSH", true, MAIL_NONE},
        {"RFB 003.008\n", true, MAIL_NONE},
    };
    static uint8_t endless[MAIL_GREETING_MOST] = {'*', ' ', 'O', 'K'};
    enum mail_protocol p;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n = strlen(cases[i].said);

        if (mail_greeting_read((const uint8_t *)cases[i].said, n, &p) != cases[i].told ||
            p != cases[i].protocol)
            fail_msg("%s: %s", cases[i].said, mail_protocol_name(p));
    }
    assert_false(mail_greeting_read(endless, sizeof endless - 1, &p));
    assert_true(mail_greeting_read(endless, sizeof endless, &p));
    assert_int_equal(p, MAIL_IMAP);
    assert_true(mail_greeting_read((const uint8_t *)"\0", 1, &p));
    assert_int_equal(p, MAIL_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_protocol_comes_to_tls_or_says_why_not),
        cmocka_unit_test(an_offer_that_somebody_took_out_is_seen),
        cmocka_unit_test(a_server_that_never_ends_is_cut_off),
        cmocka_unit_test(a_nul_is_no_text),
        cmocka_unit_test(a_port_tells_what_it_speaks),
        cmocka_unit_test(a_greeting_tells_what_speaks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
