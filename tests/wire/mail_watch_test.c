#include "mail_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A dialogue in turns: "C:" and "S:" say whose; a line end is added to each. */
struct row {
    const char *name;
    enum mail_protocol protocol;
    const char *turns[8];
    enum mail_watch_state ends;
    bool offered, refused;
};

static const struct row rows[] = {
    {"IMAP", MAIL_IMAP, {"S:* OK [CAPABILITY STARTTLS] hi", "C:a STARTTLS", "S:a OK go"},
        WATCH_UPGRADED, true, false},
    {"IMAP with much before", MAIL_IMAP,
        {"S:* OK hi", "C:1 CAPABILITY", "S:* CAPABILITY IMAP4rev1 STARTTLS\r\n1 OK",
            "C:2 ID (\"name\" {5}\r\nOther)", "S:* ID NIL\r\n2 OK", "C:x starttls",
            "S:* 1 EXISTS\r\nx ok"},
        WATCH_UPGRADED, true, false},
    {"IMAP: a literal that looks like a command", MAIL_IMAP,
        {"S:* OK", "C:1 ID (\"a\" {12}\r\nx STARTTLS\r\n)", "S:1 OK", "C:2 NOOP", "S:2 OK"},
        WATCH_TALKING, false, false},
    {"IMAP: another tag is no answer", MAIL_IMAP, {"S:* OK", "C:a STARTTLS", "S:ab OK"},
        WATCH_TALKING, false, false},
    {"IMAP refused", MAIL_IMAP, {"S:* OK", "C:a STARTTLS", "S:a NO not now", "C:b NOOP", "S:b OK"},
        WATCH_TALKING, false, true},
    {"IMAP login", MAIL_IMAP, {"S:* OK", "C:a LOGIN me secret"}, WATCH_PLAIN, false, false},
    {"IMAP: more behind the go-ahead", MAIL_IMAP,
        {"S:* OK", "C:a STARTTLS", "S:a OK\r\n* OK [ALERT] x"}, WATCH_INJECTED, false, false},
    {"IMAP: more behind the wish", MAIL_IMAP, {"S:* OK", "C:a STARTTLS\r\nb LOGIN x y", "S:a OK"},
        WATCH_INJECTED, false, false},
    {"IMAP: no greeting", MAIL_IMAP, {"S:220 ESMTP"}, WATCH_LOST, false, false},
    {"SMTP", MAIL_SMTP,
        {"S:220-a\r\n220 b", "C:EHLO x", "S:250-b\r\n250-STARTTLS\r\n250 SIZE", "C:STARTTLS",
            "S:220 go"},
        WATCH_UPGRADED, true, false},
    {"SMTP in a pipeline", MAIL_SMTP,
        {"S:220 a", "C:EHLO x\r\nNOOP\r\nSTARTTLS", "S:250 STARTTLS", "S:250 ok", "S:220 go"},
        WATCH_UPGRADED, true, false},
    {"SMTP refused", MAIL_SMTP, {"S:220 a", "C:STARTTLS", "S:454 no", "C:QUIT", "S:221 bye"},
        WATCH_TALKING, false, true},
    {"SMTP mail", MAIL_SMTP, {"S:220 a", "C:EHLO x", "S:250 a", "C:MAIL FROM:<a@b>"}, WATCH_PLAIN,
        false, false},
    {"SMTP: a command behind the wish (CVE-2011-0411)", MAIL_SMTP,
        {"S:220 a", "C:STARTTLS\r\nRSET", "S:220 go"}, WATCH_INJECTED, false, false},
    {"SMTP: held, refused, and then let through", MAIL_SMTP,
        {"S:220 a", "C:STARTTLS\r\nMAIL FROM:<a@b>", "S:454 no"}, WATCH_PLAIN, false, true},
    {"SMTP going down", MAIL_SMTP, {"S:220 a", "S:421 bye"}, WATCH_TALKING, false, false},
    {"SMTP that talks unasked", MAIL_SMTP, {"S:220 a", "S:250 what"}, WATCH_LOST, false, false},
    {"POP3", MAIL_POP3, {"S:+OK hi", "C:CAPA", "S:+OK\r\nTOP\r\nSTLS\r\n.", "C:STLS", "S:+OK go"},
        WATCH_UPGRADED, true, false},
    {"POP3: STLS in a list that is none", MAIL_POP3,
        {"S:+OK hi", "C:CAPA", "S:-ERR", "C:stls", "S:-ERR no"}, WATCH_TALKING, false, true},
    {"ManageSieve", MAIL_SIEVE,
        {"S:\"IMPLEMENTATION\" \"x\"\r\n\"STARTTLS\"\r\nOK \"ready\"", "C:STARTTLS", "S:OK \"go\""},
        WATCH_UPGRADED, true, false},
    {"ManageSieve with more before", MAIL_SIEVE,
        {"S:\"SIEVE\" \"a\"\r\nOK", "C:NOOP {3+}\r\nabc\r\nCAPABILITY", "S:OK {4}\r\nwhat",
            "S:\"STARTTLS\"\r\nOK (X) \"y\"", "C:starttls", "S:ok"},
        WATCH_UPGRADED, true, false},
    {"ManageSieve refused", MAIL_SIEVE,
        {"S:\"STARTTLS\"\r\nOK", "C:STARTTLS", "S:NO \"no\"", "C:LOGOUT", "S:BYE"}, WATCH_TALKING,
        true, true},
    {"ManageSieve login", MAIL_SIEVE,
        {"S:\"STARTTLS\"\r\nOK", "C:AUTHENTICATE \"PLAIN\" \"AGEAYg==\""}, WATCH_PLAIN, true,
        false},
    {"ManageSieve: more behind the wish", MAIL_SIEVE,
        {"S:\"STARTTLS\"\r\nOK", "C:STARTTLS\r\nNOOP", "S:OK"}, WATCH_INJECTED, true, false},
    {"ManageSieve: more behind the go-ahead", MAIL_SIEVE,
        {"S:\"STARTTLS\"\r\nOK", "C:STARTTLS", "S:OK\r\nOK"}, WATCH_INJECTED, true, false},
    {"ManageSieve that is IMAP", MAIL_SIEVE, {"S:* OK hi"}, WATCH_LOST, false, false},
    {"POP3 login", MAIL_POP3, {"S:+OK hi", "C:USER me"}, WATCH_PLAIN, false, false},
};

