#include "mail.h"
#include "mail_priv.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Where a dialogue stands: which answer is awaited. */
enum { GREETING = 0, CAPABILITIES, GO_AHEAD };

bool mail_talk_was_cut(const struct mail_talk *m)
{
    return m->masked || (m->state == MAIL_READY && m->listed && !m->offered);
}

const char *mail_protocol_name(enum mail_protocol p)
{
    static const char *const names[] = {[MAIL_NONE] = "none",
        [MAIL_IMAP] = "imap",
        [MAIL_SMTP] = "smtp",
        [MAIL_POP3] = "pop3",
        [MAIL_SIEVE] = "sieve",
        [MAIL_XMPP] = "xmpp"};

    return names[p];
}

const char *mail_service_name(enum mail_protocol p, uint16_t port)
{
    return p == MAIL_SMTP && port != 25 ? "submission" : mail_protocol_name(p);
}

enum mail_protocol mail_protocol_of_port(uint16_t port, bool *implicit)
{
    static const struct {
        uint16_t port;
        enum mail_protocol protocol;
        bool implicit;
    } ports[] = {
        {25, MAIL_SMTP, false}, {110, MAIL_POP3, false}, {143, MAIL_IMAP, false},
        {465, MAIL_SMTP, true}, {587, MAIL_SMTP, false}, {993, MAIL_IMAP, true},
        {995, MAIL_POP3, true}, {4190, MAIL_SIEVE, false}, /* RFC 5804 §1.8 */
        /* RFC 6120 §14.7. Not 5223: that is Apple's push service more often. */
        {5222, MAIL_XMPP, false}, {5269, MAIL_XMPP, false},
        {2525, MAIL_SMTP, false}, /* by habit: where networks close the others */
    };

    *implicit = false;
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
        if (ports[i].port != port)
            continue;
        *implicit = ports[i].implicit;
        return ports[i].protocol;
    }
    return MAIL_NONE;
}

/* FTP greets with 220 as well, and need not say what it is; a server of mail does: RFC 5321
 * §4.3.1 lets it, and all but a few do. */
static enum mail_protocol of_greeting(const char *text)
{
    if (mail_starts(text, "* OK") || mail_starts(text, "* PREAUTH") || mail_starts(text, "* BYE"))
        return MAIL_IMAP;
    if (mail_starts(text, "+OK"))
        return MAIL_POP3;
    if (mail_starts(text, "\"IMPLEMENTATION\""))
        return MAIL_SIEVE;
    if (text_starts(text, "220") && strcasestr(text, "SMTP"))
        return MAIL_SMTP;
    return MAIL_NONE;
}

/* All lines of a greeting; of SMTP it may have several (RFC 5321 §4.2). 0: more must come. */
static size_t greeting_length(const uint8_t *bytes, size_t len)
{
    size_t at = 0;

    while (at < len) {
        const uint8_t *end = memchr(bytes + at, '\n', len - at);
        bool goes_on = len - at > 3 && bytes[0] == '2' && bytes[at + 3] == '-';

        if (!end)
            break;
        at = (size_t)(end - bytes) + 1;
        if (!goes_on)
            return at;
    }
    return len == MAIL_GREETING_MOST ? len : 0;
}

bool mail_greeting_read(const uint8_t *bytes, size_t len, enum mail_protocol *out)
{
    char text[MAIL_GREETING_MOST + 1];

    *out = MAIL_NONE;
    if (len && bytes[0] != '*' && bytes[0] != '+' && bytes[0] != '2' && bytes[0] != '"')
        return true;
    size_t n = greeting_length(bytes, len < MAIL_GREETING_MOST ? len : MAIL_GREETING_MOST);
    if (n == 0)
        return false;
    memcpy(text, bytes, n);
    text[n] = '\0';
    *out = of_greeting(text);
    return true;
}

void mail_talk_init(struct mail_talk *m, enum mail_protocol protocol)
{
    *m = (struct mail_talk){.protocol = protocol};
}

void mail_talk_fini(struct mail_talk *m)
{
    text_fini(&m->line);
}

bool mail_starts(const char *line, const char *prefix)
{
    return strncasecmp(line, prefix, strlen(prefix)) == 0;
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

bool mail_has_word(const char *line, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = line; *at; at++) {
        bool begins = at == line || strchr(" [", at[-1]);

        if (begins && mail_starts(at, word) && (at[n] == '\0' || strchr(" ]", at[n])))
            return true;
    }
    return false;
}

enum mail_smtp_line mail_smtp_line(const char *line)
{
    if (strlen(line) < 3 || strspn(line, "0123456789") != 3 || !strchr("- ", line[3]))
        return SMTP_GARBAGE;
    return line[3] == '-' ? SMTP_MORE : SMTP_LAST;
}

/* Firewalls that read mail write X over a word that they do not want, some of them all but its last
 * letter. */
static bool is_masked(const char *word)
{
    size_t n = strcspn(word, " "), x = strspn(word, "X");

    return n >= 4 && x + 1 >= n && (x == n || (word[x] >= 'A' && word[x] <= 'Z'));
}

