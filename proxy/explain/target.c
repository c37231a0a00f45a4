#include "target.h"

#include <string.h>
#include <strings.h>

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

bool target_parse(const char *text, struct target *out, struct err *e)
{
    const char *mark = strstr(text, "://"), *at = mark ? mark + 3 : text;
    const struct scheme *scheme = mark ? scheme_of(text, (size_t)(mark - text)) : &schemes[0];

    *out = (struct target){0};
    if (!scheme)
        return err_set(e, ERR_USAGE,
            "%.80s: no such scheme; there are https, imap, imaps, smtp, submission, smtps, pop3 "
            "and pop3s",
            text);
    if (!host_port_parse(at, strcspn(at, "/?#"), scheme->port, out->host, &out->port))
        return err_set(e, ERR_USAGE, "%.300s: %s", text,
            mark ? "no host, or no port from 1 to 65535, in this address"
                 : "neither a file that is there, nor HOST[:PORT]");
    if (!mark)
        scheme = scheme_of_port(out->port);
    out->mail = scheme->mail;
    out->starttls = scheme->starttls;
    return true;
}