/* The same of XMPP, which knows no lines: nothing is added. */
static const struct row xmpp_rows[] = {
    {"XMPP", MAIL_XMPP,
        {"C:<?xml version='1.0'?><stream:stream to='shop.example'>",
            "S:<stream:stream from='shop.example'><stream:features><starttls "
            "xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>",
            "C:<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
            "S:<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"},
        WATCH_UPGRADED, true, false},
    {"XMPP in long words", MAIL_XMPP,
        {"C: <s>", "S:<s><stream:features><starttls/></stream:features>", "C:<starttls></starttls>",
            "S:<proceed></proceed>"},
        WATCH_UPGRADED, true, false},
    {"XMPP refused", MAIL_XMPP,
        {"C:<s>", "S:<s><stream:features/>", "C:<starttls/>", "S:<failure/></stream:stream>"},
        WATCH_TALKING, false, true},
    {"XMPP login", MAIL_XMPP, {"C:<s>", "S:<s>", "C:<auth mechanism='PLAIN'>AGE="}, WATCH_PLAIN,
        false, false},
    {"XMPP among servers, without a login", MAIL_XMPP, {"C:<s>", "S:<s>", "C:<db:result>"},
        WATCH_PLAIN, false, false},
    {"XMPP: a login behind the wish", MAIL_XMPP, {"C:<s>", "C:<starttls/><auth/>", "S:<proceed/>"},
        WATCH_INJECTED, false, false},
    {"XMPP: more behind the go-ahead", MAIL_XMPP,
        {"C:<s>", "C:<starttls/>", "S:<proceed/><stream:features/>"}, WATCH_INJECTED, false, false},
    {"XMPP: the wish in a text", MAIL_XMPP, {"C:<s>", "C:<body>starttls/&gt;</body>"},
        WATCH_TALKING, false, false},
    {"XMPP: plain stays plain, whatever the server is", MAIL_XMPP,
        {"C:<s>", "C:<presence/>", "S:220 a", "C:x"}, WATCH_PLAIN, false, false},
    {"XMPP: what is lost stays lost", MAIL_XMPP, {"C: ", "S:nothing of it", "C:no tag"}, WATCH_LOST,
        false, false},
    {"XMPP that is a game", MAIL_XMPP, {"C:\1\2\3"}, WATCH_LOST, false, false},
    {"XMPP that is IMAP", MAIL_XMPP, {"S:* OK hi"}, WATCH_LOST, false, false},
};

