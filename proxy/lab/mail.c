#include "mail.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <event2/buffer.h>

#include "base/text.h"

#define MASKED "XXXXXXXX" /* what an inspecting firewall writes over STARTTLS */

void lab_mail_init(struct lab_mail *m, const char *protocol, enum lab_way way)
{
    static const char *const names[] = {"", "imap", "pop3", "smtp"};

    *m = (struct lab_mail){.way = way, .starttls = text_ends(protocol, "+starttls")};
    for (int i = LAB_MAIL_IMAP; i <= LAB_MAIL_SMTP; i++)
        if (text_starts(protocol, names[i]))
            m->protocol = (enum lab_mail_protocol)i;
}

static void say(struct evbuffer *out, const char *line)
{
    evbuffer_add_printf(out, "%s\r\n", line);
}

void lab_mail_greet(const struct lab_mail *m, struct evbuffer *out)
{
    static const char *const lines[] = {
        "", "* OK the lab is ready", "+OK the lab is ready", "220 lab.test ESMTP"};

    say(out, lines[m->protocol]);
}

static bool lists_starttls(const struct lab_mail *m)
{
    return m->starttls && !m->secure && m->way != WAY_MAIL_OLD && m->way != WAY_MAIL_CUT;
}

/* Will it go over to TLS now? `go` is what it says then, `no` what it says to refuse. */
static enum lab_mail_state begin_tls(
    const struct lab_mail *m, const char *tag, const char *go, const char *no, struct evbuffer *out)
{
    bool refuses =
        m->secure || !m->starttls || m->way == WAY_MAIL_OLD || m->way == WAY_MAIL_REFUSES;

    evbuffer_add_printf(out, "%s%s\r\n", tag, refuses ? no : go);
    if (refuses)
        return LAB_MAIL_HUNGRY;
    /* CVE-2011-0411 the other way round: in the open, and taken for the first words of TLS. */
    if (m->way == WAY_MAIL_INJECTED)
        evbuffer_add_printf(out, "%s\r\n", go);
    return LAB_MAIL_UPGRADE;
}

static bool lets_in(const struct lab_mail *m)
{
    return m->secure && m->way != WAY_MAIL_LOGIN;
}

static bool is(const char *line, const char *word)
{
    size_t n = strlen(word);

    return strncasecmp(line, word, n) == 0 && (line[n] == ' ' || line[n] == '\0');
}

/* A login has ended: what each protocol says then. */
static void end_login(const struct lab_mail *m, struct evbuffer *out)
{
    bool in = lets_in(m);

    if (m->protocol == LAB_MAIL_IMAP)
        evbuffer_add_printf(out, "%s%s\r\n", m->tag,
            in ? "OK logged in" : "NO [AUTHENTICATIONFAILED] name or password is wrong");
    else if (m->protocol == LAB_MAIL_POP3)
        say(out, in ? "+OK no mail" : "-ERR [AUTH] name or password is wrong");
    else
        say(out, in ? "235 2.7.0 logged in" : "535 5.7.8 name or password is wrong");
}

/* The mechanism and what follows it: PLAIN in one line or two, LOGIN in three (RFC 4954 §4, RFC
 * 5034 §4, RFC 9051 §6.2.2). */
static void begin_login(
    struct lab_mail *m, const char *line, const char *more, struct evbuffer *out)
{
    bool whole = strchr(line, ' ') != NULL;

    if (whole && !is(line, "login")) {
        end_login(m, out);
        return;
    }
    m->awaited = is(line, "login") && !whole ? 2 : 1;
    say(out, more);
}

static void go_on_with_login(struct lab_mail *m, const char *more, struct evbuffer *out)
{
    m->awaited--;
    if (m->awaited)
        say(out, more);
    else
        end_login(m, out);
}

static enum lab_mail_state answer_imap(struct lab_mail *m, const char *line, struct evbuffer *out)
{
    size_t n = strcspn(line, " ");
    char tag[34];

