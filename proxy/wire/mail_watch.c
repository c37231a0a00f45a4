#include "mail_watch.h"
#include "mail_priv.h"

#include <stdio.h>
#include <string.h>

/* What an answer is to. */
enum { FOR_OTHER = 0, FOR_STARTTLS, FOR_LIST };

void mail_watch_init(struct mail_watch *w, enum mail_protocol protocol)
{
    *w = (struct mail_watch){.protocol = protocol, .n_awaited = protocol == MAIL_IMAP ? 0 : 1};
    if (protocol == MAIL_NONE)
        w->state = WATCH_LOST;
    if (protocol == MAIL_SIEVE)
        w->awaited[0] = FOR_LIST; /* its greeting is one */
}

void mail_watch_fini(struct mail_watch *w)
{
    text_fini(&w->line);
}

static void await(struct mail_watch *w, uint8_t what)
{
    if (w->n_awaited == WATCH_REPLIES_MOST)
        w->state = WATCH_LOST;
    else
        w->awaited[w->n_awaited++] = what;
}

static uint8_t answered(struct mail_watch *w)
{
    uint8_t first = w->awaited[0];

    w->n_awaited--;
    memmove(w->awaited, w->awaited + 1, w->n_awaited * sizeof *w->awaited);
    return first;
}

static bool is_one_of(const char *line, const char *const *words)
{
    for (; *words; words++)
        if (mail_is_word(line, *words))
            return true;
    return false;
}

/* The number of "{12}" or "{12+}" at the end of an IMAP line (RFC 9051 §4.3); 0 when there is none.
 * Past the bound the watch is lost. */
static size_t literal_of(struct mail_watch *w, const char *line)
{
    const char *open = strrchr(line, '{');
    size_t n = 0;

    if (!open)
        return 0;
    const char *at = open + 1;
    for (; *at >= '0' && *at <= '9' && n <= WATCH_LITERAL_MOST; at++)
        n = n * 10 + (size_t)(*at - '0');
    if (n > WATCH_LITERAL_MOST)
        w->state = WATCH_LOST;
    at += *at == '+';
    return at > open + 1 && strcmp(at, "}") == 0 ? n : 0;
}

static void ask(struct mail_watch *w)
{
    w->asked = true;
    w->held = false;
}

static void log_in(struct mail_watch *w)
{
    w->login = true;
    w->state = WATCH_PLAIN;
}

static void imap_client(struct mail_watch *w, const char *line)
{
    static const char *const logins[] = {"LOGIN", "AUTHENTICATE", NULL};
    size_t tag = strcspn(line, " ");
    const char *command = line + tag + (line[tag] == ' ');
    bool goes_on = w->continued;

    w->literal_in = literal_of(w, line);
    w->continued = w->literal_in > 0;
    if (goes_on || w->state != WATCH_TALKING)
        return;
    if (is_one_of(command, logins)) {
        log_in(w);
    } else if (mail_is_word(command, "STARTTLS") && tag && tag < sizeof w->tag) {
        memcpy(w->tag, line, tag);
        w->tag[tag] = '\0';
        ask(w);
    }
}

static void smtp_client(struct mail_watch *w, const char *line)
{
    static const char *const mails[] = {"MAIL", "RCPT", "DATA", "BDAT", "TURN", NULL};

    if (mail_is_word(line, "AUTH")) {
        log_in(w);
    } else if (is_one_of(line, mails)) {
        w->state = WATCH_PLAIN;
    } else if (mail_is_word(line, "STARTTLS")) {
        await(w, FOR_STARTTLS);
        ask(w);
    } else {
        await(w, mail_is_word(line, "EHLO") ? FOR_LIST : FOR_OTHER);
    }
}

static void pop3_client(struct mail_watch *w, const char *line)
{
    static const char *const logins[] = {"USER", "PASS", "APOP", "AUTH", NULL};

    if (is_one_of(line, logins)) {
        log_in(w);
    } else if (mail_is_word(line, "STLS")) {
        await(w, FOR_STARTTLS);
        ask(w);
    } else {
        await(w, mail_is_word(line, "CAPA") ? FOR_LIST : FOR_OTHER);
    }
}

static void sieve_client(struct mail_watch *w, const char *line)
{
    bool goes_on = w->continued;

    w->literal_in = literal_of(w, line);
    w->continued = w->literal_in > 0;
    if (goes_on || w->state != WATCH_TALKING)
        return;
    if (mail_is_word(line, "AUTHENTICATE")) {
        log_in(w);
    } else if (mail_is_word(line, "STARTTLS")) {
        await(w, FOR_STARTTLS);
        ask(w);
    } else {
        await(w, mail_is_word(line, "CAPABILITY") ? FOR_LIST : FOR_OTHER);
    }
}