void mail_note_capability(const char *word, const char *wanted, bool *offered, bool *masked)
{
    size_t n = strlen(wanted);

    *offered = *offered || (mail_starts(word, wanted) && (word[n] == '\0' || word[n] == ' '));
    *masked = *masked || is_masked(word);
}

/* The server said no. Where it had listed nothing of TLS, that is the end that was to be expected.
 */
static void refuse(struct mail_talk *m, const char *line)
{
    end(m, m->step == GO_AHEAD && m->listed && !m->offered ? MAIL_NOT_OFFERED : MAIL_REFUSED, line);
}

/* After a list. A server that did not list it is asked all the same: if it goes ahead, somebody on
 * the way cut the list. */
static void ask_tls(struct mail_talk *m, const char *command, struct text *out)
{
    m->listed = true;
    ask(m, GO_AHEAD, command, out);
}

/* "* OK …", "* CAPABILITY …", "a1 OK …" */
static void imap_line(struct mail_talk *m, const char *line, struct text *out)
{
    static const char *const tags[] = {[CAPABILITIES] = "a1 ", [GO_AHEAD] = "a2 "};
    const char *tag = m->step == GREETING ? "* " : tags[m->step];

    if (m->step != GREETING && mail_starts(line, "* BYE"))
        refuse(m, line);
    else if (m->step == CAPABILITIES && mail_starts(line, "* CAPABILITY "))
        m->offered = m->offered || mail_has_word(line, "STARTTLS");
    else if (m->step != GREETING && text_starts(line, "* "))
        return; /* whatever it wants to tell besides */
    else if (!text_starts(line, tag))
        end(m, MAIL_GARBAGE, line);
    else if (!mail_starts(line + strlen(tag), "OK"))
        refuse(m, line);
    else if (m->step == GREETING)
        ask(m, CAPABILITIES, "a1 CAPABILITY\r\n", out);
    else if (m->step == GO_AHEAD)
        m->state = MAIL_READY;
    else
        ask_tls(m, "a2 STARTTLS\r\n", out);
}

static void smtp_line(struct mail_talk *m, const char *line, struct text *out)
{
    static const char *const good[] = {
        [GREETING] = "220", [CAPABILITIES] = "250", [GO_AHEAD] = "220"};

    enum mail_smtp_line kind = mail_smtp_line(line);

    if (kind == SMTP_GARBAGE) {
        end(m, MAIL_GARBAGE, line);
        return;
    }
    if (m->step == CAPABILITIES && line[3] && text_starts(line, good[CAPABILITIES]))
        mail_note_capability(line + 4, "STARTTLS", &m->offered, &m->masked);
    if (kind == SMTP_MORE)
        return;
    if (!text_starts(line, good[m->step]))
        refuse(m, line);
    else if (m->step == GREETING)
        ask(m, CAPABILITIES, "EHLO whytls.invalid\r\n", out);
    else if (m->step == GO_AHEAD)
        m->state = MAIL_READY;
    else
        ask_tls(m, "STARTTLS\r\n", out);
}

/* "+OK …" and "-ERR …"; the list of CAPA (RFC 2449 §5) ends in a line with a dot. A server without
 * CAPA is asked all the same. */
static void pop3_line(struct mail_talk *m, const char *line, struct text *out)
{
    bool good = mail_starts(line, "+OK"), bad = mail_starts(line, "-ERR");

    if (m->step == CAPABILITIES && !bad) {
        mail_note_capability(line, "STLS", &m->offered, &m->masked);
        if (strcmp(line, ".") == 0)
            ask_tls(m, "STLS\r\n", out);
    } else if (m->step == CAPABILITIES) {
        ask(m, GO_AHEAD, "STLS\r\n", out);
    } else if (bad) {
        refuse(m, line);
    } else if (!good) {
        end(m, MAIL_GARBAGE, line);
    } else if (m->step == GREETING) {
        ask(m, CAPABILITIES, "CAPA\r\n", out);
    } else {
        m->state = MAIL_READY;
    }
}

bool mail_is_word(const char *line, const char *word)
{
    size_t n = strlen(word);

    return mail_starts(line, word) && (line[n] == '\0' || line[n] == ' ');
}

bool mail_sieve_is_end(const char *line)
{
    return mail_is_word(line, "OK") || mail_is_word(line, "NO") || mail_is_word(line, "BYE");
}

/* It begins with its list: a capability a line, in quotes; OK ends it. */
static void sieve_line(struct mail_talk *m, const char *line, struct text *out)
{
    if (!mail_sieve_is_end(line)) {
        if (m->step != GREETING || line[0] != '"')
            end(m, MAIL_GARBAGE, line);
        m->offered = m->offered || mail_is_word(line, MAIL_SIEVE_TLS);
    } else if (!mail_is_word(line, "OK")) {
        refuse(m, line);
    } else if (m->step == GREETING) {
        ask_tls(m, "STARTTLS\r\n", out);
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
    case MAIL_SIEVE:
        sieve_line(m, text_str(line), out);
        break;
    case MAIL_XMPP: /* the client has the first word, and has to name the domain */
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
