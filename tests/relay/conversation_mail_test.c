/* Conversations: mail programs and their servers, that begin in plain words and turn into TLS, or
 * do not; and what is neither mail nor HTTP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "relay/relay.h"
#include "support/talk.h"

#define HOST "mail.example"

/* A program that speaks with a server, through us. */
struct mail {
    struct talk *t;
    struct caller *c;
    struct far_site *site;
};

static struct mail mail_with(struct talk *t, const char *port, const struct far_site_config *how)
{
    struct mail m = {.t = t};
    char authority[80];

    snprintf(authority, sizeof authority, HOST ":%s", port);
    talk_site(t, HOST, how);
    m.c = caller_new(t);
    caller_asks(m.c, authority);
    m.site = talk_far(t, 0);
    return m;
}

/* One that begins in plain words, and has a good certificate. */
static struct mail mail_begin(const char *port)
{
    struct talk *t = talk_new_with_rules();
    struct far_site_config how = *talk_good(t, HOST);

    how.manner = FAR_PLAIN;
    how.alpn = NULL;
    return mail_with(t, port, &how);
}

/* The program says this, and the server hears it: nothing else. */
static void program_says(struct mail *m, const char *line)
{
    far_site_forget(m->site);
    caller_sends(m->c, line);
    assert_string_equal(far_site_heard(m->site), line);
    far_site_forget(m->site);
}

static void server_says(struct mail *m, const char *line)
{
    far_site_says(m->site, line);
    talk_run(m->t);
    assert_string_equal(caller_gets(m->c), line);
}

/* "C:" and "S:" say whose turn it is. */
static void play(struct mail *m, const char *const *turns)
{
    for (; *turns; turns++)
        (turns[0][0] == 'C' ? program_says : server_says)(m, turns[0] + 2);
}

static void program_shakes(struct mail *m)
{
    struct phone_config *p = talk_phone(m->t, HOST);

    p->no_alpn = true;
    caller_shakes(m->c, p);
}

static const struct flow *over(struct mail *m)
{
    caller_closes(m->c);
    if (talk_far(m->t, 0))
        far_site_closes(talk_far(m->t, 0));
    talk_wait(m->t, 2500); /* a leg that was never used is looked at for a moment */
    assert_int_equal(relays_open(talk_relays(m->t)), 0);
    return talk_flow(m->t, 0);
}

static void expect_cause(const struct flow *f, const char *cause)
{
    if (f->n_diagnosis && strcmp(f->diagnosis[0].cause, cause) == 0)
        return;
    for (size_t i = 0; i < f->n_diagnosis; i++)
        print_message("  %s\n", f->diagnosis[i].cause);
    fail_msg("the first cause is not %s", cause);
}

static void expect_no_cause(const struct flow *f)
{
    for (size_t i = 0; i < f->n_diagnosis; i++)
        fail_msg("port %d: %s", (int)f->target->port, f->diagnosis[i].cause);
}

struct dialogue {
    const char *port, *protocol;
    const char *turns[8];
};

static const struct dialogue upgrades[] = {
    {"143", "imap",
        {"S:* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] hi\r\n", "C:a1 STARTTLS\r\n",
            "S:a1 OK go\r\n"}},
    {"143", "imap",
        {"S:* OK hi\r\n", "C:1 CAPABILITY\r\n", "S:* CAPABILITY IMAP4rev1 STARTTLS\r\n1 OK\r\n",
            "C:2 STARTTLS\r\n", "S:2 OK\r\n"}},
    {"587", "submission",
        {"S:220-mx\r\n220 ESMTP\r\n", "C:EHLO me\r\n", "S:250-mx\r\n250-SIZE 1\r\n250 STARTTLS\r\n",
            "C:STARTTLS\r\n", "S:220 go\r\n"}},
    {"25", "smtp",
        {"S:220 mx\r\n", "C:EHLO me\r\n", "S:250-mx\r\n250 STARTTLS\r\n", "C:STARTTLS\r\n",
            "S:220 go\r\n"}},
    {"2525", "submission",
        {"S:220 mx\r\n", "C:EHLO me\r\n", "S:250-mx\r\n250 STARTTLS\r\n", "C:STARTTLS\r\n",
            "S:220 go\r\n"}},
    {"110", "pop3",
        {"S:+OK hi\r\n", "C:CAPA\r\n", "S:+OK\r\nTOP\r\nSTLS\r\n.\r\n", "C:STLS\r\n",
            "S:+OK go\r\n"}},
};

