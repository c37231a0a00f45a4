#include "mail_login.h"

#include <string.h>
#include <strings.h>

#include "mail_priv.h"

void mail_login_init(struct mail_login *m, enum mail_protocol protocol)
{
    *m = (struct mail_login){.protocol = protocol};
}

/* Adds a byte to the beginning of a line; true when the line has ended, without its end then. */
static bool line_take(char *line, size_t cap, size_t *n, uint8_t byte)
{
    if (byte != '\n') {
        if (*n < cap - 1)
            line[(*n)++] = (char)byte;
        return false;
    }
    if (*n > 0 && line[*n - 1] == '\r')
        --*n;
    line[*n] = '\0';
    *n = 0;
    return true;
}

static bool is_verb(const char *line, const char *verb)
{
    size_t n = strlen(verb);

    return strncasecmp(line, verb, n) == 0 && (line[n] == ' ' || line[n] == '\0');
}

/* Between the tag of IMAP and its verb stands one blank. */
static bool asks_imap(struct mail_login *m)
{
    size_t n = strcspn(m->verb, " ");

    if (n == 0 || m->verb[n] != ' ')
        return false;
    if (!is_verb(m->verb + n + 1, "LOGIN") && !is_verb(m->verb + n + 1, "AUTHENTICATE"))
        return false;
    memcpy(m->tag, m->verb, n);
    m->tag[n] = '\0';
    return true;
}

static bool asks(struct mail_login *m)
{
    switch (m->protocol) {
    case MAIL_IMAP:
        return asks_imap(m);
    case MAIL_POP3:
        m->by_pass = is_verb(m->verb, "PASS");
        return m->by_pass || is_verb(m->verb, "AUTH") || is_verb(m->verb, "APOP");
    case MAIL_SMTP:
        return is_verb(m->verb, "AUTH");
    default:
        return false;
    }
}

void mail_login_client(struct mail_login *m, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len && m->state != LOGIN_TAKEN; i++) {
        if (!line_take(m->verb, sizeof m->verb, &m->n_verb, bytes[i]))
            continue;
        if (m->state != LOGIN_ASKED && asks(m))
            m->state = LOGIN_ASKED;
        explicit_bzero(m->verb, sizeof m->verb);
    }
    if (m->state == LOGIN_TAKEN)
        explicit_bzero(m->verb, sizeof m->verb);
}

/* Of an attempt under way; LOGIN_ASKED: the line is no answer to it, or asks for more. */
static enum mail_login_state answer_imap(const struct mail_login *m)
{
    size_t n = strlen(m->tag);

    if (strncmp(m->line, m->tag, n) != 0 || m->line[n] != ' ')
        return LOGIN_ASKED;
    if (is_verb(m->line + n + 1, "OK"))
        return LOGIN_TAKEN;
    return is_verb(m->line + n + 1, "NO") ? LOGIN_REFUSED : LOGIN_NONE; /* BAD: not understood */
}

static enum mail_login_state answer_pop3(const struct mail_login *m)
{
    if (is_verb(m->line, "+OK"))
        return LOGIN_TAKEN;
    if (!is_verb(m->line, "-ERR"))
        return LOGIN_ASKED;
    /* Another verb than PASS may only be unknown to it (RFC 3206 §4 has the code). */
    return m->by_pass || mail_has_word(m->line, "AUTH") ? LOGIN_REFUSED : LOGIN_NONE;
}

/* RFC 4954 §6: 235, or 334 for more, or a refusal; 50x is for what it does not understand. */
static enum mail_login_state answer_smtp(const struct mail_login *m)
{
    if (mail_smtp_line(m->line) != SMTP_LAST || m->line[0] == '3')
        return LOGIN_ASKED;
    if (m->line[0] == '2')
        return LOGIN_TAKEN;
    return strncmp(m->line, "50", 2) == 0 ? LOGIN_NONE : LOGIN_REFUSED;
}

static enum mail_login_state answer(const struct mail_login *m)
{
    switch (m->protocol) {
    case MAIL_IMAP:
        return answer_imap(m);
    case MAIL_POP3:
        return answer_pop3(m);
    case MAIL_SMTP:
        return answer_smtp(m);
    default:
        return LOGIN_ASKED;
    }
}

void mail_login_server(struct mail_login *m, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len && m->state != LOGIN_TAKEN; i++) {
        if (!line_take(m->line, sizeof m->line, &m->n_line, bytes[i]) || m->state != LOGIN_ASKED)
            continue;
        m->state = answer(m);
        if (m->state == LOGIN_REFUSED)
            memcpy(m->words, m->line, sizeof m->words);
    }
}
