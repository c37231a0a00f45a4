/* wire/mail_login.h - does a mail server let its client in? Both directions of a dialogue inside
 * TLS, watched as they pass; nothing is held up or changed.
 *
 * IMAP (RFC 9051 §6.2), POP3 (RFC 1939 §7, RFC 5034) and SMTP (RFC 4954). Of a client's line no
 * more than its verb is kept, and that is wiped when the line ends: what follows it are names and
 * passwords. No I/O; one connection's; any thread. */
#ifndef WHYTLS_WIRE_MAIL_LOGIN_H
#define WHYTLS_WIRE_MAIL_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/mail.h"

enum mail_login_state {
    LOGIN_NONE = 0, /* nobody tried */
    LOGIN_ASKED,
    LOGIN_TAKEN,
    LOGIN_REFUSED, /* the last attempt was */
};

enum { LOGIN_VERB_CAP = 64 };

struct mail_login {
    enum mail_protocol protocol;
    enum mail_login_state state;
    char words[MAIL_WORDS_CAP]; /* the server's line, when it refused; hostile */
    /* Below: the file's own. */
    char verb[LOGIN_VERB_CAP], line[MAIL_WORDS_CAP]; /* the beginnings of the lines under way */
    size_t n_verb, n_line;
    char tag[LOGIN_VERB_CAP]; /* IMAP: of the attempt */
    bool by_pass;             /* POP3: with the verb that every server knows */
};

void mail_login_init(struct mail_login *m, enum mail_protocol protocol);
/* What the client, or the server, sends. Taken from LOGIN_TAKEN on as well, and not looked at. */
void mail_login_client(struct mail_login *m, const uint8_t *bytes, size_t len);
void mail_login_server(struct mail_login *m, const uint8_t *bytes, size_t len);

#endif
