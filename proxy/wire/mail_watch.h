/* wire/mail_watch.h - the plain dialogue of a mail program and its server, watched on the way: when
 * does it turn into TLS?
 *
 * No I/O. Each direction hands in what it holds, and learns how much of it may go on: whole lines.
 * What a program sends behind its STARTTLS waits for the answer, and what came too early for TLS
 * never crosses: neither from the program nor from the server (CVE-2011-0411). Once either logs in
 * or begins a mail, nothing of it can turn into TLS any more and all may pass. IMAP (RFC 9051
 * §6.2.1), SMTP (RFC 3207), POP3 (RFC 2595 §4), ManageSieve (RFC 5804 §2.2), XMPP (RFC 6120 §5).
 * One connection's; any thread. */
#ifndef WHYTLS_WIRE_MAIL_WATCH_H
#define WHYTLS_WIRE_MAIL_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "wire/mail.h"

enum mail_watch_state {
    WATCH_TALKING = 0,
    WATCH_UPGRADED, /* the go-ahead went by: the next byte of either is TLS, and nothing passes here
                       any more */
    WATCH_INJECTED, /* something stood behind STARTTLS or behind the go-ahead: end both connections
                     */
    WATCH_PLAIN,    /* it stays plain for good */
    WATCH_LOST,     /* not this protocol, or past a bound: pass it on unread, or end it */
};

enum { WATCH_REPLIES_MOST = 32, WATCH_TAG_CAP = 64, WATCH_LITERAL_MOST = 64 * 1024 };

struct mail_watch {
    enum mail_protocol protocol;
    enum mail_watch_state state;
    bool listed, offered, masked; /* as in mail.h */
    bool login;                   /* PLAIN: by name and password, not by a mail alone */
    bool asked;                   /* STARTTLS is on its way; its answer has not come */
    bool refused;                 /* it was asked for, and the server said no */
    char words[MAIL_WORDS_CAP];   /* the server's line, when it refused; hostile */
    /* Below: the file's own. */
    bool held; /* the program sent more behind its STARTTLS */
    bool greeted, listing, continued;
    char tag[WATCH_TAG_CAP];             /* IMAP: of the STARTTLS */
    uint8_t awaited[WATCH_REPLIES_MOST]; /* SMTP, POP3: what is answered next, oldest first */
    size_t n_awaited;
    size_t literal_in,
        literal_out;  /* IMAP: bytes to pass unread, of the program and of the server */
    struct text line; /* owned */
};

void mail_watch_init(struct mail_watch *w, enum mail_protocol protocol);
void mail_watch_fini(struct mail_watch *w);
/* What is held of the program, or of the server. Gives how many of these bytes may go on; the rest
 * is kept by the caller and handed in again with what follows it. Look at `state` afterwards. */
size_t mail_watch_client(struct mail_watch *w, const uint8_t *bytes, size_t len);
size_t mail_watch_server(struct mail_watch *w, const uint8_t *bytes, size_t len);

#endif
