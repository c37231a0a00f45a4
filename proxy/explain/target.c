#include "target.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

static const struct scheme {
    const char *name;
    uint16_t port;
    enum mail_protocol mail;
    bool starttls;
} schemes[] = {
    {"https", 443, MAIL_NONE, false},
    {"imap", 143, MAIL_IMAP, true},
    {"imaps", 993, MAIL_IMAP, false},
    {"smtp", 25, MAIL_SMTP, true},
    {"submission", 587, MAIL_SMTP, true},
    {"smtps", 465, MAIL_SMTP, false},
    {"pop3", 110, MAIL_POP3, true},
    {"pop3s", 995, MAIL_POP3, false},
    {"sieve", 4190, MAIL_SIEVE, true},
};

enum { N_SCHEMES = sizeof schemes / sizeof *schemes };

static const struct scheme *scheme_of(const char *text, size_t len)
{
    for (size_t i = 0; i < N_SCHEMES; i++)
        if (strlen(schemes[i].name) == len && strncasecmp(schemes[i].name, text, len) == 0)
            return &schemes[i];
    return NULL;
}

static const struct scheme *scheme_of_port(uint16_t port)
{
    for (size_t i = 0; i < N_SCHEMES; i++)
        if (schemes[i].port == port)
            return &schemes[i];
    return &schemes[0];
}

/* A host may be called like this, and hardly ever is. */
static bool looks_like_a_file(const char *text)
{
    static const char *const endings[] = {
        ".pem", ".crt", ".cer", ".der", ".p12", ".pfx", ".p7b", ".key", ".mobileconfig"};

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strlen(text) > strlen(endings[i]) &&
            text_equal_caseless(text + strlen(text) - strlen(endings[i]), endings[i]))
            return true;
    return strchr(text, '/') != NULL;
}

/* Why this is no HOST[:PORT]. */
static bool refuse(const char *text, const char *at, bool is_address, struct err *e)
{
    size_t len = strcspn(at, "/?#");
    const char *colon = memrchr(at, ':', len), *digits = colon ? colon + 1 : at;
    size_t n = strspn(digits, "0123456789");

    if (colon && n && digits + n == at + len)
        return err_set(e, ERR_USAGE, "%.300s: the port %.*s is not from 1 to 65535", text,
            n < 12 ? (int)n : 12, digits);
    return err_set(e, ERR_USAGE, "%.300s: %s", text,
        is_address ? "there is no host in this address"
                   : "neither a file that is there, nor HOST[:PORT]");
}

bool target_parse(const char *text, struct target *out, struct err *e)
{
    const char *mark = strstr(text, "://"), *at = mark ? mark + 3 : text;
    const struct scheme *scheme = mark ? scheme_of(text, (size_t)(mark - text)) : &schemes[0];

    *out = (struct target){0};
    if (!scheme)
        return err_set(e, ERR_USAGE,
            "%.80s: no such scheme; there are https, imap, imaps, smtp, submission, smtps, pop3, "
            "pop3s and sieve",
            text);
    if (!mark && looks_like_a_file(text))
        return err_set(e, ERR_USAGE,
            "%.300s: there is no such file (of a host of this name, ask https://%.100s)", text,
            text);
    if (!host_port_parse(at, strcspn(at, "/?#"), scheme->port, out->host, &out->port))
        return refuse(text, at, mark != NULL, e);
    if (!mark)
        scheme = scheme_of_port(out->port);
    out->mail = scheme->mail;
    out->starttls = scheme->starttls;
    return true;
}