static void each_protocol_turns_into_tls_and_goes_on_inside(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof upgrades / sizeof *upgrades; i++) {
        const struct dialogue *row = &upgrades[i];
        struct mail m = mail_begin(row->port);

        play(&m, row->turns);
        assert_string_equal(talk_moments(m.t), "");
        far_site_upgrades(m.site);
        program_shakes(&m);
        if (!phone_is_open(caller_phone(m.c)))
            fail_msg("%s: no TLS", row->port);
        assert_string_equal(far_site_sni(m.site), HOST);
        caller_says(m.c, "x LOGIN me secret\r\n");
        assert_string_equal(far_site_heard(m.site), "x LOGIN me secret\r\n");
        far_site_says(m.site, "x OK\r\n");
        talk_run(m.t);
        assert_string_equal(caller_heard(m.c), "x OK\r\n");
        const struct flow *f = over(&m);
        assert_string_equal(f->mail->protocol, row->protocol);
        assert_string_equal(f->mail->starttls, "offered");
        assert_null(f->mail->words);
        assert_string_equal(f->decision->action, "intercept");
        assert_string_equal(f->server_leg->verdict->verdict, "accept");
        expect_no_cause(f);
        for (size_t n = 0; n < f->n_notes; n++)
            if (strcmp(f->notes[n].severity, "info") != 0)
                fail_msg("%s: %s", row->port, f->notes[n].code);
        assert_int_equal(f->n_exchanges, 0);
        assert_string_equal(f->protocol, row->protocol);
        assert_true(flow_went_through(f, "upgrade"));
        assert_int_equal(talk_dials(m.t), 1);
        talk_free(m.t);
    }
}

static void a_login_that_is_refused_inside_tls_is_told_and_tls_is_not_blamed(void **state)
{
    const struct dialogue *row = &upgrades[0];
    struct mail m = mail_begin(row->port);

    (void)state;
    play(&m, row->turns);
    far_site_upgrades(m.site);
    program_shakes(&m);
    caller_says(m.c, "x LOGIN me secret\r\n");
    far_site_says(m.site, "x NO [AUTHENTICATIONFAILED] who?\r\n");
    talk_run(m.t);
    assert_string_equal(caller_heard(m.c), "x NO [AUTHENTICATIONFAILED] who?\r\n");
    const struct flow *f = over(&m);
    assert_string_equal(f->mail->login_refused, "x NO [AUTHENTICATIONFAILED] who?");
    expect_cause(f, "mail-auth-after-tls");
    assert_string_equal(f->diagnosis[0].confidence, "certain");
    talk_free(m.t);
}

static void on_any_other_port_the_greeting_tells(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof upgrades / sizeof *upgrades; i++) {
        const struct dialogue *row = &upgrades[i];
        struct mail m = mail_begin("40143");

        if (strcmp(row->port, "25") == 0 || strcmp(row->port, "2525") == 0) {
            talk_free(m.t); /* their greeting does not say what they are */
            continue;
        }
        assert_int_equal(talk_dials(m.t), 0);
        talk_wait(m.t, 1600);
        m.site = talk_far(m.t, 0);
        play(&m, row->turns);
        far_site_upgrades(m.site);
        program_shakes(&m);
        if (!phone_is_open(caller_phone(m.c)))
            fail_msg("%s: no TLS", row->port);
        assert_string_equal(over(&m)->mail->protocol, row->protocol);
        talk_free(m.t);
    }
}