/* The tag in a piece of XML that ends in ">"; what stands before it is text. */
static const char *tag_of(const char *piece)
{
    const char *tag = strrchr(piece, '<');

    return tag ? tag + 1 : piece;
}

/* Is this tag of this name? `<name>` and `<name …>`, `</name>` with its slash. */
static bool is_tag(const char *tag, const char *name)
{
    size_t n = strlen(name);

    return strncmp(tag, name, n) == 0 && strchr(" \t\r\n/>", tag[n]);
}

/* An element that begins and ends in one, or whose end this is. */
static bool is_whole(const char *tag, const char *name)
{
    size_t n = strlen(tag);

    return tag[0] == '/' ? is_tag(tag + 1, name) : is_tag(tag, name) && n > 1 && tag[n - 2] == '/';
}

/* RFC 6120 §5.4.2.1; a login (§6), also the one of old (XEP-0078), and what follows without any. */
static void xmpp_client(struct mail_watch *w, const char *piece)
{
    static const char *const plain[] = {"message", "presence", "db:result", "db:verify", NULL};
    const char *tag = tag_of(piece);

    if (is_whole(tag, "starttls"))
        ask(w);
    else if (is_tag(tag, "auth") || is_tag(tag, "iq"))
        log_in(w);
    for (const char *const *name = plain; *name; name++)
        if (is_tag(tag, *name))
            w->state = WATCH_PLAIN;
}

static void tls_answered(struct mail_watch *w, bool good, const char *line)
{
    w->asked = false;
    if (good) {
        w->state = w->held ? WATCH_INJECTED : WATCH_UPGRADED;
        return;
    }
    w->refused = true;
    snprintf(w->words, sizeof w->words, "%s", line);
}

static void imap_server(struct mail_watch *w, const char *line)
{
    size_t tag = strlen(w->tag);

    w->literal_out = literal_of(w, line);
    if (!w->greeted && !text_starts(line, "* ")) {
        w->state = WATCH_LOST;
        return;
    }
    w->greeted = true;
    if (mail_has_word(line, "CAPABILITY")) {
        w->listed = true;
        w->offered = w->offered || mail_has_word(line, "STARTTLS");
    }
    if (w->asked && strncmp(line, w->tag, tag) == 0 && line[tag] == ' ')
        tls_answered(w, mail_is_word(line + tag + 1, "OK"), line);
}

static void smtp_server(struct mail_watch *w, const char *line)
{
    enum mail_smtp_line kind = mail_smtp_line(line);

    if (kind != SMTP_GARBAGE && line[3] && text_starts(line, "250"))
        mail_note_capability(line + 4, "STARTTLS", &w->offered, &w->masked);
    if (kind == SMTP_MORE)
        return;
    /* RFC 5321 §3.8: a server that goes down says 421, asked or not. */
    if (kind == SMTP_GARBAGE || (!w->n_awaited && !text_starts(line, "421")))
        w->state = WATCH_LOST;
    uint8_t what = w->state == WATCH_TALKING && w->n_awaited ? answered(w) : FOR_OTHER;
    w->listed = w->listed || (what == FOR_LIST && text_starts(line, "250"));
    if (what == FOR_STARTTLS)
        tls_answered(w, text_starts(line, "220"), line);
}

static void pop3_server(struct mail_watch *w, const char *line)
{
    bool good = mail_is_word(line, "+OK");

    if (w->listing) {
        mail_note_capability(line, "STLS", &w->offered, &w->masked);
        w->listing = strcmp(line, ".") != 0;
    } else if ((!good && !mail_is_word(line, "-ERR")) || !w->n_awaited) {
        w->state = WATCH_LOST;
    } else {
        uint8_t what = answered(w);

        w->listing = good && what == FOR_LIST;
        w->listed = w->listed || w->listing;
        if (what == FOR_STARTTLS)
            tls_answered(w, good, line);
    }
}

static void sieve_server(struct mail_watch *w, const char *line)
{
    bool goes_on = w->listing;

    w->literal_out = literal_of(w, line);
    w->listing = w->literal_out > 0; /* the rest of this line comes behind it */
    w->offered = w->offered || mail_is_word(line, MAIL_SIEVE_TLS);
    if (goes_on || !mail_sieve_is_end(line)) {
        if (!goes_on && line[0] != '"')
            w->state = WATCH_LOST;
        return;
    }
    if (!w->n_awaited && !mail_is_word(line, "BYE"))
        w->state = WATCH_LOST;
    uint8_t what = w->state == WATCH_TALKING && w->n_awaited ? answered(w) : FOR_OTHER;
    w->listed = w->listed || what == FOR_LIST;
    if (what == FOR_STARTTLS)
        tls_answered(w, mail_is_word(line, "OK"), line);
}

