/* lab/mail.h - the few words of IMAP (RFC 9051), POP3 (RFC 1939) and SMTP (RFC 5321) that the lab
 * speaks: bytes in, bytes out, no socket. Whoever speaks well may log in; nobody has any mail. */
#ifndef WHYTLS_LAB_MAIL_H
#define WHYTLS_LAB_MAIL_H

#include <stdbool.h>

#include "lab.h"

struct evbuffer;

enum { LAB_MAIL_LINE_MOST = 2048 }; /* of a client; RFC 4616 allows a long password */

enum lab_mail_protocol { LAB_MAIL_NONE = 0, LAB_MAIL_IMAP, LAB_MAIL_POP3, LAB_MAIL_SMTP };

struct lab_mail {
    enum lab_mail_protocol protocol;
    enum lab_way way;
    bool starttls; /* it begins plainly */
    bool secure;   /* TLS stands */
    int awaited;   /* lines of a login still to come */
    char tag[34];  /* IMAP: of that login, and a blank */
};

enum lab_mail_state {
    LAB_MAIL_HUNGRY = 0, /* needs more of a line */
    LAB_MAIL_UPGRADE, /* send `out`; the next byte is TLS, and what is left of `in` is nobody's */
    LAB_MAIL_END,     /* send `out`, then close */
};

/* "imap", "smtp+starttls" and so on, of an entry; protocol NONE for what is no mail. */
void lab_mail_init(struct lab_mail *m, const char *protocol, enum lab_way way);
/* The first line: at once, or when TLS stands where it comes first. */
void lab_mail_greet(const struct lab_mail *m, struct evbuffer *out);
/* Answers every whole line of `in`. */
enum lab_mail_state lab_mail_answer(struct lab_mail *m, struct evbuffer *in, struct evbuffer *out);

#endif