static void a_dialogue_may_come_byte_by_byte(void **state)
{
    const struct dialogue *row = &upgrades[2];
    struct mail m = mail_begin(row->port);

    (void)state;
    for (const char *const *turn = row->turns; *turn; turn++)
        for (const char *at = *turn + 2; *at; at++) {
            if (turn[0][0] == 'C')
                caller_sends_n(m.c, at, 1);
            else
                far_site_says_n(m.site, at, 1);
            talk_run(m.t);
        }
    assert_string_equal(far_site_heard(m.site), "EHLO me\r\nSTARTTLS\r\n");
    assert_non_null(strstr(caller_gets(m.c), "\r\n220 go\r\n"));
    far_site_upgrades(m.site);
    program_shakes(&m);
    assert_true(phone_is_open(caller_phone(m.c)));
    assert_string_equal(over(&m)->mail->starttls, "offered");
    talk_free(m.t);
}

static void a_wrong_certificate_behind_the_upgrade_is_an_alert(void **state)
{
    struct talk *t = talk_new_with_rules();
    struct far_site_config how = *talk_good(t, "host7.provider.example");

    (void)state;
    how.manner = FAR_PLAIN;
    how.alpn = NULL;
    struct mail m = mail_with(t, "143", &how);
    play(&m, upgrades[0].turns);
    far_site_upgrades(m.site);
    program_shakes(&m);
    assert_int_equal(phone_alerted(caller_phone(m.c)), 49);
    const struct flow *f = over(&m);
    assert_string_equal(f->decision->answer, "alert");
    expect_cause(f, "mail-name-mismatch");
    assert_non_null(strstr(f->diagnosis[0].why, "host7.provider.example"));
    assert_true(f->diagnosis[0].device_fix.n + f->diagnosis[0].server_fix.n >= 3);
    talk_free(t);
}

static void a_program_that_distrusts_us_is_recorded_as_any_phone(void **state)
{
    struct mail m = mail_begin("143");
    struct phone_config *p = talk_phone(m.t, HOST);

    (void)state;
    play(&m, upgrades[0].turns);
    far_site_upgrades(m.site);
    p->no_alpn = true;
    p->root_pem = NULL;
    caller_shakes(m.c, p);
    assert_false(phone_is_open(caller_phone(m.c)));
    const struct flow *f = over(&m);
    assert_string_equal(f->failed_leg, "client");
    assert_string_equal(f->client_leg->symptom, "alert-after-certificate");
    assert_string_equal(f->mail->starttls, "offered");
    talk_free(m.t);
}

/* --- what does not come to TLS --- */

struct plain_row {
    const char *what, *port;
    const char *turns[8];
    const char *starttls, *words, *cause, *note;
    const char *action;
};