static void xmpp_server(struct mail_watch *w, const char *piece)
{
    const char *tag = tag_of(piece);

    w->offered = w->offered || is_tag(tag, "starttls");
    w->listed = w->listed || is_whole(tag, "stream:features");
    if (w->asked && is_whole(tag, "proceed"))
        tls_answered(w, true, piece);
    else if (w->asked && is_whole(tag, "failure"))
        tls_answered(w, false, piece);
}

typedef void line_reader(struct mail_watch *w, const char *line);

/* One line without its end; of XMPP, which knows no lines, all up to the end of a tag. False when
 * it has not come whole. */
static bool next_line(struct mail_watch *w, const uint8_t *bytes, size_t len, size_t *used)
{
    bool xml = w->protocol == MAIL_XMPP;
    const uint8_t *end =
        memchr(bytes, xml ? '>' : '\n', len < MAIL_LINE_MOST ? len : MAIL_LINE_MOST);

    if (!end) {
        if (len >= MAIL_LINE_MOST)
            w->state = WATCH_LOST;
        return false;
    }
    *used = (size_t)(end - bytes) + 1;
    size_t n = *used - !xml;
    n -= !xml && n && bytes[n - 1] == '\r';
    text_clear(&w->line);
    text_add_n(&w->line, (const char *)bytes, n);
    if (strlen(text_str(&w->line)) != n)
        w->state = WATCH_LOST; /* NUL in it */
    return w->state == WATCH_TALKING;
}

/* The first of XMPP is a tag; anything else is not held back in wait for its end. True: go on. */
static bool begins_well(struct mail_watch *w, bool *begun, const uint8_t *bytes, size_t len)
{
    size_t blank = 0;

    if (w->protocol != MAIL_XMPP || *begun)
        return true;
    while (blank < len && memchr(" \t\r\n", bytes[blank], 4))
        blank++;
    *begun = blank < len;
    if (*begun && bytes[blank] != '<')
        w->state = WATCH_LOST;
    return *begun && w->state == WATCH_TALKING;
}

static size_t skip(size_t *literal, size_t left)
{
    size_t n = *literal < left ? *literal : left;

    *literal -= n;
    return n;
}

size_t mail_watch_client(struct mail_watch *w, const uint8_t *bytes, size_t len)
{
    static line_reader *const readers[] = {[MAIL_IMAP] = imap_client,
        [MAIL_SMTP] = smtp_client,
        [MAIL_POP3] = pop3_client,
        [MAIL_SIEVE] = sieve_client,
        [MAIL_XMPP] = xmpp_client};
    size_t passed = 0, used;

    while (w->state == WATCH_TALKING && begins_well(w, &w->continued, bytes, len) && passed < len &&
           !w->asked) {
        passed += skip(&w->literal_in, len - passed);
        if (!next_line(w, bytes + passed, len - passed, &used))
            break;
        readers[w->protocol](w, text_str(&w->line));
        passed += used;
    }
    w->held = w->held || (w->asked && passed < len);
    return w->state == WATCH_PLAIN || w->state == WATCH_LOST ? len : passed;
}

size_t mail_watch_server(struct mail_watch *w, const uint8_t *bytes, size_t len)
{
    static line_reader *const readers[] = {[MAIL_IMAP] = imap_server,
        [MAIL_SMTP] = smtp_server,
        [MAIL_POP3] = pop3_server,
        [MAIL_SIEVE] = sieve_server,
        [MAIL_XMPP] = xmpp_server};
    size_t passed = 0, used;

    while (w->state == WATCH_TALKING && begins_well(w, &w->greeted, bytes, len) && passed < len) {
        passed += skip(&w->literal_out, len - passed);
        if (!next_line(w, bytes + passed, len - passed, &used))
            break;
        readers[w->protocol](w, text_str(&w->line));
        if (w->state == WATCH_UPGRADED && passed + used < len)
            w->state = WATCH_INJECTED;
        if (w->state == WATCH_INJECTED)
            break; /* the go-ahead does not cross either */
        passed += used;
    }
    return w->state == WATCH_PLAIN || w->state == WATCH_LOST ? len : passed;
}
