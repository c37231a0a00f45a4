/* wire/mail.h - the plain dialogue of a mail server up to the moment at which TLS begins: IMAP (RFC
 * 9051 §6.2.1), SMTP (RFC 3207), POP3 (RFC 2595 §4) and ManageSieve (RFC 5804 §2.2). XMPP (RFC 6120
 * §5) has the same manners; it is watched only (mail_watch.h).
 *
 * No I/O: bytes of the server go in, bytes for the server come out. We play the client and ask for
 * nothing but TLS. What a server sends behind its go-ahead, before TLS, never crosses into TLS: it
 * is an attempt at injection (CVE-2011-0411) and ends the dialogue. Lines and the whole are
 * bounded. Pure; any thread. */
#ifndef WHYTLS_WIRE_MAIL_H
#define WHYTLS_WIRE_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrib.h"
#include "base/text.h"

enum {
    MAIL_LINE_MOST = 8192, /* RFC 5321 §4.5.3.1.5 says 512; capability lists of IMAP are longer */
    MAIL_TALK_MOST = 64 * 1024, /* of the server, before TLS */
    MAIL_GREETING_MOST = 512,   /* RFC 5321 §4.5.3.1.5 */
    MAIL_WORDS_CAP = 200,
};

enum mail_protocol { MAIL_NONE = 0, MAIL_IMAP, MAIL_SMTP, MAIL_POP3, MAIL_SIEVE, MAIL_XMPP };

enum mail_state {
    MAIL_TALKING = 0,
    MAIL_READY,       /* the server gave its go-ahead: the next byte from us is TLS */
    MAIL_NOT_OFFERED, /* the server, or somebody on the way, does not list STARTTLS, and asked for
                         it all the same says no */
    MAIL_REFUSED,     /* it was listed or asked for, and the server said no */
    MAIL_INJECTED,    /* something followed the go-ahead */
    MAIL_GARBAGE,     /* what came is not this protocol, or breaks a bound */
};

struct mail_talk {
    enum mail_protocol protocol;
    enum mail_state state;
    int step;                   /* of the dialogue; the file's own */
    bool listed, offered;       /* there was a list; STARTTLS was on it */
    bool masked;                /* a word was overwritten with X, as inspecting firewalls do */
    char words[MAIL_WORDS_CAP]; /* the server's last line, when it refused; hostile */
    struct text line;           /* owned: the line that is coming */
    size_t taken;
};

void mail_talk_init(struct mail_talk *m, enum mail_protocol protocol);
void mail_talk_fini(struct mail_talk *m);
/* Takes bytes of the server; what is to be sent is appended to *out. After any state but
 * MAIL_TALKING it takes no more. */
enum mail_state mail_talk_take(
    struct mail_talk *m, const uint8_t *bytes, size_t len, struct text *out);

/* Somebody on the way took the offer out: a word is overwritten, or the server goes ahead with what
 * it never listed. */
bool mail_talk_was_cut(const struct mail_talk *m);

const char *mail_protocol_name(enum mail_protocol p); /* "imap", "smtp", "pop3", "sieve", "xmpp" */
/* The same, but SMTP on any port but 25 is "submission" (RFC 6409). */
const char *mail_service_name(enum mail_protocol p, uint16_t port);
/* What a well-known port speaks (RFC 8314 §7); *implicit: in TLS from the first byte. MAIL_NONE: no
 * mail. */
enum mail_protocol mail_protocol_of_port(uint16_t port, bool *implicit);
/* What a server speaks, by its greeting. False while more of it must come. */
bool mail_greeting_read(const uint8_t *bytes, size_t len, enum mail_protocol *out);

#endif