static const struct plain_row plains[] = {
    {"refused, and the program leaves", "143",
        {"S:* OK [CAPABILITY STARTTLS] hi\r\n", "C:a STARTTLS\r\n", "S:a NO not now\r\n"},
        "refused", "a NO not now", "starttls-refused", NULL, "intercept"},
    {"refused, and the program logs in all the same", "587",
        {"S:220 mx\r\n", "C:EHLO me\r\n", "S:250-mx\r\n250 STARTTLS\r\n", "C:STARTTLS\r\n",
            "S:454 no\r\n", "C:AUTH PLAIN AG1lAHNlY3JldA==\r\n", "S:235 ok\r\n"},
        "refused", "454 no", "starttls-refused", "relay/plain-login", "tunnel"},
    {"not listed", "587",
        {"S:220 mx\r\n", "C:EHLO me\r\n", "S:250-mx\r\n250 SIZE 1\r\n", "C:QUIT\r\n",
            "S:221 bye\r\n"},
        "absent", NULL, "starttls-refused", NULL, "intercept"},
    {"not listed, asked for, and refused", "110",
        {"S:+OK hi\r\n", "C:CAPA\r\n", "S:+OK\r\nTOP\r\n.\r\n", "C:STLS\r\n", "S:-ERR no\r\n"},
        "absent", "-ERR no", "starttls-refused", NULL, "intercept"},
    {"written over", "25",
        {"S:220 ****\r\n", "C:EHLO me\r\n", "S:250-mx\r\n250 XXXXXXXA\r\n", "C:MAIL FROM:<a@b>\r\n",
            "S:250 ok\r\n"},
        "stripped", NULL, "starttls-stripped", "relay/plain-mail", "tunnel"},
    {"a login although TLS is offered", "143",
        {"S:* OK [CAPABILITY STARTTLS] hi\r\n", "C:a LOGIN me secret\r\n", "S:a OK\r\n"}, "offered",
        NULL, NULL, "relay/plain-login", "tunnel"},
    {"a login", "110", {"S:+OK hi\r\n", "C:USER me\r\n", "S:+OK\r\n"}, "none", NULL, NULL,
        "relay/plain-login", "tunnel"},
    {"looked, and left", "143",
        {"S:* OK [CAPABILITY STARTTLS] hi\r\n", "C:a LOGOUT\r\n", "S:* BYE\r\na OK\r\n"}, "offered",
        NULL, NULL, NULL, "intercept"},
    {"something else on a port of mail", "25", {"S:SSH-2.0-x\r\n", "C:SSH-2.0-y\r\n"}, "none", NULL,
        NULL, "relay/other-protocol", "tunnel"},
};

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void what_stays_plain_crosses_and_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof plains / sizeof *plains; i++) {
        const struct plain_row *row = &plains[i];
        struct mail m = mail_begin(row->port);

        play(&m, row->turns);
        far_site_closes(m.site);
        talk_run(m.t);
        const struct flow *f = over(&m);
        if (!same(f->mail->starttls, row->starttls) || !same(f->mail->words, row->words))
            fail_msg("%s: %s, %s", row->what, f->mail->starttls, f->mail->words);
        assert_string_equal(f->decision->action, row->action);
        if (row->note ? !flow_has_note(f, row->note) : f->n_notes > 0)
            fail_msg("%s: its notes", row->what);
        if (row->cause)
            expect_cause(f, row->cause);
        else if (f->n_diagnosis)
            fail_msg("%s: %s", row->what, f->diagnosis[0].cause);
        assert_true(same(f->server_leg->symptom, row->cause ? "no-upgrade" : NULL));
        assert_true(f->server_leg->bytes_in > 0);
        talk_free(m.t);
    }
}

static void a_cut_list_is_told_when_the_server_goes_ahead(void **state)
{
    static const char *const turns[] = {"S:220 mx\r\n", "C:EHLO me\r\n", "S:250-mx\r\n250 SIZE\r\n",
        "C:STARTTLS\r\n", "S:220 go\r\n", NULL};
    struct mail m = mail_begin("587");

    (void)state;
    play(&m, turns);
    far_site_upgrades(m.site);
    program_shakes(&m);
    caller_says(m.c, "EHLO me\r\n");
    const struct flow *f = over(&m);
    assert_string_equal(f->mail->starttls, "stripped");
    expect_cause(f, "starttls-stripped");
    talk_free(m.t);
}

/* --- injection --- */

