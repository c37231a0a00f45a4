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

static bool is_word(const char *line, const char *word)
{
    size_t n = strlen(word);

    return mail_starts(line, word) && (line[n] == '\0' || line[n] == ' ');
}

static bool is_one_of(const char *line, const char *const *words)
{
    for (; *words; words++)
        if (is_word(line, *words))
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
    } else if (is_word(command, "STARTTLS") && tag && tag < sizeof w->tag) {
        memcpy(w->tag, line, tag);
        w->tag[tag] = '\0';
        ask(w);
    }
}

static void smtp_client(struct mail_watch *w, const char *line)
{
    static const char *const mails[] = {"MAIL", "RCPT", "DATA", "BDAT", "TURN", NULL};

    if (is_word(line, "AUTH")) {
        log_in(w);
    } else if (is_one_of(line, mails)) {
        w->state = WATCH_PLAIN;
    } else if (is_word(line, "STARTTLS")) {
        await(w, FOR_STARTTLS);
        ask(w);
    } else {
        await(w, is_word(line, "EHLO") ? FOR_LIST : FOR_OTHER);
    }
}

static void pop3_client(struct mail_watch *w, const char *line)
{
    static const char *const logins[] = {"USER", "PASS", "APOP", "AUTH", NULL};

    if (is_one_of(line, logins)) {
        log_in(w);
    } else if (is_word(line, "STLS")) {
        await(w, FOR_STARTTLS);
        ask(w);
    } else {
        await(w, is_word(line, "CAPA") ? FOR_LIST : FOR_OTHER);
    }
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
        tls_answered(w, is_word(line + tag + 1, "OK"), line);
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
    bool good = is_word(line, "+OK");

    if (w->listing) {
        mail_note_capability(line, "STLS", &w->offered, &w->masked);
        w->listing = strcmp(line, ".") != 0;
    } else if ((!good && !is_word(line, "-ERR")) || !w->n_awaited) {
        w->state = WATCH_LOST;
    } else {
        uint8_t what = answered(w);

        w->listing = good && what == FOR_LIST;
        w->listed = w->listed || w->listing;
        if (what == FOR_STARTTLS)
            tls_answered(w, good, line);
    }
}

typedef void line_reader(struct mail_watch *w, const char *line);

/* One line without its end; false when it has not come whole. */
static bool next_line(struct mail_watch *w, const uint8_t *bytes, size_t len, size_t *used)
{
    const uint8_t *end = memchr(bytes, '\n', len < MAIL_LINE_MOST ? len : MAIL_LINE_MOST);

    if (!end) {
        if (len >= MAIL_LINE_MOST)
            w->state = WATCH_LOST;
        return false;
    }
    *used = (size_t)(end - bytes) + 1;
    size_t n = *used - 1;
    n -= n && bytes[n - 1] == '\r';
    text_clear(&w->line);
    text_add_n(&w->line, (const char *)bytes, n);
    if (strlen(text_str(&w->line)) != n)
        w->state = WATCH_LOST; /* NUL in it */
    return w->state == WATCH_TALKING;
}

static size_t skip(size_t *literal, size_t left)
{
    size_t n = *literal < left ? *literal : left;

    *literal -= n;
    return n;
}

size_t mail_watch_client(struct mail_watch *w, const uint8_t *bytes, size_t len)
{
    static line_reader *const readers[] = {
        [MAIL_IMAP] = imap_client, [MAIL_SMTP] = smtp_client, [MAIL_POP3] = pop3_client};
    size_t passed = 0, used;

    while (w->state == WATCH_TALKING && passed < len && !w->asked) {
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
    static line_reader *const readers[] = {
        [MAIL_IMAP] = imap_server, [MAIL_SMTP] = smtp_server, [MAIL_POP3] = pop3_server};
    size_t passed = 0, used;

    while (w->state == WATCH_TALKING && passed < len) {
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