/* What waits in one direction. */
struct side {
    char held[512];
    size_t n;
};

/* Takes `n` more bytes; the engine sees all that is held, and what may go on goes. */
static void hand_in(struct mail_watch *w, struct side *s, bool client, const char *bytes, size_t n)
{
    assert_true(s->n + n <= sizeof s->held);
    memcpy(s->held + s->n, bytes, n);
    s->n += n;
    size_t passed =
        (client ? mail_watch_client : mail_watch_server)(w, (const uint8_t *)s->held, s->n);
    assert_true(passed <= s->n);
    memmove(s->held, s->held + passed, s->n - passed);
    s->n -= passed;
}

static void turn(struct mail_watch *w, struct side *sides, const char *text, size_t step)
{
    bool client = text[0] == 'C';
    char line[256];
    const char *end = w->protocol == MAIL_XMPP ? "" : "\r\n";
    int len = snprintf(line, sizeof line, "%s%s", text + 2, end);

    step = step ? step : (size_t)len;
    for (size_t at = 0; at < (size_t)len; at += step)
        hand_in(w, &sides[client], client, line + at,
            step < (size_t)len - at ? step : (size_t)len - at);
    hand_in(w, &sides[!client], !client, "",
        0); /* an answer may let go what the other side has waiting */
}

static void watch(const struct row *r, size_t step)
{
    struct mail_watch w;
    struct side sides[2] = {0};

    mail_watch_init(&w, r->protocol);
    for (size_t i = 0; i < 8 && r->turns[i]; i++)
        turn(&w, sides, r->turns[i], step);
    /* Byte by byte what follows the go-ahead comes when TLS has begun: the caller's TLS says that
     * it is none. */
    bool excused = step && r->ends == WATCH_INJECTED && w.state == WATCH_UPGRADED;
    if ((w.state != r->ends && !excused) || w.offered != r->offered || w.refused != r->refused)
        fail_msg("%s, %zu bytes at once: state %d, offered %d, refused %d", r->name, step,
            (int)w.state, w.offered, w.refused);
    mail_watch_fini(&w);
}

static void each_dialogue_is_followed_to_its_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        watch(&rows[i], 0);
        watch(&rows[i], 1);
        watch(&rows[i], 7);
    }
    for (size_t i = 0; i < sizeof xmpp_rows / sizeof *xmpp_rows; i++) {
        watch(&xmpp_rows[i], 0);
        watch(&xmpp_rows[i], 1);
        watch(&xmpp_rows[i], 7);
    }
}