static void what_the_program_sends_behind_its_wish_never_crosses(void **state)
{
    struct mail m = mail_begin("587");

    (void)state;
    server_says(&m, "220 mx\r\n");
    caller_sends(m.c, "EHLO me\r\nSTARTTLS\r\nRSET\r\nMAIL FROM:<x@y>\r\n");
    assert_string_equal(far_site_heard(m.site), "EHLO me\r\nSTARTTLS\r\n");
    server_says(&m, "250-mx\r\n250 STARTTLS\r\n");
    far_site_says(m.site, "220 go\r\n");
    talk_run(m.t);
    assert_string_equal(caller_gets(m.c), "");
    assert_true(caller_saw_end(m.c));
    assert_true(far_site_saw_eof(m.site));
    const struct flow *f = over(&m);
    assert_string_equal(f->mail->starttls, "injected");
    assert_string_equal(f->mail->injected_by, "client");
    assert_true(flow_has_note(f, "relay/starttls-injection"));
    expect_cause(f, "starttls-injection");
    talk_free(m.t);
}

static void what_the_program_sends_behind_a_refused_wish_crosses_after_all(void **state)
{
    struct mail m = mail_begin("587");

    (void)state;
    server_says(&m, "220 mx\r\n");
    caller_sends(m.c, "STARTTLS\r\nQUIT\r\n");
    assert_string_equal(far_site_heard(m.site), "STARTTLS\r\n");
    server_says(&m, "454 no\r\n");
    assert_string_equal(far_site_heard(m.site), "STARTTLS\r\nQUIT\r\n");
    server_says(&m, "221 bye\r\n");
    assert_string_equal(over(&m)->mail->starttls, "refused");
    talk_free(m.t);
}

static void what_the_server_sends_behind_its_go_ahead_never_crosses(void **state)
{
    static const char *const ports[] = {"143", "587", "110"};
    static const char *const turns[][3] = {
        {"* OK hi\r\n", "a STARTTLS\r\n", "a OK go\r\n* OK x\r\n"},
        {"220 mx\r\n", "STARTTLS\r\n", "220 go\r\n250 x\r\n"},
        {"+OK hi\r\n", "STLS\r\n", "+OK go\r\n+OK x\r\n"}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct mail m = mail_begin(ports[i]);

        server_says(&m, turns[i][0]);
        program_says(&m, turns[i][1]);
        far_site_says(m.site, turns[i][2]);
        talk_run(m.t);
        assert_string_equal(caller_gets(m.c), "");
        assert_true(caller_saw_end(m.c) && far_site_saw_eof(m.site));
        const struct flow *f = over(&m);
        assert_string_equal(f->mail->starttls, "injected");
        assert_string_equal(f->mail->injected_by, "server");
        expect_cause(f, "starttls-injection");
        talk_free(m.t);
    }
}

static void what_the_server_sends_a_moment_after_its_go_ahead_never_crosses_either(void **state)
{
    struct mail m = mail_begin("143");

    (void)state;
    play(&m, upgrades[0].turns);
    far_site_says(m.site, "* 1 EXISTS\r\n");
    talk_run(m.t);
    assert_true(caller_saw_end(m.c));
    const struct flow *f = over(&m);
    assert_string_equal(f->mail->starttls, "injected");
    expect_cause(f, "starttls-injection");
    talk_free(m.t);
}

/* --- orders of bytes --- */

static void tls_from_the_first_byte_to_a_server_that_greets_is_told(void **state)
{
    struct mail m = mail_begin("587");

    (void)state;
    server_says(&m, "220 mx ESMTP\r\n");
    program_shakes(&m);
    assert_false(phone_is_open(caller_phone(m.c)));
    assert_string_equal(far_site_heard(m.site), "");
    const struct flow *f = over(&m);
    assert_string_equal(f->mail->starttls, "implicit");
    assert_string_equal(f->server_leg->symptom, "not-tls");
    expect_cause(f, "starttls-needed");
    talk_free(m.t);
}

