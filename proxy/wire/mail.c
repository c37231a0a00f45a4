#include "mail.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Where a dialogue stands: which answer is awaited. */
enum { GREETING = 0, CAPABILITIES, GO_AHEAD };

const char *mail_protocol_name(enum mail_protocol p)
{
    static const char *const names[] = {
        [MAIL_NONE] = "none", [MAIL_IMAP] = "imap", [MAIL_SMTP] = "smtp", [MAIL_POP3] = "pop3"};

    return names[p];
}

void mail_talk_init(struct mail_talk *m, enum mail_protocol protocol)
{
    *m = (struct mail_talk){.protocol = protocol};
}

void mail_talk_fini(struct mail_talk *m)
{
    text_fini(&m->line);
}

/* Without regard to case. */
static bool starts(const char *s, const char *prefix)
{
    return strncasecmp(s, prefix, strlen(prefix)) == 0;
}

static void end(struct mail_talk *m, enum mail_state state, const char *line)
{
    m->state = state;
    snprintf(m->words, sizeof m->words, "%s", line);
}

static void ask(struct mail_talk *m, int step, const char *command, struct text *out)
{
    text_add(out, command);
    m->step = step;
}

/* Is this word among those of the line? Words are parted by blanks, and by the brackets of IMAP's
 * response codes. */
static bool has_word(const char *line, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = line; *at; at++) {
        bool begins = at == line || strchr(" [", at[-1]);

        if (begins && starts(at, word) && (at[n] == '\0' || strchr(" ]", at[n])))
            return true;
    }
    return false;
}

/* "* OK …", "* CAPABILITY …", "a1 OK …" */
static void imap_line(struct mail_talk *m, const char *line, struct text *out)
{
    static const char *const tags[] = {[CAPABILITIES] = "a1 ", [GO_AHEAD] = "a2 "};
    const char *tag = m->step == GREETING ? "* " : tags[m->step];

    if (m->step != GREETING && starts(line, "* BYE"))
        end(m, MAIL_REFUSED, line);
    else if (m->step == CAPABILITIES && starts(line, "* CAPABILITY "))
        m->offered = m->offered || has_word(line, "STARTTLS");
    else if (m->step != GREETING && text_starts(line, "* "))
        return; /* whatever it wants to tell besides */
    else if (!text_starts(line, tag))
        end(m, MAIL_GARBAGE, line);
    else if (!starts(line + strlen(tag), "OK"))
        end(m, MAIL_REFUSED, line);
    else if (m->step == GREETING)
        ask(m, CAPABILITIES, "a1 CAPABILITY\r\n", out);
    else if (m->step == GO_AHEAD)
        m->state = MAIL_READY;
    else if (!m->offered)
        end(m, MAIL_NOT_OFFERED, line);
    else
        ask(m, GO_AHEAD, "a2 STARTTLS\r\n", out);
}

/* RFC 5321 §4.2.1: three digits, then "-" where more lines follow, else a blank or nothing. */
static void smtp_line(struct mail_talk *m, const char *line, struct text *out)
{
    static const char *const good[] = {
        [GREETING] = "220", [CAPABILITIES] = "250", [GO_AHEAD] = "220"};

    if (strlen(line) < 3 || strspn(line, "0123456789") != 3 || !strchr("- ", line[3])) {
        end(m, MAIL_GARBAGE, line);
        return;
    }
    if (m->step == CAPABILITIES && line[3] && text_starts(line, good[CAPABILITIES])) {
        m->offered = m->offered || text_equal_caseless(line + 4, "STARTTLS");
        m->masked =
            m->masked || (strlen(line + 4) >= 4 && strspn(line + 4, "X") == strlen(line + 4));
    }
    if (line[3] == '-')
        return;
    if (!text_starts(line, good[m->step]))
        end(m, MAIL_REFUSED, line);
    else if (m->step == GREETING)
        ask(m, CAPABILITIES, "EHLO whytls.invalid\r\n", out);
    else if (m->step == GO_AHEAD)
        m->state = MAIL_READY;
    else if (!m->offered)
        end(m, MAIL_NOT_OFFERED, line);
    else
        ask(m, GO_AHEAD, "STARTTLS\r\n", out);
}

/* "+OK …" and "-ERR …"; the list of CAPA (RFC 2449 §5) ends in a line with a dot. A server without
 * CAPA is asked all the same. */
static void pop3_line(struct mail_talk *m, const char *line, struct text *out)
{
    bool good = starts(line, "+OK"), bad = starts(line, "-ERR");

    if (m->step == CAPABILITIES && !bad) {
        m->offered = m->offered || text_equal_caseless(line, "STLS");
        if (strcmp(line, ".") != 0)
            return;
        if (m->offered)
            ask(m, GO_AHEAD, "STLS\r\n", out);
        else
            end(m, MAIL_NOT_OFFERED, line);
    } else if (m->step == CAPABILITIES) {
        ask(m, GO_AHEAD, "STLS\r\n", out);
    } else if (bad) {
        end(m, MAIL_REFUSED, line);
    } else if (!good) {
        end(m, MAIL_GARBAGE, line);
    } else if (m->step == GREETING) {
        ask(m, CAPABILITIES, "CAPA\r\n", out);
    } else {
        m->state = MAIL_READY;
    }
}

static void line_take(struct mail_talk *m, struct text *out)
{
    struct text *line = &m->line;

    if (line->len && line->at[line->len - 1] == '\r')
        line->at[--line->len] = '\0';
    if (strlen(text_str(line)) != line->len) {
        end(m, MAIL_GARBAGE, text_str(line)); /* NUL in it */
        return;
    }
    switch (m->protocol) {
    case MAIL_IMAP:
        imap_line(m, text_str(line), out);
        break;
    case MAIL_SMTP:
        smtp_line(m, text_str(line), out);
        break;
    case MAIL_POP3:
        pop3_line(m, text_str(line), out);
        break;
    case MAIL_NONE:
        end(m, MAIL_GARBAGE, text_str(line));
        break;
    }
    text_clear(line);
}

enum mail_state mail_talk_take(
    struct mail_talk *m, const uint8_t *bytes, size_t len, struct text *out)
{
    for (size_t i = 0; i < len && m->state == MAIL_TALKING; i++) {
        if (++m->taken > MAIL_TALK_MOST || m->line.len > MAIL_LINE_MOST) {
            end(m, MAIL_GARBAGE, "more than a mail server says before TLS");
            break;
        }
        if (bytes[i] != '\n') {
            text_add_char(&m->line, (char)bytes[i]);
            continue;
        }
        line_take(m, out);
        if (m->state == MAIL_READY && i + 1 < len)
            end(m, MAIL_INJECTED, "bytes followed the go-ahead for TLS");
    }
    return m->state;
}