    if (n == 0 || n > 32 || line[n] != ' ') {
        say(out, "* BAD no tag");
        return LAB_MAIL_HUNGRY;
    }
    memcpy(tag, line, n + 1);
    tag[n + 1] = '\0';
    line += n + 1;
    if (is(line, "starttls"))
        return begin_tls(m, tag, "OK begin TLS", "NO TLS is not available", out);
    if (is(line, "capability")) {
        evbuffer_add_printf(out, "* CAPABILITY IMAP4rev1%s%s\r\n%sOK done\r\n",
            lists_starttls(m) ? " STARTTLS" : "", m->secure ? " AUTH=PLAIN" : " LOGINDISABLED",
            tag);
    } else if (is(line, "authenticate") && line[12] && m->secure) {
        memcpy(m->tag, tag, sizeof m->tag);
        begin_login(m, line + 13, "+ ", out);
    } else if (is(line, "login")) {
        evbuffer_add_printf(out, "%s%s\r\n", tag,
            lets_in(m) ? "OK logged in" : "NO [AUTHENTICATIONFAILED] name or password is wrong");
    } else if (is(line, "logout")) {
        evbuffer_add_printf(out, "* BYE\r\n%sOK done\r\n", tag);
        return LAB_MAIL_END;
    } else {
        evbuffer_add_printf(out, "%s%s\r\n", tag, is(line, "noop") ? "OK done" : "BAD unknown");
    }
    return LAB_MAIL_HUNGRY;
}

static enum lab_mail_state answer_pop3(struct lab_mail *m, const char *line, struct evbuffer *out)
{
    if (is(line, "stls"))
        return begin_tls(m, "", "+OK begin TLS", "-ERR TLS is not available", out);
    if (is(line, "capa")) {
        evbuffer_add_printf(out, "+OK\r\n%s%s.\r\n", lists_starttls(m) ? "STLS\r\n" : "",
            m->secure ? "USER\r\nSASL PLAIN LOGIN\r\n" : "");
    } else if (is(line, "pass")) {
        end_login(m, out);
    } else if (is(line, "auth") && line[4] && m->secure) {
        begin_login(m, line + 5, "+ ", out);
    } else if (is(line, "quit")) {
        say(out, "+OK");
        return LAB_MAIL_END;
    } else {
        say(out, is(line, "user") || is(line, "noop") ? "+OK" : "-ERR unknown");
    }
    return LAB_MAIL_HUNGRY;
}

static void list_smtp(const struct lab_mail *m, struct evbuffer *out)
{
    say(out, "250-lab.test");
    if (lists_starttls(m))
        say(out, "250-STARTTLS");
    else if (m->way == WAY_MAIL_CUT && !m->secure)
        say(out, "250-" MASKED);
    if (m->secure)
        say(out, "250-AUTH PLAIN LOGIN");
    say(out, "250 8BITMIME");
}

static enum lab_mail_state answer_smtp(struct lab_mail *m, const char *line, struct evbuffer *out)
{
    if (is(line, "starttls"))
        return begin_tls(m, "", "220 2.0.0 begin TLS", "454 4.7.0 TLS is not available", out);
    if (is(line, "ehlo")) {
        list_smtp(m, out);
    } else if (is(line, "auth") && line[4] && !m->secure) {
        say(out, "538 5.7.11 TLS comes first");
    } else if (is(line, "auth") && line[4]) {
        begin_login(m, line + 5, "334 ", out);
    } else if (is(line, "quit")) {
        say(out, "221 2.0.0 bye");
        return LAB_MAIL_END;
    } else {
        bool known = is(line, "helo") || is(line, "noop") || is(line, "rset");
        say(out, known ? "250 2.0.0 done" : "502 5.5.1 unknown");
    }
    return LAB_MAIL_HUNGRY;
}

static enum lab_mail_state answer_line(struct lab_mail *m, const char *line, struct evbuffer *out)
{
    if (m->awaited) {
        go_on_with_login(m, m->protocol == LAB_MAIL_SMTP ? "334 " : "+ ", out);
        return LAB_MAIL_HUNGRY;
    }
    switch (m->protocol) {
    case LAB_MAIL_NONE:
        return LAB_MAIL_END;
    case LAB_MAIL_IMAP:
        return answer_imap(m, line, out);
    case LAB_MAIL_POP3:
        return answer_pop3(m, line, out);
    case LAB_MAIL_SMTP:
        return answer_smtp(m, line, out);
    }
    return LAB_MAIL_END;
}

enum lab_mail_state lab_mail_answer(struct lab_mail *m, struct evbuffer *in, struct evbuffer *out)
{
    enum lab_mail_state state = LAB_MAIL_HUNGRY;
    size_t len;

    while (state == LAB_MAIL_HUNGRY) {
        char *line = evbuffer_readln(in, &len, EVBUFFER_EOL_CRLF);

        if (!line)
            return evbuffer_get_length(in) > LAB_MAIL_LINE_MOST ? LAB_MAIL_END : state;
        state = answer_line(m, line, out);
        free(line);
    }
    return state;
}