static void tls_from_the_first_byte_is_served_where_the_server_keeps_silent(void **state)
{
    struct talk *t = talk_new_with_rules();
    struct far_site_config how = *talk_good(t, HOST);

    (void)state;
    how.alpn = NULL;
    struct mail m = mail_with(t, "587", &how);
    talk_wait(t, 300);
    program_shakes(&m);
    assert_true(phone_is_open(caller_phone(m.c)));
    far_site_says(m.site, "220 mx\r\n");
    talk_run(t);
    assert_string_equal(caller_heard(m.c), "220 mx\r\n");
    caller_says(m.c, "QUIT\r\n");
    const struct flow *f = over(&m);
    assert_string_equal(f->mail->starttls, "implicit");
    assert_string_equal(f->mail->protocol, "submission");
    expect_no_cause(f);
    talk_free(t);
}

static void implicit_tls_is_relayed_as_bytes_and_recorded(void **state)
{
    static const char *const ports[][2] = {{"993", "imap"}, {"995", "pop3"}, {"465", "submission"}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct talk *t = talk_new_with_rules();
        struct far_site_config how = *talk_good(t, HOST);

        how.alpn = NULL;
        struct mail m = mail_with(t, ports[i][0], &how);
        assert_int_equal(talk_dials(t), 0);
        program_shakes(&m);
        m.site = talk_far(t, 0);
        assert_true(phone_is_open(caller_phone(m.c)));
        far_site_says(m.site, "GET this, a greeting\r\n");
        talk_run(t);
        assert_string_equal(caller_heard(m.c), "GET this, a greeting\r\n");
        caller_says(m.c, "POST that\r\n");
        assert_string_equal(far_site_heard(m.site), "POST that\r\n");
        const struct flow *f = over(&m);
        assert_string_equal(f->mail->protocol, ports[i][1]);
        assert_string_equal(f->mail->starttls, "implicit");
        assert_int_equal(f->n_exchanges, 0);
        expect_no_cause(f);
        assert_true(f->client_leg->bytes_in > 0 && f->server_leg->bytes_in > 0);
        talk_free(t);
    }
}

static void a_program_that_waits_for_words_on_a_port_of_tls_is_told(void **state)
{
    struct talk *t = talk_new_with_rules();
    struct mail m = mail_with(t, "993", talk_good(t, HOST));

    (void)state;
    talk_wait(t, 1600);
    assert_int_equal(talk_dials(t), 1);
    const struct flow *f = over(&m);
    assert_true(flow_has_note(f, "relay/mail-waits"));
    talk_free(t);
}

static void a_slow_program_that_speaks_tls_after_all_is_served(void **state)
{
    struct talk *t = talk_new_with_rules();
    struct far_site_config how = *talk_good(t, HOST);

    (void)state;
    how.alpn = NULL;
    struct mail m = mail_with(t, "8443", &how);
    talk_wait(t, 3000);
    assert_int_equal(talk_dials(t), 1);
    program_shakes(&m);
    assert_true(phone_is_open(caller_phone(m.c)));
    const struct flow *f = over(&m);
    assert_null(f->mail);
    assert_string_equal(f->decision->action, "intercept");
    talk_free(t);
}

static void a_mail_server_out_of_reach_is_told_in_the_words_of_the_protocol(void **state)
{
    static const char *const rows[][2] = {
        {"143", "* BYE mail.example cannot be reached (timeout), says whytls\r\n"},
        {"587", "421 mail.example cannot be reached (timeout), says whytls\r\n"},
        {"110", "-ERR mail.example cannot be reached (timeout), says whytls\r\n"}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct talk *t = talk_new_with_rules();
        char authority[80];

        snprintf(authority, sizeof authority, HOST ":%s", rows[i][0]);
        talk_site_fails(t, HOST, DIAL_TIMEOUT);
        struct caller *c = caller_new(t);
        talk_holds_dials(t, true);
        caller_asks(c, authority);
        talk_holds_dials(t, false);
        talk_run(t);
        assert_string_equal(caller_gets(c), rows[i][1]);
        assert_true(caller_saw_end(c));
        caller_closes(c);
        const struct flow *f = talk_flow(t, 0);
        assert_string_equal(f->mail->starttls, "none");
        assert_non_null(f->dial->error);
        talk_free(t);
    }
}