static void a_list_and_a_login_are_told_apart_from_other_words(void **state)
{
    static const struct {
        enum mail_protocol protocol;
        const char *turns[5];
        bool listed, login;
    } cases[] = {
        {MAIL_IMAP, {"S:* OK hi", "C:1 NOOP", "S:1 OK"}, false, false},
        {MAIL_IMAP, {"S:* OK [CAPABILITY IMAP4rev1] hi", "C:1 LOGIN a b"}, true, true},
        {MAIL_IMAP, {"S:* OK hi", "C:1 CAPABILITY", "S:* CAPABILITY IMAP4rev1"}, true, false},
        {MAIL_SMTP, {"S:220 a", "C:HELO x", "S:250 a"}, false, false},
        {MAIL_SMTP, {"S:220 a", "C:EHLO x", "S:250 a", "C:MAIL FROM:<>"}, true, false},
        {MAIL_SMTP, {"S:220 a", "C:EHLO x", "S:502 a", "C:AUTH PLAIN"}, false, true},
        {MAIL_SIEVE, {"S:\"SIEVE\" \"x\"", "S:OK"}, true, false},
        {MAIL_SIEVE, {"S:OK", "C:AUTHENTICATE \"PLAIN\""}, true, true},
        {MAIL_XMPP, {"C:<s>", "S:<s><stream:features></stream:features>", "C:<auth x='y'>"}, true,
            true},
        {MAIL_XMPP, {"C:<s>", "S:<s>", "C:<iq type='set'>"}, false, true},
        {MAIL_POP3, {"S:+OK a", "C:NOOP", "S:+OK", "C:PASS x"}, false, true},
        {MAIL_POP3, {"S:+OK a", "C:CAPA", "S:+OK"}, true, false},
        {MAIL_POP3, {"S:+OK a", "C:CAPA", "S:-ERR"}, false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mail_watch w;
        struct side sides[2] = {0};

        mail_watch_init(&w, cases[i].protocol);
        for (size_t n = 0; n < 5 && cases[i].turns[n]; n++)
            turn(&w, sides, cases[i].turns[n], 0);
        if (w.listed != cases[i].listed || w.login != cases[i].login)
            fail_msg("case %zu: listed %d, login %d", i, w.listed, w.login);
        mail_watch_fini(&w);
    }
}

static void what_waits_behind_the_wish_does_not_pass(void **state)
{
    static const char wish[] = "STARTTLS\r\nNOOP\r\n";
    struct mail_watch w;

    (void)state;
    mail_watch_init(&w, MAIL_SMTP);
    assert_int_equal(mail_watch_server(&w, (const uint8_t *)"220 a\r\n", 7), 7);
    assert_int_equal(mail_watch_client(&w, (const uint8_t *)wish, sizeof wish - 1), 10);
    assert_int_equal(mail_watch_client(&w, (const uint8_t *)wish + 10, 6), 0);
    /* The go-ahead does not cross either: the program would begin TLS with a server that has plain
     * words to read. */
    assert_int_equal(mail_watch_server(&w, (const uint8_t *)"220 go\r\n", 8), 0);
    assert_int_equal(w.state, WATCH_INJECTED);
    mail_watch_fini(&w);
}

static void nothing_passes_a_bound(void **state)
{
    static uint8_t long_line[MAIL_LINE_MOST + 1];
    struct mail_watch w;

    (void)state;
    memset(long_line, 'x', sizeof long_line);
    mail_watch_init(&w, MAIL_IMAP);
    assert_int_equal(mail_watch_server(&w, long_line, MAIL_LINE_MOST - 1), 0);
    assert_int_equal(w.state, WATCH_TALKING);
    mail_watch_server(&w, long_line, MAIL_LINE_MOST);
    assert_int_equal(w.state, WATCH_LOST);
    mail_watch_fini(&w);

    mail_watch_init(&w, MAIL_IMAP);
    mail_watch_server(&w, (const uint8_t *)"* OK\r\n", 6);
    mail_watch_client(&w, (const uint8_t *)"a ID {99999999999999999999}\r\n", 29);
    assert_int_equal(w.state, WATCH_LOST);
    mail_watch_fini(&w);

    mail_watch_init(&w, MAIL_SMTP);
    for (size_t i = 0; i <= WATCH_REPLIES_MOST; i++)
        mail_watch_client(&w, (const uint8_t *)"NOOP\r\n", 6);
    assert_int_equal(w.state, WATCH_LOST);
    mail_watch_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_dialogue_is_followed_to_its_end),
        cmocka_unit_test(a_list_and_a_login_are_told_apart_from_other_words),
        cmocka_unit_test(what_waits_behind_the_wish_does_not_pass),
        cmocka_unit_test(nothing_passes_a_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