static void plain_words_after_the_go_ahead_are_told(void **state)
{
    struct mail m = mail_begin("143");

    (void)state;
    play(&m, upgrades[0].turns);
    program_says(&m, "a2 LOGIN me secret\r\n");
    const struct flow *f = over(&m);
    assert_true(flow_has_note(f, "relay/plain-after-upgrade"));
    talk_free(m.t);
}

static void a_server_that_leaves_after_its_go_ahead_ends_it(void **state)
{
    struct mail m = mail_begin("143");

    (void)state;
    play(&m, upgrades[0].turns);
    far_site_closes(m.site);
    talk_run(m.t);
    talk_wait(m.t, 200);
    assert_true(caller_saw_end(m.c));
    assert_string_equal(over(&m)->mail->starttls, "offered");
    talk_free(m.t);
}

static void a_half_closed_plain_dialogue_is_answered_to_its_end(void **state)
{
    struct mail m = mail_begin("587");

    (void)state;
    server_says(&m, "220 mx\r\n");
    program_says(&m, "QUIT\r\n");
    caller_closes(m.c);
    assert_true(far_site_saw_eof(m.site));
    server_says(&m, "221 bye\r\n");
    far_site_closes(m.site);
    talk_run(m.t);
    assert_int_equal(relays_open(talk_relays(m.t)), 0);
    talk_free(m.t);
}

static void idle_is_patient_and_not_for_ever(void **state)
{
    struct mail m = mail_begin("143");

    (void)state;
    server_says(&m, "* OK hi\r\n");
    talk_jump(m.t, 500000);
    program_says(&m, "1 NOOP\r\n");
    talk_jump(m.t, 500000);
    server_says(&m, "1 OK\r\n");
    talk_jump(m.t, 601000);
    talk_run(m.t);
    assert_true(caller_saw_end(m.c));
    talk_free(m.t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_protocol_turns_into_tls_and_goes_on_inside),
        cmocka_unit_test(a_login_that_is_refused_inside_tls_is_told_and_tls_is_not_blamed),
        cmocka_unit_test(on_any_other_port_the_greeting_tells),
        cmocka_unit_test(a_dialogue_may_come_byte_by_byte),
        cmocka_unit_test(a_wrong_certificate_behind_the_upgrade_is_an_alert),
        cmocka_unit_test(a_program_that_distrusts_us_is_recorded_as_any_phone),
        cmocka_unit_test(what_stays_plain_crosses_and_is_told),
        cmocka_unit_test(a_cut_list_is_told_when_the_server_goes_ahead),
        cmocka_unit_test(what_the_program_sends_behind_its_wish_never_crosses),
        cmocka_unit_test(what_the_program_sends_behind_a_refused_wish_crosses_after_all),
        cmocka_unit_test(what_the_server_sends_behind_its_go_ahead_never_crosses),
        cmocka_unit_test(what_the_server_sends_a_moment_after_its_go_ahead_never_crosses_either),
        cmocka_unit_test(tls_from_the_first_byte_to_a_server_that_greets_is_told),
        cmocka_unit_test(tls_from_the_first_byte_is_served_where_the_server_keeps_silent),
        cmocka_unit_test(implicit_tls_is_relayed_as_bytes_and_recorded),
        cmocka_unit_test(a_program_that_waits_for_words_on_a_port_of_tls_is_told),
        cmocka_unit_test(a_slow_program_that_speaks_tls_after_all_is_served),
        cmocka_unit_test(a_mail_server_out_of_reach_is_told_in_the_words_of_the_protocol),
        cmocka_unit_test(plain_words_after_the_go_ahead_are_told),
        cmocka_unit_test(a_server_that_leaves_after_its_go_ahead_ends_it),
        cmocka_unit_test(a_half_closed_plain_dialogue_is_answered_to_its_end),
        cmocka_unit_test(idle_is_patient_and_not_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
